"""The term's reminders: who has what open, said in one digest per person at a few points of each window.

A window of the plan (visit before term, talk around exams, letter at term end) has points, three where a school has
said nothing else: its first day, seven days and two days before its last. At each point those who still have something
open are told once; on the last day of sending in a window, of each point that comes after it. After the last window
what was left behind 已过期仍未完成 is told once a week, while the term lasts. Nobody gets two digests in a week, but
for what closes in two days. The reminders stop by themselves: with the last tick, and with the term.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.enums import Role
from accounts.models import RoleGrant
from accounts.queries import accounts_by_key, users_with_role
from core.kept import kept
from mentors.models.slots import Assignment, MentorMember
from records.enums import TickState
from records.models.care import Referral
from records.models.records import Tick
from records.reminding.contexts import (
    CLOSING,
    NUDGE,
    ActionRule,
    Digest,
    DigestItem,
    DueAction,
    Reach,
    ReminderRules,
)
from records.reminding.models import Reminder
from records.reminding.queries.rules import reminder_rules, sends_on
from schools.calendar import SchoolCalendar, YearCalendar
from schools.models import School, SchoolYear
from schools.queries import Due, PlanRules, Window
from students.models import Enrolment
from students.querysets import EnrolmentQuerySet

ONE_DAY = datetime.timedelta(days=1)
#: So far ahead the next day of sending is looked for: longer than any holiday.
_LONGEST_REST = 70
#: Whose pupils are open: the reach and the key of the slot or class, 0 for the school.
Whose = tuple[Reach, int]


def monday_of(day: datetime.date) -> datetime.date:
    """The Monday of the week of `day`."""
    return day - datetime.timedelta(days=day.weekday())


def _next_sending(calendar: YearCalendar, rules: ReminderRules, day: datetime.date) -> datetime.date:
    """The next day after `day` on which the daily task tells anybody anything."""
    coming = (day + n * ONE_DAY for n in range(1, _LONGEST_REST))
    return next((one for one in coming if sends_on(calendar, rules, one)), day + ONE_DAY)


def _point(rule: ActionRule, window: Window, on: datetime.date, following: datetime.date) -> str:
    """The last point of an open window that was reached on `on`; `following` is the next day of sending."""
    points = [("1", window.opens_on)] if rule.first_day else []
    points += [(f"d{n}", window.due_on - n * ONE_DAY) for n in rule.days_before]
    last_chance = window.due_on < following
    reached = [name for name, day in points if window.opens_on <= day and (day <= on or last_chance)]
    return reached[-1] if reached else ""


def due_actions(
    calendar: YearCalendar, plan: PlanRules, rules: ReminderRules, *, on: datetime.date, following: datetime.date
) -> list[DueAction]:
    """The required actions of `plan` whose windows are open on `on`, as far as the school reminds of them."""
    return [
        DueAction(
            due,
            _point(rules.of(due.action), due.window, on, following),
            is_closing=due.window.due_on - on <= CLOSING or due.window.due_on < following,
        )
        for due in calendar.open_windows(plan, on)
        if rules.of(due.action).is_on
    ]


def over_actions(calendar: YearCalendar, rules: ReminderRules, *, on: datetime.date) -> list[DueAction]:
    """The required actions of the present term whose windows were over before the week of `on` began.

    What is over is told from Monday on (on the first day of the week that has a run); after the term nobody is pressed.
    What was over before the school began to write here is told once by itself, and then beside other things.
    """
    monday = monday_of(on)
    if not calendar.term.starts_on <= on <= calendar.term.ends_on:
        return []
    return [
        DueAction(due, "before" if calendar.closed_before(due.window) else f"over:{monday}")
        for due in calendar.over_windows()
        if due.term == calendar.term and due.window.due_on < monday
        if rules.of(due.action).is_on and rules.of(due.action).when_over
    ]


def plan_digests(school: School, *, on: datetime.date) -> list[Digest]:
    """Who would get which digest on `on`, without what they were told already. Queries do not grow with pupils.

    Besides the actions: counsellors, once, of each referral that nobody took on the day it was made.
    """
    rules = reminder_rules(school.pk, since=on)
    if rules.is_paused(on):
        return []
    calendar = SchoolCalendar(school.pk, on).present
    digests = coming_digests(school, calendar, rules, [on])[on] if calendar is not None else []
    waiting = [
        pk
        for pk, since in Referral.objects.waiting().filter(school=school).order_by("pk").values_list("pk", "created_at")
        if timezone.localdate(since) < on
    ]
    if not waiting:
        return digests
    told = set(Reminder.objects.filter(school=school, key__startswith="referral:").values_list("user_id", "key"))
    by_user = {digest.user.pk: digest for digest in digests}
    for user in users_with_role(school.pk, Role.COUNSELLOR, on=on):
        if not rules.is_muted(user.pk, on) and any((user.pk, f"referral:{pk}") not in told for pk in waiting):
            known = by_user.get(user.pk, Digest(school, user, ()))
            by_user[user.pk] = replace(known, referrals=tuple(waiting))
    return list(by_user.values())


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is due on the day `on`, as the plan of that day asks it."""

    on: datetime.date
    plan: PlanRules
    due: list[DueAction]


def _asked(calendar: YearCalendar, rules: ReminderRules, on: datetime.date) -> _Asked | None:
    if rules.is_paused(on):
        return None
    seen = calendar.seen_on(on)
    plan = seen.plan_on(on)
    if plan is None:
        return None
    following = _next_sending(calendar, rules, on)
    due = due_actions(seen, plan, rules, on=on, following=following) + over_actions(seen, rules, on=on)
    return _Asked(on, plan, due) if due else None


def coming_digests(
    school: School, calendar: YearCalendar, rules: ReminderRules, days: Sequence[datetime.date]
) -> dict[datetime.date, list[Digest]]:
    """Who would be told what the plan asks on each of `days`, as if it were sent each day; without referrals.

    What is open counts as it is now. Queries grow with neither days nor pupils.
    """
    digests: dict[datetime.date, list[Digest]] = {day: [] for day in days}
    asked = [found for day in days if (found := _asked(calendar, rules, day)) is not None]
    if not asked:
        return digests
    opened: dict[bool, dict[tuple[Whose, str], int]] = {}
    reaches = {r for found in asked for d in found.due for r in Reach if rules.of(d.what.action).tells(r)}
    for owes in {found.plan.plan.supporting_owes for found in asked}:
        due = {d.place: d.what for found in asked if found.plan.plan.supporting_owes == owes for d in found.due}
        opened[owes] = open_counts(calendar, due, supporting=owes, reaches=reaches)
    people = _people(school, {whose for counts in opened.values() for whose, _place in counts}, days)
    said_before = _said_before(school, asked)
    accounts = accounts_by_key(people)
    for found in asked:
        counts, label = opened[found.plan.plan.supporting_owes], found.plan.plan.letter_label
        told = {reach: [due for due in found.due if rules.of(due.what.action).tells(reach)] for reach in Reach}
        for user_id, places in people.items():
            if rules.is_muted(user_id, found.on) or not accounts[user_id].is_active:
                continue
            known = said_before[user_id]
            items = [item for place in places for item in place.items(found.on, told[place.reach], counts, label)]
            if said := known.news(items, found.on):
                digests[found.on].append(Digest(school, accounts[user_id], said))
                known.keys.update(item.key for item in said)
                known.last = found.on
    return digests


@dataclass(slots=True)
class _Known:
    """What one person was told already: the keys, and the day of the last digest."""

    keys: set[str] = field(default_factory=set)
    last: datetime.date | None = None

    def news(self, items: Sequence[DigestItem], on: datetime.date) -> tuple[DigestItem, ...]:
        """What a digest of `on` says of `items`; nothing where there is no news, or nothing that cannot wait.

        Whoever is told something new hears again what is open, but not what was over: once a week.
        """
        fresh = {item.key for item in items if item.key and item.key not in self.keys}
        if not fresh:
            return ()
        had_one = self.last is not None and monday_of(self.last) == monday_of(on)
        if had_one and not any(item.due.is_closing for item in items if item.key in fresh):
            return ()
        return tuple(item for item in items if item.key in fresh or not item.due.is_weekly)


def _said_before(school: School, asked: Sequence[_Asked]) -> dict[int, _Known]:
    """What was said since the first of the windows opened, and in this week, by account. One query."""
    first = min(d.what.window.opens_on for found in asked for d in found.due)
    known: dict[int, _Known] = defaultdict(_Known)
    rows = Reminder.objects.filter(school=school, sent_on__gte=min(first, monday_of(asked[0].on)))
    for user_id, key, sent_on in rows.order_by("sent_on").values_list("user_id", "key", "sent_on"):
        if not key.startswith(f"{NUDGE}:"):
            known[user_id].keys.add(key)
            known[user_id].last = sent_on
    return known


@dataclass(frozen=True, slots=True)
class _Place:
    """That a person answers for the pupils of a slot or class, or for the whole school, in some days or always."""

    whose: Whose
    reach: Reach = Reach.OWN
    words: str = ""
    since: datetime.date = datetime.date.min
    until: datetime.date = datetime.date.max

    def items(
        self, on: datetime.date, told: Sequence[DueAction], counts: Mapping[tuple[Whose, str], int], label: str
    ) -> Iterator[DigestItem]:
        """What of `told` is open here on that day."""
        for due in told if self.since <= on <= self.until else ():
            if count := counts.get((self.whose, due.place), 0):
                yield DigestItem(due, count, label, self.reach, self.whose[1], self.words)


def _people(school: School, open_places: Collection[Whose], days: Sequence[datetime.date]) -> dict[int, list[_Place]]:
    """Who answers for what is open in which days, by account: as mentor or for one, as 班主任, 德育室. Two queries."""
    people: dict[int, list[_Place]] = defaultdict(list)
    slots = {key for reach, key in open_places if reach == Reach.OWN}
    held: dict[int, int] = {}
    members = MentorMember.objects.filter(mentor__in=slots, teacher__user__isnull=False)
    for mentor_id, user_id in members.order_by("mentor_id", "position").values_list("mentor_id", "teacher__user_id"):
        people[user_id].append(_Place((Reach.OWN, mentor_id)))
        held[user_id] = mentor_id
    grants = RoleGrant.objects.filter(
        Q(role__in=(Role.HOMEROOM, Role.MORAL_OFFICE)) | Q(role=Role.MENTOR, acting_for__isnull=False),
        Q(ends_on=None) | Q(ends_on__gte=min(days)),
        school=school,
        starts_on__lte=max(days),
    ).select_related("school_class__grade", "acting_for")
    order = (Role.MENTOR, Role.HOMEROOM, Role.MORAL_OFFICE)
    for grant in sorted(grants.order_by("pk"), key=lambda one: order.index(Role(one.role))):
        span = grant.starts_on, grant.ends_on or datetime.date.max
        led, absent = grant.school_class, grant.acting_for
        place = _Place((Reach.SCHOOL, 0), Reach.SCHOOL, "全校", *span)
        if led is not None:
            place = _Place((Reach.CLASS, led.pk), Reach.CLASS, led.label, *span)
        elif grant.role == Role.MENTOR and absent is not None:
            place = _Place((Reach.OWN, held.get(absent.pk, 0)), Reach.ACTING, f"代{absent.name}：", *span)
        if place.whose in open_places:
            people[grant.user_id].append(place)
    return people


def open_counts(
    calendar: YearCalendar,
    due: Mapping[str, Due],
    *,
    supporting: bool,
    reaches: Collection[Reach] = (Reach.OWN,),
    among: EnrolmentQuerySet | None = None,
) -> dict[tuple[Whose, str], int]:
    """How many pupils are open for each of `due`, by whose they are and the name of the due action.

    With `supporting` the plan asks supporting mentors as well; with `among` only these pupils count. Three queries.
    """
    if among is None:
        among = Enrolment.objects.active().of_year(calendar.year)
    places = {
        pupil_id: (class_id, grade_id)
        for pupil_id, class_id, grade_id in among.values_list("pupil_id", "school_class_id", "school_class__grade_id")
    }
    # In which period a grade owes each of the actions.
    periods = {
        name: {pk: calendar.period_of(rule, what.term).pk for rule in what.rules for pk in rule.grade_ids}
        for name, what in due.items()
    }
    done = set(_done(sorted(set(chain.from_iterable(found.values() for found in periods.values())))))
    opened: dict[int, list[str]] = defaultdict(list)
    for pupil_id, (_class_id, grade_id) in places.items():
        for name, what in due.items():
            period = periods[name].get(grade_id)
            if period is not None and (pupil_id, period, what.action) not in done:
                opened[pupil_id].append(name)
    counts: dict[tuple[Whose, str], int] = defaultdict(int)
    if Reach.OWN in reaches:
        for mentor_id, pupil_id in _held(calendar.year, supporting=supporting):
            for name in opened.get(pupil_id, ()):
                counts[(Reach.OWN, mentor_id), name] += 1
    for pupil_id, names in opened.items():
        for whose in (Reach.CLASS, places[pupil_id][0]), (Reach.SCHOOL, 0):
            for name in names if whose[0] in reaches else ():
                counts[whose, name] += 1
    return counts


@kept
def _done(period_ids: Collection[int]) -> QuerySet[Tick, tuple[int, int, str]]:
    rows = Tick.objects.filter(period__in=period_ids, state=TickState.DONE)
    return rows.values_list("pupil_id", "period_id", "action")


@kept
def _held(year: SchoolYear, *, supporting: bool) -> QuerySet[Assignment, tuple[int, int]]:
    held = Assignment.objects.active().filter(year=year)
    return (held if supporting else held.main()).values_list("mentor_id", "pupil_id")
