"""The world of `tests/roles`, for a school with one object of each kind."""

import pytest

from tests.cast import SchoolCast
from tests.roles.world import World, build_world


@pytest.fixture
def world(qingzhu: SchoolCast, other: SchoolCast) -> World:
    return build_world(qingzhu, other)
