"""Querysets of the school tables, named for what the screens ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from django.db import models

if TYPE_CHECKING:
    from schools.models import Period, Plan, School, SchoolClass, SchoolYear  # noqa: F401  # named in quotes below


class Scope(Protocol):
    """What this app needs to know of an actor (`accounts.actors.Actor` fits)."""

    @property
    def school_id(self) -> int | None:
        """The school acted in; None for a bureau user."""

    @property
    def bureau_id(self) -> int | None:
        """The bureau acted for; None for a person of a school."""


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, actor: Scope) -> Self:
        """One's own school, or the schools of one's bureau."""
        if actor.bureau_id is not None:
            return self.filter(bureau_id=actor.bureau_id)
        return self.filter(pk=actor.school_id)


class SchoolYearQuerySet(models.QuerySet["SchoolYear"]):
    def visible_to(self, actor: Scope) -> Self:
        """The years of one's own school."""
        return self.filter(school_id=actor.school_id)

    def current(self) -> Self:
        """The current year of each school."""
        return self.filter(is_current=True)

    def prepared(self) -> Self:
        """Years to come whose calendar 校历 was set before the school goes up into them: they have nothing else yet."""
        return self.filter(is_current=False, plans=None)


class SchoolClassQuerySet(models.QuerySet["SchoolClass"]):
    def visible_to(self, actor: Scope) -> Self:
        """All classes of one's own school: their names are no secret inside it."""
        return self.filter(school_id=actor.school_id)

    def of_year(self, year: SchoolYear) -> Self:
        """The classes of `year` in teaching order, grade at hand."""
        return self.filter(year=year).select_related("grade").order_by("grade__number", "number")


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, actor: Scope) -> Self:
        """The plans of one's own school, or of the schools of one's bureau."""
        if actor.bureau_id is not None:
            return self.filter(school__bureau_id=actor.bureau_id)
        return self.filter(school_id=actor.school_id)
