"""The only writer of the hours in which a school's messages go out."""

import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.errors import DomainError
from notices.models import PushHours
from schools.models import School


@transaction.atomic
def set_push_hours(
    *, actor: Actor, school: School, opens_at: datetime.time, closes_at: datetime.time, school_days_only: bool
) -> PushHours:
    """Let mails and robots' messages go out from `opens_at` to `closes_at`, on school days alone or each day.

    What comes at other times waits; the inbox has it at once. Raises DomainError `other_school`, `not_allowed`,
    `hours_turned`.
    """
    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能设置自己学校的发送时间。")
    if not actor.has(Role.SCHOOL_ADMIN, Role.MORAL_OFFICE):
        raise DomainError("not_allowed", "只有管理员和德育室可以设置发送时间。")
    if opens_at >= closes_at:
        raise DomainError("hours_turned", f"开始时间 {opens_at:%H:%M} 要早于结束时间 {closes_at:%H:%M}。")
    wanted = {"opens_at": opens_at, "closes_at": closes_at, "school_days_only": school_days_only}
    hours, made = PushHours.objects.update_or_create(school=school, defaults=wanted)
    audit(actor=actor, verb="set_push_hours", target=hours, detail={"made": made})
    return hours
