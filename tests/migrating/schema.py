"""What a database's tables are made of, in words that two databases can be compared by."""

import re
from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

Schema = dict[str, list[str]]
OURS = ("schools_", "accounts_", "jobs_", "notices_", "students_", "mentors_", "records_", "upkeep_")

_OF_POSTGRESQL = """
SELECT relname,
  format('%I %s %s %s', attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT relname, conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def _parts(body: str) -> Iterator[str]:
    """What stands between the outermost commas of a table's definition."""
    depth, part = 0, ""
    for sign in body:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += sign
    yield part.strip()


def schema_of(connection: BaseDatabaseWrapper) -> Schema:
    """Columns, constraints and indexes by table, sorted: their order in a table says nothing.

    Of other people's tables the names alone: Django's own first migrations name a constraint otherwise than its models.
    """
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_OF_POSTGRESQL)
            for table, line in cursor.fetchall():
                found.setdefault(table, []).append(line)
        else:
            cursor.execute(
                "SELECT tbl_name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite_%'"
            )
            for table, kind, sql in cursor.fetchall():
                if kind == "table":
                    found.setdefault(table, []).extend(_parts(re.sub(r"^[^(]*\(|\)\s*$", "", sql)))
                else:
                    found.setdefault(table, []).append(sql)
    return {table: sorted(lines) if table.startswith(OURS) else [] for table, lines in found.items()}
