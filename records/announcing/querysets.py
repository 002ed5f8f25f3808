"""Querysets of the announcements."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from records.announcing.enums import AnnouncementState, Audience

if TYPE_CHECKING:
    from records.announcing.models import Announcement, Receipt  # noqa: F401  # named in quotes below
    from students.models import Enrolment

#: Who speaks for the whole school.
WRITERS: Final = (Role.MORAL_OFFICE, Role.LEADER, Role.SCHOOL_ADMIN)
#: Who hears what a bureau announces to its schools.
SCHOOL_READERS: Final = (Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)

#: Of rows with a receipt: nothing is asked any more.
DONE: Final = Q(is_read=True) & (Q(needs_receipt=False) | Q(is_confirmed=True))


def _addressed(actor: Actor) -> Q:
    """That an announcement speaks to the actor in person: to all teachers, to a role of theirs, to their school."""
    named = Q(pk__in=())
    for role in actor.roles:
        named |= Q(audience=Audience.ROLES, roles__contains=f"|{role.value}|")
    own = Q(school_id=actor.school_id) & (Q(audience=Audience.TEACHERS) | named)
    bureau_id = actor.school.bureau_id if actor.school is not None else None
    if bureau_id is not None and actor.has(*SCHOOL_READERS):
        chosen = Q(schools="") | Q(schools__contains=f"|{actor.school_id}|")
        own |= Q(bureau_id=bureau_id, audience=Audience.SCHOOLS) & chosen
    return own if actor.school_id is not None and actor.user_id is not None else Q(pk__in=())


def _managed(actor: Actor) -> Q:
    """That it is the actor's to publish, correct and withdraw; a draft is its writer's alone."""
    if actor.bureau_id is not None:
        own = Q(bureau_id=actor.bureau_id) if actor.has(Role.BUREAU) else Q(pk__in=())
    elif actor.school_id is None:
        own = Q(pk__in=())
    elif actor.has(*WRITERS):
        own = Q(school_id=actor.school_id)
    else:
        own = Q(
            school_id=actor.school_id, audience=Audience.CLASS, school_class_id__in=sorted(actor.homeroom_class_ids)
        )
    return own & (~Q(state=AnnouncementState.DRAFT) | Q(created_by_id=actor.user_id or 0))


class AnnouncementQuerySet(OfSchoolQuerySet["Announcement"]):
    def managed_by(self, actor: Actor) -> Self:
        """Those that the actor publishes, corrects and withdraws."""
        return self.filter(_managed(actor))

    def visible_to(self, actor: Actor) -> Self:
        """The managed ones, and of those that went out what speaks to the actor or to the school's families."""
        told = Q(school_id=actor.school_id, audience__in=(Audience.FAMILIES, Audience.GRADE))
        told |= Q(school_id=actor.school_id, school_class_id__in=sorted(actor.homeroom_class_ids))
        if actor.school_id is None:
            told = Q(pk__in=())
        out = ~Q(state=AnnouncementState.DRAFT) & Q(starts_on__lte=actor.today)
        return self.filter(_managed(actor) | (out & (_addressed(actor) | told)))

    def addressed_to(self, actor: Actor) -> Self:
        """Those that stand today and speak to the actor in person."""
        return self.standing(actor.today).filter(_addressed(actor)).exclude(published_by_id=actor.user_id)

    def standing(self, on: datetime.date) -> Self:
        """Those that are to be read on the day `on`."""
        return self.filter(state=AnnouncementState.PUBLISHED, starts_on__lte=on, ends_on__gte=on)

    def with_own_receipt(self, actor: Actor, receipts: ReceiptQuerySet) -> Self:
        """With `is_addressed`, and what the actor did of what it asks: see `with_receipt`."""
        addressed = type(self)(self.model).addressed_to(actor).filter(pk=OuterRef("pk"))
        rows = self.annotate(is_addressed=Exists(addressed))
        return rows.with_receipt(receipts.filter(user_id=actor.user_id or 0))

    def with_receipt(self, theirs: ReceiptQuerySet) -> Self:
        """With `is_read` and `is_confirmed` of the text as it stands, `was_confirmed` of that or a former one."""
        theirs = theirs.filter(announcement=OuterRef("pk"))
        return self.annotate(
            is_read=Exists(theirs.filter(read_edition=OuterRef("edition"))),
            is_confirmed=Exists(theirs.filter(confirmed_edition=OuterRef("edition"))),
            was_confirmed=Exists(theirs.exclude(confirmed_edition=None)),
        )

    def open_for(self, actor: Actor, receipts: ReceiptQuerySet) -> Self:
        """Those that speak to the actor and are not read, or not confirmed where that is asked."""
        rows = self.addressed_to(actor).with_receipt(receipts.filter(user_id=actor.user_id or 0))
        return rows.exclude(DONE)

    def for_family(self, on: datetime.date, places: models.QuerySet[Enrolment]) -> Self:
        """Those that stand on the day `on` for the family of a pupil of these open `places`."""
        here = Q(audience=Audience.FAMILIES)
        here |= Q(audience=Audience.GRADE, grade_id__in=places.values("school_class__grade_id"))
        here |= Q(audience=Audience.CLASS, school_class_id__in=places.values("school_class_id"))
        return self.standing(on).filter(here)


class ReceiptQuerySet(OfSchoolQuerySet["Receipt"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own."""
        return self.filter(user_id=actor.user_id or 0)
