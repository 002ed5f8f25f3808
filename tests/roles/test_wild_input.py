"""Whatever is sent to a form, asked of a page or given to a command: it is refused in words, and nothing breaks.

Each address is tried with a few mixtures, with `THOROUGH=1` with many, and other ones each time.
"""

import operator
import os
import traceback
from argparse import Action
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examined
from hypothesis import strategies as st

from accounts.models import User
from tests.cast import SchoolCast
from tests.core.test_pictures import picture
from tests.pages import fields, tree
from tests.roles.test_pressed_twice import PRESSES, REPEATABLE, P, address, browser, form_of, lived_in_world, typed
from tests.roles.test_url_matrix import MATRIX
from tests.roles.world import PARTS, World

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

THOROUGH = bool(os.environ.get("THOROUGH"))

MOST = 5

#: What has broken programs before, beside what Hypothesis thinks of.
KNOWN = (
    "", "\0", "a\0b", " ", "\u202e", "9" * 5000, "-1", "0", "1", "1e309", "NaN", "Infinity", "２", "²", "on", "all",
    "0001-01-01", "2099-12-31", "9999-12-31", "2026-02-30", "0001-01-01T00:00", "9999-12-31T23:59", "99:99", "24:00",
    "9223372036854775808", "[]", "{}", "null", "[" * 2000, "字" * 10_000, "a" * 300, "😀" * 200, "‍" * 50, "%00", "%",
    "'", '"><script>', "{{ 7 }}", "../../etc/passwd", "//evil.example", "javascript:alert(1)", "=1+1", "\r\nX: y",
    "00000000-0000-0000-0000-000000000000", "一<1>", "五（6）班", "13800138000", "x@y", "-",
)  # fmt: skip
WORDS = st.one_of(
    st.sampled_from(KNOWN), st.text(max_size=30), st.integers().map(str), st.dates().map(str), st.datetimes().map(str)
)
FILES = st.builds(
    SimpleUploadedFile,
    st.sampled_from(["a.xlsx", "a.png", "a.pdf", "表.csv", "a"]),
    st.one_of(st.binary(max_size=60), st.sampled_from([b"PK\3\4" + b"\0" * 30, b"%PDF-1.7\n", picture()[:200]])),
)
#: Addresses that are pressed again and again, as whom and from which form; no table of presses has them.
KNOCKED_AT = {
    "accounts:first": P("anonymous", {"code": "x"}),
    "accounts:forgotten": P("anonymous", {"username": "x"}),
    "accounts:first_slip": P("anonymous", {"code": "x"}),
    "accounts:own_password": P("anonymous", {"new": "x", "again": "x"}),
    "accounts:sign_in": P("anonymous", {"username": "x", "password": "x", "next": "/"}),
    "start": P("anonymous", {"code": "x", "name": "x", "username": "x"}),
    "family:slip": P("anonymous", {"tail": "x"}),
    "family:door": P("anonymous", {"code": "x"}),
    "family:tree_hole": P("family", {"code": "x"}),
    "desk:draft_save": P("mentor", {"text": "x", "version": "1", "draft_stamp": "1"}, "desk:talk"),
    "desk:letter_check": P("mentor", {"body": "x", "advice": "x", "known": "x"}, "desk:letter_desk"),
    "desk:letter_preview": P("mentor", {"body": "x", "advice": "x"}, "desk:letter_desk"),
    "reminding:nudge": P("office", {"show": "talk", "place": "x", "mentor": "1", "term": "1", "back": "x"}),
    "papers:settings_preview": P("office", {"book_title": "x"}, "papers:settings"),
}
#: Words that commands know, here.
TYPED = ("qingzhu", "2026", "2026-11-18", "1", "2026-1", "1-5", "roster.xlsx", "out.pdf", "林老师", "all")
#: What pages read from their address, beside what stands in their own forms and links.
ASKED = (
    "by", "card", "class", "code", "day", "do", "edit", "for", "grade", "kind", "layout", "mentor", "mode", "month",
    "next", "occasion", "on", "open", "other", "page", "paper", "phones", "pupil", "q", "role", "saved", "show",
    "slot", "sort", "state", "teacher", "term", "to", "version", "year",
)  # fmt: skip


def tried(strategy: st.SearchStrategy[Any], examples: int, act: Callable[[Any], str | None]) -> list[str]:
    """What `act` says is wrong with some of so many examples."""
    wrong: list[str] = []
    many = examples * 15 if THOROUGH else examples
    numbers = count()

    @examined(
        max_examples=many + 1,
        derandomize=not THOROUGH,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def look(value: Any) -> None:
        # The first one is always the simplest: nothing at all.
        if next(numbers) and (said := act(value)) is not None and said not in wrong and len(wrong) < MOST:
            wrong.append(said)

    look()
    return wrong


def told(error: Exception) -> str:
    """What it is and where, in short."""
    where = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)][-3:]
    return f"{type(error).__name__}: {str(error)[:120]} ({' '.join(where)})"


def broken(send: Callable[[], Any]) -> str | None:
    """Where the house broke under what is sent, if it did; what it wrote is taken back."""
    try:
        with transaction.atomic():
            answer = send()
            transaction.set_rollback(True)
    except Exception as error:  # whatever it is, it is what is looked for
        return told(error)
    return f"answered {answer.status_code}" if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else None


def bodies(kept: dict[str, Any], names: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Some fields as they are, the others wild: missing, one value, several, or a file."""
    wild = st.lists(WORDS, max_size=2)
    return st.fixed_dictionaries(
        {name: st.just(kept[name]) | wild | FILES if name in kept else wild for name in sorted(names)}
    )


def sent_to(client: Client, url: str, body: dict[str, Any]) -> str | None:
    """What breaks under a post."""
    for value in body.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    return broken(lambda: client.post(url, body))


def asked_of(client: Client, url: str, asked: dict[str, Any]) -> str | None:
    """What breaks under a question."""
    return broken(lambda: client.get(f"{url}?{urlencode(asked, doseq=True)}"))


def commands() -> dict[str, BaseCommand]:
    """Those of the product."""
    apps = {path.parent.parent.name for path in ROOT.glob("*/management/commands/")}
    return {name: load_command_class(app, name) for name, app in get_commands().items() if app in apps}


def actions_of(command: BaseCommand) -> list[Action]:
    """What the command itself takes, beside what all of Django's take."""
    known = set(vars(BaseCommand().create_parser("manage.py", "").parse_args([])))
    return [one for one in command.create_parser("manage.py", "")._actions if one.dest not in known | {"help"}]


def lines(command: BaseCommand) -> st.SearchStrategy[list[str]]:
    """What somebody may type behind it: each option or not, with a word that it may mean or any other."""
    # No shell hands on a NUL, and nobody's files are written to; what is no text comes as half a surrogate.
    typed = st.sampled_from(TYPED) | WORDS.filter(lambda word: not {"\0", "/"} & set(word)) | st.just("\udcff")
    parts = []
    for action in actions_of(command):
        words = st.sampled_from([*action.choices]) | typed if action.choices else typed
        given_as = st.just([]) if action.nargs == 0 else words.map(lambda word: [word])
        option = st.just(action.option_strings[-1:])
        whole = st.builds(operator.add, option, given_as)
        parts.append(whole if action.required else whole | st.just([]))
    return st.tuples(*parts).map(lambda some: [word for part in some for word in part])


def run_with(command: BaseCommand, arguments: list[str]) -> str | None:
    """What breaks in the command, if anything does; a refusal in words does not."""
    command.stdout = OutputWrapper(StringIO())
    try:
        with transaction.atomic():
            command.handle(**vars(command.create_parser("manage.py", "").parse_args(arguments)))
            transaction.set_rollback(True)
    except (CommandError, SystemExit):
        return None
    except Exception as error:  # as above
        return f"{arguments}: {told(error)}"
    return None


def test_every_address_that_is_knocked_at_again_and_again_is_tried_too() -> None:
    assert set(KNOCKED_AT) == set(REPEATABLE)


def wrong_forms(world: World, client_of: Callable[[User], Client]) -> dict[str, list[str]]:
    """What breaks under posts, by the name of the address."""
    wrong = {}
    for name, press in (PRESSES | KNOCKED_AT).items():
        with transaction.atomic():
            client = browser(world, press.part, client_of)
            for former in press.after:
                client.post(address(world, former), typed(world, PRESSES[former]))
            over, form = typed(world, press), form_of(world, client, name, press)
            kept = over if form is None else fields(form) | over
            named = set() if form is None else {field.get("name") or "" for field in form.iter()} - {""}
            names = named | set(kept)
            # A button alone has nothing to be filled with.
            if names and (found := tried(bodies(kept, names), 1, partial(sent_to, client, address(world, name)))):
                wrong[f"POST {name}"] = found
            transaction.set_rollback(True)
    return wrong


def asked_on(page: Any) -> set[str]:
    """The names in a page's forms and links."""
    if not page.headers["Content-Type"].startswith("text/html"):
        return set()
    root = tree(page)
    names = {field.get("name") or "q" for form in root.iter("form") for field in form.iter()}
    return names | {key for link in root.iter("a") for key, _ in parse_qsl(urlsplit(link.get("href") or "").query)}


def wrong_pages(world: World, client_of: Callable[[User], Client]) -> dict[str, list[str]]:
    """What breaks under questions, likewise."""
    wrong, clients = {}, {part: world.client(part, client_of) for part in PARTS}
    for name, (method, answers) in MATRIX.items():
        part = next((part for part, answer in zip(PARTS, answers, strict=True) if answer == HTTPStatus.OK), None)
        # A form's own page has been asked for by now; it reads little else.
        if method != "GET" or part is None or (name in PRESSES and not THOROUGH):
            continue
        client, url, names = clients[part], world.url(name), set(ASKED)
        if THOROUGH:
            names |= asked_on(client.get(url))
        if found := tried(bodies({}, names), 1, partial(asked_of, client, url)):
            wrong[f"GET {name}"] = found
    return wrong


def test_whatever_is_sent_to_a_form_or_asked_of_a_page_is_answered(
    qingzhu: SchoolCast, other: SchoolCast, client_of: Callable[[User], Client]
) -> None:
    """`next=23:59` was taken for the name of an address."""
    world = lived_in_world(qingzhu, other, client_of)
    assert wrong_forms(world, client_of) | wrong_pages(world, client_of) == {}


def test_whatever_is_given_to_a_command_is_done_or_refused_in_words(
    qingzhu: SchoolCast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Those without a word of one's own (`demo`, `rotate_keys`) have nothing to be tried with."""
    settings.BACKUP_PASSPHRASE = "trial-trial-trial"
    free = {
        name: command
        for name, command in commands().items()
        if any(action.nargs != 0 and not action.choices for action in actions_of(command))
    }
    assert len(free) == 11
    wrong = {}
    for name, command in free.items():
        # Each in a folder of its own: none finds what another one has written.
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        Path("roster.xlsx").write_bytes(b"PK\3\4" + b"\0" * 30)
        if found := tried(lines(command), 8, partial(run_with, command)):
            wrong[name] = found
    assert wrong == {}
