"""Scheduled tasks of the matching."""

import logging

from celery import shared_task

from core.clock import now, today
from core.nightly import for_each
from mentors.rounds.models import MatchingRound
from mentors.rounds.queries.choices import is_to_be_reminded
from mentors.rounds.services.choices import remind_due_round
from schools.calendar import YearCalendar

logger = logging.getLogger(__name__)


@shared_task(name="mentors.remind_rounds")
def remind_rounds() -> None:
    """Each school morning: who has not chosen is counted, two days before a round ends. No names anywhere."""
    rounds = MatchingRound.objects.choosing(now()).select_related("year")
    logger.info("reminders of rounds sent: %d", for_each("mentors.remind_rounds", rounds, _remind))


def _remind(found: MatchingRound) -> int:
    on = today()
    if not is_to_be_reminded(found, on) or not YearCalendar(found.year, on).is_school_day(on):
        return 0
    return remind_due_round(found, on=on)
