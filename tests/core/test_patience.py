"""A database server that does not answer any more holds up nobody for long."""

import socket
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, OperationalError
from django.test import Client

from accounts.models import User
from core.postgres import base
from core.postgres.base import DatabaseWrapper, PatientConnection, Presence
from tests.cast import SchoolCast


@pytest.fixture(autouse=True)
def presence(monkeypatch: pytest.MonkeyPatch) -> Presence:
    """Nothing is known of any server yet."""
    fresh = Presence()
    monkeypatch.setattr(base, "PRESENCE", fresh)
    monkeypatch.setattr(base, "PROBE_SECONDS", 0.3)
    return fresh


@pytest.fixture
def silent() -> Iterator[dict[str, Any]]:
    """How to reach a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {"host": "127.0.0.1", "port": server.getsockname()[1], "user": "nobody", "dbname": "none"}


def test_a_silent_server_is_asked_once_and_then_left_in_peace(silent: dict[str, Any], presence: Presence) -> None:
    """Seen: each page hung for as long as the server was frozen, and /healthz waited behind them."""
    driver: Any = DatabaseWrapper.Database
    began = time.monotonic()
    with pytest.raises(psycopg.errors.ConnectionTimeout):
        driver.connect(**silent, connect_timeout=2)
    assert time.monotonic() - began < 5
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match=base.AWAY):
        driver.connect(**silent, connect_timeout=2)
    assert time.monotonic() - began < 0.5


def test_a_server_that_refuses_is_there(presence: Presence) -> None:
    """As one with too many connections does, or one that starts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert presence.is_there({"host": "127.0.0.1", "port": port, "user": "nobody", "dbname": "none"})
    presence.check({})


def test_a_server_that_is_there_is_given_more_time(presence: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen: at a start among forty busy processes a third of the first pages was refused."""
    tried: list[int] = []

    def connect(**parameters: Any) -> SimpleNamespace:
        tried.append(parameters["connect_timeout"])
        if len(tried) == 1:
            raise psycopg.errors.ConnectionTimeout
        return SimpleNamespace()

    monkeypatch.setattr(PatientConnection, "connect", connect)
    monkeypatch.setattr(presence, "is_there", lambda parameters: True)
    driver: Any = DatabaseWrapper.Database
    assert driver.connect(host="db", connect_timeout=6).parameters == {"host": "db"}
    assert tried == [6, base.BUSY_SECONDS]


def test_one_asks_whether_it_is_back_and_the_others_are_told_at_once(
    silent: dict[str, Any], presence: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: after each rest all threads tried at once, and hung together again."""
    assert not presence.is_there(silent)
    monkeypatch.setattr(presence, "_rests_until", 0.0)
    monkeypatch.setattr(presence, "_asked_at", 0.0)
    monkeypatch.setattr(base, "PROBE_SECONDS", 1.0)
    times = []

    def ask(_number: int) -> str:
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError) as error:
            presence.check(silent)
        times.append(time.monotonic() - began)
        return str(error.value)

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(ask, range(4))) == [base.AWAY] * 4
    assert sum(took > 0.5 for took in times) == 1


def watched(answers: list[int], monkeypatch: pytest.MonkeyPatch, *, there: bool) -> tuple[list[str], list[int]]:
    """A wait that is told `answers` (0: nothing came), and how often the server was asked whether it is there."""
    asked: list[int] = []
    done: list[str] = []

    def ask(parameters: dict[str, Any]) -> bool:
        asked.append(1)
        return there

    def statement() -> Generator[int, int, str]:
        while not (yield 1):
            pass
        return "rows"

    monkeypatch.setattr(base.PRESENCE, "is_there", ask)
    monkeypatch.setattr(base, "QUIET_LOOKS", 1)
    connection: Any = SimpleNamespace(parameters={}, pgconn=SimpleNamespace(finish=lambda: done.append("closed")))
    wait = PatientConnection._watched(connection, statement())
    try:
        next(wait)
        for answer in answers:
            wait.send(answer)
    except StopIteration as result:
        done.append(result.value)
    except psycopg.OperationalError as error:
        done.append(str(error))
    return done, asked


def test_a_slow_statement_is_waited_for_and_the_server_asked_less_and_less(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched([0] * 7 + [1], monkeypatch, there=True) == (["rows"], [1] * 3)


def test_a_statement_of_a_server_that_is_gone_is_given_up_and_its_connection_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert watched([0, 0], monkeypatch, there=False) == (["closed", base.AWAY], [1])


def test_what_comes_while_the_server_is_asked_counts_more_than_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched([0, 1], monkeypatch, there=False) == (["rows"], [1])


def test_a_quick_statement_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched([1], monkeypatch, there=False) == (["rows"], [])


@pytest.mark.parametrize(
    "error, status, words",
    [
        (OperationalError("could not connect"), 503, "服务器现在忙不过来"),
        (OSError(28, "No space left on device"), 503, "服务器现在忙不过来"),
        (ValueError("a mistake"), 500, "服务器没有完成这一步"),
    ],
)
def test_a_page_without_database_or_disk_says_so_and_asks_neither(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    """Seen: 问题出在我们这边, whatever the machine lacked. Any query fails here."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("accounts.middleware.ActorMiddleware.__call__", fail)
    answer = Client(raise_request_exception=False).get("/my/")
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert answer.headers.get("Retry-After") == ("30" if status == 503 else None)


@pytest.mark.parametrize(
    "error, status", [(OperationalError("database or disk is full"), 503), (DatabaseError("no row was changed"), 400)]
)
def test_a_session_that_a_full_disk_does_not_take_is_no_fault_of_the_request(
    qingzhu: SchoolCast,
    client_of: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    """37 pages after saving were answered 400 while the disk was full, as if the session had been ended meanwhile."""
    client = client_of(qingzhu.mentor)
    client.raise_request_exception = False
    scope = f"school-{qingzhu.school.pk}"
    monkeypatch.setattr(Session, "save", Mock(side_effect=error))
    assert client.post("/account/scope/", {"scope": scope}).status_code == status
