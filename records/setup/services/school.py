"""The school's name and its emergency card 紧急联系卡."""

from typing import Final

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.errors import DomainError
from schools.models import School
from schools.services import describe_school

#: Who says what the school is called and whom one calls in need.
KEEPERS: Final = (Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)


@transaction.atomic
def change_school(*, actor: Actor, school: School, name: str, emergency_card: str) -> School:
    """Write how the school is called and whom one calls in need, a line for each number; the same again is nothing.

    Raises DomainError `other_school`, `not_allowed`, `name_missing`, `card_missing`.
    """
    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能修改自己学校的信息。")
    if not actor.has(*KEEPERS):
        raise DomainError("not_allowed", "只有管理员和德育室可以修改学校信息。")
    changed = describe_school(school=school, name=name, emergency_card=emergency_card)
    if changed:
        audit(actor=actor, verb="change_school", target=school, detail={"changed": changed})
    return school
