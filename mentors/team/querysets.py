"""Querysets of case meetings and hand-over notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from core.rowwise import of_row
from mentors.models.slots import Assignment

if TYPE_CHECKING:
    from mentors.team.models import CaseMeeting, HandOverNote  # noqa: F401  # named in quotes below


class CaseMeetingQuerySet(OfSchoolQuerySet["CaseMeeting"]):
    def visible_to(self, actor: Actor) -> Self:
        """The class's team 导师团, its homeroom teacher, and 德育室."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(Role.MORAL_OFFICE):
            return rows
        own_class = Q(school_class_id__in=actor.homeroom_class_ids)
        if actor.user_id is None or not actor.has(Role.MENTOR):
            return rows.filter(own_class)
        team = Q(school_class__team__mentor__members__teacher__user_id=actor.user_id)
        return rows.filter(of_row(self, own_class | team))

    def present(self) -> Self:
        """Without the deleted ones."""
        return self.filter(deleted_at=None)


class HandOverNoteQuerySet(models.QuerySet["HandOverNote"]):
    def visible_to(self, actor: Actor) -> Self:
        """Whoever wrote it, the pupil's present mentors, and 德育室."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(Role.MORAL_OFFICE):
            return rows
        if actor.user_id is None:
            return self.none()
        # A pupil has several assignments, and one note must come once.
        present = Assignment.objects.held_by(actor).active().filter(pupil=OuterRef("pupil"))
        return rows.filter(Q(written_by_id=actor.user_id) | Q(Exists(present)))
