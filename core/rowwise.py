"""Conditions that are asked of each row, not looked up first."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q
from django.db.models.lookups import In
from django.db.models.query import QuerySet


def of_row(rows: QuerySet[Any], condition: Q) -> Exists:
    """Whether `condition` holds for the row that is being looked at, to be put into a `filter` of the same model.

    A join with many rows would bring the row several times, and `pk__in` with a subquery is answered for all rows of
    the table, of every school, before the caller's own filters count. This one is asked only of what those leave.
    """
    model: type[Model] = rows.model
    return Exists(model._default_manager.filter(condition, pk=OuterRef("pk")))


def among(key: str, values: Collection[int]) -> In:
    """That the foreign key or number `key` is one of `values`, for rows that another condition narrows down better.

    Written over a sum, it is never looked up in an index: without statistics SQLite holds the term's index, with
    thousands of rows, for as good as the pupil's, with ten.
    """
    return In(F(key) + 0, list(values))
