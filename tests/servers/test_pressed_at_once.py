"""The same press thirty times at the same moment, on the servers of many schools: each way to write."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.roles.test_pressed_at_once import lived_in, press_thirty_times

__all__ = ["lived_in"]

pytestmark = pytest.mark.django_db(transaction=True)

#: A form, a button, a question before it, a lock, a job, a slip's page, a year; by each role that writes.
NAMES = [
    "arrangement:pupil",
    "board:assign",
    "board:grant",
    "counsel:refer",
    "desk:letter_desk",
    "desk:visit_plan_one",
    "family:reply",
    "imports:confirm",
    "manage:give_role",
    "meetings:new",
    "papers:all_letters",
    "papers:handling_mark",
    "papers:slip_renew",
    "plan:edit",
    "rounds:close",
    "rounds:new",
    "rounds:publish",
    "tree_hole:answer",
    "year:roll",
]


@pytest.mark.parametrize("name", NAMES)
def test_thirty_at_once_leave_what_one_leaves(
    request: pytest.FixtureRequest, client_of: Callable[[User], Client], name: str
) -> None:
    """Only two addresses had ever been pressed so."""
    press_thirty_times(request.getfixturevalue("lived_in"), client_of, name)
