"""Two weeks of reminders by two processes that are killed now and then: nobody is told twice, or not at all."""

import datetime
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from core.days import Days
from notices.enums import OutboxState
from notices.models import Notice, OutboxMessage
from tests.cast import SCHOOL_DAY, SchoolCast
from tests.reminders.plain_rules import PlainSchool, date, messages
from tests.reminders.test_a_whole_term import EXTRA, OFF, TERM, Simulated, windows
from tests.servers import ROOT, database_url

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]
FIRST, LAST = date("1116"), date("1127")
#: The mail server refuses on the day on which most are told, and on the next one.
REFUSING = ("2026-11-16", "2026-11-17")
#: How many of the two processes are killed in the morning.
KILLED = {date("1116"): 1, date("1117"): 2, date("1123"): 2, date("1124"): 1}


class Mornings:
    """Processes that wait for the moment at which they do the morning's work."""

    def __init__(self, mails: Path) -> None:
        self.mails = mails
        self.both = [self.start(), self.start()]
        for one in self.both:
            self.answer(one)

    def start(self) -> "subprocess.Popen[str]":
        """One more process."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.servers.reminding", str(self.mails), *REFUSING],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url(), "VAR_DIR": str(settings.VAR_DIR)},
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def answer(self, process: "subprocess.Popen[str]") -> str:
        """Its next line: that it is ready, or done."""
        assert process.stdout is not None
        return process.stdout.readline().strip()

    def ask(self, process: "subprocess.Popen[str]", moment: datetime.datetime) -> None:
        """Let it do the work of `moment`."""
        assert process.stdin is not None
        process.stdin.write(f"{moment.isoformat()}\n")
        process.stdin.flush()

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """End it without a word."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    def work(self, moment: datetime.datetime, *, killed: int, after: float) -> None:
        """Both at the same moment; the last `killed` of them die `after` so many seconds, and others come for them."""
        for one in self.both:
            self.ask(one, moment)
        time.sleep(after if killed else 0)
        dying, living = self.both[2 - killed :], self.both[: 2 - killed]
        for one in dying:
            self.kill(one)
        for one in living:
            assert self.answer(one) == moment.isoformat()
        new = [self.start() for _ in dying]
        for one in new:
            assert self.answer(one) == "ready"
        self.both = living + new

    def stop(self) -> None:
        """End what still runs."""
        for one in self.both:
            self.kill(one)


@pytest.fixture
def mornings(qingzhu: SchoolCast, tmp_path: Path) -> Iterator[Mornings]:
    """Two processes on the database of the test."""
    running = Mornings(tmp_path / "mails")
    yield running
    running.stop()


def at(day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour, minute), SCHOOL_DAY.tzinfo)


def test_killed_processes_tell_everybody_once(
    qingzhu: SchoolCast, mornings: Mornings, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [SCHOOL_DAY]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])
    dice = random.Random(7)
    school = Simulated(qingzhu, PlainSchool(windows(), set(OFF), set(EXTRA), TERM), seed=17)
    for day in sorted(day for day in school.acts if day < FIRST):
        moment[0] = at(day, 16)
        for act in school.acts[day]:
            act(day)

    for day in Days(FIRST, LAST).all:
        mornings.work(at(day, 8, 30), killed=KILLED.get(day, 0), after=dice.uniform(0, 0.3))
        for hour in (9, 12):
            mornings.work(at(day, hour), killed=0, after=0)
        moment[0] = at(day, 16)
        for act in school.acts.get(day, ()):
            act(day)

    wanted = sorted(messages(school.plain, FIRST, LAST))
    assert (sorted(school.got()), len(wanted) > 8) == (wanted, True)
    came = Counter((mornings.mails).read_text().split())
    outbox = OutboxMessage.objects.filter(notice__kind="digest")
    by_state = Counter(outbox.values_list("state", flat=True))
    lost = by_state[OutboxState.FAILED]
    # A mail that was in the server's hands when its process died is not sent again: it may be out, and admins are told.
    assert (set(came.values()), by_state[OutboxState.SENT]) == ({1}, outbox.count() - lost)
    assert outbox.count() - lost <= len(came) <= outbox.count()
    assert lost <= sum(KILLED.values())
    assert Notice.objects.filter(kind="undelivered").exists() is bool(lost)
