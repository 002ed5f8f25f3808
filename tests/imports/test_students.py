"""What a pupil roster may look like, and whom each row means."""

import datetime

import pytest
from django.db import DatabaseError, connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from core.bulk import insert_rows
from core.errors import DomainError
from core.importplan import ChangeKind
from jobs.enums import ImportKind
from jobs.previews import ImportReport
from schools.enums import Preset
from schools.services import create_school
from students.enums import EndReason
from students.models import Enrolment, Guardian, Pupil
from tests.imports.conftest import STUDENT_HEADER, Desk, book, pupil
from tests.imports.snapshot import snapshot


def errors(report: ImportReport) -> list[tuple[str, int | None, str]]:
    return [(found["code"], found["row"], found["column"]) for found in report.as_dict()["errors"]]


def warnings(report: ImportReport) -> list[tuple[str, int | None, str]]:
    return [(found["code"], found["row"], found["column"]) for found in report.as_dict()["warnings"]]


def infos(report: ImportReport) -> list[tuple[str, str]]:
    return [(f.code, f.value) for f in report.log.findings if f.level == "info"]


@pytest.mark.parametrize(
    "label",
    [
        "一<1>", "一（1）班", "一(1)", "1年级1班", "一年级1班", "1年级(1)班", "一年级一班", "G1C1", "101", "2026级1班",
        "一1班", " 一 （1） 班", "１（１）班",
    ],
)  # fmt: skip
def test_every_spelling_of_a_class_means_the_same_one(desk: Desk, label: str) -> None:
    desk.students(pupil(1, "甲", label))
    assert str(Enrolment.objects.get().school_class) == "一（1）班"


def test_a_class_column_that_became_a_number_is_read(desk: Desk) -> None:
    desk.run(book(("姓名", "班级"), ("甲", 101), ("乙", 1.1)), ImportKind.STUDENTS)
    assert {str(e.school_class) for e in Enrolment.objects.all()} == {"一（1）班"}


def test_a_class_column_that_became_a_date_is_an_error(desk: Desk) -> None:
    report = desk.run(book(("姓名", "班级"), ("甲", datetime.date(2026, 1, 2))), ImportKind.STUDENTS)
    assert errors(report) == [("class_is_date", 2, "班级")]


def test_an_unknown_class_is_an_error_unless_it_may_be_created(desk: Desk) -> None:
    before = snapshot()
    refused = desk.students(pupil(1, "甲", "一<1>"), pupil(2, "乙", "九<1>"), create=False)
    assert errors(refused) == [("class_unknown", 2, "班级"), ("class_unreadable", 3, "班级")]
    assert (refused.written, refused.unknown_classes) == (False, ("一（1）班",))
    assert snapshot() == before
    created = desk.students(pupil(1, "甲", "一<1>"), create=True)
    assert (created.written, created.new_classes) == (True, ("一（1）班",))


def test_all_errors_are_told_at_once_and_nothing_is_written(desk: Desk) -> None:
    before = snapshot()
    report = desk.students(
        pupil(1, "甲"),
        pupil(2, "", "一<1>"),
        pupil(3, "丙", ""),
        pupil(4, "丁", gender="？"),
        pupil(5, "长" * 61),
        pupil(6, "己", phone="1.38E+10"),
        pupil(7, "庚", remark="长" * 201),
    )
    assert errors(report) == [
        ("name_missing", 3, "姓名"),
        ("class_missing", 4, "班级"),
        ("gender_unknown", 5, "性别"),
        ("name_too_long", 6, "姓名"),
        ("digits_lost", 7, "联系电话"),
        ("text_too_long", 8, "备注"),
    ]
    assert (report.rows, report.written) == (7, False)
    assert snapshot() == before


def test_a_number_that_the_spreadsheet_damaged_is_an_error(desk: Desk) -> None:
    report = desk.run(book(("学籍号", "姓名", "班级"), (310114202600000012, "甲", "一<1>")), ImportKind.STUDENTS)
    assert errors(report) == [("digits_lost", 2, "学籍号")]


def test_missing_columns_are_named(desk: Desk) -> None:
    report = desk.run(book(("学籍号", "性别", "班级"), ("G1", "女", "一<1>")), ImportKind.STUDENTS)
    assert errors(report) == [("column_missing", 1, "姓名")]
    report = desk.run(book(("学籍号", "姓名"), ("G1", "甲")), ImportKind.STUDENTS)
    assert errors(report) == [("column_missing", 1, "班级")]


def test_a_repeated_heading_is_asked_about_and_never_guessed(desk: Desk) -> None:
    report = desk.run(book(("姓名", "班级", "电话", "电话"), ("甲", "一<1>", "1", "2")), ImportKind.STUDENTS)
    assert errors(report) == [("column_repeated", 1, "电话")]


def test_a_column_out_of_scope_is_told_and_not_stored(desk: Desk) -> None:
    report = desk.run(book(("姓名", "班级", "身份证号"), ("甲", "一<1>", "31010120160101001X")), ImportKind.STUDENTS)
    assert warnings(report) == [("column_ignored", 1, "身份证号")]
    assert report.written
    assert "31010120160101001X" not in str(snapshot())


def test_a_file_without_heading_says_so(desk: Desk) -> None:
    report = desk.run(book(("甲", "一<1>"), ("乙", "一<1>")), ImportKind.STUDENTS)
    assert errors(report) == [("no_table", None, "")]


def test_a_heading_without_pupils_says_so(desk: Desk) -> None:
    assert errors(desk.students()) == [("no_rows", None, "")]


def test_totals_and_signatures_are_no_pupils(desk: Desk) -> None:
    report = desk.run(
        book(
            ("序号", "姓名", "班级", "备注"),
            (1, "甲", "一<1>", ""),
            (2, "", "", ""),
            ("序号", "姓名", "班级", "备注"),
            ("合计", "1人", "", ""),
            ("制表人：王老师", "", "", ""),
        ),
        ImportKind.STUDENTS,
    )
    assert (report.rows, report.written) == (1, True)
    assert infos(report) == [("row_skipped", "序号"), ("row_skipped", "合计"), ("row_skipped", "制表人：王老师")]


def test_the_title_names_the_class_if_neither_column_nor_sheet_does(desk: Desk) -> None:
    data = book(("青竹小学2026学年第一学期三（2）班学生名册",), ("姓名", "学籍号"), ("甲", "G1"))
    assert desk.run(data, ImportKind.STUDENTS).written
    assert str(Enrolment.objects.get().school_class) == "三（2）班"


def test_a_running_number_over_several_classes_is_no_seat_number(desk: Desk) -> None:
    rows = [(1, "甲", "一<1>"), (2, "乙", "一<1>"), (3, "丙", "一<2>")]
    desk.run(book(("序号", "姓名", "班级"), *rows), ImportKind.STUDENTS)
    assert set(Enrolment.objects.values_list("seat_number", flat=True)) == {None}


def test_up_to_three_guardians_are_read(desk: Desk) -> None:
    header = ("姓名", "班级", "监护人1姓名", "监护人1联系电话", "家长2姓名", "家长2电话", "监护人3姓名")
    desk.run(book(header, ("甲", "一<1>", "张勇", "19900000001", "李芳", "19900000002", "")), ImportKind.STUDENTS)
    assert list(Guardian.objects.order_by("position").values_list("position", "name", "phone")) == [
        (1, "张勇", "19900000001"),
        (2, "李芳", "19900000002"),
    ]


def test_a_doubtful_phone_is_a_warning_and_several_phones_give_the_first(desk: Desk) -> None:
    report = desk.students(pupil(1, "甲", phone="59120000"), pupil(2, "乙", phone="19900000001、19900000002"))
    assert warnings(report) == [("phone_doubtful", 2, "联系电话"), ("several_phones", 3, "联系电话")]
    assert list(Guardian.objects.order_by("pk").values_list("phone", flat=True)) == ["59120000", "19900000001"]


def test_children_of_one_name_are_told_apart_by_their_number(desk: Desk) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "甲"))
    report = desk.students(pupil(1, "甲", remark="大"), pupil(2, "甲", remark="小"))
    assert report.count(ChangeKind.CHANGED) == 2
    assert dict(Pupil.objects.values_list("student_number", "remark")) == {
        f"G{1:018d}": "大",
        f"G{2:018d}": "小",
    }


def test_two_of_one_name_without_number_are_refused_and_never_merged(desk: Desk) -> None:
    report = desk.students(pupil(0, "甲"), pupil(0, "甲"))
    assert errors(report) == [("name_ambiguous", 2, "姓名"), ("name_ambiguous", 3, "姓名")]
    desk.students(pupil(1, "甲"), pupil(2, "甲"))
    assert errors(desk.students(pupil(0, "甲"))) == [("name_ambiguous", 2, "姓名")]


def test_a_row_without_number_finds_its_pupil_by_name_and_class(desk: Desk) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "甲", "一<2>"))
    report = desk.students(pupil(0, "甲", "一<2>", remark="新", phone="19900000002"))
    assert (report.count(ChangeKind.NEW), report.count(ChangeKind.CHANGED)) == (0, 1)
    assert Pupil.objects.get(student_number=f"G{2:018d}").remark == "新"


def test_a_newcomer_without_number_who_has_a_namesake_in_another_class_is_asked_about(desk: Desk) -> None:
    desk.students(pupil(1, "甲"))
    report = desk.students(pupil(0, "甲", "一<2>"))
    assert (report.count(ChangeKind.NEW), warnings(report)) == (1, [("maybe_moved", 2, "姓名")])


def test_a_number_is_filled_in_where_it_was_missing_and_unique(desk: Desk) -> None:
    desk.students(pupil(0, "甲"))
    report = desk.students(pupil(7, "甲"))
    assert (report.count(ChangeKind.NEW), report.count(ChangeKind.CHANGED)) == (0, 1)
    assert Pupil.objects.get().student_number == f"G{7:018d}"


def test_one_number_with_two_names_refuses_both_rows(desk: Desk) -> None:
    report = desk.students(pupil(1, "甲"), pupil(1, "乙"))
    assert errors(report) == [("number_repeated", 2, "学籍号"), ("number_repeated", 3, "学籍号")]


def test_the_same_row_twice_is_one_pupil(desk: Desk) -> None:
    report = desk.students(pupil(1, "甲"), pupil(1, "甲"))
    assert (report.rows, report.count(ChangeKind.NEW), warnings(report)) == (2, 1, [("row_repeated", 3, "学籍号")])


def test_a_change_of_class_ends_one_enrolment_and_begins_another(desk: Desk) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "乙", "一<2>"))
    rows = (pupil(1, "甲", "一<2>"), pupil(2, "乙", "一<2>"))
    ticks = [choice.key for choice in desk.students(*rows, dry=True).choices]
    report = desk.students(*rows, accepted=ticks)
    assert warnings(report) == [("class_changed", 2, "班级")]
    (change,) = report.changes
    assert [(f.label, f.old, f.new) for f in change.fields] == [("班级", "一（1）班", "一（2）班")]
    places = Enrolment.objects.filter(pupil__name="甲").order_by("pk")
    assert [(str(e.school_class), e.end_reason) for e in places] == [
        ("一（1）班", EndReason.CLASS_CHANGE),
        ("一（2）班", ""),
    ]


def test_pupils_missing_from_a_class_are_listed_and_kept(desk: Desk) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "乙"), pupil(3, "丙", "一<2>"))
    report = desk.students(pupil(1, "甲"))
    assert [(c.kind, c.subject) for c in report.changes] == [(ChangeKind.GONE, "一（1）班 乙")]
    assert Enrolment.objects.active().count() == 3


def test_empty_cells_erase_nothing(desk: Desk) -> None:
    desk.students(pupil(1, "甲", remark="慢热"))
    before = snapshot()
    report = desk.students((f"G{1:018d}", "甲", "", "一<1>", "", "", "", ""))
    assert (report.unchanged, report.count(ChangeKind.CHANGED)) == (1, 0)
    after = snapshot()
    assert after["students.Pupil"] == before["students.Pupil"]
    assert after["students.Guardian"] == before["students.Guardian"]


def test_each_change_is_shown_old_and_new(desk: Desk) -> None:
    desk.students(pupil(1, "甲"))
    report = desk.students(pupil(1, "甲乙", gender="男", phone="19911111111", remark="新"))
    (change,) = report.changes
    assert [(f.label, f.old, f.new) for f in change.fields] == [
        ("姓名", "甲", "甲乙"),
        ("性别", "女", "男"),
        ("备注", "", "新"),
        ("监护人1电话", "19900000001", "19911111111"),
    ]
    assert warnings(report) == [("name_changed", 2, "姓名")]


def test_a_failure_in_the_last_step_leaves_the_database_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.students(pupil(1, "甲"))
    before = snapshot()

    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr("jobs.imports.audit", fail)
    with pytest.raises(DomainError, match="数据没有变动") as failed:
        desk.students(pupil(1, "甲", "一<2>", remark="新"), pupil(2, "乙"))
    assert failed.value.code == "not_written"
    assert snapshot() == before


def test_a_crash_in_the_middle_leaves_the_database_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot()

    def crash(model: type[Model], columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> object:
        if model is Guardian:
            raise RuntimeError("killed")
        return insert_rows(model, columns, rows)

    monkeypatch.setattr("students.imports.plan.insert_rows", crash)
    with pytest.raises(RuntimeError):
        desk.students(pupil(1, "甲"))
    assert snapshot() == before


@pytest.mark.parametrize("dry", [True, False])
def test_the_number_of_queries_does_not_grow_with_the_rows(desk: Desk, dry: bool) -> None:
    desk.students(pupil(9000, "先"))

    def queries(numbers: range) -> int:
        rows = [pupil(n, f"学生{n}") for n in numbers]
        with CaptureQueriesContext(connection) as context:
            assert not desk.students(*rows, dry=dry).log.has_errors
        return len(context)

    assert queries(range(1, 4)) == queries(range(10, 90))


def test_another_school_with_the_same_number_is_invisible(desk: Desk) -> None:
    other, _ = create_school(code="other", name="别校", preset=Preset.PRIMARY_TERMLY, start_year=2026)
    stranger = Pupil.objects.create(school=other, name="远", student_number=f"G{1:018d}")
    report = desk.students(pupil(1, "甲"))
    assert (report.count(ChangeKind.NEW), report.log.findings) == (1, ())
    stranger.refresh_from_db()
    assert stranger.name == "远"


def test_hostile_text_is_stored_as_text(desk: Desk) -> None:
    name = "<script>alert(1)</script>"
    desk.students(pupil(1, name, remark="{{ 7*7 }}"))
    assert list(Pupil.objects.values_list("name", flat=True)) == [name]


def test_the_usual_heading_has_no_surprises(desk: Desk) -> None:
    report = desk.run(book(STUDENT_HEADER, pupil(1, "甲")), ImportKind.STUDENTS)
    assert report.log.findings == ()
