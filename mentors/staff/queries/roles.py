"""Who holds which role of a school."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.enums import SCHOOL_ROLES, Role
from accounts.models import RoleGrant, User


@dataclass(frozen=True, slots=True)
class RoleList:
    """One role with its grants of today and later; 导师 is only counted, for everybody is one, but who acts for one."""

    role: Role
    grants: list[RoleGrant]
    count: int


def roles_of_school(actor: Actor) -> list[RoleList]:
    """Every role of the school with whoever holds it, or will: by class, then by the day it began. Two queries."""
    lasting = RoleGrant.objects.filter(Q(ends_on=None) | Q(ends_on__gte=actor.today), school_id=actor.school_id or 0)
    rows = (
        lasting.exclude(role=Role.MENTOR, acting_for=None)
        .select_related("user", "school_class__grade", "acting_for")
        .order_by("school_class__grade__number", "school_class__number", "starts_on", "pk")
    )
    found: dict[str, list[RoleGrant]] = {role: [] for role in SCHOOL_ROLES}
    for grant in rows:
        found[grant.role].append(grant)
    mentors = lasting.filter(role=Role.MENTOR, acting_for=None).count()
    return [RoleList(role, found[role], mentors if role == Role.MENTOR else len(found[role])) for role in SCHOOL_ROLES]


def grants_of_school(actor: Actor) -> QuerySet[RoleGrant]:
    """The roles of the actor's school, past ones too, people at hand."""
    return RoleGrant.objects.filter(school_id=actor.school_id or 0).select_related("user", "school_class__grade")


def colleagues(actor: Actor) -> list[User]:
    """The open accounts of the school by name: who may act for somebody. One query."""
    return list(User.objects.visible_to(actor).filter(is_active=True).order_by("name", "username"))
