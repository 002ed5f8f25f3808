"""Every page beside its floor: the same template from ready values, and the plain SQL for the same values, in one run.

    .venv/bin/python bench/page_floor.py [--postgres] [--pupils N] [--rounds N] [--page PATTERN]… [--keep FOLDER]

"Page" is a whole request through Django's test client: middleware, session, person, queries, template. Its floor is
the SQL of that very request sent through a plain cursor with `fetchall`, and the template rendered from the values that
the view and the context processors had made, whatever was lazy evaluated. A template that still asks the database then
is told with a number: what it asks is part of the rendering, and is taken out of the plain SQL. In the end the saving
of a talk beside the plain SQL of that request and a redirect, both taken back. The pages are those of `pages_walk.py`.

Prints milliseconds of processor (on PostgreSQL with those of the server's process), medians taken in turns, the worst
page first, and how many of its queries are made by the template. Exit code 1 if a page misses the bound.
"""

import argparse
import logging
import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from unittest import mock

from city import DAY, at_day
from figures import Figure, note
from places import analyse, databases, files
from postgres import own_server
from setting import in_turns, set_up

if TYPE_CHECKING:
    from django.http import HttpResponseBase
    from django.template.base import Template
    from django.template.context import Context
    from django.test import Client

PUPILS, YEARS = 2_000, 2
ROUNDS = 9
MOST, MOST_SAVING = 1.5, 2.0
TALK = {"version": "0", "way": "face", "occasion": "everyday", "visibility": "team", "text": "课间聊了一会儿。"}
#: No rows, and no work of the database: the driver begins and ends transactions by them.
_FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")

Statement: TypeAlias = tuple[str, Any, bool]


@dataclass(slots=True)
class Seen:
    """What one request did: its statements, and the templates that it rendered with all their values."""

    statements: list[Statement] = field(default_factory=list)
    rendered: list[tuple["Template", "Context"]] = field(default_factory=list)

    def ask(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Note the statement and let it through, as a wrapper of Django's."""
        if not sql.lstrip().upper().startswith(_FRAME):
            self.statements.append((sql, params, many))
        return execute(sql, params, many, context)


@dataclass(frozen=True, slots=True)
class Beside:
    """A page and its floor, in milliseconds; `asked`: queries of the template that the floor still makes."""

    label: str
    page: float
    template: float
    sql: float
    queries: int
    asked: int

    @property
    def floor(self) -> float:
        """What the page cannot do without."""
        return self.template + self.sql

    @property
    def ratio(self) -> float:
        """The page to its floor."""
        return self.page / self.floor


@contextmanager
def watched() -> Iterator[Seen]:
    """Everything that is asked and rendered inside."""
    # Django is set up only now.
    from django.db import connection  # noqa: PLC0415
    from django.template.base import Template  # noqa: PLC0415
    from django.template.context import Context  # noqa: PLC0415

    seen = Seen()
    depth = 0
    original: Callable[[Template, Context], Any] = vars(Template)["_render"]

    def render(template: Template, context: Context) -> Any:
        nonlocal depth
        if depth == 0:
            # The view's values and the processors', for nothing of them is asked for again.
            seen.rendered.append((template, _ready(context)))
        depth += 1
        try:
            return original(template, context)
        finally:
            depth -= 1

    with mock.patch.object(Template, "_render", render), connection.execute_wrapper(seen.ask):
        yield seen


def _ready(context: "Context") -> "Context":
    from django.template.context import Context, RequestContext  # noqa: PLC0415 - as above

    values: Any = context.flatten()
    if not isinstance(context, RequestContext):
        return Context(values, autoescape=context.autoescape)
    ready = RequestContext(context.request, values, autoescape=context.autoescape)
    # Rendering binds it to its template and runs the processors then: here they have run.
    ready.bind_template = _bound  # type: ignore[method-assign,assignment]
    return ready


@contextmanager
def _bound(_template: "Template") -> Iterator[None]:
    yield


def render_all(seen: Seen) -> list[str]:
    """The templates of a request once more, from the values that they had."""
    rendered = []
    for template, context in seen.rendered:
        context.template = template
        with context.render_context.push_state(template):
            rendered.append(vars(type(template))["_render"](template, context))
    return rendered


def plainly(statements: Sequence[Statement]) -> None:
    """Send them as they are, read all rows, and take back what they wrote."""
    from django.db import connection, transaction  # noqa: PLC0415 - as above

    with transaction.atomic():
        with connection.cursor() as cursor:
            for sql, params, many in statements:
                (cursor.executemany if many else cursor.execute)(sql, params)
                if cursor.description:
                    cursor.fetchall()
        transaction.set_rollback(True)


def _left(statements: Sequence[Statement], asked: Sequence[Statement]) -> list[Statement]:
    """Those statements that the template does not ask again."""
    again = [sql for sql, *_ in asked]
    left = []
    for one in statements:
        if one[0] in again:
            again.remove(one[0])
        else:
            left.append(one)
    return left


def measure(label: str, get: Callable[[], "HttpResponseBase"], rounds: int) -> Beside:
    """The page that `get` asks for, beside its floor."""
    # The first look fills what is kept between requests, and writes that it was read.
    get()
    with watched() as seen:
        answer = get()
    assert answer.status_code == 200, f"{label} answers {answer.status_code}"
    render_all(seen)
    with watched() as again:
        texts = render_all(seen)
    if len(texts) == 1:
        ready, whole = len(texts[0]), len(getattr(answer, "content", b"").decode())
        assert ready == whole, f"{label}: {ready} characters from ready values instead of {whole}"
    plain = _left(seen.statements, again.statements)
    page, template, sql = in_turns((get, lambda: render_all(seen), lambda: plainly(plain)), rounds)
    return Beside(label, page * 1000, template * 1000, sql * 1000, len(seen.statements), len(again.statements))


def measure_saving(browser: "Client", address: str, rounds: int) -> tuple[float, float]:
    """The saving of a talk, and its statements with the redirect, in milliseconds; each is taken back."""
    from django.db import transaction  # noqa: PLC0415 - as above
    from django.http import HttpResponseRedirect  # noqa: PLC0415 - as above

    def save() -> None:
        values = TALK | {"date": DAY.isoformat(), "submission": str(uuid.uuid4())}
        with transaction.atomic():
            answer = browser.post(address, values, SERVER_NAME="localhost")
            transaction.set_rollback(True)
        assert answer.status_code == 302, answer.status_code

    def floor() -> None:
        plainly(seen.statements)
        HttpResponseRedirect(address)

    save()
    with watched() as seen:
        save()
    page, plain = in_turns((save, floor), rounds)
    return page * 1000, plain * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--postgres", action="store_true", help="on a server of its own, else SQLite")
    parser.add_argument("--pupils", type=int, default=PUPILS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--page", action="append", default=[], metavar="PATTERN", help="as 'mentor desk:*'")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="of the database")
    options = parser.parse_args()
    shape = {"one": (1, options.pupils, YEARS)}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        if options.postgres:
            url = databases(shape, stack.enter_context(own_server(options.keep)))["one"]
            analyse(url)
        else:
            url = files(shape, options.keep or Path(folder))["one"]
        os.environ["DATABASE_URL"] = url
        set_up(Path(folder), keep_database=True, migrate=False, static=True)
        # That somebody may not see a page is how the pages of a role are found.
        logging.disable()
        with at_day():
            return _judge(*_pages(options.page, options.rounds))


def _pages(patterns: Sequence[str], rounds: int) -> tuple[list[Beside], tuple[float, float]]:
    from pages_walk import addresses, browsers  # noqa: PLC0415 - Django is set up only now

    people, places = browsers(), addresses()
    saving = measure_saving(people["mentor"], places["desk:talk"], rounds)
    found = []
    for role, browser in people.items():
        for name, address in places.items():
            label = f"{role} {name}"
            if patterns and not any(fnmatchcase(label, pattern) for pattern in patterns):
                continue

            def get(browser: "Client" = browser, address: str = address) -> "HttpResponseBase":
                return browser.get(address, SERVER_NAME="localhost")

            if get().status_code == 200:
                found.append(measure(label, get, rounds))
                print(found[-1], flush=True)
    return found, saving


def _judge(found: list[Beside], saving: tuple[float, float]) -> int:
    found.sort(key=lambda one: -one.ratio)
    print(f"{'ms of processor':<40}{'page':>8}{'template':>10}{'SQL':>8}{'ratio':>8}{'queries':>9}{'asked late':>12}")
    for one in found:
        print(
            f"{one.label:<40}{one.page:>8.1f}{one.template:>10.1f}{one.sql:>8.1f}{one.ratio:>8.2f}{one.queries:>9}"
            f"{one.asked or '':>12}"
        )
    above = [one for one in found if one.ratio > MOST]
    if found:
        worst, middle = found[0], found[len(found) // 2]
        note(
            Figure(f"pages above {MOST} of their floor, of {len(found)}", len(above), "", at_most=0),
            Figure("pages whose template still asks", sum(one.asked > 0 for one in found), "", at_most=0),
            *(
                Figure(f"{what} ({one.label})", one.page, "ms", beside=one.floor, beside_what="its floor", times=MOST)
                for what, one in (("the worst page", worst), ("the page in the middle", middle))
            ),
        )
        print(f"{len(above)} of {len(found)} above {MOST}, {sum(one.asked > 0 for one in found)} templates still ask")
    page, plain = saving
    note(Figure("saving a talk", page, "ms", beside=plain, beside_what="its SQL", times=MOST_SAVING))
    print(f"saving a talk: {page:.1f} ms beside {plain:.1f}, ratio {page / plain:.2f}, wanted {MOST_SAVING}")
    return 1 if above or page > plain * MOST_SAVING else 0


if __name__ == "__main__":
    sys.exit(main())
