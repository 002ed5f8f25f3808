"""A whole city on PostgreSQL: its bureau's page, a school in it beside a school alone, saving beside an empty house.

    .venv/bin/python bench/bureau.py [--schools N] [--pupils N] [--rounds N] [--keep FOLDER] [--json FILE]

Builds by `bench/city.py` a city (100 schools of 2,000 pupils with two years), one such school alone, and a small school
with nothing written (120 pupils of this year), each in a database of a server of its own; counts them for the bureau;
analyses. Each is then asked by processes of its own, in turns where two are compared:

* the bureau's page: milliseconds by the clock, queries, and the p95 of 20 readers at once (two processes with ten
  threads each, as two web processes have);
* the dashboard of a school beside hand-written SQL for its figures, in the same process;
* that dashboard in the city beside the one of the school alone;
* saving a talk in the city beside saving one in the small school.

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
from pathlib import Path
from typing import Any

from city import DAY, at_day
from figures import Figure, note
from postgres import own_server
from setting import ROOT, in_turns, set_up

HERE = Path(__file__).resolve().parent
SCHOOLS, PUPILS, YEARS = 100, 2_000, 2
SMALL = 120
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

    def __init__(self, url: str, var: Path) -> None:
        environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(var)}
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


def _clock(act: Callable[[], object], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return times


def count(_rounds: int) -> dict[str, float]:
    """Count all schools for their bureau, the near years, and once more what changed in none."""
    from records.bureau.models import CountedTerm, KeptCount  # noqa: PLC0415 - Django is set up only now
    from records.bureau.services.counting import recount_all, recount_changed  # noqa: PLC0415 - as above

    first = _clock(lambda: recount_all(today=DAY), 1)[0]
    # A minute in which one school has worked.
    CountedTerm.objects.update(counted_at="2100-01-01T00:00Z")
    own = CountedTerm.objects.order_by("school_id").values("school_id")[:1]
    CountedTerm.objects.filter(school_id__in=own).update(counted_at="2000-01-01T00:00Z")
    one = _clock(lambda: recount_changed(today=DAY), 1)[0]
    none = _clock(lambda: recount_changed(today=DAY), 1)[0]
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
    return {"ms": _clock(get, rounds), "queries": queries, "kb": len(found.content) / 1024}


def read_at_once(threads: int, asks: int) -> list[float]:
    """What each answer of the bureau's page takes while so many readers ask."""
    times: list[float] = []

    def read() -> None:
        from django.db import connection  # noqa: PLC0415 - Django is set up only now

        browser = _bureau_browser()
        own = _clock(lambda: browser.get("/bureau/", SERVER_NAME="localhost"), asks + 1)[1:]
        times.extend(own)
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(threads)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    return times


def dashboard(rounds: int) -> dict[str, float]:
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
            return cursor.fetchall()

    own = find_dashboard(actor, calendar)
    assert sum(row[1] for row in plain()) == own.tally.pupils
    assert [sum(row[at] for row in plain()) for at in (3, 4, 5)] == [one.done for one in own.tally.actions]
    ours, floor = [], []
    for _ in range(rounds):
        floor += _clock(plain, 1)
        ours += _clock(lambda: find_dashboard(actor, calendar), 1)
    return {"ours": statistics.median(ours), "plain": statistics.median(floor)}


def school_pages(rounds: int) -> dict[str, float]:
    """Medians, of processor, of pages of the first school: dashboard, list of pupils, a mentor's home."""
    from pages_walk import addresses, browsers  # noqa: PLC0415 - Django is set up only now

    own, people = addresses(), browsers()
    pages = {
        "office:dashboard": people["office"],
        "office:pupils": people["office"],
        "desk:home": people["mentor"],
    }
    acts = [
        (lambda browser=browser, name=name: browser.get(own[name], SERVER_NAME="localhost"))
        for name, browser in pages.items()
    ]
    for act in acts:
        act()
    return {name: ms * 1000 for name, ms in zip(pages, in_turns(acts, rounds), strict=True)}


def save(rounds: int) -> float:
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
        times += _clock(
            lambda pupil=pupil: log_talk(actor=actor, pupils=[pupil], term=term, data=data, submission=uuid.uuid4()), 1
        )
    return statistics.median(times)


def work() -> None:
    """Answer what is asked on standard input."""
    set_up(Path(os.environ["VAR_DIR"]), keep_database=True, migrate=False, static=True)
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
            if name not in there:
                # Whole or not there at all.
                connection.execute(f"DROP DATABASE IF EXISTS {name}_begun")
                connection.execute(f"CREATE DATABASE {name}_begun")
                _build(f"{server}/{name}_begun", shapes[key])
                connection.execute(f"ALTER DATABASE {name}_begun RENAME TO {name}")
    return {key: f"{server}/{name}" for key, name in names.items()}


def _build(url: str, shape: tuple[int, int, int]) -> None:
    words = [word for pair in zip(("--schools", "--pupils", "--years"), map(str, shape), strict=True) for word in pair]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, HERE / "city.py", *words],
        check=True, env=os.environ | {"DATABASE_URL": url}, cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    print(f"{url.rpartition('/')[2]}: built in {time.perf_counter() - began:.0f} s", flush=True)


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
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        own_server(options.keep) as server,
        ExitStack() as stack,
    ):
        places = _databases(shapes, server)
        workers: dict[str, Worker] = {}
        for name, url in [*places.items(), ("second", places["city"])]:
            var = Path(folder) / name
            var.mkdir()
            workers[name] = Worker(url, var)
            stack.callback(workers[name].stop)
        counted = {name: workers[name].ask("count", 1) for name in places}
        rows = {name: _analyse(url) for name, url in places.items()}
        for name in places:
            print(f"{name}: {rows[name]:,} rows; counted {counted[name]}", flush=True)
        found = _measure(workers, options.rounds)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return _judge(found)


def _measure(workers: dict[str, Worker], rounds: int) -> dict[str, float]:
    city, one, small, second = (workers[name] for name in ("city", "one", "small", "second"))
    own = city.ask("page", rounds)
    found = {"page ms": statistics.median(own["ms"]), "page queries": own["queries"], "page KB": own["kb"]}
    second.ask("page", 1)
    for worker in (city, second):
        worker.say("read_at_once", READERS // PROCESSES, ASKS)
    times = sorted([*city.answer(), *second.answer()])
    found["p95 ms"] = times[len(times) * 95 // 100]
    dashboards = city.ask("dashboard", rounds)
    found |= {"dashboard ms": dashboards["ours"], "plain SQL ms": dashboards["plain"]}
    pages = [(city.ask("school_pages", rounds // 4), one.ask("school_pages", rounds // 4)) for _ in range(4)]
    for name in pages[0][0]:
        here, alone = (statistics.median(pair[at][name] for pair in pages) for at in (0, 1))
        found |= {f"{name} in the city ms": here, f"{name} alone ms": alone}
    saves = [(city.ask("save", rounds // 4), small.ask("save", rounds // 4)) for _ in range(4)]
    for at, where in enumerate(("in the city", "in the small school")):
        found[f"save {where} ms"] = statistics.median(pair[at] for pair in saves)
    return found


def _judge(found: dict[str, float]) -> int:
    bounds = [
        ("the bureau's page, ms", found["page ms"], MOST_MS),
        ("its queries", found["page queries"], MOST_QUERIES),
        (f"its p95 with {READERS} readers at once, ms", found["p95 ms"], MOST_P95),
        ("dashboard to plain SQL", found["dashboard ms"] / found["plain SQL ms"], MOST_TO_SQL),
        *(
            (f"{name} to a school alone", found[f"{name} in the city ms"] / found[f"{name} alone ms"], MOST_TO_ONE)
            for name in ("office:dashboard", "office:pupils", "desk:home")
        ),
        (
            "saving to an empty house",
            found["save in the city ms"] / found["save in the small school ms"],
            MOST_TO_NONE,
        ),
    ]
    for name, ms in found.items():
        print(f"{name:<44}{ms:>10.1f}")
    missed = 0
    for name, value, most in bounds:
        missed += value > most
        note(Figure(name, value, "", at_most=most))
        print(f"{name:<44}{value:>10.2f}  wanted at most {most:g}{'  MISSED' if value > most else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
