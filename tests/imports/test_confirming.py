"""Two admins at once, a double click, and a process killed in the middle: the roster is written once or not at all."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.enums import Role
from accounts.queries import actor_for
from core.clock import today
from core.errors import DomainError
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import confirm_batch, upload_batch
from jobs.models import ImportBatch, ImportChange
from jobs.undo import undo_batch
from students.models import Enrolment, Guardian, Pupil
from tests.imports.conftest import STUDENT_HEADER, Desk, book, person, pupil
from tests.servers.test_concurrency import all_at_once

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
ROWS = 60


def waiting(desk: Desk, *, admin: str = "") -> ImportBatch:
    """A batch that waits for its confirmation, uploaded by the admin or by a colleague."""
    user = person(admin, desk.school, Role.SCHOOL_ADMIN) if admin else desk.admin
    return upload_batch(
        actor=actor_for(user, scope_key=None, on=today()),
        year=desk.year,
        kind=ImportKind.STUDENTS,
        data=book(STUDENT_HEADER, *(pupil(n, f"学生{n}") for n in range(1, ROWS + 1))),
        file_name="名册.xlsx",
        options=ImportOptions(create_classes=True),
    )


def counts() -> tuple[int, int, int]:
    return Pupil.objects.count(), Enrolment.objects.count(), Guardian.objects.count()


def test_of_ten_confirmations_of_one_batch_at_once_one_writes(desk: Desk) -> None:
    batch = waiting(desk)

    def confirm() -> object:
        return confirm_batch(actor=desk.actor, batch=ImportBatch.objects.get(pk=batch.pk))

    assert all_at_once([confirm] * 10) == Counter({"assigned": 1, "already_imported": 9})
    assert counts() == (ROWS, ROWS, ROWS)


def test_two_admins_with_the_same_file_import_it_once_and_the_second_sees_nothing_left_to_do(desk: Desk) -> None:
    batches = [waiting(desk), waiting(desk, admin="qz-second")]

    def confirming(batch: ImportBatch) -> object:
        return confirm_batch(actor=desk.actor, batch=ImportBatch.objects.get(pk=batch.pk))

    outcome = all_at_once([lambda batch=batch: confirming(batch) for batch in batches])  # type: ignore[misc]  # a default
    assert outcome == Counter({"assigned": 1, "preview_stale": 1})
    assert counts() == (ROWS, ROWS, ROWS)
    renewed = ImportBatch.objects.get(state=ImportState.CHECKED)
    assert (renewed.summary["created"], renewed.summary["updated"], renewed.summary["unchanged"]) == (0, 0, ROWS)


def test_an_undo_and_a_confirmation_at_once_leave_a_whole_roster_or_none(desk: Desk) -> None:
    first = waiting(desk)
    second = waiting(desk, admin="qz-second")
    confirm_batch(actor=desk.actor, batch=first)
    outcome = all_at_once(
        [
            lambda: undo_batch(actor=desk.actor, batch=ImportBatch.objects.get(pk=first.pk)),
            lambda: confirm_batch(actor=desk.actor, batch=ImportBatch.objects.get(pk=second.pk)),
        ]
    )
    assert counts() in ((0, 0, 0), (ROWS, ROWS, ROWS)), outcome


@pytest.mark.parametrize("at", ["keep_journal", "_log_import"])
def test_a_process_killed_while_it_writes_leaves_nothing_and_the_batch_says_so(
    desk: Desk, settings: LazySettings, tmp_path: Path, at: str
) -> None:
    batch = waiting(desk)
    child = _child(settings, tmp_path, batch, at)
    assert child.stdout is not None
    assert child.stdout.readline() == "here\n"
    child.send_signal(signal.SIGKILL)
    assert child.wait(timeout=30) == -signal.SIGKILL
    batch.refresh_from_db()
    assert (batch.state, batch.confirmed_at, counts()) == (ImportState.CHECKED, None, (0, 0, 0))
    assert ImportChange.objects.count() == 0
    # Whoever comes next writes all of it.
    rerun = _child(settings, tmp_path, batch, "")
    assert rerun.communicate(timeout=60)[0] == "done\n"
    batch.refresh_from_db()
    assert (batch.state, counts()) == (ImportState.DONE, (ROWS, ROWS, ROWS))
    with pytest.raises(DomainError) as refused:
        confirm_batch(actor=desk.actor, batch=batch)
    assert refused.value.code == "already_imported"


def _child(settings: LazySettings, tmp_path: Path, batch: ImportBatch, at: str) -> "subprocess.Popen[str]":
    """Confirm the batch in a process of its own, on the same database and files."""
    connection.close()
    database = settings.DATABASES["default"]
    name = str(connection.settings_dict["NAME"])
    address = os.environ.get("DATABASE_URL", "")
    if "postgres" in database["ENGINE"]:
        address = f"{address.rpartition('/')[0]}/{name}"
    elif "memory" in name:
        pytest.skip("a database in memory belongs to one process; a file is wanted")
    else:
        address = f"sqlite:///{name}"
    # Uploads lie in the test's own folder, which is that of the process, too.
    environment = os.environ | {
        "DATABASE_URL": address,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "mentorship.settings",
    }
    command = [sys.executable, "-m", "tests.imports.killed", str(batch.pk), at]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
