"""The last midnight of a term: forms that were opened before it, saves that lie across it, and the tasks of its night.

    .venv/bin/python bench/faults/midnight.py [--mentors N] [--quick]

All parts run under `clock.c`, their clock half a minute before the end of a term. Half of the mentors save all the
time; a third of the others open the form of a talk before midnight and press after it, a third send half of it before
and half after, a third open it before and press on the next morning. Each talk must be there once, on the day that its
form showed, in the term that is over. Then the clock is led along the night, from one task to the next: each must run
and none fail. In the end `rebuild_ticks --check` is asked by the moved clock. Exit code 1 where something is not so.
"""

import argparse
import collections
import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from clock import SOURCE, move
from parts import ROOT, Figure, Installation, note, servers, set_up_django, start_parts

if TYPE_CHECKING:
    from crowd import Save

    from schools.models import Term

Press = Callable[[Callable[[], object] | None], "Save"]
#: Seconds before midnight when forms are opened, and half-sent ones are begun.
BEFORE, ACROSS = 40, 4
#: How long a task may take to be sent and done, in seconds by a clock that nobody moves.
PATIENCE = 90.0
#: Seconds from one look at the beginnings of tasks to the next.
LOOKS = 0.3
WAYS = ("pressed after midnight", "half sent before it", "pressed next morning")


class Clock:
    """That of the parts."""

    def __init__(self, moved: Path) -> None:
        self._moved, self._shift = moved, 0.0
        move(moved, 0)

    def now(self) -> datetime.datetime:
        """What the parts take for now."""
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self._shift)

    def lead_to(self, moment: datetime.datetime) -> None:
        """It is that moment now."""
        self._shift = int((moment - datetime.datetime.now(datetime.UTC)).total_seconds())
        move(self._moved, self._shift)

    def wait_for(self, moment: datetime.datetime) -> None:
        """Until it is."""
        time.sleep(max(0.0, (moment - self.now()).total_seconds()))


class Runs(threading.Thread):
    """Notes each beginning of a task."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.of: dict[str, set[datetime.datetime]] = collections.defaultdict(set)
        self.over = threading.Event()

    def run(self) -> None:
        """Until it is over."""
        from django.db import connection  # noqa: PLC0415 - Django is set up only now

        from upkeep.models import Pulse  # noqa: PLC0415 - as above

        while not self.over.wait(LOOKS):
            for name, seen in Pulse.objects.values_list("name", "seen_at"):
                self.of[name].add(seen)
        connection.close()


def main() -> int:
    """Exit code 1 if something is lost, doubled, moved to another day or not done; 2 without a compiler."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, default=24)
    parser.add_argument("--quick", action="store_true", help="a dozen mentors")
    options = parser.parse_args()
    if not shutil.which("gcc"):
        print("midnight: apt-get install gcc libc6-dev", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="midnight-") as folder, servers(Path(folder)) as found:
        set_up_django(found)
        clock = Clock(Path(folder) / "clock")
        library = Path(folder) / "clock.so"
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
        extra = {"LD_PRELOAD": str(library), "SHIFTED_BY": str(Path(folder) / "clock")}
        try:
            return measure(found, clock, extra, 12 if options.quick else options.mentors)
        except BaseException:
            print(found.logs(), file=sys.stderr)
            raise


def measure(found: Installation, clock: Clock, extra: dict[str, str], mentors: int) -> int:
    """The table, printed, and the exit code."""
    from crowd import Crowd, kept  # noqa: PLC0415 - Django is set up only now
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - as above
    from django.utils import timezone  # noqa: PLC0415 - as above

    crowd = Crowd.of(found.port, mentors)
    term = crowd.built.term()
    midnight = datetime.datetime.combine(
        term.ends_on + datetime.timedelta(days=1), datetime.time(), tzinfo=timezone.get_default_timezone()
    )
    # They have signed in on that day.
    Session.objects.update(expire_date=midnight + datetime.timedelta(days=7))
    clock.lead_to(midnight - datetime.timedelta(minutes=10))
    start_parts(found, extra=extra)
    found.wait()
    runs = Runs()
    runs.start()
    holding, crowd.people = crowd.people[: mentors // 2], crowd.people[mentors // 2 :]
    clock.lead_to(midnight - datetime.timedelta(seconds=BEFORE))
    threads = crowd.for_ever(1.0)
    held = [press for person in holding if (press := person.open_talk()) is not None]
    opened_in_time = clock.now() < midnight
    later, across = around(clock, midnight, held)
    clock.wait_for(midnight + datetime.timedelta(seconds=20))
    missed = night(clock, midnight, runs)
    clock.lead_to(midnight + datetime.timedelta(hours=9))
    morning = [press(None) for press in held[2::3]]
    crowd.over.set()
    for thread in threads:
        thread.join(timeout=30)
    runs.over.set()
    runs.join()
    elsewhere = told(term, [later, across, morning])
    said = kept(crowd.diary.saves)
    lost = said.acknowledged - said.found
    print(f"all talks and letters: acknowledged {said.acknowledged}, found {said.found}, doubled {said.doubled}")
    print(f"answered otherwise: {dict(crowd.diary.refused) or 'nothing'}; forms opened in time: {opened_in_time}")
    ticks = differences(found, extra)
    note(
        Figure("acknowledged saves that are lost", lost, "", at_most=0),
        Figure("saves that are there twice", said.doubled, "", at_most=0),
        Figure("talks not on the day and in the term of their form", elsewhere, "", at_most=0),
        Figure("tasks of the night that did not run or failed", missed, "", at_most=0),
        Figure("ticks that differ afterwards", ticks, "", at_most=0),
    )
    well = opened_in_time and (lost, said.doubled, elsewhere, missed, ticks) == (0, 0, 0, 0, 0)
    print("all as it must be" if well else "NOT as it must be")
    return 0 if well else 1


def around(clock: Clock, midnight: datetime.datetime, held: list[Press]) -> "list[list[Save]]":
    """Press a third after midnight, and another third from before it until after it; what they were."""
    pressed: list[list[Save]] = [[], []]
    after = midnight + datetime.timedelta(seconds=3)

    def across(press: Press) -> None:
        clock.wait_for(midnight - datetime.timedelta(seconds=ACROSS))
        pressed[1].append(press(lambda: clock.wait_for(after)))

    def later(press: Press) -> None:
        clock.wait_for(after)
        pressed[0].append(press(None))

    threads = [threading.Thread(target=later, args=(press,)) for press in held[0::3]]
    threads += [threading.Thread(target=across, args=(press,)) for press in held[1::3]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return pressed


def night(clock: Clock, midnight: datetime.datetime, runs: Runs) -> int:
    """Lead the clock along; how many tasks did not run to their end."""
    from celery.schedules import crontab  # noqa: PLC0415 - Django is set up only now

    from mentorship.timetable import BEAT_SCHEDULE  # noqa: PLC0415 - as above
    from upkeep.models import Pulse  # noqa: PLC0415 - as above

    daily = [one for one in BEAT_SCHEDULE.values() if isinstance(one["schedule"], crontab)]
    times = sorted((min(one["schedule"].hour), min(one["schedule"].minute), one["task"]) for one in daily)
    missed = 0
    for hour, minute, task in times:
        due = midnight + datetime.timedelta(hours=hour, minutes=minute)
        if clock.now() < due:
            clock.lead_to(due - datetime.timedelta(seconds=2))
        until, done = time.monotonic() + PATIENCE, False
        while time.monotonic() < until and not done:
            time.sleep(0.5)
            done = Pulse.objects.filter(name=task, done_at__gte=due, failures=0).exists()
        time.sleep(LOOKS * 2)
        began = sorted(seen for seen in runs.of[task] if seen >= midnight)
        missed += not done
        print(
            f"{hour:>2}:{minute:02} {task:<32}{'done' if done else 'NOT DONE':<10}begun {len(began)} times", flush=True
        )
    return missed


def told(term: "Term", groups: "list[list[Save]]") -> int:
    """What became of the held forms, printed; how many are not on the term's last day, in that term, once."""
    from records.models.records import HeartTalk  # noqa: PLC0415 - Django is set up only now

    elsewhere = 0
    for way, saves in zip(WAYS, groups, strict=True):
        rows = [list(HeartTalk.objects.filter(text=save.words).values_list("date", "term_id")) for save in saves]
        right = sum(row == [(term.ends_on, term.pk)] for row in rows)
        elsewhere += len(rows) - right
        yes = sum(save.acknowledged for save in saves)
        print(f"{way:<26} {len(saves):>3}, acknowledged {yes:>3}, on the last day in the old term {right:>3}")
    return elsewhere


def differences(found: Installation, extra: dict[str, str]) -> int:
    """Of `rebuild_ticks --check`, by the moved clock."""
    env = {name: value for name, value in found.env.items() if name != "FAULTS_SOCKET"}
    said = subprocess.run(
        [sys.executable, "manage.py", "rebuild_ticks", "--check"], cwd=ROOT, env=os.environ | env | extra,
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    print(said.strip().splitlines()[-1] if said.strip() else "rebuild_ticks said nothing")
    number = re.search(r"^(\d+) differences", said, re.MULTILINE)
    return int(number[1]) if number else 1


if __name__ == "__main__":
    sys.exit(main())
