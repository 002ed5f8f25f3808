"""The weeks of a term, what falls into each, and the plan's windows across them."""

import datetime
from collections.abc import Mapping, Sequence

from records.figures.contexts import Band, Figure, Week
from schools.calendar import YearCalendar

#: A window may open long before the term; so many weeks before it are shown.
BEFORE = 5
_WEEK = datetime.timedelta(days=7)


def monday(day: datetime.date) -> datetime.date:
    """The Monday of the week of `day`."""
    return day - datetime.timedelta(days=day.weekday())


def weeks_of(calendar: YearCalendar) -> tuple[Week, ...]:
    """The weeks of the term that is looked at, from the first window that opens before it to the last that ends after.

    No query beyond the calendar's own.
    """
    term = calendar.term
    required = [rule for rule in calendar.rules.actions if rule.required]
    windows = [window for rule in required for window in calendar.term_windows(rule, term)]
    first = monday(term.starts_on)
    opens = min([term.starts_on, *(window.opens_on for window in windows)])
    start = max(monday(opens), first - BEFORE * _WEEK)
    end = max([term.ends_on, *(window.due_on for window in windows)])
    count = (monday(end) - start).days // 7 + 1
    return tuple(Week((start - first).days // 7 + 1 + at, start + at * _WEEK) for at in range(count))


def in_weeks(
    weeks: Sequence[Week], counts: Mapping[datetime.date, int], today: datetime.date
) -> tuple[list[Figure], list[Figure]]:
    """What of `counts` by day falls into each week, and how much there is by its end; None for weeks to come.

    What lies before the first week is in the sums from the start.
    """
    each: list[Figure] = []
    sums: list[Figure] = []
    for week in weeks:
        if week.starts_on > today:
            each.append(None)
            sums.append(None)
            continue
        each.append(sum(n for day, n in counts.items() if week.starts_on <= day <= week.ends_on))
        sums.append(sum(n for day, n in counts.items() if day <= week.ends_on))
    return each, sums


def bands_of(calendar: YearCalendar, weeks: Sequence[Week]) -> tuple[Band, ...]:
    """The windows of what the plan requires, across the weeks; what may be done on any day has none. Each once."""
    found: dict[tuple[str, datetime.date, datetime.date], Band] = {}
    for rule in calendar.rules.actions:
        if not rule.required or rule.any_day:
            continue
        name = calendar.label(rule.action)
        for window in calendar.term_windows(rule, calendar.term):
            inside = [
                at
                for at, week in enumerate(weeks)
                if week.starts_on <= window.due_on and week.ends_on >= window.opens_on
            ]
            if inside:
                found[name, window.opens_on, window.due_on] = Band(
                    name, inside[0], inside[-1], window.opens_on, window.due_on
                )
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[1], key[2], key[0])))
