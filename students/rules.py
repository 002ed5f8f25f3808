"""Who may do what with a pupil's paper slip."""

import datetime
from collections.abc import Iterable
from typing import Final

from accounts.actors import Actor
from accounts.enums import Role
from core.days import Days
from core.errors import DomainError
from students.models import Enrolment, Pupil
from students.querysets import PupilQuerySet

LONGEST: Final = datetime.timedelta(days=2 * 366)


def slip_days(today: datetime.date) -> Days:
    """Until when a slip can open: it is printed for a school year; longer than two nobody keeps a paper."""
    return Days(today, today + LONGEST)


def pupils_with_kept_slips(actor: Actor) -> PupilQuerySet:
    """Pupils whose slips the actor prints and ends: all for 德育室 and 管理员, those of the own class for 班主任."""
    rows = Pupil.objects.in_school(actor)
    if actor.has(Role.MORAL_OFFICE, Role.SCHOOL_ADMIN):
        return rows
    own = Enrolment.objects.active().filter(school_class_id__in=actor.homeroom_class_ids)
    return rows.filter(pk__in=own.values("pupil_id")) if actor.homeroom_class_ids else rows.none()


def check_keeps_slips(actor: Actor, pupils: Iterable[Pupil]) -> None:
    """Raises DomainError `other_school`, `not_allowed` unless all are among `pupils_with_kept_slips`. One query."""
    pupils = list(pupils)
    if any(pupil.school_id != actor.school_id for pupil in pupils):
        raise DomainError("other_school", "有学生不属于本校。")
    wanted = {pupil.pk for pupil in pupils}
    if pupils_with_kept_slips(actor).filter(pk__in=wanted).count() != len(wanted):
        raise DomainError("not_allowed", "只有德育室、管理员和本班班主任可以管理家长凭条。")
