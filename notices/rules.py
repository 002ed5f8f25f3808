"""When a school lets messages go out."""

import datetime
from typing import Final

from django.utils import timezone

from notices.models import PushHours
from schools.calendar import SchoolCalendar

#: A school whose calendar shows no school day for so long has closed; then weekdays count.
_LONGEST_BREAK: Final = 75


class Openings:
    """The hours of one school (`PushHours`), read when first asked, with its calendar as of the day of `at`.

    Without a school (a bureau's people) messages go out at any time: nobody has set hours for them.
    """

    def __init__(self, school_id: int | None, at: datetime.datetime) -> None:
        self.school_id = school_id
        if school_id is None:
            return
        self.hours = PushHours.objects.filter(school=school_id).first() or PushHours(school_id=school_id)
        self._calendar = SchoolCalendar(school_id, timezone.localdate(at)).present

    def next(self, at: datetime.datetime) -> datetime.datetime:
        """The first moment from `at` on at which a message may go out: `at` itself within the hours."""
        if self.school_id is None:
            return at
        return self._first(at, by_calendar=True) or self._first(at, by_calendar=False) or at

    def _first(self, at: datetime.datetime, *, by_calendar: bool) -> datetime.datetime | None:
        today = timezone.localdate(at)
        for day in (today + datetime.timedelta(days=n) for n in range(_LONGEST_BREAK)):
            if self.hours.school_days_only and not self._is_school_day(day, by_calendar=by_calendar):
                continue
            opens, closes = (
                timezone.make_aware(datetime.datetime.combine(day, time))
                for time in (self.hours.opens_at, self.hours.closes_at)
            )
            if at < closes:
                return max(at, opens)
        return None

    def _is_school_day(self, day: datetime.date, *, by_calendar: bool) -> bool:
        if by_calendar and self._calendar is not None:
            return self._calendar.is_school_day(day)
        return day.weekday() < 5
