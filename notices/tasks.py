"""What wakes up in a worker: a few lines that call the services."""

from celery import shared_task

from notices import services


@shared_task(name="notices.send_outbox")
def send_outbox() -> None:
    """Send the messages that are due."""
    services.send_outbox()


@shared_task(name="notices.forget_messages")
def forget_messages() -> None:
    """Each night: what went out half a year ago."""
    services.forget_messages()
