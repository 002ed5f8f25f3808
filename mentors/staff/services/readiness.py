"""Teachers who are not yet fit to mentor 暂不适合: training first, then ready (Wuhu plan 五(二)).

德育室 alone knows. Nothing else in the house asks for these cases: no list, refusal or count of other pages may differ.
"""

import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.days import Days
from core.errors import DomainError
from mentors.enums import ReadinessState
from mentors.models.slots import Teacher
from mentors.rules import can_keep_readiness
from mentors.staff.models import ReadinessCase
from schools.days import past_days

REASON_LENGTH = 500


def _check(actor: Actor, school_id: int) -> None:
    if school_id != actor.school_id:
        raise DomainError("other_school", "这位教师不属于本校。")
    if not can_keep_readiness(actor):
        raise DomainError("not_allowed", "您没有办理这件事的权限。")


def _cleaned(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > REASON_LENGTH:
        raise DomainError("reason_too_long", f"原因最多写 {REASON_LENGTH} 字，请删减一些。")
    return reason


def step_days(actor: Actor, case: ReadinessCase, *, ready: bool = False) -> Days:
    """When the training of `case` can have begun; with `ready`, when the teacher can have been fit."""
    begun = case.training_on if ready else None
    return Days(max(case.starts_on, begun or case.starts_on), actor.today)


@transaction.atomic
def open_case(*, actor: Actor, teacher: Teacher, starts_on: datetime.date, reason: str = "") -> ReadinessCase:
    """From `starts_on` the teacher takes part in training first (Wuhu plan 五(二)); `reason` stays with 德育室.

    Raises DomainError `other_school`, `not_allowed`, `has_left`, `already_open`, `no_year`, `date_out_of_range`,
    `reason_too_long`.
    """
    _check(actor, teacher.school_id)
    past_days(actor.calendar.this_year(), actor.today).check(starts_on)
    reason = _cleaned(reason)
    locked = Teacher.objects.select_for_update().get(pk=teacher.pk)
    if locked.left_on is not None:
        raise DomainError("has_left", "这位教师已经离职，不用再登记。")
    if ReadinessCase.objects.open().filter(teacher=locked).exists():
        raise DomainError("already_open", "这位教师已经登记过了，请在原来的登记里修改。")
    case = ReadinessCase.objects.create(
        school_id=locked.school_id,
        teacher=locked,
        starts_on=starts_on,
        reason=reason,
        created_by_id=actor.user_id,
    )
    audit(actor=actor, verb="open_readiness", target=case)
    return case


def _lock(actor: Actor, case: ReadinessCase) -> ReadinessCase:
    _check(actor, case.school_id)
    return ReadinessCase.objects.select_for_update().get(pk=case.pk)


@transaction.atomic
def begin_training(*, actor: Actor, case: ReadinessCase, on: datetime.date) -> ReadinessCase:
    """The teacher's training began on `on`; begun already, only the date changes.

    Raises DomainError `other_school`, `not_allowed`, `already_ready`, `date_out_of_range`.
    """
    locked = _lock(actor, case)
    if locked.state == ReadinessState.READY:
        raise DomainError("already_ready", "这位教师已经可以担任导师，不用再登记培训。")
    step_days(actor, locked).check(on)
    locked.state, locked.training_on = ReadinessState.TRAINING, on
    locked.save(update_fields=["state", "training_on"])
    audit(actor=actor, verb="begin_training", target=locked)
    return locked


@transaction.atomic
def mark_ready(*, actor: Actor, case: ReadinessCase, on: datetime.date) -> ReadinessCase:
    """From `on` the teacher can mentor 在达到条件后承担导师职责 (Wuhu plan 五(二)); marked already, nothing happens.

    Raises DomainError `other_school`, `not_allowed`, `date_out_of_range`.
    """
    locked = _lock(actor, case)
    if locked.state == ReadinessState.READY:
        return locked
    step_days(actor, locked, ready=True).check(on)
    locked.state, locked.ready_on = ReadinessState.READY, on
    locked.save(update_fields=["state", "ready_on"])
    audit(actor=actor, verb="mark_ready", target=locked)
    return locked


@transaction.atomic
def edit_reason(*, actor: Actor, case: ReadinessCase, reason: str) -> ReadinessCase:
    """Replace the private reason. Raises DomainError `other_school`, `not_allowed`, `reason_too_long`."""
    reason = _cleaned(reason)
    locked = _lock(actor, case)
    locked.reason = reason
    locked.save(update_fields=["reason"])
    audit(actor=actor, verb="edit_readiness", target=locked)
    return locked
