"""Scheduled tasks of the mechanics."""

from celery import shared_task

from core import statistics


@shared_task(name="core.refresh_statistics")
def refresh_statistics() -> None:
    """Each night: let the database count its tables, which have grown by day."""
    statistics.refresh_statistics()
