"""Querysets of matching rounds, clubs and the board's saves."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from core.rowwise import of_row
from mentors.enums import RoundState

if TYPE_CHECKING:
    from mentors.rounds.models import BoardSave, ChoiceSheet, Club, MatchingRound, Placement, RoundMentor  # noqa: F401  # named in quotes below
    from schools.models import SchoolYear

# Who prepares, drafts and publishes rounds, and sees everything of them.
OFFICE = (Role.MORAL_OFFICE,)
# States in which a round is known to people outside of 德育室.
KNOWN = ("open", "published")


class MatchingRoundQuerySet(OfSchoolQuerySet["MatchingRound"]):
    def visible_to(self, actor: Actor) -> Self:
        """All rounds for 德育室; opened ones for the homeroom teachers of their grade and the mentors in them."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(*OFFICE):
            return rows
        if actor.user_id is None:
            return self.none()
        own_grade = Q(grade__classes__in=actor.homeroom_class_ids, year__classes__in=actor.homeroom_class_ids)
        candidate = Q(candidates__mentor__members__teacher__user_id=actor.user_id)
        return rows.filter(of_row(self, own_grade | candidate), state__in=KNOWN)

    def of_year(self, year: SchoolYear) -> Self:
        """The rounds of `year`."""
        return self.filter(year=year)

    def running(self) -> Self:
        """Rounds that are neither published nor cancelled."""
        return self.filter(state__in=(RoundState.SETUP, RoundState.OPEN))

    def choosing(self, at: datetime.datetime) -> Self:
        """Rounds in which choices can be handed in at the moment `at`."""
        return self.filter(state=RoundState.OPEN, opens_at__lte=at, closes_at__gt=at)


class RoundMentorQuerySet(OfSchoolQuerySet["RoundMentor"]):
    def with_names(self) -> Self:
        """Mentors with their members and cards, and the classes they are open to, at hand."""
        return self.select_related("mentor").prefetch_related("mentor__members__teacher__mentor_card", "classes__grade")

    def held_by(self, actor: Actor) -> Self:
        """Candidacies of the slots that the actor holds or shares."""
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        return self.filter(school_id=actor.school_id, mentor__members__teacher__user_id=actor.user_id)


class ChoiceSheetQuerySet(models.QuerySet["ChoiceSheet"]):
    def visible_to(self, actor: Actor) -> Self:
        """What pupils chose: 德育室 all, the homeroom teacher the own class; nobody else, least of all the mentors."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(*OFFICE):
            return rows
        own_class = Q(pupil__enrolments__school_class_id__in=actor.homeroom_class_ids, pupil__enrolments__ends_on=None)
        return rows.filter(of_row(self, own_class))


class PlacementQuerySet(models.QuerySet["Placement"]):
    def visible_to(self, actor: Actor) -> Self:
        """Drafts and protocols are 德育室's."""
        if actor.school_id is None or not actor.has(*OFFICE):
            return self.none()
        return self.filter(school_id=actor.school_id)


class BoardSaveQuerySet(models.QuerySet["BoardSave"]):
    def visible_to(self, actor: Actor) -> Self:
        """Saves of the own class; of all classes for 德育室."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        return rows if actor.has(*OFFICE) else rows.filter(school_class_id__in=actor.homeroom_class_ids)


class ClubQuerySet(OfSchoolQuerySet["Club"]):
    def visible_to(self, actor: Actor) -> Self:
        """The clubs of one's own school: 德育室 all, a mentor those they lead."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(*OFFICE):
            return rows
        if actor.user_id is None:
            return self.none()
        return rows.filter(mentor__members__teacher__user_id=actor.user_id).distinct()
