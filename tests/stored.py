"""The casts, kept as rows: building one takes 150 ms of services, putting its rows back takes 10.

Each is built once per run by the services (tests/cast.py), read out of the database, and rolled back. A test that asks
for one gets exactly these rows, with their keys, and fresh objects.
"""

import copy
from dataclasses import dataclass
from unittest import mock

from django.apps import apps
from django.db import connection, models, transaction
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


def _tables() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]


def _rows() -> dict[type[models.Model], dict[object, models.Model]]:
    return {table: {row.pk: row for row in table._base_manager.all()} for table in _tables()}


@dataclass(frozen=True)
class StoredCasts:
    """A cast and its rows, by the code of its school."""

    casts: dict[str, SchoolCast]
    rows: dict[str, list[list[models.Model]]]

    @classmethod
    def build(cls) -> "StoredCasts":
        """Build all casts one after the other, so that their keys differ, and take everything back."""
        stored = cls({}, {})
        with mock.patch.object(timezone, "now", return_value=SCHOOL_DAY), transaction.atomic():
            before = _rows()
            for code in _SCHOOLS:
                stored.casts[code] = _build(code)
                after = _rows()
                stored.rows[code] = [
                    [row for pk, row in rows.items() if pk not in before[table]] for table, rows in after.items()
                ]
                before = after
            transaction.set_rollback(True)
        return stored

    def restore(self, code: str) -> SchoolCast:
        """The cast's rows in the database, and the cast. The caller holds the test's database."""
        if connection.vendor != "sqlite":
            # Rows with keys of their own would leave the sequences of other databases behind.
            return _build(code)
        # One transaction: the tables come in no particular order, and foreign keys are checked at its end.
        with transaction.atomic():
            for rows in self.rows[code]:
                if rows:
                    type(rows[0])._base_manager.bulk_create(copy.copy(row) for row in rows)
        return copy.deepcopy(self.casts[code])
