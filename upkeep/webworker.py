"""gunicorn's worker with threads, and a few threads more for those who watch over it.

A database that hangs holds up every thread of a process for seconds. Who asks for /healthz must not wait behind them,
and be told that the process is dead; so the first bytes of a request choose the threads that answer it. Knows none of
Django: gunicorn's master loads it.
"""

import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from gunicorn.workers.gthread import DEFAULT_WORKER_DATA_TIMEOUT, TConn, ThreadWorker  # type: ignore[import-untyped]

#: What has threads of its own; `upkeep.middleware` answers it, each within `upkeep.health.DEADLINE_SECONDS`.
WATCHED: Final = frozenset({b"/healthz", b"/readyz", b"/metrics"})
RESERVED_THREADS: Final = 2
_METHOD_AND_ADDRESS = 32


class WatchedWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn says nothing of its types
    """As gunicorn's own, but for the addresses of `WATCHED`."""

    def init_process(self) -> None:
        """Before anything is served."""
        self.reserved = ThreadPoolExecutor(max_workers=RESERVED_THREADS, thread_name_prefix="watched")
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Have the request of `conn` answered, as soon as there is one."""
        begins = _begins(conn)
        if begins is None and not conn.initialized:
            self._wait_for(conn)
            return
        pool = self.reserved if is_watched(begins or b"") else self.tpool
        done: Callable[[Any], None] = partial(self.method_queue.defer, self.finish_request, conn)
        pool.submit(self.handle, conn).add_done_callback(done)

    def _wait_for(self, conn: TConn) -> None:
        """A browser connects before it knows what to ask. gunicorn waits for it in a thread, this one in its loop."""
        conn.timeout = time.monotonic() + DEFAULT_WORKER_DATA_TIMEOUT
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))


def is_watched(begins: bytes) -> bool:
    """Whether a request that begins with these bytes asks for an address of `WATCHED`."""
    method, _, rest = begins.partition(b" ")
    return method in (b"GET", b"HEAD") and rest.partition(b" ")[0].partition(b"?")[0] in WATCHED


def _begins(conn: TConn) -> bytes | None:
    """The first bytes of what was sent, which stay where they are; None where nothing has come yet."""
    try:
        conn.sock.setblocking(False)
        found: bytes = conn.sock.recv(_METHOD_AND_ADDRESS, socket.MSG_PEEK)
    except BlockingIOError:
        return None
    except OSError:
        # Whoever answers it will see.
        return b""
    return found
