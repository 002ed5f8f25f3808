"""The two commands that scripts rely on: `record_book` and `letters`."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from mentors.services.slots import create_mentor
from schools.services import create_class
from tests.cast import SchoolCast, TeacherFactory
from tests.documents.reading import page_texts, text
from tests.records.builders import letter


def record_book(tmp_path: Path, mentor: str, school: str = "qingzhu") -> bytes:
    path = tmp_path / "book.pdf"
    call_command("record_book", school=school, mentor=mentor, output=path)
    return path.read_bytes()


def letters(tmp_path: Path, term: str = "1", label: str | None = None) -> list[str]:
    path = tmp_path / "letters.pdf"
    call_command("letters", school="qingzhu", term=term, class_label=label, output=path)
    return page_texts(path.read_bytes())


def number_of(user: User) -> str:
    return user.teacher.number


@pytest.mark.parametrize("named", ["林小满", "林 小满", "number"])
def test_a_book_is_found_by_name_or_number(qingzhu: SchoolCast, tmp_path: Path, named: str) -> None:
    named = number_of(qingzhu.mentor) if named == "number" else named
    assert "林小满" in page_texts(record_book(tmp_path, named))[0]


@pytest.mark.parametrize("named", ["陶然", "石磊", "陶然/石磊"])
def test_a_shared_book_is_found_by_either_name(qingzhu: SchoolCast, tmp_path: Path, named: str) -> None:
    assert "陶然／石磊" in page_texts(record_book(tmp_path, named))[0]


def test_nobody_or_several_is_a_sentence(qingzhu: SchoolCast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有“王无名”"):
        record_book(tmp_path, "王无名")
    with pytest.raises(CommandError, match="没有代码为“nowhere”的学校"):
        record_book(tmp_path, "林小满", school="nowhere")
    twin = TeacherFactory.create(school=qingzhu.school, name="林小满", number="T-twin")
    create_mentor(actor=qingzhu.system, year=qingzhu.year, teachers=[twin])
    with pytest.raises(CommandError, match=r"有 2 位导师叫“林小满”，请改用工号：.*T-twin"):
        record_book(tmp_path, "林小满")
    assert "林小满" in text(record_book(tmp_path, "T-twin"))


def test_the_mentors_of_another_school_are_not_found(qingzhu: SchoolCast, other: SchoolCast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有“"):
        record_book(tmp_path, number_of(other.mentor))


def test_letters_come_in_handing_out_order(qingzhu: SchoolCast, tmp_path: Path) -> None:
    letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, draft=True)
    found = letters(tmp_path)
    names = ("安可儿同学", "白一诺同学", "范思齐同学")
    assert [name in page for name, page in zip(names, found, strict=True)] == [True, True, True]


@pytest.mark.parametrize("label", ["一<1>", "一（1）班", "1年级1班", "101"])
def test_a_class_may_be_written_as_rosters_do(qingzhu: SchoolCast, tmp_path: Path, label: str) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    (page,) = letters(tmp_path, label=label)
    assert "安可儿同学" in page


@pytest.mark.parametrize("term", ["1", "2026-1", "第一学期", "2026学年第一学期"])
def test_a_term_may_be_written_with_its_year(qingzhu: SchoolCast, tmp_path: Path, term: str) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert len(letters(tmp_path, term=term)) == 1


def test_no_letters_no_term_no_class_are_sentences(qingzhu: SchoolCast, tmp_path: Path) -> None:
    create_class(year=qingzhu.year, grade_number=1, number=2)
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    with pytest.raises(CommandError, match="一（2）班2026学年第一学期还没有已交的寄语"):
        letters(tmp_path, label="一（2）班")
    with pytest.raises(CommandError, match="没有找到学期“3”"):
        letters(tmp_path, term="3")
    with pytest.raises(CommandError, match="没有班级“九班”"):
        letters(tmp_path, label="九班")
    assert not (tmp_path / "letters.pdf").exists()
