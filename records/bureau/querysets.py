"""Querysets of the bureau's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

from accounts.actors import Actor

if TYPE_CHECKING:
    from records.bureau.models import CityCount, CityPlan, Commendation, CountedTerm, KeptCount, VisitDay  # noqa: F401  # named in quotes below

M = TypeVar("M", bound=models.Model)


class FigureQuerySet(models.QuerySet[M]):
    """Rows of figures of a school."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the schools of one's bureau; people of a school look at their own pages."""
        return self.filter(school__bureau_id=actor.bureau_id) if actor.bureau_id is not None else self.none()

    def of_term(self, start_year: int, number: int) -> Self:
        """Those of a term of all schools: 2026, 1 is the first term of 2026学年."""
        return self.filter(term__year__start_year=start_year, term__number=number)


class CountedTermQuerySet(FigureQuerySet["CountedTerm"]):
    pass


class KeptCountQuerySet(FigureQuerySet["KeptCount"]):
    pass


class VisitDayQuerySet(FigureQuerySet["VisitDay"]):
    pass


class CityCountQuerySet(models.QuerySet["CityCount"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of one's own bureau."""
        return self.filter(bureau_id=actor.bureau_id) if actor.bureau_id is not None else self.none()


class CityPlanQuerySet(models.QuerySet["CityPlan"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of one's own bureau, or of the bureau of one's school."""
        if actor.bureau_id is not None:
            return self.filter(bureau_id=actor.bureau_id)
        return self.filter(bureau__schools=actor.school_id)

    def standing(self) -> Self:
        """Those that were not withdrawn, the newest first."""
        return self.filter(withdrawn_at=None).order_by("-version")


class CommendationQuerySet(models.QuerySet["Commendation"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those that one's bureau gave, or that one's school was given."""
        if actor.bureau_id is not None:
            return self.filter(bureau_id=actor.bureau_id)
        return self.filter(school_id=actor.school_id)

    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(withdrawn_at=None)
