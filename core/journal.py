"""A journal of what one act writes, so that the act can be taken back as a whole.

Services note what they create, change and delete; while nobody records, a note costs nothing. What is kept are the
old and new values of changed columns, whole rows of what was deleted, and only a checksum of each row that was created:
enough to tell that it is still as the act left it.
"""

import hashlib
import json
import zlib
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

# Keys per query: below what SQLite takes as parameters of one statement.
CHUNK = 900
_current: ContextVar["Journal | None"] = ContextVar("journal", default=None)

Key = int
Row = list[Any]


class JournalEncoder(DjangoJSONEncoder):
    """Values of columns as JSON; bytes as the text that `BinaryField` reads back."""

    def default(self, o: Any) -> Any:
        """What JSON has no word for."""
        return b64encode(o).decode() if isinstance(o, bytes | memoryview) else super().default(o)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done to rows of one table, ready to be stored. `act` is `create`, `update` or `delete`.

    `rows` by key: for `create` a checksum; for `update` the old values, then the new ones, of `columns`; for `delete`
    the values of `columns`.
    """

    act: str
    table: str
    columns: tuple[str, ...]
    rows: dict[Key, Any]

    @property
    def model(self) -> type[models.Model]:
        """The model whose rows these are."""
        return apps.get_model(self.table)

    def packed(self) -> bytes:
        """`rows`, compressed."""
        return zlib.compress(json.dumps(list(self.rows.items()), cls=JournalEncoder).encode(), 1)

    @staticmethod
    def unpacked(data: bytes) -> dict[Key, Any]:
        """The `rows` that `packed` stored."""
        return dict(json.loads(zlib.decompress(data)))


@dataclass(slots=True)
class Journal:
    """Gathers notes; `sealed` turns them into entries once everything is written."""

    _steps: list[tuple[str, type[models.Model], dict[Key, Row]]] = field(default_factory=list)

    def sealed(self) -> list[Entry]:
        """The entries in the order of writing. Rows that a step left as they were are not among them."""
        created: dict[type[models.Model], set[Key]] = defaultdict(set)
        entries: list[Entry] = []
        for act, model, rows in self._steps:
            table, names = model._meta.label_lower, _columns(model)
            if act == "create":
                created[model].update(rows)
                entries.append(Entry(act, table, (), checksums(model, list(rows))))
            elif act == "delete":
                entries.append(Entry(act, table, names, rows))
            else:
                entries.extend(_changed(model, {key: row for key, row in rows.items() if key not in created[model]}))
        return entries


@contextmanager
def recording() -> Iterator[Journal]:
    """Record the notes of all services that the block calls."""
    journal = Journal()
    token = _current.set(journal)
    try:
        yield journal
    finally:
        _current.reset(token)


def note_created(model: type[models.Model], keys: Iterable[Key]) -> None:
    """Rows that were just inserted."""
    journal = _current.get()
    found: dict[Key, Row] = {key: [] for key in keys}
    if journal is not None and found:
        journal._steps.append(("create", model, found))


def note_changing(model: type[models.Model], keys: Iterable[Key]) -> None:
    """Rows that are about to be changed."""
    _note_before("update", model, keys)


def note_deleting(model: type[models.Model], keys: Iterable[Key]) -> None:
    """Rows that are about to be deleted, without what hangs on them."""
    _note_before("delete", model, keys)


def _note_before(act: str, model: type[models.Model], keys: Iterable[Key]) -> None:
    journal = _current.get()
    if journal is None:
        return
    rows = read_rows(model, list(keys), _columns(model))
    if rows:
        journal._steps.append((act, model, rows))


def read_rows(model: type[models.Model], keys: Sequence[Key], columns: Sequence[str]) -> dict[Key, Row]:
    """The stored values of `columns` by key; keys that are gone are missing."""
    rows: dict[Key, Row] = {}
    for chunk in _chunks(keys):
        for row in model._default_manager.filter(pk__in=chunk).values_list("pk", *columns):
            rows[row[0]] = list(row[1:])
    return rows


def checksums(model: type[models.Model], keys: Sequence[Key]) -> dict[Key, str]:
    """A short checksum of each stored row; keys that are gone are missing."""
    if not keys:
        return {}
    # The whole span at once: new rows follow one another, so few others lie between.
    first, last = min(keys), max(keys)
    span = model._default_manager.order_by("pk").values_list(*_columns(model), "pk")
    wanted, found = set(keys), dict[Key, str]()
    parts = [span.filter(pk__gte=first, pk__lte=last)]
    if last - first > 4 * len(keys):
        parts = [span.filter(pk__in=chunk) for chunk in _chunks(keys)]
    with connection.cursor() as cursor:
        for part in parts:
            cursor.execute(*part.query.sql_with_params())
            while rows := cursor.fetchmany(2000):
                for row in rows:
                    if row[-1] in wanted:
                        found[row[-1]] = hashlib.blake2b(repr(row).encode(), digest_size=6).hexdigest()
    return found


def _changed(model: type[models.Model], before: dict[Key, Row]) -> list[Entry]:
    """One entry per set of columns that changed, so that each can be put back by one statement."""
    names = _columns(model)
    after = read_rows(model, list(before), names)
    groups: dict[tuple[int, ...], dict[Key, Any]] = defaultdict(dict)
    for key, old in before.items():
        new = after.get(key, old)
        places = tuple(at for at, value in enumerate(old) if value != new[at])
        if places:
            groups[places][key] = [[old[at] for at in places], [new[at] for at in places]]
    table = model._meta.label_lower
    return [Entry("update", table, tuple(names[at] for at in places), rows) for places, rows in groups.items()]


def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


def _chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
