"""A whole city on PostgreSQL: its bureau's page, a school in it beside a school alone, saving beside an empty house.

    .venv/bin/python bench/bureau.py [--schools N] [--pupils N] [--rounds N] [--keep FOLDER] [--json FILE]

Builds by `bench/city.py` a city (100 schools of 2,000 pupils with two years), one such school alone, and a small school
with nothing written (120 pupils of this year), each in a database of a server of its own; counts them for the bureau;
analyses. Each is then asked by processes of its own, in turns where two are compared:

* the bureau's page: milliseconds by the clock, queries, and the p95 of 20 readers at once (two processes with ten
  threads each, as two web processes have);
* the dashboard of a school beside hand-written SQL for its figures, in the same process;
* that dashboard in the city beside the one of the school alone;
* saving a talk in the city beside saving one in the small school;
* dashboard and saving once more on SQLite, for one school of 3,000 pupils.

Each figure is of processor, the database's own process included, with the clock beside: on a busy machine the clock
says how busy it is. What 20 readers wait is by the clock alone, beside what they wait for an answer that says nothing.

`--keep` names a folder that the data stay in: what lies there is used, what does not is built; of the full size
it needs 5 GB and half an hour. Exit code 1 if a bound is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bureau_worker import median
from figures import Figure, note
from places import analyse, databases, files
from postgres import own_server

HERE = Path(__file__).resolve().parent
SCHOOLS, PUPILS, YEARS = 100, 2_000, 2
SMALL, LARGE = 120, 3_000
PAGES = ("office:dashboard", "office:pupils", "desk:home")
ROUNDS = 40
READERS, PROCESSES, ASKS = 20, 2, 15
MOST_MS, MOST_QUERIES, MOST_P95, MOST_TO_SQL, MOST_TO_ONE, MOST_TO_NONE = 30.0, 12, 300.0, 1.5, 1.2, 1.3


class Worker:
    """A process that reads one database; `ask` names a function of `bureau_worker` and waits for its answer."""

    def __init__(self, url: str, var: Path, *, static: bool) -> None:
        """Pages want the `static` files, which take a while to collect."""
        environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(var), "STATIC": str(int(static))}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "bureau_worker.py")],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self.answer()

    def say(self, name: str, *words: object) -> None:
        """Ask, and do not wait."""
        assert self._process.stdin is not None
        print(json.dumps([name, *words]), file=self._process.stdin, flush=True)

    def answer(self) -> Any:
        """Wait for what was asked."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a worker ended")
        return json.loads(line)

    def ask(self, name: str, *words: object) -> Any:
        """Ask, and wait for the answer."""
        self.say(name, *words)
        return self.answer()

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--schools", type=int, default=SCHOOLS)
    parser.add_argument("--pupils", type=int, default=PUPILS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="of the databases")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores", flush=True)
    shapes = {
        "city": (options.schools, options.pupils, YEARS), "one": (1, options.pupils, YEARS), "small": (1, SMALL, 1)
    }  # fmt: skip
    lite = {"large": (1, LARGE, YEARS), "few": (1, SMALL, 1)}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        own_server(options.keep) as server,
        ExitStack() as stack,
    ):
        places = databases(shapes, server)
        workers: dict[str, Worker] = {}
        kept = options.keep or Path(folder)
        for name, url in [*places.items(), ("second", places["city"]), *files(lite, kept).items()]:
            var = Path(folder) / name
            var.mkdir()
            workers[name] = Worker(url, var, static=name in ("city", "second", "one"))
            stack.callback(workers[name].stop)
        counted = {name: workers[name].ask("count", 1) for name in places}
        for name, url in places.items():
            print(f"{name}: {analyse(url):,} rows; counted (ms of processor, by the clock) {counted[name]}", flush=True)
        found = _measure(workers, options.rounds)
    print(f"load average {os.getloadavg()[0]:.2f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return _judge(found)


Figures = dict[str, tuple[float, float]]


def _measure(workers: dict[str, Worker], rounds: int) -> Figures:
    city, one, small, second = (workers[name] for name in ("city", "one", "small", "second"))
    own = city.ask("page", rounds)
    found: Figures = {"the bureau's page": own["ms"], "its queries": (own["queries"], 0), "its KB": (own["kb"], 0)}
    for what, address in (("an empty answer", "/healthz"), ("the bureau's page", "/bureau/")):
        for worker in (city, second):
            worker.say("read_at_once", address, READERS // PROCESSES, ASKS)
        times = sorted([*city.answer(), *second.answer()])
        found[f"{what}, p95 of {READERS} readers"] = (0, times[len(times) * 95 // 100])
    for where, worker in (("", city), (" on SQLite", workers["large"])):
        both = worker.ask("dashboard", rounds)
        found |= {f"dashboard{where}": both["ours"], f"plain SQL{where}": both["plain"]}
    pages = [(city.ask("school_pages", rounds // 4), one.ask("school_pages", rounds // 4)) for _ in range(4)]
    for name in pages[0][0]:
        here, alone = (median([pair[at][name] for pair in pages]) for at in (0, 1))
        found |= {f"{name} in the city": here, f"{name} alone": alone}
    for where, large, few in (("", city, small), (" on SQLite", workers["large"], workers["few"])):
        saves = [(large.ask("save", rounds // 4), few.ask("save", rounds // 4)) for _ in range(4)]
        for at, what in enumerate(("among many", "in a small school")):
            found[f"saving a talk {what}{where}"] = median([pair[at] for pair in saves])
    return found


def _judge(found: Figures) -> int:
    def ratio(name: str, floor: str) -> float:
        return found[name][0] / found[floor][0]

    bounds = [
        ("the bureau's page, ms", found["the bureau's page"][0], MOST_MS),
        ("its queries", found["its queries"][0], MOST_QUERIES),
        (
            f"its p95 with {READERS} readers at once, ms",
            found[f"the bureau's page, p95 of {READERS} readers"][1],
            MOST_P95,
        ),
    ]
    bounds += [
        (f"{name} to a school alone", ratio(f"{name} in the city", f"{name} alone"), MOST_TO_ONE) for name in PAGES
    ]
    for where in ("", " on SQLite"):
        bounds += [
            (f"dashboard to plain SQL{where}", ratio(f"dashboard{where}", f"plain SQL{where}"), MOST_TO_SQL),
            (
                f"saving to an empty house{where}",
                ratio(f"saving a talk among many{where}", f"saving a talk in a small school{where}"),
                MOST_TO_NONE,
            ),
        ]
    print(f"{'':<46}{'processor':>10}{'clock':>10}  ms")
    for name, (busy, clock) in found.items():
        print(f"{name:<46}" + "".join(f"{ms:>10.1f}" if ms else f"{'':>10}" for ms in (busy, clock)))
    missed = 0
    for name, value, most in bounds:
        missed += value > most
        note(Figure(name, value, "", at_most=most))
        print(f"{name:<46}{value:>10.2f}  wanted at most {most:g}{'  MISSED' if value > most else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
