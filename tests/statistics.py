"""What SQLite has noted of its tables."""

from django.db import connection


def counted(table: str) -> int | None:
    """How many rows SQLite believes `table` to have; None while nobody has had it counted."""
    if "sqlite_stat1" not in connection.introspection.table_names():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = %s", [table])
        found = [int(stat.split()[0]) for (stat,) in cursor.fetchall()]
    return max(found, default=None)
