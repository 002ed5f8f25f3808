"""How long a command takes to start, how long the embedded product, and what all of it weighs while nothing happens.

    .venv/bin/python bench/start.py [--rounds N] [--commands]

* The start of `manage.py` (`shell -c pass`), in seconds of processor, in turns with that of an empty project as
  `django-admin startproject` makes it, by the same Python and the same Django.
* `script/server` in a folder of its own, first with `--empty`, then with the demo: the first start makes the folder
  ready, the second is timed until the product answers and says its address, by the clock and in seconds of processor of
  everything that it started; of that `script/setup` (packages, static files and tables are in place) is told apart, and
  what comes after the first answer: the look into the database, workers and beat.
* What each of its processes then weighs: RSS, and PSS, in which memory that several share counts once.

Prints a table; exit code 1 if a bound is missed. `--commands` measures the first of them alone. Linux only.
"""

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from figures import Figure, note
from setting import ROOT, processor

ROUNDS = 7
#: Seconds of processor of a command; seconds by the clock of the second start; MB of a web process, of the one that
#: sends at fixed times, and of all together.
COMMAND, SECOND_START, WEB, BEAT, WHOLE = 1.0, 4.0, 120, 80, 450
#: Seconds until workers and beat, which come up after the pages, are at rest.
REST = 20
#: How a process is known, and how it is called.
KINDS = {"beat": "beat", "celery": "worker", "gunicorn": "web"}


class Weight(NamedTuple):
    """A process: what it is, and its memory in MB, alone (RSS) and with shared pages divided (PSS)."""

    kind: str
    rss: float
    pss: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--commands", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        found = [_commands(Path(name), options.rounds)]
        if not options.commands:
            found += _server(Path(name) / "var")
    for figure in found:
        beside = f"{figure.beside:8.2f} {figure.unit} {figure.beside_what}" if figure.beside else ""
        verdict = "" if figure.met is None else f"   at most {figure.bound}" + ("" if figure.met else "   MISSED")
        print(f"{figure.what:<44}{figure.ours:8.2f} {figure.unit:<3}{beside}{verdict}")
    note(*found)
    return int(any(figure.met is False for figure in found))


def _commands(folder: Path, rounds: int) -> Figure:
    """`manage.py` beside that of an empty project, in turns."""
    subprocess.run([sys.executable, "-m", "django", "startproject", "peer", folder], check=True)
    ours, theirs = list[float](), list[float]()
    # Once more than is counted: the first compiles.
    for _ in range(rounds + 1):
        for spent, manage, cwd in ((ours, ROOT / "manage.py", ROOT), (theirs, folder / "manage.py", folder)):
            began = processor()
            command = [sys.executable, str(manage), "shell", "--no-imports", "-c", "pass"]
            subprocess.run(command, check=True, cwd=cwd, env=_environment(folder / "start"))
            spent.append(processor() - began)
    return Figure(
        "manage.py starts, processor", statistics.median(ours[1:]), "s",
        beside=statistics.median(theirs[1:]), beside_what="an empty project", at_most=COMMAND,
    )  # fmt: skip


def _environment(var: Path, **more: str) -> dict[str, str]:
    var.mkdir(exist_ok=True)
    left_out = ("DATABASE_URL", "REDIS_URL", "DEBUG", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {"VAR_DIR": str(var)} | more


def _server(var: Path) -> list[Figure]:
    with started(var, "--empty"):
        pass
    found = _second(var, "--empty", "an empty school's")
    with started(var, "--empty") as start:
        start.await_line("Ctrl-C")
        time.sleep(REST)
        weights = _weights(start.root)
        for weight in sorted(weights):
            print(f"  {weight.kind:<12}{weight.rss:8.1f} MB alone{weight.pss:8.1f} MB with shared pages divided")
    with started(var.with_name("demo")):
        pass
    found += _second(var.with_name("demo"), "", "the demo's")
    by_kind = {kind: [one.rss for one in weights if one.kind == kind] for kind in KINDS.values()}
    return [
        *found,
        Figure("a web process", max(by_kind["web"]), "MB", at_most=WEB),
        Figure("beat", max(by_kind["beat"]), "MB", at_most=BEAT),
        Figure("an idle worker", max(by_kind["worker"]), "MB"),
        Figure("all together, shared pages once", sum(one.pss for one in weights), "MB", at_most=WHOLE),
    ]


def _second(var: Path, how: str, whose: str) -> list[Figure]:
    """The second start: until it answers, the set-up in it, and until all that it says is said."""
    began = processor()
    subprocess.run(["script/setup"], check=True, cwd=ROOT, env=_environment(var), stdout=subprocess.DEVNULL)
    setup = processor() - began
    with started(var, how) as start:
        answers, busy = start.clock, start.busy
        start.await_line("Ctrl-C")
        return [
            Figure(f"{whose} second script/server until it answers", answers, "s", at_most=SECOND_START),
            Figure("the same, processor", busy, "s"),
            Figure("of it script/setup, processor", setup, "s"),
            Figure("and until it has told its accounts, processor", start.busy, "s"),
        ]


class Start:
    """A `script/server` that was started: its process, its address, and what it took so far."""

    def __init__(self, server: "subprocess.Popen[str]", address: str) -> None:
        self.root, self.address = server.pid, address
        self._server, self._began, self._said = server, time.perf_counter(), list[str]()

    def await_line(self, words: str) -> None:
        """Read on until it says `words`. Raises SystemExit if it ends before."""
        assert self._server.stdout is not None
        for line in self._server.stdout:
            self._said.append(line)
            if words in line:
                return
        raise SystemExit("script/server did not start:\n" + "".join(self._said))

    @property
    def clock(self) -> float:
        """Seconds since it was started."""
        return time.perf_counter() - self._began

    @property
    def busy(self) -> float:
        """Seconds of processor that all of it has had."""
        return _busy(self.root)


@contextmanager
def started(var: Path, how: str = "") -> Iterator[Start]:
    """The product in the folder `var`, from the moment at which it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["script/server", *filter(None, [how])], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=_environment(var, PORT=str(port)), start_new_session=True,
    )  # fmt: skip
    try:
        start = Start(server, f"http://127.0.0.1:{port}")
        start.await_line(start.address)
        yield start
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


def _family(root: int) -> list[int]:
    """`root` and all processes that come from it."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        parents[int(status.parent.name)] = int(fields[1])
    found = [root]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _busy(root: int) -> float:
    """Seconds of processor of all that come from `root`, ended ones too."""
    ticks = 0
    for one in _family(root):
        with suppress(OSError):  # it ended meanwhile
            ticks += sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _weights(root: int) -> list[Weight]:
    found = []
    for one in _family(root):
        with suppress(OSError):  # it ended meanwhile
            found.append(_weight(one))
    return found


def _weight(one: int) -> Weight:
    called = Path(f"/proc/{one}/cmdline").read_bytes().decode(errors="replace")
    kind = next((kind for mark, kind in KINDS.items() if mark in called), "")
    sizes = {
        name: int(size) / 1024
        for name, size in re.findall(r"^(Rss|Pss): +(\d+) kB$", Path(f"/proc/{one}/smaps_rollup").read_text(), re.M)
    }
    # The shells that watch over a process name it too.
    is_shell = Path(f"/proc/{one}/comm").read_text().strip() == "bash"
    return Weight("shell" if is_shell else kind or "other", sizes["Rss"], sizes["Pss"])


if __name__ == "__main__":
    sys.exit(main())
