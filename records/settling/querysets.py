"""Querysets of the words in term reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet

if TYPE_CHECKING:
    from records.settling.models import TermComment  # noqa: F401  # named in quotes below
    from schools.models import Term

#: Who reads the report of a term, makes it and writes in it.
SETTLERS = (Role.MORAL_OFFICE, Role.LEADER)


class TermCommentQuerySet(OfSchoolQuerySet["TermComment"]):
    def visible_to(self, actor: Actor) -> Self:
        """Of one's own school, for 德育室 and 领导小组."""
        return self.in_school(actor) if actor.has(*SETTLERS) else self.none()

    def of_term(self, term: Term) -> Self:
        """Those of `term`."""
        return self.filter(term=term)
