"""The machine's clock two days ahead, back, two days behind, and back: beat, workers, jobs and saves go on.

    .venv/bin/python bench/faults/clock.py [--seconds N] [--quick]

Wants a C compiler: all parts but the servers run with `clock.c` before the C library, and their clock is moved under
them while they run. (libfaketime 0.9.10 moves the clock that never jumps along, or answers Python's sleep with EINVAL.)
In each part of the time letters are ordered. Told: sweeps that beat had sent, the longest time between two of them by
a clock that nobody moved, whether the order was done, saves acknowledged. Exit code 1 if one of them stops, or a save
is lost or doubled.
"""

import argparse
import itertools
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from parts import Figure, Installation, note, servers, set_up_django, start_parts

if TYPE_CHECKING:
    from jobs.models import Job

SOURCE = Path(__file__).with_name("clock.c")
DAYS = 86_400
MOVES = (("as it is", 0), ("two days ahead", 2), ("back", 0), ("two days behind", -2), ("and back", 0))
LETTERS = 45
#: Beat sends a sweep every 20 s; a worker that misses one sends for it itself.
LONGEST = 60.0


class Sweeps(threading.Thread):
    """Looks every half second whether there was another sweep."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.moments: list[float] = []
        self.over = threading.Event()

    def run(self) -> None:
        """Until it is over."""
        from django.db import connection  # noqa: PLC0415 - Django is set up only now

        from upkeep.models import Pulse  # noqa: PLC0415 - as above

        last = None
        while not self.over.wait(0.5):
            seen = Pulse.objects.filter(name="jobs.sweep").values_list("seen_at", flat=True).first()
            if seen is not None and seen != last:
                self.moments.append(time.monotonic())
                last = seen
        connection.close()


def main() -> int:
    """Exit code 1 if something stops, is lost or doubled; 2 without a compiler."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=28.0, help="how long each clock lasts")
    parser.add_argument("--quick", action="store_true", help="22 seconds each")
    options = parser.parse_args()
    if not shutil.which("gcc"):
        print("clock: apt-get install gcc libc6-dev", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="clock-") as folder, servers(Path(folder)) as found:
        set_up_django(found)
        moved = Path(folder) / "clock"
        move(moved, 0)
        library = Path(folder) / "clock.so"
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
        extra = {"LD_PRELOAD": str(library), "SHIFTED_BY": str(moved)}
        try:
            return measure(found, moved, extra, 22.0 if options.quick else options.seconds)
        except BaseException:
            print(found.logs(), file=sys.stderr)
            raise


def move(moved: Path, seconds: int) -> None:
    """From now on the clock is wrong by so many seconds; every process sees the same eight bytes."""
    with moved.open("r+b" if moved.exists() else "wb") as file:
        file.write(struct.pack("l", seconds))


def measure(found: Installation, moved: Path, extra: dict[str, str], seconds: float) -> int:
    """The table, printed, and the exit code."""
    from crowd import WELL, Crowd, kept  # noqa: PLC0415 - Django is set up only now
    from papers_school import build_letter_school  # noqa: PLC0415 - as above

    from notices.models import Notice  # noqa: PLC0415 - as above
    from records.enums import Bundle  # noqa: PLC0415 - as above
    from records.papers.printing import order_letters  # noqa: PLC0415 - as above

    school = build_letter_school(LETTERS // 45)
    crowd = Crowd.of(found.port, 6)
    start_parts(found, extra=extra)
    found.wait()
    sweeps = Sweeps()
    sweeps.start()
    threads = crowd.for_ever(1.0)
    print(f"{'':<18}{'sweeps':>7}{'longest gap, s':>16}{'saves':>7}{'errors':>8}{'notices':>9}   letters")
    stopped, longest = 0, 0.0
    orders: list[Job] = []
    for name, days in MOVES:
        told = Notice.objects.count()
        start = time.monotonic()
        move(moved, days * DAYS)
        job = order_letters(actor=school.actor(), term=school.term(), bundle=Bundle.ZIP)
        orders.append(job)
        time.sleep(seconds)
        end = time.monotonic()
        job.refresh_from_db()
        moments = [start, *(at for at in sweeps.moments if start <= at <= end), end]
        gap = max(after - before for before, after in itertools.pairwise(moments))
        longest = max(longest, gap)
        stopped += len(moments) == 2
        saves = sum(save.acknowledged and start <= save.at < end for save in crowd.diary.saves)
        errors = sum(start <= one.at < end and one.status not in WELL for one in crowd.diary.answers)
        new = Notice.objects.count() - told
        print(f"{name:<18}{len(moments) - 2:>7}{gap:>16.1f}{saves:>7}{errors:>8}{new:>9}   {job.state}", flush=True)
    crowd.over.set()
    for thread in threads:
        thread.join(timeout=30)
    late = unfinished(orders)
    sweeps.over.set()
    sweeps.join()
    said = kept(crowd.diary.saves)
    lost = said.acknowledged - said.found
    print(f"acknowledged {said.acknowledged}, found {said.found}, doubled {said.doubled}; orders not done {late}")
    print(f"answered otherwise: {dict(crowd.diary.refused) or 'nothing'}")
    note(
        Figure("longest time without a sweep", longest, "s", at_most=LONGEST),
        Figure("clocks by which no sweep came", stopped, "", at_most=0),
        Figure("orders not done", late, "", at_most=0),
        Figure("acknowledged saves that are lost", lost, "", at_most=0),
        Figure("saves that are there twice", said.doubled, "", at_most=0),
    )
    well = (stopped, late, lost, said.doubled) == (0, 0, 0, 0) and longest <= LONGEST
    print("all goes on" if well else "NOT as it must be")
    return 0 if well else 1


def unfinished(orders: "list[Job]") -> int:
    """How many orders do not come to an end with every letter within two minutes."""
    from jobs.enums import JobState  # noqa: PLC0415 - Django is set up only now

    until = time.monotonic() + 120
    while time.monotonic() < until and not all(job.is_finished for job in orders):
        time.sleep(1)
        for job in orders:
            job.refresh_from_db()
    return sum((job.state, job.failed_count) != (JobState.DONE, 0) for job in orders)


if __name__ == "__main__":
    sys.exit(main())
