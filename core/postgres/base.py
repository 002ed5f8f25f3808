"""A server that is frozen or cut off says nothing: not even its own time-outs end a wait for it.

Whoever waits for longer than `QUIET_SECONDS` therefore asks it on a second connection whether it is there at all. If it
is, the statement is merely slow, and the server ends it (`statement_timeout`). If not, the wait is over, and for
`REST_SECONDS` nobody else begins one: else one page after the other would hang, and /healthz behind them.
"""

import threading
import time
from collections.abc import Generator
from typing import Any, Final, TypeVar

import psycopg
from django.db.backends.postgresql import base

T = TypeVar("T")

QUIET_SECONDS: Final = 3.0
#: For the question whether the server is there; the library's least.
PROBE_SECONDS: Final = 2
REST_SECONDS: Final = 5.0
#: How long an answer to that question holds.
_HOLDS_SECONDS: Final = 1.0

AWAY: Final = "the database does not answer"


class Presence:
    """Whether one server is there, as this process knows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._there = True
        self._rests_until = float("-inf")

    def check(self) -> None:
        """Before a connection is made. Raises OperationalError while the server is left in peace."""
        if time.monotonic() < self._rests_until:
            raise psycopg.OperationalError(AWAY)

    def leave_in_peace(self) -> None:
        """It did not answer."""
        self._rests_until = time.monotonic() + REST_SECONDS

    def is_there(self, parameters: dict[str, Any]) -> bool:
        """Ask it; whoever asks meanwhile gets the same answer. A refusal is an answer, too."""
        with self._lock:
            if time.monotonic() - self._asked_at > _HOLDS_SECONDS:
                self._there = _answers(parameters)
                self._asked_at = time.monotonic()
                if not self._there:
                    self.leave_in_peace()
            return self._there


def _answers(parameters: dict[str, Any]) -> bool:
    try:
        psycopg.Connection.connect(**parameters, connect_timeout=PROBE_SECONDS).close()
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
        quiet_since = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    quiet_since = time.monotonic()
                elif time.monotonic() - quiet_since > QUIET_SECONDS:
                    if not PRESENCE.is_there(self.parameters):
                        gen.close()
                        self.pgconn.finish()
                        raise psycopg.OperationalError(AWAY)
                    quiet_since = time.monotonic()
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
        PRESENCE.check()
        try:
            connection = PatientConnection.connect(**parameters)
        except psycopg.errors.ConnectionTimeout:
            PRESENCE.leave_in_peace()
            raise
        of_django = ("cursor_factory", "context", "prepare_threshold", "connect_timeout")
        connection.parameters = {key: value for key, value in parameters.items() if key not in of_django}
        return connection


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own with that driver."""

    Database = _Driver()  # type: ignore[assignment]  # it stands for the module
