"""What beat sends, and when: read by the settings, so it knows none of Django."""

from typing import Any, Final

from celery.schedules import crontab

#: A day's message that no worker took within these hours waits for the next day, or for `upkeep`'s watch.
_LATEST: Final = 6


def _every(seconds: int, task: str) -> dict[str, Any]:
    """Sent again and again; who comes too late is passed over, for the next is there already."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


def _daily(hour: int, minute: int, task: str) -> dict[str, Any]:
    """Sent once a day, in the time zone of the settings."""
    return {"task": task, "schedule": crontab(hour=hour, minute=minute), "options": {"expires": _LATEST * 3600}}


BEAT_SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "sweep-jobs": _every(20, "jobs.sweep"),
    "send-outbox": _every(30, "notices.send_outbox"),
    # Half past eight: in working hours, once a day; the task itself stays silent on days off.
    "remind": _daily(8, 30, "records.remind"),
    "remind-rounds": _daily(8, 30, "mentors.remind_rounds"),
    "follow-plans": _daily(0, 20, "records.follow_plans"),
    "finish-first-weeks": _daily(0, 35, "records.finish_first_weeks"),
    "release-due-letters": _every(300, "records.release_due_letters"),
    "recount": _every(60, "records.recount"),
    # After plans that take effect today.
    "recount-all": _daily(0, 55, "records.recount_all"),
    "tell-announcements": _daily(7, 30, "records.tell_announcements"),
    "check-letters": _daily(0, 30, "records.check_letters"),
    "purge-records": _daily(0, 40, "records.purge"),
    "prune-audit": _daily(0, 42, "records.prune_audit"),
    "point-out-readings": _daily(7, 10, "records.point_out_readings"),
    "forget-tries": _daily(0, 45, "accounts.forget_tries"),
    "forget-presses": _daily(0, 47, "accounts.forget_presses"),
    "forget-messages": _daily(0, 48, "notices.forget_messages"),
    "clear-sessions": _daily(0, 50, "core.clear_sessions"),
    # After the night's deletions.
    "refresh-statistics": _daily(1, 0, "core.refresh_statistics"),
    "back-up": _daily(1, 30, "upkeep.back_up"),
    "warn-of-backup": _daily(8, 0, "upkeep.warn_of_backup"),
    "remove-expired-files": _every(3600, "jobs.remove_expired"),
}
