"""What wakes up in a worker: a few lines that call `jobs.work` and `jobs.services`."""

import uuid

from celery import shared_task

from core.nightly import for_each
from jobs import keeping, registry, services, work


@shared_task(name=registry.RUN)
def run(job_id: str) -> None:
    """Work at one job."""
    work.run_job(uuid.UUID(job_id))


@shared_task(name=registry.RUN_SOON)
def run_soon(job_id: str) -> None:
    """The same, by workers that no printing holds up."""
    work.run_job(uuid.UUID(job_id))


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Wake workers for whatever was left lying."""
    services.sweep()


@shared_task(name=services.EXPIRED)
def remove_expired() -> None:
    """Remove files past their day, and kept papers that nobody asks for any more."""
    for_each(services.EXPIRED, (services.remove_expired, keeping.remove_unused), lambda remove: remove())
