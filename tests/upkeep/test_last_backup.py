"""管理员 is shown the last good backup, and told when there is none for too long."""

import datetime

import pytest

from accounts.models import User
from core.clock import now
from tests.cast import SchoolCast
from upkeep.enums import BackupState
from upkeep.models import Backup
from upkeep.queries import last_backup


def _backup(hours_ago: float, state: BackupState = BackupState.DONE, message: str = "") -> Backup:
    at = now() - datetime.timedelta(hours=hours_ago)
    over = None if state == BackupState.RUNNING else at
    return Backup.objects.create(
        started_at=at, finished_at=over, state=state, path=f"/backups/{hours_ago}.tar.gz", size=7, message=message
    )


@pytest.mark.parametrize("hours_ago, overdue", [(1, False), (35.9, False), (36.1, True)])
def test_a_good_one_is_overdue_after_a_day_and_a_half(qingzhu: SchoolCast, hours_ago: float, overdue: bool) -> None:
    _backup(90)
    made = _backup(hours_ago)
    found = last_backup()
    assert (found.at, found.path, found.size, found.overdue) == (made.finished_at, made.path, 7, overdue)


def test_what_failed_after_it_is_told_and_what_was_mended_is_not(qingzhu: SchoolCast) -> None:
    _backup(5, BackupState.FAILED, "磁盘满了。")
    _backup(4)
    assert last_backup().trouble == ""
    _backup(3, BackupState.FAILED, "磁盘又满了。")
    _backup(2, BackupState.RUNNING)
    assert last_backup().trouble == "磁盘又满了。"


@pytest.mark.parametrize("hours_ago, overdue", [(1, False), (37, True)])
def test_without_any_a_new_house_gets_the_same_time(qingzhu: SchoolCast, hours_ago: float, overdue: bool) -> None:
    User.objects.update(created_at=now() - datetime.timedelta(hours=hours_ago))
    _backup(0.5, BackupState.FAILED, "磁盘满了。")
    found = last_backup()
    assert (found.at, found.overdue, found.trouble) == (None, overdue, "磁盘满了。")


def test_an_empty_house_has_nothing_to_lose(db: None) -> None:
    assert (last_backup().at, last_backup().overdue) == (None, False)
