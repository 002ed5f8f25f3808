"""Server time of a mentor's home page beside the same template from ready values and the same SQL, in the same run.

    .venv/bin/python bench/desk.py [ROUNDS]

Builds a school in an empty SQLite database in a temporary folder: one mentor with 15 pupils, first with 15 records a
pupil, then with 100. "Page" is a whole request as the web server's handler answers it: middleware, session, person,
queries, template. The floor is the least that such a page takes: the same template with the context object that the
view made, context processors included and their answers kept, so that no query runs, and then the page's own
statements, each executed by a plain cursor and fetched. Prints medians of processor time, their ratio, the number of
queries and the size.
"""

import argparse
import datetime
import tempfile
import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from figures import Figure, note
from setting import in_turns, set_up

ROUNDS = 60
PUPILS = 15
STEPS = (15, 100)  # records a pupil
WANTED = 1.5
WANTED_QUERIES, WANTED_KB = 20, 100
NAMES = "安白曹丁范高何江孔林马倪欧潘秦"


class Figures(NamedTuple):
    """Of one state of the book: seconds of the page, of its template and of its SQL alone, queries, kilobytes."""

    page: float
    template: float
    plain: float
    queries: int
    size: float

    @property
    def ratio(self) -> float:
        """How much longer the page takes than its floor."""
        return self.page / self.floor

    @property
    def floor(self) -> float:
        """Seconds of template and SQL together."""
        return self.template + self.plain


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        set_up(Path(folder), static=True)
        user, write = _school()
        print(f"{'records a pupil':<18}{'page':>9}{'template':>11}{'SQL':>10}{'ratio':>8}{'queries':>9}{'KB':>7}")
        found = []
        for step in STEPS:
            write(step)
            figures = _measure(user, rounds)
            found.append(figures)
            print(
                f"{step:<18}{figures.page * 1000:>6.1f} ms{figures.template * 1000:>8.1f} ms"
                f"{figures.plain * 1000:>7.1f} ms{figures.ratio:>8.2f}{figures.queries:>9}{figures.size:>7.1f}"
            )
        print(f"wanted: ratio at most {WANTED}, {WANTED_QUERIES} queries, {WANTED_KB} KB; and no growth")
        first, last = found[0], found[-1]
        note(
            Figure(
                f"a mentor's home page, {STEPS[-1]} records a pupil", last.page * 1000, "ms",
                beside=last.floor * 1000, beside_what="its template from ready values and its SQL alone", times=WANTED,
            ),
            Figure("its queries", last.queries, "", at_most=WANTED_QUERIES),
            Figure("its size", last.size, "KB", at_most=WANTED_KB),
        )  # fmt: skip
        print(
            f"growth from {STEPS[0]} to {STEPS[-1]} records a pupil: page × {last.page / first.page:.2f}, "
            f"queries {last.queries - first.queries:+d}, {last.size - first.size:+.1f} KB"
        )


def _school() -> tuple[Any, Callable[[int], None]]:
    """A mentor with 15 pupils, and what brings each of them to so many records."""
    # All of them need the settings.
    from accounts.actors import system_actor  # noqa: PLC0415
    from accounts.enums import Role  # noqa: PLC0415
    from accounts.queries import actor_for  # noqa: PLC0415
    from accounts.services import create_user, grant_role  # noqa: PLC0415
    from core.clock import today  # noqa: PLC0415
    from mentors.enums import AssignmentOrigin  # noqa: PLC0415
    from mentors.models.slots import Teacher  # noqa: PLC0415
    from mentors.services.assignments import assign_pupil  # noqa: PLC0415
    from mentors.services.slots import create_mentor  # noqa: PLC0415
    from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit  # noqa: PLC0415
    from records.letters.services.writing import hand_in_letter  # noqa: PLC0415
    from schools.enums import NoteVisibility, Preset  # noqa: PLC0415
    from schools.services import create_class, create_school  # noqa: PLC0415
    from students.models import Enrolment, Pupil  # noqa: PLC0415

    day = today()
    start_year = day.year if day.month >= 8 else day.year - 1
    school, year = create_school(
        code="bench", name="青竹小学", preset=Preset.PRIMARY_TERMLY, start_year=start_year, bureau_name="江城市教育局"
    )
    system = system_actor(school_id=school.pk, today=day)
    school_class = create_class(year=year, grade_number=5, number=1)
    user = create_user(actor=system, username="bench-mentor", name="林小满", school=school)
    since = year.starts_on
    grant_role(actor=system, user=user, role=Role.MENTOR, school=school, starts_on=since)
    slot = create_mentor(
        actor=system,
        year=year,
        teachers=[Teacher.objects.create(school=school, user=user, number="T1", name=user.name)],
    )
    pupils = []
    for n in range(PUPILS):
        pupil = Pupil.objects.create(school=school, student_number=f"G{n:09}", name=f"{NAMES[n]}小{NAMES[-n]}")
        Enrolment.objects.create(
            school=school,
            year=year,
            school_class=school_class,
            pupil=pupil,
            seat_number=n + 1,
            starts_on=since,
            brief="喜欢画画，最近和同桌处得不错，数学作业常常忘带。",
        )
        assign_pupil(actor=system, pupil=pupil, mentor=slot, origin=AssignmentOrigin.OFFICE)
        pupils.append(pupil)
    actor = actor_for(user, scope_key=None, on=day)
    calendar = actor.calendar.present
    assert calendar is not None
    first = max(datetime.date(start_year, 6, 1), day - datetime.timedelta(days=90))
    text = "课间在操场边聊了一会儿，说到周末和家里人去江边放风筝。" * 4

    def write(records: int) -> None:
        """Bring each pupil to so many visits and talks; two of three pupils get a letter, too."""
        have = written[0]
        for at, pupil in enumerate(pupils):
            for n in range(have, records):
                on = first + (day - first) * (n % 90) // 90
                if n % 5 == 0:
                    log_visit(
                        actor=actor,
                        pupil=pupil,
                        term=calendar.term,
                        data=VisitData(date=on, visibility=NoteVisibility.TEAM, text=text),
                        teachers=[],
                        submission=uuid.uuid4(),
                    )
                else:
                    log_talk(
                        actor=actor,
                        pupils=[pupil],
                        term=calendar.term,
                        data=TalkData(date=on, visibility=NoteVisibility.TEAM, text=text),
                        submission=uuid.uuid4(),
                    )
            if have == 0 and at % 3:
                hand_in_letter(
                    actor=actor,
                    pupil=pupil,
                    term=calendar.term,
                    body=f"还记得你第 {at} 次整理图书角的那个下午吗？",
                    advice="",
                    version=0,
                    submission=uuid.uuid4(),
                )
        written[0] = records

    written = [0]
    return user, write


def _measure(user: Any, rounds: int) -> Figures:
    from django.core.handlers.wsgi import WSGIRequest  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415 - as above
    from django.http import HttpRequest  # noqa: PLC0415 - as above
    from django.template import loader  # noqa: PLC0415 - as above
    from django.test import Client  # noqa: PLC0415 - as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    ready: list[tuple[HttpRequest, dict[str, Any]]] = []

    def keep(request: HttpRequest, template: str, context: dict[str, Any], **_rest: Any) -> Any:
        ready.append((request, context))
        return original(request, template, context)

    from records.desk.views import roster  # noqa: PLC0415 - as above

    original: Callable[..., Any] = vars(roster)["render"]
    client.get("/my/", SERVER_NAME="localhost")
    asked: list[tuple[str, Any]] = []

    def note_sql(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with mock.patch.object(roster, "render", keep), connection.execute_wrapper(note_sql):
        page = client.get("/my/", SERVER_NAME="localhost")
    statements = list(asked)
    assert page.status_code == 200, page.status_code
    request, context = ready[0]
    template = loader.get_template("desk/home.html")
    # What context processors ask of the database is ready as well: a page's own values win over theirs.
    context |= {"unread_notices": 0}

    environ = vars(request)["environ"]
    handler = client.handler

    def whole() -> None:
        # Without what the test client makes around it: a server has its request at hand.
        response = handler.get_response(WSGIRequest(environ | {"wsgi.input": BytesIO()}))
        assert response.status_code == 200, response.status_code

    def rendered() -> None:
        # A page's own value does not keep this context processor from asking.
        with mock.patch("records.announcing.context_processors._first_open", return_value=[]):
            template.render(context, request)

    def plain() -> None:
        for sql, params in statements:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                cursor.fetchall()

    # What the context keeps lazily is fetched now; from here on the template asks the database nothing.
    rendered()
    with CaptureQueriesContext(connection) as left:
        rendered()
    assert len(left) == 0, [query["sql"][:200] for query in left]
    pages, templates, plains = in_turns((whole, rendered, plain), rounds)
    return Figures(pages, templates, plains, len(statements), len(page.content) / 1024)


if __name__ == "__main__":
    main()
