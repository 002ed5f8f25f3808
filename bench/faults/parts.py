"""The parts of an installation on one machine, run by their own units and started again as systemd would.

PostgreSQL as Debian sets it up (nothing about safety switched off), Redis, and from `deploy/systemd` the very commands
of web, of the three workers and of beat. The listening socket is held here, as systemd holds it: whoever comes while
the web is gone waits in its queue.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from figures import Figure, note  # noqa: E402 - of the folder above
from postgres import own_server  # noqa: E402 - as above

#: What a script of this folder wants, so that it needs no path of its own.
__all__ = ["Database", "Figure", "Installation", "Part", "note", "servers", "set_up_django", "start_parts"]

UNITS = ROOT / "deploy/systemd"
PYTHON = "/opt/mentorship/current/.venv/bin/python"
WORKERS = ("papers", "mail", "default")
BACKLOG = 2048


def children(pid: int) -> list[int]:
    """The processes that it has started."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


class Part:
    """A process that is started again for ever (`Restart=always`), with all that it has started in its group."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], log: Path, *, pause: float = 1.0) -> None:
        self.name, self.starts = name, 0
        self._command, self._env, self._log, self._pause = command, env, log, pause
        self._over, self._held = threading.Event(), threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._look_after, daemon=True)
        self._thread.start()

    def _look_after(self) -> None:
        while not self._over.is_set():
            if self._held.is_set():
                self._over.wait(0.05)
                continue
            with self._log.open("ab") as out:
                # Of all that is open here the child gets standard streams alone, and the socket where its command says.
                self._process = process = subprocess.Popen(
                    self._command, cwd=ROOT, env=self._env, stdout=out, stderr=out,
                    start_new_session=True, close_fds="LISTEN_FDS" not in self._env,
                )  # fmt: skip
            self.starts += 1
            process.wait()
            # `KillMode=mixed`: whatever its main process leaves behind ends with it.
            self._signal_all(process.pid, signal.SIGKILL)
            self._over.wait(self._pause)

    @staticmethod
    def _signal_all(group: int, number: signal.Signals) -> None:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return

    @property
    def pid(self) -> int:
        """Of its main process. Raises RuntimeError before the first start."""
        if self._process is None:
            raise RuntimeError(f"{self.name} has not been started yet")
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether its main process is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self, *, child: bool = False) -> None:
        """Kill −9 of the main process, or of the first that it has started."""
        os.kill(children(self.pid)[0] if child else self.pid, signal.SIGKILL)

    def freeze(self) -> None:
        """No process of it does anything until `thaw`."""
        self._signal_all(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """On it goes."""
        self._signal_all(self.pid, signal.SIGCONT)

    def take_away(self) -> None:
        """Kill it and leave it so."""
        self._held.set()
        self._signal_all(self.pid, signal.SIGKILL)

    def bring_back(self) -> None:
        """Start it again."""
        self._held.clear()

    def stop(self) -> None:
        """For good: asked first, killed after ten seconds."""
        self._over.set()
        if self._process is not None:
            self._signal_all(self._process.pid, signal.SIGCONT)
            self._signal_all(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._signal_all(self._process.pid, signal.SIGKILL)
        self._thread.join(timeout=20)


class Database:
    """A running server of `own_server`, stopped and started by what it has written down of itself."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "pg" / "data"
        self._log = folder / "log"
        self._frozen: list[int] = []

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        return int((self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])

    def freeze(self) -> None:
        """Every process of it."""
        os.kill(self.pid, signal.SIGSTOP)
        self._frozen = [self.pid, *children(self.pid)]
        for pid in self._frozen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """On they go."""
        for pid in self._frozen:
            # One whose client went meanwhile is gone as soon as the postmaster looks.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._frozen = []

    def take_away(self) -> None:
        """Kill −9, all of it."""
        pid = self.pid
        everybody = [pid, *children(pid)]
        for one in everybody:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        until = time.monotonic() + 10
        while any(Path(f"/proc/{one}/stat").exists() and not _is_dead(one) for one in everybody):
            if time.monotonic() > until:
                raise RuntimeError("PostgreSQL does not die")
            time.sleep(0.05)

    def bring_back(self) -> None:
        """Start it as it was started first; it recovers by its log."""
        words = shlex.split((self._data / "postmaster.opts").read_text(encoding="utf-8"))
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        with self._log.open("ab") as log:
            subprocess.Popen(
                [*become, *words], cwd=self._data, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip


def _is_dead(pid: int) -> bool:
    """Whether only its entry is left, which nobody has taken note of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@dataclass(slots=True)
class Installation:
    """All parts by name: `web`, `worker@papers`, …, `beat`, `redis`; the database beside them."""

    port: int
    env: dict[str, str]
    database: Database
    folder: Path
    parts: dict[str, Part] = field(default_factory=dict)

    def wait(self, seconds: float = 90) -> None:
        """Until pages are answered and each worker has been seen. Raises RuntimeError."""
        from probe import asked  # noqa: PLC0415 - of this folder

        until = time.monotonic() + seconds
        while asked(self.port, "/readyz")[0] != 200:
            if time.monotonic() > until:
                raise RuntimeError(f"not ready: {asked(self.port, '/readyz')[1]}; the logs are in {self.folder}")
            time.sleep(0.25)

    def stop(self) -> None:
        """All parts, the last one first."""
        for part in reversed(self.parts.values()):
            part.stop()

    def logs(self) -> str:
        """The last lines of each part's log."""
        found = []
        for path in sorted(self.folder.glob("*.log")):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            found.append("\n".join((f"--- {path.name}", *lines)))
        return "\n".join(found)


def command_of(unit: str, instance: str = "") -> tuple[list[str], dict[str, str]]:
    """What the unit starts, here, and the environment that it sets."""
    text = (UNITS / unit).read_text(encoding="utf-8")
    set_here: dict[str, str] = {}
    for line in re.findall(r"^Environment=(.*)$", text, re.MULTILINE):
        set_here |= dict(word.split("=", 1) for word in shlex.split(line))
    start = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0]
    start = start.replace(PYTHON, sys.executable).replace("%i", instance).replace("%l", "here")
    for name, value in set_here.items():
        start = start.replace(f"${{{name}}}", value)
    return shlex.split(start), set_here


def nice_of(unit: str) -> list[str]:
    """`Nice=` of the unit, as words before a command."""
    found = re.findall(r"^Nice=(\d+)$", (UNITS / unit).read_text(encoding="utf-8"), re.MULTILINE)
    return ["nice", "-n", found[0]] if found else []


@contextmanager
def servers(folder: Path, *, embedded: bool = False, small: int = 0) -> Iterator[Installation]:
    """PostgreSQL and Redis, and the environment of whoever uses them; no part of the product runs yet. With `embedded`
    SQLite and the broker of files instead; with `small` the folder of the product's files is a disk of so many MB.

    Raises subprocess.CalledProcessError where no disk can be mounted.
    """
    # Whoever ends the script ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder.chmod(0o711)  # PostgreSQL runs as a user of its own
    var = folder / "var"
    var.mkdir(mode=0o700)
    with ExitStack() as stack:
        if small:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={small}m,mode=700", "tmpfs", str(var)], check=True)
            stack.callback(subprocess.run, ["umount", "--lazy", str(var)], check=True)
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=BACKLOG))
        listening.set_inheritable(True)
        env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        env |= {"VAR_DIR": str(var), "PLAIN_STATIC": "1", "DJANGO_SETTINGS_MODULE": "mentorship.settings"}
        found = Installation(listening.getsockname()[1], env, Database(folder / "server"), folder)
        if embedded:
            stack.callback(found.stop)
        else:
            address = stack.enter_context(own_server(folder / "server", options=()))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            env |= {"DATABASE_URL": f"{address}/postgres", "REDIS_URL": f"redis://127.0.0.1:{port}/0"}
            stack.callback(found.stop)
            redis = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
            found.parts["redis"] = Part("redis", redis, dict(os.environ), folder / "redis.log", pause=0.1)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        # The number under which the web finds the socket; its process must say its own number, too (sd_listen_fds).
        env["FAULTS_SOCKET"] = str(listening.fileno())
        yield found


def start_parts(found: Installation, *, extra: dict[str, str] | None = None) -> None:
    """Web, three workers and beat, supervised. With `extra` in their environment."""
    base = {name: value for name, value in found.env.items() if name != "FAULTS_SOCKET"} | (extra or {})
    listening = found.env["FAULTS_SOCKET"]
    command, own = command_of("mentorship-web.service")
    as_systemd = ["sh", "-c", f'exec 3<&{listening}; export LISTEN_PID=$$; exec "$@"', "web", *command]
    found.parts["web"] = Part("web", as_systemd, base | own | {"LISTEN_FDS": "1"}, found.folder / "web.log")
    for queue in WORKERS:
        unit = "mentorship-worker@.service"
        command, own = command_of(unit, queue)
        name = f"worker@{queue}"
        log = found.folder / f"{name}.log"
        found.parts[name] = Part(name, [*nice_of(unit), *command], base | own, log, pause=2.0)
    command, own = command_of("mentorship-beat.service")
    found.parts["beat"] = Part("beat", command, base | own, found.folder / "beat.log", pause=2.0)


def set_up_django(found: Installation) -> None:
    """Django in this process, on the same servers."""
    import django  # noqa: PLC0415 - the settings are known only now

    os.environ |= {name: value for name, value in found.env.items() if name != "FAULTS_SOCKET"}
    django.setup()
