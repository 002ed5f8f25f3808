"""Today and now, as the schools see them (Asia/Shanghai)."""

import datetime

from django.utils import timezone


def today() -> datetime.date:
    """The calendar day in Asia/Shanghai."""
    return timezone.localdate()


def now() -> datetime.datetime:
    """The aware present moment."""
    return timezone.now()


WEEKDAYS = "一二三四五六日"


def cn_day(day: datetime.date) -> str:
    """`9月3日`."""
    return f"{day.month}月{day.day}日"


def cn_date(day: datetime.date) -> str:
    """`9月3日（周四）`."""
    return f"{cn_day(day)}（周{WEEKDAYS[day.weekday()]}）"
