"""Many keys read as one value: a database hands out ten thousand rows slower than it finds them."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class KeySet(models.Aggregate):
    """The set of the whole numbers of a column, grouped as `Count` is; of no row the empty set.

    For keys that belong together and are put beside others in Python: no join is made that statistics could mislead.
    """

    function = "ARRAY_AGG"
    name = "KeySet"
    output_field = models.BigIntegerField()
    empty_result_set_value: frozenset[int] = frozenset()  # type: ignore[assignment]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """SQLite joins them to a text."""
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **extra)

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Callable[..., Any]]:
        """What either database gives, as a set."""
        return [_read]


def _read(value: Any, expression: Any, connection: Any) -> frozenset[int]:
    if isinstance(value, str):
        value = map(int, value.split(","))
    return frozenset(value or ())
