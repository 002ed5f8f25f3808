"""Referrals and cards of the cast, written by the services as the pages do."""

import uuid

from accounts.models import User
from mentors.models.slots import Teacher
from records.care.services.referrals import refer
from records.care.services.tree_hole import TreeHoleData, hand_in_tree_hole_card
from records.enums import TreeHoleSubject, TreeHoleWish
from records.models.care import Referral, TreeHoleCard
from students.models import FamilySlip, Pupil
from students.services import issue_slips
from tests.cast import SchoolCast

SECRET = "夜里常常醒，一直在想家里的事。"
REPLY = "谢谢你愿意告诉我，明天午休来图书角坐坐。"


def referral(cast: SchoolCast, by: User, pupil: Pupil, text: str = SECRET) -> Referral:
    """A referral of this moment."""
    return refer(actor=cast.actor(by), pupil=pupil, text=text, submission=uuid.uuid4())


def slip_for(cast: SchoolCast, pupil: Pupil) -> FamilySlip:
    """The pupil's slip."""
    return issue_slips(actor=cast.actor(cast.office), pupils=[pupil])[pupil.pk]


def teacher_of(user: User) -> Teacher:
    """The roster's entry of an account."""
    return Teacher.objects.get(user=user)


def card(
    cast: SchoolCast,
    to: User,
    pupil: Pupil,
    *,
    wish: TreeHoleWish = TreeHoleWish.WRITE,
    may_tell_home: bool = False,
    text: str = SECRET,
) -> TreeHoleCard:
    """A card that `pupil` handed in by slip."""
    return hand_in_tree_hole_card(
        slip=slip_for(cast, pupil),
        teacher=teacher_of(to),
        data=TreeHoleData(subject=TreeHoleSubject.MOOD, text=text, wish=wish, may_tell_home=may_tell_home),
        submission=uuid.uuid4(),
    )
