"""The casts, kept as rows: building one takes 150 ms of services, putting its rows back takes 3.

Each is built once per run by the services (tests/cast.py), read out of the database, and rolled back. A test that asks
for one gets exactly these rows, with their keys, and fresh objects.
"""

import copy
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from schools.enums import Preset
from tests.cast import SCHOOL_DAY, SchoolCast, build_school

_SCHOOLS = {
    "qingzhu": ("青竹小学", "江城市教育局"),
    "other": ("白鹭小学", "临江市教育局"),
}


def _build(code: str) -> SchoolCast:
    name, bureau = _SCHOOLS[code]
    return build_school(code, name, preset=Preset.PRIMARY_TERMLY, bureau_name=bureau)


Rows = dict[object, tuple[Any, ...]]


def _rows() -> dict[str, Rows]:
    """All rows of all tables, by table and by key."""
    found: dict[str, Rows] = {}
    with connection.cursor() as cursor:
        for table in apps.get_models(include_auto_created=True):
            name, key = table._meta.db_table, table._meta.pk.column
            cursor.execute(f"SELECT {key}, * FROM {name}")  # noqa: S608  # names of our own tables
            found[name] = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    return found


@dataclass(frozen=True)
class StoredCasts:
    """A cast and its rows by table, by the code of its school."""

    casts: dict[str, SchoolCast]
    rows: dict[str, dict[str, list[tuple[Any, ...]]]]

    @classmethod
    def build(cls) -> "StoredCasts":
        """Build all casts one after the other, so that their keys differ, and take everything back."""
        stored = cls({}, {})
        with mock.patch.object(timezone, "now", return_value=SCHOOL_DAY), transaction.atomic():
            before = _rows()
            for code in _SCHOOLS:
                stored.casts[code] = _build(code)
                after = _rows()
                fresh = {
                    table: [row for key, row in rows.items() if key not in before[table]]
                    for table, rows in after.items()
                }
                stored.rows[code] = {table: rows for table, rows in fresh.items() if rows}
                before = after
            transaction.set_rollback(True)
        return stored

    def restore(self, code: str) -> SchoolCast:
        """The cast's rows in the database, and the cast. The caller holds the test's database."""
        if connection.vendor != "sqlite":
            # Rows with keys of their own would leave the sequences of other databases behind.
            return _build(code)
        # One transaction: the tables come in no particular order, and foreign keys are checked at its end.
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.rows[code].items():
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # our own tables
        return copy.deepcopy(self.casts[code])
