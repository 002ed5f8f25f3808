"""A year's calendar 校历 as an .ics file (RFC 5545), for phones and other programs, and back."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from core.clock import cn_day
from core.errors import DomainError
from core.text import clean_text
from schools.contexts import DateSpan, TermDates, YearDates
from schools.days import opening_days
from schools.enums import KeyDateKind
from schools.services import NAME_LENGTH

if TYPE_CHECKING:
    from icalendar import Event

#: A year of a school has some dozens of entries; more is not a calendar of this kind.
MOST_BYTES: Final = 200 * 1024
MOST_EVENTS: Final = 1000
_DAY: Final = datetime.timedelta(days=1)
# A file may define its own zones, with rules to expand; the zones that one knows are enough for days.
_ZONES: Final = re.compile(rb"^BEGIN:VTIMEZONE\b.*?^END:VTIMEZONE[^\n]*\n?", re.DOTALL | re.MULTILINE)
_TERM_WORDS: Final = (("first", "第一学期"), ("second", "第二学期"))
#: What tells the kind, in this order; 国庆节（休） and 国庆节（班） are how phones write it.
_KINDS: Final = (
    (KeyDateKind.EXAM, re.compile(r"考|测试|测验|质检|监测")),
    (KeyDateKind.HOLIDAY, re.compile(r"放假|[（(\[]休[）)\]]")),
    (KeyDateKind.WORKDAY, re.compile(r"[（(\[]班[）)\]]|上课|上班|补课|补班|调休|调课")),
    (KeyDateKind.HOLIDAY, re.compile(r"假|休|节|元旦|春节|除夕|清明|端午|中秋|国庆|劳动")),
)


@dataclass(frozen=True, slots=True)
class IcsRead:
    """What a file says of a year: some days of its terms, its spans, what was not known, and how many other days."""

    terms: dict[str, datetime.date]
    spans: tuple[DateSpan, ...]
    unknown: tuple[str, ...]
    elsewhere: int


def write_ics(*, school_name: str, school_code: str, start_year: int, dates: YearDates, at: datetime.datetime) -> bytes:
    """The calendar of a year as a file: each span an event of whole days, first and last days of terms one each."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//mentor//school calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{school_name}{start_year}学年校历")
    days = [
        (DateSpan(day, day, KeyDateKind.WORKDAY, f"{name}{word}"), "学期")
        for (_, name), pair in zip(_TERM_WORDS, dates.terms.pairs, strict=True)
        for day, word in zip(pair, ("开学", "结束"), strict=True)
    ]
    days += [(span, span.kind.label) for span in dates.spans]
    for span, category in sorted(days):
        event = Event()
        event.add("uid", f"{span.starts_on:%Y%m%d}-{category}-{span.name}@{school_code}")
        event.add("dtstamp", at)
        event.add("summary", span.name)
        event.add("categories", [category])
        event.add("dtstart", span.starts_on)
        # The end of whole days is the day after.
        event.add("dtend", span.ends_on + _DAY)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def read_ics(data: bytes, start_year: int) -> IcsRead:
    """What a file says of the year `start_year`.

    Raises DomainError `file_too_big`, `not_a_calendar`, `too_many_dates`.
    """
    from icalendar import Calendar, Event

    if len(data) > MOST_BYTES:
        raise DomainError("file_too_big", f"校历文件最大 {MOST_BYTES // 1024} KB，这个文件更大，请只导出这一学年。")
    if not data.lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCALENDAR"):
        raise DomainError("not_a_calendar", "这不是 .ics 日历文件，请从手机或电脑的日历里导出 .ics 再选。")
    try:
        components = Calendar.from_ical(_ZONES.sub(b"", data)).walk("VEVENT")
    except (ValueError, UnicodeError, KeyError, IndexError, TypeError) as error:
        raise DomainError("not_a_calendar", "这个 .ics 文件读不出来，可能不完整，请重新导出后再选。") from error
    events = [event for event in components if isinstance(event, Event)]
    if len(events) > MOST_EVENTS:
        raise DomainError("too_many_dates", f"这个文件有 {len(events)} 条日程，太多了，请只导出校历这一项。")
    bounds, terms = opening_days(start_year), dict[str, datetime.date]()
    spans, unknown, elsewhere = list[DateSpan](), list[str](), 0
    for event in events:
        days = _days(event)
        if days is None:
            continue
        first, last = days
        name = clean_text(str(event.get("SUMMARY", "")))[:NAME_LENGTH]
        if last < bounds.first or first > bounds.last:
            elsewhere += 1
            continue
        first, last = max(first, bounds.first), min(last, bounds.last)
        if edges := _term_days(name, first, last):
            terms |= edges
        elif (kind := _kind(event, name)) is not None:
            spans.append(DateSpan(first, last, kind, name or kind.label))
        else:
            unknown.append(f"{name or '没有名称的日程'}（{cn_day(first)}）")
    return IcsRead(terms, tuple(_joined(spans)), tuple(dict.fromkeys(unknown)), elsewhere)


def _days(event: "Event") -> tuple[datetime.date, datetime.date] | None:
    """First and last day of an event; None of one that does not say."""
    try:
        start, end = event.start, event.end
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    first, last = _local(start), _local(end)
    ends_before_day = not isinstance(end, datetime.datetime) or _is_midnight(end)
    return first, max(first, last - _DAY) if ends_before_day and last > first else max(first, last)


def _local(value: Any) -> datetime.date:
    if not isinstance(value, datetime.datetime):
        found: datetime.date = value
        return found
    return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()


def _is_midnight(value: datetime.datetime) -> bool:
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return (local.hour, local.minute) == (0, 0)


def _term_days(name: str, first: datetime.date, last: datetime.date) -> dict[str, datetime.date]:
    for key, words in _TERM_WORDS:
        if words in name and "考" not in name:
            if re.search(r"开学|开始|报到", name):
                return {f"{key}_start": first}
            if re.search(r"结束|散学|休业", name):
                return {f"{key}_end": last}
            if first != last:
                return {f"{key}_start": first, f"{key}_end": last}
    return {}


def _kind(event: "Event", name: str) -> KeyDateKind | None:
    for category in _categories(event):
        found = next((kind for kind in KeyDateKind if kind.label == category), None)
        if found is not None:
            return found
    return next((kind for kind, words in _KINDS if words.search(name)), None)


def _categories(event: "Event") -> list[str]:
    value = event.get("CATEGORIES")
    lists = value if isinstance(value, list) else [value] if value is not None else []
    return [str(category) for found in lists for category in getattr(found, "cats", [found])]


def _joined(spans: Iterable[DateSpan]) -> Iterable[DateSpan]:
    """Phones write holidays day by day: what has one name and kind and follows on each other is one span."""
    alike = attrgetter("kind", "name")
    for _, group in groupby(sorted(set(spans), key=attrgetter("kind", "name", "starts_on")), key=alike):
        open_span: DateSpan | None = None
        for span in group:
            if open_span is not None and span.starts_on <= open_span.ends_on + _DAY:
                open_span = replace(open_span, ends_on=max(open_span.ends_on, span.ends_on))
            else:
                if open_span is not None:
                    yield open_span
                open_span = span
        if open_span is not None:
            yield open_span


def merged(dates: YearDates, read: IcsRead) -> YearDates:
    """`dates` with what a file says: its spans take the place of those of the same sort that they touch."""
    terms = TermDates(
        **{
            name: read.terms.get(name, getattr(dates.terms, name))
            for name in ("first_start", "first_end", "second_start", "second_end")
        }
    )
    kept = (span for span in dates.spans if not any(_same_sort_touch(span, new) for new in read.spans))
    return YearDates(terms, tuple(sorted([*kept, *read.spans])))


def _same_sort_touch(one: DateSpan, other: DateSpan) -> bool:
    same = (one.kind == KeyDateKind.EXAM) == (other.kind == KeyDateKind.EXAM)
    return same and one.starts_on <= other.ends_on and other.starts_on <= one.ends_on
