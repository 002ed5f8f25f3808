"""Signs of life of workers and scheduled tasks, and looking after tasks that beat has not sent."""

import datetime
import logging
from collections.abc import Iterable
from typing import Final

from celery import current_app
from django.db.models import F

from core.clock import now
from upkeep.enums import PulseKind
from upkeep.models import Pulse
from upkeep.queries.schedule import LATE_AT_LEAST, late_tasks, planned

logger = logging.getLogger(__name__)

#: A worker that was not seen for so long is gone for good.
FORGOTTEN_AFTER: Final = datetime.timedelta(days=7)
#: A clock that was set right may be so far behind what was noted.
_AHEAD: Final = datetime.timedelta(minutes=1)


def note_worker(name: str, queues: Iterable[str]) -> None:
    """The worker `name` is there, and takes messages from `queues`."""
    _note(PulseKind.WORKER, name, seen_at=now(), queues=" ".join(sorted(queues))[:200])


def forget_workers() -> int:
    """Forget workers that are gone for good; how many."""
    return Pulse.objects.filter(kind=PulseKind.WORKER, seen_at__lt=now() - FORGOTTEN_AFTER).delete()[0]


def note_began(task: str) -> None:
    """The scheduled `task` begins; one that comes again and again is noted at its end alone. Others are no matter."""
    plan = planned().get(task)
    if plan is not None and plan.at_an_hour:
        _note(PulseKind.TASK, task, seen_at=now())


def note_done(task: str) -> None:
    """The scheduled `task` is through."""
    plan = planned().get(task)
    if plan is None:
        return
    seen = {} if plan.at_an_hour else {"seen_at": now()}
    _note(PulseKind.TASK, task, done_at=now(), failures=0, trouble="", asked_at=None, **seen)


def note_failed(task: str, error: BaseException) -> None:
    """The scheduled `task` failed. Of the error its kind is kept: its words may quote a name."""
    if task not in planned():
        return
    _note(PulseKind.TASK, task, seen_at=now(), trouble=type(error).__name__[:60], asked_at=None)
    Pulse.objects.filter(kind=PulseKind.TASK, name=task, failures__lt=100).update(failures=F("failures") + 1)


def look_after_tasks() -> list[str]:
    """Send for tasks that are late, or failed and have rested; their names. Any number of workers may do so at once.

    Beat may be down, or a whole night may have been missed. The one whose conditional UPDATE changes the row sends.
    """
    moment = now()
    pulses = {pulse.name: pulse for pulse in Pulse.objects.filter(kind=PulseKind.TASK)}
    unknown = [Pulse(kind=PulseKind.TASK, name=task, seen_at=moment) for task in planned() if task not in pulses]
    if unknown:
        Pulse.objects.bulk_create(unknown, ignore_conflicts=True)
    # The clock was ahead when these ran: what ran in the future counts as run now.
    if any(pulse.seen_at > moment + _AHEAD for pulse in pulses.values()):
        Pulse.objects.filter(kind=PulseKind.TASK, seen_at__gt=moment + _AHEAD).update(seen_at=moment, asked_at=None)
        return []
    sent = []
    for plan, pulse in late_tasks(pulses, moment):
        asked = pulse.asked_at
        if asked is not None and datetime.timedelta() <= moment - asked < max(plan.patience, LATE_AT_LEAST):
            continue
        if not Pulse.objects.filter(pk=pulse.pk, asked_at=asked, seen_at=pulse.seen_at).update(asked_at=moment):
            continue
        try:
            current_app.send_task(plan.task, expires=plan.expires, ignore_result=True, retry=False)
        except Exception as error:  # the broker has gone: the next look sends for it again
            logger.warning("broker did not take %s: %s", plan.task, type(error).__name__)
            continue
        logger.warning("%s was late: sent for by a worker", plan.task)
        sent.append(plan.task)
    return sent


def _note(kind: PulseKind, name: str, **values: object) -> None:
    """Write `values` into the row of `name`, which is made if need be. One query but for the first time."""
    rows = Pulse.objects.filter(kind=kind, name=name[:120])
    if not rows.update(**values):
        Pulse.objects.bulk_create(
            [Pulse(kind=kind, name=name[:120], **({"seen_at": now()} | values))], ignore_conflicts=True
        )
