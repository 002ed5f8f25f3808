"""提醒这几位导师: whose pupils stand in a list of what is open, and in which words they would be told now."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.queries import accounts_by_key
from core.errors import DomainError
from mentors.models.slots import MentorMember
from records.office.queries.pupils import pupils_to_show
from records.reminding.contexts import ACTIONS, NUDGE, DigestItem, DueAction, Reach, ReminderRules
from records.reminding.models import Reminder
from records.reminding.queries.digests import open_counts
from records.reminding.queries.rules import reminder_rules
from schools.calendar import YearCalendar
from schools.enums import ActionKind
from schools.queries import Due, due_together


@dataclass(frozen=True, slots=True)
class OpenList:
    """A list of what is open as its page filters it: an action or `none`, a grade, a class, a slot, chosen pupils."""

    show: str = ""
    grade_id: int | None = None
    class_id: int | None = None
    mentor_id: int | None = None
    pupil_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class NudgedPerson:
    """One mentor of the list with what is open there. `why_not`: told today already, or muted."""

    user: User
    items: tuple[DigestItem, ...]
    why_not: str = ""

    @property
    def count(self) -> int:
        """How many things wait, in this list."""
        return sum(item.open_count for item in self.items)

    @property
    def lines(self) -> list[str]:
        """The sentences of the reminder."""
        return [item.sentence for item in self.items]


@dataclass(frozen=True, slots=True)
class Nudge:
    """Who would be reminded of what stands in a list; `without_account` are named by name."""

    people: tuple[NudgedPerson, ...]
    left_out: tuple[NudgedPerson, ...]
    without_account: tuple[str, ...]


def find_nudge(actor: Actor, calendar: YearCalendar, wanted: OpenList) -> Nudge:
    """The mentors of what `wanted` lists, asked again of the database. Queries do not grow with the list.

    Raises DomainError `not_now` for a former year, `paused` while the school reminds nobody.
    """
    if not calendar.year.is_current:
        raise DomainError("not_now", "这是以前学年的名单，只能提醒本学年的导师。")
    rules = reminder_rules(calendar.year.school_id, since=actor.today)
    if rules.is_paused(actor.today):
        raise DomainError("paused", "提醒现在全部暂停，请先在“停发”里恢复。")
    rows = pupils_to_show(
        actor, calendar, show=wanted.show, class_id=wanted.class_id, grade_id=wanted.grade_id
    ).order_by()
    if wanted.pupil_ids is not None:
        rows = rows.filter(pupil__in=wanted.pupil_ids)
    due = _due(actor, calendar, wanted.show)
    counts = open_counts(
        calendar,
        {name: one.what for name, one in due.items()},
        supporting=calendar.rules.plan.supporting_owes,
        among=rows,
    )
    items: dict[int, list[DigestItem]] = defaultdict(list)
    for name, one in due.items():
        for (whose, place), count in counts.items():
            if place == name and wanted.mentor_id in (None, whose[1]):
                items[whose[1]].append(DigestItem(one, count, calendar.letter_label))
    return _told(actor, rules, items)


def _due(actor: Actor, calendar: YearCalendar, show: str) -> dict[str, DueAction]:
    """The required actions that the list is about, each with the window that is open, comes next or was the last."""
    asked = [
        (rule, calendar.term, next((one for one in windows if one.due_on >= actor.today), windows[-1]))
        for rule in calendar.rules.actions
        if rule.required and (rule.action == show or show not in list(ActionKind)) and rule.action in ACTIONS
        if (windows := calendar.windows(rule))
    ]
    found = [DueAction(due, _point(calendar, due, actor)) for due in due_together(asked)]
    found.sort(key=lambda one: (one.is_over, ACTIONS.index(one.what.action), one.what.window.due_on))
    return {one.place: one for one in found}


def _point(calendar: YearCalendar, due: Due, actor: Actor) -> str:
    if due.window.due_on >= actor.today:
        return ""
    return "before" if calendar.closed_before(due.window) else f"over:{actor.today}"


def _told(actor: Actor, rules: ReminderRules, items: Mapping[int, list[DigestItem]]) -> Nudge:
    """The people of the slots by name, and who of them is told nothing now. Four queries."""
    found: dict[int, list[DigestItem]] = defaultdict(list)
    without: list[str] = []
    members = MentorMember.objects.filter(mentor__in=items).order_by("teacher__name", "teacher_id")
    for mentor_id, name, user_id in members.values_list("mentor_id", "teacher__name", "teacher__user_id"):
        if user_id is None:
            without.append(name)
        else:
            found[user_id] += items[mentor_id]
    acting = RoleGrant.objects.active(actor.today).filter(role=Role.MENTOR, acting_for__in=list(found))
    for grant in acting.filter(school=actor.school_id).select_related("acting_for").order_by("pk"):
        if grant.acting_for is not None:
            words = f"代{grant.acting_for.name}："
            own = [item for item in found[grant.acting_for.pk] if item.reach == Reach.OWN]
            found[grant.user_id] += [replace(item, reach=Reach.ACTING, place=words) for item in own]
    accounts = accounts_by_key(found)
    without += [user.name for user in accounts.values() if not user.is_active]
    told = set(Reminder.objects.filter(user__in=found, key=nudge_key(actor.today)).values_list("user_id", flat=True))
    people: list[NudgedPerson] = []
    left_out: list[NudgedPerson] = []
    for user_id, own in found.items():
        if not accounts[user_id].is_active:
            continue
        why_not = "今天已经提醒过" if user_id in told else ""
        why_not = "设了不提醒" if rules.is_muted(user_id, actor.today) else why_not
        (left_out if why_not else people).append(NudgedPerson(accounts[user_id], tuple(own), why_not))
    return Nudge(tuple(people), tuple(left_out), tuple(without))


def nudge_key(day: datetime.date) -> str:
    """What `Reminder` keeps: once a day and person, from whatever list."""
    return f"{NUDGE}:{day.isoformat()}"
