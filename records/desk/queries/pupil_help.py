"""What a teacher sees of their own referrals, on a pupil's page and in a list."""

from dataclasses import dataclass
from typing import Final

from accounts.actors import Actor
from accounts.enums import Role
from core.kept import kept
from records.models.care import Referral
from records.querysets.care import ReferralQuerySet
from students.models import Pupil

#: So many referrals stand on a pupil's page.
_MOST: Final = 5


def sent_by(actor: Actor) -> ReferralQuerySet:
    """The actor's own referrals, the latest first."""
    if actor.user_id is None:
        return Referral.objects.none()
    rows = Referral.objects.visible_to(actor).filter(created_by_id=actor.user_id)
    return rows.select_related("pupil", "acknowledged_by")


@dataclass(frozen=True, slots=True)
class PupilHelp:
    """On a pupil's page: whether the reader may ask for help, and what became of their own referrals."""

    may_refer: bool
    referrals: list[Referral]


def pupil_help(actor: Actor, pupil: Pupil, *, may_log: bool) -> PupilHelp:
    """What stands beside the school's emergency card. One query."""
    return PupilHelp(may_log or actor.has(Role.MORAL_OFFICE), _sent(actor, pupil.pk))


@kept
def _sent(actor: Actor, pupil_id: int) -> ReferralQuerySet:
    return sent_by(actor).filter(pupil_id=pupil_id)[:_MOST]
