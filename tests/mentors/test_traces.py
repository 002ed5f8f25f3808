"""Each act on people, classes and accounts leaves its one line in the audit: who, what, of whom."""

import uuid
from collections.abc import Callable

import pytest

from accounts.enums import Role
from accounts.models import AuditEntry, RoleGrant
from accounts.services import (
    change_own_password,
    create_user,
    end_role,
    grant_role,
    issue_password,
    rename_account,
    set_account_active,
)
from mentors.enums import AssignmentOrigin
from mentors.models.slots import CapException, Teacher
from mentors.services.assignments import assign_pupil, assign_pupils, unassign_pupil, withdraw_pupil
from mentors.services.slots import create_mentor, grant_exception, revoke_exception, set_team
from mentors.staff.models import TrainingSession
from mentors.staff.services.readiness import begin_training, mark_ready, open_case
from mentors.staff.services.training import TrainingData, create_session, delete_session, set_attendance, update_session
from mentors.staff.services.transfers import change_class, reinstate_teacher, retire_teacher
from mentors.team.models import CaseMeeting
from mentors.team.queries.places import class_place
from mentors.team.services.meetings import MeetingData, delete_meeting, hold_meeting, restore_meeting, update_meeting
from students.enums import EndReason
from students.models import FamilySlip
from students.services import issue_slips
from students.services.pupils import PupilData, add_pupil, edit_pupil, reinstate_pupil
from students.services.slips import revoke_slip
from tests.cast import TODAY, SchoolCast, TeacherFactory

pytestmark = pytest.mark.django_db
Line = tuple[str, str, str, int | None]


def left_by(act: Callable[[], object]) -> list[Line]:
    """The audit lines that an act leaves."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    act()
    entries = AuditEntry.objects.filter(pk__gt=last).order_by("pk").select_related("user")
    return [(e.user.name if e.user else "", e.verb, e.target_type, e.target_id) for e in entries]


def verbs(act: Callable[[], object]) -> list[tuple[str, str]]:
    return [line[:2] for line in left_by(act)]


def test_pupils_and_their_mentors(qingzhu: SchoolCast) -> None:
    office, admin = qingzhu.actor(qingzhu.office), qingzhu.actor(qingzhu.admin)
    first, second, third = *qingzhu.pupils, qingzhu.pupil_unassigned
    year, origin = qingzhu.year, AssignmentOrigin.OFFICE
    assert verbs(lambda: assign_pupil(actor=office, pupil=third, mentor=qingzhu.slot, origin=origin)) == [
        ("德育韩", "assign_pupil")
    ]
    assert verbs(lambda: unassign_pupil(actor=office, pupil=third, year=year)) == [("德育韩", "unassign_pupil")]
    pairs = [(third.pk, qingzhu.slot.pk), (first.pk, qingzhu.slot_colleague.pk)]
    assert left_by(lambda: assign_pupils(actor=office, year=year, pairs=pairs, origin=origin)) == [
        ("德育韩", "assign_pupils", "schools.schoolyear", year.pk)
    ]
    assert verbs(
        lambda: change_class(actor=admin, pupil=second, school_class=qingzhu.class_five, keep_mentor=True)
    ) == [("管一鸣", "change_class")]
    leaving = left_by(
        lambda: withdraw_pupil(actor=admin, pupil=second, year=year, reason=EndReason.TRANSFER_OUT)
    )  # fmt: skip
    assert [line[1] for line in leaving] == ["withdraw_pupil"]
    assert verbs(lambda: reinstate_pupil(actor=admin, pupil=second, school_class=qingzhu.class_one)) == [
        ("管一鸣", "reinstate_pupil")
    ]
    assert verbs(lambda: add_pupil(actor=admin, school_class=qingzhu.class_one, data=PupilData("新同学"))) == [
        ("管一鸣", "add_pupil")
    ]
    assert left_by(lambda: edit_pupil(actor=admin, pupil=first, data=PupilData("安可可"))) == [
        ("管一鸣", "edit_pupil", "students.pupil", first.pk)
    ]


def test_slots_teams_and_exceptions(qingzhu: SchoolCast) -> None:
    office, slot, year = qingzhu.actor(qingzhu.office), qingzhu.slot, qingzhu.year
    fresh = TeacherFactory.create(school=qingzhu.school)
    assert verbs(lambda: create_mentor(actor=office, year=year, teachers=[fresh])) == [("德育韩", "create_mentor")]
    assert left_by(lambda: set_team(actor=office, school_class=qingzhu.class_one, mentors=[slot], leader=slot)) == [
        ("德育韩", "set_team", "schools.schoolclass", qingzhu.class_one.pk)
    ]
    assert verbs(lambda: grant_exception(actor=office, mentor=slot, limit=18, reason="班额大")) == [
        ("德育韩", "grant_exception")
    ]
    assert verbs(lambda: revoke_exception(actor=office, exception=CapException.objects.get())) == [
        ("德育韩", "revoke_exception")
    ]


def test_teachers_who_train_leave_and_come_back(qingzhu: SchoolCast) -> None:
    office, admin = qingzhu.actor(qingzhu.office), qingzhu.actor(qingzhu.admin)
    teacher = Teacher.objects.get(user=qingzhu.homeroom)
    case = open_case(actor=office, teacher=teacher, starts_on=TODAY, reason="先听课")
    steps = left_by(lambda: begin_training(actor=office, case=case, on=TODAY))
    case.refresh_from_db()
    steps += left_by(lambda: mark_ready(actor=office, case=case, on=TODAY))
    assert steps == [("德育韩", verb, "mentors.readinesscase", case.pk) for verb in ("begin_training", "mark_ready")]
    left = verbs(lambda: retire_teacher(actor=admin, teacher=teacher, left_on=TODAY, places={}))
    assert ("管一鸣", "retire_teacher") in left
    teacher.refresh_from_db()
    assert left_by(lambda: reinstate_teacher(actor=admin, teacher=teacher))[-1] == (
        "管一鸣", "reinstate_teacher", "mentors.teacher", teacher.pk,
    )  # fmt: skip


def test_meetings_and_trainings(qingzhu: SchoolCast) -> None:
    homeroom, office = qingzhu.actor(qingzhu.homeroom), qingzhu.actor(qingzhu.office)
    data = MeetingData(date=TODAY, topic="讨论", pupils=frozenset([qingzhu.pupils[0].pk]))
    key = uuid.uuid4()
    acts: list[Callable[[], object]] = [
        lambda: hold_meeting(actor=homeroom, place=class_place(qingzhu.class_one), data=data, submission=key),
        lambda: update_meeting(actor=homeroom, meeting=CaseMeeting.objects.get(), version=1, data=data),
        lambda: delete_meeting(actor=homeroom, meeting=CaseMeeting.objects.get()),
        lambda: restore_meeting(actor=homeroom, meeting=CaseMeeting.objects.get()),
    ]
    told = [line for act in acts for line in left_by(act)]
    pk = CaseMeeting.objects.get().pk
    assert told == [
        ("何知秋", f"{verb}_meeting", "mentors.casemeeting", pk) for verb in ("hold", "update", "delete", "restore")
    ]
    training, came = TrainingData(date=TODAY, topic="怎么谈心"), [Teacher.objects.get(user=qingzhu.mentor).pk]
    acts = [
        lambda: create_session(actor=office, data=training),
        lambda: update_session(actor=office, session=TrainingSession.objects.get(), data=training),
        lambda: set_attendance(actor=office, session=TrainingSession.objects.get(), came=came, stayed_away=[]),
        lambda: delete_session(actor=office, session=TrainingSession.objects.get()),
    ]
    assert [line[:2] for act in acts for line in left_by(act)] == [
        ("德育韩", verb) for verb in ("create_training", "update_training", "set_attendance", "delete_training")
    ]


def test_slips(qingzhu: SchoolCast) -> None:
    homeroom = qingzhu.actor(qingzhu.homeroom)
    assert verbs(lambda: issue_slips(actor=homeroom, pupils=list(qingzhu.pupils))) == [("何知秋", "issue_slips")]
    slip = FamilySlip.objects.order_by("pk")[0]
    assert left_by(lambda: revoke_slip(actor=homeroom, slip=slip)) == [
        ("何知秋", "revoke_slip", "students.familyslip", slip.pk)
    ]


def test_accounts_and_roles(qingzhu: SchoolCast) -> None:
    admin, mentor = qingzhu.actor(qingzhu.admin), qingzhu.mentor
    acts: list[Callable[[], object]] = [
        lambda: create_user(actor=admin, username="qingzhu-new", name="新老师", school=qingzhu.school),
        lambda: grant_role(actor=admin, user=mentor, role=Role.LEADER, school=qingzhu.school, starts_on=TODAY),
        lambda: end_role(actor=admin, grant=RoleGrant.objects.get(user=mentor, role=Role.LEADER)),
        lambda: rename_account(actor=admin, user=mentor, username="qingzhu-other"),
        lambda: issue_password(actor=admin, user=mentor),
        lambda: set_account_active(actor=admin, user=mentor, active=False),
        lambda: set_account_active(actor=admin, user=mentor, active=True),
    ]
    told = [line[:2] for act in acts for line in left_by(act)]
    assert told == [
        ("管一鸣", verb)
        for verb in (
            "create_user", "grant_role", "end_role", "rename_account", "issue_password", "close_account",
            "open_account",
        )
    ]  # fmt: skip
    own = qingzhu.actor(mentor)
    told = verbs(lambda: change_own_password(actor=own, user=mentor, password="ein-langes-Wort-2026"))
    assert told == [("林小满", "change_password")]
