"""Templates, and rosters that go out as they come in: import → export → import changes nothing."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from accounts.actors import Actor, system_actor
from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.services import create_user, grant_role
from core.clock import today
from core.importplan import ChangeKind
from core.workbooks import EXAMPLE_MARK, NOTES_SHEET
from jobs.exporters import RosterFile, export_roster, find_shape, roster_template, shapes
from jobs.importers import ImportOptions
from jobs.imports import import_roster
from jobs.previews import ImportReport
from mentors.models.slots import Assignment, Mentor, Teacher, TeamMember
from mentors.staff.services.people import open_account
from schools.enums import Preset
from schools.models import SchoolYear
from schools.services import create_school
from students.models import Enrolment, Guardian, Pupil
from tests.cast import EnrolmentFactory, SchoolCast, TeacherFactory
from tests.year.stored import store

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
NAMES = ("students", "teachers", "teams", "pairs")


def taken_out(actor: Actor, year: SchoolYear, name: str, *, blank: bool = False) -> RosterFile:
    shape = find_shape(name)
    assert shape is not None
    make = roster_template if blank else export_roster
    return make(actor=actor, year=year, shape=shape)


def brought_in(actor: Actor, year: SchoolYear, name: str, file: RosterFile) -> ImportReport:
    shape = find_shape(name)
    assert shape is not None
    return import_roster(
        actor=actor, year=year, kind=shape.kind, data=file.data, file_name=file.name, options=ImportOptions()
    )


def cells(data: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))


def everything(cast: SchoolCast) -> list[object]:
    """All that the four tables can change."""
    return [
        list(model._base_manager.filter(school=cast.school).order_by("pk").values_list())
        for model in (Pupil, Enrolment, Guardian, Mentor, TeamMember, Assignment)
    ]


@pytest.mark.parametrize("name,rows", [("students", 5), ("teachers", 5), ("teams", 4), ("pairs", 4)])
def test_an_export_imports_again_with_all_unchanged(qingzhu: SchoolCast, name: str, rows: int) -> None:
    actor = qingzhu.actor(qingzhu.admin)
    for teacher in Teacher.objects.filter(school=qingzhu.school):
        # As the import stores them: capitals, and everybody with an account.
        teacher.number = teacher.number.upper()
        teacher.save()
        if teacher.user is None:
            open_account(actor=actor, teacher=teacher, username=f"qingzhu-{teacher.number}")
    before = everything(qingzhu)
    report = brought_in(actor, qingzhu.year, name, taken_out(actor, qingzhu.year, name))
    assert report.log.as_dict()["errors"] == []
    assert (report.unchanged, report.changes) == (rows, ())
    assert everything(qingzhu) == before


def test_the_matrix_has_a_block_for_each_grade(qingzhu: SchoolCast) -> None:
    file = taken_out(qingzhu.actor(qingzhu.admin), qingzhu.year, "teams")
    assert cells(file.data) == [
        ("班级", "一（1）班"),
        ("导师团长", "何知秋"),
        ("导师", "林小满"),
        ("导师", "苏禾"),
        ("班级", "五（1）班"),
        ("导师团长", None),
        ("导师", "陶然/石磊"),
    ]


def test_teachers_of_one_name_are_written_by_their_number(qingzhu: SchoolCast) -> None:
    TeacherFactory.create(school=qingzhu.school, name="林小满", number="T-9")
    actor = qingzhu.actor(qingzhu.admin)
    number = qingzhu.slot.members.get().teacher.number
    file = taken_out(actor, qingzhu.year, "teams")
    assert ("导师", number) in cells(file.data)


def test_pupils_who_left_and_other_schools_stay_out(qingzhu: SchoolCast, other: SchoolCast) -> None:
    gone = Enrolment.objects.get(pupil=qingzhu.pupils[1])
    gone.ends_on, gone.end_reason = qingzhu.system.today, "transfer_out"
    gone.save()
    rows = cells(taken_out(qingzhu.actor(qingzhu.admin), qingzhu.year, "students").data)
    assert [row[0] for row in rows] == ["姓名", "安可儿", "曹子墨", "丁小雨", "范思齐"]


def test_text_that_looks_like_a_formula_stays_text(qingzhu: SchoolCast) -> None:
    Pupil.objects.filter(pk=qingzhu.pupils[0].pk).update(remark="=1+1")
    data = taken_out(qingzhu.actor(qingzhu.admin), qingzhu.year, "students").data
    cell = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["F2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_numbers_and_phones_are_text(qingzhu: SchoolCast) -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(taken_out(qingzhu.actor(qingzhu.admin), qingzhu.year, "students").data)
    ).worksheets[0]
    assert (sheet["B2"].number_format, sheet["I2"].number_format) == ("@", "@")
    assert (sheet["B2"].data_type, sheet["I2"].data_type) == ("s", "s")


@pytest.mark.parametrize("name", ["students", "teachers", "pairs"])
def test_a_template_has_drop_downs_and_an_example_that_is_not_imported(qingzhu: SchoolCast, name: str) -> None:
    actor = qingzhu.actor(qingzhu.admin)
    before = everything(qingzhu)
    file = taken_out(actor, qingzhu.year, name, blank=True)
    book = openpyxl.load_workbook(io.BytesIO(file.data))
    assert book.sheetnames[1:] == [NOTES_SHEET]
    assert sum(str(cell or "").startswith(EXAMPLE_MARK) for cell in cells(file.data)[1]) == 1
    headings = list(cells(file.data)[0])
    lists = [str(cell.value).removeprefix("可选：") for cell in book[NOTES_SHEET][1][3:]]
    rules = book.worksheets[0].data_validations.dataValidation
    columns = [openpyxl.utils.column_index_from_string(str(rule.sqref).split(":")[0].rstrip("2")) for rule in rules]
    assert [headings[at - 1] for at in columns] == lists
    report = brought_in(actor, qingzhu.year, name, file)
    assert report.changes == ()
    assert everything(qingzhu) == before


def test_the_drop_down_of_classes_lists_this_years_classes(qingzhu: SchoolCast, other: SchoolCast) -> None:
    data = taken_out(qingzhu.actor(qingzhu.admin), qingzhu.year, "students", blank=True).data
    notes = openpyxl.load_workbook(io.BytesIO(data))[NOTES_SHEET]
    column = next(col for col in notes.iter_cols(values_only=True) if col[0] == "可选：班级")
    assert [label for label in column[1:] if label] == ["一（1）班", "五（1）班"]


@pytest.mark.parametrize("name", NAMES)
def test_who_takes_a_roster_out_is_logged(qingzhu: SchoolCast, client_of: SignIn, name: str) -> None:
    client = client_of(qingzhu.admin)
    assert client.get(reverse("imports:template", args=[name])).status_code == 200
    assert AuditEntry.objects.filter(verb="export_roster").count() == 0
    answer = client.get(reverse("imports:export", args=[name]))
    assert "no-store" in answer["Cache-Control"]
    entry = AuditEntry.objects.get(verb="export_roster")
    assert (entry.user_id, entry.kind, entry.detail["shape"]) == (qingzhu.admin.pk, "read", name)


def test_each_role_finds_the_shapes_that_it_brings_in_and_no_other(qingzhu: SchoolCast, client_of: SignIn) -> None:
    assert [shape.name for shape in shapes(qingzhu.actor(qingzhu.admin))] == [*NAMES, "done"]
    assert [shape.name for shape in shapes(qingzhu.actor(qingzhu.office))] == ["done", "letters"]
    assert client_of(qingzhu.office).get(reverse("imports:export", args=["students"])).status_code == 403
    assert client_of(qingzhu.admin).get(reverse("imports:export", args=["notes"])).status_code == 404


@pytest.mark.parametrize("name,queries", [("students", 6), ("teachers", 6), ("teams", 8), ("pairs", 10)])
def test_the_number_of_queries_does_not_grow_with_the_roster(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries, name: str, queries: int
) -> None:
    actor = qingzhu.actor(qingzhu.admin)
    with django_assert_num_queries(queries):
        taken_out(actor, qingzhu.year, name)
    EnrolmentFactory.create_batch(5, school_class=qingzhu.class_one)
    TeacherFactory.create_batch(5, school=qingzhu.school)
    with django_assert_num_queries(queries):
        taken_out(actor, qingzhu.year, name)


# --- Any roster -------------------------------------------------------------------------------------------------------
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12)
_PUPILS = st.lists(
    st.tuples(_TEXT, _TEXT, st.sampled_from(["", "male", "female"]), st.booleans(), st.booleans()),
    min_size=1,
    max_size=6,
)


class AnyRoster(TestCase):
    """Names and remarks as odd as they come (as the import stores them) go out and in unchanged."""

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=_PUPILS)
    def test_a_roster_of_any_text_comes_back_unchanged(self, rows: list[tuple[str, str, str, bool, bool]]) -> None:
        school, year = create_school(code="any", name="任一小学", preset=Preset.PRIMARY_TERMLY, start_year=2026)
        system = system_actor(school_id=school.pk, today=today())
        user = create_user(actor=system, username="any-admin", name="管理员", school=school)
        grant_role(actor=system, user=user, role=Role.SCHOOL_ADMIN, school=school)
        store(year, rows)
        stored = list(Pupil.objects.filter(school=school).order_by("pk").values_list())
        report = brought_in(system, year, "students", taken_out(system, year, "students"))
        assert report.log.as_dict()["errors"] == []
        assert report.count(ChangeKind.NEW) + report.count(ChangeKind.CHANGED) == 0
        assert report.unchanged == len(stored)
        assert list(Pupil.objects.filter(school=school).order_by("pk").values_list()) == stored
