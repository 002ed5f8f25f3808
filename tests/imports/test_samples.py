"""The sample rosters import as their description says."""

import openpyxl
import pytest
from django.db.models import Count

from accounts.enums import Role
from accounts.models import RoleGrant, User
from jobs.enums import ImportKind
from mentors.models.slots import Mentor, MentorMember, Teacher, TeamMember
from schools.models import SchoolClass
from students.models import Enrolment, Guardian, Pupil
from tests.imports.conftest import ROSTERS, Desk
from tests.imports.snapshot import snapshot


def counts(report: object) -> tuple[object, ...]:
    return tuple(
        report.as_dict()[key]  # type: ignore[attr-defined]  # an ImportReport
        for key in ("rows", "created", "updated", "unchanged", "errors", "warnings", "written")
    )


def test_the_flat_roster_gives_891_pupils_in_23_classes(desk: Desk) -> None:
    assert counts(desk.file("students.xlsx")) == (891, 891, 0, 0, [], [], True)
    by_grade = dict(Enrolment.objects.active().values_list("school_class__grade__number").annotate(count=Count("pk")))
    assert by_grade == {1: 383, 3: 323, 5: 185}
    assert SchoolClass.objects.count() == 23
    assert Guardian.objects.count() == 891
    sizes = [
        count
        for (count,) in SchoolClass.objects.filter(grade__number__in=(1, 5))
        .annotate(size=Count("enrolments"))
        .order_by("grade__number", "number")
        .values_list("size")
    ]
    assert sizes == [44, 41, 42, 42, 43, 43, 42, 43, 43, 32, 32, 31, 33, 31, 26]


def test_two_pupils_of_one_name_are_both_kept(desk: Desk) -> None:
    desk.file("students.xlsx")
    twins = (
        Enrolment.objects.filter(school_class__grade__number=1, school_class__number=3)
        .values("pupil__name")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )
    assert [row["count"] for row in twins] == [2]


def test_every_name_is_kept_exactly_rare_characters_included(desk: Desk) -> None:
    desk.file("students.xlsx")
    sheet = openpyxl.load_workbook(ROSTERS / "students.xlsx").worksheets[0]
    written = {str(row[1]): str(row[2]) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert dict(Pupil.objects.values_list("student_number", "name")) == written
    rare = [name for name in written.values() if any(not "\u4e00" <= c <= "\u9fa5" for c in name)]
    assert len(rare) == 7


@pytest.mark.parametrize("name", ["students-by-class.xlsx", "students-by-class.xls", "students-gbk.csv"])
def test_every_other_shape_of_the_roster_then_changes_nothing(desk: Desk, name: str) -> None:
    desk.file("students.xlsx")
    Pupil.objects.filter(student_number="G31011420260000001").update(remark="老师写的")
    remarks = dict(Pupil.objects.values_list("student_number", "remark"))
    report = desk.file(name)
    assert counts(report) == (891, 0, 0, 891, [], [], True)
    assert dict(Pupil.objects.values_list("student_number", "remark")) == remarks
    assert Enrolment.objects.count() == 891


@pytest.mark.parametrize("name", ["students-by-class.xlsx", "students-by-class.xls", "students-gbk.csv"])
def test_every_other_shape_gives_the_same_891_pupils_on_its_own(desk: Desk, name: str) -> None:
    assert counts(desk.file(name)) == (891, 891, 0, 0, [], [], True)
    alone = list(Pupil.objects.order_by("student_number").values_list("student_number", "name", "gender"))
    phones = list(Guardian.objects.order_by("pupil__student_number").values_list("name", "phone"))
    assert counts(desk.file("students.xlsx"))[:2] == (891, 0)
    assert alone == list(Pupil.objects.order_by("student_number").values_list("student_number", "name", "gender"))
    assert phones == list(Guardian.objects.order_by("pupil__student_number").values_list("name", "phone"))


def test_the_teacher_roster_gives_55_teachers_with_accounts_and_23_homerooms(desk: Desk) -> None:
    desk.file("students.xlsx")
    report = desk.file("teachers.xlsx", ImportKind.TEACHERS)
    assert counts(report) == (55, 55, 0, 0, [], [], True)
    assert Teacher.objects.exclude(user=None).count() == 55
    roles = dict(RoleGrant.objects.values_list("role").annotate(count=Count("pk")))
    assert roles == {Role.MENTOR: 55, Role.HOMEROOM: 23, Role.SCHOOL_ADMIN: 1}
    user = User.objects.get(username="qz-t0008")
    assert (user.name, user.has_usable_password()) == ("孙予", False)
    assert counts(desk.file("teachers.xlsx", ImportKind.TEACHERS)) == (55, 0, 0, 55, [], [], True)


def test_office_roles_are_proposed_from_the_duty_and_given_only_when_accepted(desk: Desk) -> None:
    desk.file("students.xlsx")
    report = desk.file("teachers.xlsx", ImportKind.TEACHERS)
    assert [choice.key for choice in report.choices] == [
        "leader:T0049",
        "leader:T0050",
        "moral_office:T0051",
        "moral_office:T0052",
        "counsellor:T0053",
        "school_admin:T0055",
    ]
    assert report.choices[2].label == "汤琪轩（德育主任）→ 德育室"


def test_the_matrix_gives_teams_of_15_classes_with_39_slots_and_40_people(desk: Desk) -> None:
    desk.file("students.xlsx")
    desk.file("teachers.xlsx", ImportKind.TEACHERS)
    report = desk.file("mentor-matrix.xlsx", ImportKind.MENTORS)
    assert counts(report)[:5] == (39, 39, 0, 0, [])
    assert (Mentor.objects.count(), MentorMember.objects.count()) == (39, 40)
    assert TeamMember.objects.values("school_class").distinct().count() == 15
    assert TeamMember.objects.filter(is_leader=True).count() == 15
    shared = Mentor.objects.with_names().annotate(size=Count("members")).filter(size=2).get()
    assert (shared.names, shared.capacity) == ("陈溪俊/朱乐泽", 30)
    again = desk.file("mentor-matrix.xlsx", ImportKind.MENTORS)
    assert counts(again)[:5] == (39, 0, 0, 39, [])


def test_the_matrix_says_that_grade_five_cannot_stay_within_the_cap_and_what_would_help(desk: Desk) -> None:
    desk.file("students.xlsx")
    desk.file("teachers.xlsx", ImportKind.TEACHERS)
    report = desk.file("mentor-matrix.xlsx", ImportKind.MENTORS, dry=True)
    (warning,) = report.as_dict()["warnings"]
    assert warning["code"] == "cap_by_class"
    assert warning["message"] == (
        "五年级 185 人、12 个导师名额（共 13 位老师）：如果学生只在本班选导师，"
        "平均分配时 12 个名额中有 8 个超过 15 人。"
        "可将五（1）班 2 人、五（2）班 2 人、五（3）班 1 人、五（4）班 3 人、五（5）班 1 人"
        "调给五（6）班（还可带 19 人）的导师，或请德育室批准超额。"
        "共用的名额按老师人数计，全年级最多可带 195 人。"
    )


@pytest.mark.parametrize(
    "name,kind",
    [
        ("students.xlsx", ImportKind.STUDENTS),
        ("teachers.xlsx", ImportKind.TEACHERS),
        ("mentor-matrix.xlsx", ImportKind.MENTORS),
    ],
)
def test_a_dry_run_says_what_the_import_says_and_writes_nothing(desk: Desk, name: str, kind: ImportKind) -> None:
    if kind is not ImportKind.STUDENTS:
        desk.file("students.xlsx")
    if kind is ImportKind.MENTORS:
        desk.file("teachers.xlsx", ImportKind.TEACHERS)
    before = snapshot()
    dry = desk.file(name, kind, dry=True)
    assert snapshot() == before
    real = desk.file(name, kind)
    assert (dry.log.findings, dry.changes, dry.unchanged) == (real.log.findings, real.changes, real.unchanged)
    assert (dry.written, real.written) == (False, True)
