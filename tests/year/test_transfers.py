"""Transfers, changes of class, returns; teachers who leave and come back: exact places, and who may."""

import datetime

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AuditEntry, RoleGrant, User
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor, Teacher, TeamMember
from mentors.services.assignments import assign_pupil, recount_loads, withdraw_pupil
from mentors.services.slots import apply_plan_cap, grant_exception
from mentors.staff.services.transfers import change_class, draw_leaving, reinstate_teacher, retire_teacher
from schools.services import create_class
from students.enums import EndReason
from students.models import Enrolment, Guardian, Pupil
from students.services import GuardianData, PupilData, add_pupil, edit_pupil, reinstate_pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast

pytestmark = pytest.mark.django_db


def admin(cast: SchoolCast) -> Actor:
    return cast.actor(cast.admin)


def places(pupil: Pupil) -> list[tuple[str, str]]:
    rows = Enrolment.objects.filter(pupil=pupil).select_related("school_class__grade").order_by("pk")
    return [(row.school_class.label, row.end_reason) for row in rows]


def mentor_names(pupil: Pupil) -> list[str]:
    return [row.mentor.names for row in Assignment.objects.active().filter(pupil=pupil)]


def load(mentor: Mentor) -> tuple[int, int]:
    mentor.refresh_from_db()
    return mentor.load, mentor.capacity


def fill(cast: SchoolCast, mentor: Mentor, count: int) -> list[Pupil]:
    pupils = [row.pupil for row in EnrolmentFactory.create_batch(count, school_class=cast.class_one)]
    for pupil in pupils:
        assign_pupil(actor=cast.system, pupil=pupil, mentor=mentor, origin=AssignmentOrigin.OFFICE)
    return pupils


# --- In and out -------------------------------------------------------------------------------------------------------
def test_a_pupil_who_comes_is_cleaned_like_an_imported_one(qingzhu: SchoolCast) -> None:
    data = PupilData(
        name="张 小 竹",
        gender="female",
        student_number=" g2026000099 ",
        guardians=[GuardianData(), GuardianData("张 勇", "父亲", "138 0013 8000")],
    )
    enrolment = add_pupil(actor=admin(qingzhu), school_class=qingzhu.class_one, data=data, seat_number=30)
    pupil = Pupil.objects.get(pk=enrolment.pupil_id)
    assert (pupil.name, pupil.student_number, pupil.gender) == ("张小竹", "G2026000099", "female")
    assert " zxz " in pupil.initials
    assert list(pupil.guardians.values_list("position", "name", "relation", "phone")) == [
        (1, "张勇", "父亲", "13800138000")
    ]
    assert (enrolment.school_class, enrolment.seat_number, enrolment.starts_on) == (qingzhu.class_one, 30, TODAY)


def test_one_number_belongs_to_one_pupil(qingzhu: SchoolCast, other: SchoolCast) -> None:
    number = qingzhu.pupils[0].student_number
    data = PupilData(name="张小竹", student_number=number)
    with pytest.raises(DomainError) as refusal:
        add_pupil(actor=admin(qingzhu), school_class=qingzhu.class_one, data=data)
    assert refusal.value.code == "number_taken"
    add_pupil(actor=admin(other), school_class=other.class_one, data=data)


def test_an_edit_replaces_the_guardians_and_names_what_changed_in_the_log(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    data = PupilData(
        name="安可", student_number=pupil.student_number, guardians=[GuardianData("安妈妈", "母亲", "19900000009")]
    )
    edit_pupil(actor=admin(qingzhu), pupil=pupil, data=data)
    pupil.refresh_from_db()
    assert (pupil.name, pupil.pinyin) == ("安可", "anke")
    assert list(Guardian.objects.filter(pupil=pupil).values_list("name", "phone")) == [("安妈妈", "19900000009")]
    assert AuditEntry.objects.get(verb="edit_pupil").detail == {"fields": ["name"], "guardians": 1}


def test_who_leaves_and_returns_on_one_day_never_left(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    withdraw_pupil(actor=admin(qingzhu), pupil=pupil, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    assert (places(pupil), load(qingzhu.slot)) == ([("一（1）班", "transfer_out")], (1, 15))
    reinstate_pupil(actor=admin(qingzhu), pupil=pupil, school_class=qingzhu.class_one)
    assert (places(pupil), mentor_names(pupil)) == ([("一（1）班", "")], [])


def test_who_returns_later_gets_a_second_place(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    withdraw_pupil(actor=admin(qingzhu), pupil=pupil, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    Enrolment.objects.filter(pupil=pupil).update(ends_on=TODAY - datetime.timedelta(days=9))
    reinstate_pupil(actor=admin(qingzhu), pupil=pupil, school_class=qingzhu.class_five)
    assert places(pupil) == [("一（1）班", "transfer_out"), ("五（1）班", "")]
    with pytest.raises(DomainError) as refusal:
        reinstate_pupil(actor=admin(qingzhu), pupil=pupil, school_class=qingzhu.class_one)
    assert refusal.value.code == "still_enrolled"


@pytest.mark.parametrize("keep,names,places_taken", [(True, ["林小满"], 2), (False, [], 1)])
def test_a_change_of_class_keeps_or_releases_the_mentor(
    qingzhu: SchoolCast, keep: bool, names: list[str], places_taken: int
) -> None:
    pupil = qingzhu.pupils[0]
    second = create_class(year=qingzhu.year, grade_number=1, number=2)
    Enrolment.objects.filter(pupil=pupil).update(brief="爱画画")
    change_class(actor=admin(qingzhu), pupil=pupil, school_class=second, keep_mentor=keep)
    moved = change_class(actor=admin(qingzhu), pupil=pupil, school_class=second, keep_mentor=keep)
    assert places(pupil) == [("一（1）班", "class_change"), ("一（2）班", "")]
    assert (mentor_names(pupil), load(qingzhu.slot), moved.brief) == (names, (places_taken, 15), "爱画画")
    assert recount_loads(year=qingzhu.year, check=True) == []


# --- Teachers ---------------------------------------------------------------------------------------------------------
def teacher_of(user: User) -> Teacher:
    return Teacher.objects.get(user=user)


def test_pupils_of_a_leaver_go_to_the_colleague(qingzhu: SchoolCast) -> None:
    teacher = teacher_of(qingzhu.mentor)
    leaving = draw_leaving(actor=admin(qingzhu), teacher=teacher)
    assert [row.pupil.name for row in leaving.open_pupils] == ["安可儿", "白一诺"]
    assert [m.names for m in leaving.successors] == ["何知秋", "苏禾", "陶然/石磊"]
    retire_teacher(actor=admin(qingzhu), teacher=teacher, left_on=TODAY, successor=qingzhu.slot_colleague)
    assert [mentor_names(pupil) for pupil in qingzhu.pupils] == [["苏禾"], ["苏禾"]]
    assert (load(qingzhu.slot), load(qingzhu.slot_colleague)) == ((0, 0), (3, 15))
    assert not TeamMember.objects.filter(mentor=qingzhu.slot).exists()
    user = User.objects.get(pk=qingzhu.mentor.pk)
    assert (user.is_active, RoleGrant.objects.filter(user=user, ends_on=None).count()) == (False, 0)
    assert teacher_of(user).left_on == TODAY
    assert recount_loads(year=qingzhu.year, check=True) == []
    assert qingzhu.slot.names == "林小满"


def test_pupils_of_a_leaver_may_wait_for_a_mentor(qingzhu: SchoolCast) -> None:
    retire_teacher(actor=admin(qingzhu), teacher=teacher_of(qingzhu.mentor), left_on=TODAY)
    assert [mentor_names(pupil) for pupil in qingzhu.pupils] == [[], []]
    assert apply_plan_cap(actor=admin(qingzhu), year=qingzhu.year) == 0


def test_a_colleague_without_room_cannot_take_over(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot_colleague, 13)
    teacher = teacher_of(qingzhu.mentor)
    assert "苏禾" not in [m.names for m in draw_leaving(actor=admin(qingzhu), teacher=teacher).successors]
    with pytest.raises(DomainError) as refusal:
        retire_teacher(actor=admin(qingzhu), teacher=teacher, left_on=TODAY, successor=qingzhu.slot_colleague)
    assert refusal.value.code == "cap_reached"
    assert (load(qingzhu.slot), teacher_of(qingzhu.mentor).left_on) == ((2, 15), None)
    assert User.objects.get(pk=qingzhu.mentor.pk).is_active


def test_the_partner_of_a_shared_slot_goes_on_within_the_own_cap(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot_shared, 17)
    teacher = teacher_of(qingzhu.sharer)
    leaving = draw_leaving(actor=admin(qingzhu), teacher=teacher)
    assert (leaving.partner, leaving.staying, len(leaving.open_pupils)) == ("石磊", 15, 3)
    retire_teacher(actor=admin(qingzhu), teacher=teacher, left_on=TODAY, successor=qingzhu.slot)
    assert (load(qingzhu.slot_shared), load(qingzhu.slot)) == ((15, 15), (5, 15))
    assert Mentor.objects.get(pk=qingzhu.slot_shared.pk).names == "石磊"


def test_the_next_in_the_list_leads_when_the_leader_leaves(qingzhu: SchoolCast) -> None:
    grant_exception(actor=qingzhu.actor(qingzhu.office), mentor=qingzhu.slot_homeroom, limit=16, reason="试一试")
    retire_teacher(actor=admin(qingzhu), teacher=teacher_of(qingzhu.homeroom), left_on=TODAY)
    team = TeamMember.objects.filter(school_class=qingzhu.class_one)
    assert [(seat.mentor.names, seat.is_leader) for seat in team] == [("林小满", True), ("苏禾", False)]
    assert load(qingzhu.slot_homeroom) == (0, 0)


def test_a_leaving_can_be_taken_back(qingzhu: SchoolCast) -> None:
    teacher = teacher_of(qingzhu.mentor)
    retire_teacher(actor=admin(qingzhu), teacher=teacher, left_on=TODAY)
    reinstate_teacher(actor=admin(qingzhu), teacher=teacher)
    user = User.objects.get(pk=qingzhu.mentor.pk)
    assert (user.is_active, teacher_of(user).left_on, load(qingzhu.slot)) == (True, None, (0, 15))
    with pytest.raises(DomainError) as refusal:
        reinstate_teacher(actor=admin(qingzhu), teacher=teacher)
    assert refusal.value.code == "still_here"


def test_leavings_that_cannot_be_are_refused(qingzhu: SchoolCast) -> None:
    def code(teacher: Teacher, day: datetime.date = TODAY) -> str:
        with pytest.raises(DomainError) as refusal:
            retire_teacher(actor=admin(qingzhu), teacher=teacher, left_on=day)
        return refusal.value.code

    own = Teacher.objects.create(school=qingzhu.school, user=qingzhu.admin, number="A1", name="管一鸣")
    teacher = teacher_of(qingzhu.mentor)
    assert code(own) == "own_account"
    assert code(teacher, TODAY + datetime.timedelta(days=1)) == "date_out_of_range"
    retire_teacher(actor=admin(qingzhu), teacher=teacher, left_on=TODAY)
    assert code(teacher) == "already_left"


def test_the_roster_is_the_own_schools_admins_alone(qingzhu: SchoolCast, other: SchoolCast) -> None:
    pupil, teacher = qingzhu.pupils[0], teacher_of(qingzhu.mentor)

    def codes(actor: Actor) -> list[str]:
        found = []
        for call in (
            lambda: add_pupil(actor=actor, school_class=qingzhu.class_one, data=PupilData(name="某")),
            lambda: edit_pupil(actor=actor, pupil=pupil, data=PupilData(name="某")),
            lambda: reinstate_pupil(actor=actor, pupil=pupil, school_class=qingzhu.class_one),
            lambda: change_class(actor=actor, pupil=pupil, school_class=qingzhu.class_five, keep_mentor=True),
            lambda: retire_teacher(actor=actor, teacher=teacher, left_on=TODAY),
            lambda: reinstate_teacher(actor=actor, teacher=teacher),
        ):
            with pytest.raises(DomainError) as refusal:
                call()
            found.append(refusal.value.code)
        return found

    assert codes(admin(other)) == ["other_school"] * 6
    for part in ("office", "homeroom", "mentor", "counsellor", "leader"):
        assert codes(qingzhu.actor(qingzhu.people[part])) == ["not_allowed"] * 6
    assert Role.SCHOOL_ADMIN not in qingzhu.actor(qingzhu.office).roles
