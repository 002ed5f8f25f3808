"""Named database constraints that several apps need, and the bounds of fields in words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from core.errors import DomainError


def check_fits(row: models.Model, *names: str) -> None:
    """For services that commands call, too: what a form says of a field that is empty, too long or no address.

    Raises DomainError `unfit` for the first of the fields `names` of `row` that cannot be kept.
    """
    for name in names:
        field: Any = row._meta.get_field(name)
        try:
            field.clean(getattr(row, name), row)
        except ValidationError as error:
            raise DomainError("unfit", f"{field.verbose_name}：{error.messages[0]}") from error


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
