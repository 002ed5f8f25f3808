"""The backup of each night: made once, whoever calls, and the old ones go."""

import contextlib
import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.enums import Role
from accounts.models import RoleGrant, User
from core.clock import cn_full_day, now, today
from core.nightly import for_each
from notices.services import NoticeFor, send_notices
from schools.models import School
from upkeep.enums import BackupState
from upkeep.models import Backup
from upkeep.queries.backups import last_backup
from upkeep.retention import to_keep
from upkeep.services.backing_up import Made, make_backup
from upkeep.services.passphrases import passphrase_to_seal

_NAME: Final = "nightly-{:%Y-%m-%dT%H%M%S}.tar.gz{}"
_OURS: Final = re.compile(r"nightly-(\d{4}-\d\d-\d\dT\d{6})\.tar\.gz(\.age)?")
_STAMP: Final = "%Y-%m-%dT%H%M%S"
#: As long as the files of a year stay, so do their rows.
_ROWS_STAY: Final = datetime.timedelta(days=400)
WARNING: Final = "backup_overdue"
WARN: Final = "upkeep.warn_of_backup"


@dataclass(frozen=True, slots=True)
class Night:
    """What a call has done: the backup, or None where this day has one already; which former ones went."""

    made: Made | None
    removed: tuple[Path, ...] = ()


def back_up_nightly() -> Night:
    """Make today's backup in `BACKUP_DIR` unless there is one, then remove those past their time.

    Safe to call twice. Raises DomainError in words, with nothing removed.
    """
    if Backup.objects.filter(nightly=True, state=BackupState.DONE, finished_at__date=today()).exists():
        return Night(None)
    passphrase = passphrase_to_seal(ask=False)
    folder = Path(settings.BACKUP_DIR)
    name = _NAME.format(localtime(now()), ".age" if passphrase else "")
    made = make_backup(target=folder / name, passphrase=passphrase, nightly=True)
    Backup.objects.filter(started_at__lt=now() - _ROWS_STAY).delete()
    return Night(made, tuple(_prune(folder)))


def nightly_files(folder: Path) -> dict[datetime.datetime, Path]:
    """The nightly backups in `folder`, by the local time in their names; other files are nobody's here."""
    found = {}
    for path in folder.iterdir():
        named = _OURS.fullmatch(path.name)
        if named:
            with contextlib.suppress(ValueError):
                found[datetime.datetime.strptime(named[1], _STAMP)] = path
    return found


def _prune(folder: Path) -> list[Path]:
    files = nightly_files(folder)
    kept = to_keep(files, today())
    gone = [path for moment, path in files.items() if moment not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def warn_of_overdue_backup() -> int:
    """Tell each 管理员, once a day, that there has been no backup for too long; returns how many were told."""
    last = last_backup()
    if not last.overdue:
        return 0
    since = f"最近一次备份是 {cn_full_day(localtime(last.at).date())}" if last.at else "还没有做过备份"
    body = (
        f"{since}。请系统维护人员在服务器上运行 manage.py backup --nightly，看它说什么。"
        f"{f'上一次失败的原因：{last.trouble}' if last.trouble else ''}"
    )
    grants = RoleGrant.objects.active(today()).filter(
        role=Role.SCHOOL_ADMIN, user__is_active=True, school__isnull=False
    )
    told: dict[School, dict[int, User]] = {}
    for grant in grants.select_related("user__school", "school").order_by("school_id", "user_id"):
        if grant.school is not None:
            told.setdefault(grant.school, {})[grant.user_id] = grant.user
    link = reverse("upkeep:status")
    key = f"{WARNING}:{today().isoformat()}"

    def tell(school: School) -> int:
        people = told[school].values()
        wanted = [NoticeFor(user, "超过一天半没有备份", key, body=body, link=link) for user in people]
        return len(send_notices(school=school, kind=WARNING, wanted=wanted))

    return for_each(WARN, told, tell)
