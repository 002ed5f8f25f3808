"""The calendar 校历 of the present year and of the next: what it says, and how far the school went through it."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from accounts.actors import Actor
from schools.calendar import YearCalendar
from schools.contexts import YearDates
from schools.days import opening_days
from schools.models import School, SchoolYear
from schools.official import complete, guessed_dates, known_until, usual_dates
from schools.queries import prepared_year


@dataclass(frozen=True)
class CalendarState:
    """How far a school is with the calendar of a year; `start_year` says which, `year` is empty until it is saved."""

    school: School
    start_year: int
    year: SchoolYear | None

    @property
    def name(self) -> str:
        """2026学年."""
        return f"{self.start_year}学年"

    @property
    def is_confirmed(self) -> bool:
        """Whether the school has saved it once; before that it is what most schools have."""
        return self.year is not None and self.year.official_until is not None

    @property
    def unknown_from(self) -> datetime.date | None:
        """From which day of the year on the official days off are not published yet; None where all are known."""
        known = known_until(self.start_year)
        return known + datetime.timedelta(days=1) if known < opening_days(self.start_year).last else None

    @property
    def news_from(self) -> datetime.date | None:
        """From which day on official days off have become known since the school went through its calendar."""
        until = self.year.official_until if self.year is not None else None
        known = known_until(self.start_year)
        return until + datetime.timedelta(days=1) if until is not None and until < known else None

    @cached_property
    def dates(self) -> YearDates:
        """The calendar as it rules, or as a year begins that nobody has set."""
        if self.year is None:
            return complete(guessed_dates(self.start_year, usual_dates(self.start_year)), self.start_year)
        return YearCalendar(self.year, self.year.starts_on).dates

    @property
    def mark(self) -> str:
        """Equal as long as nobody changes what the page was made from."""
        until = self.year.official_until if self.year is not None else None
        spans = [(s.starts_on.isoformat(), s.ends_on.isoformat(), s.kind.value, s.name) for s in self.dates.spans]
        terms = [[first.isoformat(), last.isoformat()] for first, last in self.dates.terms.pairs]
        return sha256(repr((until, terms, spans)).encode()).hexdigest()[:16]


def calendar_state(year: SchoolYear) -> CalendarState:
    """How far a school is with the calendar of `year`. Queries only when its dates are asked for."""
    return CalendarState(year.school, year.start_year, year)


def calendar_of(actor: Actor, *, following: bool) -> CalendarState:
    """The calendar of the present year of the actor's school, or of the one after it (`following`).

    Raises DomainError `no_year`.
    """
    present = actor.calendar.this_year()
    if not following:
        return calendar_state(present)
    coming = prepared_year(actor, present.start_year + 1)
    return CalendarState(present.school, present.start_year + 1, coming)
