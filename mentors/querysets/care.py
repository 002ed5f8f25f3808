"""Querysets of cards, readiness, training, case meetings, hand-over notes and wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet, OpenInSchoolQuerySet
from core.rowwise import of_row

if TYPE_CHECKING:
    from mentors.models import (  # noqa: F401  # named in quotes below
        CaseMeeting,
        HandOverNote,
        MentorCard,
        MentorWish,
        ReadinessCase,
        TrainingSession,
    )
    from schools.models import Term


class MentorCardQuerySet(OpenInSchoolQuerySet["MentorCard"]):
    pass


class ReadinessCaseQuerySet(models.QuerySet["ReadinessCase"]):
    def visible_to(self, actor: Actor) -> Self:
        """德育室 alone; nobody else learns even that there is one."""
        if actor.school_id is None or not actor.has(Role.MORAL_OFFICE):
            return self.none()
        return self.filter(school_id=actor.school_id)

    def open(self) -> Self:
        """Teachers who are not ready yet."""
        return self.exclude(state="ready")


class TrainingSessionQuerySet(OpenInSchoolQuerySet["TrainingSession"]):
    def of_term(self, term: Term) -> Self:
        """The sessions of `term`."""
        return self.filter(term=term)


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
        present = Q(
            pupil__assignments__ends_on=None,
            pupil__assignments__mentor__members__teacher__user_id=actor.user_id,
        )
        return rows.filter(Q(written_by_id=actor.user_id) | of_row(self, present))


class MentorWishQuerySet(models.QuerySet["MentorWish"]):
    def visible_to(self, actor: Actor) -> Self:
        """德育室 alone: neither the mentor nor the homeroom teacher learns of a wish."""
        if actor.school_id is None or not actor.has(Role.MORAL_OFFICE):
            return self.none()
        return self.filter(school_id=actor.school_id)
