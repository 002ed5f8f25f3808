"""Querysets of the pauses."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet

if TYPE_CHECKING:
    from records.reminding.models import ReminderPause  # noqa: F401  # named in quotes below


class PauseQuerySet(OfSchoolQuerySet["ReminderPause"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the school, for 德育室 alone: why somebody is told nothing is nobody else's business."""
        return self.in_school(actor) if actor.has(Role.MORAL_OFFICE) else self.none()

    def lasting(self, day: datetime.date) -> Self:
        """Those that are not over on `day`."""
        return self.filter(ends_on__gte=day)
