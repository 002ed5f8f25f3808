"""What `bench/bureau.py` asks of one database, in a process of its own: the bureau's page, a school's.

A line on standard input names one of the functions below and its values, a line on standard output is its answer.
"""

import json
import os
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from city import DAY, at_day
from setting import busy, set_up

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


def _spent(act: Callable[[], object], rounds: int) -> list[tuple[float, float]]:
    """Milliseconds of processor and by the clock of each round."""
    times = []
    for _ in range(rounds):
        began, spent = time.perf_counter(), busy()
        act()
        times.append(((busy() - spent) * 1000, (time.perf_counter() - began) * 1000))
    return times


def median(times: list[tuple[float, float]]) -> tuple[float, float]:
    """Of processor, and by the clock."""
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
    return {"ms": median(_spent(get, rounds)), "queries": queries, "kb": len(found.content) / 1024}


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
    return {"ours": median(ours), "plain": median(floor)}


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
        found[name] = median(_spent(act, rounds))
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
    return median(times)


def work() -> None:
    """Answer what is asked on standard input."""
    set_up(Path(os.environ["VAR_DIR"]), keep_database=True, migrate=False, static=os.environ["STATIC"] == "1")
    known = {one.__name__: one for one in (count, page, read_at_once, dashboard, school_pages, save)}
    with at_day():
        print(json.dumps("ready"), flush=True)
        for line in sys.stdin:
            name, *words = json.loads(line)
            print(json.dumps(known[name](*words)), flush=True)


if __name__ == "__main__":
    work()
