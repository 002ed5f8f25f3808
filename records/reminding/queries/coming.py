"""What will be told in the next days, before it goes."""

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import Final

from core.clock import cn_day
from records.reminding.contexts import Digest, ReminderRules
from records.reminding.queries.digests import ONE_DAY, coming_digests
from records.reminding.queries.rules import sends_on
from schools.calendar import YearCalendar

#: How many days are looked ahead.
SHOWN_AHEAD: Final = 30


def coming_days(
    calendar: YearCalendar, rules: ReminderRules, *, after: datetime.date
) -> dict[datetime.date, list[Digest]]:
    """What would be told on each day of sending among the 30 days after `after`, if nothing more were done."""
    days = [after + n * ONE_DAY for n in range(1, SHOWN_AHEAD + 1)]
    sending = [day for day in days if sends_on(calendar, rules, day)]
    return coming_digests(calendar.year.school, calendar, rules, sending)


def told_words(digests: Iterable[Digest]) -> tuple[str, ...]:
    """What is told on one day, and to how many: counts, no names."""
    people: Counter[str] = Counter()
    for digest in digests:
        for item in digest.items:
            what = "已过期" if item.due.is_over else f"{cn_day(item.due.what.window.due_on)}前"
            people[f"{item.action_label}（{what}）"] += 1
    return tuple(f"{what}：{count} 人" for what, count in people.items())
