"""How many rooms a request walks through, from its view to its template, and how often it turns back."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from django.test import Client

from accounts.models import User
from core import kept
from tests.cast import SchoolCast

ROOT = Path(__file__).parents[2]
APPS = ("schools", "accounts", "jobs", "notices", "students", "mentors", "records")


@contextmanager
def rooms() -> Iterator[list[str]]:
    """The modules of the apps whose functions are called meanwhile, in order, from the first view on."""
    passed: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(f"{ROOT}/"):
            return
        module = code.co_filename[len(f"{ROOT}/") :]
        if module.split("/")[0] not in APPS or (not passed and "views" not in module):
            return
        if module.endswith("context_processors.py"):
            # The frame of every page, filled when the template begins.
            sys.setprofile(None)
        elif not passed or passed[-1] != module:
            passed.append(module)

    sys.setprofile(note)
    try:
        yield passed
    finally:
        sys.setprofile(None)


#: At most so many modules, and so many turns back; what is reached is held.
BOUNDS = (("a visit's form", "/my/pupils/{}/visit/", (12, 7)), ("the letter desk", "/my/letters/{}/", (11, 10)))


@pytest.mark.parametrize("page,address,bounds", BOUNDS)
def test_a_request_walks_through_few_rooms(
    qingzhu: SchoolCast,
    client_of: Callable[[User], Client],
    page: str,
    address: str,
    bounds: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A visit's form passed 17 modules and turned back 26 times, so that a change of it began with a search."""
    # As in production: to compare a kept query is no part of the walk.
    monkeypatch.setattr(kept, "CHECKS", 1)
    client = client_of(qingzhu.mentor)
    address = address.format(qingzhu.pupils[0].pk)
    client.get(address)
    with rooms() as passed:
        assert client.get(address).status_code == 200
    modules, back = len(set(passed)), len(passed) - len(set(passed))
    if "TRACE_TO" in os.environ:
        with Path(os.environ["TRACE_TO"]).open("a") as file:
            file.write(f"{modules},{back};{page}\n")
    assert (modules <= bounds[0], back <= bounds[1]) == (True, True), passed
