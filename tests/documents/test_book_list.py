"""记录本收发登记表 read back: a grade on each page, what is recorded is printed, the rest is blank for the pen."""

from pathlib import Path

import pytest

from records.contexts import BookGrade, BookList
from records.papers.documents.book_list import render_book_list
from tests.documents import builders, builders_lists, reading

HEAD = "序号班级导师学生数下发收回检查备注签名"


@pytest.fixture(scope="module")
def filled() -> bytes:
    return render_book_list(builders_lists.book_list())


def test_the_39_books_of_the_plan_stand_on_a_page_for_each_grade(filled: bytes) -> None:
    pages = reading.page_texts(filled)
    assert [page.count(HEAD) for page in pages] == [1, 1]
    assert ["一年级27本378名学生" in pages[0], "五年级12本174名学生" in pages[1]] == [True, True]
    assert reading.bookmarks(filled) == [("一年级", 1), ("五年级", 2)]


def test_recorded_dates_are_printed_beside_the_mentor(filled: bytes, tmp_path: Path) -> None:
    spoken = reading.spoken(filled, tmp_path)
    assert spoken.startswith(
        f"江城市青竹小学导师记录本收发登记表2026学年第一学期一年级27本378名学生{HEAD}"
        "1一（1）班程𫖯159.11.151.192欧阳若溪149.11.153丁小满139.14一（2）班阿依古丽·买买提明江159.1"
    )
    assert spoken.count("12陶然/石磊149.11.15经手人：") == 1


def test_it_is_sound_and_tagged(filled: bytes, tmp_path: Path) -> None:
    reading.assert_sound(filled, tmp_path, title="导师记录本收发登记表 · 2026学年第一学期 · 江城市青竹小学")


def test_without_records_the_columns_are_blank(tmp_path: Path) -> None:
    pdf = render_book_list(builders_lists.book_list(recorded=False))
    spoken = reading.spoken(pdf, tmp_path)
    assert ("9.1" in spoken, spoken.count("2欧阳若溪143丁小满134一（2）班")) == (False, 1)


def test_a_large_team_is_divided_and_no_book_is_lost(tmp_path: Path) -> None:
    names = [builders.NAMES[n % len(builders.NAMES)] for n in range(40)]
    one = BookGrade(label="高一年级", classes=(builders_lists.book_class("高一（1）班", *names),))
    pdf = render_book_list(BookList(school=builders.SCHOOL, term="2026学年第一学期", grades=(one,)))
    pages = reading.page_texts(pdf)
    assert ([page.count(HEAD) for page in pages], sum(page.count("（续）") for page in pages)) == ([1, 1], 3)
    spoken = reading.spoken(pdf, tmp_path)
    assert spoken.count(reading.squeezed(names[16])) == names.count(names[16])


def test_the_same_list_gives_the_same_bytes(filled: bytes) -> None:
    assert render_book_list(builders_lists.book_list()) == filled


def test_no_book_is_an_error() -> None:
    with pytest.raises(ValueError, match="no book"):
        render_book_list(BookList(school=builders.SCHOOL, term="2026学年第一学期", grades=()))
