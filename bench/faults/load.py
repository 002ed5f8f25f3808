"""A term's end: 500 mentors in two minutes on two web processes and three workers, PostgreSQL and Redis.

    .venv/bin/python bench/faults/load.py [--mentors N] [--seconds N] [--quick]

Each opens home, logs two talks, opens a letter, keeps it as a draft and hands it in, with pauses in between; all are
signed in beforehand. Then the database is asked: each acknowledged save is there, once, and nothing was refused. Beside
it the times of a constant page (/healthz) of the same web processes, asked for as often, before the load and among it.
Exit code 1 if a bound is missed.
"""

import argparse
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from parts import Figure, Installation, note, servers, set_up_django, start_parts
from probe import asked

if TYPE_CHECKING:
    from crowd import Diary

TALKS = 2
#: Pages that one mentor asks for: home, each talk's page, form and what follows, and the letter's twice.
ASKED_BY_ONE = 1 + 3 * (TALKS + 2)


def constant(port: int, rate: float, seconds: float) -> list[float]:
    """Seconds that /healthz took, asked for so often a second."""
    found: list[float] = []

    def ask(due: float) -> None:
        time.sleep(max(0.0, due - time.monotonic()))
        began = time.monotonic()
        if asked(port, "/healthz")[0] == 200:
            found.append(time.monotonic() - began)

    start = time.monotonic()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(ask, [start + number / rate for number in range(int(rate * seconds))]))
    return found


def main() -> int:
    """Exit code 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--quick", action="store_true", help="30 mentors in ten seconds")
    options = parser.parse_args()
    mentors, seconds = (30, 10.0) if options.quick else (options.mentors, options.seconds)
    with tempfile.TemporaryDirectory(prefix="load-") as folder, servers(Path(folder)) as found:
        set_up_django(found)
        try:
            return measure(found, mentors, seconds)
        except BaseException:
            print(found.logs(), file=sys.stderr)
            raise


def measure(found: Installation, mentors: int, seconds: float) -> int:
    """The table, printed, and the exit code."""
    from crowd import Crowd, kept  # noqa: PLC0415 - Django is set up only now

    crowd = Crowd.of(found.port, mentors)
    start_parts(found)
    found.wait()
    rate = mentors * ASKED_BY_ONE / seconds
    alone = constant(found.port, rate, min(20.0, seconds))
    among: list[float] = []
    asker = threading.Thread(target=lambda: among.extend(constant(found.port, 2.0, seconds)))
    began = time.monotonic()
    asker.start()
    crowd.once(seconds, TALKS)
    took = time.monotonic() - began
    asker.join()
    said = kept(crowd.diary.saves)
    wanted = mentors * (TALKS + 2)
    print(f"{mentors} mentors, {took:.0f} s, {len(crowd.diary.answers) / took:.0f} pages a second")
    print(f"saves wanted {wanted}, acknowledged {said.acknowledged}, found {said.found}, doubled {said.doubled}")
    for save in said.lost[:5]:
        print(f"LOST: {save.kind} of pupil {save.pupil} after {save.presses} presses")
    print(f"refused: {dict(crowd.diary.refused) or 'nothing'}")
    return tell(crowd.diary, alone, among, mentors, wanted - said.found, said.doubled)


def tell(diary: "Diary", alone: list[float], among: list[float], mentors: int, lost: int, doubled: int) -> int:
    """Times by what was asked for, and the figures. 1 if something was lost, doubled or refused."""
    from crowd import percentile  # noqa: PLC0415 - Django is set up only now

    by_kind: dict[str, list[float]] = {"all": [answer.seconds for answer in diary.answers]}
    for answer in diary.answers:
        by_kind.setdefault(answer.what, []).append(answer.seconds)
    by_kind |= {"/healthz among them": among, "/healthz alone, as often": alone}
    print(f"{'':<28}{'answers':>8}{'median, ms':>12}{'p95':>8}{'slowest':>9}")
    for what, times in by_kind.items():
        figures = [1000 * percentile(times, share) for share in (0.5, 0.95, 1.0)]
        print(f"{what:<28}{len(times):>8}{figures[0]:>12.0f}{figures[1]:>8.0f}{figures[2]:>9.0f}")
    refused = sum(diary.refused.values())
    floor = 1000 * percentile(alone, 0.95)
    note(
        Figure(f"p95, {mentors} mentors", 1000 * percentile(by_kind["all"], 0.95), "ms", floor, "/healthz alone"),
        Figure("saves that are not there", lost, "", at_most=0),
        Figure("saves that are there twice", doubled, "", at_most=0),
        Figure("refused or unanswered", refused, "", at_most=0),
    )
    well = (lost, doubled, refused) == (0, 0, 0)
    print("nothing lost, doubled or refused" if well else "NOT as it must be")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
