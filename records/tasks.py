"""Scheduled tasks of the records."""

import datetime
import logging

from celery import shared_task

from core.clock import today
from core.nightly import for_each
from mentors.staff.services.training_files import purge_training_files
from records.announcing.services.announcements import TELL, tell_begun
from records.audit.services.keeping import PRUNE, prune_all
from records.audit.services.pointing_out import POINT_OUT, point_out
from records.bureau.services.counting import recount_all, recount_changed
from records.desk.services.deletion import purge_deleted
from records.desk.services.drafts import purge_drafts
from records.letters.services.looking import check_waiting_letters
from records.letters.services.office import release_due
from records.office.services import follow_plan
from records.reminding.queries.rules import reminder_rules, sends_on
from records.reminding.services.sending import REMIND, send_digests
from records.setup.services.first_weeks import finish_first_weeks
from records.setup.services.plan_document import purge_document_files
from schools.calendar import SchoolCalendar
from schools.enums import FirstWeeks
from schools.models import School, SchoolYear

logger = logging.getLogger(__name__)


@shared_task(name=REMIND)
def remind() -> None:
    """Each morning on which the school sends: the digests of the day. On other days nobody is disturbed; it waits."""
    on = today()
    logger.info("digests sent: %d", for_each(REMIND, School.objects.all(), lambda school: _remind(school, on)))


def _remind(school: School, on: datetime.date) -> int:
    calendar = SchoolCalendar(school.pk, on).present
    if calendar is None or not sends_on(calendar, reminder_rules(school.pk, since=on), on):
        return 0
    return sum(1 for _ in send_digests(on=on, schools=[school]))


@shared_task(name="records.purge")
def purge() -> None:
    """Each night: drafts of 60 days and what was deleted 30 days ago go for good."""
    steps = (purge_drafts, purge_deleted, purge_document_files, purge_training_files)
    logger.info("purged: %d", for_each("records.purge", steps, lambda purge: purge()))


@shared_task(name=PRUNE)
def prune_audit() -> None:
    """Each night: lines of 使用记录 that are older than their school keeps them."""
    logger.info("audit entries pruned: %d", prune_all())


@shared_task(name=POINT_OUT)
def point_out_readings() -> None:
    """Each morning: whoever reads 使用记录 is told that many files were opened in a short time the day before."""
    logger.info("told of many files opened: %d", point_out(on=today()))


@shared_task(name="records.release_due_letters")
def release_due_letters() -> None:
    """Every five minutes: letters whose set time has come reach their families."""
    logger.info("letters released: %d", release_due())


@shared_task(name=TELL)
def tell_announcements() -> None:
    """Each morning: announcements that begin today reach the inboxes."""
    logger.info("announcements told: %d", tell_begun())


@shared_task(name="records.check_letters")
def check_letters() -> None:
    """Each night: waiting letters that no check has looked at yet, from before findings were kept."""
    logger.info("letters checked: %d", check_waiting_letters())


@shared_task(name="records.finish_first_weeks")
def end_first_weeks() -> None:
    """Each night: the page 第一周 of a school in which nothing is missing any more leaves the navigation."""
    begun = School.objects.filter(first_weeks=FirstWeeks.OPEN)
    done = for_each("records.finish_first_weeks", begun, lambda school: finish_first_weeks(school, today()))
    logger.info("first weeks done: %d", done)


@shared_task(name="records.follow_plans")
def follow_plans() -> None:
    """Each night: a plan version that takes effect today changes capacities and ticks."""
    years = SchoolYear.objects.current().select_related("school")
    for_each("records.follow_plans", years, lambda year: follow_plan(year=year, on=today()))


@shared_task(name="records.recount")
def recount_schools() -> None:
    """Each minute: the bureaus' figures of the schools in which something was written."""
    recount_changed(today=today())


@shared_task(name="records.recount_all")
def recount_every_school() -> None:
    """Each night: the bureaus' figures of all schools, for what follows from the day alone."""
    logger.info("figures that differed: %d", len(recount_all(today=today())))
