"""Reads of background work and of import batches for the pages."""

from accounts.actors import Actor
from jobs.models import ImportBatch
from jobs.querysets import ImportBatchQuerySet


def visible_batches(actor: Actor) -> ImportBatchQuerySet:
    """The import batches that the actor may open, the newest first."""
    return ImportBatch.objects.visible_to(actor).for_list()


def school_batches(actor: Actor) -> ImportBatchQuerySet:
    """All import batches of the actor's school, to tell 403 from 404."""
    return ImportBatch.objects.in_school(actor)
