"""The last backup, and whether it is too old."""

import datetime
from typing import Final

from django.db.models import Min

from accounts.models import User
from core.clock import now
from upkeep.contexts import LastBackup
from upkeep.enums import BackupState
from upkeep.models import Backup

#: One night may be missed, two are told.
OVERDUE: Final = datetime.timedelta(hours=36)


def last_backup() -> LastBackup:
    """The newest good backup, whoever made it. Two queries, a third where there is none."""
    done = Backup.objects.filter(state=BackupState.DONE).order_by("-finished_at").first()
    failed = Backup.objects.filter(state=BackupState.FAILED).order_by("-finished_at").first()
    moment = now()
    if done is None or done.finished_at is None:
        began = User.objects.aggregate(first=Min("created_at"))["first"]
        trouble = failed.message if failed else ""
        return LastBackup(None, "", 0, False, began is not None and moment - began > OVERDUE, trouble)
    came_after = failed is not None and failed.finished_at is not None and failed.finished_at > done.finished_at
    return LastBackup(
        at=done.finished_at,
        path=done.path,
        size=done.size,
        encrypted=done.encrypted,
        overdue=moment - done.finished_at > OVERDUE,
        trouble=failed.message if failed is not None and came_after else "",
    )
