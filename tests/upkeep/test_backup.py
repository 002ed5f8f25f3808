"""A backup holds everything that was there at one moment, stands there whole or not at all, and tells what it leaves
out.
"""

import datetime
import os
import sqlite3
import tarfile
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError

from core.clock import now, today
from core.errors import DomainError
from core.keyring import PAPER
from notices.models import Notice
from schools.paper_settings import PaperSettings
from students.models import Pupil
from tests.cast import SchoolCast
from upkeep import agefile
from upkeep.archive import ArchiveBroken, unpack
from upkeep.enums import BackupState
from upkeep.models import Backup
from upkeep.services import backing_up
from upkeep.services.backing_up import make_backup
from upkeep.services.files import alone
from upkeep.services.nightly import back_up_nightly, warn_of_overdue_backup

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def own_house(settings: LazySettings, own_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files, keys and backups of its own, and passphrases that are tried quickly."""
    settings.VAR_DIR, settings.BACKUP_DIR = tmp_path, tmp_path / "backups"
    settings.BACKUP_PASSPHRASE = settings.BACKUP_PASSPHRASE_FILE = ""
    own_folder.mkdir()
    monkeypatch.setattr(agefile.AgeWriter.__init__, "__kwdefaults__", {"work": 1})
    return tmp_path


def _names(path: Path) -> list[str]:
    with tarfile.open(path) as tar:
        return sorted(tar.getnames())


def _stored_logo(cast: SchoolCast) -> str:
    row = PaperSettings.objects.create(school=cast.school)
    row.logo.save("emblem.png", ContentFile(b"picture"))
    return str(row.logo.name)


@pytest.mark.django_db(transaction=True)
def test_rows_and_files_are_in_it_and_sessions_and_results_are_not(qingzhu: SchoolCast, tmp_path: Path) -> None:
    logo = _stored_logo(qingzhu)
    for name in ("jobs/1/slips.pdf", "kept/paper.pdf"):
        storages["default"].save(name, ContentFile(b"made anew"))
    Session.objects.create(session_key="k", session_data="first password", expire_date=now())

    made = make_backup(target=tmp_path / "a.tar.gz", passphrase="")

    tables: dict[str, int] = made.manifest["tables"]
    found = {name: tables[name] for name in ("students_pupil", "schools_school", "django_session")}
    assert found == {"students_pupil": Pupil.objects.count(), "schools_school": 1, "django_session": 0}
    assert _names(made.path)[1:] == [f"files/{logo}", "manifest.json"]
    assert unpack(made.path, "")["members"][f"files/{logo}"]["size"] == len(b"picture")
    assert (made.files, made.missing) == (1, 0)
    assert b"first password" not in made.path.read_bytes()
    row = Backup.objects.get()
    assert (row.state, row.path, row.size) == (BackupState.DONE, str(made.path), made.path.stat().st_size)
    # Nothing else is left lying.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "backup.lock", "files"]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_gone_from_the_disk_is_told_and_holds_nothing_up(
    qingzhu: SchoolCast, own_folder: Path, tmp_path: Path
) -> None:
    logo = _stored_logo(qingzhu)
    (own_folder / logo).unlink()
    made = make_backup(target=tmp_path / "a.tar.gz", passphrase="")
    assert (made.manifest["missing_files"], made.missing) == ([logo], 1)


def test_keys_are_in_it_only_under_a_passphrase(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: LazySettings
) -> None:
    PAPER.renew()
    call_command("backup", str(tmp_path / "plain.tar.gz"))
    assert "没有加密，所以不含密钥（paper_keys、secret_key）" in capsys.readouterr().out
    assert [name for name in _names(tmp_path / "plain.tar.gz") if name.startswith("keys/")] == []

    settings.BACKUP_PASSPHRASE = PASSPHRASE
    call_command("backup", str(tmp_path / "sealed.age"), encrypt=True)
    assert "密钥" not in capsys.readouterr().out
    unpack(tmp_path / "sealed.age", PASSPHRASE, tmp_path / "out")
    assert (tmp_path / "out" / "keys" / "paper_keys").read_text().split() == PAPER.all()
    assert (tmp_path / "out" / "keys" / "secret_key").read_text() == f"{settings.SECRET_KEY}\n"


def test_a_short_passphrase_is_none(db: None, tmp_path: Path, settings: LazySettings) -> None:
    settings.BACKUP_PASSPHRASE = "qingzhu"
    with pytest.raises(CommandError, match="口令太短"):
        call_command("backup", str(tmp_path / "a"), encrypt=True)
    assert not (tmp_path / "a").exists()


def test_the_passphrase_may_lie_in_a_file(db: None, tmp_path: Path, settings: LazySettings) -> None:
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    settings.BACKUP_PASSPHRASE_FILE = str(tmp_path / "passphrase")
    made = back_up_nightly().made
    assert made is not None
    assert (made.path.suffix, unpack(made.path, PASSPHRASE)["format"]) == (".age", 1)


def test_what_does_not_read_back_is_never_there_under_its_name(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ArchiveBroken("内容和清单对不上。")

    monkeypatch.setattr(backing_up, "unpack", broken)
    with pytest.raises(ArchiveBroken):
        make_backup(target=tmp_path / "a.tar.gz", passphrase="")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.lock", "files"]
    row = Backup.objects.get()
    assert (row.state, row.message) == (BackupState.FAILED, "这份备份不能用：内容和清单对不上。请换一份备份。")


def _sqlite_full() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize(
    "error, where", [(OSError(28, "No space left on device", "/backups/x"), "（/backups/x）"), (_sqlite_full(), "")]
)
def test_a_full_disk_is_said_in_words(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, where: str
) -> None:
    """Seen on a disk of 1 MB: the copy of SQLite says it otherwise than writing a file does."""
    monkeypatch.setattr(backing_up, "packing", Mock(side_effect=error))
    with pytest.raises(DomainError, match=f"放备份的磁盘空间不足{where}。"):
        make_backup(target=tmp_path / "a.tar.gz", passphrase="")
    assert "磁盘空间不足" in Backup.objects.get().message


def test_no_other_file_is_written_over(db: None, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("precious")
    with pytest.raises(DomainError, match="已经有这个文件"):
        make_backup(target=tmp_path / "a", passphrase="")
    assert (tmp_path / "a").read_text() == "precious"


def test_a_name_in_other_letters_is_written_down_and_one_that_is_too_long_is_refused(
    qingzhu: SchoolCast, tmp_path: Path
) -> None:
    """The first was to be kept in the table as it was, the second ended the command before it began."""
    made = make_backup(target=tmp_path / os.fsdecode(b"a\xff"), passphrase="")
    assert made.path.exists()
    assert Backup.objects.get().path == str(tmp_path / "a\ufffd")
    with pytest.raises(DomainError, match="备份没有写成：File name too long"):
        make_backup(target=tmp_path / ("9" * 300), passphrase="")


def test_two_at_once_do_not_get_into_each_others_way(db: None, tmp_path: Path) -> None:
    with alone() as first, pytest.raises(DomainError, match="正在进行"):
        make_backup(target=tmp_path / "a", passphrase="")
    assert first
    assert make_backup(target=tmp_path / "a", passphrase="").path.exists()


def test_a_night_has_one_backup_and_old_ones_go_after_it(
    db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(settings.BACKUP_DIR)
    folder.mkdir()
    for days in (1, 20, 21, 900):
        (folder / f"nightly-{today() - datetime.timedelta(days=days):%Y-%m-%d}T013000.tar.gz").write_text("")
    (folder / "by-hand.tar.gz").write_text("")
    before = {path.name for path in folder.iterdir()}

    with monkeypatch.context() as broken:
        broken.setattr(backing_up, "unpack", lambda *_: 1 / 0)
        with pytest.raises(DomainError):
            back_up_nightly()
    assert {path.name for path in folder.iterdir()} == before

    night = back_up_nightly()
    assert night.made is not None
    oldest = f"nightly-{today() - datetime.timedelta(days=900):%Y-%m-%d}T013000.tar.gz"
    assert oldest in [path.name for path in night.removed]
    left = {path.name for path in folder.iterdir()}
    assert left == before - {path.name for path in night.removed} | {night.made.path.name}
    assert {"by-hand.tar.gz", f"nightly-{today() - datetime.timedelta(days=1):%Y-%m-%d}T013000.tar.gz"} <= left
    assert back_up_nightly().made is None


def test_the_command_wants_a_file_or_the_night(db: None) -> None:
    for arguments in ([], ["a", "--nightly"]):
        with pytest.raises(CommandError, match="请写一个文件名"):
            call_command("backup", *arguments)


def test_who_keeps_the_accounts_is_told_once_a_day_when_there_is_none(qingzhu: SchoolCast) -> None:
    Backup.objects.create(finished_at=now() - datetime.timedelta(hours=30), state=BackupState.DONE, path="/b")
    assert warn_of_overdue_backup() == 0
    Backup.objects.update(finished_at=now() - datetime.timedelta(hours=37))
    assert (warn_of_overdue_backup(), warn_of_overdue_backup()) == (1, 0)
    notice = Notice.objects.get(kind="backup_overdue")
    assert (notice.recipient, notice.title) == (qingzhu.admin, "超过一天半没有备份")
