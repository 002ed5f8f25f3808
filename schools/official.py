"""What a calendar 校历 begins with: usual terms and exams, and the official days off and 调休 of `chinesecalendar`."""

import datetime
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from chinese_calendar.constants import Holiday, holidays, workdays

from schools.contexts import DateSpan, TermDates, YearDates
from schools.days import opening_days
from schools.enums import KeyDateKind
from schools.models import SchoolYear, Term

#: From the first day of an exam to its last.
_EXAM: Final = datetime.timedelta(days=2)
_DAY: Final = datetime.timedelta(days=1)
#: The last day of which the official arrangement is known; later days are weekdays or weekends.
KNOWN_UNTIL: Final = datetime.date(max(holidays).year, 12, 31)
_SHORT: Final = ("清明", "端午", "中秋")
_NAMES: Final = {str(h.value): f"{h.chinese}节" if h.chinese in _SHORT else str(h.chinese) for h in Holiday}


def official_spans(days: Iterable[datetime.date], terms: TermDates) -> list[DateSpan]:
    """What is official on `days`, in order: days off, and within the terms days of work on a weekend.

    Outside of a term nobody has school, so a day of work there means nothing to a school.
    """
    found: list[tuple[datetime.date, KeyDateKind, str]] = []
    for day in sorted(days):
        if day in holidays:
            found.append((day, KeyDateKind.HOLIDAY, _NAMES[holidays[day]]))
        elif day in workdays and terms.contain(day):
            found.append((day, KeyDateKind.WORKDAY, f"{_NAMES[workdays[day]]}调休"))
    # Days that follow each other are one span: a day less its place is the same for all of them.
    runs = groupby(enumerate(found), lambda item: (item[1][0] - item[0] * _DAY, item[1][1]))
    spans = []
    for (_, kind), items in runs:
        run = [entry for _, entry in items]
        spans.append(DateSpan(run[0][0], run[-1][0], kind, "、".join(dict.fromkeys(name for _, _, name in run))))
    return spans


def dates_of(year: SchoolYear, terms: Sequence[Term], stored: Iterable[DateSpan]) -> YearDates:
    """The calendar 校历 of a year as it rules: what is stored, and what is official where the school said nothing yet.

    Raises ValueError while the year has no terms.
    """
    if not terms:
        raise ValueError("a school year has no terms")
    days = TermDates(terms[0].starts_on, terms[0].ends_on, terms[-1].starts_on, terms[-1].ends_on)
    return complete(YearDates(days, tuple(stored)), year.start_year, year.official_until)


def complete(dates: YearDates, start_year: int, until: datetime.date | None = None) -> YearDates:
    """`dates`, and after the day `until` what is official where they say nothing of a day."""
    said = {day for span in dates.spans if span.kind != KeyDateKind.EXAM for day in span.days}
    after = until or datetime.date.min
    open_days = (day for day in opening_days(start_year).all if day > after and day not in said)
    return YearDates(dates.terms, tuple(sorted([*dates.spans, *official_spans(open_days, dates.terms)])))


def usual_dates(start_year: int) -> TermDates:
    """September to January and February to June, as most schools have them."""
    return TermDates(
        datetime.date(start_year, 9, 1),
        datetime.date(start_year + 1, 1, 22),
        datetime.date(start_year + 1, 2, 22),
        datetime.date(start_year + 1, 6, 30),
    )


def guessed_dates(start_year: int, terms: TermDates) -> YearDates:
    """The two exams of each term when most schools have them, until the school says when they are."""
    spans: list[DateSpan] = []
    for (first, last), usual in zip(terms.pairs, (((11, 9), (1, 11)), ((4, 26), (6, 21))), strict=True):
        for name, (month, day) in zip(("期中考试", "期末考试"), usual, strict=True):
            on = datetime.date(start_year if month >= 8 else start_year + 1, month, day)
            # A term with other dates than usual still has its exams.
            starts_on = max(min(on, last - _EXAM), first)
            if not spans or starts_on > spans[-1].ends_on:
                spans.append(DateSpan(starts_on, min(starts_on + _EXAM, last), KeyDateKind.EXAM, name))
    return YearDates(terms, tuple(spans))


def known_until(start_year: int) -> datetime.date:
    """Up to which day of the year `start_year` the official days off are known today."""
    bounds = opening_days(start_year)
    return max(min(KNOWN_UNTIL, bounds.last), bounds.first)
