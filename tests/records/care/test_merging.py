"""Merging two entries of one person takes their referrals and cards along."""

import pytest

from mentors.models import Teacher
from records.models import Referral, TreeHoleCard
from records.services.merge import merge_pupils, merge_teachers
from tests.cast import PupilFactory, SchoolCast, TeacherFactory
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
