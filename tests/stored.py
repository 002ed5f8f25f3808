"""What fixtures build with services, kept as rows: building the cast takes 150 ms, putting its rows back takes 3.

A state is built once per run, and its new rows are read out of the database. A test that asks for it gets exactly these
rows, with their keys, and fresh objects. PostgreSQL never gives out a key twice, so they are free there too.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar
from unittest import mock

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from schools.enums import Preset
from tests.cast import SCHOOL_DAY, SchoolCast, build_school

T = TypeVar("T")
CASTS = {
    "qingzhu": ("青竹小学", "江城市教育局"),
    "other": ("白鹭小学", "临江市教育局"),
}


def _build(code: str) -> SchoolCast:
    name, bureau = CASTS[code]
    return build_school(code, name, preset=Preset.PRIMARY_TERMLY, bureau_name=bureau)


Row = tuple[Any, ...]


def _rows() -> dict[str, dict[object, Row]]:
    """All rows of all tables, by table and by key."""
    found: dict[str, dict[object, Row]] = {}
    with connection.cursor() as cursor:
        for table in apps.get_models(include_auto_created=True):
            name, key = table._meta.db_table, table._meta.pk.column
            cursor.execute(f"SELECT {key}, * FROM {name}")  # noqa: S608  # names of our own tables
            found[name] = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    return found


@dataclass(frozen=True)
class _State:
    names: Any
    rows: dict[str, list[Row]]

    @classmethod
    def built(cls, build: Callable[[], Any]) -> "_State":
        before = _rows()
        names = build()
        rows: dict[str, list[Row]] = {}
        for table, after in _rows().items():
            known = before[table]
            assert {key: after.get(key) for key in known} == known, f"rows of {table} changed: no state to put on top"
            if fresh := [row for key, row in after.items() if key not in known]:
                rows[table] = fresh
        return cls(copy.deepcopy(names), rows)

    def put_back(self) -> None:
        # One transaction: the tables come in no particular order, and foreign keys are checked at its end.
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.rows.items():
                marks = f"({', '.join(['%s'] * len(rows[0]))})"
                statement = f"INSERT INTO {table} VALUES {', '.join([marks] * len(rows))}"  # noqa: S608  # our own tables
                cursor.execute(statement, list(chain.from_iterable(rows)))


class StoredStates:
    """States by name. The caller holds the test's database."""

    def __init__(self) -> None:
        self._states: dict[str, _State] = {}

    def given(self, name: str, build: Callable[[], T]) -> T:
        """What `build` gives, its rows in the database. It may stand on other states, whose rows it leaves alone."""
        state = self._states.get(name)
        if state is None:
            state = self._states[name] = _State.built(build)
        else:
            state.put_back()
        names: T = copy.deepcopy(state.names)
        return names

    def build_casts(self) -> None:
        """Both casts one after the other, so that their keys differ, and everything taken back."""
        with mock.patch.object(timezone, "now", return_value=SCHOOL_DAY), transaction.atomic():
            for code in CASTS:
                self.cast(code)
            transaction.set_rollback(True)

    def cast(self, code: str) -> SchoolCast:
        """The cast of one school."""
        return self.given(code, lambda: _build(code))
