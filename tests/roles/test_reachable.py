"""Whoever signs in reaches every page by links and buttons from the first one; nothing that is reached answers an error."""

from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from accounts.models import User
from tests.cast import SchoolCast
from tests.family.test_family_pages import door, enter, slip_of
from tests.pages import tree
from tests.roles.world import PARTS, World, all_url_names, build_world

LINKS = ("href", "src", "hx-get", "data-href", "data-url", "data-src", "poster")
BUTTONS = ("action", "formaction", "hx-post", "data-post", "data-save", "data-check", "data-preview")
#: Of one kind of address and question so many are opened: an own child and another, an open and a closed one.
OF_A_KIND = 3

#: Addresses that no page leads to, each with its reason.
UNLINKED: dict[str, str] = {}


def addresses(page: Element, here: str) -> Iterator[tuple[str, str]]:
    """Where the page leads: ("GET" or "POST", path with question) of links, pictures, forms and buttons."""
    for part in page.iter():
        if not isinstance(part.tag, str) or part.tag == "link":
            continue
        method = (part.get("method") or "get").upper() if part.tag == "form" else ""
        for name, value in part.attrib.items():
            if name in LINKS:
                yield "GET", urljoin(here, value)
            elif name in BUTTONS:
                yield method if name == "action" else "POST", urljoin(here, value)
        if part.tag == "form" and not part.get("action"):
            yield method, here


def kind_of(address: str) -> tuple[str, tuple[str, ...]] | None:
    """The name of an address's pattern and what it is asked; None for what is not ours."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.path.startswith(("/static/", "/media/")):
        return None
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        return (f"no such address: {parts.path}", ())
    return name, tuple(sorted(QueryDict(parts.query)))


def walk(client: Client, *starts: str) -> tuple[set[str], dict[str, int]]:
    """The names of all addresses that links and forms lead to from `starts`, and the answers that are errors."""
    seen, waiting, counts = set(), deque(starts), {}
    names: set[str] = set()
    errors: dict[str, int] = {}
    while waiting:
        address = waiting.popleft().split("#")[0]
        kind = kind_of(address)
        if kind is None or address in seen:
            continue
        seen.add(address)
        names.add(kind[0])
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] > OF_A_KIND or kind[0] in ("accounts:logout", "healthz"):
            continue
        answer = client.get(address)
        if answer.status_code >= 400:
            errors[address] = answer.status_code
        elif answer.status_code in (301, 302):
            waiting.append(urljoin(address, answer["Location"]))
        elif answer.get("Content-Type", "").startswith("text/html"):
            for method, target in addresses(tree(answer), address):
                if method == "GET":
                    waiting.append(target)
                elif found := kind_of(target):
                    names.add(found[0])
    return names, errors


@pytest.fixture
def world(qingzhu: SchoolCast, other: SchoolCast) -> World:
    return build_world(qingzhu, other)


def test_links_lead_to_every_page_and_to_no_error(world: World, client_of: Callable[[User], Client]) -> None:
    """最近删除 was promised by a message and linked from nowhere."""
    reached: set[str] = set()
    errors: dict[str, dict[str, int]] = {}
    for part in PARTS[1:-1]:
        names, wrong = walk(world.client(part, client_of), reverse("home"))
        reached |= names
        errors[part] = wrong
    family, slip = Client(), slip_of(world.cast, world.cast.pupils[0])
    enter(family, slip)
    names, errors["family"] = walk(family, door(slip), reverse("family:home", args=[slip.key]))
    reached |= names
    names, errors["anonymous"] = walk(Client(), reverse("home"))
    reached |= names
    assert {part: wrong for part, wrong in errors.items() if wrong} == {}
    assert {name for name in reached if name.startswith("no such")} == set()
    assert sorted(set(all_url_names()) - reached) == sorted(UNLINKED)
