"""The disk of `VAR_DIR` full and freed, and read-only: what is refused, in which words, and what is lost.

    .venv/bin/python bench/faults/disk.py [--seconds N] [--quick]

As root, for a small disk of its own is mounted (tmpfs). Twice: with PostgreSQL elsewhere, where the files alone lie on
that disk, full and then read-only; and embedded, where the database and the queue lie there, too. Mentors save all the
time and press again where they are refused; letters are ordered while the trouble lasts and must be there, each once,
when it is over. Exit code 1 where a save or a letter is lost or doubled, or the house does not come back by itself.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from parts import Figure, Installation, note, servers, set_up_django, start_parts
from probe import asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from crowd import Crowd
    from papers_school import Built

    from jobs.models import Job

#: Megabytes: of the disk, more than the 100 with which it counts as full (`/readyz`).
SMALL = 400
LETTERS = 45
#: Items of jobs that failed are tried again after 1, 3, 10 minutes.
PATIENCE = 420.0


def fill(var: Path) -> None:
    """To the last byte, and again what is freed meanwhile."""
    with (var / "filling").open("ab", buffering=0) as file:
        block = b"\0" * 1_048_576
        while block:
            try:
                file.write(block)
            except OSError:
                block = block[: len(block) // 2]


def remount(var: Path, how: str) -> bool:
    """Whether the disk is `ro` or `rw` now."""
    return subprocess.run(["mount", "-o", f"remount,{how}", str(var)], check=False, capture_output=True).returncode == 0


def main() -> int:
    """Exit code 1 where something is lost, doubled, or not back."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each trouble lasts")
    parser.add_argument("--quick", action="store_true", help="five seconds each")
    parser.add_argument("--one", choices=["postgresql", "embedded"], help="one of the two")
    options = parser.parse_args()
    if os.geteuid():
        print("disk: as root, for a small disk is mounted", file=sys.stderr)
        return 2
    seconds = 5.0 if options.quick else options.seconds
    if options.one is None:
        # Each in a process of its own: Django is set up for one database.
        command = [sys.executable, __file__, "--seconds", str(seconds), "--one"]
        codes = [subprocess.run([*command, one], check=False).returncode for one in ("postgresql", "embedded")]
        return max(codes)
    embedded = options.one == "embedded"
    with (
        tempfile.TemporaryDirectory(prefix="disk-") as folder,
        servers(Path(folder), embedded=embedded, small=SMALL) as found,
    ):
        set_up_django(found)
        try:
            return measure(found, seconds, embedded=embedded)
        except BaseException:
            print(found.logs(), file=sys.stderr)
            raise


def measure(found: Installation, seconds: float, *, embedded: bool) -> int:
    """The table, printed, and the exit code."""
    from crowd import Crowd, kept  # noqa: PLC0415 - Django is set up only now
    from papers_school import build_letter_school  # noqa: PLC0415 - as above

    kind = "embedded" if embedded else "postgresql"
    var = Path(found.env["VAR_DIR"])
    school = build_letter_school(LETTERS // 45)
    crowd = Crowd.of(found.port, 6)
    start_parts(found)
    found.wait()
    print(f"{kind:<12}{'':<22}{'acknowledged':>13}{'errors':>8}   /readyz, and what was answered")
    threads = crowd.for_ever(0.5)
    jobs: list[Job | None] = []
    watched(found, crowd, "all is well", seconds, lambda: None)
    fill(var)
    jobs.append(ordered(school))
    watched(found, crowd, "full", seconds, lambda: fill(var))
    (var / "filling").unlink()
    watched(found, crowd, "freed", seconds, lambda: None)
    if not embedded:
        if remount(var, "ro"):
            jobs.append(ordered(school))
            watched(found, crowd, "read-only", seconds, lambda: None)
            remount(var, "rw")
            watched(found, crowd, "written to again", seconds, lambda: None)
        else:
            print("the disk cannot be made read-only: some process is writing")
    crowd.over.set()
    for thread in threads:
        thread.join(timeout=30)
    found.wait()
    missing = sum(not all_there(job) for job in jobs if job is not None)
    said = kept(crowd.diary.saves)
    lost = said.acknowledged - said.found
    file = intact(var, embedded=embedded)
    print(f"acknowledged {said.acknowledged}, found {said.found}, doubled {said.doubled}; {file}")
    print(f"answered otherwise: {dict(crowd.diary.refused) or 'nothing'}")
    note(
        Figure(f"{kind}: acknowledged saves that are lost", lost, "", at_most=0),
        Figure(f"{kind}: saves that are there twice", said.doubled, "", at_most=0),
        Figure(f"{kind}: orders that are not done", missing, "", at_most=0),
    )
    well = (lost, said.doubled, missing) == (0, 0, 0)
    print("nothing lost or doubled, all is back" if well else "NOT as it must be")
    return 0 if well else 1


def watched(found: Installation, crowd: "Crowd", name: str, seconds: float, each: "Callable[[], None]") -> None:
    """One line: what the mentors saw meanwhile; `each` is done every second."""
    from crowd import WELL  # noqa: PLC0415 - Django is set up only now

    began = time.monotonic()
    words: Counter[str] = Counter()
    while time.monotonic() - began < seconds:
        each()
        status, body, _ = asked(found.port, "/account/sign-in/", seconds=30)
        if status not in (200, 302):
            words[f"{status} {' '.join(re.findall(r'<h1[^>]*>([^<]*)<', body))}"] += 1
        time.sleep(1)
    status, body, _ = asked(found.port, "/readyz", seconds=30)
    failed = re.findall(r'"(\w+)": "failed"', body)
    end = time.monotonic()
    acknowledged = sum(save.acknowledged and began <= save.at < end for save in crowd.diary.saves)
    answers = [answer for answer in crowd.diary.answers if began <= answer.at < end]
    errors = Counter(answer.status for answer in answers if answer.status not in WELL)
    tail = f"{status} {', '.join(failed)}   {dict(errors)} {dict(words) or ''}"
    print(f"{'':<12}{name:<22}{acknowledged:>13}{errors.total():>8}   {tail}", flush=True)


def ordered(school: "Built") -> "Job | None":
    """An order of letters in the middle of it; None where it was refused, which is an answer, too."""
    from django.db import Error  # noqa: PLC0415 - Django is set up only now

    from records.enums import Bundle  # noqa: PLC0415 - as above
    from records.papers.printing import order_letters  # noqa: PLC0415 - as above

    try:
        return order_letters(actor=school.actor(), term=school.term(), bundle=Bundle.ZIP)
    except (Error, OSError) as error:
        print(f"{'':<12}an order is refused: {type(error).__name__}: {error}")
        return None


def all_there(job: "Job") -> bool:
    """Whether the order is done in the end, with every letter once; printed."""
    import zipfile  # noqa: PLC0415 - only now is there anything to read

    from jobs.enums import JobState  # noqa: PLC0415 - Django is set up only now
    from jobs.models import ResultFile  # noqa: PLC0415 - as above

    began = time.monotonic()
    while not job.is_finished and time.monotonic() - began < PATIENCE:
        time.sleep(1)
        job.refresh_from_db()
    names: Counter[str] = Counter()
    for result in ResultFile.objects.filter(job=job, final=True):
        with zipfile.ZipFile(result.file.path) as package:
            names.update(name for name in package.namelist() if name.endswith(".pdf"))
    well = (job.state, len(names), names.total(), job.failed_count) == (JobState.DONE, LETTERS, LETTERS, 0)
    waited = time.monotonic() - began
    print(f"{'':<12}order {job.state}: {names.total()} letters, {job.failed_count} failed, {waited:.0f} s afterwards")
    return well


def intact(var: Path, *, embedded: bool) -> str:
    """What SQLite says of its file."""
    if not embedded:
        return "database elsewhere"
    import sqlite3  # noqa: PLC0415 - only here

    with sqlite3.connect(f"file:{var / 'db.sqlite3'}?mode=ro", uri=True) as database:
        return f"integrity_check {database.execute('PRAGMA integrity_check').fetchone()[0]}"


if __name__ == "__main__":
    sys.exit(main())
