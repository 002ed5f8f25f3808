"""Whose book a desk shows: the own slot's, or that of somebody on leave for whom the actor acts 代理."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from core.kept import kept
from mentors.models.slots import Assignment, Mentor, MentorMember
from mentors.queries.people import acting_grants
from schools.models import SchoolYear
from students.models import Pupil


@dataclass(frozen=True, slots=True)
class SlotLink:
    """A slot whose book the actor keeps: the own one, or until a day that of somebody on leave."""

    key: int
    names: str
    until: datetime.date | None
    is_shown: bool

    @property
    def label(self) -> str:
        """What leads to it."""
        return "我的学生" if self.until is None else f"代 {self.names} 老师"


@dataclass(frozen=True, slots=True)
class BookSlot:
    """A mentor slot whose book the actor may open: its key, its load, and the names and accounts of its members."""

    pk: int
    load: int
    names: str
    user_ids: tuple[int | None, ...]


def slots_of(actor: Actor, year: SchoolYear) -> list[BookSlot]:
    """The slots that the actor holds or shares in `year`, and behind them those of whom they act for; an own one
    without pupils last. One query.
    """
    found = []
    for (pk, load), rows in groupby(_members(actor, year), key=lambda row: row[:2]):
        _, _, names, user_ids = zip(*rows, strict=True)
        found.append(BookSlot(pk, load, "/".join(names), user_ids))
    return sorted(found, key=lambda slot: (not slot.load, actor.user_id not in slot.user_ids))


@kept
def _members(actor: Actor, year: SchoolYear) -> QuerySet[Any, Any]:
    rows: QuerySet[Any] = MentorMember._default_manager.filter(mentor__in=Mentor.objects.of_year(year).of_actor(actor))
    rows = rows.order_by("mentor_id", "position")
    return rows.values_list("mentor_id", "mentor__load", "teacher__name", "teacher__user_id")


def slot_links(actor: Actor, slots: Sequence[BookSlot], shown: BookSlot) -> tuple[SlotLink, ...]:
    """The ways between the slots, `shown` marked; none where all are own. One query for whoever acts for others."""
    until = {grant.acting_for_id: grant.ends_on for grant in acting_grants(actor)}
    if not until:
        return ()
    links = []
    for slot in slots:
        days = [until.get(user_id) for user_id in slot.user_ids]
        day = None if actor.user_id in slot.user_ids else next((day for day in days if day is not None), None)
        links.append(SlotLink(slot.pk, slot.names, day, slot == shown))
    return tuple(links)


def chosen_slot(slots: Sequence[BookSlot], key: int | None, pupil: Pupil | None) -> BookSlot:
    """Of several the one with that key, or that of the pupil, which is asked in a query; else the first one."""
    if pupil is not None and len(slots) > 1:
        held = Assignment.objects.active().filter(pupil=pupil, mentor_id__in=[slot.pk for slot in slots])
        key = held.values_list("mentor_id", flat=True).first()
    return next((slot for slot in slots if slot.pk == key), slots[0])
