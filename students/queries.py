"""Reads of the pupil tables that more than one app to the right needs."""

from students.models import FamilySlip


def valid_slip(key: str) -> FamilySlip | None:
    """The slip behind a link, unless it was revoked; school and pupil at hand."""
    return FamilySlip.objects.select_related("school", "pupil").filter(key=key, revoked_at=None).first()
