"""Querysets of drafts, versions, readings, attachments, planned visits and replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from core.rowwise import of_row
from mentors.models.slots import Assignment
from mentors.querysets.slots import is_own_slot
from records.enums import RecordKind, VisitPlanState
from records.querysets.records import pupils_of

if TYPE_CHECKING:
    from records.desk.models import Attachment, Draft, LetterReply, Reading, RecordVersion, VisitPlan  # noqa: F401  # named in quotes below


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own in the school one acts in; nobody else's, whatever the role."""
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        return self.filter(school_id=actor.school_id, user_id=actor.user_id)

    def open(self) -> Self:
        """Without the dropped ones."""
        return self.filter(dropped_at=None)


class RecordVersionQuerySet(models.QuerySet["RecordVersion"]):
    def of(self, kind: RecordKind, record_id: int) -> Self:
        """The versions of one record, the latest first; the caller has asked whether its text may be read."""
        return self.filter(kind=kind, record_id=record_id).select_related("changed_by")


class ReadingQuerySet(models.QuerySet["Reading"]):
    def of(self, kind: RecordKind, record_id: int) -> Self:
        """Who opened one record, the latest first; for its author."""
        return self.filter(kind=kind, record_id=record_id).select_related("user")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def present(self) -> Self:
        """Without the deleted ones."""
        return self.filter(deleted_at=None)


class VisitPlanQuerySet(OfSchoolQuerySet["VisitPlan"]):
    def visible_to(self, actor: Actor) -> Self:
        """Plans for one's present pupils and own class, and those in which the actor takes part; 德育室 all."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(Role.MORAL_OFFICE):
            return rows
        part = of_row(self, Q(teachers__user_id=actor.user_id)) if actor.user_id is not None else Q(pk=None)
        present = pupils_of(actor, Assignment.objects.held_by(actor).active(), key="pupil")
        return rows.filter(present | part)

    def open(self) -> Self:
        """Planned and neither done nor cancelled."""
        return self.filter(state=VisitPlanState.PLANNED)


class LetterReplyQuerySet(models.QuerySet["LetterReply"]):
    def visible_to(self, actor: Actor) -> Self:
        """Replies to the letters of the slots that the actor holds or shares, or has in somebody's place."""
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        return self.filter(is_own_slot(actor, "letter__mentor"), school_id=actor.school_id)
