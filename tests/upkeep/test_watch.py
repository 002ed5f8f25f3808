"""Workers show themselves, note how scheduled tasks go, and send for what beat has not sent."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.utils import timezone

from core.clock import now
from upkeep import tasks
from upkeep.enums import PulseKind
from upkeep.models import Pulse
from upkeep.queries.pulses import pulses, queues_without_worker, workers_seen
from upkeep.queries.schedule import RESTS, SWEEP, planned
from upkeep.services.pulses import forget_workers, look_after_tasks, note_began, note_done, note_failed, note_worker

pytestmark = pytest.mark.django_db

NIGHTLY = "records.purge"  # at 0:40
MINUTE = datetime.timedelta(minutes=1)
NOON = datetime.datetime(2026, 11, 16, 12, 0, tzinfo=timezone.get_default_timezone())


class Clock:
    """A clock that can be set."""

    time = NOON


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What services take for the present moment."""
    clock = Clock()
    monkeypatch.setattr("upkeep.services.pulses.now", lambda: clock.time)
    return clock


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What was sent for, with what is said of its end."""
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        Celery, "send_task", lambda self, name, *, expires, **_: found.append((name, expires)), raising=True
    )
    return found


@pytest.fixture
def all_ran(clock: Clock) -> None:
    """Every task of the plan ran a moment ago."""
    look_after_tasks()


def ran(task: str, when: datetime.datetime) -> None:
    """The task was through at that moment."""
    Pulse.objects.filter(name=task).update(seen_at=when, done_at=when)


def others_ran(task: str, when: datetime.datetime) -> None:
    """All but `task` were through at that moment."""
    Pulse.objects.exclude(name=task).update(seen_at=when, done_at=when)


def test_a_new_house_begins_its_plan_without_haste(clock: Clock, sent: list[tuple[str, Any]]) -> None:
    assert look_after_tasks() == []
    assert set(Pulse.objects.values_list("kind", "name")) == {(PulseKind.TASK, task) for task in planned()}
    assert len(planned()) == len(settings.CELERY_BEAT_SCHEDULE)


def test_a_sweep_that_is_overdue_is_sent_for_by_one_worker(
    clock: Clock, all_ran: None, sent: list[tuple[str, Any]]
) -> None:
    clock.time += MINUTE
    assert look_after_tasks() == []
    ran("notices.send_outbox", clock.time)
    ran("records.recount", clock.time)
    ran("records.release_due_letters", clock.time)
    clock.time += MINUTE
    assert look_after_tasks() == [SWEEP]
    assert look_after_tasks() == []
    assert sent == [(SWEEP, 20)]
    ran("notices.send_outbox", clock.time)
    ran("records.recount", clock.time)
    clock.time += MINUTE + MINUTE / 10
    assert SWEEP in look_after_tasks()


def test_what_a_night_without_beat_missed_is_sent_for_in_the_morning(
    clock: Clock, all_ran: None, sent: list[tuple[str, Any]]
) -> None:
    clock.time = NOON.replace(day=17, hour=0, minute=39)
    Pulse.objects.exclude(name=NIGHTLY).update(seen_at=clock.time + datetime.timedelta(minutes=2))
    assert look_after_tasks() == []
    others_ran(NIGHTLY, NOON.replace(day=17, hour=9))
    clock.time = NOON.replace(day=17, hour=9)
    assert (look_after_tasks(), sent) == ([NIGHTLY], [(NIGHTLY, 6 * 3600)])


def test_a_task_of_an_hour_that_failed_is_tried_again_with_growing_pauses(
    clock: Clock, all_ran: None, sent: list[tuple[str, Any]]
) -> None:
    """Seen: where the database was away at 0:40, what was to go that night stayed for another day."""
    second = datetime.timedelta(seconds=1)

    def fail_and_wait(pause: datetime.timedelta) -> list[str]:
        note_began(NIGHTLY)
        note_failed(NIGHTLY, OSError("张三"))
        clock.time += pause - second
        others_ran(NIGHTLY, clock.time)
        assert look_after_tasks() == []
        clock.time += second
        return look_after_tasks()

    assert [fail_and_wait(rest) for rest in RESTS] == [[NIGHTLY]] * len(RESTS)
    # Then the next night has its turn.
    assert fail_and_wait(RESTS[-1]) == []
    assert Pulse.objects.values_list("failures", "trouble").get(name=NIGHTLY) == (len(RESTS) + 1, "OSError")
    note_done(NIGHTLY)
    assert Pulse.objects.values_list("failures", "trouble").get(name=NIGHTLY) == (0, "")


def test_a_clock_that_was_two_days_ahead_silences_nobody(
    clock: Clock, all_ran: None, sent: list[tuple[str, Any]]
) -> None:
    clock.time += datetime.timedelta(days=2)
    note_done(SWEEP)
    clock.time -= datetime.timedelta(days=2)
    look_after_tasks()
    clock.time += 3 * MINUTE
    assert SWEEP in look_after_tasks()


def test_a_broker_that_takes_nothing_stops_no_worker(
    clock: Clock, all_ran: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(Celery, "send_task", refuse)
    clock.time += 2 * MINUTE
    assert look_after_tasks() == []


def test_what_is_no_scheduled_task_is_not_noted(clock: Clock) -> None:
    for note in (note_began, note_done):
        note("jobs.run")
    note_failed("jobs.run", OSError())
    assert not Pulse.objects.exists()


def test_workers_are_seen_and_forgotten(clock: Clock) -> None:
    note_worker("one@host", ["papers"])
    clock.time += datetime.timedelta(days=8)
    note_worker("two@host", ["mail", "default"])
    note_worker("two@host", ["mail", "default"])
    assert [pulse.name for pulse in workers_seen(pulses(), clock.time)] == ["two@host"]
    assert queues_without_worker(pulses(), clock.time) == ["papers"]
    assert forget_workers() == 1


def test_signals_of_a_worker_lead_there(monkeypatch: pytest.MonkeyPatch) -> None:
    began = now()
    task = SimpleNamespace(name=SWEEP)
    tasks.began(task)
    tasks.failed(task, ValueError())
    assert Pulse.objects.get(name=SWEEP).failures == 1
    tasks.done(task)
    pulse = Pulse.objects.get(name=SWEEP)
    assert (pulse.failures, pulse.done_at is not None and pulse.done_at >= began) == (0, True)


@pytest.mark.django_db(transaction=True)
def test_a_worker_shows_itself_and_goes_on_whatever_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[str] = []

    def look() -> list[str]:
        rounds.append("look")
        if len(rounds) == 2:
            tasks.end()
            return []
        raise OSError

    monkeypatch.setattr(tasks, "look_after_tasks", look)
    monkeypatch.setattr(tasks, "SHOWN_SECONDS", 0)
    tasks._over.clear()
    tasks._watch("one@host", ["papers"])
    assert (len(rounds), Pulse.objects.get().name) == (2, "one@host")
