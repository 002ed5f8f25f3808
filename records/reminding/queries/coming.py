"""What will be told in the next days, before it goes."""

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from core.clock import cn_day
from records.office.queries.plan_words import grade_words
from records.reminding.contexts import ACTIONS, SENDS_AT, Digest, DigestItem, ReminderRules
from records.reminding.queries.digests import ONE_DAY, coming_digests
from records.reminding.queries.rules import sends_on
from schools.calendar import YearCalendar
from schools.models import Term
from schools.queries import Due, Window, due_together

#: How many days are looked ahead.
SHOWN_AHEAD: Final = 30


@dataclass(frozen=True, slots=True)
class ComingWindow:
    """A window of the plan that is open or comes next, with the days on which it is told of."""

    label: str
    grades: str
    term: Term
    window: Window
    is_open: bool
    points: tuple[datetime.date, ...]
    is_told: bool


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A day on which people will be told something, if nothing more is done until then."""

    day: datetime.date
    people: int
    words: tuple[str, ...]


def coming_days(
    calendar: YearCalendar,
    rules: ReminderRules,
    *,
    after: datetime.date,
    until: datetime.date = datetime.date.max,
) -> dict[datetime.date, list[Digest]]:
    """What would be told on each day of sending among the 30 days after `after`, if nothing more were done; of those
    days up to `until`, for what is told depends on what was told before.
    """
    days = [after + n * ONE_DAY for n in range(1, SHOWN_AHEAD + 1)]
    sending = [day for day in days if day <= until and sends_on(calendar, rules, day)]
    return coming_digests(calendar.year.school, calendar, rules, sending)


def first_coming(now: datetime.datetime) -> datetime.date:
    """The day before the first one that can still come: today's digests go out in the morning."""
    return now.date() - ONE_DAY if now.time() < SENDS_AT else now.date()


def summed_up(coming: Mapping[datetime.date, list[Digest]]) -> list[ComingDay]:
    """The days on which anybody is told anything, in order."""
    return [ComingDay(day, len(digests), told_words(digests)) for day, digests in coming.items() if digests]


def told_words(digests: Iterable[Digest]) -> tuple[str, ...]:
    """What is told on one day, and to how many: counts, no names."""
    people: Counter[str] = Counter()
    # The same few things are told to all of them.
    words: dict[tuple[int, str], str] = {}
    for digest in digests:
        told = [(id(item.due), item.label) for item in digest.items]
        words |= {key: _what(item) for key, item in zip(told, digest.items, strict=True) if key not in words}
        # Once a person, also of a class or the school beside the own pupils.
        people.update(dict.fromkeys(words[key] for key in told).keys())
    return tuple(f"{what}：{count} 人" for what, count in people.items())


def _what(item: DigestItem) -> str:
    return f"{item.action_label}（{'已过期' if item.due.is_over else f'{cn_day(item.due.what.window.due_on)}前'}）"


def coming_windows(
    calendar: YearCalendar, rules: ReminderRules, names: Mapping[int, str], *, on: datetime.date
) -> list[ComingWindow]:
    """The windows of what the plan requires in this term and the next that are not over on `on`, by their days.

    `names` are the grades' by their keys. No query.
    """
    plan = calendar.plan_on(on)
    if plan is None:
        return []
    covered = {grade for rule in plan.actions if rule.required for grade in rule.grade_ids}
    found = [
        (owed, term, window)
        for term in calendar.terms
        for owed in plan.actions
        if owed.required and owed.action in ACTIONS
        for window in calendar.term_windows(owed, term)
        if window.due_on >= on
    ]
    rows = [_window(calendar, rules, due, names, covered, on) for due in due_together(found)]
    return sorted(rows, key=lambda row: (row.window.opens_on, row.window.due_on))


def _window(
    calendar: YearCalendar,
    rules: ReminderRules,
    due: Due,
    names: Mapping[int, str],
    covered: Collection[int],
    on: datetime.date,
) -> ComingWindow:
    rule = rules.of(due.action)
    points = [due.window.opens_on] if rule.first_day else []
    points += [due.window.due_on - n * ONE_DAY for n in rule.days_before]
    return ComingWindow(
        label=calendar.label(due.action),
        grades=grade_words(due.grade_ids, names) if due.grade_ids != covered else "",
        term=due.term,
        window=due.window,
        is_open=due.window.contains(on),
        points=tuple(day for day in points if day >= due.window.opens_on),
        is_told=rule.is_on,
    )
