"""Querysets of cards, readiness, training, case meetings, hand-over notes and wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OpenInSchoolQuerySet
from mentors.enums import ReadinessState

if TYPE_CHECKING:
    from mentors.staff.models import MentorCard, MentorWish, ReadinessCase, TrainingFile, TrainingSession  # noqa: F401  # named in quotes below
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
        return self.exclude(state=ReadinessState.READY)


class TrainingSessionQuerySet(OpenInSchoolQuerySet["TrainingSession"]):
    def of_term(self, term: Term) -> Self:
        """The sessions of `term`."""
        return self.filter(term=term)


class TrainingFileQuerySet(models.QuerySet["TrainingFile"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of one's own school; one that was taken away is as if it had never been there."""
        return self.filter(school_id=actor.school_id) if actor.school_id is not None else self.none()

    def present(self) -> Self:
        """Without those that were taken away."""
        return self.filter(removed_at=None)


class MentorWishQuerySet(models.QuerySet["MentorWish"]):
    def visible_to(self, actor: Actor) -> Self:
        """德育室 alone: neither the mentor nor the homeroom teacher learns of a wish."""
        if actor.school_id is None or not actor.has(Role.MORAL_OFFICE):
            return self.none()
        return self.filter(school_id=actor.school_id)
