"""Scheduled tasks of the matching."""

import logging

from celery import shared_task

from core.clock import today
from mentors.rounds.services.choices import remind_due_rounds
from schools.queries import is_school_day

logger = logging.getLogger(__name__)


@shared_task(name="mentors.remind_rounds")
def remind_rounds() -> None:
    """Each school morning: who has not chosen is counted, two days before a round ends. No names anywhere."""
    if is_school_day(today()):
        logger.info("reminders of rounds sent: %d", remind_due_rounds())
