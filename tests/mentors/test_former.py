"""Carrying on 沿用: last year's mentor, where both still can."""

import datetime

import pytest

from mentors.board.services.supporting import add_supporting, move_pupil
from mentors.models.slots import Assignment, Mentor
from mentors.services.slots import create_mentor
from mentors.staff.queries.former import former_mentors
from mentors.staff.services.transfers import retire_teacher
from mentors.year.services.draft import CarryOn, draw_rollover
from mentors.year.services.rollover import RollOverChoices, roll_over
from schools.models import Grade, Plan, SchoolYear
from schools.services import TermDates
from tests.cast import TODAY, SchoolCast

DATES = TermDates(
    first_start=datetime.date(2027, 9, 1),
    first_end=datetime.date(2028, 1, 21),
    second_start=datetime.date(2028, 2, 21),
    second_end=datetime.date(2028, 6, 30),
)


@pytest.fixture
def next_year(qingzhu: SchoolCast) -> SchoolYear:
    """The year after, whose plan covers grades 2 and 6: teams go up, pupils start without a mentor."""
    # The main mentor counts, and of two in a year the last one.
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_homeroom)
    move_pupil(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[1], mentor=qingzhu.slot_colleague)
    plan = Plan.objects.get(year=qingzhu.year)
    grades = Grade.objects.filter(school=qingzhu.school, number__in=(2, 6))
    for grade in grades:
        plan.plan_grades.create(school=qingzhu.school, grade=grade, matching="carry_on")
    admin = qingzhu.actor(qingzhu.admin)
    draft = draw_rollover(actor=admin, year=qingzhu.year)
    choices = RollOverChoices(dates=DATES, grades={grade.pk: CarryOn.TEAM for grade in grades})
    return roll_over(actor=admin, year=qingzhu.year, choices=choices, basis=draft.basis).to_year


def slot(year: SchoolYear, former: Mentor) -> int:
    return Mentor.objects.get(year=year, members__teacher=former.members.order_by("position")[0].teacher).pk


def test_pupils_find_the_slot_that_their_mentor_holds_this_year(qingzhu: SchoolCast, next_year: SchoolYear) -> None:
    pupils = [*qingzhu.pupils, qingzhu.pupil_of_colleague, qingzhu.pupil_unassigned, qingzhu.pupil_shared]
    assert former_mentors(next_year, [p.pk for p in pupils]) == {
        qingzhu.pupils[0].pk: slot(next_year, qingzhu.slot),
        qingzhu.pupils[1].pk: slot(next_year, qingzhu.slot_colleague),
        qingzhu.pupil_of_colleague.pk: slot(next_year, qingzhu.slot_colleague),
        qingzhu.pupil_shared.pk: slot(next_year, qingzhu.slot_shared),
    }
    assert former_mentors(next_year, [qingzhu.pupils[1].pk]) == {
        qingzhu.pupils[1].pk: slot(next_year, qingzhu.slot_colleague)
    }


def test_a_move_that_was_taken_back_leaves_no_trace(qingzhu: SchoolCast, next_year: SchoolYear) -> None:
    stayed = Assignment.objects.get(pupil=qingzhu.pupils[0], mentor=qingzhu.slot)
    day = stayed.starts_on + datetime.timedelta(days=60)
    Assignment.objects.filter(pk=stayed.pk).update(ends_on=day + datetime.timedelta(days=200))
    Assignment.objects.create(
        school=qingzhu.school,
        year=qingzhu.year,
        pupil=qingzhu.pupils[0],
        mentor=qingzhu.slot_colleague,
        origin=stayed.origin,
        starts_on=day,
        ends_on=day,
    )
    found = former_mentors(next_year, [qingzhu.pupils[0].pk])
    assert found == {qingzhu.pupils[0].pk: slot(next_year, qingzhu.slot)}


def test_a_mentor_who_left_is_nobodys_mentor_again(qingzhu: SchoolCast, next_year: SchoolYear) -> None:
    retire_teacher(actor=qingzhu.actor(qingzhu.admin), teacher=qingzhu.mentor.teacher, left_on=TODAY)
    assert former_mentors(next_year, [p.pk for p in qingzhu.pupils]) == {
        qingzhu.pupils[1].pk: slot(next_year, qingzhu.slot_colleague)
    }


def test_of_two_who_shared_a_slot_the_one_who_still_mentors_goes_on(qingzhu: SchoolCast, next_year: SchoolYear) -> None:
    first, second = (m.teacher for m in qingzhu.slot_shared.members.order_by("position"))
    Mentor.objects.get(year=next_year, members__teacher=first).delete()
    assert former_mentors(next_year, [qingzhu.pupil_shared.pk]) == {}
    alone = create_mentor(actor=qingzhu.actor(qingzhu.office), year=next_year, teachers=[second])
    assert former_mentors(next_year, [qingzhu.pupil_shared.pk]) == {qingzhu.pupil_shared.pk: alone.pk}


def test_the_first_year_has_nobody_to_carry_on(qingzhu: SchoolCast) -> None:
    assert former_mentors(qingzhu.year, [p.pk for p in qingzhu.pupils]) == {}
