"""What beat sends, and when: read by the settings, so it knows none of Django."""

from typing import Any, Final

from celery.schedules import crontab

BEAT_SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "sweep-jobs": {"task": "jobs.sweep", "schedule": 20, "options": {"expires": 20}},
    "send-outbox": {
        "task": "notices.send_outbox",
        "schedule": 30,
        "options": {"expires": 30},
    },
    # Half past eight: in working hours, once a day; the task itself stays silent on days off.
    "remind": {
        "task": "records.remind",
        "schedule": crontab(hour=8, minute=30),
        "options": {"expires": 6 * 3600},
    },
    "remind-rounds": {
        "task": "mentors.remind_rounds",
        "schedule": crontab(hour=8, minute=30),
        "options": {"expires": 6 * 3600},
    },
    "follow-plans": {
        "task": "records.follow_plans",
        "schedule": crontab(hour=0, minute=20),
        "options": {"expires": 6 * 3600},
    },
    "finish-first-weeks": {
        "task": "records.finish_first_weeks",
        "schedule": crontab(hour=0, minute=35),
        "options": {"expires": 6 * 3600},
    },
    "release-due-letters": {
        "task": "records.release_due_letters",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "recount": {
        "task": "records.recount",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # After plans that take effect today.
    "recount-all": {
        "task": "records.recount_all",
        "schedule": crontab(hour=0, minute=55),
        "options": {"expires": 6 * 3600},
    },
    "tell-announcements": {
        "task": "records.tell_announcements",
        "schedule": crontab(hour=7, minute=30),
        "options": {"expires": 6 * 3600},
    },
    "check-letters": {
        "task": "records.check_letters",
        "schedule": crontab(hour=0, minute=30),
        "options": {"expires": 6 * 3600},
    },
    "purge-records": {
        "task": "records.purge",
        "schedule": crontab(hour=0, minute=40),
        "options": {"expires": 6 * 3600},
    },
    "prune-audit": {
        "task": "records.prune_audit",
        "schedule": crontab(hour=0, minute=42),
        "options": {"expires": 6 * 3600},
    },
    "point-out-readings": {
        "task": "records.point_out_readings",
        "schedule": crontab(hour=7, minute=10),
        "options": {"expires": 6 * 3600},
    },
    "forget-tries": {
        "task": "accounts.forget_tries",
        "schedule": crontab(hour=0, minute=45),
        "options": {"expires": 6 * 3600},
    },
    "forget-presses": {
        "task": "accounts.forget_presses",
        "schedule": crontab(hour=0, minute=47),
        "options": {"expires": 6 * 3600},
    },
    "forget-messages": {
        "task": "notices.forget_messages",
        "schedule": crontab(hour=0, minute=48),
        "options": {"expires": 6 * 3600},
    },
    "clear-sessions": {
        "task": "core.clear_sessions",
        "schedule": crontab(hour=0, minute=50),
        "options": {"expires": 6 * 3600},
    },
    # After the night's deletions.
    "refresh-statistics": {
        "task": "core.refresh_statistics",
        "schedule": crontab(hour=1, minute=0),
        "options": {"expires": 6 * 3600},
    },
    "back-up": {
        "task": "upkeep.back_up",
        "schedule": crontab(hour=1, minute=30),
        "options": {"expires": 6 * 3600},
    },
    "warn-of-backup": {
        "task": "upkeep.warn_of_backup",
        "schedule": crontab(hour=8, minute=0),
        "options": {"expires": 6 * 3600},
    },
    "remove-expired-files": {
        "task": "jobs.remove_expired",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
}
