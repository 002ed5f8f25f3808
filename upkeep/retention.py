"""Which nightly backups stay. Pure."""

import datetime
from collections.abc import Iterable
from typing import Final

DAYS: Final = 14
MONTHS: Final = 12


def to_keep(made: Iterable[datetime.datetime], today: datetime.date) -> set[datetime.datetime]:
    """Of backups made at these moments: the newest of each of the last 14 days and of each of the last 12 months.

    Today counts as a day and this month as a month. What claims to be of the future stays, for a clock was wrong; and
    the newest one stays whatever its age.
    """
    newest_of_day: dict[datetime.date, datetime.datetime] = {}
    newest_of_month: dict[int, datetime.datetime] = {}
    kept, ordered = set(), sorted(made)
    for moment in ordered:
        if moment.date() > today:
            kept.add(moment)
            continue
        newest_of_day[moment.date()] = moment
        newest_of_month[_month(moment.date())] = moment
    kept |= {moment for day, moment in newest_of_day.items() if (today - day).days < DAYS}
    kept |= {moment for month, moment in newest_of_month.items() if _month(today) - month < MONTHS}
    return kept | set(ordered[-1:])


def _month(day: datetime.date) -> int:
    return day.year * 12 + day.month
