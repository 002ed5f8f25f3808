"""Beat keeps sending, whatever the clock says in between."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery

from mentorship.beat import ClampedScheduler

START = datetime.datetime(2026, 11, 16, 7, 0, tzinfo=datetime.UTC)
TWO_DAYS = datetime.timedelta(days=2)

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
def start(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """`start()`: a beat on the state in one file, and what it sends."""

    begun: list[ClampedScheduler] = []

    def begin() -> tuple[ClampedScheduler, list[str]]:
        app = Celery("beat-of-a-test", set_as_current=False, broker="memory://")
        app.conf.result_expires = None
        app.conf.beat_schedule = {
            "sweep": {"task": "sweep", "schedule": 20},
            "nightly": {"task": "n", "schedule": 86400},
        }
        sent: list[str] = []
        scheduler = ClampedScheduler(app, schedule_filename=str(tmp_path / "state"))

        monkeypatch.setattr(scheduler, "apply_entry", lambda entry, **kwargs: sent.append(entry.name))
        begun.append(scheduler)
        return scheduler, sent

    yield begin
    begun[-1].close()


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


def test_nor_one_that_was_set_right_while_beat_was_down(start: Start, clock: Clock) -> None:
    clock.time += TWO_DAYS
    scheduler, _ = start()
    run(scheduler, clock, 61)
    scheduler.close()
    clock.time -= TWO_DAYS
    scheduler, sent = start()
    run(scheduler, clock, 61)
    assert sent == ["sweep"] * 3


def test_what_came_due_while_beat_was_down_is_sent_at_once(start: Start, clock: Clock) -> None:
    scheduler, _ = start()
    run(scheduler, clock, 61)
    scheduler.close()
    clock.time += TWO_DAYS
    scheduler, sent = start()
    run(scheduler, clock, 1)
    assert sorted(sent) == ["nightly", "sweep"]
