"""Scheduled tasks of the accounts."""

from celery import shared_task

from accounts.services.door import forget_tries
from accounts.services.presses import forget_presses


@shared_task(name="accounts.forget_tries")
def forget_old_tries() -> None:
    """Each night: what no door counts any more."""
    forget_tries()


@shared_task(name="accounts.forget_presses")
def forget_old_presses() -> None:
    """Each night: presses that nobody sends again, and what they were answered."""
    forget_presses()
