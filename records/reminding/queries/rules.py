"""What a school has said about its reminders, as one value."""

import datetime
from collections import defaultdict

from records.reminding.contexts import ActionRule, ReminderRules, Span
from records.reminding.models import ReminderPause, ReminderRule, ReminderSettings
from schools.calendar import YearCalendar
from schools.enums import ActionKind


def reminder_rules(school_id: int, *, since: datetime.date) -> ReminderRules:
    """The school's rules, with the pauses that are not over on the day `since`. Three queries."""
    spans: dict[int | None, list[Span]] = defaultdict(list)
    pauses = ReminderPause.objects.filter(school=school_id).lasting(since).order_by("starts_on", "pk")
    for user_id, starts_on, ends_on in pauses.values_list("user_id", "starts_on", "ends_on"):
        spans[user_id].append(Span(starts_on, ends_on))
    only = ReminderSettings.objects.filter(school=school_id).values_list("school_days_only", flat=True).first()
    return ReminderRules(
        actions={ActionKind(row.action): _value(row) for row in ReminderRule.objects.filter(school=school_id)},
        school_days_only=True if only is None else only,
        pauses=tuple(spans.pop(None, ())),
        mutes={user_id: tuple(found) for user_id, found in spans.items() if user_id is not None},
    )


def _value(row: ReminderRule) -> ActionRule:
    return ActionRule(
        is_on=row.is_on,
        first_day=row.first_day,
        days_before=tuple(days for days in (row.early_days, row.late_days) if days is not None),
        when_over=row.when_over,
        to_mentors=row.to_mentors,
        to_homeroom=row.to_homeroom,
        to_office=row.to_office,
    )


def sends_on(calendar: YearCalendar, rules: ReminderRules, day: datetime.date) -> bool:
    """Whether the daily task tells anybody anything on `day`."""
    return not rules.is_paused(day) and (not rules.school_days_only or calendar.is_school_day(day))
