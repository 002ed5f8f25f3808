"""Reads of background work and of import batches for the pages."""

from accounts.actors import Actor
from jobs.enums import ImportKind
from jobs.models import ColumnMapping, ImportBatch, Job, ResultFile
from jobs.querysets import ImportBatchQuerySet, JobQuerySet, ResultFileQuerySet


def visible_batches(actor: Actor) -> ImportBatchQuerySet:
    """The import batches that the actor may open, the newest first."""
    return ImportBatch.objects.visible_to(actor).for_list()


def school_batches(actor: Actor) -> ImportBatchQuerySet:
    """All import batches of the actor's school, to tell 403 from 404."""
    return ImportBatch.objects.in_school(actor)


def visible_jobs(actor: Actor) -> JobQuerySet:
    """The jobs that the actor may open, the newest first."""
    return Job.objects.visible_to(actor).for_list()


def jobs_in_scope(actor: Actor) -> JobQuerySet:
    """All jobs of the actor's scope, to tell 403 from 404."""
    return Job.objects.in_scope(actor)


def visible_results(actor: Actor) -> ResultFileQuerySet:
    """The result files that the actor may know of, job at hand."""
    return ResultFile.objects.visible_to(actor).select_related("job")


def results_in_scope(actor: Actor) -> ResultFileQuerySet:
    """All result files of the actor's scope, to tell 403 from 404."""
    return ResultFile.objects.in_scope(actor)


def remembered_mapping(*, school_id: int, kind: ImportKind) -> dict[str, str]:
    """What the school said about headings and class labels when it confirmed earlier rosters of that kind."""
    return dict(ColumnMapping.objects.filter(school_id=school_id, kind=kind).values_list("header", "field"))
