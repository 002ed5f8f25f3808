"""The only writers of jobs: ask for one, cancel it, and take stock of what was left lying.

How workers go through the items stands in `jobs.work`.
"""

import datetime
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Q

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.nightly import for_each
from jobs import broker
from jobs.enums import ImportKind, ItemState, JobState
from jobs.models import ColumnMapping, ImportBatch, ImportChange, Job, JobItem, ResultFile
from jobs.registry import NewItem, handler_for, task_of
from jobs.rules import may_cancel

logger = logging.getLogger(__name__)

# How long results can be downloaded, how long their job is remembered, how long an uploaded roster is kept.
RESULT_DAYS = 7
JOB_DAYS = 90
ROSTER_FILE_DAYS = 30

#: The name of the nightly task.
EXPIRED = "jobs.remove_expired"

# More messages than this do not make a job faster on the machines this runs on.
MESSAGES_PER_JOB = 4
# A worker that is alive renews its claim every 5 s; one silent for longer than this is dead.
CLAIM_SECONDS = 20
# The sweeper leaves a job alone that was woken this recently: its message may still be in the queue.
QUIET_SECONDS = 15
# A message that the sweeper sent and that nobody took for this long is worthless: it has sent others since.
RESENT_EXPIRES = 60


def create_job(
    *,
    actor: Actor,
    kind: str,
    items: Sequence[NewItem],
    params: dict[str, Any] | None = None,
    title: str = "",
    job_id: uuid.UUID | None = None,
) -> Job:
    """Save a job with its items, in the caller's transaction if there is one, and wake workers on commit.

    `params` and payloads hold keys only; `title` (default: the kind's) names no pupil. `job_id` is the
    hidden key of a form: sent twice, the second call returns the first one's job. A job without items
    only runs its last step.
    Raises DomainError `unknown_job_kind`, `job_id_taken`.
    """
    handler = handler_for(kind)
    with transaction.atomic():
        job_id = job_id or uuid.uuid4()
        job, created = Job.objects.get_or_create(
            pk=job_id,
            defaults={
                "school_id": actor.school_id,
                "kind": kind,
                "title": title or handler.title,
                "total": len(items),
                "params": params or {},
                "created_by_id": actor.user_id,
                "expires_at": now() + datetime.timedelta(days=RESULT_DAYS),
            },
        )
        if not created:
            if (job.school_id, job.created_by_id, job.kind) != (
                actor.school_id,
                actor.user_id,
                kind,
            ):
                raise DomainError("job_id_taken", "这次提交已经失效，请刷新页面后重新提交。")
            return job
        JobItem.objects.bulk_create(
            (
                JobItem(
                    job=job,
                    position=position,
                    payload=item.payload,
                    label=item.label[:80],
                )
                for position, item in enumerate(items, start=1)
            ),
            batch_size=500,
        )
        audit(
            actor=actor,
            verb="create_job",
            detail={"job": str(job.pk), "kind": kind, "items": len(items)},
        )
        messages = max(1, min(len(items), MESSAGES_PER_JOB))
        transaction.on_commit(lambda: wake(job.pk, kind, messages=messages), robust=True)
    return job


def wake(job_id: uuid.UUID, kind: str, *, messages: int = 1, expires: float | None = None) -> bool:
    """Tell workers that the job has work. Never raises, takes 5 s at most; False: the sweeper will do it."""
    sent = broker.send(task_of(kind), [str(job_id)], messages=messages, expires=expires)
    if sent:
        Job.objects.filter(pk=job_id).update(woken_at=now())
    return sent


def cancel_job(*, actor: Actor, job: Job) -> None:
    """Stop a job: what a worker is computing right now will be dropped, and what was made is removed.

    Raises DomainError `not_allowed`, `already_finished`.
    """
    if not may_cancel(actor, job):
        raise DomainError("not_allowed", "只有提交人、德育室或管理员可以取消这个任务。")
    with transaction.atomic():
        cancelled = (
            Job.objects.unfinished()
            .filter(pk=job.pk)
            .update(
                state=JobState.CANCELLED,
                finished_at=now(),
                message="任务已取消，未生成文件。",
            )
        )
        if not cancelled:
            raise DomainError("already_finished", "这个任务已经结束，不需要取消。")
        audit(
            actor=actor,
            verb="cancel_job",
            detail={"job": str(job.pk), "kind": job.kind},
        )
        transaction.on_commit(lambda: remove_files(job_id=job.pk, parts_only=False), robust=True)
    job.refresh_from_db()


def note_download(*, actor: Actor, result: ResultFile) -> None:
    """Write into the audit that a result was taken out."""
    audit(
        actor=actor,
        verb="download_result",
        kind=AuditKind.READ,
        detail={"job": str(result.job_id), "file": str(result.pk)},
        school_id=result.job.school_id,
    )


def remove_files(*, job_id: uuid.UUID, parts_only: bool) -> None:
    """Remove a job's files and their rows: only the parts that the last step needed, or all of them."""
    files = ResultFile.objects.filter(job_id=job_id)
    if parts_only:
        files = files.filter(final=False)
    for result in files:
        result.file.delete(save=False)
    files.delete()


def sweep() -> int:
    """Wake workers for jobs that have work and nobody at it; returns for how many. Run every 15 to 30 s.

    This is what makes a lost message, an emptied broker and a killed worker harmless.
    """
    stale_before = now() - datetime.timedelta(seconds=CLAIM_SECONDS)
    quiet_before = now() - datetime.timedelta(seconds=QUIET_SECONDS)
    waiting = Q(items__state=ItemState.WAITING)
    jobs = (
        Job.objects.unfinished()
        .filter(
            Q(woken_at=None) | Q(woken_at__lt=quiet_before),
            Q(finish_claimed_at=None) | Q(finish_claimed_at__lt=stale_before),
        )
        .annotate(
            left=Count("items", filter=waiting),
            live=Count("items", filter=waiting & Q(items__claimed_at__gte=stale_before)),
        )
        # Whoever works at a job goes on until nothing is left, so one live claim is enough.
        .filter(live=0)
        .order_by("created_at")
    )
    return sum(
        wake(pk, kind, messages=max(1, min(left, MESSAGES_PER_JOB)), expires=RESENT_EXPIRES)
        for pk, kind, left in jobs.values_list("pk", "kind", "left")
    )


def remove_expired() -> int:
    """Remove result files and uploaded rosters past their day, and jobs long over; returns how many files.

    The row of an expired file stays for as long as its job, so that its link can say what became of it.
    Raises SomeFailed at the end.
    """
    moment = now()
    uploaded_before = moment - datetime.timedelta(days=ROSTER_FILE_DAYS)
    results = ResultFile.objects.filter(expires_at__lt=moment).exclude(file="")
    batches = ImportBatch.objects.filter(created_at__lt=uploaded_before).exclude(file="").only("file", "parsed")
    ImportChange.objects.filter(batch__created_at__lt=uploaded_before).delete()
    Job.objects.unfinished().filter(expires_at__lt=moment).update(
        state=JobState.FAILED,
        finished_at=moment,
        message="任务长时间没有完成，已停止。请重新提交。",
    )
    Job.objects.filter(expires_at__lt=moment - datetime.timedelta(days=JOB_DAYS)).delete()
    # A file that cannot be removed today holds up no other.
    steps: tuple[Callable[[], int], ...] = (
        lambda: for_each(EXPIRED, results, _remove_result),
        lambda: for_each(EXPIRED, batches, _remove_roster),
        _remove_orphans,
    )
    return for_each(EXPIRED, steps, lambda step: step())


@transaction.atomic
def results_are_gone() -> int:
    """After a restore: no file of a job came back. Finished ones say so as after their day; returns how many unfinished
    ones were stopped, whose parts are missing.
    """
    unfinished = Job.objects.unfinished()
    ResultFile.objects.filter(job__in=unfinished).delete()
    ResultFile.objects.exclude(file="").update(file="")
    return unfinished.update(
        state=JobState.FAILED, finished_at=now(), message="系统从备份恢复，任务已停止。请重新提交。"
    )


def _remove_result(result: ResultFile) -> int:
    result.file.delete(save=False)
    return ResultFile.objects.filter(pk=result.pk).update(file="")


def _remove_roster(batch: ImportBatch) -> int:
    batch.file.delete(save=False)
    batch.parsed.delete(save=False)
    return ImportBatch.objects.filter(pk=batch.pk).update(file="", parsed="")


def _remove_orphans() -> int:
    """Files that a worker stored just before it was killed, so that no row names them."""
    if not default_storage.exists("jobs"):
        return 0
    removed = 0
    folders = default_storage.listdir("jobs")[0]
    running = {str(pk) for pk in Job.objects.unfinished().values_list("pk", flat=True)}
    for folder in folders:
        if folder in running:
            continue
        known = set(ResultFile.objects.filter(file__startswith=f"jobs/{folder}/").values_list("file", flat=True))
        paths = {f"jobs/{folder}/{name}" for name in default_storage.listdir(f"jobs/{folder}")[1]}
        for path in paths - known:
            default_storage.delete(path)
            removed += 1
        if not paths & known:
            default_storage.delete(f"jobs/{folder}")
    return removed


def remember_mapping(*, school_id: int, kind: ImportKind, mapping: Mapping[str, str]) -> None:
    """Keep what the admin said about headings and class labels, for the school's next roster of that kind.

    Columns that were named by their position only (`@A`) say nothing about another file and are not kept.
    """
    rows = [
        ColumnMapping(school_id=school_id, kind=kind, header=header, field=meant)
        for header, meant in mapping.items()
        if not header.startswith("@") and len(header) <= 100 and len(meant) <= 40
    ]
    ColumnMapping.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["school", "kind", "header"], update_fields=["field"]
    )
