"""How much of the background work and of the messages waits or failed, of one school or of all."""

import datetime
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Min, Q

from jobs.enums import JobState
from jobs.models import Job
from jobs.querysets import UNFINISHED
from notices.enums import OutboxState
from notices.models import OutboxMessage

#: What failed longer ago is looked for elsewhere.
DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits since when at the earliest, and what failed, when at last; jobs may be done in part."""

    waiting: int
    oldest: datetime.datetime | None
    failed: int
    last: datetime.datetime | None
    partly: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """Jobs, and mails and robots' messages, of the last `DAYS`."""

    jobs: Counts
    messages: Counts


def work_of(school_id: int | None, moment: datetime.datetime) -> Work:
    """The work of a school, or of all. Two queries."""
    since = moment - datetime.timedelta(days=DAYS)
    rows = Q(created_at__gte=since) if school_id is None else Q(school=school_id, created_at__gte=since)
    waiting, failed = Q(state__in=UNFINISHED), Q(state=JobState.FAILED)
    jobs = Job.objects.filter(rows).aggregate(
        waiting=Count("pk", filter=waiting),
        oldest=Min("created_at", filter=waiting),
        failed=Count("pk", filter=failed),
        last=Max("finished_at", filter=failed),
        partly=Count("pk", filter=Q(state=JobState.DONE, failed_count__gt=0)),
    )
    waiting, failed = Q(state=OutboxState.WAITING), Q(state=OutboxState.FAILED)
    messages = OutboxMessage.objects.filter(rows).aggregate(
        waiting=Count("pk", filter=waiting),
        oldest=Min("created_at", filter=waiting),
        failed=Count("pk", filter=failed),
        last=Max("created_at", filter=failed),
    )
    return Work(Counts(**jobs), Counts(**messages))
