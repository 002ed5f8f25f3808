"""Reads of background work and of import batches for the pages."""

from accounts.actors import Actor
from jobs.enums import ImportKind
from jobs.models import ColumnMapping, ImportBatch, Job, ResultFile
from jobs.querysets import ImportBatchQuerySet, JobQuerySet, ResultFileQuerySet


def visible_batches(actor: Actor) -> ImportBatchQuerySet:
    """The import batches that the actor may open, the newest first."""
    return ImportBatch.objects.visible_to(actor).for_list()


def visible_jobs(actor: Actor) -> JobQuerySet:
    """The jobs that the actor may open, the newest first."""
    return Job.objects.visible_to(actor).for_list()


def visible_results(actor: Actor) -> ResultFileQuerySet:
    """The result files that the actor may know of, job at hand."""
    return ResultFile.objects.visible_to(actor).select_related("job")


def remembered_mapping(*, school_id: int, kind: ImportKind) -> dict[str, str]:
    """What the school said about headings and class labels when it confirmed earlier rosters of that kind."""
    return dict(ColumnMapping.objects.filter(school_id=school_id, kind=kind).values_list("header", "field"))
