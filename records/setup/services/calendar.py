"""Changing a school year's calendar 校历, with everything that follows from it; and the same without keeping it."""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.days import Days
from core.errors import DomainError
from records.enums import TickState
from records.models.records import HeartTalk, HomeVisit
from records.office.queries.plan_effects import WindowMove, window_moves
from records.reminding.contexts import Digest
from records.reminding.queries.coming import coming_days, told_words
from records.reminding.queries.rules import reminder_rules
from records.services.ticks import TickDifference, rebuild_ticks
from records.setup.queries.calendar import CalendarState, calendar_of
from records.setup.services.school import KEEPERS
from schools.calendar import YearCalendar
from schools.contexts import DateSpan, YearDates
from schools.days import year_days
from schools.models import SchoolYear
from schools.queries import grades_of
from schools.services import clean_dates, make_year, set_dates

Coming = dict[datetime.date, list[Digest]]


@dataclass(frozen=True, slots=True)
class ReminderDay:
    """What people are told on a day before and after the change: 谈心（11月25日前）：39 人."""

    day: datetime.date
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermDays:
    """How many school days a term has before and after the change."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class EdgeMove:
    """The first or last day of a term before and after the change: 第一学期结束."""

    name: str
    before: datetime.date
    after: datetime.date


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What a change of the calendar did, or would do. `turned_on` and `turned_off` are ticks of `pupils` pupils."""

    state: CalendarState
    changed: bool
    new: tuple[DateSpan, ...] = ()
    gone: tuple[DateSpan, ...] = ()
    edges: tuple[EdgeMove, ...] = ()
    terms: tuple[TermDays, ...] = ()
    moves: tuple[WindowMove, ...] = ()
    reminders: tuple[ReminderDay, ...] = ()
    pupils: int = 0
    turned_on: int = 0
    turned_off: int = 0
    # Records that count for the other term now.
    moved_records: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether nothing moves: the calendar was looked through and found right."""
        return not (self.new or self.gone or self.edges or self.pupils or self.moved_records)


@transaction.atomic
def change_calendar(*, actor: Actor, following: bool, seen: str, dates: YearDates) -> CalendarChange:
    """Write the whole calendar of the present year, or of the one after it (`following`), and what follows from it.

    Visits and talks count for the term that their day now belongs to; the year's ticks are rebuilt; reminders and
    windows read the new days by themselves. `seen` is the mark of the calendar that was edited. The same again is
    nothing. Raises DomainError `not_allowed`, `no_year`, `stale`, and as `schools.services.set_dates`.
    """
    return _change(actor, following, seen, dates, kept=True)


@transaction.atomic
def rehearse_calendar(*, actor: Actor, following: bool, seen: str, dates: YearDates) -> CalendarChange:
    """What `change_calendar` would do, told with windows and reminders; raises as it does, and nothing is kept."""
    found = _change(actor, following, seen, dates, kept=False)
    transaction.set_rollback(True)
    actor.calendar.forget()
    return found


def _change(actor: Actor, following: bool, seen: str, dates: YearDates, *, kept: bool) -> CalendarChange:
    if not actor.has(*KEEPERS):
        raise DomainError("not_allowed", "只有管理员和德育室可以修改校历。")
    # The present year's row is the lock, for the next year too, which may have none yet.
    SchoolYear.objects.select_for_update().get(pk=actor.calendar.this_year().pk)
    actor.calendar.forget()
    state = calendar_of(actor, following=following)
    dates = clean_dates(state.start_year, dates)
    before = state.dates
    if dates == before and state.is_confirmed and state.news_from is None:
        return CalendarChange(state, changed=False)
    if seen != state.mark:
        raise DomainError("stale", "校历刚刚被别人改过。您填写的内容还在，请与现在的校历核对后再保存。")
    old = YearCalendar(state.year, actor.today) if state.year is not None else None
    coming: Coming = {}
    if old is None:
        year = make_year(school=state.school, start_year=state.start_year, dates=before, is_current=False)
    else:
        # A row of its own: the former calendar goes on saying what it said, and is read before it is written over.
        year = SchoolYear.objects.select_related("school").get(pk=old.year.pk)
        _ = old.dates, old.versions
        coming = _coming(actor, old) if not kept else {}
    set_dates(year=year, dates=dates)
    actor.calendar.forget()
    new = YearCalendar(year, actor.today)
    moved, differences = 0, list[TickDifference]()
    if old is not None and year.is_current and new.is_set_up:
        moved = _count_anew(old, new)
        differences = rebuild_ticks(year=year, on=actor.today)
    turned = Counter(_turn(difference) for difference in differences)
    if kept:
        audit(
            actor=actor,
            verb="change_calendar",
            target=year,
            detail={"dates": len(dates.spans), "ticks": len(differences), "records": moved},
        )
    return CalendarChange(
        state,
        changed=True,
        new=tuple(span for span in dates.spans if span not in before.spans),
        gone=tuple(span for span in before.spans if span not in dates.spans),
        edges=_edges(before, dates),
        terms=_terms(before, dates),
        moves=_moves(old, new) if not kept else (),
        reminders=_reminders(coming, _coming(actor, new)) if not kept else (),
        pupils=len({difference.pupil_id for difference in differences}),
        turned_on=turned[1],
        turned_off=turned[-1],
        moved_records=moved,
    )


def _count_anew(old: YearCalendar, new: YearCalendar) -> int:
    """Visits and talks count for the term of their day, if they did so before; how many moved."""
    going: dict[tuple[int, int], list[datetime.date]] = defaultdict(list)
    for day in year_days(new.year.start_year).all:
        was, will = old.term_for(day), new.term_for(day)
        if was.pk != will.pk:
            going[was.pk, will.pk].append(day)
    # There is one boundary between the terms: the days that it passed over lie together.
    return sum(
        model._default_manager.filter(term=was, date__range=(days[0], days[-1])).update(term=will)
        for (was, will), days in going.items()
        for model in (HomeVisit, HeartTalk)
    )


def _turn(difference: TickDifference) -> int:
    was, will = (
        value is not None and value.state == TickState.DONE for value in (difference.stored, difference.expected)
    )
    return will - was


def _edges(before: YearDates, after: YearDates) -> tuple[EdgeMove, ...]:
    names = ("第一学期开学", "第一学期结束", "第二学期开学", "第二学期结束")
    days = zip(names, chain(*before.terms.pairs), chain(*after.terms.pairs), strict=True)
    return tuple(EdgeMove(name, was, will) for name, was, will in days if was != will)


def _terms(before: YearDates, after: YearDates) -> tuple[TermDays, ...]:
    """How many school days the terms have; only where the change is felt."""
    named = zip(("第一学期", "第二学期"), before.terms.pairs, after.terms.pairs, strict=True)
    terms = (TermDays(name, _school_days(before, *was), _school_days(after, *will)) for name, was, will in named)
    return tuple(term for term in terms if term.before != term.after)


def _school_days(dates: YearDates, first: datetime.date, last: datetime.date) -> int:
    return sum(dates.is_school_day(day) for day in Days(first, last).all)


def _moves(old: YearCalendar | None, new: YearCalendar) -> tuple[WindowMove, ...]:
    if old is None or not old.is_set_up:
        return ()
    return tuple(window_moves(old, new, {grade.pk: grade.name for grade in grades_of(new.year.school)}))


def _coming(actor: Actor, calendar: YearCalendar) -> Coming:
    """What would be told on the next days on which the school sends, if each were sent."""
    if not calendar.year.is_current or not calendar.is_set_up:
        return {}
    return coming_days(calendar, reminder_rules(calendar.year.school_id, since=actor.today), after=actor.today)


def _reminders(before: Coming, after: Coming) -> tuple[ReminderDay, ...]:
    days = sorted({*before, *after})
    told = (ReminderDay(day, told_words(before.get(day, [])), told_words(after.get(day, []))) for day in days)
    return tuple(found for found in told if found.before != found.after)
