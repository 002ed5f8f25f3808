"""What a family may see: the released letters of the one pupil whose slip they hold."""

from records.models import GrowthLetter
from records.querysets import GrowthLetterQuerySet
from students.models import FamilySlip


def valid_slip(key: str) -> FamilySlip | None:
    """The slip behind a link, unless it was revoked; school and pupil at hand."""
    return FamilySlip.objects.select_related("school", "pupil").filter(key=key, revoked_at=None).first()


def letters_for_family(slip: FamilySlip) -> GrowthLetterQuerySet:
    """The released letters of the slip's pupil, newest first."""
    return (
        GrowthLetter.objects.released()
        .filter(school_id=slip.school_id, pupil_id=slip.pupil_id)
        .select_related("term__year", "reply")
        .order_by("-term__starts_on", "-pk")
    )
