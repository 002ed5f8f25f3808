"""PostgreSQL frozen under load: what people and those who watch are answered meanwhile, and when all is well again.

    .venv/bin/python bench/faults/frozen.py [--seconds N]

Two web processes with four threads each on a server of their own; sixteen readers ask for a page of the database all
the time, /healthz is asked four times a second and /readyz once. Then every process of PostgreSQL is stopped (SIGSTOP)
for 20 s, and goes on. Exit code 1 if a bound is missed.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from figures import Figure, note  # noqa: E402 - the folder of the benchmarks is on the path now
from postgres import own_server  # noqa: E402 - as above

READERS, CALM, AFTER = 16, 5.0, 12.0
#: Seconds: a page waits for a thread and the question whether the server is there, then nobody does; who watches over
#: it never; all is well again.
MOST_AT_FIRST, AT_FIRST, MOST_OF_HEALTH, MOST_BACK = 8.0, 8.0, 2.0, 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came when, and how long it took."""

    at: float
    seconds: float
    status: int


class Asker(threading.Thread):
    """Asks for one address again and again."""

    def __init__(self, address: str, pause: float) -> None:
        super().__init__(daemon=True)
        self.address, self.pause, self.answers = address, pause, list[Answer]()
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            try:
                with urllib.request.urlopen(self.address, timeout=60) as answer:  # noqa: S310 - our own server
                    status = answer.status
            except urllib.error.HTTPError as error:
                status = error.code
            except OSError:
                status = 0
            self.answers.append(Answer(began, time.monotonic() - began, status))
            self.over.wait(self.pause)


def family(pid: int) -> list[int]:
    """The process and its children."""
    found = [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


def freeze(data: Path) -> list[int]:
    """Stop every process of the server; which they are."""
    master = int((data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(master, signal.SIGSTOP)
    stopped = family(master)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    return stopped


@contextmanager
def web(env: dict[str, str], port: int, log: Path) -> Iterator[None]:
    """Two web processes until the end of the block."""
    command = [sys.executable, "-m", "gunicorn", "mentorship.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--threads", "4", "--timeout", "60", "--no-control-socket", "--log-level", "warning"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def told(name: str, answers: list[Answer]) -> None:
    """One line of the table."""
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(Counter(a.status for a in answers).items()))
    slowest = max((answer.seconds for answer in answers), default=0.0)
    print(f"{name:<44}{len(answers):>8}{slowest:>12.2f}   {statuses}")


def main() -> int:
    """Exit code 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="for how long PostgreSQL is frozen")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="frozen-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL runs as a user of its own
        return measure(Path(folder), seconds)


def measure(folder: Path, seconds: float) -> int:
    """The table, printed, and the exit code."""
    port = 8000 + os.getpid() % 1000
    with own_server(folder / "server") as server:
        var = folder / "var"
        env = {**os.environ, "DATABASE_URL": f"{server}/postgres", "VAR_DIR": str(var), "PLAIN_STATIC": "1"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        with web(env, port, folder / "web.log"):
            base = f"http://127.0.0.1:{port}"
            pages = [Asker(f"{base}/start/", 0.1) for _ in range(READERS)]
            health, ready = Asker(f"{base}/healthz", 0.25), Asker(f"{base}/readyz?for=pages", 1.0)
            for asker in (*pages, health, ready):
                asker.start()
            time.sleep(CALM)
            frozen_at = time.monotonic()
            stopped = freeze(folder / "server" / "pg" / "data")
            time.sleep(seconds)
            thawed_at = time.monotonic()
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
            time.sleep(AFTER)
            for asker in (*pages, health, ready):
                asker.over.set()
    everything = [answer for asker in pages for answer in asker.answers]
    print(f"{'':<44}{'answers':>8}{'slowest, s':>12}   by status")
    parts = {
        "before": (0.0, frozen_at),
        "frozen": (frozen_at, frozen_at + AT_FIRST),
        f"frozen, after {AT_FIRST:.0f} s": (frozen_at + AT_FIRST, thawed_at),
        "after": (thawed_at, float("inf")),
    }
    slowest: dict[tuple[str, str], float] = {}
    for part, (start, end) in parts.items():
        for name, answers in (("/healthz", health.answers), ("/readyz", ready.answers), ("pages", everything)):
            of_part = [answer for answer in answers if start <= answer.at < end]
            told(f"{part}: {name}", of_part)
            slowest[part, name] = max((answer.seconds for answer in of_part), default=0.0)
    well = [answer.at + answer.seconds for answer in everything if answer.at > thawed_at and answer.status == 200]
    back = min(well, default=float("inf")) - thawed_at
    print(f"the first page is there again after {back:.1f} s")
    later = f"frozen, after {AT_FIRST:.0f} s"
    for name in ("/healthz", "/readyz"):
        most = max(slowest[part, name] for part in parts)
        note(Figure(f"slowest {name} while PostgreSQL is frozen", most, "s", at_most=MOST_OF_HEALTH))
    note(Figure("first page after PostgreSQL goes on", back, "s", at_most=MOST_BACK))
    missed = [
        *(f"pages, {part}" for part in ("frozen", later) if slowest[part, "pages"] > MOST_AT_FIRST),
        *(
            f"{name}, {part}"
            for part in parts
            for name in ("/healthz", "/readyz")
            if slowest[part, name] > MOST_OF_HEALTH
        ),
        *(["back"] if back > MOST_BACK else []),
    ]
    print("missed: " + ", ".join(missed) if missed else "all bounds are met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
