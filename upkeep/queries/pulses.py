"""Which workers are there, and how the scheduled tasks go."""

import datetime
from collections.abc import Iterable
from typing import Final

from django.conf import settings

from upkeep.enums import PulseKind, Standing
from upkeep.models import Pulse
from upkeep.queries.schedule import SWEEP, planned

#: A worker shows itself every 20 s.
SEEN_LATELY: Final = datetime.timedelta(seconds=90)


def pulses() -> list[Pulse]:
    """All signs of life: a handful of workers and the plan's tasks. One query."""
    return list(Pulse.objects.order_by("kind", "name"))


def workers_seen(found: Iterable[Pulse], moment: datetime.datetime) -> list[Pulse]:
    """The workers that showed themselves lately."""
    return [pulse for pulse in found if pulse.kind == PulseKind.WORKER and moment - pulse.seen_at <= SEEN_LATELY]


def queues_without_worker(found: Iterable[Pulse], moment: datetime.datetime) -> list[str]:
    """The queues whose messages nobody takes, in the settings' order."""
    taken = {queue for pulse in workers_seen(found, moment) for queue in pulse.queues.split()}
    return [queue.name for queue in settings.CELERY_TASK_QUEUES if queue.name not in taken]


def last_sweep(found: Iterable[Pulse]) -> datetime.datetime | None:
    """When the work that was left lying was looked through last; None where it never was."""
    return next((pulse.done_at for pulse in found if pulse.kind == PulseKind.TASK and pulse.name == SWEEP), None)


def sweep_standing(found: Iterable[Pulse], moment: datetime.datetime) -> Standing:
    """Whether beat sends and a worker does what comes every few seconds."""
    last = last_sweep(found)
    on_time = last is not None and moment - last <= planned()[SWEEP].patience
    return Standing.OK if on_time else Standing.FAILED
