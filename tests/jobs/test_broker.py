"""A broker that is down or hangs holds no page for longer than 5 s and loses nothing."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery
from pytest_django import DjangoCaptureOnCommitCallbacks

from jobs import broker, services, work
from jobs.models import Job
from tests.jobs.conftest import Cast, papers

# The real settings with Redis can only be had in a process of its own.
SCRIPT = """
import json, time, django
django.setup()
from jobs import broker
results = []
for _ in range(2):
    began = time.monotonic()
    sent = broker.send("jobs.run", ["00000000-0000-0000-0000-000000000000"], messages=4)
    results.append([sent, time.monotonic() - began])
print(json.dumps(results))
"""


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        for connection in held:
            connection.close()
        server.shutdown(socket.SHUT_RDWR)


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield port


@pytest.mark.parametrize("trouble", [silent_server, closed_port])
def test_redis_in_trouble_is_given_up_within_5_seconds_and_then_left_alone(trouble: object, tmp_path: Path) -> None:
    with trouble() as port:  # type: ignore[operator]  # one of the two above
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "mentorship.settings",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "VAR_DIR": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
    (first_sent, first_seconds), (second_sent, second_seconds) = json.loads(done.stdout)
    assert (first_sent, second_sent) == (False, False)
    assert first_seconds < 5
    assert second_seconds < 0.1


@pytest.fixture
def real_send(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real `send` with a fresh memory of failures."""
    monkeypatch.setattr(broker, "send", REAL_SEND)
    monkeypatch.setattr(broker, "_resting_until", 0.0)


REAL_SEND = broker.send


@pytest.mark.usefixtures("real_send")
def test_a_broker_that_never_answers_does_not_hold_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr(broker, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(Celery, "send_task", lambda *args, **kwargs: answer.wait(30))
    assert broker.send("jobs.run", ["x"]) is False
    answer.set()


@pytest.mark.usefixtures("real_send")
def test_a_job_whose_message_was_lost_is_done_after_the_next_sweep(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(Celery, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = papers(cast, 2)
    assert Job.objects.get().woken_at is None

    delivered: list[str] = []
    monkeypatch.setattr(Celery, "send_task", lambda self, task, args, **kwargs: delivered.append(args[0]))
    monkeypatch.setattr(broker, "_resting_until", 0.0)
    assert services.sweep() == 1
    assert delivered == [str(job.pk)] * 2
    work.run_job(job.pk)
    job.refresh_from_db()
    assert job.done_count == 2


@pytest.mark.usefixtures("real_send")
def test_the_tasks_are_known_by_the_names_that_are_sent(db: None) -> None:
    from mentorship.celery import app  # noqa: PLC0415 - importing it configures Celery

    app.loader.import_default_modules()
    assert {"jobs.run", "jobs.sweep", "jobs.remove_expired", "notices.send_outbox"} <= set(app.tasks)
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {task for task in scheduled if task not in app.tasks} == set()
