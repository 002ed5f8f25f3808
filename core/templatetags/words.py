"""Filters that write days, telephones and names as people read them; a builtin of the template engine like `ui`."""

import datetime
import re
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from django import template
from django.utils import timezone

from core import clock

register = template.Library()


def _local(value: datetime.date | None) -> datetime.date | None:
    return timezone.localtime(value) if isinstance(value, datetime.datetime) and timezone.is_aware(value) else value


@register.filter
def cn_day(value: datetime.date | None) -> str:
    """`9月3日`, with the year if it is another one than the present; empty for None."""
    day = _local(value)
    return clock.cn_day(day) if day else ""


@register.filter
def short_day(value: datetime.date) -> str:
    """`9.3` for narrow places, with the year as `cn_day`."""
    day = f"{value.month}.{value.day}"
    return day if value.year == clock.today().year else f"{value.year}.{day}"


@register.filter(name="cn_date")
def cn_date_filter(value: datetime.date | None) -> str:
    """`9月3日（周四）`, the form for people to read; empty for None."""
    day = _local(value)
    return clock.cn_date(day) if day else ""


@register.simple_tag(name="cn_date")
def cn_date(value: datetime.date | None) -> str:
    """`{% cn_date d %}`: as the filter."""
    return cn_date_filter(value)


@register.filter
def cn_full_date(value: datetime.date | None) -> str:
    """`2026年9月3日`, where the year matters; empty for None."""
    day = _local(value)
    return clock.cn_full_day(day) if day else ""


@register.filter
def cn_moment(value: datetime.datetime | None) -> str:
    """`9月3日 14:05`, in Shanghai's time; empty for None."""
    moment = _local(value)
    return f"{cn_day(moment)} {moment:%H:%M}" if moment else ""


@register.filter
def mask_phone(value: str | None) -> str:
    """A telephone number with its middle hidden: `138****5678`, `021-****0000`; short numbers keep two digits."""
    text = (value or "").strip()
    digits = re.sub(r"\D", "", text)
    if not digits:
        return ""
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    area, dash, rest = text.rpartition("-")
    if dash and len(rest) > 4:
        return f"{area}-{'*' * (len(rest) - 4)}{rest[-4:]}"
    shown = 4 if len(digits) > 6 else 2
    return "*" * max(len(digits) - shown, 0) + digits[-shown:]


@register.filter
def names(things: Iterable[Any], attribute: str = "name") -> str:
    """People, or other things by one of their attributes (`school_class.label`), as 甲、乙、丙; empty for none."""
    read = attrgetter(attribute)
    return "、".join(str(read(thing)) for thing in things)
