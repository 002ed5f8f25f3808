"""领导小组's page: the whole school on one screen, and the next fortnight. Names only of who carries too much."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count
from django.urls import reverse

from accounts.actors import Actor
from core.clock import cn_day
from core.localday import LocalDay
from mentors.models.slots import CapException, Mentor
from mentors.staff.models import TrainingSession
from records.enums import LetterState
from records.figures.queries import staff
from records.models.care import Referral
from records.models.records import GrowthLetter
from records.office.queries.dashboard import Dashboard, find_dashboard
from records.office.queries.mentors import Load, loads
from schools.calendar import YearCalendar
from schools.enums import KeyDateKind

#: What comes within so many days is told.
SOON: Final = datetime.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Heavy:
    """A mentor with more pupils than the plan's cap: a load, no rank. `reason`: why 德育室 has agreed, if it has."""

    mentor_id: int
    names: str
    load: int
    places: int
    reason: str


@dataclass(frozen=True, slots=True)
class Coming:
    """What is ahead: its day, or, of a window that is open, the day on which it ends."""

    day: datetime.date
    what: str
    href: str = ""
    # Whether 领导小组 may go there as well: letters are released by 德育室 alone.
    is_for_all: bool = True


@dataclass(frozen=True, slots=True)
class LeaderPage:
    """All that the page and its paper show."""

    # The term that is looked at, in words, and the plan's pupils per mentor.
    term: str
    short_term: str
    cap: int
    dashboard: Dashboard
    room: staff.Room
    heavy: Sequence[Heavy]
    # Mentors of the year, and those of them who came to one of its trainings.
    mentors: int
    trained: int
    referrals: int
    coming: Sequence[Coming]


def find_leader_page(actor: Actor, calendar: YearCalendar) -> LeaderPage:
    """The page of the calendar's term; what comes is of the present, whatever term is looked at.

    The same number of queries whatever the size of the school.
    """
    found = loads(actor, calendar)
    members = staff.trained_members(calendar, actor.today)
    return LeaderPage(
        str(calendar.term),
        calendar.term.short_name,
        calendar.rules.plan.cap,
        find_dashboard(actor, calendar),
        staff.room(actor, calendar, found),
        _heavy(actor, found),
        members["all"],
        members["trained"],
        # 领导小组 knows how many wait, and nothing else of them.
        Referral.objects.in_school(actor).waiting().count(),
        sorted(_coming(actor), key=lambda one: (one.day, one.what)),
    )


def _heavy(actor: Actor, found: Sequence[Load]) -> list[Heavy]:
    """By name: who carries most is nobody's business. Three queries, none where nobody carries too much."""
    over = {one.mentor_id: one for one in found if one.is_over}
    if not over:
        return []
    reasons = dict(CapException.objects.valid().filter(mentor__in=over).values_list("mentor", "reason"))
    slots = Mentor.objects.visible_to(actor).filter(pk__in=over).with_names()
    by_key = slots.in_bulk()
    # `found` stands in the order of the names.
    return [
        Heavy(pk, by_key[pk].names, one.load, one.places, reasons.get(pk, ""))
        for pk, one in over.items()
        if pk in by_key
    ]


def _coming(actor: Actor) -> Iterator[Coming]:
    """Windows, days of the calendar, trainings and releases of the next days. Two queries."""
    calendar = actor.calendar.now
    today, last = actor.today, actor.today + SOON
    yield from _windows(calendar, today, last)
    for date in calendar.key_dates:
        if today <= date.starts_on <= last and date.kind != KeyDateKind.WORKDAY:
            yield Coming(date.starts_on, date.name or date.kind.label, reverse("setup:calendar"))
    if today <= calendar.term.ends_on <= last:
        yield Coming(calendar.term.ends_on, f"{calendar.term.short_name}结束", reverse("setup:calendar"))
    trainings = TrainingSession.objects.visible_to(actor).filter(date__gte=today, date__lte=last)
    for day, topic in trainings.values_list("date", "topic"):
        yield Coming(day, f"培训：{topic}", reverse("training:list"))
    releases = (
        GrowthLetter.objects.present()
        .filter(school_id=actor.school_id or 0, state=LetterState.HANDED_IN, release_at__isnull=False)
        .values(on=LocalDay("release_at"))
        .annotate(n=Count("pk"))
        .order_by()
    )
    for row in releases:
        if today <= row["on"] <= last:
            what = f"定时发布 {row['n']} 封{calendar.letter_label}"
            yield Coming(row["on"], what, f"{reverse('office:letters')}?state=scheduled", is_for_all=False)


def _windows(calendar: YearCalendar, today: datetime.date, last: datetime.date) -> Iterator[Coming]:
    """Those that open or end within the days, each once for all grades."""
    pupils = reverse("office:pupils")
    found: dict[Coming, None] = {}
    for term in calendar.terms:
        for rule in calendar.rules_until(term.ends_on).actions:
            if not rule.required or rule.any_day:
                continue
            label = calendar.label(rule.action)
            for window in calendar.term_windows(rule, term):
                href = f"{pupils}?show={rule.action}&term={term.key}"
                if today < window.opens_on <= last:
                    found[Coming(window.opens_on, f"{label}开始（到 {cn_day(window.due_on)}）", href)] = None
                if window.opens_on <= last and today <= window.due_on <= last:
                    found[Coming(window.due_on, f"{label}截止", href)] = None
    yield from found
