"""Scheduled tasks of the records."""

import logging

from celery import shared_task

from core.clock import today
from records.reminders import is_school_day, send_digests
from schools.models import School

logger = logging.getLogger(__name__)


@shared_task(name="records.remind")
def remind() -> None:
    """Each school morning: the digests of the day. On other days nobody is disturbed; what is due waits."""
    if is_school_day(today()):
        logger.info("digests sent: %d", sum(1 for _ in send_digests(on=today(), schools=School.objects.all())))
