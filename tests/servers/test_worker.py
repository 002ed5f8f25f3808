"""A job goes from a page's transaction through Redis into a real worker process, whatever happens on the way."""

import datetime
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest
import redis
from django.conf import settings
from django.db import connection

from accounts.actors import Actor
from jobs.enums import ItemState, JobState
from jobs.models import Job, JobItem, ResultFile
from jobs.registry import NewItem
from jobs.services import create_job, sweep
from schools.enums import Preset
from tests.cast import build_school
from tests.servers import ROOT, database_url
from tests.servers.worker import KIND

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

# A machine under load starts Python slowly.
PATIENCE = 90.0


def wait_for(what: Callable[[], bool]) -> None:
    """Until `what` is true; fails after `PATIENCE`."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, f"waited {PATIENCE:.0f} s in vain"
        time.sleep(0.1)


@pytest.fixture
def actor() -> Actor:
    """The office of a school. No frozen clock here: the worker lives in real time."""
    cast = build_school("qingzhu", "青竹小学", preset=Preset.PRIMARY_TERMLY, bureau_name="江城市教育局")
    return cast.actor(cast.office)


@pytest.fixture
def empty_queue() -> "redis.Redis":
    """Redis without a message."""
    assert settings.REDIS_URL, "these tests want REDIS_URL and DATABASE_URL, see script/test"
    server: redis.Redis = redis.Redis.from_url(settings.REDIS_URL)
    server.flushall()
    return server


class Workers:
    """Worker processes on the database of the test."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """One more worker, ready when the first job is taken."""
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.servers.worker", "worker", "-c", "2", "-l", "warning"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url(), "VAR_DIR": str(settings.VAR_DIR)},
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a worker and its children without a word, as the power does."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        self._running.remove(process)

    def stop_all(self) -> None:
        """End what still runs."""
        for process in list(self._running):
            self.kill(process)


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Workers that end with the test."""
    running = Workers()
    yield running
    running.stop_all()


def job_of(actor: Actor, *, items: int, seconds: float) -> Job:
    """A job whose items take `seconds` each."""
    return create_job(
        actor=actor,
        kind=KIND,
        items=[NewItem({"number": number, "seconds": seconds}) for number in range(items)],
    )


def state_of(job: Job) -> str:
    """As the database has it now."""
    return Job.objects.get(pk=job.pk).state


def parts_of(job: Job) -> dict[str, bytes]:
    """What the result of the job holds."""
    result = ResultFile.objects.get(job=job, final=True)
    with result.file.open("rb") as stored, zipfile.ZipFile(stored) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def expected(items: int) -> dict[str, bytes]:
    """The parts of a job of so many items, each once."""
    return {f"{number}.txt": f"{number} on {connection.vendor}".encode() for number in range(items)}


def test_a_worker_process_does_a_job_that_came_through_redis(
    actor: Actor, empty_queue: "redis.Redis", workers: Workers
) -> None:
    job = job_of(actor, items=6, seconds=0.05)
    # The message waits in Redis, not in a file or in this process.
    assert empty_queue.llen("papers") == 4
    workers.start()

    wait_for(lambda: state_of(job) == JobState.DONE)

    job.refresh_from_db()
    assert (job.done_count, job.failed_count, job.percent) == (6, 0, 100)
    assert parts_of(job) == expected(6)


def test_a_killed_worker_and_an_emptied_broker_lose_nothing_and_do_nothing_twice(
    actor: Actor, empty_queue: "redis.Redis", workers: Workers
) -> None:
    job = job_of(actor, items=8, seconds=0.5)
    first = workers.start()
    wait_for(lambda: JobItem.objects.filter(job=job, state=ItemState.DONE).count() >= 2)
    workers.kill(first)
    empty_queue.flushall()
    left = JobItem.objects.filter(job=job, state=ItemState.WAITING)
    assert left.count() > 0

    # The sweeper waits until a claim is surely dead; here the clock of the rows is put back instead.
    long_ago = datetime.timedelta(minutes=5)
    for item in left.exclude(claimed_at=None):
        JobItem.objects.filter(pk=item.pk).update(claimed_at=job.created_at - long_ago)
    Job.objects.filter(pk=job.pk).update(woken_at=job.created_at - long_ago)
    assert sweep() == 1
    workers.start()

    wait_for(lambda: state_of(job) == JobState.DONE)

    job.refresh_from_db()
    assert (job.done_count, job.failed_count) == (8, 0)
    assert parts_of(job) == expected(8)
