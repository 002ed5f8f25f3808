"""Today and now, as the schools see them (Asia/Shanghai)."""

import datetime

from django.utils import timezone

from core.text import to_chinese


def today() -> datetime.date:
    """The calendar day in Asia/Shanghai."""
    return timezone.localdate()


def now() -> datetime.datetime:
    """The aware present moment."""
    return timezone.now()


def not_before(earlier: datetime.datetime) -> datetime.datetime:
    """The present moment, for what comes after `earlier`: that very moment where the clock was set back in between."""
    return max(now(), earlier)


WEEKDAYS = "一二三四五六日"
DIGITS = "〇一二三四五六七八九"


def cn_day(day: datetime.date) -> str:
    """`9月3日`, and `2027年9月3日` where that is not the present calendar year."""
    return f"{day.month}月{day.day}日" if day.year == today().year else cn_full_day(day)


def cn_date(day: datetime.date) -> str:
    """`9月3日（周四）`, with the year as `cn_day`."""
    return f"{cn_day(day)}（{_weekday(day)}）"


def cn_full_day(day: datetime.date) -> str:
    """`2026年9月3日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def cn_full_date(day: datetime.date) -> str:
    """`2026年9月3日（周四）`."""
    return f"{cn_full_day(day)}（{_weekday(day)}）"


def chinese_date(on: datetime.date) -> str:
    """A date as it stands on a certificate: 二〇二六年九月一日."""
    year = "".join(DIGITS[int(digit)] for digit in f"{on.year}")
    return f"{year}年{to_chinese(on.month)}月{to_chinese(on.day)}日"


def _weekday(day: datetime.date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"
