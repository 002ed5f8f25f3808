"""SQLite: copied by its own backup API, put back as a file that takes the other's place."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from django.db import connection
from django.db.backends.sqlite3._functions import register  # type: ignore[import-untyped]  # no stubs

from upkeep.engines.base import (
    BEFORE,
    LEFT_OUT,
    Hold,
    RestoreRefused,
    Snapshot,
    counts_of,
    files_of,
    held_moment,
    migrations_of,
)

NAME: Final = "sqlite"
MEMBER: Final = "database.sqlite3"


def _path() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


@contextmanager
def snapshot(folder: Path, hold: Hold) -> Iterator[Snapshot]:
    """The database as it is now, as a file in `folder`. Writers go on meanwhile. Raises sqlite3.Error, OSError."""
    target = folder / MEMBER
    address = f"{_path().absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=60, isolation_level=None)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        columns = _columns(source)

        def begin() -> set[str]:
            source.execute("BEGIN")
            return files_of(source.execute, columns)

        files, missing = held_moment(begin, source.rollback, hold)
        # Within this transaction all pages are of the same moment: in WAL mode nobody waits for it.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        # What is deleted is written over: a free page of an archive tells nothing.
        copy.execute("PRAGMA secure_delete=ON")
        for table in LEFT_OUT:
            if table in columns:
                copy.execute(f"DELETE FROM {table}")  # noqa: S608  # our own names
        _check(copy)
        counts, migrations = counts_of(copy.execute, columns), migrations_of(copy.execute, columns)
    about = {"engine": NAME, "server": sqlite3.sqlite_version}
    yield Snapshot(target, counts, migrations, files, missing, about)


def check_dump(path: Path, tables: dict[str, int]) -> None:
    """Look into the dump before it is used. Raises RestoreRefused where it is damaged or holds other counts."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            _check(copy)
            counts = counts_of(copy.execute, _columns(copy))
    except sqlite3.Error as error:
        raise RestoreRefused("备份里的数据库已损坏，请换一份备份。") from error
    if counts != tables:
        raise RestoreRefused("备份里的数据库和清单上的行数对不上，请换一份备份。")


def others() -> list[str]:
    """Programs that have the database open, as far as this user may know."""
    wanted = {os.fspath(path.resolve()) for path in (_path(), _beside("-wal"), _beside("-shm"))}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            if any(os.path.realpath(fd) in wanted for fd in (process / "fd").iterdir()):
                found.append(
                    f"{process.name} {(process / 'cmdline').read_bytes().replace(bytes(1), b' ').decode()[:60]}"
                )
        except (OSError, UnicodeDecodeError):
            continue
    return found


def put_back(dump: Path, stamp: str, tables: dict[str, int], *, keep: bool) -> str:
    """Let the dump be the database. With `keep` the former file stays, under the name returned. Raises OSError."""
    connection.close()
    path, former = _path(), ""
    staged = path.with_name(f".{path.name}.{stamp}")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(dump, staged)
    with staged.open("rb") as written:
        os.fsync(written.fileno())
    if keep and path.exists():
        # Whoever was killed has left its last writes beside the file; they belong to it.
        with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=10)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        former = str(path.with_name(f"{path.name}.{BEFORE}{stamp}"))
        for ending in ("", "-wal", "-shm"):
            if _beside(ending).exists():
                _beside(ending).rename(former + ending)
    for ending in ("-wal", "-shm"):
        _beside(ending).unlink(missing_ok=True)
    staged.replace(path)
    return former


def how_to_drop(former: str) -> str:
    """The command that removes what was there before."""
    return f"rm '{former}'"


def _beside(ending: str) -> Path:
    return _path().with_name(_path().name + ending)


def _columns(copy: sqlite3.Connection) -> dict[str, set[str]]:
    tables = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    return {name: {row[1] for row in copy.execute(f'PRAGMA table_info("{name}")')} for (name,) in tables}


def _check(copy: sqlite3.Connection) -> None:
    # The schema's own checks are asked, too, and they use what Django teaches SQLite.
    register(copy)
    found: list[Any] = copy.execute("PRAGMA quick_check(1)").fetchall()
    if found != [("ok",)]:
        raise sqlite3.DatabaseError("quick_check")
