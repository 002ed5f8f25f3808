"""A server that is frozen or cut off says nothing: not even its own time-outs end a wait for it.

Whoever hears nothing for a while (`QUIET_LOOKS`) therefore asks on a second connection whether it is there at all. If
it is, the statement is merely slow, and the server ends it (`statement_timeout`). If not, the wait is over, and for
`REST_SECONDS` nobody else begins one; then one asks whether it is back. Else one page after the other would hang, and
/healthz behind them. The question is the first eight bytes of the protocol: a busy machine answers them, too.
"""

import socket
import struct
import threading
import time
from collections.abc import Generator
from typing import Any, Final, TypeVar

import psycopg
from django.db.backends.postgresql import base

T = TypeVar("T")

#: psycopg looks up every tenth of a second. Counted are its looks, not the clock: where this process itself gets no
#: turn, it looks more seldom, and a busy machine is not taken for a server that is gone.
QUIET_LOOKS: Final = 15
#: While the server is there and the statement merely slow, it is asked again after twice as many, at most after these.
LONGEST_QUIET: Final = 150
#: For the question whether the server is there: on two cores with forty busy processes the answer took 2 s.
PROBE_SECONDS: Final = 4.0
REST_SECONDS: Final = 5.0
#: For a connection to a server that is there.
BUSY_SECONDS: Final = 30
#: How long an answer to that question holds.
_HOLDS_SECONDS: Final = 1.0

AWAY: Final = "the database does not answer"


class Presence:
    """Whether one server is there, as this process knows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trying = threading.Lock()
        self._asked_at = float("-inf")
        self._there = True
        self._rests_until = float("-inf")

    def check(self, parameters: dict[str, Any]) -> None:
        """Before a connection is made. Raises OperationalError where the server is away: one asks whether it is back,
        once it was left in peace for a while, and all others are told at once.
        """
        if self._there:
            return
        if time.monotonic() < self._rests_until or not self._trying.acquire(blocking=False):
            raise psycopg.OperationalError(AWAY)
        try:
            if not self.is_there(parameters):
                raise psycopg.OperationalError(AWAY)
        finally:
            self._trying.release()

    def is_there(self, parameters: dict[str, Any]) -> bool:
        """Ask it; whoever asks meanwhile gets the same answer. A refusal is an answer, too."""
        with self._lock:
            if time.monotonic() - self._asked_at > _HOLDS_SECONDS:
                self._there = _answers(parameters)
                self._asked_at = time.monotonic()
                if not self._there:
                    self._rests_until = self._asked_at + REST_SECONDS
            return self._there


#: "Do you speak TLS?", which every server answers with one byte before anything else (PostgreSQL's SSLRequest).
_QUESTION: Final = struct.pack("!ii", 8, 80877103)


def _answers(parameters: dict[str, Any]) -> bool:
    """Whether the server says anything at all; where it lies in several places, the library is asked to connect."""
    host, port = str(parameters.get("host") or ""), parameters.get("port") or 5432
    if not host or "," in host or "service" in parameters:
        return _connects(parameters)
    try:
        with _reach(host, int(port)) as line:
            line.sendall(_QUESTION)
            line.recv(1)
    except TimeoutError:
        return False
    except OSError:
        # Refused, reset: somebody said so.
        return True
    return True


def _reach(host: str, port: int) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, port), timeout=PROBE_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PROBE_SECONDS)
    line.connect(f"{host}/.s.PGSQL.{port}")
    return line


def _connects(parameters: dict[str, Any]) -> bool:
    try:
        psycopg.Connection.connect(**parameters, connect_timeout=int(PROBE_SECONDS)).close()
    except psycopg.errors.ConnectionTimeout:
        return False
    except psycopg.Error:
        return True
    return True


PRESENCE: Final = Presence()


class PatientConnection(psycopg.Connection[Any]):
    """A connection that gives up a server that is not there any more."""

    #: With what the server is asked whether it is there.
    parameters: dict[str, Any]

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        """As psycopg's own. Raises OperationalError, and is closed, where the server is gone."""
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        """What `gen` does, and a look at the clock whenever nothing came for a moment."""
        looks, patience = 0, QUIET_LOOKS
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                looks = 0 if ready else looks + 1
                if looks >= patience and not PRESENCE.is_there(self.parameters):
                    # What came meanwhile counts more than what another connection heard.
                    ready = yield wanted
                    if not ready:
                        gen.close()
                        self.pgconn.finish()
                        raise psycopg.OperationalError(AWAY)
                if looks >= patience:
                    looks, patience = 0, min(2 * patience, LONGEST_QUIET)
                wanted = gen.send(ready)
        except StopIteration as done:
            result: T = done.value
            return result


class _Driver:
    """psycopg, whose connections are patient."""

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)

    def connect(self, **parameters: Any) -> PatientConnection:
        """As `psycopg.connect`. Raises OperationalError at once while the server is left in peace."""
        of_django = ("cursor_factory", "context", "prepare_threshold", "connect_timeout")
        plain = {key: value for key, value in parameters.items() if key not in of_django}
        PRESENCE.check(plain)
        try:
            connection = PatientConnection.connect(**parameters)
        except psycopg.errors.ConnectionTimeout:
            if not PRESENCE.is_there(plain):
                raise
            # It is there, and this machine is busy: a process that starts among many others gets no turn for seconds.
            connection = PatientConnection.connect(**parameters | {"connect_timeout": BUSY_SECONDS})
        connection.parameters = plain
        return connection


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own with that driver."""

    Database = _Driver()  # type: ignore[assignment]  # it stands for the module
