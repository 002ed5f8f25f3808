"""An archive is read to its end and compared before anybody believes in it."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from upkeep import agefile
from upkeep.archive import MANIFEST, ArchiveBroken, DoesNotOpen, packing, unpack

PASSPHRASE = "correct horse battery"
FILES = {"database.sqlite3": b"rows " * 50_000, "files/attachments/2026/11/a.jpg": bytes(range(256)) * 300}


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes guessing slow is not what is tried here."""
    monkeypatch.setattr(agefile.AgeWriter.__init__, "__kwdefaults__", {"work": 1})


def _packed(path: Path, passphrase: str = "") -> Path:
    with packing(path, passphrase) as packer:
        for name, data in FILES.items():
            packer.add_bytes(name, data)
        packer.finish({"format": 1})
    return path


def _tar(path: Path, members: Iterator[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_what_was_packed_comes_out_and_is_for_the_owner_alone(tmp_path: Path, passphrase: str) -> None:
    path = _packed(tmp_path / "a", passphrase)
    manifest = unpack(path, passphrase, tmp_path / "out")
    assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == FILES
    assert (manifest["format"], sorted(manifest["members"])) == (1, sorted(FILES))
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_cut_off_it_is_refused(tmp_path: Path, passphrase: str, part: float) -> None:
    path = _packed(tmp_path / "a", passphrase)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises((ArchiveBroken, DoesNotOpen)):
        unpack(path, passphrase)


def test_one_turned_bit_is_refused(tmp_path: Path) -> None:
    data = _packed(tmp_path / "a").read_bytes()
    for place in range(0, len(data), max(1, len(data) // 40)):
        (tmp_path / "a").write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        try:
            unpack(tmp_path / "a", "", tmp_path / f"out{place}")
        except ArchiveBroken:
            continue
        # The few bytes of gzip's head that say nothing of the contents.
        assert {name: (tmp_path / f"out{place}" / name).read_bytes() for name in FILES} == FILES


def _manifest(members: dict[str, object]) -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(MANIFEST), json.dumps({"members": members}).encode()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "files/../../x"])
def test_no_member_is_written_outside(tmp_path: Path, name: str) -> None:
    path = _tar(tmp_path / "a", iter([(tarfile.TarInfo(name), b"x"), _manifest({})]))
    with pytest.raises(ArchiveBroken, match="不安全"):
        unpack(path, "", tmp_path / "out")


def test_a_link_is_no_member(tmp_path: Path) -> None:
    link = tarfile.TarInfo("files/a")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(ArchiveBroken, match="不该有"):
        unpack(_tar(tmp_path / "a", iter([(link, b""), _manifest({})])), "")


def test_a_member_that_the_manifest_does_not_know_is_refused(tmp_path: Path) -> None:
    path = _tar(tmp_path / "a", iter([(tarfile.TarInfo("files/a"), b"x"), _manifest({})]))
    with pytest.raises(ArchiveBroken, match="对不上"):
        unpack(path, "")


def test_without_a_manifest_it_was_not_finished(tmp_path: Path) -> None:
    with pytest.raises(ArchiveBroken, match="没有清单"):
        unpack(_tar(tmp_path / "a", iter([(tarfile.TarInfo("files/a"), b"x")])), "")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a workbook", b"\x1f\x8b\x08\x00"])
def test_another_file_is_no_backup(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(ArchiveBroken, match="不完整或已损坏"):
        unpack(tmp_path / "a", "")
