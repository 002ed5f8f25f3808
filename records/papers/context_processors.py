"""What the shelf 记录本收发 tells a mentor on the own desk, whose wing lies below it."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from accounts.actors import Actor
from records.papers.models import BookHandling
from records.papers.queries.book_handling import returned_books
from schools.enums import Module


def returned(request: HttpRequest) -> dict[str, Callable[[], list[BookHandling]]]:
    """`returned_books`: the own books that were given back to be made up, and why. One query, and only where they are
    shown; none where the module is not used.
    """

    @cache
    def find() -> list[BookHandling]:
        actor: Actor | None = getattr(request, "actor", None)
        school = actor.school if actor is not None else None
        uses = school is not None and Module.BOOK_HANDLING in school.in_use
        return returned_books(actor) if actor is not None and uses else []

    return {"returned_books": find}
