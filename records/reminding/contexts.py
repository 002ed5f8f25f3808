"""What a school says about its reminders, and what one person is told, as plain values."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

# Python's own takes a lock for each value: a fifth of the page of reminders.
from django.utils.functional import cached_property

from accounts.models import User
from core.clock import cn_day
from schools.enums import ActionKind, PeriodKind
from schools.models import School
from schools.queries import DUE_SOON, Due

#: Kinds of notices: the digest of a day, and what 德育室 sends from a list.
DIGEST: Final = "digest"
NUDGE: Final = "nudge"
#: When the daily task wakes up (`mentorship.settings`).
SENDS_AT: Final = datetime.time(8, 30)
#: What closes in so many days is told even to whoever heard something in this week.
CLOSING: Final = datetime.timedelta(days=2)
#: The actions that are reminded of, in the record book's order.
ACTIONS: Final = (ActionKind.VISIT, ActionKind.TALK, ActionKind.LETTER)

_PHRASES: Final = {
    ActionKind.VISIT: "还有 {n} 位同学没有家访",
    ActionKind.TALK: "还有 {n} 位同学没有谈心",
    ActionKind.LETTER: "还有 {n} 位同学的{label}没有交",
}


class Reach(StrEnum):
    """Whose pupils a line is about: the own ones, those of a mentor one acts for 代理, of a class, of the school."""

    OWN = ""
    ACTING = "a"
    CLASS = "c"
    SCHOOL = "s"


@dataclass(frozen=True, slots=True)
class ActionRule:
    """When and whom a school reminds of one action; as it stands, what holds where nothing was said.

    `days_before` counts from the end of each window, the earlier point first.
    """

    is_on: bool = True
    first_day: bool = True
    days_before: tuple[int, ...] = (DUE_SOON.days, CLOSING.days)
    when_over: bool = True
    to_mentors: bool = True
    to_homeroom: bool = False
    to_office: bool = False

    def tells(self, reach: Reach) -> bool:
        """Whether people with this reach are told."""
        if reach == Reach.CLASS:
            return self.to_homeroom
        return self.to_office if reach == Reach.SCHOOL else self.to_mentors


_UNSAID: Final = ActionRule()


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `starts_on` to `ends_on`, on which nobody, or one person, is told anything."""

    starts_on: datetime.date
    ends_on: datetime.date

    def contains(self, day: datetime.date) -> bool:
        """Whether `day` is one of them."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """All that a school says about its reminders."""

    actions: Mapping[ActionKind, ActionRule] = field(default_factory=dict)
    school_days_only: bool = True
    pauses: tuple[Span, ...] = ()
    # By the key of the account.
    mutes: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)

    def of(self, action: ActionKind) -> ActionRule:
        """The rule of one action."""
        return self.actions.get(action, _UNSAID)

    def is_paused(self, day: datetime.date) -> bool:
        """Whether nobody is told anything on `day`."""
        return any(span.contains(day) for span in self.pauses)

    def is_muted(self, user_id: int, day: datetime.date) -> bool:
        """Whether this person is told nothing on `day`."""
        return any(span.contains(day) for span in self.mutes.get(user_id, ()))


@dataclass(frozen=True)
class DueAction:
    """An action in a window that is open, or over.

    `point` is the last point of the window that was reached: `1` its first day, `d7` seven days before its end; empty
    before any. Of one whose window is over it is the week in which it is told (`over:2026-11-16`), or `before` where
    that was 使用本系统以前. `is_closing`: it closes in two days, or before anybody is told anything again.
    """

    what: Due
    point: str
    is_closing: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it could be done no more in time."""
        return self.is_weekly or self.is_before

    @property
    def is_weekly(self) -> bool:
        """Whether it is told once a week, and in no other digest of that week."""
        return self.point.startswith("over")

    @property
    def is_before(self) -> bool:
        """Whether its window was over before the school began to write here."""
        return self.point == "before"

    @cached_property
    def place(self) -> str:
        """The action in its window: named by its days, so that one that moves is told again."""
        opens, ends = self.what.window.opens_on, self.what.window.due_on
        return f"{self.what.action}:{self.what.term.pk}:{opens:%m%d}-{ends:%m%d}"


@dataclass(frozen=True)
class DigestItem:
    """One line of a digest: `open_count` pupils are open, to be done by the window's end.

    `reach` says whose pupils; `place_id` and `place` are the key and words of the class, or of the slot one acts for.
    """

    due: DueAction
    open_count: int
    label: str
    reach: Reach = Reach.OWN
    place_id: int = 0
    place: str = ""

    @property
    def action_label(self) -> str:
        """The action as this school calls it."""
        return self.label if self.due.what.action == ActionKind.LETTER else self.due.what.action.label

    @cached_property
    def key(self) -> str:
        """What `Reminder` keeps, so that nobody is told twice; empty where no point was reached yet."""
        if not self.due.point:
            return ""
        reach = f"{self.reach}{self.place_id or ''}:" if self.reach else ""
        return f"{reach}{self.due.place}:{self.due.point}"

    @property
    def sentence(self) -> str:
        """还有 3 位同学没有谈心（11月25日前）; 已过期仍未完成：家访 12 位; 三（1）班还有 5 位同学没有谈心（…）."""
        return f"{self.place}{self._sentence}"

    @property
    def _sentence(self) -> str:
        if self.due.is_before:
            return f"使用本系统以前到期，还没有登记：{self.action_label} {self.open_count} 位（做过的请补登）"
        if self.due.is_over:
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
        """How many things wait for this person: each own pupil, each referral, each class or school that is told of."""
        wide = (Reach.CLASS, Reach.SCHOOL)
        return sum(1 if item.reach in wide else item.open_count for item in self.items) + len(self.referrals)

    @property
    def lines(self) -> list[str]:
        """What the digest says, a sentence a line."""
        waiting = [f"还有 {len(self.referrals)} 条转介没有接收"] if self.referrals else []
        return waiting + [item.sentence for item in self.items]

    @property
    def keys(self) -> list[str]:
        """What `Reminder` keeps, so that nobody is told twice."""
        return [item.key for item in self.items if item.key] + [f"referral:{pk}" for pk in self.referrals]
