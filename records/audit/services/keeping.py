"""How long the log 使用记录 is kept."""

import datetime
from typing import Final

from django.db import transaction
from django.utils.timezone import get_current_timezone

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit, prune_audit
from core.clock import today
from core.days import months_before
from core.errors import DomainError
from core.nightly import for_each
from records.setup.queries.first_weeks import NOTED
from schools.enums import FirstWeeks
from schools.models import School
from schools.services import keep_audit_for

PRUNE: Final = "records.prune_audit"
#: What belongs to no school is kept as long as a school keeps it that has said nothing.
_WITHOUT_SCHOOL: Final = School._meta.get_field("audit_months").default


@transaction.atomic
def set_audit_months(*, actor: Actor, school: School, months: int) -> School:
    """Say how many months the lines are kept; the same again is nothing.

    Raises DomainError `other_school`, `not_allowed`, `months_out_of_range`.
    """
    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能修改自己学校的设置。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以改保留时间。")
    if keep_audit_for(school=school, months=months):
        audit(actor=actor, verb="set_audit_months", target=school, detail={"months": months})
    return school


def prune_all() -> int:
    """Each night: lines that are older than their school keeps them; how many. Raises SomeFailed."""
    on = today()
    gone = for_each(PRUNE, School.objects.order_by("pk"), lambda school: _prune(school, on))
    return gone + prune_audit(school_id=None, before=_moment(on, _WITHOUT_SCHOOL), today=on)


def _prune(school: School, on: datetime.date) -> int:
    # Whether somebody went through the plan is read from the log, as long as 第一周 asks.
    keep = NOTED if school.first_weeks == FirstWeeks.OPEN else ()
    return prune_audit(school_id=school.pk, before=_moment(on, school.audit_months), today=on, keep=keep)


def _moment(on: datetime.date, months: int) -> datetime.datetime:
    return datetime.datetime.combine(months_before(on, months), datetime.time(), get_current_timezone())
