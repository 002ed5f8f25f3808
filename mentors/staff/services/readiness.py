"""Teachers who are not yet fit to mentor 暂不适合: training first, then ready (Wuhu plan 五(二)).

德育室 alone knows. Nothing else in the house asks for these cases: no list, refusal or count of other pages may differ.
"""

import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.errors import DomainError
from mentors.enums import ReadinessState
from mentors.models.slots import Teacher
from mentors.rules import can_keep_readiness
from mentors.staff.models import ReadinessCase

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


def _not_later(actor: Actor, on: datetime.date) -> None:
    if on > actor.today:
        raise DomainError("in_future", "日期最晚填今天，到那天再登记。")


@transaction.atomic
def open_case(*, actor: Actor, teacher: Teacher, starts_on: datetime.date, reason: str = "") -> ReadinessCase:
    """From `starts_on` the teacher takes part in training first (Wuhu plan 五(二)); `reason` stays with 德育室.

    Raises DomainError `other_school`, `not_allowed`, `has_left`, `already_open`, `in_future`, `reason_too_long`.
    """
    _check(actor, teacher.school_id)
    _not_later(actor, starts_on)
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

    Raises DomainError `other_school`, `not_allowed`, `already_ready`, `in_future`, `before_start`.
    """
    locked = _lock(actor, case)
    if locked.state == ReadinessState.READY:
        raise DomainError("already_ready", "这位教师已经可以担任导师，不用再登记培训。")
    _not_later(actor, on)
    if on < locked.starts_on:
        raise DomainError("before_start", "培训日期早于开始日期，请检查。")
    locked.state, locked.training_on = ReadinessState.TRAINING, on
    locked.save(update_fields=["state", "training_on"])
    audit(actor=actor, verb="begin_training", target=locked)
    return locked


@transaction.atomic
def mark_ready(*, actor: Actor, case: ReadinessCase, on: datetime.date) -> ReadinessCase:
    """From `on` the teacher can mentor 在达到条件后承担导师职责 (Wuhu plan 五(二)); marked already, nothing happens.

    Raises DomainError `other_school`, `not_allowed`, `in_future`, `before_start`.
    """
    locked = _lock(actor, case)
    if locked.state == ReadinessState.READY:
        return locked
    _not_later(actor, on)
    if on < max(locked.starts_on, locked.training_on or locked.starts_on):
        raise DomainError("before_start", "可以担任的日期早于开始或培训的日期，请检查。")
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
