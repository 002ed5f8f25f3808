"""What wakes up in a worker: a few lines that call the services."""

from celery import shared_task

from notices import services


@shared_task(name="notices.send_outbox")
def send_outbox() -> None:
    """Send the messages that are due."""
    services.send_outbox()
