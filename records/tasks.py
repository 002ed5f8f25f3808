"""Scheduled tasks of the records."""

import logging

from celery import shared_task

from core.clock import today
from records.reminders import send_digests
from records.services import follow_plan
from schools.models import School, SchoolYear
from schools.queries import is_school_day

logger = logging.getLogger(__name__)


@shared_task(name="records.remind")
def remind() -> None:
    """Each school morning: the digests of the day. On other days nobody is disturbed; what is due waits."""
    if is_school_day(today()):
        logger.info("digests sent: %d", sum(1 for _ in send_digests(on=today(), schools=School.objects.all())))


@shared_task(name="records.follow_plans")
def follow_plans() -> None:
    """Each night: a plan version that takes effect today changes capacities and ticks."""
    for year in SchoolYear.objects.current().select_related("school"):
        follow_plan(year=year, on=today())
