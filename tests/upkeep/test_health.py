"""Who watches over the product learns how it stands, whatever hangs."""

import datetime
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.clock import now
from upkeep import health
from upkeep.enums import PulseKind, Standing
from upkeep.models import Pulse
from upkeep.queries.schedule import SWEEP

ALL_WELL = {"database": "ok", "workers": "ok", "beat": "ok", "backup": "ok", "broker": "ok", "disk": "ok"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No answer is kept from the test before."""
    monkeypatch.setattr(health, "_under_way", {})
    # However full the disk of the machine is that tests.
    monkeypatch.setattr(health, "LOW_BYTES", 0)
    monkeypatch.setattr(health, "FULL_BYTES", 0)
    health.forget_answers()
    yield
    health.forget_answers()


@pytest.fixture
def alive(transactional_db: None) -> None:
    """A worker was seen, and the sweep has run."""
    moment = now()
    Pulse.objects.create(kind=PulseKind.WORKER, name="one@host", queues="default mail papers", seen_at=moment)
    Pulse.objects.create(kind=PulseKind.TASK, name=SWEEP, seen_at=moment, done_at=moment)


def asked(client: Client, address: str = "/readyz") -> tuple[int, Mapping[str, Any]]:
    """The status of the answer, and what it says."""
    health.forget_answers()
    answer = client.get(address)
    return answer.status_code, answer.json()


def test_the_process_answers_a_stranger_with_any_host_and_cookie_and_asks_no_database(client: Client) -> None:
    """Seen: a session's cookie led to the database, so one that hung took /healthz along. Any query fails here."""
    client.cookies[settings.SESSION_COOKIE_NAME] = "0" * 32
    answer = client.get("/healthz", headers={"host": "10.0.0.7"})
    assert (answer.status_code, answer.content, answer.headers["Cache-Control"]) == (200, b"ok", "no-store")
    assert client.post("/healthz").status_code == 405


def test_nothing_stands_before_it() -> None:
    assert settings.MIDDLEWARE[0] == "upkeep.middleware.WatchersMiddleware"


def test_all_parts_work(client: Client, alive: None) -> None:
    assert asked(client) == (200, {"ready": True, "checks": ALL_WELL})


def test_a_worker_that_is_missing_is_told_and_leaves_people_their_pages(client: Client, alive: None) -> None:
    Pulse.objects.filter(kind=PulseKind.WORKER).update(seen_at=now() - datetime.timedelta(minutes=2))
    told = {"ready": False, "checks": {**ALL_WELL, "workers": "failed"}}
    assert asked(client) == (503, told)
    assert asked(client, "/readyz?for=pages") == (200, told | {"ready": True})


def test_a_sweep_that_is_late_is_told(client: Client, alive: None) -> None:
    Pulse.objects.filter(name=SWEEP).update(done_at=now() - datetime.timedelta(minutes=2))
    assert asked(client) == (503, {"ready": False, "checks": {**ALL_WELL, "beat": "failed"}})


def test_a_disk_without_room_is_told(client: Client, alive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOW_BYTES", 2**80)
    assert asked(client) == (200, {"ready": True, "checks": {**ALL_WELL, "disk": "warning"}})
    monkeypatch.setattr(health, "FULL_BYTES", 2**80)
    assert asked(client) == (503, {"ready": False, "checks": {**ALL_WELL, "disk": "failed"}})


def test_a_database_that_hangs_is_told_within_two_seconds_and_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    thaws = threading.Event()
    times: list[float] = []

    def hang() -> list[Pulse]:
        times.append(time.monotonic())
        thaws.wait(20)
        raise OSError

    monkeypatch.setattr(health, "pulses", hang)
    client = Client()
    began = time.monotonic()
    frozen = {**ALL_WELL, "database": "failed", "workers": "unknown", "beat": "unknown", "backup": "unknown"}
    try:
        assert asked(client) == (503, {"ready": False, "checks": frozen})
        assert time.monotonic() - began < 2
        assert asked(client, "/readyz?for=pages") == (503, {"ready": False, "checks": frozen})
        assert client.get("/healthz").status_code == 200
        assert len(times) == 1
    finally:
        thaws.set()


def test_strangers_learn_one_word_of_each_part(client: Client, alive: None) -> None:
    _, told = asked(client)
    assert set(told["checks"].values()) <= set(Standing.values)


def test_an_answer_is_kept_for_a_second(client: Client, alive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(client)[0] == 200
    monkeypatch.setattr(health, "PROBES", {})
    assert client.get("/readyz").json()["checks"] == ALL_WELL
