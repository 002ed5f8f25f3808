"""The bounds of every day that is typed: they follow from the school year."""

import datetime
from typing import Final

from django.db.models import Max, Min

from core.days import Days
from core.errors import DomainError
from schools.models import SchoolYear

#: No school of whatever kind keeps a child longer.
SCHOOL_YEARS: Final = 12
#: How long ago a school year can have begun that is opened now, and how far ahead.
_YEARS_BACK, _YEARS_AHEAD = 10, 1
#: A follow-up comes within a year of what it follows.
FOLLOW_UP: Final = datetime.timedelta(days=366)


def start_year_of(day: datetime.date) -> int:
    """The school year that `day` lies in; August counts to the coming one, when visits begin."""
    return day.year if day.month >= 8 else day.year - 1


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


def joining_days(year: SchoolYear, today: datetime.date) -> Days:
    """When a pupil of `year` can have come 转入: as long ago as a school lasts, and not in the future."""
    return Days(year_days(year.start_year - SCHOOL_YEARS).first, max(today, year.starts_on))


def notice_days(day: datetime.date) -> Days:
    """When an announcement that is written or begins on `day` can begin or end: within a year."""
    return Days(day, day + FOLLOW_UP)


def beginning_days(today: datetime.date) -> Days:
    """When a school can have begun to write here: as long ago as a year can be opened, and not in the future."""
    return Days(datetime.date(today.year - _YEARS_BACK, 1, 1), today)


def check_opens_now(start_year: int, today: datetime.date) -> None:
    """Nothing where a school year that begins in `start_year` can be opened today. Raises DomainError `year_unfit`."""
    first, last = today.year - _YEARS_BACK, today.year + _YEARS_AHEAD
    if not first <= start_year <= last:
        raise DomainError("year_unfit", f"现在不能建立{start_year}学年，只能建立{first}到{last}年开始的学年。")


def present_days() -> Days | None:
    """The days of the present years of all schools, which a command for all of them can mean; None without a school."""
    years = SchoolYear.objects.current().aggregate(first=Min("start_year"), last=Max("start_year"))
    if years["first"] is None:
        return None
    return Days(year_days(years["first"]).first, year_days(years["last"]).last)
