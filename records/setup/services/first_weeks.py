"""第一周: put away and taken out again, the plan gone through, and gone by itself once all is done."""

import datetime
from typing import Final

from django.db import transaction

from accounts.actors import Actor, system_actor
from accounts.models import AuditEntry
from accounts.services import audit
from core.errors import DomainError
from records.setup.queries.first_weeks import CHECKED, first_weeks
from records.setup.services.school import KEEPERS
from schools.enums import FirstWeeks
from schools.models import School
from schools.services import show_first_weeks

_VERBS: Final = {FirstWeeks.AWAY: "put_first_weeks_away", FirstWeeks.OPEN: "take_first_weeks_out"}


@transaction.atomic
def set_first_weeks(*, actor: Actor, school: School, shown: bool) -> School:
    """Show the way through the first weeks to 管理员 and 德育室, or put it away; the same again is nothing.

    Raises DomainError `other_school`, `not_allowed`.
    """
    _check(actor, school)
    state = FirstWeeks.OPEN if shown else FirstWeeks.AWAY
    if show_first_weeks(school=school, state=state):
        audit(actor=actor, verb=_VERBS[state], target=school)
    return school


@transaction.atomic
def check_plan(*, actor: Actor, school: School) -> None:
    """Note that somebody went through the plan and leaves it as it is. Raises DomainError `other_school`,
    `not_allowed`.
    """
    _check(actor, school)
    if not AuditEntry.objects.filter(school=school, verb=CHECKED).exists():
        audit(actor=actor, verb=CHECKED, target=school)


def finish_first_weeks(school: School, on: datetime.date) -> bool:
    """Let the first weeks of a school go where nothing is missing any more; whether they went."""
    if not all(step.is_done for step in first_weeks(system_actor(school_id=school.pk, today=on))):
        return False
    return show_first_weeks(school=school, state=FirstWeeks.DONE)


def _check(actor: Actor, school: School) -> None:
    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能设置自己的学校。")
    if not actor.has(*KEEPERS):
        raise DomainError("not_allowed", "只有管理员和德育室可以设置学校。")
