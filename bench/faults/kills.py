"""Kill −9 of each part in turn under load, Redis and PostgreSQL frozen and gone, while letters are being printed.

    .venv/bin/python bench/faults/kills.py [--mentors N] [--letters N] [--gone SECONDS] [--quick]

Mentors save talks and letters all the time on two web processes and three workers; parts come back by their units
(`deploy/systemd`, Restart=always), without a hand. By default the servers are away for ten seconds each time and 225
letters are printed; `--gone 40 --letters 900` is the whole of it. Told for each part: what was acknowledged meanwhile,
found and doubled afterwards, what was answered by an error or not at all, and the longest time in which nobody was
answered. Exit code 1 if a save or a letter is lost or doubled, or a part is not back.
"""

import argparse
import io
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parts import WORKERS, Figure, Installation, note, servers, set_up_django, start_parts

if TYPE_CHECKING:
    from crowd import Crowd

    from jobs.models import Job

#: Seconds: that are watched after a kill; after a server is back; between one save of a mentor and the next.
AFTER_KILL, AFTER_SERVER, PAUSE = 6.0, 10.0, 1.5
PUPILS_A_CLASS = 45
#: Seconds that letters may take in the end.
PATIENCE = 900.0


@dataclass(frozen=True, slots=True)
class Phase:
    """What was done to which part, and when."""

    name: str
    start: float
    end: float
    back: str


def phases(found: Installation, gone: float) -> Iterator[tuple[str, Callable[[], None], float]]:
    """What is done, how, and how long it is watched."""
    parts = found.parts

    @contextmanager
    def away(name: str, *, frozen: bool) -> Iterator[None]:
        one = found.database if name == "postgresql" else parts[name]
        (one.freeze if frozen else one.take_away)()
        yield
        (one.thaw if frozen else one.bring_back)()

    def outage(name: str, *, frozen: bool) -> Callable[[], None]:
        def do() -> None:
            with away(name, frozen=frozen):
                time.sleep(gone)

        return do

    yield "nothing", lambda: None, AFTER_KILL
    yield "kill -9 of a web process", lambda: parts["web"].kill(child=True), AFTER_KILL
    yield "kill -9 of the web's master", parts["web"].kill, AFTER_KILL
    for queue in WORKERS:
        yield f"kill -9 of worker {queue}", parts[f"worker@{queue}"].kill, AFTER_KILL
    yield "kill -9 of beat", parts["beat"].kill, AFTER_KILL
    for name in ("redis", "postgresql"):
        yield f"{name} frozen for {gone:.0f} s", outage(name, frozen=True), AFTER_SERVER
        yield f"{name} gone for {gone:.0f} s", outage(name, frozen=False), AFTER_SERVER


def main() -> int:
    """Exit code 1 if something is lost, doubled or not back."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, default=20)
    parser.add_argument("--letters", type=int, default=225)
    parser.add_argument("--gone", type=float, default=10.0, metavar="SECONDS")
    parser.add_argument("--quick", action="store_true", help="a dozen mentors, 45 letters, servers away for 4 s")
    options = parser.parse_args()
    mentors, letters, gone = options.mentors, options.letters, options.gone
    if options.quick:
        mentors, letters, gone = 12, PUPILS_A_CLASS, 4.0
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, servers(Path(folder)) as found:
        set_up_django(found)
        try:
            return measure(found, mentors, letters, gone)
        except BaseException:
            print(found.logs(), file=sys.stderr)
            raise


def measure(found: Installation, mentors: int, letters: int, gone: float) -> int:
    """The table, printed, and the exit code."""
    from crowd import Crowd  # noqa: PLC0415 - Django is set up only now
    from django.db import connections  # noqa: PLC0415 - as above
    from papers_school import build_letter_school  # noqa: PLC0415 - as above

    from records.enums import Bundle  # noqa: PLC0415 - as above
    from records.papers.printing import order_letters  # noqa: PLC0415 - as above

    school = build_letter_school(letters // PUPILS_A_CLASS)
    crowd = Crowd.of(found.port, mentors)
    start_parts(found)
    found.wait()
    threads = crowd.for_ever(PAUSE)
    job = order_letters(actor=school.actor(), term=school.term(), bundle=Bundle.ZIP)
    ordered = time.monotonic()
    seen = [hurt(found, name, act, after) for name, act, after in phases(found, gone)]
    crowd.over.set()
    # Whoever is pressing still presses until it is answered.
    for thread in threads:
        thread.join(timeout=30)
    found.wait()
    # This process has lost its own connection, too.
    connections.close_all()
    printed = whole(job, letters, ordered)
    return tell(crowd, seen, printed)


def hurt(found: Installation, name: str, act: Callable[[], None], after: float) -> Phase:
    """Do it, and look at whether all parts run some seconds later."""
    starts = {part: one.starts for part, one in found.parts.items()}
    start = time.monotonic()
    act()
    done = time.monotonic()
    time.sleep(after)
    again = [part for part, one in found.parts.items() if one.starts > starts[part]]
    try:
        found.wait(60)
        back = "ready" if after == AFTER_KILL else f"ready {time.monotonic() - done:.0f} s later"
    except RuntimeError as error:
        back = f"NOT BACK ({error})"
    # A worker counts as seen for a while after its death: whether it runs is asked of its process.
    if dead := [part for part, one in found.parts.items() if not one.runs]:
        back = f"NOT BACK: {', '.join(dead)}"
    return Phase(name, start, time.monotonic(), f"{back}; started again: {', '.join(again) or 'none'}")


def whole(job: "Job", letters: int, ordered: float) -> bool:
    """Whether all letters are there, each once; printed."""
    import pikepdf  # noqa: PLC0415 - only now is there anything to read

    from jobs.models import ResultFile  # noqa: PLC0415 - Django is set up only now

    while not job.is_finished and time.monotonic() - ordered < PATIENCE:
        time.sleep(1)
        job.refresh_from_db()
    took = time.monotonic() - ordered
    names: Counter[str] = Counter()
    broken = 0
    for result in ResultFile.objects.filter(job=job, final=True):
        with zipfile.ZipFile(result.file.path) as package:
            for name in package.namelist():
                if name.endswith(".pdf"):
                    names[name] += 1
                    with pikepdf.open(io.BytesIO(package.read(name))) as letter:
                        broken += len(letter.pages) < 1
    well = (len(names), names.total(), broken, job.failed_count) == (letters, letters, 0, 0)
    print(f"letters ordered {letters}, printed {names.total()}, different {len(names)}, broken {broken},", end=" ")
    print(f"failed {job.failed_count}; {job.state} after {took:.0f} s")
    return well


def tell(crowd: "Crowd", seen: list[Phase], printed: bool) -> int:
    """The table and the figures. 1 if something is not as it must be."""
    from crowd import WELL, kept, longest_silence  # noqa: PLC0415 - Django is set up only now

    diary = crowd.diary
    print(f"{'':<34}{'acknowledged':>13}{'found':>7}{'doubled':>8}{'errors':>8}{'silence, s':>11}{'longest, s':>11}")
    silences = []
    everything = kept(diary.saves)
    for phase in seen:
        saves = [save for save in diary.saves if phase.start <= save.at < phase.end]
        said = kept(saves, among=diary.saves)
        answers = [answer for answer in diary.answers if phase.start <= answer.at < phase.end]
        errors = sum(answer.status not in WELL for answer in answers)
        silences.append(longest_silence(answers, phase.start, phase.end))
        longest = max((answer.seconds for answer in answers), default=0.0)
        figures = (
            f"{said.acknowledged:>13}{said.found:>7}{said.doubled:>8}{errors:>8}{silences[-1]:>11.1f}{longest:>11.1f}"
        )
        print(f"{phase.name:<34}{figures}   {phase.back}")
    print(f"{'all':<34}{everything.acknowledged:>13}{everything.found:>7}{everything.doubled:>8}")
    print(f"answered otherwise: {dict(diary.refused) or 'nothing'}")
    for save in everything.lost[:5]:
        print(f"LOST: {save.kind} of pupil {save.pupil} after {save.presses} presses")
    lost = everything.acknowledged - everything.found
    missing = sum("NOT BACK" in phase.back for phase in seen)
    kills = [silence for phase, silence in zip(seen, silences, strict=True) if phase.name.startswith("kill")]
    note(
        Figure("acknowledged saves that are lost", lost, "", at_most=0),
        Figure("saves that are there twice", everything.doubled, "", at_most=0),
        Figure("parts that are not back by themselves", missing, "", at_most=0),
        Figure("letters not all there, each once", float(not printed), "", at_most=0),
        Figure("longest silence after a kill", max(kills), "s", silences[0], "nothing done"),
    )
    well = (lost, everything.doubled, missing, printed) == (0, 0, 0, True)
    print("nothing lost or doubled, all parts are back" if well else "NOT as it must be")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
