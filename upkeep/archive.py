"""The file of a backup: a tar under gzip, under a passphrase where one is given. Written and read as a stream.

Its last member is the manifest, which knows size and sha256 of every other one: an archive that was cut off has none,
and a member too many, too few or changed is found. `age -d FILE | tar xz` opens it where this product is gone.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, Protocol, cast

from core.errors import DomainError

MANIFEST: Final = "manifest.json"
#: What a file under a passphrase begins with (`upkeep.agefile`).
AGE_MAGIC: Final = b"age-encryption.org/v1\n"
_BUFFER: Final = 1024 * 1024
#: A manifest with the names of a million files is still read; what a foreign file claims beyond that is not.
_MANIFEST_MOST: Final = 256 * 1024 * 1024
#: Texts shrink to a fifth, pictures and PDFs not at all: more effort gains little.
_EFFORT: Final = 3


class ArchiveBroken(DomainError):
    """The file is no backup, or not whole any more."""

    def __init__(self, what: str) -> None:
        super().__init__("archive_broken", f"这份备份不能用：{what}请换一份备份。")


class DoesNotOpen(DomainError):
    """The passphrase is another one, or the file is damaged."""

    def __init__(self, message: str) -> None:
        super().__init__("does_not_open", message)


class _Reads(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Hashing:
    """Hands on what it reads, and knows its hash and length."""

    def __init__(self, source: _Reads) -> None:
        self._source, self._hash, self.size = source, hashlib.sha256(), 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        self.size += len(data)
        return data

    @property
    def entry(self) -> dict[str, Any]:
        return {"size": self.size, "sha256": self._hash.hexdigest()}


class Packer:
    """Takes one member after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, dict[str, Any]] = {}

    def add_file(self, name: str, path: Path) -> None:
        """The file at `path` as `name`. Raises OSError, also where it changes while it is read."""
        with path.open("rb") as source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def add_bytes(self, name: str, data: bytes) -> None:
        """`data` as `name`."""
        self._add(name, io.BytesIO(data), len(data))

    def finish(self, manifest: dict[str, Any]) -> None:
        """The manifest with what was taken: nothing comes after it."""
        whole = manifest | {"members": dict(self.members)}
        self.add_bytes(MANIFEST, json.dumps(whole, ensure_ascii=False, indent=1).encode())

    def _add(self, name: str, source: BinaryIO, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        hashing = _Hashing(source)
        self._tar.addfile(info, cast("BinaryIO", hashing))
        self.members[name] = hashing.entry


@contextmanager
def packing(path: Path, passphrase: str) -> Iterator[Packer]:
    """A new file at `path`, for the owner alone, on the disk when this ends. Raises FileExistsError, OSError."""
    with ExitStack() as stack:
        raw = stack.enter_context(open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)))
        age = None
        if passphrase:
            from upkeep.agefile import AgeWriter

            age = AgeWriter(raw, passphrase)
        zipped = stack.enter_context(gzip.GzipFile("", "wb", _EFFORT, cast("BinaryIO", age or raw), mtime=0))
        with tarfile.open(fileobj=zipped, mode="w|", bufsize=_BUFFER, format=tarfile.PAX_FORMAT) as tar:
            yield Packer(tar)
        zipped.close()
        if age is not None:
            age.finish()
        raw.flush()
        os.fsync(raw.fileno())


def is_encrypted(path: Path) -> bool:
    """Whether it wants a passphrase. Raises OSError."""
    with path.open("rb") as raw:
        return raw.read(len(AGE_MAGIC)) == AGE_MAGIC


def unpack(path: Path, passphrase: str, into: Path | None = None) -> dict[str, Any]:
    """Read the whole archive, compare every member with the manifest, and return that.

    With `into` the members are written there, too; nothing there is to be used before this has returned.
    Raises ArchiveBroken, DoesNotOpen, and OSError of the own disk.
    """
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    with path.open("rb") as raw:
        source = _opened(raw, passphrase) if is_encrypted(path) else raw
        try:
            with gzip.GzipFile(fileobj=source, mode="rb") as zipped:
                with tarfile.open(fileobj=zipped, mode="r|", bufsize=_BUFFER) as tar:
                    for info in tar:
                        member = tar.extractfile(info) if info.isreg() else None
                        if member is None or manifest is not None or info.name in found:
                            raise ArchiveBroken("里面有不该有的内容。")
                        if info.name == MANIFEST:
                            if info.size > _MANIFEST_MOST:
                                raise ArchiveBroken("清单太大。")
                            manifest = json.loads(member.read())
                        else:
                            hashing = _Hashing(cast("_Reads", member))
                            _write(hashing, into / _safe(info.name) if into else None)
                            found[info.name] = hashing.entry
                # To the very end: only there it is known that nothing was cut off.
                while zipped.read(_BUFFER):
                    pass
        except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
            raise ArchiveBroken("文件不完整或已损坏。") from error
    if manifest is None:
        raise ArchiveBroken("里面没有清单，多半是没有写完。")
    if manifest.get("members") != found:
        raise ArchiveBroken("内容和清单对不上。")
    return manifest


def _opened(raw: BinaryIO, passphrase: str) -> BinaryIO:
    from upkeep.agefile import AgeReader

    return cast("BinaryIO", io.BufferedReader(AgeReader(raw, passphrase), _BUFFER))


def _safe(name: str) -> Path:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\0" in name or not parts.parts:
        raise ArchiveBroken("里面的文件名不安全。")
    return Path(*parts.parts)


def _write(source: _Reads, target: Path | None) -> None:
    if target is None:
        while source.read(_BUFFER):
            pass
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as sink:
        while data := source.read(_BUFFER):
            sink.write(data)
        sink.flush()
        os.fsync(sink.fileno())
