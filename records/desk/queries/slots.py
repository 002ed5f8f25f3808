"""Whose book a desk shows: the own slot's, or that of somebody on leave for whom the actor acts 代理."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

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


def slots_of(actor: Actor, year: SchoolYear) -> list[Mentor]:
    """The slots that the actor holds or shares in `year`, with names, and behind them those of whom they act for; an
    own one without pupils last. Two queries.
    """
    return sorted(_slots(actor, year), key=lambda slot: (not slot.load, not _is_own(actor, slot)))


@kept
def _slots(actor: Actor, year: SchoolYear) -> QuerySet[Mentor]:
    members = Prefetch("members", MentorMember.objects.select_related("teacher"))
    return Mentor.objects.of_year(year).of_actor(actor).order_by("pk").prefetch_related(members)


def _is_own(actor: Actor, slot: Mentor) -> bool:
    return any(member.teacher.user_id == actor.user_id for member in slot.members.all())


def slot_links(actor: Actor, slots: Sequence[Mentor], shown: Mentor) -> tuple[SlotLink, ...]:
    """The ways between the slots, `shown` marked; none where all are own. One query for whoever acts for others."""
    until = {grant.acting_for_id: grant.ends_on for grant in acting_grants(actor)}
    if not until:
        return ()
    links = []
    for slot in slots:
        days = [until.get(member.teacher.user_id) for member in slot.members.all()]
        day = None if _is_own(actor, slot) else next((day for day in days if day is not None), None)
        links.append(SlotLink(slot.pk, slot.names, day, slot == shown))
    return tuple(links)


def chosen_slot(slots: Sequence[Mentor], key: int | None, pupil: Pupil | None) -> Mentor:
    """Of several the one with that key, or that of the pupil, which is asked in a query; else the first one."""
    if pupil is not None and len(slots) > 1:
        held = Assignment.objects.active().filter(pupil=pupil, mentor__in=slots)
        key = held.values_list("mentor_id", flat=True).first()
    return next((slot for slot in slots if slot.pk == key), slots[0])
