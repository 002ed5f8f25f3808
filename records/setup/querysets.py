"""Querysets of the plan as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor

if TYPE_CHECKING:
    from records.setup.models import DocumentFile, PlanDocument  # noqa: F401  # named in quotes below


def _readable(actor: Actor) -> Q:
    """Of one's own school, or of the schools of one's bureau, as the plan itself."""
    if actor.bureau_id is not None:
        return Q(school__bureau_id=actor.bureau_id)
    return Q(school_id=actor.school_id)


class PlanDocumentQuerySet(models.QuerySet["PlanDocument"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of whoever may read the plan: everybody of the school, and its bureau."""
        return self.filter(_readable(actor))


class DocumentFileQuerySet(models.QuerySet["DocumentFile"]):
    def visible_to(self, actor: Actor) -> Self:
        """As the documents."""
        return self.filter(_readable(actor))

    def present(self) -> Self:
        """Without those that were taken away."""
        return self.filter(removed_at=None)
