"""Moments that the database wants in order are written in order, whatever the clock does in between."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.db.models import F, Q

#: Each pair, and who sees to it.
ORDERED = {
    # The service takes the later of both: core.clock.not_before.
    ("records.TreeHoleCard", "answered_at", "handed_in_at"),
    ("records.LetterReply", "created_at", "read_at"),
    # Typed, and compared by the service; ending a round that has not begun is refused.
    ("mentors.MatchingRound", "closes_at", "opens_at"),
}


def compared(condition: Q) -> Iterator[tuple[str, str]]:
    """The columns that a condition compares with each other."""
    for child in condition.children:
        if isinstance(child, Q):
            yield from compared(child)
        elif isinstance(child, tuple) and isinstance(child[1], F):
            yield child[0].partition("__")[0], getattr(child[1], "name", "?")


def test_each_pair_of_moments_that_a_constraint_orders_is_known() -> None:
    """Seen: after the clock was set back an answer could not be saved: `card_dates_ordered` was called a race."""
    found = set()
    for model in apps.get_models():
        moments = {field.name for field in model._meta.fields if isinstance(field, models.DateTimeField)}
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.CheckConstraint) and isinstance(constraint.condition, Q):
                found |= {(model._meta.label, *pair) for pair in compared(constraint.condition) if moments >= set(pair)}
    assert found == ORDERED
