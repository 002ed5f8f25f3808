"""What every page costs in a large school beside a small one, and in a city beside a single school, in one run.

    .venv/bin/python bench/pages.py [--small] [--only sqlite|postgres] [--rounds N] [--page PATTERN]…
                                    [--schools N] [--pupils N] [--keep FOLDER] [--json FILE]

On SQLite: a school of 3,000 pupils with two years of records beside one of 600 with one, each in a file that was never
analysed; in a third column the large one with statistics. On PostgreSQL (a server of its own, analysed, as autovacuum
does): a school beside the same school in a city of `--schools`, all in one database, of `--pupils` each (100 and 200: a
city at a tenth of its size). Each database is read by a process of its own, in turns. A page is a whole request through
Django's test client. Pages are those of mentor, 班主任, 德育室, 管理员 and family; `pages_walk.py` names each URL
pattern that is left out, and why.

Prints milliseconds of processor (on PostgreSQL with those of the server's process), queries, kilobytes and the ratio.
Exit code 1 if a page misses a bound. `--small` makes a fifth of everything, to try the script; `--page 'office *'` asks
for some pages only; `--keep` leaves the databases in a folder, or reads those that lie there.
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from figures import Figure, note
from places import analyse, databases, files, forget, statistics_of
from postgres import own_server

HERE = Path(__file__).resolve().parent
SMALL, LARGE, BESIDE = (600, 1), (3_000, 2), 10  # pupils and years; further schools of the city
MOST_RATIO, MOST_MS, MOST_CITY_RATIO = 1.5, 300.0, 1.2
ROUNDS = 5
#: A page that takes longer than so many milliseconds is not asked for again: the first look is its figure.
PATIENCE = 2_000.0
#: Differences below so many milliseconds are not looked at: the ratio of two small figures says nothing.
GRAIN = 3.0


#: Lists that show more rows in a larger school or after more years, and which; the bound in ms holds for them, too.
LONGER: dict[str, str] = {
    **dict.fromkeys(
        ("* arrangement:pupil", "office board:grant", "office clubs:edit", "office clubs:new", "admin manage:leave"),
        "a choice among all mentors of the school",
    ),
    **dict.fromkeys(
        ("office badges:index", "office badges:appointments", "office papers:handling", "office training:attendance"),
        "a line for each mentor",
    ),
    **dict.fromkeys(
        ("office board:list", "office office:dashboard", "office papers:index", "admin manage:classes"),
        "a line for each class",
    ),
    **dict.fromkeys(
        ("office rounds:candidates", "office rounds:draft", "office rounds:exceptions", "office rounds:progress"),
        "the mentors, classes or pupils of a whole grade",
    ),
}


@dataclass(slots=True)
class Figures:
    """Of one page on one database."""

    queries: int
    size: float
    processor: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)

    @property
    def ms(self) -> float:
        """The median, of processor."""
        return statistics.median(self.processor)


class Reader:
    """The process that reads one database."""

    def __init__(self, url: str, var: Path) -> None:
        environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(var)}
        self._process = subprocess.Popen(
            [sys.executable, HERE / "pages_reader.py"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a reader ended")
        return json.loads(line)

    def say(self, line: str) -> Any:
        """Ask, and wait for the answer."""
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)
        return self._answer()

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--small", action="store_true", help="a fifth of everything")
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--page", action="append", default=[], metavar="PATTERN", help="as 'mentor desk:*'")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="of the databases")
    parser.add_argument("--schools", type=int, default=1 + BESIDE, help="of the city on PostgreSQL")
    parser.add_argument("--pupils", type=int, default=SMALL[0], help="of each of them")
    parser.add_argument("--json", type=Path, help="write all figures there")
    options = parser.parse_args()
    part = 5 if options.small else 1
    kept: dict[str, Any] = {}
    missed: list[str] = []
    print(f"load average {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if options.only != "postgres":
            with _sqlite(Path(folder), options.keep or Path(folder), part) as readers:
                missed += _compare("SQLite", readers, options, MOST_RATIO, kept)
        if options.only != "sqlite":
            with _postgres(Path(folder), options.keep, options.schools, options.pupils // part) as readers:
                missed += _compare("PostgreSQL", readers, options, MOST_CITY_RATIO, kept)
    if options.json:
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"\n{len(missed)} missed" + "".join(f"\n  {line}" for line in missed))
    return 1 if missed else 0


@contextmanager
def _readers(places: dict[str, str], folder: Path) -> Iterator[dict[str, Reader]]:
    with ExitStack() as stack:
        readers: dict[str, Reader] = {}
        for name, url in places.items():
            var = folder / f"var-{len(readers)}-{name.split()[0]}"
            var.mkdir()
            readers[name] = Reader(url, var)
            stack.callback(readers[name].stop)
        yield readers


@contextmanager
def _sqlite(folder: Path, keep: Path, part: int) -> Iterator[dict[str, Reader]]:
    places = files({"small": (1, SMALL[0] // part, SMALL[1]), "large": (1, LARGE[0] // part, LARGE[1])}, keep)
    paths = {name: Path(url.removeprefix("sqlite:///")) for name, url in places.items()}
    for path in paths.values():
        forget(path)
    known = keep / "known.sqlite3"
    shutil.copy(paths["large"], known)
    with sqlite3.connect(known) as connection:
        connection.execute("ANALYZE")
    connection.close()
    places["large with statistics"] = f"sqlite:///{known}"
    with _readers(places, folder) as readers:
        yield readers
    print(f"statistics in the files at the end: { {name: statistics_of(path) for name, path in paths.items()} }")


@contextmanager
def _postgres(folder: Path, keep: Path | None, schools: int, pupils: int) -> Iterator[dict[str, Reader]]:
    with own_server(keep) as server:
        places = databases({"one": (1, pupils, LARGE[1]), "city": (schools, pupils, LARGE[1])}, server)
        for name, url in places.items():
            print(f"{name}: {analyse(url):,} rows", flush=True)
        with _readers({"one school": places["one"], f"{schools} schools": places["city"]}, folder) as readers:
            yield readers


def _compare(
    what: str, readers: dict[str, Reader], options: argparse.Namespace, most_ratio: float, kept: dict[str, Any]
) -> list[str]:  # fmt: skip
    """Print a table of all pages and return those that miss a bound. The first reader is what the second is held to."""
    first = next(iter(readers.values()))
    pages = [
        (role, name)
        for role, name in first.say("-")
        if not options.page or any(fnmatchcase(f"{role} {name}", pattern) for pattern in options.page)
    ]
    print(f"\n{what}: {len(pages)} pages; " + ", ".join(readers))
    heads = "".join(f"{name:>24}" for name in readers)
    print(f"{'':<38}{heads}{'ratio':>8}\n{'':<38}" + f"{'ms   queries      KB':>24}" * len(readers), flush=True)
    missed = []
    ratios: dict[str, float] = {}
    for role, name in pages:
        found = measure(list(readers.values()), role, name, options.rounds)
        ratio = found[1].ms / found[0].ms
        columns = "".join(f"{one.ms:>8.1f}{one.queries:>8}{one.size:>8.0f}" for one in found)
        label = f"{role} {name}"
        ratios[label] = ratio
        faults = misses(label, found[0], found[1], most_ratio)
        print(f"{label:<38}{columns}{ratio:>8.2f}{'  ' + '!' * len(faults)}".rstrip(), flush=True)
        missed += faults
        kept[f"{what} {label}"] = [
            {"ms": one.ms, "clock": statistics.median(one.clock), "queries": one.queries, "kb": one.size}
            for one in found
        ]
    if ratios:
        worst = max(ratios, key=ratios.__getitem__)
        note(
            Figure(f"{what}: {len(ratios)} pages, those that miss a bound", len(missed), "", at_most=0),
            Figure(f"{what}: the page that grows most ({worst})", ratios[worst], "×"),
        )
    return [f"{what}: {line}" for line in missed]


def measure(readers: Sequence[Reader], role: str, name: str, rounds: int) -> list[Figures]:
    """The page on each database, in turns."""
    found = []
    for reader in readers:
        warm = reader.say(f"{role} {name} 0")
        assert warm["status"] == 200, f"{role} {name} answers {warm['status']}"
        figures = Figures(warm["queries"], warm["size"])
        if warm["processor"][0] > PATIENCE:
            figures.processor, figures.clock = warm["processor"], warm["clock"]
        found.append(figures)
    for _ in range(rounds):
        for reader, figures in zip(readers, found, strict=True):
            if figures.processor and figures.processor[0] > PATIENCE:
                continue
            answer = reader.say(f"{role} {name} 1")
            figures.processor += answer["processor"]
            figures.clock += answer["clock"]
    return found


def misses(label: str, held_to: Figures, found: Figures, most_ratio: float) -> list[str]:
    """What the page misses, in words."""
    lines = []
    if found.ms > MOST_MS:
        lines.append(f"{label}: {found.ms:.0f} ms of processor, wanted at most {MOST_MS:.0f}")
    if (
        not any(fnmatchcase(label, pattern) for pattern in LONGER)
        and found.ms > held_to.ms * most_ratio
        and found.ms - held_to.ms > GRAIN
    ):
        lines.append(f"{label}: {found.ms / held_to.ms:.2f} ×, wanted at most {most_ratio}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
