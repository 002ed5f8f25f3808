"""Querysets of the inbox and the outbox."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from notices.enums import OutboxState

if TYPE_CHECKING:
    from notices.models import Notice, OutboxMessage, Robot  # noqa: F401  # named in quotes below


class NoticeQuerySet(OfSchoolQuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own notices, and of those only the ones of the school one acts in."""
        if actor.user_id is None:
            return self.none()
        return self.filter(Q(school_id=actor.school_id) | Q(school=None), recipient_id=actor.user_id)

    def unread(self) -> Self:
        """Notices that were not opened yet."""
        return self.filter(read_at=None)

    def for_inbox(self) -> Self:
        """The newest first."""
        return self.order_by("-created_at", "-pk")


class RobotQuerySet(OfSchoolQuerySet["Robot"]):
    def visible_to(self, actor: Actor) -> Self:
        """The school's robots, without their addresses, for its 管理员."""
        return self.in_school(actor).present().defer("address") if actor.has(Role.SCHOOL_ADMIN) else self.none()

    def present(self) -> Self:
        """Those that were not taken away."""
        return self.filter(removed_at=None)

    def speaking(self) -> Self:
        """Those that are to say what there is to say."""
        return self.present().filter(is_on=True, trouble="")


class OutboxQuerySet(OfSchoolQuerySet["OutboxMessage"]):
    def visible_to(self, actor: Actor) -> Self:
        """What the school sends, without its words, for its 管理员."""
        return self.in_school(actor).defer("body", "subject") if actor.has(Role.SCHOOL_ADMIN) else self.none()

    def due(self, now: datetime.datetime) -> Self:
        """Messages whose (next) attempt is due; a claimed one is due again when its claim has run out."""
        return self.filter(state=OutboxState.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")
