"""Beat keeps sending, whatever the clock says in between."""

import datetime
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings

from mentorship.beat import ClampedScheduler

START = datetime.datetime(2026, 11, 16, 7, 0, tzinfo=datetime.UTC)
TWO_DAYS = datetime.timedelta(days=2)

#: Beat's own start, with one task that is due at once.
SOON = "CELERY_BEAT_SCHEDULE = {'sweep': {'task': 'jobs.sweep', 'schedule': 1}}"
BEAT = "from mentorship import beat; beat.main()"

Start = Callable[[], tuple[ClampedScheduler, list[str]]]


class Clock:
    """A clock that can be set."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime.datetime:
        return self.time

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.time += datetime.timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that Celery reads."""
    clock = Clock()
    monkeypatch.setattr(Celery, "now", lambda self: clock())
    return clock


@pytest.fixture
def start(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Start:
    """`start()`: a beat, and what it sends."""

    def begin() -> tuple[ClampedScheduler, list[str]]:
        app = Celery("beat-of-a-test", set_as_current=False, broker="memory://")
        app.conf.result_expires = None
        app.conf.beat_schedule = {
            "sweep": {"task": "sweep", "schedule": 20},
            "nightly": {"task": "n", "schedule": 86400},
        }
        sent: list[str] = []
        scheduler = ClampedScheduler(app)
        monkeypatch.setattr(scheduler, "apply_entry", lambda entry, **kwargs: sent.append(entry.name))
        return scheduler, sent

    return begin


def run(scheduler: ClampedScheduler, clock: Clock, seconds: float) -> None:
    """Beat's own loop: look, and sleep as long as it says."""
    end = clock.time + datetime.timedelta(seconds=seconds)
    while clock.time < end:
        clock.wait(max(scheduler.tick(), 0.01))


def test_each_task_is_sent_in_its_turn(start: Start, clock: Clock) -> None:
    scheduler, sent = start()
    run(scheduler, clock, 121)
    assert sent == ["sweep"] * 6
    run(scheduler, clock, 86400)
    assert sent.count("nightly") == 1


def test_a_clock_two_days_ahead_for_a_minute_does_not_silence_it(start: Start, clock: Clock) -> None:
    """Seen: the sweep fell silent until the wrong hour had come."""
    scheduler, sent = start()
    run(scheduler, clock, 61)
    clock.time += TWO_DAYS
    run(scheduler, clock, 61)
    clock.time -= TWO_DAYS
    del sent[:]
    run(scheduler, clock, 61)
    assert sent == ["sweep"] * 3
    run(scheduler, clock, 86400)
    assert sent.count("nightly") == 1


def test_one_that_begins_in_the_wrong_hour_goes_on_in_the_right_one(start: Start, clock: Clock) -> None:
    clock.time += TWO_DAYS
    scheduler, sent = start()
    run(scheduler, clock, 61)
    clock.time -= TWO_DAYS
    del sent[:]
    run(scheduler, clock, 61)
    assert sent == ["sweep"] * 3


def test_its_process_is_small_loads_no_app_and_ends_when_told(tmp_path: Path) -> None:
    """Seen: 240 MB for a list of hours. The database is one that nobody can reach."""
    broker = tmp_path / "broker"
    away = {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "REDIS_URL": ""}
    beat = subprocess.Popen(
        [sys.executable, "-c", f"import mentorship.settings as s; s.{SOON}; {BEAT}"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **away},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until and not any((broker / "messages").glob("*")) and beat.poll() is None:
            time.sleep(0.1)
        status = Path(f"/proc/{beat.pid}/status").read_text()
        beat.send_signal(signal.SIGTERM)
        said, _ = beat.communicate(timeout=20)
    finally:
        beat.kill()
    assert (beat.returncode, said) == (0, "")
    assert [file.name.endswith(".default.msg") for file in (broker / "messages").iterdir()] == [True]
    megabytes = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    assert megabytes <= 80
