"""Where one person opened the files of many pupils in an hour, or of some at night: pointed out, not judged."""

import datetime
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q
from django.db.models.functions import ExtractHour, TruncHour
from django.utils.timezone import get_current_timezone, localtime

from accounts.enums import Role
from accounts.models import AuditEntry, RoleGrant, User
from mentors.models.slots import Assignment
from students.models import Enrolment

#: More pupils than this within an hour are pointed out, within an hour of the night more than that; those who are one's
#: own do not count. Any hour, not that of the clock: half of them before it strikes and half after it are seen.
MOST_IN_AN_HOUR: Final = 40
MOST_AT_NIGHT: Final = 10
#: The hours of the night, by their beginning.
NIGHT: Final = frozenset({23, 0, 1, 2, 3, 4})
#: So many days are looked back at on the page, and so many hours told at most.
LOOKED_BACK: Final = 7
_MOST_TOLD: Final = 50
#: So many hours of the clock are looked into at most, the latest ones.
_MOST_LOOKED_INTO: Final = 200
_HOUR: Final = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ManyOpened:
    """`user` opened the files of so many pupils who are not their own in the hour after `begin`."""

    user: User
    begin: datetime.datetime
    pupils: int

    @property
    def day(self) -> datetime.date:
        """The day on which it began."""
        return localtime(self.begin).date()

    @property
    def at_night(self) -> bool:
        """Whether it began at night."""
        return _is_night(self.begin)


def many_opened(school_id: int, first: datetime.date, last: datetime.date) -> list[ManyOpened]:
    """What began on these days, the latest first. One query where there is none, else six."""
    begin, end = (datetime.datetime.combine(day, datetime.time(), get_current_timezone()) for day in (first, last))
    end += datetime.timedelta(days=1)
    opened = AuditEntry.objects.filter(
        school=school_id, verb="open_pupil", at__gte=begin, at__lt=end + _HOUR, user__isnull=False
    ).order_by()
    # An hour touches two of the clock, and one of these holds more than half of its pupils.
    busy = Q(pupils__gt=MOST_IN_AN_HOUR // 2) | Q(pupils__gt=MOST_AT_NIGHT // 2, clock__in=NIGHT)
    counted = opened.annotate(hour=TruncHour("at"), clock=ExtractHour("at")).values_list("user_id", "hour", "clock")
    hours = counted.annotate(pupils=Count("target_id", distinct=True)).filter(busy).order_by("-hour", "user_id")
    users_of: dict[datetime.datetime, set[int | None]] = defaultdict(set)
    for user_id, hour, _clock, _pupils in hours[:_MOST_LOOKED_INTO]:
        users_of[hour].add(user_id)
    if not users_of:
        return []
    wanted = Q()
    for hour, user_ids in users_of.items():
        wanted |= Q(user__in=user_ids, at__gte=hour - _HOUR, at__lt=hour + 2 * _HOUR)
    users = User.objects.in_bulk({user_id for user_ids in users_of.values() for user_id in user_ids})
    own = _own_pupils(users, school_id, first)
    openings: dict[int, list[tuple[datetime.datetime, int]]] = defaultdict(list)
    for user_id, at, pupil_id in opened.filter(wanted).order_by("at").values_list("user_id", "at", "target_id"):
        if pupil_id not in own[user_id or 0]:
            openings[user_id or 0].append((at, pupil_id or 0))
    found = [
        ManyOpened(users[user_id], since, pupils)
        for user_id, theirs in openings.items()
        for since, pupils in _full_hours(theirs)
        if since < end
    ]
    return sorted(found, key=lambda one: (-one.begin.timestamp(), one.user.pk))[:_MOST_TOLD]


def _full_hours(openings: list[tuple[datetime.datetime, int]]) -> Iterator[tuple[datetime.datetime, int]]:
    """Each hour in which too many of these were made, from its first one, and of how many pupils; no two overlap."""
    start = 0
    while start < len(openings):
        since, _pupil = openings[start]
        over = bisect_left(openings, since + _HOUR, lo=start, key=lambda opening: opening[0])
        pupils = {pupil for _at, pupil in openings[start:over]}
        of_night = {pupil for at, pupil in openings[start:over] if _is_night(at)}
        if len(pupils) > MOST_IN_AN_HOUR or (_is_night(since) and len(of_night) > MOST_AT_NIGHT):
            yield since, len(pupils)
            start = over
        else:
            start += 1


def _is_night(moment: datetime.datetime) -> bool:
    return localtime(moment).hour in NIGHT


def _own_pupils(users: Collection[int], school_id: int, since: datetime.date) -> dict[int, set[int]]:
    """The pupils of the slots and classes that each of these held since then, acting 代理 too. Three queries."""
    lasted = Q(ends_on=None) | Q(ends_on__gte=since)
    grants = RoleGrant.objects.filter(lasted, user__in=users, school=school_id, role__in=(Role.HOMEROOM, Role.MENTOR))
    slots: dict[int, set[int]] = {user: {user} for user in users}
    classes: dict[int, set[int]] = defaultdict(set)
    for user_id, class_id, acting_for in grants.values_list("user_id", "school_class_id", "acting_for_id"):
        if class_id is not None:
            classes[user_id].add(class_id)
        elif acting_for is not None:
            slots[user_id].add(acting_for)
    held: dict[int, set[int]] = defaultdict(set)
    mentored = Assignment.objects.filter(lasted, mentor__members__teacher__user__in=set().union(*slots.values()))
    for pupil_id, holder in mentored.values_list("pupil_id", "mentor__members__teacher__user_id"):
        held[holder].add(pupil_id)
    placed: dict[int, set[int]] = defaultdict(set)
    enrolled = Enrolment.objects.filter(lasted, school_class__in=set().union(*classes.values()))
    for pupil_id, class_id in enrolled.values_list("pupil_id", "school_class_id"):
        placed[class_id].add(pupil_id)
    own: dict[int, set[int]] = defaultdict(set)
    for user in users:
        own[user] |= set().union(*(held[key] for key in slots[user]), *(placed[key] for key in classes[user]))
    return own
