"""Which days can be meant: the first and the last that a form offers and a service takes."""

import datetime
from dataclasses import dataclass

from core.clock import cn_full_day
from core.errors import DomainError

#: The code of a refusal for a day outside of its bounds.
OUT_OF_RANGE = "date_out_of_range"


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
