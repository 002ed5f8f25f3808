"""The base of querysets whose rows belong to one school."""

from typing import Protocol, Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class Member(Protocol):
    """What is asked of an actor here (`accounts.actors.Actor` fits)."""

    @property
    def school_id(self) -> int | None:
        """The school acted in; None for a bureau user."""


class OfSchoolQuerySet(models.QuerySet[M]):
    """Rows with a `school`, of which people of the school may know that they are there."""

    def in_school(self, actor: Member) -> Self:
        """All rows of the actor's school: tells a forbidden one (403) from an unknown one (404), shows nothing."""
        return self.filter(school_id=actor.school_id) if actor.school_id is not None else self.none()


class OpenInSchoolQuerySet(OfSchoolQuerySet[M]):
    """Rows that are no secret inside of their school."""

    def visible_to(self, actor: Member) -> Self:
        """The rows of one's own school."""
        return self.in_school(actor)
