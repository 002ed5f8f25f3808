"""What both databases have in common."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.db import models

from core.errors import DomainError

#: Whose rows stay out of every archive: what opens a session, and answers that are kept for a day at most.
LEFT_OUT: Final = ("django_session", "accounts_press")
#: How old rows are told from new ones after a restore: what was there before is kept under this name.
BEFORE: Final = "before_restore_"
_MOMENTS: Final = 20


@dataclass(slots=True)
class Snapshot:
    """A database as it was at one moment: its dump, and what was counted at the same moment."""

    path: Path
    tables: dict[str, int]
    migrations: list[list[str]]
    #: Stored files that rows name, and those of them that were not there.
    files: set[str]
    missing: set[str]
    #: Words on versions, for the manifest.
    about: dict[str, str] = field(default_factory=dict)


class RestoreRefused(DomainError):
    """It cannot be put back here as things are; nothing was changed."""

    def __init__(self, message: str) -> None:
        super().__init__("restore_refused", message)


def file_columns() -> list[tuple[str, str]]:
    """Table and column of everything that names a stored file."""
    return [
        (model._meta.db_table, str(one.column))
        for model in apps.get_models(include_auto_created=True)
        for one in model._meta.local_concrete_fields
        if isinstance(one, models.FileField)
    ]


Rows = Callable[[str], Iterable[tuple[Any, ...]]]
#: Tables with their columns, as the database has them: the schema may be older than this code.
Columns = dict[str, set[str]]
#: Takes second names for the stored files that rows name; gives those that are not there.
Hold = Callable[[set[str]], set[str]]


def counts_of(rows_of: Rows, columns: Columns) -> dict[str, int]:
    """How many rows each table holds; of those that are left out none."""
    return {
        table: 0 if table in LEFT_OUT else next(iter(rows_of(f'SELECT count(*) FROM "{table}"')))[0]  # noqa: S608  # names that the database gave
        for table in sorted(columns)
    }


def migrations_of(rows_of: Rows, columns: Columns) -> list[list[str]]:
    """App and name of all that was migrated."""
    if "django_migrations" not in columns:
        return []
    return [list(row) for row in rows_of("SELECT app, name FROM django_migrations ORDER BY app, name")]


def files_of(rows_of: Rows, columns: Columns) -> set[str]:
    """Stored files that rows name."""
    return {
        row[0]
        for table, column in file_columns()
        if column in columns.get(table, ())
        for row in rows_of(f'SELECT "{column}" FROM "{table}" WHERE "{column}" <> \'\'')  # noqa: S608  # our own names
    }


def held_moment(begin: Callable[[], set[str]], again: Callable[[], None], hold: Hold) -> tuple[set[str], set[str]]:
    """Find a moment whose files are all there: the named files and those that are missing for good.

    `begin` opens a transaction at a moment and gives the files that rows name then; `again` drops it. A file that is
    deleted between the two steps is missing once, and its row is gone at the next moment; what is missing twice was
    missing before.
    """
    names, missing = begin(), set[str]()
    for _ in range(_MOMENTS):
        former, missing = missing, hold(names)
        if not missing or missing == former:
            break
        again()
        names = begin()
    return names, missing
