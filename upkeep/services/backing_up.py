"""Makes backups: the database as of one moment, the files that its rows name, the keys where they are encrypted."""

import contextlib
import errno
import os
import platform
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import django
from django.conf import settings
from django.db import DatabaseError, connection

from core.clock import now
from core.errors import DomainError
from core.keyring import PAPER, SEALING
from core.nightly import log_failure
from upkeep.archive import packing, unpack
from upkeep.engines import engine_in_use
from upkeep.engines.base import Snapshot
from upkeep.enums import BackupState
from upkeep.models import Backup
from upkeep.services.files import MADE_ANEW, Held, alone, files_folder, sweep_work, work_folder
from upkeep.version import product_version

FORMAT: Final = 1
FILES: Final = "files/"
KEYS: Final = "keys/"
_FULL: Final = "放备份的磁盘空间不足"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written and read back."""

    path: Path
    size: int
    seconds: float
    manifest: dict[str, Any]
    files: int
    #: Stored files that rows name and that are not there: lost before, or deleted by hand.
    missing: int


def kept_key_files() -> dict[str, list[str]]:
    """The keys that an encrypted archive holds, by the file that keeps them, wherever they come from."""
    found = {PAPER.file: PAPER.all(), SEALING.file: SEALING.all(), "secret_key": [str(settings.SECRET_KEY)]}
    return {name: keys for name, keys in found.items() if keys}


def printable(path: Path) -> str:
    """Its name in letters, where a file system holds it in others."""
    return os.fsencode(path).decode("utf-8", "replace")


def make_backup(*, target: Path, passphrase: str, nightly: bool = False) -> Made:
    """Write a backup to `target`, read it back, and remember it. With a passphrase it is encrypted and holds the keys.

    Nothing stands under that name before it is whole. Raises DomainError in words, also where the machine refuses.
    """
    with alone() as first:
        if not first:
            raise DomainError("busy", "另一个备份或恢复正在进行，请等它结束。")
        return _remembered(target, passphrase, nightly=nightly)


def _remembered(target: Path, passphrase: str, *, nightly: bool) -> Made:
    # A name that no file can have is told below, where it cannot be written.
    if os.path.exists(target):  # noqa: PTH110
        raise DomainError("exists", f"已经有这个文件了：{target}。请换一个名字。")
    row = _begun(target, encrypted=bool(passphrase), nightly=nightly)
    try:
        made = _make(target, passphrase)
    except BaseException as error:
        said = _words(error)
        _over(row, BackupState.FAILED, message=said)
        if isinstance(error, DomainError) or not isinstance(error, Exception):
            raise
        log_failure("upkeep.backup", target.name, error)
        raise DomainError("backup_failed", said) from error
    _over(row, BackupState.DONE, size=made.size)
    return made


def _make(target: Path, passphrase: str) -> Made:
    began = time.monotonic()
    engine = engine_in_use()
    with contextlib.ExitStack() as stack:
        for folder in (target.absolute().parent, files_folder().parent):
            sweep_work(folder)
        room = stack.enter_context(work_folder(target.absolute().parent))
        # Second names want the same file system.
        held = Held(stack.enter_context(work_folder(files_folder().parent)))
        snapshot: Snapshot = stack.enter_context(engine.snapshot(room, held.hold))
        files = held.of(snapshot.files)
        keys = kept_key_files()
        partial = room / "archive"
        with packing(partial, passphrase) as packer:
            packer.add_file(engine.MEMBER, snapshot.path)
            snapshot.path.unlink()
            for name, path in files:
                packer.add_file(FILES + name, path)
            for name, lines in keys.items() if passphrase else ():
                packer.add_bytes(KEYS + name, "".join(f"{line}\n" for line in lines).encode())
            manifest = _manifest(snapshot, keys=sorted(keys), with_keys=bool(passphrase))
            packer.finish(manifest)
        unpack(partial, passphrase)
        partial.rename(target)
        _settle(target.absolute().parent)
    return Made(target, target.stat().st_size, time.monotonic() - began, manifest, len(files), len(snapshot.missing))


def _manifest(snapshot: Snapshot, *, keys: list[str], with_keys: bool) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "product": {"version": product_version(), "django": django.__version__, "python": platform.python_version()},
        "time_zone": settings.TIME_ZONE,
        "database": snapshot.about,
        "migrations": snapshot.migrations,
        "tables": snapshot.tables,
        "missing_files": sorted(snapshot.missing),
        "keys": {"names": keys, "included": with_keys},
        "left_out": [*MADE_ANEW, "sessions", "presses"],
    }


def _settle(folder: Path) -> None:
    """Have the folder's new name on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _begun(target: Path, *, encrypted: bool, nightly: bool) -> Backup | None:
    """Its row; None in a database that is older than this table, before an upgrade."""
    if Backup._meta.db_table not in connection.introspection.table_names():
        return None
    path = printable(target.absolute())[:400]
    return Backup.objects.create(path=path, encrypted=encrypted, nightly=nightly)


def _over(row: Backup | None, state: BackupState, *, size: int = 0, message: str = "") -> None:
    if row is None:
        return
    # What cannot be written down does not hide why the backup failed.
    with contextlib.suppress(DatabaseError):
        Backup.objects.filter(pk=row.pk).update(state=state, finished_at=now(), size=size, message=message[:300])


def _words(error: BaseException) -> str:
    if isinstance(error, DomainError):
        return error.message
    if isinstance(error, OSError) and error.errno is not None:
        why = _FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else os.strerror(error.errno)
        return f"备份没有写成：{why}（{error.filename or settings.BACKUP_DIR}）。"
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return f"备份没有写成：{_FULL}。"
    if isinstance(error, sqlite3.Error | DatabaseError):
        return "备份没有写成：数据库读不了，请看日志。"
    return f"备份没有写成：{type(error).__name__}，请看日志。"
