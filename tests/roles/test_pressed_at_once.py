"""The same press thirty times at the same moment, as it comes from an impatient finger and a slow network."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from unittest import mock

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.cast import SCHOOL_DAY
from tests.roles.test_pressed_twice import KEPT, PRESSES, address, browser, lived_in_world, sent
from tests.roles.world import World
from tests.stored import StoredStates

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

AT_ONCE = 30
#: A few ways to write: a form, a button, a slip's page. The others are pressed in tests/servers, on PostgreSQL.
NAMES = ["clubs:new", "desk:talk", "desk:visit", "family:tree_hole_new", "manage:new_pupil", "office:release"]


@pytest.fixture
def lived_in(
    transactional_db: None, school_day: object, stored_states: StoredStates, client_of: Callable[[User], Client]
) -> World:
    """Both schools with all that the presses are about, built once and put back as rows."""

    def build() -> World:
        # Nothing in it may lie after the moment at which a test begins.
        with mock.patch.object(timezone, "now", return_value=SCHOOL_DAY):
            return lived_in_world(stored_states.cast("qingzhu"), stored_states.cast("other"), client_of)

    return stored_states.given("lived in", build)


def rows() -> Counter[str]:
    """How many rows each table has, but for those that every press writes."""
    tables = [table for table in apps.get_models(include_auto_created=True) if table._meta.db_table not in KEPT]
    return Counter({table._meta.db_table: table._base_manager.count() for table in tables})


def added(before: Counter[str]) -> dict[str, int]:
    """By how many rows each table has grown or shrunk."""
    now = rows()
    return {name: now[name] - before[name] for name in now | before if now[name] != before[name]}


def all_at_once(client: Client, url: str, body: dict[str, object]) -> Counter[tuple[int, str]]:
    """What each of thirty equal posts of one browser was answered: its status and where it leads."""
    together = Barrier(AT_ONCE, timeout=60)

    def press(_number: int) -> tuple[int, str]:
        try:
            finger = Client()
            finger.cookies = client.cookies
            together.wait()
            answer = finger.post(url, body)
            return answer.status_code, answer.headers.get("Location", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return Counter(pool.map(press, range(AT_ONCE)))


def press_thirty_times(lived_in: World, client_of: Callable[[User], Client], name: str) -> None:
    """Thirty equal answers, none of them a refusal, and the rows and audit lines of one press."""
    press = PRESSES[name]
    client = browser(lived_in, press.part, client_of)
    for former in press.after:
        client.post(address(lived_in, former), sent(lived_in, client, former))
    url, body = address(lived_in, name), sent(lived_in, client, name)
    before = rows()
    with transaction.atomic():
        one = client.post(url, body)
        expected = added(before)
        transaction.set_rollback(True)

    answers = all_at_once(client, url, body)

    assert (one.status_code, added(before)) == (302, expected)
    assert [status for status, _to in answers] == [302]
    assert expected["accounts_auditentry"] >= 1


@pytest.mark.parametrize("name", NAMES)
def test_thirty_at_once_leave_what_one_leaves(lived_in: World, client_of: Callable[[User], Client], name: str) -> None:
    """30 posts of 转入学生 made 30 pupils; other buttons answered 29 of 30 with an error."""
    press_thirty_times(lived_in, client_of, name)
