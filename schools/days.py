"""The bounds of every day that is typed: they follow from the school year."""

import datetime
from typing import Final

from core.days import Days
from schools.models import SchoolYear

#: A follow-up comes within a year of what it follows.
FOLLOW_UP: Final = datetime.timedelta(days=366)


def year_days(start_year: int) -> Days:
    """All days that a school year can hold: from the summer before it, when its visits begin, to the next one."""
    return Days(datetime.date(start_year, 6, 1), datetime.date(start_year + 1, 8, 31))


def past_days(year: SchoolYear, today: datetime.date) -> Days:
    """When something that is told can have happened: not in the future, not before last summer."""
    return Days(min(year_days(year.start_year).first, today), today)


def coming_days(year: SchoolYear, today: datetime.date) -> Days:
    """When something that is planned can happen: from today to the end of the year."""
    return Days(today, year.ends_on)


def follow_up_days(day: datetime.date) -> Days:
    """When something of `day` can be followed up."""
    return Days(day, day + FOLLOW_UP)


def plan_days(year: SchoolYear, newest: datetime.date) -> Days:
    """When the next version of a plan can take effect: not before the `newest` one, and in its year."""
    return Days(newest, year_days(year.start_year).last)


def opening_days(start_year: int) -> Days:
    """When the terms of a school year can begin and end."""
    return Days(datetime.date(start_year, 7, 1), datetime.date(start_year + 1, 8, 31))
