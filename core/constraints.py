"""Named database constraints that several apps need."""

from django.db import models


def one_of(field: str, choices: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """A check that `field` holds one of `choices`, so that the rule stands in the database too."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": choices.values}), name=name)


def between(field: str, bounds: tuple[int, int], *, name: str) -> models.CheckConstraint:
    """A check that the number `field` lies within `bounds`, both included."""
    first, last = bounds
    return models.CheckConstraint(condition=models.Q((f"{field}__gte", first), (f"{field}__lte", last)), name=name)


def ordered(first: str, last: str, *, name: str) -> models.CheckConstraint:
    """A check that the date `first` is not after the date `last` (which may be empty)."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{last}__isnull": True}) | models.Q(**{f"{first}__lte": models.F(last)}),
        name=name,
    )
