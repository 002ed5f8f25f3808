"""Querysets of the record books' way out and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.actors import Actor
from accounts.enums import Role

if TYPE_CHECKING:
    from records.papers.models import BookCheckItem, BookHandling  # noqa: F401  # named in quotes below
    from schools.models import Term


class BookHandlingQuerySet(models.QuerySet["BookHandling"]):
    def visible_to(self, actor: Actor) -> Self:
        """Of one's own school, for 德育室: nobody else issues, collects and checks books (Guyi plan 四(四)2)."""
        if actor.school_id is None or not actor.has(Role.MORAL_OFFICE):
            return self.none()
        return self.filter(school_id=actor.school_id)

    def returned_to(self, actor: Actor) -> Self:
        """Books of the actor's own slots of the present year that were given back, to be made up."""
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        return self.filter(
            school_id=actor.school_id,
            mentor__year__is_current=True,
            mentor__members__teacher__user_id=actor.user_id,
            returned_on__isnull=False,
            collected_on=None,
        )

    def of_term(self, term: Term) -> Self:
        """Those of `term`."""
        return self.filter(term=term)


class BookCheckItemQuerySet(models.QuerySet["BookCheckItem"]):
    def visible_to(self, actor: Actor) -> Self:
        """As the books: 德育室 of one's own school."""
        if actor.school_id is None or not actor.has(Role.MORAL_OFFICE):
            return self.none()
        return self.filter(school_id=actor.school_id)
