"""The stored files of a backup: held as they are while the database is copied."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from core.errors import DomainError

#: What is made anew at a press: results of jobs (slips with their codes among them) and PDFs that were kept.
MADE_ANEW: Final = ("jobs", "kept")
_MADE_ANEW: Final = tuple(f"{top}/" for top in MADE_ANEW)
WORK: Final = ".upkeep-"
_STALE: Final = 24 * 3600


def files_folder() -> Path:
    """Where stored files lie. Raises DomainError where that is no folder of this machine."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        raise DomainError("no_folder", "文件不在本机的文件夹里，请用存储服务自己的备份。")
    return Path(storage.location)


@contextmanager
def work_folder(beside: Path) -> Iterator[Path]:
    """A folder for this run in the folder `beside`, gone afterwards; so is what a killed run has left there."""
    beside.mkdir(mode=0o750, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=WORK, dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_work(folder: Path) -> None:
    """Remove what killed runs have left in `folder`; of today's, some other machine may be working there."""
    for left in folder.glob(f"{WORK}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left)


@contextmanager
def alone() -> Iterator[bool]:
    """Whether no other backup or restore runs on this machine's files. A process that dies gives its place free."""
    folder = Path(settings.VAR_DIR)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    with (folder / "backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


class Held:
    """Second names for stored files: who deletes one meanwhile takes away only the first. Files are never rewritten."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._source = folder, files_folder()

    def hold(self, names: set[str]) -> set[str]:
        """Hold these stored files, but for those that are made anew; gives those that are not there."""
        return {name for name in names if not name.startswith(_MADE_ANEW) and not self._holds(name)}

    def _holds(self, name: str) -> bool:
        target = self._folder / name
        if target.exists():
            return True
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(self._source / name, target)
        except FileNotFoundError:
            return False
        except OSError:
            # A file system without second names: the bytes themselves.
            try:
                shutil.copyfile(self._source / name, target)
            except FileNotFoundError:
                return False
        return True

    def of(self, names: set[str]) -> list[tuple[str, Path]]:
        """Those of `names` that are held, sorted, each with the place where it is held."""
        return [(name, self._folder / name) for name in sorted(names) if (self._folder / name).is_file()]
