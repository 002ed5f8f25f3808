"""The announcements that somebody may see, and what is new among them."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from accounts.actors import Actor
from core.kept import kept
from records.announcing.enums import AnnouncementState, Audience
from records.announcing.models import Announcement, AnnouncementFile, Edition, Receipt
from records.announcing.querysets import DONE, AnnouncementQuerySet
from schools.models import Grade, School, SchoolClass
from students.models import Enrolment, FamilySlip


#: What the list can be narrowed to: what stands now, what is still to be read, what is over, what one sends oneself.
class Show(StrEnum):
    CURRENT = ""
    OPEN = "open"
    OVER = "over"
    SENT = "sent"


def visible_announcements(actor: Actor) -> AnnouncementQuerySet:
    """All that the actor may see, with what is said of each at hand."""
    return Announcement.objects.visible_to(actor).select_related("grade", "school_class__grade", "created_by", "bureau")


def detailed_announcements(actor: Actor) -> AnnouncementQuerySet:
    """As `visible_announcements`, with what each asks of the actor."""
    return visible_announcements(actor).with_own_receipt(actor, Receipt.objects.all())


def announcements_to_show(actor: Actor, show: Show) -> AnnouncementQuerySet:
    """Those that `show` names: what is new first, then the latest."""
    rows = detailed_announcements(actor)
    if show is Show.SENT:
        read = Count("receipts", filter=Q(receipts__read_edition=F("edition")))
        return rows.managed_by(actor).annotate(times_read=read).order_by("-created_at", "-pk")
    rows = rows.filter(state=AnnouncementState.PUBLISHED, starts_on__lte=actor.today)
    if show is Show.OVER:
        return rows.filter(ends_on__lt=actor.today).order_by("-starts_on", "-pk")
    if show is Show.OPEN:
        return rows.open_for(actor, Receipt.objects.all()).order_by("-starts_on", "-pk")
    is_open = Case(When(Q(is_addressed=True) & ~DONE, then=Value(1)), default=Value(0))
    rows = rows.filter(ends_on__gte=actor.today).annotate(is_open=is_open)
    return rows.order_by(F("is_open").desc(), "-starts_on", "-pk")


def open_announcements(actor: Actor) -> AnnouncementQuerySet:
    """What the actor has still to read or to confirm, the latest first."""
    return Announcement.objects.open_for(actor, Receipt.objects.all()).order_by("-starts_on", "-pk")


def former_texts(announcement: Announcement) -> list[Edition]:
    """The texts before the present one, the latest first, names at hand. One query."""
    rows = announcement.editions.filter(number__lt=announcement.edition)
    return list(rows.select_related("saved_by"))


def files_of(announcement: Announcement) -> list[AnnouncementFile]:
    """The files beside it."""
    return list(announcement.files.all())


def visible_files(actor: Actor) -> QuerySet[AnnouncementFile]:
    """The files of announcements that the actor may see, of withdrawn ones for those who manage them."""
    shown = Announcement.objects.visible_to(actor).exclude(state=AnnouncementState.WITHDRAWN)
    managed = Announcement.objects.managed_by(actor)
    rows = AnnouncementFile._default_manager.filter(
        Q(announcement__in=shown.values("pk")) | Q(announcement__in=managed.values("pk"))
    )
    return rows.select_related("announcement")


@dataclass(frozen=True, slots=True)
class Places:
    """The grades and classes whose families can be addressed; of a bureau its schools."""

    grades: list[Grade]
    classes: list[SchoolClass]
    schools: list[School]


def places_of(actor: Actor, may: Collection[Audience]) -> Places:
    """Those of the audiences that the actor may address. Two queries at most."""
    if Audience.SCHOOLS in may:
        return Places([], [], list(School.objects.filter(bureau_id=actor.bureau_id or 0).order_by("name")))
    grades = list(Grade._default_manager.filter(school_id=actor.school_id or 0)) if Audience.GRADE in may else []
    classes = SchoolClass.objects.visible_to(actor).filter(pk__in=sorted(actor.homeroom_class_ids))
    return Places(grades, list(classes.select_related("grade", "year")) if Audience.CLASS in may else [], [])


def announcements_for_family(slip: FamilySlip, on: datetime.date) -> AnnouncementQuerySet:
    """What stands for the family of a slip on the day `on`, the latest first, with `is_read` and `is_confirmed`."""
    places = Enrolment.objects.active().filter(pupil_id=slip.pupil_id)
    rows = Announcement.objects.filter(school_id=slip.school_id).for_family(on, places)
    rows = rows.with_receipt(Receipt.objects.filter(pupil_id=slip.pupil_id))
    return rows.select_related("grade", "school_class__grade").order_by("-starts_on", "-pk")


#: As `announcements_for_family`, read at once.
told_to_family = kept(announcements_for_family)


def files_for_family(slip: FamilySlip, on: datetime.date) -> QuerySet[AnnouncementFile]:
    """The files beside what stands for the family of a slip."""
    shown = announcements_for_family(slip, on).order_by().values("pk")
    return AnnouncementFile._default_manager.filter(announcement__in=shown)
