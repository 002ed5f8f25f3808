"""Slots, teams and exceptions: what they follow from, and who may change them."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import RoleGrant
from core.errors import DomainError
from mentors.models.slots import CapException, Mentor, TeamMember
from mentors.services.slots import apply_plan_cap, create_mentor, grant_exception, revoke_exception, set_team
from mentors.services.teams import add_to_team, choose_leader, remove_from_team
from mentors.staff.services.people import open_account
from schools.models import Plan, SchoolClass
from tests.cast import SchoolCast, TeacherFactory
from tests.mentors.builders import fill


def capacity(mentor: Mentor) -> int:
    return Mentor.objects.get(pk=mentor.pk).capacity


def team(school_class: SchoolClass) -> list[tuple[int, bool]]:
    rows = TeamMember.objects.filter(school_class=school_class)
    return [(member.mentor_id, member.is_leader) for member in rows]


# --- Exceptions -------------------------------------------------------------------------------------------------------
def test_only_the_office_grants_an_exception(qingzhu: SchoolCast) -> None:
    for part in ("homeroom", "mentor", "leader", "admin", "counsellor"):
        with pytest.raises(DomainError) as refused:
            grant_exception(actor=qingzhu.actor(qingzhu.people[part]), mentor=qingzhu.slot, limit=16, reason="多一名")
        assert refused.value.code == "not_allowed"
    assert CapException.objects.count() == 0
    assert capacity(qingzhu.slot) == 15


def test_an_exception_names_who_granted_it_and_replaces_an_earlier_one(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    first = grant_exception(actor=office, mentor=qingzhu.slot, limit=16, reason="多一名")
    second = grant_exception(actor=office, mentor=qingzhu.slot, limit=18, reason=" 多三名 ")
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert (second.limit, second.reason, second.granted_by_id) == (18, "多三名", qingzhu.office.pk)
    assert capacity(qingzhu.slot) == 18


@pytest.mark.parametrize(
    "limit, reason, code",
    [
        (16, "  ", "reason_missing"),
        (15, "多一名", "limit_too_low"),
        (31, "多一名", "limit_too_high"),
    ],
)
def test_an_exception_wants_a_reason_and_a_sensible_limit(
    qingzhu: SchoolCast, limit: int, reason: str, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        grant_exception(actor=qingzhu.actor(qingzhu.office), mentor=qingzhu.slot, limit=limit, reason=reason)
    assert refused.value.code == code


def test_an_exception_is_not_withdrawn_while_the_mentor_needs_it(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    exception = grant_exception(actor=office, mentor=qingzhu.slot, limit=16, reason="多一名")
    fill(qingzhu, qingzhu.slot, 16)
    with pytest.raises(DomainError) as refused:
        revoke_exception(actor=office, exception=exception)
    assert refused.value.message == ("这位导师现有 16 名学生，超过 15 名。请先把学生调给其他导师，再撤销超额。")
    assert capacity(qingzhu.slot) == 16


def test_withdrawing_an_exception_brings_the_plans_cap_back(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    exception = grant_exception(actor=office, mentor=qingzhu.slot, limit=16, reason="多一名")
    revoke_exception(actor=office, exception=exception)
    exception.refresh_from_db()
    assert exception.revoked_at is not None
    assert capacity(qingzhu.slot) == 15


def test_withdrawing_a_replaced_exception_leaves_the_newer_one_alone(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    first = grant_exception(actor=office, mentor=qingzhu.slot, limit=16, reason="多一名")
    grant_exception(actor=office, mentor=qingzhu.slot, limit=18, reason="多三名")
    with pytest.raises(DomainError) as refused:
        revoke_exception(actor=office, exception=first)
    assert refused.value.code == "already_revoked"
    assert capacity(qingzhu.slot) == 18


def test_exceptions_of_another_school_are_out_of_reach(qingzhu: SchoolCast, other: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        grant_exception(actor=qingzhu.actor(qingzhu.office), mentor=other.slot, limit=16, reason="多一名")
    assert refused.value.code == "other_school"
    theirs = grant_exception(actor=other.actor(other.office), mentor=other.slot, limit=16, reason="多一名")
    with pytest.raises(DomainError) as refused:
        revoke_exception(actor=qingzhu.actor(qingzhu.office), exception=theirs)
    assert refused.value.code == "other_school"


# --- The plan's cap ---------------------------------------------------------------------------------------------------
def test_a_new_cap_reaches_all_slots_and_keeps_exceptions_above_it(qingzhu: SchoolCast) -> None:
    grant_exception(actor=qingzhu.actor(qingzhu.office), mentor=qingzhu.slot, limit=20, reason="多五名")
    Plan.objects.filter(year=qingzhu.year).update(cap=12)
    assert apply_plan_cap(actor=qingzhu.system, year=qingzhu.year) == 3
    slots = (qingzhu.slot, qingzhu.slot_colleague, qingzhu.slot_homeroom, qingzhu.slot_shared)
    assert [capacity(slot) for slot in slots] == [20, 12, 12, 24]
    assert apply_plan_cap(actor=qingzhu.system, year=qingzhu.year) == 0


def test_a_cap_below_the_pupils_that_somebody_has_is_refused_as_a_whole(qingzhu: SchoolCast) -> None:
    Plan.objects.filter(year=qingzhu.year).update(cap=1)
    with pytest.raises(DomainError) as refused:
        apply_plan_cap(actor=qingzhu.system, year=qingzhu.year)
    assert refused.value.code == "load_above_cap"
    assert set(Mentor.objects.filter(year=qingzhu.year).values_list("capacity", flat=True)) == {15, 30}


@pytest.mark.parametrize("extra", [0, 3])
def test_the_cap_is_applied_in_one_number_of_queries(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries, extra: int
) -> None:
    for _ in range(extra):
        create_mentor(actor=qingzhu.system, year=qingzhu.year, teachers=[TeacherFactory.create(school=qingzhu.school)])
    Plan.objects.filter(year=qingzhu.year).update(cap=16)
    with django_assert_num_queries(9):
        apply_plan_cap(actor=qingzhu.system, year=qingzhu.year)


# --- Teams ------------------------------------------------------------------------------------------------------------
def test_teachers_join_a_team_each_with_a_slot_or_two_with_one(qingzhu: SchoolCast) -> None:
    admin = qingzhu.actor(qingzhu.admin)
    single, left, right = (TeacherFactory.create(school=qingzhu.school) for _ in range(3))
    (own,) = add_to_team(actor=admin, school_class=qingzhu.class_five, teachers=[single])
    (shared,) = add_to_team(actor=admin, school_class=qingzhu.class_five, teachers=[left, right], shared=True)
    assert team(qingzhu.class_five) == [(qingzhu.slot_shared.pk, True), (own.pk, False), (shared.pk, False)]
    assert (capacity(own), capacity(shared)) == (15, 30)


def test_a_teacher_with_a_slot_joins_with_it_and_joining_again_changes_nothing(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    teacher = qingzhu.mentor.teacher
    assert add_to_team(actor=office, school_class=qingzhu.class_five, teachers=[teacher]) == [qingzhu.slot]
    assert add_to_team(actor=office, school_class=qingzhu.class_five, teachers=[teacher]) == []
    assert Mentor.objects.filter(members__teacher=teacher).count() == 1


def test_one_teacher_or_three_cannot_share_a_slot(qingzhu: SchoolCast) -> None:
    teachers = [TeacherFactory.create(school=qingzhu.school) for _ in range(3)]
    for chosen in (teachers[:1], teachers):
        with pytest.raises(DomainError) as refused:
            add_to_team(actor=qingzhu.system, school_class=qingzhu.class_five, teachers=chosen, shared=True)
        assert refused.value.code == "not_two"


def test_a_teacher_who_already_has_a_slot_cannot_share_a_new_one(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        add_to_team(
            actor=qingzhu.system,
            school_class=qingzhu.class_five,
            teachers=[qingzhu.mentor.teacher, TeacherFactory.create(school=qingzhu.school)],
            shared=True,
        )
    assert refused.value.code == "slot_taken"
    assert team(qingzhu.class_five) == [(qingzhu.slot_shared.pk, False)]


def test_a_mentor_with_pupils_of_the_class_stays_in_its_team(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        remove_from_team(actor=qingzhu.system, school_class=qingzhu.class_one, mentor=qingzhu.slot)
    assert refused.value.message == (
        "林小满老师还带着本班 2 名学生。请先在“安排导师”里把学生调给其他导师，再移出导师团。"
    )


def test_when_the_leader_leaves_the_next_one_leads(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    remove_from_team(actor=office, school_class=qingzhu.class_one, mentor=qingzhu.slot_homeroom)
    assert team(qingzhu.class_one) == [(qingzhu.slot.pk, True), (qingzhu.slot_colleague.pk, False)]
    choose_leader(actor=office, school_class=qingzhu.class_one, mentor=qingzhu.slot_colleague)
    assert team(qingzhu.class_one) == [(qingzhu.slot_colleague.pk, True), (qingzhu.slot.pk, False)]


def test_a_mentor_who_is_not_in_the_team_cannot_lead_or_leave_it(qingzhu: SchoolCast) -> None:
    for act in (choose_leader, remove_from_team):
        with pytest.raises(DomainError) as refused:
            act(actor=qingzhu.system, school_class=qingzhu.class_one, mentor=qingzhu.slot_shared)
        assert refused.value.code == "not_in_team"


@pytest.mark.parametrize("part", ["homeroom", "mentor", "leader", "counsellor"])
def test_only_the_office_and_the_admin_change_teams(qingzhu: SchoolCast, part: str) -> None:
    with pytest.raises(DomainError) as refused:
        add_to_team(
            actor=qingzhu.actor(qingzhu.people[part]),
            school_class=qingzhu.class_one,
            teachers=[TeacherFactory.create(school=qingzhu.school)],
        )
    assert refused.value.code == "not_allowed"


def test_teams_slots_and_accounts_of_another_school_are_out_of_reach(qingzhu: SchoolCast, other: SchoolCast) -> None:
    admin = qingzhu.actor(qingzhu.admin)
    foreign = TeacherFactory.create(school=other.school)

    def refusals() -> list[str]:
        codes = []
        for act in (
            lambda: add_to_team(actor=admin, school_class=other.class_one, teachers=[foreign]),
            lambda: add_to_team(actor=admin, school_class=qingzhu.class_one, teachers=[foreign]),
            lambda: add_to_team(actor=admin, school_class=qingzhu.class_one, teachers=[other.mentor.teacher]),
            lambda: set_team(actor=admin, school_class=qingzhu.class_one, mentors=[other.slot], leader=None),
            lambda: open_account(actor=admin, teacher=foreign, username="fremd"),
        ):
            with pytest.raises(DomainError) as refused:
                act()
            codes.append(refused.value.code)
        return codes

    assert refusals() == ["other_school"] * 5


# --- Accounts ---------------------------------------------------------------------------------------------------------
def test_an_account_opened_for_a_mentor_brings_the_role_and_a_password_to_change(qingzhu: SchoolCast) -> None:
    teacher = qingzhu.slot_shared.members.get(position=2).teacher
    user, password = open_account(actor=qingzhu.actor(qingzhu.admin), teacher=teacher, username=" QZ-Shi ")
    assert (user.username, user.name, user.must_change_password) == ("qz-shi", "石磊", True)
    assert user.check_password(password)
    assert [grant.role for grant in RoleGrant.objects.filter(user=user)] == ["mentor"]
    with pytest.raises(DomainError) as refused:
        open_account(actor=qingzhu.actor(qingzhu.admin), teacher=teacher, username="qz-shi2")
    assert refused.value.code == "has_account"


def test_an_account_name_that_is_taken_leaves_the_teacher_without_account(qingzhu: SchoolCast) -> None:
    teacher = TeacherFactory.create(school=qingzhu.school)
    with pytest.raises(DomainError) as refused:
        open_account(actor=qingzhu.system, teacher=teacher, username=qingzhu.mentor.username)
    assert refused.value.code == "username_taken"
    teacher.refresh_from_db()
    assert teacher.user_id is None
