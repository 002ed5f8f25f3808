"""What the database knows of its own tables, by which it chooses among indexes."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

#: So many rows of each index are looked at: the whole of a large school takes a tenth of a second.
_LOOKED_AT = 1000
#: PostgreSQL counts a table anew of which a transaction has written so many rows.
_MUCH = 500


def refresh_statistics(tables: Sequence[str] = ()) -> None:
    """Let the database count its tables anew; PostgreSQL only `tables`, where they are named.

    Without statistics SQLite takes every index for equally good. `ANALYZE` and not `PRAGMA optimize`, which counts
    only what this very connection has asked for before. PostgreSQL counts by itself once a tenth of a table is new: in
    a city no school's new year is that, and what is unknown is taken for one row (a list of 2,000 pupils took 7 s).
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {_LOOKED_AT}")
            cursor.execute("ANALYZE")
        else:
            # A sample of each, however large; a table that somebody changes is left for another time.
            cursor.execute("ANALYZE (SKIP_LOCKED) " + ", ".join(map(connection.ops.quote_name, tables)))


def refresh_statistics_soon() -> None:
    """After the transaction that has just written much; a database that is busy then is counted at night instead."""
    tables: list[str] = []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd >= %s ORDER BY 1", [_MUCH]
            )
            tables = [name for (name,) in cursor.fetchall()]
        if not tables:
            return

    def refresh() -> None:
        refresh_statistics(tables)

    transaction.on_commit(refresh, robust=True)


def refresh_after_migrating(*, plan: object = None, using: str = "default", **_: Any) -> None:
    """A receiver of `post_migrate`, which a `flush` sends as well, without a plan."""
    if plan is not None and using == connection.alias:
        refresh_statistics()
