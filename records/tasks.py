"""Scheduled tasks of the records."""

import logging

from celery import shared_task

from core.clock import today
from records.desk.services.deletion import purge_deleted
from records.desk.services.drafts import purge_drafts
from records.letters.services.office import release_due
from records.office.reminders import send_digests
from records.office.services import follow_plan
from schools.models import School, SchoolYear
from schools.queries import is_school_day

logger = logging.getLogger(__name__)


@shared_task(name="records.remind")
def remind() -> None:
    """Each school morning: the digests of the day. On other days nobody is disturbed; what is due waits."""
    if is_school_day(today()):
        logger.info("digests sent: %d", sum(1 for _ in send_digests(on=today(), schools=School.objects.all())))


@shared_task(name="records.purge")
def purge() -> None:
    """Each night: drafts of 60 days and what was deleted 30 days ago go for good."""
    logger.info("purged: %d drafts, %d deleted records", purge_drafts(), purge_deleted())


@shared_task(name="records.release_due_letters")
def release_due_letters() -> None:
    """Every five minutes: letters whose set time has come reach their families."""
    logger.info("letters released: %d", release_due())


@shared_task(name="records.follow_plans")
def follow_plans() -> None:
    """Each night: a plan version that takes effect today changes capacities and ticks."""
    for year in SchoolYear.objects.current().select_related("school"):
        follow_plan(year=year, on=today())
