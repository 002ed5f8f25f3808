"""The school's name, its emergency card 紧急联系卡, and the modules that it uses."""

import datetime
from collections.abc import Collection
from typing import Final

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.errors import DomainError
from schools.enums import Module
from schools.models import School
from schools.services import describe_school, use_modules

#: Who says what the school is called and whom one calls in need.
KEEPERS: Final = (Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)


@transaction.atomic
def change_school(
    *, actor: Actor, school: School, name: str, emergency_card: str, began_on: datetime.date | None = None
) -> School:
    """Write how the school is called, whom one calls in need, a line for each number, and since when it writes here.

    The same again is nothing. Raises DomainError `other_school`, `not_allowed`, `name_missing`, `card_missing`,
    `date_out_of_range`.
    """
    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能修改自己学校的信息。")
    if not actor.has(*KEEPERS):
        raise DomainError("not_allowed", "只有管理员和德育室可以修改学校信息。")
    changed = describe_school(
        school=school, name=name, emergency_card=emergency_card, began_on=began_on, on=actor.today
    )
    if changed:
        audit(actor=actor, verb="change_school", target=school, detail={"changed": changed})
    return school


@transaction.atomic
def choose_modules(*, actor: Actor, school: School, modules: Collection[Module]) -> School:
    """Write which modules the school uses: the others are gone from sight, and nothing of them is lost.

    A part is kept without its whole, and comes back with it. Raises DomainError `other_school`, `not_allowed`.
    """
    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能修改自己学校的设置。")
    if not actor.has(*KEEPERS):
        raise DomainError("not_allowed", "只有管理员和德育室可以选择使用哪些模块。")
    switched = use_modules(school=school, modules=modules)
    if any(switched.values()):
        audit(actor=actor, verb="choose_modules", target=school, detail=switched)
    return school
