"""Querysets of background work and of import batches."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from jobs.enums import IMPORTERS, ImportKind, ImportState, ItemState, JobState

if TYPE_CHECKING:
    from jobs.models import ImportBatch, Job, JobItem, ResultFile  # noqa: F401  # named in quotes below

# Roles that see every job of their school in its list; only the creator may download what came out.
OVERSEERS = (Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)
UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
# Batches that were written, undone since or not.
WRITTEN = (ImportState.DONE, ImportState.UNDONE)


def kinds_of(actor: Actor) -> list[ImportKind]:
    """What the actor brings in, in the order of the kinds."""
    return [kind for kind in ImportKind if actor.has(*IMPORTERS[kind])]


def _in_scope(actor: Actor, job: str = "") -> Q:
    """Rows whose job (by the path `job`) is of the actor's school, or a bureau member's own."""
    if actor.school_id is not None:
        return Q(**{f"{job}school": actor.school_id})
    if actor.user_id is None:
        return Q(pk__in=[])
    return Q(**{f"{job}school": None, f"{job}created_by": actor.user_id})


def _visible(actor: Actor, job: str = "") -> Q:
    """Of these, one's own jobs; overseers see all of their school's."""
    if actor.user_id is None:
        return Q(pk__in=[])
    if actor.has(*OVERSEERS):
        return _in_scope(actor, job)
    return _in_scope(actor, job) & Q(**{f"{job}created_by": actor.user_id})


class JobQuerySet(models.QuerySet["Job"]):
    def in_school(self, actor: Actor) -> Self:
        """All jobs of the actor's school; for a bureau member, their own jobs outside of any school."""
        return self.filter(_in_scope(actor))

    def visible_to(self, actor: Actor) -> Self:
        """One's own jobs in this scope; overseers see all of their school's."""
        return self.filter(_visible(actor))

    def unfinished(self) -> Self:
        """Jobs that still wait for a worker or have one."""
        return self.filter(state__in=UNFINISHED)

    def for_list(self) -> Self:
        """The newest first, with who asked for it."""
        return self.select_related("created_by").order_by("-created_at", "-pk")


class JobItemQuerySet(models.QuerySet["JobItem"]):
    def visible_to(self, actor: Actor) -> Self:
        """The items of visible jobs."""
        return self.filter(_visible(actor, "job__"))

    def waiting(self) -> Self:
        """Items that are not settled yet, claimed or not."""
        return self.filter(state=ItemState.WAITING)

    def claimable(self, *, stale_before: datetime.datetime, moment: datetime.datetime) -> Self:
        """Waiting items that nobody works on: not claimed, given back, or claimed by a worker gone silent.

        Those that rest at `moment`, because the machine lacked something, are left in peace.
        """
        rested = Q(rests_until=None) | Q(rests_until__lte=moment)
        return self.waiting().filter(rested, Q(claimed_at=None) | Q(claimed_at__lt=stale_before))


class ResultFileQuerySet(models.QuerySet["ResultFile"]):
    def in_school(self, actor: Actor) -> Self:
        """The files of jobs in the actor's scope; whether they may be downloaded is `jobs.rules`' answer."""
        return self.filter(_in_scope(actor, "job__"))

    def visible_to(self, actor: Actor) -> Self:
        """Finished files of one's own jobs."""
        if actor.user_id is None:
            return self.none()
        return self.in_school(actor).filter(job__created_by_id=actor.user_id, final=True)


class ImportBatchQuerySet(OfSchoolQuerySet["ImportBatch"]):
    def visible_to(self, actor: Actor) -> Self:
        """The school's import batches, of those kinds that the actor brings in."""
        return self.in_school(actor).filter(kind__in=kinds_of(actor))

    def for_list(self) -> Self:
        """The newest first, with who uploaded and who confirmed."""
        return self.select_related("created_by", "confirmed_by", "undone_by", "year").order_by("-created_at", "-pk")
