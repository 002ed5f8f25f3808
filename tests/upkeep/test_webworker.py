"""Who watches over a web process is answered while all of its threads hang."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.test_nginx import free_port
from upkeep.middleware import ANSWERS
from upkeep.webworker import WATCHED, is_watched

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A web process with the settings of the product and a single thread."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "tests.upkeep.stuck:app", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--threads", "1", "--graceful-timeout", "1", "--no-control-socket"]
    with subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT) as process:
        try:
            until = time.monotonic() + 30
            while True:
                try:
                    assert ask(port, "/first") == "/first"
                    break
                except OSError:
                    assert time.monotonic() < until, "gunicorn does not answer"
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def ask(port: int, address: str, *, seconds: float = 10) -> str:
    """What is answered."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    line.request("GET", address)
    return line.getresponse().read().decode()


def test_a_page_is_answered_to_one_who_takes_time_and_asks_twice(port: int) -> None:
    """A browser connects in advance, and keeps its connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        time.sleep(0.3)
        heard = []
        for address in ("/one", "/two"):
            line.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            heard.append(line.recv(4096).partition(b"\r\n\r\n")[2] or line.recv(4096))
        assert heard == [b"/one", b"/two"]


def test_health_is_answered_while_every_thread_hangs(port: int) -> None:
    """Seen: with PostgreSQL frozen, /healthz waited for 6 s behind the pages."""
    with socket.create_connection(("127.0.0.1", port)) as stuck:
        stuck.sendall(b"GET /stuck HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.2)
        with pytest.raises(TimeoutError):
            ask(port, "/page", seconds=0.5)
        assert [ask(port, "/healthz"), ask(port, "/readyz?for=pages")] == ["/healthz", "/readyz"]


@pytest.mark.parametrize(
    "begins,watched",
    [
        (b"GET /healthz HTTP/1.1\r\nHost: a", True),
        (b"HEAD /readyz?for=pages HTTP/1.1", True),
        (b"POST /healthz HTTP/1.1\r\n", False),
        (b"GET /healthz/no HTTP/1.1", False),
        (b"", False),
    ],
)
def test_the_first_bytes_tell_who_asks(begins: bytes, watched: bool) -> None:
    assert is_watched(begins) == watched


def test_all_that_is_answered_before_the_pages_has_threads_of_its_own() -> None:
    assert {address.decode() for address in WATCHED} == {*ANSWERS, "/metrics"}
