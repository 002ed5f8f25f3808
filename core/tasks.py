"""Scheduled tasks of the mechanics."""

from celery import shared_task
from django.core.management import call_command

from core import statistics


@shared_task(name="core.refresh_statistics")
def refresh_statistics() -> None:
    """Each night: let the database count its tables, which have grown by day."""
    statistics.refresh_statistics()


@shared_task(name="core.clear_sessions")
def clear_sessions() -> None:
    """Each night: sessions that are over are deleted; a stolen copy of the table opens nothing old."""
    call_command("clearsessions")
