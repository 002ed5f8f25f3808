"""Reads of the inbox, of what goes out, and of the robots for their pages."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.utils.dateparse import parse_date

from accounts.actors import Actor
from accounts.models import User
from core.clock import now
from core.localday import LocalDay
from core.sealed import opens
from notices.enums import Channel, OutboxState, Saying
from notices.models import Notice, OutboxMessage, PushHours, Robot
from notices.querysets import NoticeQuerySet, OutboxQuerySet

#: So many days stand on the page; older ones are found by their day.
DAYS_SHOWN: Final = 30


def own_notices(actor: Actor) -> NoticeQuerySet:
    """The actor's notices, the newest first."""
    return Notice.objects.visible_to(actor).for_inbox()


@dataclass
class DayCounts:
    """What a school sent on one day, by channel and state."""

    day: datetime.date
    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[Channel, list[tuple[OutboxState, int]]]]:
        """The channels that had something, with the states that occur and how often."""
        found = []
        for channel in Channel:
            states = [(state, self.counts.get((channel, state), 0)) for state in OutboxState]
            if any(count for _, count in states):
                found.append((channel, [(state, count) for state, count in states if count]))
        return found


def sent_by_day(actor: Actor) -> list[DayCounts]:
    """The last `DAYS_SHOWN` days on which there was something to send, the newest first. One query."""
    since = now() - datetime.timedelta(days=DAYS_SHOWN)
    rows = (
        OutboxMessage.objects.visible_to(actor)
        .filter(created_at__gte=since)
        .annotate(day=LocalDay("created_at"))
        .values("day", "channel", "state")
        .annotate(count=Count("pk"))
        .order_by("-day")
        .values_list("day", "channel", "state", "count")
    )
    days: dict[datetime.date, DayCounts] = {}
    for day, channel, state, count in rows:
        days.setdefault(day, DayCounts(day)).counts[(channel, state)] = count
    return list(days.values())


def counts_by_state(actor: Actor, found: OutboxQuerySet | None = None) -> dict[str, int]:
    """How many messages are in each state, of those found or of all. One query."""
    rows = found if found is not None else OutboxMessage.objects.visible_to(actor)
    return rows.aggregate(**{state.value: Count("pk", filter=Q(state=state)) for state in OutboxState})


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages of the list are wanted; what an address says and nobody knows counts as not said."""

    state: str = ""
    channel: str = ""
    day: datetime.date | None = None

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "MessageFilter":
        """As an address or a form asks for it."""
        state, channel = asked.get("state", ""), asked.get("channel", "")
        try:
            day = parse_date(asked.get("day", ""))
        except ValueError:
            day = None
        return cls(state if state in OutboxState else "", channel if channel in Channel else "", day)

    @property
    def query(self) -> str:
        """In an address."""
        return f"state={self.state}&channel={self.channel}&day={self.day or ''}"


def messages_found(actor: Actor, wanted: MessageFilter, *, any_state: bool = False) -> OutboxQuerySet:
    """The school's messages that fit, the newest first, with their person or robot."""
    rows = OutboxMessage.objects.visible_to(actor).order_by("-created_at", "-pk")
    if wanted.state and not any_state:
        rows = rows.filter(state=wanted.state)
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if wanted.day is not None:
        rows = rows.filter(created_at__date=wanted.day)
    return rows.select_related("notice__recipient", "robot").defer("body", "subject", "robot__address", "notice__body")


def without_address(actor: Actor) -> QuerySet[User]:
    """Whose account is in use, and who is reached in the inbox alone, by name."""
    return User.objects.visible_to(actor).filter(is_active=True, email="").order_by("name", "pk")


def without_mails(actor: Actor) -> int:
    """How many have an address and want no reminders there."""
    return User.objects.visible_to(actor).filter(is_active=True, mails_on=False).exclude(email="").count()


@dataclass(frozen=True, slots=True)
class RobotLine:
    """A robot with what became of the last message that it was to say."""

    robot: Robot
    last: OutboxMessage | None

    @property
    def was_test(self) -> bool:
        """Whether that was one to try it."""
        return self.last is not None and self.last.about.startswith(f"{Saying.TEST}:")


def robots_of(actor: Actor) -> list[RobotLine]:
    """The school's robots by name, each with its last message. Two queries."""
    robots = list(Robot.objects.visible_to(actor).order_by("name", "pk"))
    newest = OutboxMessage.objects.filter(robot=OuterRef("pk")).order_by("-created_at", "-pk").values("pk")[:1]
    keys = Robot.objects.visible_to(actor).annotate(newest=Subquery(newest)).values("newest")
    last = {message.robot_id: message for message in OutboxMessage.objects.filter(pk__in=keys)}
    return [RobotLine(robot, last.get(robot.pk)) for robot in robots]


def robots_without_key() -> int:
    """How many robots, in all schools, have an address that no key at hand opens. One query."""
    stored = Robot.objects.present().annotate(stored=Cast("address", TextField())).values_list("stored", flat=True)
    return sum(1 for token in stored if token and not opens(token))


def push_hours(school_id: int) -> PushHours:
    """The hours in which the school's messages go out, its own or the usual ones."""
    return PushHours.objects.filter(school=school_id).first() or PushHours(school_id=school_id)
