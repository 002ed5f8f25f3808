"""PostgreSQL that freezes in the middle of a statement: given up within seconds, and used again when it is back."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from core.postgres import base
from core.postgres.base import DatabaseWrapper, Presence

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


class Wire:
    """Between a client and the server; `frozen` lets nothing through, and breaks nothing."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.frozen = threading.Event()
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                while self.frozen.is_set():
                    time.sleep(0.05)
                other.sendall(data)
        except OSError:
            pass
        finally:
            other.close()

    def close(self) -> None:
        """No more connections."""
        self._server.close()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A wire to the server of the test, which nobody has heard of yet."""
    monkeypatch.setattr(base, "PRESENCE", Presence())
    monkeypatch.setattr(base, "REST_SECONDS", 1.0)
    monkeypatch.setattr(base, "PROBE_SECONDS", 1.0)
    settings = connection.settings_dict
    wire = Wire((settings["HOST"], int(settings["PORT"])))
    yield wire
    wire.frozen.clear()
    wire.close()


def parameters(wire: Wire) -> dict[str, Any]:
    """How Django reaches the server, by the wire."""
    return connection.get_connection_params() | {"host": "127.0.0.1", "port": wire.port, "connect_timeout": 2}


def test_a_statement_of_a_server_that_freezes_is_given_up_and_the_server_used_again(wire: Wire) -> None:
    driver: Any = DatabaseWrapper.Database
    used = driver.connect(**parameters(wire))
    assert used.execute("SELECT 1").fetchone() == (1,)
    wire.frozen.set()
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match=base.AWAY):
        used.execute("SELECT 2")
    assert 0.1 * base.QUIET_LOOKS <= time.monotonic() - began < 20
    assert used.closed
    with pytest.raises(psycopg.OperationalError, match=base.AWAY):
        driver.connect(**parameters(wire))
    wire.frozen.clear()
    time.sleep(1.1)
    again = driver.connect(**parameters(wire))
    assert again.execute("SELECT 3").fetchone() == (3,)
    again.close()


def test_a_statement_that_is_only_slow_is_waited_for(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "QUIET_LOOKS", 3)
    driver: Any = DatabaseWrapper.Database
    used = driver.connect(**parameters(wire))
    assert used.execute("SELECT 4 FROM pg_sleep(1)").fetchone() == (4,)
    used.close()


def test_web_processes_and_workers_bound_their_statements() -> None:
    assert connection.settings_dict["ENGINE"] == "core.postgres"
    options = connection.settings_dict["OPTIONS"]
    assert (options["connect_timeout"], options["tcp_user_timeout"]) == (6, 20_000)
