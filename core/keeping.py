"""Keys and folders that nobody else of the machine may read. Stands before the settings, so it knows none of Django."""

import contextlib
import os
import secrets
import stat
from pathlib import Path


def close_umask() -> None:
    """What this process and its children write from now on is writable by their user alone, closed to strangers."""
    os.umask(os.umask(0o027) | 0o027)


def private_folder(path: Path) -> Path:
    """`path`, made if need be, with 0750 at most. A shared folder (with the sticky bit) or another's is left alone."""
    path.mkdir(mode=0o750, parents=True, exist_ok=True)
    found = path.stat()
    loose = stat.S_IMODE(found.st_mode) & 0o027
    if loose and found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX:
        path.chmod(stat.S_IMODE(found.st_mode) & ~0o027)
    return path


def kept_keys(path: Path, *, make: bool = False) -> list[str]:
    """The keys of the file at `path`, one a line, the one in use first; with `make` a missing file gets a new one.

    Without, a missing file is an empty list. Whoever but the owner can read it loses that.
    """
    if make and not path.exists():
        _write_new(path, [secrets.token_urlsafe(50)])
    try:
        found = path.stat()
    except FileNotFoundError:
        return []
    if found.st_mode & 0o077 and found.st_uid == os.geteuid():
        path.chmod(0o600)
    return path.read_text(encoding="ascii").split()


def add_key(path: Path, key: str) -> None:
    """Keep `key` in the file at `path` as one that is no longer in use, behind the others."""
    keys = kept_keys(path, make=True)
    if key not in keys:
        partial = _partial(path, [*keys, key])
        partial.replace(path)


def renew_key(path: Path) -> None:
    """Put a new key before those in the file at `path`."""
    _partial(path, [secrets.token_urlsafe(50), *kept_keys(path)]).replace(path)


def keep_secret(path: Path, text: str) -> None:
    """`text` in place of what the file at `path` held, readable by its owner alone."""
    _partial(path, [text]).replace(path)


def _write_new(path: Path, keys: list[str]) -> None:
    partial = _partial(path, keys)
    # link(), unlike rename(), fails when another process was first: all of them then read one key.
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(partial)
    partial.unlink()


def _partial(path: Path, keys: list[str]) -> Path:
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    partial.touch(mode=0o600)
    partial.write_text("\n".join(keys) + "\n", encoding="ascii")
    return partial
