"""The term's reminders: who has what open, said in one digest per person at a few points of each window.

A window of the plan (visit before term, talk around exams, letter at term end) has three points: its first day, seven
days and two days before its last. At each point those who still have something open are told once. After the last
window what was left behind 已过期仍未完成 is told once a week, while the term lasts. The reminders stop by themselves:
with the last tick, and with the term.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.queries import accounts_by_key, users_with_role
from core.clock import cn_date, cn_day
from core.nightly import each_done
from mentors.models.slots import Assignment, MentorMember
from notices.services import send_notice
from records.enums import TickState
from records.models.care import Referral
from records.models.records import Tick
from records.reminding.models import Reminder
from schools.calendar import SchoolCalendar, YearCalendar
from schools.enums import ActionKind, PeriodKind
from schools.models import School
from schools.queries import DUE_SOON, Due, PlanRules, Window
from students.models import Enrolment

DIGEST = "digest"
#: The name of the daily task.
REMIND = "records.remind"
# Days before the end of a window at which who is open is told again.
POINTS_BEFORE_DUE = (DUE_SOON.days, 2)

_PHRASES = {
    ActionKind.VISIT: "还有 {n} 位同学没有家访",
    ActionKind.TALK: "还有 {n} 位同学没有谈心",
    ActionKind.LETTER: "还有 {n} 位同学的{label}没有交",
}


@dataclass(frozen=True, slots=True)
class DueAction:
    """An action in a window that is open: `point` counts the points that have been reached, 1 to 3.

    Of one whose window is over `week` is the Monday of the week in which it is told.
    """

    what: Due
    point: int
    week: datetime.date | None = None

    @property
    def key(self) -> str:
        """What `Reminder` keeps. The window is named by its days: one that moves is told again."""
        opens, ends = self.what.window.opens_on, self.what.window.due_on
        told = f"over:{self.week}" if self.week else str(self.point)
        return f"{self.what.action}:{self.what.term.pk}:{opens:%m%d}-{ends:%m%d}:{told}"


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One line of a digest: `open_count` pupils are open, to be done by `due_on`."""

    due: DueAction
    open_count: int
    label: str

    @property
    def action_label(self) -> str:
        """The action as this school calls it."""
        return self.label if self.due.what.action == ActionKind.LETTER else self.due.what.action.label

    @property
    def sentence(self) -> str:
        """还有 3 位同学没有谈心（11月25日前）; 已过期仍未完成：家访 12 位."""
        if self.due.week:
            return f"已过期仍未完成：{self.action_label} {self.open_count} 位"
        due = self.due.what
        phrase = _PHRASES[due.action].format(n=self.open_count, label=self.label)
        if all(rule.any_day and rule.period == PeriodKind.YEAR for rule in due.rules):
            return f"{phrase}（本学年内）"
        return f"{phrase}（{cn_day(due.window.due_on)}前）"


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on one day."""

    school: School
    user: User
    items: tuple[DigestItem, ...]
    # Keys of referrals 转介 that wait for this counsellor since a former day.
    referrals: tuple[int, ...] = ()

    @property
    def pk(self) -> int:
        """Whose it is: what a log may say."""
        return self.user.pk

    @property
    def count(self) -> int:
        """How many things wait."""
        return sum(item.open_count for item in self.items) + len(self.referrals)

    @property
    def lines(self) -> list[str]:
        """What the digest says, a sentence a line."""
        waiting = [f"还有 {len(self.referrals)} 条转介没有接收"] if self.referrals else []
        return waiting + [item.sentence for item in self.items]

    @property
    def keys(self) -> list[str]:
        """What `Reminder` keeps, so that nobody is told twice."""
        return [item.due.key for item in self.items] + [f"referral:{pk}" for pk in self.referrals]


def _point(window: Window, on: datetime.date) -> int:
    points = [window.opens_on, *(window.due_on - datetime.timedelta(days=n) for n in POINTS_BEFORE_DUE)]
    return sum(1 for point in points if window.opens_on <= point <= on) or 1


def due_actions(calendar: YearCalendar, rules: PlanRules, *, on: datetime.date) -> list[DueAction]:
    """The required actions of `rules` whose windows are open on `on`."""
    return [DueAction(due, _point(due.window, on)) for due in calendar.open_windows(rules, on)]


def over_actions(calendar: YearCalendar, *, on: datetime.date) -> list[DueAction]:
    """The required actions of the present term whose windows were over before the week of `on` began.

    What is over is told from Monday on (on the first day of the week that has a run); after the term nobody is pressed.
    """
    monday = on - datetime.timedelta(days=on.weekday())
    if not calendar.term.starts_on <= on <= calendar.term.ends_on:
        return []
    return [
        DueAction(due, 0, week=monday)
        for due in calendar.over_windows()
        if due.term == calendar.term and due.window.due_on < monday and not calendar.closed_before(due.window)
    ]


def plan_digests(school: School, *, on: datetime.date) -> list[Digest]:
    """Who would get which digest on `on`, without what they were told already. Queries do not grow with pupils.

    Besides the actions: counsellors, once, of each referral that nobody took on the day it was made.
    """
    digests = _plan_actions(school, on=on)
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
        if any((user.pk, f"referral:{pk}") not in told for pk in waiting):
            known = by_user.get(user.pk, Digest(school, user, ()))
            by_user[user.pk] = replace(known, referrals=tuple(waiting))
    return list(by_user.values())


def _plan_actions(school: School, *, on: datetime.date) -> list[Digest]:
    calendar = SchoolCalendar(school.pk, on).present
    return coming_digests(school, calendar, [on])[on] if calendar is not None else []


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is due on the day `on`, as the plan of that day asks it."""

    on: datetime.date
    rules: PlanRules
    due: list[DueAction]


def _asked(calendar: YearCalendar, on: datetime.date) -> _Asked | None:
    seen = calendar.seen_on(on)
    rules = seen.plan_on(on)
    due = due_actions(seen, rules, on=on) + over_actions(seen, on=on) if rules is not None else []
    return _Asked(on, rules, due) if rules is not None and due else None


def coming_digests(
    school: School, calendar: YearCalendar, days: Sequence[datetime.date]
) -> dict[datetime.date, list[Digest]]:
    """Who would be told what the plan asks on each of `days`, as if it were sent each day; without referrals.

    What is open counts as it is now. Queries grow with neither days nor pupils.
    """
    digests: dict[datetime.date, list[Digest]] = {day: [] for day in days}
    asked = [found for day in days if (found := _asked(calendar, day)) is not None]
    if not asked:
        return digests
    opened: dict[bool, dict[tuple[int, str], int]] = {}
    for owes in {found.rules.plan.supporting_owes for found in asked}:
        due = {d.key: d for found in asked if found.rules.plan.supporting_owes == owes for d in found.due}
        opened[owes] = _open_counts(calendar, list(due.values()), supporting=owes)
    users: dict[int, list[int]] = defaultdict(list)
    for mentor_id, user_id in (
        MentorMember.objects.filter(
            mentor_id__in={key[0] for counts in opened.values() for key in counts}, teacher__user__is_active=True
        )
        .order_by("mentor_id", "position")
        .values_list("mentor_id", "teacher__user_id")
    ):
        users[mentor_id].append(user_id)
    keys = {d.key for found in asked for d in found.due}
    told = set(Reminder.objects.filter(school=school, key__in=keys).values_list("user_id", "key"))
    accounts = accounts_by_key({u for ids in users.values() for u in ids})
    for found in asked:
        counts, label = opened[found.rules.plan.supporting_owes], found.rules.plan.letter_label
        for mentor_id, user_ids in users.items():
            open_counts = ((d, counts.get((mentor_id, d.key), 0)) for d in found.due)
            items = [DigestItem(d, count, label) for d, count in open_counts if count]
            for user_id in user_ids:
                fresh = [item for item in items if (user_id, item.due.key) not in told]
                if fresh:
                    # Whoever is told something new hears again what is open, but not what was over: once a week.
                    said = tuple(item for item in items if item in fresh or not item.due.week)
                    digests[found.on].append(Digest(school, accounts[user_id], said))
        told |= {(d.user.pk, key) for d in digests[found.on] for key in d.keys}
    return digests


def _open_counts(calendar: YearCalendar, due: list[DueAction], *, supporting: bool) -> dict[tuple[int, str], int]:
    """How many pupils of a mentor are open for a due action, by (mentor key, action key).

    With `supporting` the plan asks supporting mentors as well.
    """
    held = Assignment.objects.active().filter(year=calendar.year)
    grades = dict(Enrolment.objects.active().of_year(calendar.year).values_list("pupil_id", "school_class__grade_id"))
    # In which period a grade owes each of the actions.
    periods = [
        {pk: calendar.period_of(rule, d.what.term).pk for rule in d.what.rules for pk in rule.grade_ids} for d in due
    ]
    done = set(
        Tick.objects.filter(period__in=set().union(*(p.values() for p in periods)), state=TickState.DONE).values_list(
            "pupil_id", "period_id", "action"
        )
    )
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for mentor_id, pupil_id in (held if supporting else held.main()).values_list("mentor_id", "pupil_id"):
        for d, period_of in zip(due, periods, strict=True):
            period = period_of.get(grades.get(pupil_id, 0))
            if period is not None and (pupil_id, period, d.what.action) not in done:
                counts[(mentor_id, d.key)] += 1
    return counts


def send_digests(*, on: datetime.date, schools: Iterable[School]) -> Iterator[Digest]:
    """Send what `plan_digests` finds: inbox, and e-mail for those who gave an address. One transaction per person.

    Whoever cannot be told, and a school that cannot be looked through, hold up nobody: SomeFailed comes at the end.
    Running it again on the same day, or after a day on which it did not run, tells nobody the same thing twice.
    """
    planned = each_done(REMIND, schools, lambda school: plan_digests(school, on=on))
    digests = (digest for _school, found in planned for digest in found)
    for digest, is_sent in each_done(REMIND, digests, lambda digest: _send(digest, on)):
        if is_sent:
            yield digest


@transaction.atomic
def _send(digest: Digest, on: datetime.date) -> bool:
    # One at a time for a person: what another worker has told meanwhile is not told again.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=digest.user.pk)
    told = Reminder.objects.filter(user=digest.user, key__in=digest.keys).values_list("key", flat=True)
    if set(told).issuperset(digest.keys):
        return False
    notice = send_notice(
        recipient=digest.user,
        school=digest.school,
        kind=DIGEST,
        title=f"{cn_date(on)}：您有 {digest.count} 条待办",
        body="\n".join(f"· {line}" for line in digest.lines),
        link=reverse("desk:home" if digest.items else "counsel:home"),
        dedup_key=f"{DIGEST}:{digest.school.code}:{on.isoformat()}",
        count=digest.count,
    )
    if notice is None:
        # Today's digest is out already: what is new since then is told tomorrow, and counts as told then.
        return False
    Reminder.objects.bulk_create(
        (Reminder(school=digest.school, user=digest.user, key=key, sent_on=on) for key in digest.keys),
        ignore_conflicts=True,
    )
    return True
