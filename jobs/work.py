"""How workers go through a job: claim an item, compute outside of any transaction, write everything in a
short one.

Any number of workers may work at one job. An item is claimed by a conditional UPDATE and settled by
another one, so whoever is second finds no row to settle and drops what it made: each item takes effect
once, whoever was killed.
"""

import datetime
import hashlib
import io
import logging
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.db.models import Exists, F, OuterRef, Q

from core.clock import now
from core.errors import DomainError
from core.nightly import log_failure
from core.shortage import is_shortage
from jobs.enums import ItemState, JobState
from jobs.models import Job, JobItem, ResultFile, result_path
from jobs.registry import NewFile, Outcome, Step, handler_for
from jobs.services import CLAIM_SECONDS, remove_files, wake

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
# After this long a task hands on to a new message, so that jobs take turns and a worker can be stopped.
TURN_SECONDS = 10.0
BEAT_SECONDS = 5.0
# A claim is renewed for so long at most; what takes longer hangs.
LONGEST_SECONDS = 1800.0

INTERRUPTED = "处理时多次意外中断，这一项没有完成。请重新提交；若仍不行，请联系管理员。"
BROKEN = "处理时出错，这一项没有完成。请重新提交；若仍不行，请联系管理员。"
FINISH_BROKEN = "汇总文件时出错，没有完成。请重新提交；若仍不行，请联系管理员。"
ALL_FAILED = "所有项目都没有完成，未生成文件。请看下面的原因。"


#: How long work rests after each time that the machine lacked something: together a bit more than two hours.
RESTS = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 90))
LACKING = "服务器的磁盘空间、内存或数据库一直不够用，这一项没有完成。请联系管理员处理以后重新提交。"
RESTING = "服务器暂时缺少磁盘空间、内存或数据库连接，过一会儿自动再试，不用重新提交。"


class Superseded(Exception):
    """Another worker settled it first, or the job was cancelled: what was made is dropped."""


def run_job(job_id: uuid.UUID) -> None:
    """Do the job's items one after the other until none is left or the turn is over, then its last step."""
    until = time.monotonic() + TURN_SECONDS
    while (item := claim_item(job_id)) is not None:
        run_item(item)
        if time.monotonic() > until:
            if wake(job_id, item.job.kind):
                return
            until = time.monotonic() + TURN_SECONDS
    finish_job(job_id)


def claim_item(job_id: uuid.UUID) -> JobItem | None:
    """Take the next item that nobody works on; None when there is none or the job is over.

    An item that has been claimed too often without ever being settled killed its workers: it is given up.
    """
    while True:
        moment = now()
        stale_before = moment - datetime.timedelta(seconds=CLAIM_SECONDS)
        free = JobItem.objects.claimable(stale_before=stale_before, moment=moment).filter(job_id=job_id)
        with transaction.atomic():
            if not Job.objects.unfinished().filter(pk=job_id).exists():
                return None
            rows = free.order_by("attempts", "position")
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True)
            item = rows.first()
            if item is None:
                return None
            given_up = item.attempts >= MAX_ATTEMPTS
            if not given_up:
                if not free.filter(pk=item.pk).update(claimed_at=moment, attempts=F("attempts") + 1):
                    continue
                Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(state=JobState.RUNNING, started_at=moment)
        if not given_up:
            item.refresh_from_db()
            return item
        _fail(item, code="interrupted", message=INTERRUPTED)


def run_item(item: JobItem) -> None:
    """Do one claimed item and settle it. Never raises for what a handler does wrong."""
    try:
        handler = handler_for(item.job.kind)
        with _claim_renewed(lambda: JobItem.objects.waiting().filter(pk=item.pk).update(claimed_at=now())):
            outcome = handler.run_item(item) or Outcome()
        with _stored(item.job, item, outcome) as files, transaction.atomic():
            _settle(item, ItemState.DONE, message=outcome.message)
            ResultFile.objects.bulk_create(files)
            if outcome.write is not None:
                outcome.write()
            _count(item.job_id, "done_count")
    except Superseded:
        return
    except DomainError as error:
        _fail(item, code=error.code, message=error.message)
    except Exception as error:  # a handler's bug fails its item, not the worker
        log_failure("item", item.pk, error)
        if is_shortage(error):
            _let_item_rest(item, error)
        elif item.attempts >= MAX_ATTEMPTS:
            _fail(item, code=type(error).__name__, message=BROKEN)
        else:
            JobItem.objects.waiting().filter(pk=item.pk).update(claimed_at=None)


def finish_job(job_id: uuid.UUID) -> None:
    """Run the last step if all items are settled and nobody else is at it; then the job is over."""
    moment = now()
    stale_before = moment - datetime.timedelta(seconds=CLAIM_SECONDS)
    claimed = (
        Job.objects.unfinished()
        .filter(
            ~Exists(JobItem.objects.waiting().filter(job_id=OuterRef("pk"))),
            Q(finish_claimed_at=None) | Q(finish_claimed_at__lt=stale_before),
            Q(finish_rests_until=None) | Q(finish_rests_until__lte=moment),
            pk=job_id,
        )
        .update(finish_claimed_at=moment, finish_attempts=F("finish_attempts") + 1)
    )
    if not claimed:
        return
    job = Job.objects.get(pk=job_id)
    if job.total and job.failed_count == job.total:
        _end(job, JobState.FAILED, message=ALL_FAILED)
        return
    if job.finish_attempts > MAX_ATTEMPTS:
        _end(job, JobState.FAILED, message=FINISH_BROKEN)
        return
    try:
        finish = handler_for(job.kind).finish
        with tempfile.TemporaryDirectory(prefix="job-") as folder:
            outcome = Outcome()
            if finish is not None:
                with _claim_renewed(lambda: Job.objects.unfinished().filter(pk=job_id).update(finish_claimed_at=now())):
                    outcome = finish(job, Step(Path(folder), _progress(job))) or Outcome()
            with _stored(job, None, outcome) as files, transaction.atomic():
                left_out = f"有 {job.failed_count} 项没有完成，原因见下。" if job.failed_count else ""
                _set_state(job, JobState.DONE, message=outcome.message or left_out)
                ResultFile.objects.bulk_create(files)
                if outcome.write is not None:
                    outcome.write()
        remove_files(job_id=job_id, parts_only=True)
    except Superseded:
        return
    except DomainError as error:
        _end(job, JobState.FAILED, message=error.message)
    except Exception as error:  # tried again by the sweeper
        log_failure("last step of job", job.pk, error)
        if is_shortage(error):
            _let_last_step_rest(job)
        elif job.finish_attempts >= MAX_ATTEMPTS:
            _end(job, JobState.FAILED, message=FINISH_BROKEN)
        else:
            Job.objects.unfinished().filter(pk=job_id).update(finish_claimed_at=None, message="")


def _let_item_rest(item: JobItem, error: Exception) -> None:
    """Try again after a while what the machine lacked something for: that spends none of the three tries of a bug."""
    if item.shortages >= len(RESTS):
        _fail(item, code=type(error).__name__, message=LACKING)
        return
    JobItem.objects.waiting().filter(pk=item.pk).update(
        claimed_at=None,
        attempts=F("attempts") - 1,
        shortages=F("shortages") + 1,
        rests_until=now() + RESTS[item.shortages],
    )
    Job.objects.unfinished().filter(pk=item.job_id).update(message=RESTING)


def _let_last_step_rest(job: Job) -> None:
    if job.finish_shortages >= len(RESTS):
        _end(job, JobState.FAILED, message=LACKING)
        return
    Job.objects.unfinished().filter(pk=job.pk).update(
        finish_claimed_at=None,
        finish_attempts=F("finish_attempts") - 1,
        finish_shortages=F("finish_shortages") + 1,
        finish_rests_until=now() + RESTS[job.finish_shortages],
        message=RESTING,
    )


def _settle(item: JobItem, state: ItemState, *, message: str = "", error: str = "") -> None:
    """Settle an item that nobody settled; on PostgreSQL this also locks its row. Raises Superseded."""
    if (
        not JobItem.objects.waiting()
        .filter(pk=item.pk)
        .update(state=state, message=message[:200], error=error[:60], claimed_at=None)
    ):
        raise Superseded


def _count(job_id: uuid.UUID, column: str) -> None:
    """Count one settled item, last in its transaction: the job's row is locked briefly. Raises Superseded."""
    if not Job.objects.unfinished().filter(pk=job_id).update(**{column: F(column) + 1}):
        raise Superseded


def _fail(item: JobItem, *, code: str, message: str) -> None:
    try:
        with transaction.atomic():
            _settle(item, ItemState.FAILED, message=message, error=code)
            _count(item.job_id, "failed_count")
    except Superseded:
        return


def _set_state(job: Job, state: JobState, *, message: str) -> None:
    if (
        not Job.objects.unfinished()
        .filter(pk=job.pk)
        .update(
            state=state,
            message=message[:200],
            finished_at=now(),
            finish_claimed_at=None,
        )
    ):
        raise Superseded


def _end(job: Job, state: JobState, *, message: str) -> None:
    """End a job without results and remove its parts."""
    try:
        _set_state(job, state, message=message)
    except Superseded:
        return
    remove_files(job_id=job.pk, parts_only=True)


@contextmanager
def _stored(job: Job, item: JobItem | None, outcome: Outcome) -> Iterator[list[ResultFile]]:
    """The files of `outcome` in the private storage, as unsaved rows; removed again when the block fails.

    Storing comes before the transaction: a large ZIP must not be copied while SQLite's only write lock is
    held.
    """
    rows: list[ResultFile] = []
    try:
        for new in outcome.files:
            row = ResultFile(
                job=job,
                item=item,
                name=new.name[:200],
                content_type=new.content_type,
                final=new.final,
                expires_at=job.expires_at,
            )
            rows.append(row)
            _store(row, new)
        yield rows
    except BaseException:
        for row in rows:
            if row.file:
                default_storage.delete(cast(str, row.file.name))
        raise


def _store(row: ResultFile, new: NewFile) -> None:
    with new.content.open("rb") if isinstance(new.content, Path) else io.BytesIO(new.content) as source:
        row.sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        row.size = source.seek(0, io.SEEK_END)
        source.seek(0)
        row.file = default_storage.save(result_path(row, new.name), File(source))


@contextmanager
def _claim_renewed(renew: Callable[[], Any]) -> Iterator[None]:
    """Renew a claim every few seconds while the block runs, so that only a dead worker's claim runs out."""
    over = threading.Event()
    began = time.monotonic()

    def beat() -> None:
        try:
            while not over.wait(BEAT_SECONDS) and time.monotonic() - began < LONGEST_SECONDS:
                renew()
        except Exception as error:  # the claim runs out; settling twice is impossible anyway
            logger.warning("could not renew a claim: %s", type(error).__name__)
        finally:
            connections.close_all()

    thread = threading.Thread(target=beat, name="claim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=1)


def _progress(job: Job) -> Callable[[int, int], None]:
    """A callback that shows `done` of `total` on the job's page, once a second at most."""
    shown = 0.0

    def show(done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - shown >= 1:
            shown = time.monotonic()
            Job.objects.unfinished().filter(pk=job.pk).update(message=f"正在汇总文件：{done}/{total}")

    return show
