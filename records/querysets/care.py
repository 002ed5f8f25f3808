"""Querysets of referrals and tree-hole cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from records.enums import ReferralState

if TYPE_CHECKING:
    from records.models.care import Referral, TreeHoleCard  # noqa: F401  # named in quotes below


class ReferralQuerySet(OfSchoolQuerySet["Referral"]):
    def visible_to(self, actor: Actor) -> Self:
        """The school's counsellors, and whoever referred; nobody else, 德育室 neither."""
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(Role.COUNSELLOR):
            return rows
        return rows.filter(created_by_id=actor.user_id)

    def waiting(self) -> Self:
        """Not acknowledged yet."""
        return self.filter(state=ReferralState.OPEN)


class TreeHoleCardQuerySet(OfSchoolQuerySet["TreeHoleCard"]):
    def visible_to(self, actor: Actor) -> Self:
        """The teacher to whom it was given, and whoever typed it in from paper; 德育室 sees counts only."""
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        return self.filter(school_id=actor.school_id).filter(
            Q(teacher__user_id=actor.user_id) | Q(entered_by_id=actor.user_id)
        )

    def waiting(self) -> Self:
        """Neither answered nor met nor closed yet."""
        return self.filter(answered_at=None, met_on=None, closed_at=None)

    def held_by(self, actor: Actor) -> Self:
        """The cards that were given to the actor."""
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        return self.filter(school_id=actor.school_id, teacher__user_id=actor.user_id)
