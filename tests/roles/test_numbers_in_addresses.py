"""Whatever stands where a number belongs, in an address or a hidden field: it counts as none, and nothing breaks."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from core.text import small_number
from tests.cast import SchoolCast
from tests.roles.world import World, build_world

pytestmark = pytest.mark.django_db

ODD = ("9" * 5000, "9" * 400, "１２", "²", "-1", "1.0", " 1", "", "一", "1e3")
#: Who asks, how, and what every odd number is answered with, the empty one as well.
TAKEN = (
    ("admin", "GET", "merge:pupils", "other", 200),
    ("admin", "GET", "merge:teachers", "other", 200),
    ("admin", "POST", "merge:pupils", "other", 200),
    ("admin", "POST", "year:roll", "year", 422),
    ("admin", "GET", "manage:new_pupil", "class", 200),
    ("admin", "GET", "manage:pupils", "page", 200),
    ("office", "GET", "board:grant", "class", 200),
    ("office", "GET", "board:grant", "mentor", 200),
    ("office", "POST", "board:team", "lead", 404),
    ("office", "POST", "board:team", "remove", 404),
    ("office", "POST", "board:team", "teacher", 422),
    ("office", "GET", "badges:index", "class", 200),
    ("office", "POST", "training:attendance", "came", 422),
    ("office", "POST", "training:attendance", "shown", 302),
    ("office", "POST", "rounds:open_up", "mentor", 302),
    ("office", "POST", "office:accept_letter", "version", 409),
    ("homeroom", "GET", "counsel:refer", "card", 200),
    ("mentor", "GET", "desk:pupil", "term", 200),
    ("mentor", "GET", "desk:pupil", "page", 200),
)


@pytest.fixture
def world(qingzhu: SchoolCast, other: SchoolCast) -> World:
    return build_world(qingzhu, other)


def test_a_small_number_is_one_to_nine_ascii_digits() -> None:
    assert [small_number(text) for text in (*ODD, None, "0", "007", "999999999", "1000000000")] == [
        *[None] * len(ODD),
        None,
        0,
        7,
        999_999_999,
        None,
    ]


def test_what_is_no_number_is_answered_as_if_none_had_been_given(
    world: World, client_of: Callable[[User], Client]
) -> None:
    """Five thousand digits ended in a server error at seven addresses: `int` refuses more than 4,300 of them."""
    found = {}
    for part, method, name, field, _ in TAKEN:
        client = world.client(part, client_of)
        ask = client.get if method == "GET" else client.post
        found[part, method, name, field] = [ask(world.url(name), {field: odd}).status_code for odd in ODD]
    assert found == {tuple(row[:4]): [row[4]] * len(ODD) for row in TAKEN}


def test_a_leaving_teacher_s_form_shows_loads_whatever_was_posted(
    world: World, client_of: Callable[[User], Client]
) -> None:
    client, url = world.client("admin", client_of), world.url("manage:leave")
    page = client.get(url)
    fields = [name for name in page.context["form"].fields if name.startswith("to_")]
    assert fields
    assert [client.post(url, dict.fromkeys(fields, odd) | {"reckon": "1"}).status_code for odd in ODD] == [422] * len(
        ODD
    )


def test_printing_for_a_class_that_is_no_number_prints_for_everybody(
    world: World, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentors.staff.views.badges.make_papers", lambda *args: b"%PDF")
    client, url = world.client("office", client_of), world.url("badges:print")
    assert [client.get(url, {field: odd}).status_code for field in ("class", "teacher") for odd in ODD] == [200] * 20
