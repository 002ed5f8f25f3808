"""How far the required actions are, week by week, against the plan's windows."""

import datetime
from collections import Counter
from collections.abc import Sequence

from django.db.models import Count
from django.urls import reverse

from accounts.actors import Actor
from records.figures.contexts import Fact, Section, Series, Week
from records.figures.queries.records import of_weeks
from records.figures.queries.weeks import bands_of, in_weeks
from records.office.queries.dashboard import covered_pupils, done
from schools.calendar import YearCalendar
from schools.enums import ActionKind


def done_by_day(actor: Actor, calendar: YearCalendar) -> dict[ActionKind, dict[datetime.date, int]]:
    """For how many present pupils each required action was done on which day. One query."""
    actions = calendar.rules.required
    rows = (
        covered_pupils(actor, calendar)
        .filter(done(calendar, *actions))
        .values_list("pupil__ticks__action", "pupil__ticks__done_on")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[ActionKind, dict[datetime.date, int]] = {action: Counter() for action in actions}
    for action, day, count in rows:
        found[ActionKind(action)][day] += count
    return found


def owed_pupils(actor: Actor, calendar: YearCalendar) -> dict[ActionKind, int]:
    """How many present pupils each required action is owed to. One query."""
    rows = covered_pupils(actor, calendar).values_list("school_class__grade").annotate(n=Count("pk")).order_by()
    sizes = dict(rows)
    return {
        action: sum(n for grade, n in sizes.items() if grade in calendar.rules.grades_owing(action))
        for action in calendar.rules.required
    }


def progress(actor: Actor, calendar: YearCalendar, weeks: Sequence[Week]) -> Section:
    """Done in each week, and how far by its end, of each action. Two queries."""
    owed = owed_pupils(actor, calendar)
    found = done_by_day(actor, calendar)
    each, sums, shares = [], [], []
    for action, days in found.items():
        of_week, by_end = in_weeks(weeks, days, calendar.today)
        name = calendar.label(action)
        each.append(Series(name, of_week))
        sums.append(Series(f"{name}（人）", by_end))
        shares.append(
            Series(name, [None if n is None else n * 100 // owed[action] if owed[action] else 0 for n in by_end])
        )
    bands = bands_of(calendar, weeks)
    return Section(
        "done",
        "完成情况",
        [
            of_weeks("share", "到每周为止完成了多少", weeks, shares, drawing="lines", unit="%", bands=bands, most=100),
            of_weeks("week", "每周新完成的人数", weeks, each, drawing="columns", unit="人", bands=bands),
        ],
        [
            Fact(
                calendar.label(action),
                sum(days.values()),
                "人",
                hint=f"应完成 {owed[action]} 人",
                href=f"{reverse('office:pupils')}?show={action}&term={calendar.key}",
            )
            for action, days in found.items()
        ],
    )
