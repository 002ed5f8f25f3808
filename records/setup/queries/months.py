"""A school year as months to look at: what each day is, in words and in one sign."""

import datetime
from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from schools.contexts import DateSpan, YearDates
from schools.enums import KeyDateKind

_MONDAY_FIRST: Final = Calendar(firstweekday=0)
#: One sign for one kind: it tells without colour, and `static/setup/calendar.js` writes the same ones.
SIGNS: Final = {KeyDateKind.EXAM: "考", KeyDateKind.HOLIDAY: "休", KeyDateKind.WORKDAY: "班"}


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of a month's table."""

    day: datetime.date
    css: str
    sign: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """A row of a month's table; `number` counts the weeks of the term, as teachers do; None outside of it."""

    number: int | None
    days: tuple[MonthDay | None, ...]


@dataclass(frozen=True, slots=True)
class MonthLine:
    """What stands below a month: 1日—7日 国庆节."""

    css: str
    days: str
    name: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its weeks, what is named in it, and how many school days it has."""

    year: int
    number: int
    weeks: tuple[Week, ...]
    lines: tuple[MonthLine, ...]
    school_days: int

    @property
    def key(self) -> str:
        """2026-09."""
        return f"{self.year}-{self.number:02}"


def months_of(dates: YearDates, today: datetime.date) -> list[Month]:
    """The months from the beginning of the first term to the end of the second, and those of what is named besides."""
    days = [day for span in dates.spans for day in (span.starts_on, span.ends_on)]
    days += [day for pair in dates.terms.pairs for day in pair]
    first, last = min(days), max(days)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [_month(dates, number // 12, number % 12 + 1, today) for number in months]


def _month(dates: YearDates, year: int, number: int, today: datetime.date) -> Month:
    weeks = tuple(
        Week(
            _week_number(dates, week[0]),
            tuple(_day(dates, day, today) if day.month == number else None for day in week),
        )
        for week in _MONDAY_FIRST.monthdatescalendar(year, number)
    )
    shown = [cell.day for week in weeks for cell in week.days if cell is not None]
    school_days = sum(dates.terms.contain(day) and dates.is_school_day(day) for day in shown)
    return Month(year, number, weeks, tuple(_lines(dates, shown)), school_days)


def _week_number(dates: YearDates, monday: datetime.date) -> int | None:
    for first, last in dates.terms.pairs:
        begins = first - datetime.timedelta(days=first.weekday())
        if begins <= monday <= last:
            return (monday - begins).days // 7 + 1
    return None


def _day(dates: YearDates, day: datetime.date, today: datetime.date) -> MonthDay:
    spans = [span for span in dates.spans if span.contains(day)]
    css = [f"is-{span.kind}" for span in spans]
    css += [edge for span in spans for edge in _edges(span, day)]
    css.append("is-term" if dates.terms.contain(day) else "is-out")
    css += ["is-weekend"] if day.weekday() >= 5 else []
    css += ["is-today"] if day == today else []
    words = [span.name for span in spans]
    sign = "".join(SIGNS[span.kind] for span in spans)
    for name, (first, last) in zip(("第一学期", "第二学期"), dates.terms.pairs, strict=True):
        if day in (first, last):
            css.append("is-edge")
            words.append(f"{name}{'开学' if day == first else '结束'}")
            sign = sign or ("始" if day == first else "终")
    return MonthDay(day, " ".join(css), sign, "，".join(words))


def _edges(span: DateSpan, day: datetime.date) -> Iterable[str]:
    """Bands are round where they begin and end."""
    if day == span.starts_on:
        yield "is-first"
    if day == span.ends_on:
        yield "is-last"


def _lines(dates: YearDates, shown: list[datetime.date]) -> Iterable[MonthLine]:
    first, last = shown[0], shown[-1]
    found: list[tuple[datetime.date, MonthLine]] = []
    for name, (begins, ends) in zip(("第一学期", "第二学期"), dates.terms.pairs, strict=True):
        found += [
            (day, MonthLine("is-edge", _said(day), f"{name}{word}"))
            for day, word in ((begins, "开学"), (ends, "结束"))
            if first <= day <= last
        ]
    found += [
        (span.starts_on, MonthLine(f"is-{span.kind}", _span_days(span), span.name))
        for span in dates.spans
        if span.starts_on <= last and span.ends_on >= first
    ]
    return [line for _, line in sorted(found, key=lambda item: item[0])]


def _span_days(span: DateSpan) -> str:
    if span.starts_on == span.ends_on:
        return _said(span.starts_on)
    last = f"{span.ends_on.day}日" if span.starts_on.month == span.ends_on.month else _said(span.ends_on)
    return f"{_said(span.starts_on)}—{last}"


def _said(day: datetime.date) -> str:
    # The month's head says the year.
    return f"{day.month}月{day.day}日"
