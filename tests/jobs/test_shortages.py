"""A machine that lacks something for a while delays work and fails none of it."""

import datetime
import errno
from collections.abc import Callable

import pytest
from django.db import OperationalError

from core.shortage import is_shortage
from jobs import registry, work
from jobs.enums import JobState
from jobs.models import Job, JobItem
from jobs.registry import NewItem
from jobs.services import create_job
from tests.jobs.conftest import Cast

FULL = OSError(errno.ENOSPC, "No space left on device")
START = datetime.datetime(2026, 11, 18, 2, tzinfo=datetime.UTC)


class Clock:
    """The time as `jobs.work` sees it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime.datetime:
        return self.now

    def passes(self, **span: int) -> None:
        self.now += datetime.timedelta(**span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(work, "now", clock)
    return clock


def lacking(times: int, error: Exception = FULL) -> Callable[..., None]:
    """A piece of work that fails so many times."""
    left = [times]

    def act(*_given: object) -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return act


def job_of(cast: Cast, kind: str, *, item: Callable[..., None], finish: Callable[..., None] | None = None) -> Job:
    registry.register(kind, title="试", run_item=item, finish=finish)
    return create_job(actor=cast.actor, kind=kind, items=[NewItem({})])


def state_after_run(job: Job) -> str:
    work.run_job(job.pk)
    job.refresh_from_db()
    return job.state


@pytest.mark.parametrize("error", [FULL, OperationalError("database is locked")], ids=["disk", "database"])
def test_a_full_disk_for_a_minute_fails_no_item(cast: Cast, clock: Clock, error: Exception) -> None:
    """All three tries were spent within a second, and the paper was lost to a full disk of a minute."""
    job = job_of(cast, "full_disk", item=lacking(4, error))
    pauses = []
    for minutes in (1, 3, 10, 30):
        assert state_after_run(job) == JobState.RUNNING
        assert job.message == work.RESTING
        resting = JobItem.objects.get()
        assert resting.rests_until is not None
        pauses.append(resting.rests_until - clock.now)
        # Before its time nobody takes it up, however often workers are woken.
        clock.passes(seconds=minutes * 60 - 1)
        assert state_after_run(job) == JobState.RUNNING
        assert JobItem.objects.get().shortages == resting.shortages
        clock.passes(seconds=1)
    assert pauses == list(work.RESTS[:4])
    assert state_after_run(job) == JobState.DONE


def test_the_last_step_rests_too(cast: Cast, clock: Clock) -> None:
    job = job_of(cast, "full_finish", item=lambda item, /: None, finish=lacking(2))
    assert (state_after_run(job), job.message) == (JobState.RUNNING, work.RESTING)
    assert state_after_run(job) == JobState.RUNNING
    clock.passes(minutes=1)
    assert state_after_run(job) == JobState.RUNNING
    clock.passes(minutes=3)
    assert state_after_run(job) == JobState.DONE


@pytest.mark.parametrize("where", ["item", "finish"])
def test_what_is_lacking_for_hours_fails_with_a_sentence(cast: Cast, clock: Clock, where: str) -> None:
    fine, broken = lacking(0), lacking(99)
    job = job_of(
        cast, f"never_{where}", item=broken if where == "item" else fine, finish=broken if where == "finish" else None
    )
    for _ in range(len(work.RESTS)):
        assert state_after_run(job) == JobState.RUNNING
        clock.passes(hours=2)
    assert state_after_run(job) == JobState.FAILED
    said = JobItem.objects.get().message if where == "item" else job.message
    assert said == work.LACKING


def test_others_go_on_while_one_rests(cast: Cast, clock: Clock) -> None:
    once = lacking(1)
    done: list[int] = []

    def run(item: JobItem, /) -> None:
        if item.payload["number"] == 0:
            once()
        done.append(item.payload["number"])

    registry.register("some_rest", title="试", run_item=run)
    job = create_job(actor=cast.actor, kind="some_rest", items=[NewItem({"number": n}) for n in range(3)])
    work.run_job(job.pk)
    assert done == [1, 2]
    clock.passes(minutes=1)
    assert state_after_run(job) == JobState.DONE
    assert done == [1, 2, 0]


@pytest.mark.parametrize(
    "error,short",
    [
        (FULL, True),
        (MemoryError(), True),
        (ConnectionRefusedError(), True),
        (OSError(errno.EMFILE, "Too many open files"), True),
        (FileNotFoundError(errno.ENOENT, "gone"), False),
        (ValueError(), False),
    ],
)
def test_a_bug_is_no_shortage(error: Exception, short: bool) -> None:
    wrapped = RuntimeError()
    wrapped.__cause__ = error
    assert (is_shortage(error), is_shortage(wrapped)) == (short, short)
