"""The nightly backup; and what a worker does beside its tasks: it shows that it is there, notes how scheduled tasks
went, and sends for late ones. A worker imports this module at its start (`autodiscover_tasks`): that connects the
signals.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Any, Final

from celery import shared_task, signals
from django.db import connection

from upkeep.services.nightly import WARN, back_up_nightly, warn_of_overdue_backup
from upkeep.services.pulses import forget_workers, look_after_tasks, note_began, note_done, note_failed, note_worker

logger = logging.getLogger(__name__)

#: A worker shows itself this often, and looks for late tasks.
SHOWN_SECONDS: Final = 20.0

_over = threading.Event()


@signals.worker_ready.connect(dispatch_uid="upkeep.watch")
def begin(sender: Any, **_: Any) -> None:
    """A thread of its own, so that a worker at a long task still is seen."""
    _over.clear()
    threading.Thread(
        target=_watch, args=(str(sender.hostname), [*sender.app.amqp.queues.consume_from]), name="watch", daemon=True
    ).start()


@signals.worker_shutting_down.connect(dispatch_uid="upkeep.watch")
def end(**_: Any) -> None:
    """The worker stops taking tasks."""
    _over.set()


def _watch(name: str, queues: Sequence[str]) -> None:
    first = True
    while True:
        try:
            if first:
                forget_workers()
            note_worker(name, queues)
            look_after_tasks()
            first = False
        except Exception as error:  # whatever the machine lacks: the next round comes
            logger.warning("could not look after the tasks: %s", type(error).__name__)
        finally:
            # Nothing of the database is open while the pool forks.
            connection.close()
        if _over.wait(SHOWN_SECONDS):
            return


@signals.task_prerun.connect(dispatch_uid="upkeep.watch")
def began(sender: Any, **_: Any) -> None:
    """As `note_began`."""
    note_began(sender.name)


@signals.task_success.connect(dispatch_uid="upkeep.watch")
def done(sender: Any, **_: Any) -> None:
    """As `note_done`."""
    note_done(sender.name)


@signals.task_failure.connect(dispatch_uid="upkeep.watch")
def failed(sender: Any, exception: BaseException, **_: Any) -> None:
    """As `note_failed`."""
    note_failed(sender.name, exception)


@shared_task(name="upkeep.back_up")
def back_up() -> None:
    """Each night: today's backup, unless there is one already."""
    night = back_up_nightly()
    if night.made is not None:
        logger.info("backup of %d bytes, %d former ones removed", night.made.size, len(night.removed))


@shared_task(name=WARN)
def warn_of_backup() -> None:
    """Each morning: where there is no backup for too long, 管理员 is told."""
    logger.info("told of an overdue backup: %d", warn_of_overdue_backup())
