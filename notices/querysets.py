"""Querysets of the inbox and the outbox."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from core.ofschool import OfSchoolQuerySet
from notices.enums import OutboxState

if TYPE_CHECKING:
    from notices.models import Notice, OutboxMessage  # noqa: F401  # named in quotes below


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


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def visible_to(self, actor: Actor) -> Self:
        """The messages that go with one's own notices."""
        if actor.user_id is None:
            return self.none()
        return self.filter(notice__recipient_id=actor.user_id)

    def due(self, now: datetime.datetime) -> Self:
        """Messages whose (next) attempt is due; a claimed one is due again when its claim has run out."""
        return self.filter(state=OutboxState.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")
