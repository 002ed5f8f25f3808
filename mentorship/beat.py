"""When the tasks of `CELERY_BEAT_SCHEDULE` are sent, and the small process that does so: `python -m mentorship.beat`.

It knows the plan and the broker, and loads none of the apps: it stays small, and no database that hangs holds it up.
It keeps nothing either: what ran last stands in the database (`upkeep.models.Pulse`), and the workers send for what was
missed while it was down. So it may stop at any time, and run twice: each task does what it finds to do, once.
"""

import logging.config
import os
import signal
import sys

from celery import Celery
from celery.beat import Scheduler, Service
from django.conf import settings


class ClampedScheduler(Scheduler):
    """Celery's own scheduler, which does not fall silent after the clock was wrong.

    Celery plans ahead by the clock. Where it was two days ahead for a minute, the next runs would lie beyond those two
    days: what ran in the future counts as run now, and what comes next is asked of the clock each time. That is a
    handful of entries every few seconds.
    """

    def tick(self) -> float:  # type: ignore[override]  # its parameters only bring functions into reach
        """Send what is due, at most one task. Returns the seconds until the next look."""
        for entry in self.schedule.values():
            now = entry.default_now()
            entry.last_run_at = min(entry.last_run_at or now, now)
        self._heap = None
        return super().tick()


def main() -> None:
    """Send what is due until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentorship.settings")
    logging.config.dictConfig(settings.LOGGING)
    # Without Celery's ties to Django, which would load every app.
    app = Celery("beat", fixups=[])
    app.config_from_object(settings, namespace="CELERY")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    Service(app, scheduler_cls=ClampedScheduler).start()


if __name__ == "__main__":
    main()
