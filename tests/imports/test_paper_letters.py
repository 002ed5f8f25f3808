"""已发寄语: letters that families have on paper become letters of their term, and reach nobody by themselves."""

import time
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.errors import DomainError
from jobs.enums import ImportKind
from jobs.exporters import export_roster, find_shape, roster_template
from jobs.models import ImportBatch
from jobs.previews import ImportReport
from jobs.undo import undo_batch
from mentors.models.slots import Assignment
from mentors.year.services.draft import CarryOn
from notices.models import Notice
from records.desk.models import RecordVersion
from records.models.records import GrowthLetter, Tick
from records.services.ticks import rebuild_ticks
from schools.services import create_class
from students.models import Enrolment, Pupil
from tests.cases.books import book, errors, infos, warnings
from tests.cast import TODAY, SchoolCast
from tests.imports.paper import DONE, confirmed, read, state
from tests.office.test_former_year import roll_year
from tests.records.builders import letter

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
HEAD = ("班级", "姓名", "学期", "寄语", "成长建议")
CLASS, TEXT = "一（1）班", "你每天最早到校，替大家开窗。\n我都看在眼里，谢谢你，也谢谢你借给同桌的那支笔。"


def rows(cast: SchoolCast, *found: tuple[object, ...]) -> ImportReport:
    return read(cast, book(HEAD, *found), ImportKind.LETTERS)


@pytest.mark.parametrize(
    "term", ["第一学期", "2026学年第一学期", "2026-2027学年第一学期", "1", 1, "一", "第1学期", "2026学年度上学期"]
)
def test_a_letter_of_the_term_is_out_on_paper(qingzhu: SchoolCast, term: object) -> None:
    report = rows(qingzhu, (CLASS, "安可儿", term, TEXT, "试着早点睡。"))
    assert errors(report) == []
    found = GrowthLetter.objects.get()
    assert (found.body, found.advice, found.mentor, found.created_by) == (
        TEXT,
        "试着早点睡。",
        qingzhu.slot,
        qingzhu.mentor,
    )
    assert (found.from_paper, found.is_out_on_paper, found.handwritten, found.released_at) == (True, True, False, None)
    assert (Notice.objects.count(), GrowthLetter.objects.released().count()) == (0, 0)
    assert (Tick.objects.get().done_on, len(bytes(found.signature)) > 0) == (TODAY, True)
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []


@pytest.mark.parametrize(
    "term,code",
    [
        ("", "term_unreadable"),
        ("去年", "term_unreadable"),
        ("上学期", "term_ambiguous"),
        ("第二学期", "term_to_come"),
        ("2025学年第二学期", "term_elsewhere"),
        ("第3学期", "term_unreadable"),
    ],
)
def test_a_term_that_cannot_be_meant_is_refused(qingzhu: SchoolCast, term: str, code: str) -> None:
    before = state()
    assert [found[0] for found in errors(rows(qingzhu, (CLASS, "安可儿", term, TEXT, "")))] == [code]
    assert state() == before


def test_what_is_there_is_never_written_over(qingzhu: SchoolCast) -> None:
    mine = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1], draft=True)
    before = state()
    report = rows(
        qingzhu,
        (CLASS, "安可儿", "第一学期", mine.body, ""),
        (CLASS, "白一诺", "第一学期", TEXT, ""),
        (CLASS, "曹子墨", "第一学期", "", ""),
    )
    assert (report.rows, report.unchanged, report.changes) == (3, 3, ())
    assert ([(code, row) for code, row, *_ in warnings(report)], state()) == ([("letter_there", 3)], before)


def test_one_that_was_only_known_to_be_out_gets_its_text_and_loses_it_again(qingzhu: SchoolCast) -> None:
    read(qingzhu, book(DONE, (CLASS, "安可儿", "", "", "", "", "11月2日")))
    before = state()
    batch = confirmed(qingzhu, book(HEAD, (CLASS, "安可儿", "第一学期", TEXT, "")), ImportKind.LETTERS)
    found = GrowthLetter.objects.get()
    assert (found.body, found.handwritten, found.version, found.is_out_on_paper) == (TEXT, False, 2, True)
    assert list(RecordVersion.objects.order_by("pk").values_list("act", flat=True)) == ["paper", "updated"]
    undo_batch(actor=qingzhu.actor(qingzhu.office), batch=batch)
    assert state() == before


def test_again_it_changes_nothing_and_an_undo_leaves_no_trace(qingzhu: SchoolCast) -> None:
    before = state()
    data = book(HEAD, (CLASS, "安可儿", "第一学期", TEXT, ""), (CLASS, "白一诺", "第一学期", TEXT + "加油", ""))
    batch = confirmed(qingzhu, data, ImportKind.LETTERS)
    after = state()
    again = read(qingzhu, data, ImportKind.LETTERS)
    assert (again.unchanged, again.changes, state()) == (2, (), after)
    undo_batch(actor=qingzhu.actor(qingzhu.office), batch=batch)
    assert state() == before


def test_two_texts_of_one_pupil_are_refused_and_equal_ones_told(qingzhu: SchoolCast) -> None:
    row = (CLASS, "安可儿", "第一学期", TEXT, "")
    assert [c for c, *_ in errors(rows(qingzhu, row, (CLASS, "安可儿", "第一学期", "别的话", "")))] == ["letter_twice"]
    assert [c for c, *_ in warnings(rows(qingzhu, row, row))] == ["row_repeated"]
    assert GrowthLetter.objects.count() == 1


def test_what_the_checks_find_is_told_as_a_number_and_no_text_is_kept_with_the_preview(qingzhu: SchoolCast) -> None:
    text = "白一诺同学，你这个学期进步很大，全班第一名。"
    report = rows(qingzhu, (CLASS, "安可儿", "第一学期", text, ""), (CLASS, "白一诺", "第一学期", TEXT, ""))
    assert "letters_with_findings" in [code for code, *_ in infos(report)]
    confirmed(qingzhu, book(HEAD, (CLASS, "曹子墨", "第一学期", text + "加油", "")), ImportKind.LETTERS)
    batch = ImportBatch.objects.get()
    assert "全班第一名" not in f"{batch.summary}{batch.findings}"


def test_the_template_comes_in_unchanged_and_so_does_what_goes_out(qingzhu: SchoolCast) -> None:
    actor, shape = qingzhu.actor(qingzhu.office), find_shape("letters")
    assert shape is not None
    blank = read(qingzhu, roster_template(actor=actor, year=qingzhu.year, shape=shape).data, ImportKind.LETTERS)
    assert (blank.rows, blank.unchanged, blank.changes, errors(blank)) == (5, 5, (), [])
    rows(qingzhu, (CLASS, "安可儿", "第一学期", TEXT, "试着早点睡。"))
    filled = read(qingzhu, export_roster(actor=actor, year=qingzhu.year, shape=shape).data, ImportKind.LETTERS)
    assert (filled.rows, filled.unchanged, filled.changes, errors(filled)) == (5, 5, (), [])


@pytest.mark.parametrize("part", ["admin", "mentor", "homeroom", "leader"])
def test_the_texts_are_the_moral_offices_alone(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    person = qingzhu.people[part]
    with pytest.raises(DomainError, match="不归您导入"):
        read(qingzhu, book(HEAD, (CLASS, "安可儿", "第一学期", TEXT, "")), ImportKind.LETTERS, by=person)
    assert client_of(person).get(reverse("imports:export", args=["letters"])).status_code == 403


def test_twelve_hundred_letters_take_seconds(qingzhu: SchoolCast) -> None:
    year = qingzhu.year
    pupils = Pupil.objects.bulk_create(
        Pupil(school=qingzhu.school, name=f"学生{n}", student_number=f"P{n:06}") for n in range(1200)
    )
    classes = [create_class(year=year, grade_number=n // 5 + 1, number=n % 5 + 10) for n in range(25)]
    common = {"school": qingzhu.school, "year": year, "starts_on": year.starts_on}
    Enrolment.objects.bulk_create(
        Enrolment(pupil=p, school_class=classes[n // 48], **common) for n, p in enumerate(pupils)
    )
    Assignment.objects.bulk_create(Assignment(pupil=p, mentor=qingzhu.slot, origin="import", **common) for p in pupils)
    head = ("姓名", "学籍号", "学期", "寄语")
    data = book(head, *((p.name, p.student_number, "第一学期", f"{TEXT * 4}{p.pk}") for p in pupils))
    begun = time.process_time()
    confirmed(qingzhu, data, ImportKind.LETTERS)
    assert (GrowthLetter.objects.count(), time.process_time() - begun < 40) == (1200, True)


def test_a_letter_of_a_former_year_comes_in_where_that_year_is_chosen(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """After the year had turned, what families had on paper from before could not be brought in any more."""
    client = client_of(qingzhu.office)
    assert "哪个学年的" not in client.get(reverse("imports:upload")).content.decode()
    roll_year(qingzhu, CarryOn.NOTHING)
    page = client.get(reverse("imports:upload"), {"kind": "letters"})
    assert [label for _key, label in page.context["form"].fields["year"].choices] == ["本学年", "2026学年"]
    data = book(HEAD, (CLASS, "安可儿", "2026学年第一学期", TEXT, ""))

    def sent(kind: str) -> dict[str, object]:
        file = SimpleUploadedFile("寄语.xlsx", data)
        return {"kind": kind, "year": qingzhu.year.pk, "file": file}

    refused = client.post(reverse("imports:upload"), sent("done"))
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["year"])
    answer = client.post(reverse("imports:upload"), sent("letters"))
    batch = ImportBatch.objects.get()
    assert (answer["Location"], batch.year) == (reverse("imports:detail", args=[batch.pk]), qingzhu.year)
    client.post(reverse("imports:confirm", args=[batch.pk]))

    found = GrowthLetter.objects.get()
    assert (found.body, found.term.year, found.mentor, found.from_paper) == (TEXT, qingzhu.year, qingzhu.slot, True)
    assert (Notice.objects.filter(kind="letter").count(), GrowthLetter.objects.released().count()) == (0, 0)
