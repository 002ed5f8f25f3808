"""Where one person opened the files of many pupils in an hour, or of some at night: pointed out, not judged."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q
from django.db.models.functions import TruncHour
from django.utils.timezone import get_current_timezone, localtime

from accounts.enums import Role
from accounts.models import AuditEntry, RoleGrant, User
from mentors.models.slots import Assignment
from students.models import Enrolment

#: More pupils than this in one hour are pointed out, at night more than that; those who are one's own do not count.
MOST_IN_AN_HOUR: Final = 40
MOST_AT_NIGHT: Final = 10
#: The hours of the night, by their beginning.
NIGHT: Final = frozenset({23, 0, 1, 2, 3, 4})
#: So many days are looked back at on the page, and so many hours told at most.
LOOKED_BACK: Final = 7
_MOST_TOLD: Final = 50


@dataclass(frozen=True, slots=True)
class ManyOpened:
    """`user` opened the files of so many pupils who are not their own in the hour that begins with `hour`."""

    user: User
    hour: datetime.datetime
    pupils: int

    @property
    def day(self) -> datetime.date:
        """The day of the hour."""
        return localtime(self.hour).date()

    @property
    def at_night(self) -> bool:
        """Whether that was at night."""
        return localtime(self.hour).hour in NIGHT


def many_opened(school_id: int, first: datetime.date, last: datetime.date) -> list[ManyOpened]:
    """The hours of these days, the latest first. One query where there is none, else six."""
    begin, end = (datetime.datetime.combine(day, datetime.time(), get_current_timezone()) for day in (first, last))
    opened = (
        AuditEntry.objects.filter(
            school=school_id, verb="open_pupil", at__gte=begin, at__lt=end + datetime.timedelta(days=1)
        )
        .exclude(user=None)
        .order_by()
        .annotate(hour=TruncHour("at"))
    )
    counted = opened.values_list("user_id", "hour").annotate(pupils=Count("target_id", distinct=True))
    hours = [
        (user_id, hour)
        for user_id, hour, pupils in counted.filter(pupils__gt=MOST_AT_NIGHT).order_by("-hour", "user_id")
        if user_id is not None and pupils > _bound(hour)
    ][:_MOST_TOLD]
    if not hours:
        return []
    wanted = Q()
    for user_id, hour in hours:
        wanted |= Q(user=user_id, at__gte=hour, at__lt=hour + datetime.timedelta(hours=1))
    seen: dict[tuple[int | None, datetime.datetime], set[int]] = defaultdict(set)
    for user_id, hour, pupil_id in opened.filter(wanted).values_list("user_id", "hour", "target_id").distinct():
        seen[user_id, hour].add(pupil_id or 0)
    users = User.objects.in_bulk({user_id for user_id, _hour in hours})
    own = _own_pupils(users, school_id, first)
    found = [ManyOpened(users[key], hour, len(seen[key, hour] - own[key])) for key, hour in hours]
    return [one for one in found if one.pupils > _bound(one.hour)]


def _bound(hour: datetime.datetime) -> int:
    return MOST_AT_NIGHT if localtime(hour).hour in NIGHT else MOST_IN_AN_HOUR


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
