"""Looking at a page changes nothing, and no number breaks one: every address of the map is walked."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.architecture.test_house_rules import modules
from tests.cast import SchoolCast
from tests.roles.test_url_matrix import MATRIX
from tests.roles.world import PARTS, World, all_url_names, build_world

pytestmark = pytest.mark.django_db

_WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
#: That somebody looked is itself written down; a session remembers who is signed in.
NOTED = {"accounts_auditentry", "django_session", "records_reading"}
#: Pages that write more when they are opened, each with its reason.
ON_OPENING = {
    # 老师首次阅读: the pupil sees that the card was read.
    "tree_hole:card": {"records_treeholecard"},
    # Who has read it is counted; its notices are read with it.
    "announcements:detail": {"records_receipt", "notices_notice"},
    # A notice is read by going where it leads.
    "notices:open": {"notices_notice"},
}
DIGITS = "9" * 5000
_NAME = re.compile(r'(?:GET|POST)(?:\.get|\.getlist)?[(\[]"(\w+)"')


@pytest.fixture
def world(qingzhu: SchoolCast, other: SchoolCast) -> World:
    return build_world(qingzhu, other)


@contextmanager
def writes() -> Iterator[set[str]]:
    """The tables that are written to in the block."""
    tables: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _WRITE.match(sql)
        if found:
            tables.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


@pytest.mark.parametrize("part", [part for part in PARTS if part not in ("colleague", "stranger")])
def test_opening_a_page_writes_nothing_but_that_it_was_opened(
    part: str, world: World, client_of: Callable[[User], Client]
) -> None:
    """A GET issued the slips of a class: a link, or a browser that fetches ahead, was enough."""
    found: dict[str, set[str]] = defaultdict(set)
    client = world.client(part, client_of)
    for name, (method, expected) in MATRIX.items():
        if method == "GET" and expected[PARTS.index(part)] in (200, 302):
            with writes() as tables:
                client.get(world.url(name))
            found[name] |= tables - NOTED
    unknown = {name: tables - ON_OPENING.get(name, set()) for name, tables in found.items()}
    assert {name: tables for name, tables in unknown.items() if tables} == {}


def names_of_fields() -> list[str]:
    """Every name that a view reads from an address or a form by hand."""
    return sorted({name for path, text in modules() if "/views" in path for name in _NAME.findall(text)})


def test_five_thousand_digits_in_any_field_break_no_page(world: World, client_of: Callable[[User], Client]) -> None:
    """`int` refuses more than 4,300 digits: seven addresses answered with a server error."""
    data = dict.fromkeys(names_of_fields(), DIGITS)
    assert len(data) > 20
    broken = {}
    for name, (method, expected) in MATRIX.items():
        # The first role to which the address is open.
        part = next((p for p, status in zip(PARTS, expected, strict=True) if status in (200, 302, 409, 422)), "admin")
        part = next((p for p, status in zip(PARTS, expected, strict=True) if status == 200), part)
        client = world.client(part, client_of)
        ask = client.get if method == "GET" else client.post
        status = ask(world.url(name), data).status_code
        if status >= 500:
            broken[name] = status
    assert broken == {}


@pytest.mark.parametrize("digits", [DIGITS, "9" * 25], ids=["5000", "25"])
def test_no_number_in_a_path_breaks_a_page(world: World, client_of: Callable[[User], Client], digits: str) -> None:
    client = world.client("admin", client_of)
    broken = {}
    for name in all_url_names():
        url = re.sub(r"(?<=/)\d+(?=/)", digits, world.url(name))
        if client.get(url).status_code >= 500:
            broken[name] = url[:40]
    assert broken == {}
