"""What the shelf 记录本收发 tells a mentor on the own desk, which lies below it."""

from typing import Any

from django import template

from accounts.actors import Actor
from records.papers.queries.book_handling import returned_books
from schools.enums import Module

register = template.Library()


@register.inclusion_tag("papers/book_handling/_returned.html", takes_context=True)
def returned_to_me(context: dict[str, Any]) -> dict[str, Any]:
    """The own books that were given back to be made up, and why. One query, none where the module is not used."""
    actor: Actor = context["request"].actor
    school = actor.school
    uses = school is not None and Module.BOOK_HANDLING in school.in_use
    return {"books": returned_books(actor) if uses else []}
