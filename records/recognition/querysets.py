"""Querysets of honours and experience notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from records.recognition.enums import NoteState

if TYPE_CHECKING:
    from records.recognition.models import Award, AwardRound, ExperienceNote, Nomination  # noqa: F401  # named in quotes below

#: Who reads all nominations and decides.
DECIDERS: Final = (Role.MORAL_OFFICE, Role.LEADER)


class AwardRoundQuerySet(OfSchoolQuerySet["AwardRound"]):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody of the school; those that were withdrawn are for 德育室 and 领导小组."""
        rows = self.in_school(actor)
        return rows if actor.has(*DECIDERS) else rows.filter(withdrawn_at=None)


class NominationQuerySet(models.QuerySet["Nomination"]):
    def visible_to(self, actor: Actor) -> Self:
        """Whoever wrote it, and who decides. Whoever was nominated never learns by whom, not even as one of those."""
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(*DECIDERS):
            return rows.exclude(teacher__user_id=actor.user_id)
        return rows.filter(by_id=actor.user_id)


class AwardQuerySet(models.QuerySet["Award"]):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody of the school, as soon as it is published; before that, who decides."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        return rows if actor.has(*DECIDERS) else rows.exclude(round__published_at=None)


class ExperienceNoteQuerySet(OfSchoolQuerySet["ExperienceNote"]):
    def visible_to(self, actor: Actor) -> Self:
        """What was published, in one's own school; the own ones; for 德育室 what was handed in or returned.

        For a bureau, what its schools have passed on.
        """
        if actor.bureau_id is not None:
            return self.filter(school__bureau_id=actor.bureau_id).passed_on()
        rows = self.in_school(actor)
        seen = Q(state=NoteState.PUBLISHED)
        if actor.user_id is not None:
            seen |= Q(author_id=actor.user_id)
        if actor.has(Role.MORAL_OFFICE):
            seen |= Q(state__in=(NoteState.HANDED_IN, NoteState.RETURNED))
        return rows.filter(seen)

    def published(self) -> Self:
        """Those that the school reads."""
        return self.filter(state=NoteState.PUBLISHED)

    def passed_on(self) -> Self:
        """Those that the school has passed on to its bureau."""
        return self.published().exclude(passed_on_at=None)
