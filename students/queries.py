"""Reads of the pupil tables that more than one app to the right needs."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from accounts.models import AuditEntry
from core.clock import now, today
from core.kept import kept
from core.papercodes import paper_keys
from students.models import Enrolment, FamilySlip, Guardian, Pupil

#: The words of the log for what happens at a slip.
OPENED: Final = "open_slip"
REFUSED: Final = "slip_refused"
#: Wrong tries that are older are no news.
LOOKED_BACK: Final = datetime.timedelta(days=30)


def valid_slip(key: str) -> FamilySlip | None:
    """The slip behind a link, if it still opens something; school and pupil at hand. One query."""
    return next(iter(_valid_slip(key, today())), None)


@kept
def _valid_slip(key: str, on: datetime.date) -> QuerySet[FamilySlip]:
    here = Enrolment.objects.active().filter(pupil_id=OuterRef("pupil_id"))
    rows = FamilySlip.objects.select_related("school", "pupil").filter(Exists(here), key=key, revoked_at=None)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=on)).order_by("pk")[:1]


def valid_slips(keys: Collection[int]) -> list[FamilySlip]:
    """Of the slips with these keys those that open something, pupil at hand, by name. One query."""
    rows = FamilySlip.objects.valid(today()).filter(pk__in=keys).select_related("pupil")
    return list(rows.order_by("pupil__pinyin", "pk"))


def present_slip(pupil: Pupil) -> FamilySlip | None:
    """The slip of `pupil` that was not revoked, be it over or not; school and pupil at hand."""
    return next(iter(_present_slip(pupil.pk)), None)


@kept
def _present_slip(pupil_id: int) -> QuerySet[FamilySlip]:
    rows = FamilySlip.objects.select_related("school", "pupil").filter(pupil_id=pupil_id, revoked_at=None)
    return rows.order_by("pk")[:1]


def present_slips(pupil_ids: Collection[int]) -> dict[int, FamilySlip]:
    """The slips that were not revoked, by pupil key. One query."""
    return {slip.pupil_id: slip for slip in FamilySlip.objects.filter(pupil__in=pupil_ids, revoked_at=None)}


def place_of(pupil: Pupil) -> Enrolment | None:
    """Where `pupil` is now: the latest open enrolment with its class, year and school; None once they left."""
    return next(iter(_place_of(pupil.pk)), None)


@kept
def _place_of(pupil_id: int) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.active().filter(pupil_id=pupil_id).order_by("-year__start_year", "-pk")
    return rows.select_related("pupil", "school_class__grade", "school_class__year__school")[:1]


def slips_sharing_a_phone(slip: FamilySlip, keys: Collection[int]) -> list[FamilySlip]:
    """Of the slips `keys`, the valid ones whose pupils have a guardian's phone in common with `slip`'s. Two queries."""
    phones = list(Guardian.objects.filter(pupil_id=slip.pupil_id).exclude(phone="").values_list("phone", flat=True))
    others = FamilySlip.objects.valid(today()).select_related("pupil").filter(pk__in=keys, school_id=slip.school_id)
    return list(others.filter(pupil__guardians__phone__in=phones).exclude(pk=slip.pk).order_by("pupil__pinyin", "pk"))


@dataclass(frozen=True, slots=True)
class SlipUse:
    """What the log tells of a slip: when it was opened, how often it was tried wrongly lately."""

    opened: int = 0
    opened_at: datetime.datetime | None = None
    wrong: int = 0
    wrong_at: datetime.datetime | None = None


def uses_of_slips(slips: Collection[FamilySlip]) -> dict[int, SlipUse]:
    """By the key of each slip; wrong tries of the last 30 days. One query."""
    rows = _uses_of_slips([slip.pk for slip in slips], now() - LOOKED_BACK)
    return {
        row["target_id"]: SlipUse(row["opened"], row["opened_at"], row["wrong"], row["wrong_at"])
        for row in rows
        if row["target_id"] is not None
    }


@kept
def _uses_of_slips(slip_ids: list[int], since: datetime.datetime) -> QuerySet[Any, Any]:
    lately = Q(verb=REFUSED, at__gte=since)
    return (
        AuditEntry.objects.filter(
            target_type=FamilySlip._meta.label_lower, target_id__in=slip_ids, verb__in=(OPENED, REFUSED)
        )
        .order_by()
        .values("target_id")
        .annotate(
            opened=Count("pk", filter=Q(verb=OPENED)),
            opened_at=Max("at", filter=Q(verb=OPENED)),
            wrong=Count("pk", filter=lately),
            wrong_at=Max("at", filter=lately),
        )
    )


def slips_without_key() -> int:
    """How many slips that were not revoked hang on a key that is not there: their codes open nothing. One query."""
    # With a mark that nothing has: without any, Django would not ask for the column, which may not be there yet.
    return FamilySlip.objects.filter(revoked_at=None).exclude(key_mark__in=[*paper_keys(), "-"]).count()
