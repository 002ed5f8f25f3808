"""Statistics of 家访月: the visits of one month by day, week, form and school, from kept counts."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Sum

from accounts.actors import Actor
from core.text import small_number
from records.bureau.enums import Shown
from records.bureau.models import VisitDay
from records.bureau.queries.schools import Share, schools_seen
from records.bureau.queries.suppression import CITY, Part, Place, hide
from records.enums import VisitForm

#: Months that the page offers, the newest first.
_MOST_MONTHS: Final = 24


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar."""

    year: int
    month: int

    @property
    def key(self) -> str:
        """As in an address: 2026-09."""
        return f"{self.year}-{self.month:02}"

    @property
    def label(self) -> str:
        """As people say it."""
        return f"{self.year}年{self.month}月"


@dataclass(frozen=True, slots=True)
class CountLine:
    """A count under a label; `words` is a dash where it is not told."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class WeekLines:
    """A week of the month and its days."""

    week: CountLine
    days: Sequence[CountLine]


@dataclass(frozen=True, slots=True)
class VisitMonth:
    """The visits of a month. `schools`: of each school's visits those at home."""

    month: Month | None
    months: Sequence[Month]
    weeks: Sequence[WeekLines]
    forms: Sequence[CountLine]
    schools: Sequence[Share]
    city: Share


def months_seen(actor: Actor) -> list[Month]:
    """The months in which there were visits, the newest first. One query."""
    days = VisitDay.objects.visible_to(actor).dates("date", "month", order="DESC")[:_MOST_MONTHS]
    return [Month(day.year, day.month) for day in days]


def month_of(months: Sequence[Month], key: str) -> Month | None:
    """The month that `key` names, else the newest; None while there were no visits."""
    year, _, month = key.partition("-")
    wanted = (small_number(year), small_number(month.lstrip("0")))
    return next((one for one in months if (one.year, one.month) == wanted), months[0] if months else None)


def find_month(actor: Actor, key: str = "") -> VisitMonth:
    """The statistics of a month: three queries."""
    months = months_seen(actor)
    month = month_of(months, key)
    if month is None:
        return VisitMonth(None, months, (), (), (), Share("全市", 0, 0))
    rows = VisitDay.objects.visible_to(actor).filter(date__year=month.year, date__month=month.month)
    by_day: Counter[datetime.date] = Counter()
    by_form: Counter[str] = Counter()
    by_school: dict[int, Counter[str]] = defaultdict(Counter)
    for school_id, date, form, visits in rows.values_list("school_id", "date", "form", "visits"):
        by_day[date] += visits
        by_form[form] += visits
        by_school[school_id][form] += visits
    names = [(school.pk, school.name) for school in schools_seen(actor)]
    shown = hide({(pk,): Part(forms[VisitForm.HOME], forms.total()) for pk, forms in by_school.items()})
    schools = [
        Share(name, by_school[pk][VisitForm.HOME], by_school[pk].total(), shown.get((pk,), Shown.WHOLLY))
        for pk, name in names
    ]
    city = Share("全市", by_form[VisitForm.HOME], by_form.total(), shown[CITY])
    return VisitMonth(month, months, _weeks(by_day), _forms(by_form), schools, city)


def _weeks(by_day: Mapping[datetime.date, int]) -> list[WeekLines]:
    """Weeks from Monday. A day with few visits is hidden, and with it what it could be reckoned from."""
    leaves: dict[Place, Part] = {(_monday(day), day): Part(0, count) for day, count in by_day.items()}
    shown = hide(leaves)
    weeks: dict[datetime.date, list[datetime.date]] = defaultdict(list)
    for day in sorted(by_day):
        weeks[_monday(day)].append(day)
    found = []
    for monday, days in weeks.items():
        last = monday + datetime.timedelta(days=6)
        total = sum(by_day[day] for day in days)
        label = f"{monday.month}月{monday.day}日—{last.month}月{last.day}日"
        found.append(
            WeekLines(
                CountLine(label, _words(total, shown[monday,])),
                [CountLine(f"{day.month}月{day.day}日", _words(by_day[day], shown[monday, day])) for day in days],
            )
        )
    return found


def _forms(by_form: Mapping[str, int]) -> list[CountLine]:
    places: dict[Place, Part] = {_place(form): Part(0, count) for form, count in by_form.items()}
    shown = hide(places)
    return [CountLine(form.label, _words(by_form[form], shown.get(_place(form), Shown.WHOLLY))) for form in VisitForm]


def _place(form: Hashable) -> Place:
    return (str(form),)


def _words(count: int, shown: str) -> str:
    return str(count) if shown == Shown.WHOLLY else "—"


def _monday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class VisitYear:
    """The visits of a school year by month."""

    months: Sequence[CountLine]


def visits_of_year(actor: Actor, start_year: int) -> VisitYear:
    """How many visits each month of a school year had in the whole city. One query."""
    rows = VisitDay.objects.visible_to(actor).filter(term__year__start_year=start_year)
    by_month: Counter[datetime.date] = Counter()
    for date, visits in rows.values_list("date").annotate(n=Sum("visits")).order_by():
        by_month[date.replace(day=1)] += visits
    leaves: dict[Place, Part] = {(month,): Part(0, count) for month, count in by_month.items()}
    shown = hide(leaves)
    return VisitYear(
        [
            CountLine(Month(month.year, month.month).label, _words(count, shown[month,]))
            for month, count in sorted(by_month.items())
        ]
    )
