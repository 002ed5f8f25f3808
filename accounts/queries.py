"""Reads that span the account tables."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AccountSlip, RoleGrant, User
from core.kept import kept


@dataclass(frozen=True, slots=True)
class ActingScope:
    """A school or bureau in which a person has roles today."""

    key: str
    label: str
    school_id: int | None
    bureau_id: int | None


def scopes_of(user: User, *, on: datetime.date) -> list[ActingScope]:
    """The scopes a person can act in, own school first. One query."""
    return _scopes(_grants(user.pk, on))


@kept
def _grants(user_id: int, on: datetime.date) -> QuerySet[RoleGrant]:
    rows = RoleGrant.objects.active(on).filter(user_id=user_id)
    return rows.select_related("school", "bureau").order_by("school_id", "pk")


def _scopes(grants: list[RoleGrant]) -> list[ActingScope]:
    scopes: dict[str, ActingScope] = {}
    for grant in grants:
        if grant.school is not None:
            key = f"school-{grant.school_id}"
            scopes.setdefault(key, ActingScope(key, grant.school.name, grant.school_id, None))
        elif grant.bureau is not None:
            key = f"bureau-{grant.bureau_id}"
            scopes.setdefault(key, ActingScope(key, grant.bureau.name, None, grant.bureau_id))
    return list(scopes.values())


def actor_for(user: User, *, scope_key: str | None, on: datetime.date) -> Actor:
    """The actor of a signed-in person in the scope `scope_key`, or in the first one they have. One query.

    A person without any role today gets an actor without roles: every page of a school then answers 403.
    """
    grants = _grants(user.pk, on)
    scopes = _scopes(grants)
    scope = next((s for s in scopes if s.key == scope_key), scopes[0] if scopes else None)
    if scope is None:
        return Actor(
            user_id=user.pk,
            name=user.name,
            school_id=None,
            bureau_id=None,
            roles=frozenset(),
            today=on,
        )
    held = [g for g in grants if g.school_id == scope.school_id and g.bureau_id == scope.bureau_id]
    return Actor(
        user_id=user.pk,
        name=user.name,
        school_id=scope.school_id,
        bureau_id=scope.bureau_id,
        roles=frozenset(Role(g.role) for g in held),
        homeroom_class_ids=frozenset(g.school_class_id for g in held if g.school_class_id is not None),
        stands_for=frozenset(g.acting_for_id for g in held if g.acting_for_id is not None and g.role == Role.MENTOR),
        school=held[0].school,
        scope_name=scope.label,
        scope_count=len(scopes),
        today=on,
    )


def users_with_role(school_id: int, role: Role, *, on: datetime.date) -> list[User]:
    """The people who hold `role` in a school on the day `on`. One query."""
    return _with_role(school_id, role, on)


@kept
def _with_role(school_id: int, role: Role, on: datetime.date) -> QuerySet[User]:
    held = RoleGrant.objects.active(on).filter(school_id=school_id, role=role)
    return User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("pk")


def accounts_by_key(keys: Collection[int]) -> dict[int, User]:
    """The accounts with these keys. One query."""
    return User.objects.in_bulk(list(keys))


def nobody_yet() -> bool:
    """Whether there is no account at all: then the software waits for its first administrator. One query."""
    return not User.objects.exists()


def slip_of_key(key: str) -> AccountSlip | None:
    """The account slip of an address, dead or alive, with its person and school. One query."""
    return AccountSlip.objects.select_related("user__school").filter(key=key).first()


def slip_by_pk(pk: int) -> AccountSlip | None:
    """The account slip that a session remembers, with its person and school. One query."""
    return AccountSlip.objects.select_related("user__school").filter(pk=pk).first()
