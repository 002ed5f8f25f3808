"""The tasks that beat sends, and which of them are late: pure, from the plan and the signs of life."""

import copy
import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from celery.schedules import BaseSchedule, crontab
from celery.schedules import schedule as interval
from django.conf import settings

from upkeep.models import Pulse

#: A task of a certain hour may be so late before somebody looks after it; one that comes again and again two rounds,
#: and a minute at least.
LATE_AT_AN_HOUR: Final = datetime.timedelta(minutes=10)
LATE_AT_LEAST: Final = datetime.timedelta(minutes=1)
#: How long a task of a certain hour rests after each failure before it is tried again; then the next day has its turn.
RESTS: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
#: What keeps all other work moving: its last run says whether beat is there.
SWEEP: Final = "jobs.sweep"


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry of `CELERY_BEAT_SCHEDULE`."""

    task: str
    schedule: BaseSchedule
    expires: float | None

    @property
    def at_an_hour(self) -> bool:
        """Whether it has its hour, rather than its interval."""
        return isinstance(self.schedule, crontab)

    @property
    def patience(self) -> datetime.timedelta:
        """How late it may be."""
        if self.at_an_hour:
            return LATE_AT_AN_HOUR
        every: datetime.timedelta = self.schedule.run_every  # type: ignore[attr-defined]  # it is no crontab
        return max(LATE_AT_LEAST, 2 * every)

    def due_at(self, last: datetime.datetime, moment: datetime.datetime) -> datetime.datetime:
        """When it is to run next after it ran at `last`, seen from `moment`."""
        schedule = copy.copy(self.schedule)
        schedule.nowfun = lambda: moment  # type: ignore[attr-defined]  # the stubs misspell it
        return moment + schedule.remaining_estimate(last)


@cache
def planned() -> dict[str, Planned]:
    """What beat sends, by the task's name."""
    entries: Iterable[dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE.values()
    return {
        entry["task"]: Planned(entry["task"], _schedule(entry["schedule"]), entry.get("options", {}).get("expires"))
        for entry in entries
    }


def _schedule(every: float | BaseSchedule) -> BaseSchedule:
    return every if isinstance(every, BaseSchedule) else interval(datetime.timedelta(seconds=every))


def late_tasks(pulses: dict[str, Pulse], moment: datetime.datetime) -> Iterator[tuple[Planned, Pulse]]:
    """Tasks that nobody ran when they were due, and those of an hour that failed and have rested."""
    for task, plan in planned().items():
        pulse = pulses.get(task)
        if pulse is None:
            continue
        overdue = moment - plan.due_at(pulse.seen_at, moment) > plan.patience
        if overdue or _has_rested(plan, pulse, moment):
            yield plan, pulse


def _has_rested(plan: Planned, pulse: Pulse, moment: datetime.datetime) -> bool:
    if not plan.at_an_hour or not 0 < pulse.failures <= len(RESTS):
        return False
    return moment - pulse.seen_at >= RESTS[pulse.failures - 1]
