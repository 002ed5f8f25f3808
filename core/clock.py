"""Today and now, as the schools see them (Asia/Shanghai)."""

import datetime

from django.utils import timezone


def today() -> datetime.date:
    """The calendar day in Asia/Shanghai."""
    return timezone.localdate()


def now() -> datetime.datetime:
    """The aware present moment."""
    return timezone.now()
