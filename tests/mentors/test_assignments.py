"""Giving pupils their mentor: idempotent, dated, counted, and never above the cap."""

import datetime
from dataclasses import replace
from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEntry
from core.errors import DomainError
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.rules import CapReached
from mentors.services import assignments
from mentors.services.assignments import assign_pupil, recount_loads, unassign_pupil, withdraw_pupil
from mentors.services.slots import create_mentor, grant_exception, set_team
from mentors.staff.services.transfers import retire_teacher
from students.enums import EndReason
from students.models import Enrolment, Pupil
from tests.cast import TODAY, SchoolCast, TeacherFactory
from tests.mentors.builders import enrol, fill

HOMEROOM = AssignmentOrigin.HOMEROOM


def load(mentor: Mentor) -> int:
    return Mentor.objects.get(pk=mentor.pk).load


def history(pupil: Pupil) -> list[tuple[int, datetime.date, datetime.date | None]]:
    rows = Assignment.objects.filter(pupil=pupil).order_by("pk")
    return [(a.mentor_id, a.starts_on, a.ends_on) for a in rows]


def test_a_homeroom_teacher_assigns_a_pupil_of_the_own_class(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.homeroom)
    assignment = assign_pupil(actor=actor, pupil=qingzhu.pupil_unassigned, mentor=qingzhu.slot, origin=HOMEROOM)
    assert (assignment.kind, assignment.origin, assignment.assigned_by_id) == ("main", "homeroom", actor.user_id)
    assert load(qingzhu.slot) == 3
    entry = AuditEntry.objects.get(verb="assign_pupil", user=qingzhu.homeroom)
    assert (entry.target_id, entry.detail) == (
        qingzhu.pupil_unassigned.pk,
        {"mentor": qingzhu.slot.pk, "origin": "homeroom"},
    )


def test_assigning_the_same_mentor_again_changes_nothing(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    before = history(pupil)
    assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot, origin=HOMEROOM)
    assert history(pupil) == before
    assert load(qingzhu.slot) == 2


def test_moving_a_pupil_leaves_a_dated_history_and_both_loads_right(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    later = replace(qingzhu.system, today=TODAY + datetime.timedelta(days=7))
    assign_pupil(actor=later, pupil=pupil, mentor=qingzhu.slot_colleague, origin=AssignmentOrigin.OFFICE)
    ((first, _, ended), (second, began, still)) = history(pupil)
    assert (first, ended) == (qingzhu.slot.pk, later.today)
    assert (second, began, still) == (qingzhu.slot_colleague.pk, later.today, None)
    assert (load(qingzhu.slot), load(qingzhu.slot_colleague)) == (1, 2)


def test_a_supporting_mentor_who_becomes_the_main_one_is_no_longer_supporting(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    Assignment.objects.create(
        school=qingzhu.school,
        year=qingzhu.year,
        pupil=pupil,
        mentor=qingzhu.slot_colleague,
        kind=AssignmentKind.SUPPORTING,
        counts_in_load=False,
        origin=AssignmentOrigin.OFFICE,
        starts_on=TODAY,
    )
    assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot_colleague, origin=HOMEROOM)
    open_ones = Assignment.objects.active().filter(pupil=pupil)
    assert [(a.mentor_id, a.kind) for a in open_ones] == [(qingzhu.slot_colleague.pk, "main")]


def test_the_sixteenth_pupil_is_refused_with_colleagues_who_have_room(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot, 15)
    with pytest.raises(CapReached) as refused:
        assign_pupil(
            actor=qingzhu.actor(qingzhu.homeroom),
            pupil=qingzhu.pupil_unassigned,
            mentor=qingzhu.slot,
            origin=HOMEROOM,
        )
    assert refused.value.code == "cap_reached"
    assert refused.value.message == (
        "林小满老师已有 15 名学生，达到上限 15 名。请改选其他导师（何知秋老师还有 15 个名额、苏禾老师还有 14 个名额），"
        "或请德育室批准超额。"
    )
    assert load(qingzhu.slot) == 15
    assert history(qingzhu.pupil_unassigned) == []


def test_where_no_colleague_has_room_the_refusal_asks_for_another_mentor(qingzhu: SchoolCast) -> None:
    set_team(actor=qingzhu.system, school_class=qingzhu.class_one, mentors=[qingzhu.slot], leader=None)
    fill(qingzhu, qingzhu.slot, 15)
    with pytest.raises(CapReached) as refused:
        assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_unassigned, mentor=qingzhu.slot, origin=HOMEROOM)
    assert refused.value.message == (
        "林小满老师已有 15 名学生，达到上限 15 名。本班导师团已没有名额，请增加一位导师，或请德育室批准超额。"
    )


def test_a_refused_move_leaves_the_pupil_where_they_are(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot, 15)
    before = history(qingzhu.pupil_of_colleague)
    with pytest.raises(CapReached):
        assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_of_colleague, mentor=qingzhu.slot, origin=HOMEROOM)
    assert history(qingzhu.pupil_of_colleague) == before
    assert load(qingzhu.slot_colleague) == 1


def test_with_an_exception_the_sixteenth_pupil_goes_through_and_the_seventeenth_does_not(
    qingzhu: SchoolCast,
) -> None:
    fill(qingzhu, qingzhu.slot, 15)
    grant_exception(actor=qingzhu.actor(qingzhu.office), mentor=qingzhu.slot, limit=16, reason="本班多一名转入学生")
    fill(qingzhu, qingzhu.slot, 16)
    with pytest.raises(CapReached):
        fill(qingzhu, qingzhu.slot, 17)
    assert load(qingzhu.slot) == 16


def test_a_shared_slot_has_room_for_both_of_its_teachers(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot_shared, 30)
    with pytest.raises(CapReached) as refused:
        fill(qingzhu, qingzhu.slot_shared, 31)
    assert refused.value.message.startswith("陶然/石磊老师已有 30 名学生，达到上限 30 名。")


def test_the_database_itself_refuses_a_load_above_the_capacity(qingzhu: SchoolCast) -> None:
    with pytest.raises(IntegrityError, match="mentor_load_within_capacity"), transaction.atomic():
        Mentor.objects.filter(pk=qingzhu.slot.pk).update(load=16)


@pytest.mark.parametrize("part", ["mentor", "colleague", "counsellor", "leader", "admin"])
def test_only_the_homeroom_teacher_and_the_office_assign(qingzhu: SchoolCast, part: str) -> None:
    with pytest.raises(DomainError) as refused:
        assign_pupil(
            actor=qingzhu.actor(qingzhu.people[part]),
            pupil=qingzhu.pupil_unassigned,
            mentor=qingzhu.slot,
            origin=HOMEROOM,
        )
    assert refused.value.code == "not_allowed"
    assert history(qingzhu.pupil_unassigned) == []


def test_a_homeroom_teacher_does_not_assign_in_another_class(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        assign_pupil(
            actor=qingzhu.actor(qingzhu.homeroom),
            pupil=qingzhu.pupil_shared,
            mentor=qingzhu.slot,
            origin=HOMEROOM,
        )
    assert refused.value.code == "not_allowed"


def test_pupil_and_mentor_of_another_school_are_refused(qingzhu: SchoolCast, other: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.office)
    for pupil, mentor in ((other.pupil_unassigned, qingzhu.slot), (qingzhu.pupil_unassigned, other.slot)):
        with pytest.raises(DomainError) as refused:
            assign_pupil(actor=actor, pupil=pupil, mentor=mentor, origin=HOMEROOM)
        assert refused.value.code == "other_school"


def test_a_pupil_who_is_not_enrolled_is_refused(qingzhu: SchoolCast) -> None:
    Enrolment.objects.filter(pupil=qingzhu.pupil_unassigned).delete()
    with pytest.raises(DomainError) as refused:
        assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_unassigned, mentor=qingzhu.slot, origin=HOMEROOM)
    assert refused.value.code == "not_enrolled"


def test_unassigning_ends_the_assignment_and_frees_the_place(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    actor = qingzhu.actor(qingzhu.homeroom)
    unassign_pupil(actor=actor, pupil=pupil, year=qingzhu.year)
    unassign_pupil(actor=actor, pupil=pupil, year=qingzhu.year)
    assert [row[2] for row in history(pupil)] == [TODAY]
    assert load(qingzhu.slot) == 1


def test_a_pupil_who_leaves_gives_the_place_back(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    withdraw_pupil(actor=qingzhu.system, pupil=pupil, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    enrolment = Enrolment.objects.get(pupil=pupil)
    assert (enrolment.ends_on, enrolment.end_reason) == (TODAY, "transfer_out")
    assert [row[2] for row in history(pupil)] == [TODAY]
    assert load(qingzhu.slot) == 1


def test_recounting_reports_and_mends_only_wrong_loads(qingzhu: SchoolCast) -> None:
    assert recount_loads(year=qingzhu.year) == []
    Mentor.objects.filter(pk=qingzhu.slot.pk).update(load=9)
    assert recount_loads(year=qingzhu.year, check=True) == [qingzhu.slot.pk]
    assert load(qingzhu.slot) == 9
    assert recount_loads(year=qingzhu.year) == [qingzhu.slot.pk]
    assert load(qingzhu.slot) == 2


def test_supporting_mentors_do_not_count_in_the_load(qingzhu: SchoolCast) -> None:
    Assignment.objects.create(
        school=qingzhu.school,
        year=qingzhu.year,
        pupil=qingzhu.pupil_of_colleague,
        mentor=qingzhu.slot,
        kind=AssignmentKind.SUPPORTING,
        counts_in_load=False,
        origin=AssignmentOrigin.OFFICE,
        starts_on=TODAY,
    )
    assert recount_loads(year=qingzhu.year, check=True) == []


def test_many_pupils_at_once_stay_within_the_cap_of_a_fresh_slot(qingzhu: SchoolCast) -> None:
    mentor = create_mentor(
        actor=qingzhu.system, year=qingzhu.year, teachers=[TeacherFactory.create(school=qingzhu.school)]
    )
    outcomes = []
    for pupil in enrol(qingzhu.class_one, 18):
        try:
            assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=mentor, origin=HOMEROOM)
            outcomes.append("in")
        except CapReached:
            outcomes.append("refused")
    assert outcomes == ["in"] * 15 + ["refused"] * 3


@pytest.mark.django_db(transaction=True)
def test_a_pupil_who_is_moved_while_the_mentor_leaves_is_not_moved_twice(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving, gone = Event(), Event()
    lock = assignments.lock_mentors

    def slowly(*keys: int) -> dict[int, Mentor]:
        moving.set()
        gone.wait(0.5)
        return lock(*keys)

    def moves() -> None:
        try:
            assign_pupil(
                actor=qingzhu.actor(qingzhu.office),
                pupil=qingzhu.pupils[0],
                mentor=qingzhu.slot_colleague,
                origin=AssignmentOrigin.OFFICE,
            )
        finally:
            connection.close()

    def leaves() -> None:
        moving.wait()
        try:
            retire_teacher(
                actor=qingzhu.actor(qingzhu.admin),
                teacher=qingzhu.mentor.teacher,
                left_on=TODAY,
                successor=qingzhu.slot_homeroom,
            )
        finally:
            gone.set()
            connection.close()

    monkeypatch.setattr(assignments, "lock_mentors", slowly)
    threads = [Thread(target=moves), Thread(target=leaves)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = dict(Assignment.objects.active().main().values_list("pupil_id", "mentor_id"))
    assert [held[pupil.pk] for pupil in qingzhu.pupils] == [qingzhu.slot_colleague.pk, qingzhu.slot_homeroom.pk]
    assert recount_loads(year=qingzhu.year, check=True) == []
