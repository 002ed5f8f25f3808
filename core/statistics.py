"""What the database knows of its own tables, by which it chooses among indexes."""

from typing import Any

from django.db import connection, transaction

#: So many rows of each index are looked at: the whole of a large school takes a tenth of a second.
_LOOKED_AT = 1000


def refresh_statistics() -> None:
    """Let SQLite count its tables anew. Nothing on PostgreSQL: autovacuum does it within a minute of a change.

    Without statistics SQLite takes every index for equally good. `ANALYZE` and not `PRAGMA optimize`, which counts
    only what this very connection has asked for before.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {_LOOKED_AT}")
            cursor.execute("ANALYZE")


def refresh_statistics_soon() -> None:
    """After the transaction that has just written much; a database that is busy then is counted at night instead."""
    transaction.on_commit(refresh_statistics, robust=True)


def refresh_after_migrating(*, plan: object = None, using: str = "default", **_: Any) -> None:
    """A receiver of `post_migrate`, which a `flush` sends as well, without a plan."""
    if plan is not None and using == connection.alias:
        refresh_statistics()
