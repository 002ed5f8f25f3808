"""Which days can be meant: the first and the last that a form offers and a service takes."""

import calendar
import datetime
import re
from contextlib import suppress
from dataclasses import dataclass

from core.clock import cn_full_day
from core.errors import DomainError
from core.text import AmbiguousDate, clean_text, month_and_day, number_text, parse_date

#: The code of a refusal for a day outside of its bounds.
OUT_OF_RANGE = "date_out_of_range"
# Typed as a number, 9.10 is shown as 9.1.
_FEW_DECIMALS = re.compile(r"\d{1,2}\.[1-3]").fullmatch


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` to `last`, both included."""

    first: datetime.date
    last: datetime.date

    @property
    def all(self) -> list[datetime.date]:
        """Each of them, in order."""
        return [self.first + datetime.timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def problem(self, day: datetime.date) -> str | None:
        """A sentence with the year that was typed and what is possible, unless `day` is one of them."""
        if self.first <= day <= self.last:
            return None
        if self.first > self.last:
            return f"这里不能填{cn_full_day(day)}，现在没有可以填的日期。"
        offered = f"{cn_full_day(self.first)}到{cn_full_day(self.last)}"
        return f"这里不能填{cn_full_day(day)}，请填{offered}之间的日期。"

    def check(self, day: datetime.date | None) -> None:
        """Nothing where `day` is one of them, or none is given. Raises DomainError `date_out_of_range`."""
        problem = self.problem(day) if day is not None else None
        if problem is not None:
            raise DomainError(OUT_OF_RANGE, problem)


def day_meant(typed: str | float, within: Days, *, from_1904: bool = False) -> datetime.date | None:
    """The day that a text or number means, None if it is none: where no year is written, the day of `within` it can be.

    Raises AmbiguousDate if its order, or its year, cannot be known.
    """
    text = clean_text(typed if isinstance(typed, str) else number_text(typed))
    if isinstance(typed, float) and _FEW_DECIMALS(text):
        raise AmbiguousDate(text)
    day = parse_date(text, from_1904=from_1904)
    found = month_and_day(text) if day is None else None
    return day if found is None else _in_its_year(*found, within)


def _in_its_year(month: int, day: int, within: Days) -> datetime.date | None:
    """The one day of `within` with this month and day; where there is none, the last that is not, None for 2月30日."""
    possible: list[datetime.date] = []
    for year in range(within.first.year, within.last.year + 1):
        with suppress(ValueError):
            possible.append(datetime.date(year, month, day))
    fitting = [one for one in possible if within.problem(one) is None]
    if len(fitting) > 1:
        raise AmbiguousDate(f"{month}月{day}日")
    return next(iter(fitting or reversed(possible)), None)


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months earlier, or the last one of a month that is shorter."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
