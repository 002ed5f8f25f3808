"""Merging two entries of one person takes their referrals and cards along."""

import datetime

import pytest

from mentors.models.slots import Teacher
from records.desk.models import VisitPlan, VisitWish
from records.enums import VisitPlanState
from records.merging.services import merge_pupils, merge_teachers
from records.models.care import Referral, TreeHoleCard
from tests.cast import PupilFactory, SchoolCast, TeacherFactory
from tests.records.builders import term_of
from tests.records.care.builders import card, referral

pytestmark = pytest.mark.django_db


def test_referrals_and_cards_of_a_second_entry_move_to_the_kept_pupil(qingzhu: SchoolCast) -> None:
    kept, other = qingzhu.pupils[0], PupilFactory.create(school=qingzhu.school, name="安可儿", student_number="")
    referral(qingzhu, qingzhu.mentor, kept)
    card(qingzhu, qingzhu.mentor, kept)
    Referral.objects.update(pupil=other)
    TreeHoleCard.objects.update(pupil=other)
    merge_pupils(actor=qingzhu.actor(qingzhu.admin), kept=kept, other=other)
    assert (Referral.objects.get().pupil, TreeHoleCard.objects.get().pupil) == (kept, kept)


def test_cards_of_a_second_entry_move_to_the_kept_teacher(qingzhu: SchoolCast) -> None:
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    kept = Teacher.objects.get(user=qingzhu.mentor)
    other = TeacherFactory.create(school=qingzhu.school, name="林小满")
    TreeHoleCard.objects.update(teacher=other)
    merge_teachers(actor=qingzhu.actor(qingzhu.admin), kept=kept, other=other)
    given.refresh_from_db()
    assert given.teacher == kept


def test_planned_visits_and_wishes_of_a_second_entry_move_to_the_kept_pupil(qingzhu: SchoolCast) -> None:
    kept, other = qingzhu.pupils[0], PupilFactory.create(school=qingzhu.school, name="安可儿", student_number="")
    for pupil in (kept, other):
        shared = {"school": qingzhu.school, "pupil": pupil, "term": term_of(qingzhu)}
        VisitPlan.objects.create(**shared, date=datetime.date(2026, 12, 1), created_by=qingzhu.homeroom)
        VisitWish.objects.create(**shared, text=f"周末 {pupil.pk}")
    merge_pupils(actor=qingzhu.actor(qingzhu.admin), kept=kept, other=other)
    assert sorted(VisitPlan.objects.values_list("pupil", "state")) == [
        (kept.pk, VisitPlanState.CANCELLED),
        (kept.pk, VisitPlanState.PLANNED),
    ]
    assert VisitWish.objects.get().text == f"周末 {kept.pk}"


def test_planned_visits_of_a_second_entry_move_to_the_kept_teacher(qingzhu: SchoolCast) -> None:
    kept = Teacher.objects.get(user=qingzhu.mentor)
    other = TeacherFactory.create(school=qingzhu.school, name="林小满")
    plan = VisitPlan.objects.create(
        school=qingzhu.school,
        pupil=qingzhu.pupils[0],
        term=term_of(qingzhu),
        date=datetime.date(2026, 12, 1),
        created_by=qingzhu.homeroom,
    )
    plan.teachers.add(other)
    merge_teachers(actor=qingzhu.actor(qingzhu.admin), kept=kept, other=other)
    assert list(plan.teachers.all()) == [kept]
