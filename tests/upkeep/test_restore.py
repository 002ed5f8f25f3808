"""The drill: backed up while people write, everything destroyed, put back; and what a restore refuses."""

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.keyring import PAPER
from jobs.enums import JobState
from jobs.registry import NewItem
from jobs.services import create_job, results_are_gone
from notices.enums import OutboxState, Trouble
from notices.models import OutboxMessage
from notices.services import NoticeFor, hold_waiting, send_notices, send_outbox
from records.models.records import HeartTalk
from schools.paper_settings import PaperSettings
from students.models import Pupil
from students.services import issue_slips, slip_code
from tests.cast import SchoolCast
from tests.records.builders import released_letter, talk
from upkeep import agefile
from upkeep.archive import ArchiveBroken, packing
from upkeep.engines import engine_in_use
from upkeep.engines.base import RestoreRefused
from upkeep.models import Backup
from upkeep.services.backing_up import make_backup
from upkeep.services.files import Held
from upkeep.services.restoring import restore, verify

PASSPHRASE = "correct horse battery"
TAIL = "5678"


@pytest.fixture(autouse=True)
def own_house(settings: LazySettings, own_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files and keys of its own, and passphrases that are tried quickly."""
    settings.VAR_DIR, settings.BACKUP_PASSPHRASE, settings.BACKUP_PASSPHRASE_FILE = tmp_path, PASSPHRASE, ""
    settings.PAPER_KEYS = []
    own_folder.mkdir()
    monkeypatch.setattr(agefile.AgeWriter.__init__, "__kwdefaults__", {"work": 1})
    return tmp_path


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """What a restore keeps aside goes after the test."""
    yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before\_restore\_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP SCHEMA "{name}" CASCADE')
    else:
        path = Path(connection.settings_dict["NAME"])
        for kept in path.parent.glob(f"{path.name}.before_restore_*"):
            kept.unlink()


class Load:
    """Work that is done again and again in threads of its own."""

    def __init__(self, *works: Callable[[], Any]) -> None:
        self._over, self._failed = threading.Event(), list[Exception]()
        self._done = [0] * len(works)
        self._threads = [threading.Thread(target=self._again, args=one) for one in enumerate(works)]

    def _again(self, number: int, work: Callable[[], Any]) -> None:
        try:
            while not self._over.is_set():
                work()
                self._done[number] += 1
                time.sleep(0.03)
        except Exception as error:
            self._failed.append(error)
        finally:
            connection.close()

    def goes_on(self) -> None:
        """Wait until each has been done twice more: once of it was begun and ended meanwhile."""
        wanted, until = [count + 2 for count in self._done], time.monotonic() + 300
        while any(count < want for count, want in zip(self._done, wanted, strict=True)):
            assert (self._failed, time.monotonic() < until) == ([], True)
            time.sleep(0.01)

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        assert self._failed == []


def _new_logo(row: PaperSettings) -> None:
    """As saving the page does: the new file, the row, then the former file goes."""
    former = str(row.logo.name)
    # Under a name of its own: under the free name of the file before the last nothing would ever be missing.
    row.logo.save(f"{uuid.uuid4().hex}.png", ContentFile(uuid.uuid4().bytes))
    row.logo.storage.delete(former)


def _family_opens(key: str, code: str, letter: int) -> bytes:
    """The letter's PDF, by the code on the paper."""
    client = Client()
    assert client.post(reverse("family:slip", args=[key]), {"code": code, "phone_tail": TAIL}).status_code == 302
    response = client.get(reverse("family:letter_pdf", args=[key, letter]))
    assert response.headers["Content-Type"] == "application/pdf"
    return response.content


def _talks() -> set[int]:
    return set(HeartTalk.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_backed_up_under_load_destroyed_and_put_back(
    qingzhu: SchoolCast,
    other: SchoolCast,
    own_house: Path,
    own_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """People save and files come and go before, between and after the steps of the backup."""
    pupil = qingzhu.pupils[0]
    pupil.guardians.update(phone=f"1381234{TAIL}")
    slip = issue_slips(actor=qingzhu.actor(qingzhu.office), pupils=[pupil])[pupil.pk]
    letter, code = released_letter(qingzhu, qingzhu.mentor, pupil), slip_code(slip)
    paper = _family_opens(slip.key, code, letter.pk)
    keys = PAPER.all()
    row = PaperSettings.objects.create(school=other.school, logo=ContentFile(b"first", "emblem.png"))
    really_hold = Held.hold
    seen: list[set[int]] = []

    def save() -> None:
        talk(qingzhu, qingzhu.mentor, pupil)

    with Load(save, save, lambda: _new_logo(row)) as load:

        def hold(held: Held, names: set[str]) -> set[str]:
            """At the first moment the file is gone before it is held."""
            if not seen:
                load.goes_on()
            seen.append(_talks())
            missing = really_hold(held, names)
            load.goes_on()
            return missing

        monkeypatch.setattr(Held, "hold", hold)
        before = _talks()
        made = make_backup(target=own_house / "a.age", passphrase=PASSPHRASE)
    after = seen[-1]
    assert (len(before) < len(after), len(seen) > 1, made.missing) == (True, True, 0)

    call_command("flush", interactive=False, verbosity=0)
    shutil.rmtree(own_folder)
    (own_house / "paper_keys").unlink()
    call_command("restore", str(made.path))

    assert capsys.readouterr().out.endswith("0 differences (nothing changed)\n")
    talks = _talks()
    assert (before <= talks <= after, len(talks)) == (True, made.manifest["tables"]["records_hearttalk"])
    assert (PAPER.all(), Pupil.objects.filter(pk=pupil.pk).count()) == (keys, 1)
    assert (own_folder / str(PaperSettings.objects.get(pk=row.pk).logo.name)).stat().st_size == 16
    assert _family_opens(slip.key, code, letter.pk) == paper
    # Rows go on behind the restored ones.
    assert talk(qingzhu, qingzhu.mentor, pupil).pk not in talks


@pytest.mark.django_db(transaction=True)
def test_what_is_there_is_put_aside_and_only_where_that_was_said(
    qingzhu: SchoolCast, own_house: Path, own_folder: Path, nothing_left: None, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_backup(target=own_house / "a.tar.gz", passphrase="")
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    (own_folder / "later.pdf").write_text("written after the backup")

    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(made.path))
    assert (len(_talks()), (own_folder / "later.pdf").exists()) == (1, True)

    call_command("restore", str(made.path), replace=True)
    assert (len(_talks()), list(own_folder.iterdir())) == (0, [])
    [aside] = own_house.glob("files.before_restore_*")
    assert (aside / "later.pdf").read_text() == "written after the backup"
    said = capsys.readouterr().out
    assert (said.count("原来的内容还在"), said.count("不含密钥")) == (2, 1)
    assert _talks_aside() == 1


def _talks_aside() -> int:
    """How many talks there are in the database that was put aside."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before\_restore\_%'")
            [(schema,)] = cursor.fetchall()
            cursor.execute(f'SELECT count(*) FROM "{schema}".records_hearttalk')  # noqa: S608  # found just above
            return int(cursor.fetchone()[0])
    path = Path(connection.settings_dict["NAME"])
    [kept] = path.parent.glob(f"{path.name}.before_restore_*")
    with closing(sqlite3.connect(kept)) as former:
        return int(former.execute("SELECT count(*) FROM records_hearttalk").fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_put_back_under_the_feet_of_a_running_program(qingzhu: SchoolCast, own_house: Path) -> None:
    made = make_backup(target=own_house / "a.tar.gz", passphrase="")
    with _another_program(), pytest.raises(RestoreRefused, match="还有程序在用这个数据库"):
        restore(path=made.path, passphrase="", replace=True)
    assert engine_in_use().others() == []


@contextmanager
def _another_program() -> Iterator[None]:
    """Who has the database open."""
    if connection.vendor == "postgresql":
        other = connection.copy()
        other.ensure_connection()
        yield
        other.close()
        return
    words = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM schools_school'); print(1);"
    )
    command = [sys.executable, "-c", f"{words} sys.stdout.flush(); input()", connection.settings_dict["NAME"]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.communicate(b"\n")


@pytest.mark.django_db(transaction=True)
def test_a_damaged_archive_changes_nothing(qingzhu: SchoolCast, own_house: Path) -> None:
    made = make_backup(target=own_house / "a.tar.gz", passphrase="")
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    made.path.write_bytes(made.path.read_bytes()[:-100])
    with pytest.raises(ArchiveBroken):
        restore(path=made.path, passphrase="", replace=True)
    assert (len(_talks()), list(own_house.glob("*before_restore*"))) == (1, [])


def _manifest(**changed: Any) -> dict[str, Any]:
    return {"format": 1, "database": {"engine": connection.vendor}, "migrations": []} | changed


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"format": 2}, "格式比本程序新"),
        ({"database": {"engine": "oracle"}}, "来自 oracle"),
        ({"migrations": [["records", "9999_future"]]}, "来自更新的版本（records.9999_future）"),
        ({"migrations": [["meals", "0001_initial"]]}, "来自更新的版本（meals.0001_initial）"),
    ],
)
def test_what_this_version_does_not_know_is_refused(
    db: None, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    with packing(tmp_path / "a", "") as packer:
        packer.finish(_manifest(**changed))
    with pytest.raises(RestoreRefused, match=said):
        verify(tmp_path / "a", "")


def test_former_names_of_migrations_are_known(db: None, tmp_path: Path, settings: LazySettings) -> None:
    settings.MIGRATION_MODULES = {}
    with packing(tmp_path / "a", "") as packer:
        packer.finish(_manifest(migrations=[["jobs", "0001_initial"], ["axes", "0001_initial"]]))
    assert verify(tmp_path / "a", "")["format"] == 1


def test_work_that_was_going_on_is_over_and_nothing_is_said_twice(
    qingzhu: SchoolCast, mailoutbox: list[EmailMessage]
) -> None:
    """What waited when the backup was made may have been sent since."""
    job = create_job(actor=qingzhu.actor(qingzhu.office), kind="record_books", items=[NewItem({}, "一（1）班")])
    qingzhu.mentor.email = "mentor@school.example"
    send_notices(school=qingzhu.school, kind="x", wanted=[NoticeFor(qingzhu.mentor, "提醒", "key")])
    Backup.objects.create(path="/b")

    assert (results_are_gone(), hold_waiting()) == (1, 1)

    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, "系统从备份恢复，任务已停止。请重新提交。")
    send_outbox()
    message = OutboxMessage.objects.get(to_address="mentor@school.example")
    assert (message.state, message.trouble, len(mailoutbox)) == (OutboxState.FAILED, Trouble.UNSURE, 0)
