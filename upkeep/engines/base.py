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


@dataclass(slots=True)
class Snapshot:
    """A database as it was at one moment: its dump, and what was counted at the same moment."""

    path: Path
    tables: dict[str, int]
    migrations: list[list[str]]
    #: Stored files that rows name.
    files: set[str]
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


def described(
    rows_of: Callable[[str], Iterable[tuple[Any, ...]]], columns: dict[str, set[str]]
) -> tuple[dict[str, int], list[list[str]], set[str]]:
    """Counts, migrations and named files, asked by `rows_of` of the tables with these `columns`.

    The schema may be older than this code: what it does not have is not asked.
    """
    counts = {
        table: 0 if table in LEFT_OUT else next(iter(rows_of(f'SELECT count(*) FROM "{table}"')))[0]  # noqa: S608  # names that the database gave
        for table in sorted(columns)
    }
    migrations: list[list[str]] = []
    if "django_migrations" in columns:
        migrations = [list(row) for row in rows_of("SELECT app, name FROM django_migrations ORDER BY app, name")]
    files = {
        row[0]
        for table, column in file_columns()
        if column in columns.get(table, ())
        for row in rows_of(f'SELECT "{column}" FROM "{table}" WHERE "{column}" <> \'\'')  # noqa: S608  # our own names
    }
    return counts, migrations, files
