"""What a family may see: the released letters of the one pupil whose slip they hold."""

from core.kept import kept
from records.models.records import GrowthLetter
from records.querysets.records import GrowthLetterQuerySet
from students.models import FamilySlip


def letters_for_family(slip: FamilySlip) -> GrowthLetterQuerySet:
    """The released letters of the slip's pupil, newest first."""
    return (
        GrowthLetter.objects.released()
        .filter(school_id=slip.school_id, pupil_id=slip.pupil_id)
        .select_related("term__year", "reply")
        .order_by("-term__starts_on", "-pk")
    )


#: As `letters_for_family`, read at once.
letters_to_read = kept(letters_for_family)
