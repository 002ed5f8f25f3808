"""All benchmarks, or those named, one after the other, and one table of what they found.

    bench/run [--quick] [--list] [NAME…]

A benchmark is a script of this folder that notes its figures (`figures.py`); alone it prints more. The table has each
figure, the floor or peer of the same run, the ratio of the two, the bound, and whether it was met. `--quick` makes
everything small: to see whether the scripts run, not to be quoted. Exit code 1 if a bound is missed or a script fails.
The whole takes some hours (a city is built); what the scripts say goes to the terminal as they say it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from figures import KEPT_IN, Figure, noted
from setting import ROOT

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A script, what it is about, and the arguments that make it small."""

    about: str
    quick: tuple[str, ...] = ()


BENCHMARKS: Final = {
    "start": Benchmark("commands, the embedded product, its memory", ("--rounds", "3", "--commands")),
    "import_roster": Benchmark("a roster from upload to confirmation, and once more", ("2000",)),
    "match": Benchmark("matching pupils and mentors", ("400", "28")),
    "desk": Benchmark("a mentor's home page", ("10",)),
    "letter_checks": Benchmark("the checks of letters"),
    "likeness": Benchmark("finding nearly equal letters", ("2000",)),
    "danger_words": Benchmark("the words of danger in texts"),
    "papers": Benchmark("letters and record books", ("--quick", "--rounds", "1")),
    "phone": Benchmark("a mentor's home on a slow phone", ("--rounds", "2")),
    "pages": Benchmark("every page, growing", ("--small", "--only", "sqlite", "--rounds", "1")),
    "page_floor": Benchmark("every page beside its template and SQL", ("--pupils", "300", "--rounds", "1")),
    "bureau": Benchmark("a city", ("--schools", "3", "--pupils", "300", "--rounds", "4")),
    "backup": Benchmark("a city backed up and put back", ("--quick",)),
    "faults/load": Benchmark("a term's end: 500 mentors in two minutes", ("--quick",)),
    "faults/kills": Benchmark("each part killed, servers frozen and gone, under load", ("--quick",)),
    "faults/mail": Benchmark("a mail server that is down, says later or never, is slow", ("--quick",)),
    "faults/disk": Benchmark("the disk full and freed, read-only", ("--quick",)),
    "faults/clock": Benchmark("the clock two days ahead and behind", ("--quick",)),
    "faults/midnight": Benchmark("the last midnight of a term", ("--quick",)),
    "faults/frozen": Benchmark("PostgreSQL frozen under readers", ("--seconds", "8")),
    "faults/rollover": Benchmark("a roll-over cut off, and a term's last midnight", ("--pupils", "300")),
    "faults/upgrade": Benchmark("upgraded from former commits, and back", ("3232cc7", "--only", "sqlite")),
    "faults/machine": Benchmark("a bare Debian: installed, hurt, upgraded, removed"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--list", action="store_true", help="say what there is")
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{name:<16}{one.about}" for name, one in BENCHMARKS.items()))
        return 0
    if unknown := sorted(set(options.names) - set(BENCHMARKS)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    found: dict[str, list[Figure]] = {}
    failed = []
    for name in options.names or BENCHMARKS:
        found[name], code = run(name, BENCHMARKS[name].quick if options.quick else ())
        # Whoever misses a bound of its own says so by 1, and its figures are there.
        if code > 1 or not found[name]:
            failed.append(name)
    print("\n" + "\n".join(lines(found)))
    if failed:
        print(f"did not come to an end: {', '.join(failed)}")
    return int(bool(failed) or any(one.met is False for figures in found.values() for one in figures))


def run(name: str, arguments: Iterable[str]) -> tuple[list[Figure], int]:
    """The figures of a benchmark, and its exit code."""
    print(f"\n== {name} {' '.join(arguments)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        kept = Path(folder) / "figures"
        kept.touch()
        environment = os.environ | {KEPT_IN: str(kept)}
        done = subprocess.run([sys.executable, HERE / f"{name}.py", *arguments], check=False, env=environment, cwd=ROOT)
        return noted(kept), done.returncode


def lines(found: dict[str, list[Figure]]) -> Iterator[str]:
    """The table."""
    yield f"{'':<16}{'':<52}{'ours':>12}{'floor or peer':>40}{'ratio':>8}{'at most':>16}"
    for name, figures in found.items():
        for one in figures:
            beside = f"{one.beside:.2f} {one.unit} {one.beside_what}" if one.beside is not None else ""
            ratio = f"{one.ratio:.2f}" if one.ratio is not None else ""
            verdict = {True: "met", False: "MISSED", None: ""}[one.met]
            columns = f"{f'{one.ours:.2f} {one.unit}':>12}{beside:>40}{ratio:>8}{one.bound:>16}"
            yield f"{name:<16}{one.what:<52}{columns}  {verdict}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
