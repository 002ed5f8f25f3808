"""When the tasks of `CELERY_BEAT_SCHEDULE` are sent."""

from celery.beat import PersistentScheduler


class ClampedScheduler(PersistentScheduler):
    """Celery's own scheduler, which keeps its state in a file, but does not fall silent after the clock was wrong.

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
