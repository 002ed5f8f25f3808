"""The Celery application: the broker only wakes workers, the database rows are the jobs."""

import os
import sys
from typing import Any

from celery import Celery, signals

from core.logs import present_task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentorship.settings")
if "worker" in sys.argv[1:]:
    # `celery … worker`: a whole city's night takes its time, a statement that hangs does not take for ever.
    os.environ.setdefault("STATEMENT_SECONDS", "900")

app = Celery("mentorship")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect(dispatch_uid="mentorship.logs")
def keep_logging(**_: Any) -> None:
    """Workers log as the settings say: Celery's own lines quote arguments and errors."""


@signals.task_prerun.connect(dispatch_uid="mentorship.logs")
def begin_task(sender: Any, task_id: str, **_: Any) -> None:
    """Lines of the log say which task they are of."""
    present_task.set((sender.name, task_id))


@signals.task_postrun.connect(dispatch_uid="mentorship.logs")
def end_task(**_: Any) -> None:
    """The task is over."""
    present_task.set(None)
