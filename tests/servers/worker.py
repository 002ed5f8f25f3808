"""A Celery application for tests: the project's own, with one kind of job that leaves traces.

`celery -A tests.servers.worker worker` runs it in a process of its own.
"""

import time

import django

django.setup()

from django.db import connection  # noqa: E402 - models can be imported only after the set-up

from jobs import registry  # noqa: E402
from jobs.models import Job, JobItem  # noqa: E402
from mentorship.celery import app  # noqa: E402

__all__ = ["app"]

KIND = "server-test"


def run_item(item: JobItem, /) -> registry.Outcome:
    """Takes as long as the payload says, and makes one part."""
    time.sleep(item.payload["seconds"])
    content = f"{item.payload['number']} on {connection.vendor}".encode()
    return registry.Outcome(files=[registry.NewFile(f"{item.payload['number']}.txt", content, "text/plain")])


def finish(job: Job, step: registry.Step, /) -> registry.Outcome:
    """All parts in one ZIP."""
    return registry.Outcome(files=[registry.zip_parts(job, step, name="parts.zip")])


registry.register(KIND, title="试验任务", run_item=run_item, finish=finish)
