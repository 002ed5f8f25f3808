"""Querysets of the account tables."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Q, QuerySet

from accounts.enums import AUDITORS
from core.kept import kept
from core.text import typed_key

if TYPE_CHECKING:
    from accounts.actors import Actor
    from accounts.models import AccountSlip, AuditEntry, RoleGrant, User  # noqa: F401  # named in quotes below


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, actor: Actor) -> Self:
        """The accounts of one's own school."""
        if actor.school_id is None:
            return self.none()
        return self.filter(school_id=actor.school_id)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        """The plain queryset with this project's methods."""
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, actor: Actor) -> UserQuerySet:
        """See `UserQuerySet.visible_to`."""
        return self.get_queryset().visible_to(actor)

    def get(self, *args: Any, **lookup: Any) -> User:
        """As every manager's. By the key alone, as each request asks for its person, the query is kept."""
        # `school.users` is of a kind of its own, and asks among its own alone.
        is_asked_of_all = type(self) is UserManager and not args and len(lookup) == 1
        key = lookup.get("pk") if is_asked_of_all else None
        found = _of_key(key) if type(key) is int else []
        return found[0] if found else super().get(*args, **lookup)

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign-in ignores case, width and the blanks that phones add."""
        return self.get(username=typed_key(username or ""))


@kept
def _of_key(key: int) -> QuerySet[User]:
    return get_user_model()._default_manager.filter(pk=key)


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def active(self, on: datetime.date) -> Self:
        """Grants that hold on the day `on`."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)

    def own(self) -> Self:
        """Without those who act 代理 for somebody: whose role it is."""
        return self.filter(acting_for=None)


class AccountSlipQuerySet(models.QuerySet["AccountSlip"]):
    def living(self) -> Self:
        """Neither used nor ended by a later one."""
        return self.filter(used_at=None, ended_at=None)

    def open(self, at: datetime.datetime) -> Self:
        """Those that still open something at the moment `at`."""
        return self.living().filter(valid_until__gte=at)


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, actor: Actor) -> Self:
        """管理员 and 数据负责人: the entries of the school; everybody else: what they did themselves.

        Who opened which case is itself a secret: `records.audit.contexts` says which verbs name nobody.
        """
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        return rows if actor.has(*AUDITORS) else rows.filter(user_id=actor.user_id, user__isnull=False)
