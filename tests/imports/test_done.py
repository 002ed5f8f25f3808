"""本学期已完成: what was done on paper becomes records, once, told as such, and can be taken back."""

import datetime
import time

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from accounts.models import User
from core.errors import DomainError
from jobs.enums import ImportKind
from jobs.exporters import export_roster, find_shape, roster_template
from jobs.undo import undo_batch
from mentors.models.slots import Assignment, Teacher
from notices.models import Notice
from records.desk.models import RecordVersion, VisitPlan
from records.desk.services.notes import VisitData, update_visit
from records.enums import VersionAct
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Tick
from records.services.ticks import rebuild_ticks
from schools.enums import NoteVisibility
from students.enums import EndReason
from students.models import Enrolment, Pupil
from tests.cases.books import book, errors, warnings
from tests.cast import TODAY, EnrolmentFactory, PupilFactory, SchoolCast
from tests.imports.paper import DONE, confirmed, done, read, rows, state
from tests.imports.snapshot import snapshot
from tests.records.builders import letter, talk, visit

pytestmark = pytest.mark.django_db
CLASS = "一（1）班"


def one(cast: SchoolCast, cell: object) -> tuple[list[str], list[str]]:
    """The days of the visits to 安可儿 that one cell brings in, and the codes of its errors."""
    report = rows(cast, (CLASS, "安可儿", "", "", cell, "", ""))
    return [str(visit.date) for visit in HomeVisit.objects.order_by("date")], [code for code, *_ in errors(report)]


@pytest.mark.parametrize(
    "cell",
    [
        "9月12日", "9月12号", "2026/9/12", "2026-09-12", "2026年9月12日", "9/12", "9.12", 9.12, "9-12", "20260912",
        46277, "46277", datetime.date(2026, 9, 12), datetime.datetime(2026, 9, 12, 8, 0), "√ 9月12日", "9月12日（√）",
        "9月12日已家访", "９月１２日", "已完成：9月12日", "2026-09-12 00:00:00", " 2026 年 9 月 12 日 ",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_way(qingzhu: SchoolCast, cell: object) -> None:
    assert one(qingzhu, cell) == (["2026-09-12"], [])


@pytest.mark.parametrize("cell", ["", "无", "/", "—", "未完成", "×", "否", "没有", "待定", 0, "0", None, False])
def test_what_says_nothing_or_no_is_not_done(qingzhu: SchoolCast, cell: object) -> None:
    assert one(qingzhu, cell) == ([], [])


@pytest.mark.parametrize("cell", ["√", "✓", "已完成", "完成", "是", "已家访", "有", True, "（√）"])
def test_done_without_a_day_stands_on_the_last_day_of_the_window_that_is_over(
    qingzhu: SchoolCast, cell: object
) -> None:
    assert one(qingzhu, cell) == (["2026-09-15"], [])


@pytest.mark.parametrize(
    "cell,code",
    [
        ("2099年1月1日", "date_out_of_range"),
        ("12月25日", "date_out_of_range"),
        ("2025年9月12日", "date_out_of_range"),
        ("2月30日", "date_unreadable"),
        ("9月中旬", "date_unreadable"),
        ("生病", "date_unreadable"),
        ("12/9/2026", "date_ambiguous"),
        (9.1, "date_ambiguous"),
        ("#REF!", "cell_error"),
        ("同上", "same_as_above"),
    ],
)
def test_what_is_no_day_of_this_year_is_refused(qingzhu: SchoolCast, cell: object, code: str) -> None:
    before = snapshot()
    assert one(qingzhu, cell) == ([], [code])
    assert snapshot() == before


@pytest.mark.parametrize(
    "cell", ["9月12日、10月20日", "9.12,10.20", "2026-09-12 2026-10-20", "9月12日\n10月20日", "9月12日；10月20日"]
)
def test_several_days_in_a_cell_are_several_records(qingzhu: SchoolCast, cell: str) -> None:
    assert one(qingzhu, cell) == (["2026-09-12", "2026-10-20"], [])


def test_a_row_becomes_records_of_the_mentor_that_say_where_they_come_from(qingzhu: SchoolCast) -> None:
    report = rows(qingzhu, (CLASS, "安可儿", "", "", "8月20日", "10月9日", "11月2日"))
    (change,) = report.changes
    assert [(field.label, field.new) for field in change.fields] == [
        ("家访", "家访 8月20日"),
        ("谈心", "谈心 10月9日"),
        ("成长寄语", "成长寄语 11月2日"),
    ]
    pupil, term = qingzhu.pupils[0], qingzhu.year.terms.get(number=1)
    seen, spoken, written = HomeVisit.objects.get(), HeartTalk.objects.get(), GrowthLetter.objects.get()
    for record in (seen, spoken, written):
        assert (record.from_paper, record.term, record.created_by) == (True, term, qingzhu.mentor)
    assert [teacher.user for teacher in seen.teachers.all()] == [qingzhu.mentor]
    assert (list(spoken.pupils.all()), written.mentor, written.handwritten) == ([pupil], qingzhu.slot, True)
    acts = set(RecordVersion.objects.values_list("kind", "act", "version", "changed_by"))
    assert acts == {(kind, VersionAct.BROUGHT_IN, 1, qingzhu.office.pk) for kind in ("visit", "talk", "letter")}
    assert RecordVersion.objects.get(kind="visit").fields["teachers"] == [t.pk for t in seen.teachers.all()]
    assert Notice.objects.count() == 0
    assert dict(pupil.ticks.filter(period__term=term).values_list("action", "done_on")) == {
        "visit": datetime.date(2026, 8, 20),
        "talk": datetime.date(2026, 10, 9),
        "letter": datetime.date(2026, 11, 2),
    }


def test_the_author_may_write_more_into_it(qingzhu: SchoolCast) -> None:
    rows(qingzhu, (CLASS, "安可儿", "", "", "9月12日", "", ""))
    found = HomeVisit.objects.get()
    data = VisitData(date=found.date, visibility=NoteVisibility.TEAM, text="爷爷也在家。")
    update_visit(
        actor=qingzhu.actor(qingzhu.mentor), visit=found, version=1, data=data, teachers=list(found.teachers.all())
    )
    found.refresh_from_db()
    assert (found.text, found.from_paper, found.version) == ("爷爷也在家。", True, 2)


def test_the_column_mentor_names_another(qingzhu: SchoolCast) -> None:
    rows(
        qingzhu,
        (CLASS, "安可儿", "", "苏禾老师", "9月12日", "9月13日", ""),
        (CLASS, "丁小雨", "", "林小满/苏禾", "√", "", ""),
    )
    mine = HomeVisit.objects.get(pupil__name="安可儿")
    assert ([t.name for t in mine.teachers.all()], mine.created_by) == (["苏禾"], qingzhu.colleague)
    both = HomeVisit.objects.get(pupil__name="丁小雨")
    assert {t.name for t in both.teachers.all()} == {"林小满", "苏禾"}


@pytest.mark.parametrize(
    "row,code,column",
    [
        ((CLASS, "安可儿", "", "无名氏", "√", "", ""), "teacher_unknown", "导师"),
        ((CLASS, "丁小雨", "", "", "√", "", ""), "mentor_missing", "姓名"),
        ((CLASS, "丁小雨", "", "德育外", "", "", "√"), "slot_missing", "书面反馈"),
        ((CLASS, "没有人", "", "", "√", "", ""), "pupil_unknown", "姓名"),
        (("五（1）班", "安可儿", "", "", "√", "", ""), "pupil_elsewhere", "姓名"),
        (("九（9）班", "安可儿", "", "", "√", "", ""), "class_unreadable", "班级"),
        ((CLASS, "安可儿", "", "", "", "", "9月1日、10月1日"), "letter_twice", "书面反馈"),
        ((CLASS, "白一诺", "OWN", "", "√", "", ""), "name_contradicts", "姓名"),
        ((CLASS, "安可儿", "", "没账号", "√", "", ""), "teacher_without_account", "导师"),
    ],
)
def test_whoever_cannot_be_told_is_an_error_at_the_cell(
    qingzhu: SchoolCast, row: tuple[str, ...], code: str, column: str
) -> None:
    Teacher.objects.create(school=qingzhu.school, number="X1", name="德育外", user=qingzhu.office)
    Teacher.objects.create(school=qingzhu.school, number="X2", name="没账号")
    row = tuple(qingzhu.pupils[0].student_number if cell == "OWN" else cell for cell in row)
    report = rows(qingzhu, row)
    assert [(found[0], found[2]) for found in errors(report)] == [(code, column)]
    assert (report.written, HomeVisit.objects.count()) == (False, 0)


def test_of_two_with_one_name_the_number_decides_and_nothing_else(qingzhu: SchoolCast) -> None:
    twin = PupilFactory.create(school=qingzhu.school, name="安可儿")
    EnrolmentFactory.create(school_class=qingzhu.class_one, pupil=twin)
    report = rows(qingzhu, (CLASS, "安可儿", "", "", "9月12日", "", ""))
    assert [code for code, *_ in errors(report)] == ["name_ambiguous"]
    rows(qingzhu, (CLASS, "安可儿", twin.student_number, "苏禾", "9月12日", "", ""))
    assert HomeVisit.objects.get().pupil == twin


def test_a_pupil_who_changed_class_is_found_by_number_and_named_by_the_class_of_today(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    Enrolment.objects.filter(pupil=pupil).update(ends_on=TODAY, end_reason=EndReason.CLASS_CHANGE)
    EnrolmentFactory.create(school_class=qingzhu.class_five, pupil=pupil, starts_on=TODAY)
    report = rows(qingzhu, (CLASS, pupil.name, pupil.student_number, "", "9月12日", "", ""))
    assert [change.subject for change in report.changes] == ["五（1）班 安可儿"]


def test_the_pupils_of_another_school_are_unknown(qingzhu: SchoolCast, other: SchoolCast) -> None:
    theirs = other.pupils[0]
    report = rows(qingzhu, (CLASS, "别校生", theirs.student_number, "", "9月12日", "", ""))
    assert [code for code, *_ in errors(report)] == ["pupil_unknown"]
    with pytest.raises(DomainError, match="不属于本校"):
        read_as_other(qingzhu, other)


def read_as_other(cast: SchoolCast, other: SchoolCast) -> None:
    read(cast, book(DONE), by=other.office)


def test_a_pupil_who_stands_there_twice_is_brought_in_once_for_each_day(qingzhu: SchoolCast) -> None:
    report = rows(
        qingzhu,
        (CLASS, "安可儿", "", "", "9月12日", "√", ""),
        (CLASS, "安可儿", "", "", "9月12日", "10月9日", ""),
        (CLASS, "安可儿", "", "", "√", "", ""),
    )
    assert done() == {"安可儿": ["家访 2026-09-12", "谈心 2026-10-09"]}
    assert [code for code, *_ in warnings(report)] == ["row_repeated"]


def test_what_is_there_already_is_not_doubled(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=datetime.date(2026, 9, 12))
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils, date=datetime.date(2026, 10, 9))
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1], draft=True)
    before = state()
    report = rows(
        qingzhu,
        (CLASS, "安可儿", "", "", "9月12日", "√", "11月1日"),
        (CLASS, "白一诺", "", "", "", "10月9日", "11月1日"),
    )
    assert (report.unchanged, report.changes, state()) == (2, (), before)
    assert [(code, row) for code, row, *_ in warnings(report)] == [("letter_begun", 3)]


def test_again_it_changes_nothing_even_when_the_next_window_is_over(qingzhu: SchoolCast) -> None:
    data = book(DONE, (CLASS, "安可儿", "", "", "√", "√", "√"), (CLASS, "白一诺", "", "", "9月1日", "9月2日", "9月3日"))
    assert read(qingzhu, data).written
    before = state()
    again = read(qingzhu, data)
    assert (again.unchanged, again.changes, state()) == (2, (), before)


def test_a_planned_visit_is_done_by_it(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    plan = VisitPlan.objects.create(
        school=qingzhu.school,
        pupil=pupil,
        term=qingzhu.year.terms.get(number=1),
        date=TODAY,
        created_by=qingzhu.mentor,
    )
    before = state()
    batch = confirmed(qingzhu, book(DONE, (CLASS, pupil.name, "", "", "9月12日", "", "")))
    plan.refresh_from_db()
    assert (plan.state, plan.visit) == ("done", HomeVisit.objects.get())
    undo_batch(actor=qingzhu.actor(qingzhu.office), batch=batch)
    assert state() == before


def test_taking_it_back_leaves_every_row_as_it_was(qingzhu: SchoolCast) -> None:
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    before = state()
    names = ("安可儿", "白一诺", "曹子墨")
    batch = confirmed(
        qingzhu, book(DONE, *((CLASS, name, "", "", "9月12日、9月13日", "√", "11月1日") for name in names))
    )
    assert (HomeVisit.objects.count(), GrowthLetter.objects.count()) == (6, 3)
    assert state() != before
    undo_batch(actor=qingzhu.actor(qingzhu.office), batch=batch)
    assert state() == before


def test_it_is_not_taken_back_once_somebody_has_written_into_it(qingzhu: SchoolCast) -> None:
    batch = confirmed(qingzhu, book(DONE, (CLASS, "安可儿", "", "", "9月12日", "", "")))
    test = HomeVisit.objects.get()
    data = VisitData(date=test.date, visibility=NoteVisibility.TEAM, text="补写")
    update_visit(actor=qingzhu.actor(qingzhu.mentor), visit=test, version=1, data=data, teachers=[])
    before = state()
    with pytest.raises(DomainError, match="安可儿的家访记录") as caught:
        undo_batch(actor=qingzhu.actor(qingzhu.office), batch=batch)
    assert (caught.value.code, state()) == ("changed_since", before)


def test_the_ticks_are_those_that_the_records_say(qingzhu: SchoolCast) -> None:
    rows(
        qingzhu,
        (CLASS, "安可儿", "", "", "9月12日", "", "11月1日"),
        (CLASS, "白一诺", "", "", "", "√", ""),
        ("五（1）班", "范思齐", "", "", "8月20日", "9月1日、10月2日", "√"),
    )
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []
    told = sorted(Tick.objects.filter(state="done").values_list("pupil__name", "action"))
    assert told == [
        ("安可儿", "letter"), ("安可儿", "visit"), ("白一诺", "talk"),
        ("范思齐", "letter"), ("范思齐", "talk"), ("范思齐", "visit"),
    ]  # fmt: skip


def test_the_template_holds_the_schools_pupils_and_comes_in_unchanged(qingzhu: SchoolCast) -> None:
    actor, shape = qingzhu.actor(qingzhu.office), find_shape("done")
    assert shape is not None
    blank = roster_template(actor=actor, year=qingzhu.year, shape=shape).data
    report = read(qingzhu, blank)
    assert (report.rows, report.unchanged, report.changes, errors(report)) == (5, 5, (), [])
    rows(qingzhu, (CLASS, "安可儿", "", "", "8月20日", "9月3日、10月9日", "11月2日"))
    filled = export_roster(actor=actor, year=qingzhu.year, shape=shape).data
    again = read(qingzhu, filled)
    assert (again.rows, again.unchanged, again.changes, errors(again)) == (5, 5, (), [])


def test_the_sheet_may_begin_anywhere_and_be_of_one_class(qingzhu: SchoolCast) -> None:
    def shifted(sheet: Worksheet) -> None:
        for row in [("青竹小学一（1）班纸质记录",), (), ("姓名", "家访", "谈心"), ("安可儿", "9月12日", "√")]:
            sheet.append(["", "", *row])

    workbook = book(sheet="一（1）班", also=shifted)
    assert read(qingzhu, workbook).written
    assert done() == {"安可儿": ["家访 2026-09-12", "谈心 2026-09-01"]}


@pytest.mark.parametrize("part,allowed", [("admin", True), ("office", True), ("mentor", False), ("homeroom", False)])
def test_who_may(qingzhu: SchoolCast, part: str, allowed: bool) -> None:
    person: User = qingzhu.people[part]
    data = book(DONE, (CLASS, "安可儿", "", "", "9月12日", "", ""))
    if allowed:
        assert read(qingzhu, data, by=person).written
    else:
        with pytest.raises(DomainError, match="不归您导入"):
            read(qingzhu, data, by=person)


def test_nobody_else_finds_another_roster_there(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError, match="不归您导入"):
        read(qingzhu, book(DONE), ImportKind.STUDENTS)


def test_twelve_hundred_pupils_take_seconds(qingzhu: SchoolCast) -> None:
    pupils = Pupil.objects.bulk_create(
        Pupil(school=qingzhu.school, name=f"学生{n}", student_number=f"P{n:06}") for n in range(1200)
    )
    Enrolment.objects.bulk_create(
        Enrolment(
            school=qingzhu.school,
            year=qingzhu.year,
            pupil=pupil,
            school_class=qingzhu.class_one,
            starts_on=qingzhu.year.starts_on,
        )
        for pupil in pupils
    )
    Assignment.objects.bulk_create(
        Assignment(
            school=qingzhu.school,
            year=qingzhu.year,
            pupil=pupil,
            mentor=qingzhu.slot,
            origin="import",
            starts_on=qingzhu.year.starts_on,
        )
        for pupil in pupils
    )
    data = book(DONE, *((CLASS, p.name, p.student_number, "", "9月12日", "10月9日", "11月2日") for p in pupils))
    begun = time.process_time()
    batch = confirmed(qingzhu, data)
    taken = time.process_time() - begun
    assert (HomeVisit.objects.count(), HeartTalk.objects.count(), GrowthLetter.objects.count()) == (1200, 1200, 1200)
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []
    undo_batch(actor=qingzhu.actor(qingzhu.office), batch=batch)
    assert HomeVisit.objects.count() == 0
    assert taken < 20
