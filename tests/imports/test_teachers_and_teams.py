"""Teachers, their accounts and roles, and the mentor matrix."""

from collections.abc import Sequence

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import RoleGrant, User
from core.importplan import ChangeKind
from jobs.enums import ImportKind
from jobs.importers import ImportOptions
from jobs.imports import import_roster
from jobs.previews import ImportReport
from mentors.models.slots import Mentor, MentorMember, Teacher, TeamMember
from mentors.roster.imports.capacity import ClassLoad, cap_advice
from tests.imports.conftest import Desk, book
from tests.imports.snapshot import snapshot

HEADER = ("工号", "姓名", "手机号", "任教学科", "职务", "班主任班级")


def teachers(desk: Desk, *rows: Sequence[object], accepted: Sequence[str] = ()) -> ImportReport:
    return import_roster(
        actor=desk.actor,
        year=desk.year,
        kind=ImportKind.TEACHERS,
        data=book(HEADER, *rows),
        file_name="教师.xlsx",
        options=ImportOptions(create_classes=True),
        accepted=accepted,
    )


def matrix(desk: Desk, *rows: Sequence[object], dry: bool = False) -> ImportReport:
    return desk.run(book(*rows), ImportKind.MENTORS, dry=dry)


def errors(report: ImportReport) -> list[tuple[str, str]]:
    return [(found["code"], found["value"]) for found in report.as_dict()["errors"]]


def warnings(report: ImportReport) -> list[tuple[str, str]]:
    return [(found["code"], found["value"]) for found in report.as_dict()["warnings"]]


def staff(desk: Desk) -> None:
    teachers(
        desk,
        ("T1", "王一", "", "", "", "一<1>"),
        ("T2", "李二", "", "", "", "一<2>"),
        ("T3", "张三", "", "", "", ""),
        ("T4", "赵四", "", "", "", ""),
    )


def test_accepted_proposals_become_roles_and_are_not_proposed_again(desk: Desk) -> None:
    row = ("T1", "王一", "19900000001", "数学", "德育副校长", "")
    report = teachers(desk, row, accepted=["moral_office:T1", "school_admin:T1"])
    assert [choice.key for choice in report.choices] == ["leader:T1", "moral_office:T1"]
    assert set(RoleGrant.objects.filter(user__username="qz-t1").values_list("role", flat=True)) == {
        Role.MENTOR,
        Role.MORAL_OFFICE,
    }
    assert [choice.key for choice in teachers(desk, row).choices] == ["leader:T1"]


def test_who_answers_for_the_data_is_proposed_by_the_duty(desk: Desk) -> None:
    row = ("T1", "王一", "", "", "数据安全负责人", "")
    report = teachers(desk, row, accepted=["data_officer:T1"])
    assert [choice.label for choice in report.choices] == ["王一（数据安全负责人）→ 数据负责人"]
    assert RoleGrant.objects.filter(user__username="qz-t1", role=Role.DATA_OFFICER, ends_on=None).count() == 1


def test_the_column_of_e_mails_fills_the_accounts_and_spares_what_a_person_proved(desk: Desk) -> None:
    """No page and no roster took an address: no reminder left the house."""
    header = (*HEADER, "电子邮箱")

    def roster(*addresses: str) -> ImportReport:
        rows = [(f"T{n}", f"教师{n}", "", "", "", "", address) for n, address in enumerate(addresses)]
        return import_roster(
            actor=desk.actor,
            year=desk.year,
            kind=ImportKind.TEACHERS,
            data=book(header, *rows),
            file_name="t.xlsx",
            options=ImportOptions(),
        )

    first = roster("a@mail.invalid", "b@mail.invalid", "not an address")
    assert (errors(first), warnings(first)) == ([], [("email_wrong", "not an address")])
    User.objects.filter(username="qz-t1").update(email_verified_at=timezone.now())
    second = roster("A@mail.invalid", "c@mail.invalid", "d@mail.invalid")
    assert warnings(second) == [("email_kept", "c@mail.invalid")]
    told = [(field.label, field.old, field.new) for change in second.changes for field in change.fields]
    assert told == [("邮箱", "", "d@mail.invalid")]
    stored = User.objects.filter(username__startswith="qz-t").order_by("username").values_list("email", flat=True)
    assert list(stored) == ["a@mail.invalid", "b@mail.invalid", "d@mail.invalid"]


def test_a_class_gets_a_new_homeroom_teacher_and_the_former_one_ends(desk: Desk) -> None:
    staff(desk)
    report = teachers(desk, ("T3", "张三", "", "", "", "一<1>"))
    (change, *_) = report.changes
    assert [(f.label, f.old, f.new) for f in change.fields] == [("班主任班级", "", "一（1）班")]
    open_ones = RoleGrant.objects.filter(role=Role.HOMEROOM, ends_on=None, school_class__number=1)
    assert [grant.user.name for grant in open_ones] == ["张三"]


def test_a_renamed_teacher_renames_the_account_and_is_warned_about(desk: Desk) -> None:
    staff(desk)
    report = teachers(desk, ("T3", "张三丰", "", "", "", ""), accepted=["rename:T3"])
    assert warnings(report) == [("name_changed", "张三丰")]
    assert User.objects.get(username="qz-t3").name == "张三丰"
    assert report.count(ChangeKind.GONE) == 3
    assert Teacher.objects.present().count() == 4


def test_a_teacher_who_lost_the_mentor_role_does_not_get_it_back_by_import(desk: Desk) -> None:
    staff(desk)
    RoleGrant.objects.filter(user__username="qz-t3", role=Role.MENTOR).delete()
    report = teachers(desk, ("T3", "张三", "19900000003", "", "", ""))
    assert report.count(ChangeKind.CHANGED) == 1
    assert not RoleGrant.objects.filter(user__username="qz-t3").exists()


def test_contradictions_among_teachers_are_errors(desk: Desk) -> None:
    before = snapshot()
    report = teachers(
        desk,
        ("T1", "王一", "", "", "", "一<1>"),
        ("T1", "李二", "", "", "", ""),
        ("T3", "张三", "", "", "", "一<1>"),
        ("", "赵四", "", "", "", ""),
        ("", "赵四", "", "", "", ""),
    )
    missing = ("number_missing", "赵四")
    assert errors(report) == [("number_repeated", "T1"), ("homeroom_repeated", "张三"), missing, missing]
    assert snapshot() == before


def test_unknown_and_ambiguous_mentors_are_errors_and_nothing_is_written(desk: Desk) -> None:
    staff(desk)
    teachers(desk, ("T5", "张三", "", "", "", ""))
    before = snapshot()
    report = matrix(desk, ("", "一<1>", "一<2>"), ("导师团长", "王一", "陈五"), ("导师", "张三", "甲/乙/丙"))
    assert errors(report) == [
        ("teacher_unknown", "陈五"),
        ("teacher_ambiguous", "张三"),
        ("teacher_unknown", "甲"),
        ("teacher_unknown", "乙"),
        ("teacher_unknown", "丙"),
        ("slot_too_many", "甲/乙/丙"),
    ]
    assert snapshot() == before
    by_number = matrix(desk, ("", "一<1>"), ("导师团长", "王一"), ("导师", "T5"))
    assert errors(by_number) == []


def test_a_mentor_of_two_classes_holds_one_slot(desk: Desk) -> None:
    staff(desk)
    report = matrix(desk, ("", "一<1>", "一<2>"), ("导师团长", "王一", "李二"), ("导师", "张三", "张三"))
    assert (report.rows, report.count(ChangeKind.NEW), Mentor.objects.count()) == (4, 4, 3)
    assert TeamMember.objects.count() == 4


def test_alone_in_one_class_and_shared_in_another_is_a_conflict(desk: Desk) -> None:
    staff(desk)
    report = matrix(desk, ("", "一<1>", "一<2>"), ("导师团长", "王一", "李二"), ("导师", "张三", "张三/赵四"))
    assert errors(report) == [("slot_conflict", "张三/赵四")]


def test_a_slot_that_becomes_shared_grows_and_shows_who_holds_it(desk: Desk) -> None:
    staff(desk)
    matrix(desk, ("", "一<1>"), ("导师团长", "王一"), ("导师", "张三"))
    report = matrix(desk, ("", "一<1>"), ("导师团长", "王一"), ("导师", "张三/赵四"))
    (change,) = report.changes
    assert [(f.label, f.old, f.new) for f in change.fields] == [("担任人", "张三", "张三/赵四")]
    assert sorted(Mentor.objects.values_list("capacity", flat=True)) == [15, 30]
    assert MentorMember.objects.count() == 3


def test_the_leader_can_change_and_should_be_the_homeroom_teacher(desk: Desk) -> None:
    staff(desk)
    matrix(desk, ("", "一<1>"), ("导师团长", "王一"), ("导师", "张三"))
    report = matrix(desk, ("", "一<1>"), ("导师团长", "张三"), ("导师", "王一"))
    assert warnings(report) == [("leader_not_homeroom", "张三")]
    assert report.count(ChangeKind.CHANGED) == 2
    leaders = TeamMember.objects.filter(is_leader=True)
    assert [m.teacher.name for leader in leaders for m in leader.mentor.members.all()] == ["张三"]


def test_a_team_member_missing_from_the_matrix_is_listed_and_kept(desk: Desk) -> None:
    staff(desk)
    matrix(desk, ("", "一<1>"), ("导师团长", "王一"), ("导师", "张三"))
    report = matrix(desk, ("", "一<1>"), ("导师团长", "王一"))
    assert [(c.kind, c.subject) for c in report.changes] == [(ChangeKind.GONE, "一（1）班 张三")]
    assert TeamMember.objects.count() == 2


def test_names_beside_no_title_and_a_file_without_matrix_are_errors(desk: Desk) -> None:
    staff(desk)
    assert errors(matrix(desk, ("", "一<1>"), ("", "王一"))) == [("row_unknown", "王一")]
    assert errors(matrix(desk, ("姓名", "年龄"), ("王一", 3))) == [("no_table", "")]


def test_two_leaders_in_one_class_are_refused(desk: Desk) -> None:
    staff(desk)
    report = matrix(desk, ("", "一<1>"), ("导师团长", "王一"), ("导师团长", "张三"))
    assert errors(report) == [("two_leaders", "张三")]


def test_head_counts_that_differ_from_the_roster_and_grades_outside_the_plan_are_told(desk: Desk) -> None:
    staff(desk)
    desk.students(("G1", "甲", "女", "一<1>", "", "", "", ""))
    report = matrix(desk, ("", "一<1>"), ("", "44人"), ("导师团长", "王一"))
    assert warnings(report) == [("headcount_differs", "44")]
    report = matrix(desk, ("", "二<1>"), ("导师团长", "张三"))
    assert warnings(report) == [("grade_not_covered", "")]


@pytest.mark.parametrize(
    "classes,advice",
    [
        ([ClassLoad("一（1）班", 44, (1, 1, 1))], None),
        (
            [ClassLoad("一（1）班", 31, (1, 1)), ClassLoad("一（2）班", 30, (1, 1))],
            (
                "一年级 61 人、4 个导师名额：如果学生只在本班选导师，平均分配时 4 个名额中有 1 个超过 15 人。"
                "全年级最多可带 60 人，还差 1 人：需再增 1 名导师，或请德育室批准超额。"
            ),
        ),
        (
            [ClassLoad("一（1）班", 32, (1, 1)), ClassLoad("一（2）班", 26, (1, 1))],
            (
                "一年级 58 人、4 个导师名额：如果学生只在本班选导师，平均分配时 4 个名额中有 2 个超过 15 人。"
                "可将一（1）班 2 人调给一（2）班（还可带 4 人）的导师，或请德育室批准超额。"
            ),
        ),
    ],
)
def test_the_advice_says_what_would_help(classes: list[ClassLoad], advice: str | None) -> None:
    assert cap_advice("一年级", classes, cap=15) == advice
