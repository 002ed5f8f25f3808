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
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from city import DAY, at_day
from figures import Figure, note
from pages import forget
from postgres import own_server
from setting import ROOT, set_up

HERE = Path(__file__).resolve().parent
SCHOOLS, PUPILS, YEARS = 100, 2_000, 2
SMALL, LARGE = 120, 3_000
PAGES = ("office:dashboard", "office:pupils", "desk:home")
ROUNDS = 40
READERS, PROCESSES, ASKS = 20, 2, 15
MOST_MS, MOST_QUERIES, MOST_P95, MOST_TO_SQL, MOST_TO_ONE, MOST_TO_NONE = 30.0, 12, 300.0, 1.5, 1.2, 1.3

#: The figures of the dashboard by class: pupils, those with a mentor, those done with each action.
PLAIN = """
SELECT e.school_class_id, count(*), count(a.id), count(v.id), count(t.id), count(l.id),
       count(*) FILTER (WHERE v.id IS NULL AND t.id IS NULL AND l.id IS NULL)
FROM students_enrolment e
JOIN schools_schoolclass c ON c.id = e.school_class_id
LEFT JOIN mentors_assignment a
  ON a.pupil_id = e.pupil_id AND a.year_id = e.year_id AND a.kind = 'main' AND a.ends_on IS NULL
LEFT JOIN records_tick v
  ON v.pupil_id = e.pupil_id AND v.period_id = %(period)s AND v.action = 'visit' AND v.state = 'done'
LEFT JOIN records_tick t
  ON t.pupil_id = e.pupil_id AND t.period_id = %(period)s AND t.action = 'talk' AND t.state = 'done'
LEFT JOIN records_tick l
  ON l.pupil_id = e.pupil_id AND l.period_id = %(period)s AND l.action = 'letter' AND l.state = 'done'
WHERE e.year_id = %(year)s AND e.ends_on IS NULL
GROUP BY e.school_class_id
"""
TRAINED = """
SELECT s.date, count(x.id) FROM mentors_trainingsession s
LEFT JOIN mentors_trainingsession_teachers x ON x.trainingsession_id = s.id WHERE s.term_id = %(term)s GROUP BY s.id
"""


class Worker:
    """A process that reads one database; `ask` names a function below and waits for its answer."""

    def __init__(self, url: str, var: Path, *, static: bool) -> None:
        """Pages want the `static` files, which take a while to collect."""
        environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(var), "STATIC": str(int(static))}
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--worker"],
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


# --- In the worker ---------------------------------------------------------------------------------------------------


def _spent(act: Callable[[], object], rounds: int) -> list[tuple[float, float]]:
    """Milliseconds of processor and by the clock of each round."""
    times = []
    for _ in range(rounds):
        began, busy = time.perf_counter(), _busy()
        act()
        times.append(((_busy() - busy) * 1000, (time.perf_counter() - began) * 1000))
    return times


def _busy() -> float:
    """Seconds of processor of this process, and of the database's that serves it."""
    from django.db import connection  # noqa: PLC0415 - Django is set up only now

    if connection.vendor != "postgresql":
        return time.process_time()
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return time.process_time() + int(stat.read_text().split()[0]) / 1e9


def _median(times: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(one for one, _ in times), statistics.median(two for _, two in times)


def count(_rounds: int) -> dict[str, Any]:
    """Count all schools for their bureau, the near years, and once more what changed in none."""
    from records.bureau.models import CountedTerm, KeptCount  # noqa: PLC0415 - Django is set up only now
    from records.bureau.services.counting import recount_all, recount_changed  # noqa: PLC0415 - as above

    first = _spent(lambda: recount_all(today=DAY), 1)[0]
    # A minute in which one school has worked.
    CountedTerm.objects.update(counted_at="2100-01-01T00:00Z")
    own = CountedTerm.objects.order_by("school_id").values("school_id")[:1]
    CountedTerm.objects.filter(school_id__in=own).update(counted_at="2000-01-01T00:00Z")
    one = _spent(lambda: recount_changed(today=DAY), 1)[0]
    none = _spent(lambda: recount_changed(today=DAY), 1)[0]
    return {"all": first, "one": one, "none": none, "rows": KeptCount.objects.count()}


def _bureau_browser() -> Any:
    from django.test import Client  # noqa: PLC0415 - Django is set up only now

    from accounts.actors import system_actor  # noqa: PLC0415 - as above
    from accounts.enums import Role  # noqa: PLC0415 - as above
    from accounts.models import User  # noqa: PLC0415 - as above
    from accounts.services import create_user, grant_role  # noqa: PLC0415 - as above
    from schools.models import Bureau  # noqa: PLC0415 - as above

    user = User.objects.filter(username="bench-bureau").first()
    if user is None:
        system = system_actor(school_id=None, today=DAY)
        user = create_user(actor=system, username="bench-bureau", name="林督学", school=None)
        grant_role(actor=system, user=user, role=Role.BUREAU, bureau=Bureau.objects.get())
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def page(rounds: int) -> dict[str, Any]:
    """The bureau's page: milliseconds of each round, queries, kilobytes."""
    from django.db import connection  # noqa: PLC0415 - Django is set up only now
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    browser = _bureau_browser()

    def get() -> Any:
        found = browser.get("/bureau/", SERVER_NAME="localhost")
        assert found.status_code == 200, found.status_code
        return found

    get()
    with CaptureQueriesContext(connection) as captured:
        found = get()
    queries = len(captured)
    return {"ms": _median(_spent(get, rounds)), "queries": queries, "kb": len(found.content) / 1024}


def read_at_once(address: str, threads: int, asks: int) -> list[float]:
    """What each answer of `address` takes, by the clock, while so many readers ask."""
    times: list[float] = []

    def read() -> None:
        from django.db import connection  # noqa: PLC0415 - Django is set up only now

        browser = _bureau_browser()
        own = _spent(lambda: browser.get(address, SERVER_NAME="localhost"), asks + 1)[1:]
        times.extend(clock for _, clock in own)
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(threads)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    return times


def dashboard(rounds: int) -> dict[str, Any]:
    """Medians of the dashboard of the first school and of the plain SQL, in turns."""
    from django.db import connection  # noqa: PLC0415 - Django is set up only now

    from accounts.actors import system_actor  # noqa: PLC0415 - as above
    from records.office.queries.dashboard import find_dashboard  # noqa: PLC0415 - as above
    from schools.models import School  # noqa: PLC0415 - as above

    school = School.objects.order_by("code")[0]
    actor = system_actor(school_id=school.pk, today=DAY)
    calendar = actor.calendar.now
    period = next(one.pk for one in calendar.periods if one.term_id == calendar.term.pk)
    keys = {"period": period, "year": calendar.year.pk, "term": calendar.term.pk}

    def plain() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(TRAINED, keys)
            cursor.fetchall()
            cursor.execute(PLAIN, keys)
            rows: list[Any] = cursor.fetchall()
            return rows

    own = find_dashboard(actor, calendar)
    assert sum(row[1] for row in plain()) == own.tally.pupils
    assert [sum(row[at] for row in plain()) for at in (3, 4, 5)] == [one.done for one in own.tally.actions]
    ours, floor = [], []
    for _ in range(rounds):
        floor += _spent(plain, 1)
        ours += _spent(lambda: find_dashboard(actor, calendar), 1)
    return {"ours": _median(ours), "plain": _median(floor)}


def school_pages(rounds: int) -> dict[str, tuple[float, float]]:
    """Medians of pages of the first school: dashboard, list of pupils, a mentor's home."""
    from pages_walk import addresses, browsers  # noqa: PLC0415 - Django is set up only now

    own, people = addresses(), browsers()
    pages = {
        "office:dashboard": people["office"],
        "office:pupils": people["office"],
        "desk:home": people["mentor"],
    }
    found = {}
    for name, browser in pages.items():
        act = partial(browser.get, own[name], SERVER_NAME="localhost")
        act()
        found[name] = _median(_spent(act, rounds))
    return found


def save(rounds: int) -> tuple[float, float]:
    """The median of saving a talk with its version, audit line and ticks."""
    from accounts.queries import actor_for  # noqa: PLC0415 - Django is set up only now
    from mentors.models.slots import Assignment  # noqa: PLC0415 - as above
    from records.desk.services.notes import TalkData, log_talk  # noqa: PLC0415 - as above
    from schools.enums import NoteVisibility  # noqa: PLC0415 - as above

    rows = Assignment.objects.filter(year__is_current=True, ends_on=None, kind="main").select_related("pupil")
    own = list(rows.order_by("pk")[:rounds])
    user = own[0].mentor.members.get().teacher.user
    assert user is not None
    actor = actor_for(user, scope_key=None, on=DAY)
    term = actor.calendar.now.term
    data = TalkData(date=DAY, visibility=NoteVisibility.TEAM, text="课间聊了一会儿。")
    mine = [one.pupil for one in own if one.mentor_id == own[0].mentor_id]
    times = []
    for at in range(rounds):
        pupil = mine[at % len(mine)]
        act = partial(log_talk, actor=actor, pupils=[pupil], term=term, data=data, submission=uuid.uuid4())
        times += _spent(act, 1)
    return _median(times)


def work() -> None:
    """Answer what is asked on standard input."""
    set_up(Path(os.environ["VAR_DIR"]), keep_database=True, migrate=False, static=os.environ["STATIC"] == "1")
    known = {one.__name__: one for one in (count, page, read_at_once, dashboard, school_pages, save)}
    with at_day():
        print(json.dumps("ready"), flush=True)
        for line in sys.stdin:
            name, *words = json.loads(line)
            print(json.dumps(known[name](*words)), flush=True)


# --- The run ---------------------------------------------------------------------------------------------------------


def _databases(shapes: dict[str, tuple[int, int, int]], server: str) -> dict[str, str]:
    """The address of each, built where it is not there; a name says the shape, so that none is taken for another."""
    import psycopg  # noqa: PLC0415 - only here

    names = {key: f"{key}_" + "_".join(map(str, shape)) for key, shape in shapes.items()}
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for key, name in names.items():
            if name in there:
                _migrate(f"{server}/{name}")
            else:
                # Whole or not there at all.
                connection.execute(f"DROP DATABASE IF EXISTS {name}_begun")
                connection.execute(f"CREATE DATABASE {name}_begun")
                _build(f"{server}/{name}_begun", shapes[key])
                connection.execute(f"ALTER DATABASE {name}_begun RENAME TO {name}")
    return {key: f"{server}/{name}" for key, name in names.items()}


def _files(shapes: dict[str, tuple[int, int, int]], folder: Path) -> dict[str, str]:
    """The same on SQLite."""
    places = {}
    for key, shape in shapes.items():
        path = folder / ("_".join(map(str, (key, *shape))) + ".sqlite3")
        if path.exists():
            _migrate(f"sqlite:///{path}")
        else:
            begun = path.with_suffix(".begun")
            begun.unlink(missing_ok=True)
            _build(f"sqlite:///{begun}", shape)
            forget(begun)
            begun.rename(path)
        places[key] = f"sqlite:///{path}"
    return places


def _build(url: str, shape: tuple[int, int, int]) -> None:
    words = [word for pair in zip(("--schools", "--pupils", "--years"), map(str, shape), strict=True) for word in pair]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, HERE / "city.py", *words],
        check=True, env=os.environ | {"DATABASE_URL": url}, cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    print(f"{url.rpartition('/')[2]}: built in {time.perf_counter() - began:.0f} s", flush=True)


def _migrate(url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as var:
        subprocess.run(
            [sys.executable, ROOT / "manage.py", "migrate", "--verbosity", "0", "--skip-checks"],
            check=True, env=os.environ | {"DATABASE_URL": url, "VAR_DIR": var}, cwd=ROOT,
        )  # fmt: skip


def _analyse(url: str) -> int:
    import psycopg  # noqa: PLC0415 - only here

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        row = connection.execute("SELECT sum(reltuples)::bigint FROM pg_class WHERE relkind = 'r'").fetchone()
        assert row is not None
        return int(row[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--schools", type=int, default=SCHOOLS)
    parser.add_argument("--pupils", type=int, default=PUPILS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="of the databases")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--worker", action="store_true")
    options = parser.parse_args()
    if options.worker:
        work()
        return 0
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
        places = _databases(shapes, server)
        workers: dict[str, Worker] = {}
        kept = options.keep or Path(folder)
        for name, url in [*places.items(), ("second", places["city"]), *_files(lite, kept).items()]:
            var = Path(folder) / name
            var.mkdir()
            workers[name] = Worker(url, var, static=name in ("city", "second", "one"))
            stack.callback(workers[name].stop)
        counted = {name: workers[name].ask("count", 1) for name in places}
        for name, url in places.items():
            print(
                f"{name}: {_analyse(url):,} rows; counted (ms of processor, by the clock) {counted[name]}", flush=True
            )
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
        here, alone = (_median([pair[at][name] for pair in pages]) for at in (0, 1))
        found |= {f"{name} in the city": here, f"{name} alone": alone}
    for where, large, few in (("", city, small), (" on SQLite", workers["large"], workers["few"])):
        saves = [(large.ask("save", rounds // 4), few.ask("save", rounds // 4)) for _ in range(4)]
        for at, what in enumerate(("among many", "in a small school")):
            found[f"saving a talk {what}{where}"] = _median([pair[at] for pair in saves])
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
