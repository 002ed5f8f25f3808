"""Scheduled tasks of the accounts."""

from celery import shared_task

from accounts.services.door import forget_tries


@shared_task(name="accounts.forget_tries")
def forget_old_tries() -> None:
    """Each night: what no door counts any more."""
    forget_tries()
