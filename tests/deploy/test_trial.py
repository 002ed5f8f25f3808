"""script/server and script/setup with a house of a few lines in the place of the real one: what they do, in seconds."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

CLOSED = (
    "/proc/nothing cannot be written: the disk is read-only or full, or the folder is another user's. "
    "VAR_DIR=/another/folder names one\n"
)

STUBS = {
    ".venv/bin/python": f"""#!/bin/bash
case "$*" in
  "-S -"*) exec {sys.executable} "$@" ;;
  "manage.py shell"*) printf 'schools\\nown\\nsomebody\\n' ;;
  "-m mentorship.beat") echo $$ >beat.pid; exec sleep 600 ;;
esac
""",
    ".venv/bin/celery": "#!/bin/bash\nexec sleep 600\n",
    ".venv/bin/gunicorn": f"""#!{sys.executable}
import http.server, os, socket, sys
host, port = sys.argv[sys.argv.index("--bind") + 1].rsplit(":", 1)
class House(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(os.environ["ALLOWED_HOSTS"].encode())
    def log_message(self, *words): pass
class Server(http.server.HTTPServer):
    address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
open("web.pid", "w").write(str(os.getpid()))
Server((host.strip("[]"), int(port)), House).serve_forever()
""",
    "script/setup": "#!/bin/bash\n",
}


def laid(folder: Path, files: dict[str, str]) -> None:
    """Programs in `folder`."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)


def until(true: Callable[[], bool], what: str) -> None:
    """Waits for it, long enough for a machine under load."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


class Trial:
    """A checkout with script/server alone, and what runs of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        laid(folder, STUBS)
        shutil.copy(ROOT / "script/server", folder / "script/server")
        (folder / "var").mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        kept = ("PATH", "LANG", "LC_ALL", "TMPDIR")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ} | {"PORT": str(self.port)}

    def start(self, **environment: str) -> None:
        """Until it says how it is stopped."""
        with (self.folder / "said").open("wb") as said:
            self._running.append(
                subprocess.Popen(
                    ["script/server"],
                    cwd=self.folder,
                    env=self.environment | environment,
                    stdout=said,
                    stderr=said,
                    start_new_session=True,
                )
            )
        until(lambda: "Ctrl-C" in self.said(), "script/server comes up")

    def refused(self, **environment: str) -> str:
        """What a start says that ends by itself."""
        done = subprocess.run(
            ["script/server"],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        return done.stderr.strip()

    def said(self) -> str:
        """All that it has printed."""
        return (self.folder / "said").read_text(encoding="utf-8")

    def ask(self, host: str) -> str:
        """What the page answers at an address of this machine."""
        line = http.client.HTTPConnection(host, self.port, timeout=5)
        with contextlib.closing(line):
            line.request("GET", "/")
            return line.getresponse().read().decode()

    def pid(self, part: str) -> int:
        """Of the web or of beat, as it runs now; 0 as long as it has not said so."""
        said = self.folder / f"{part}.pid"
        return int(said.read_text(encoding="ascii") or 0) if said.exists() else 0

    def running(self, part: str) -> int:
        """As `pid`, once it runs."""
        until(lambda: self.pid(part) != 0, f"{part} runs")
        return self.pid(part)

    def stop(self) -> None:
        """As Ctrl-C does."""
        for one in self._running:
            os.killpg(one.pid, signal.SIGTERM)
            one.wait(timeout=60)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Ends with the test, and leaves nothing running."""
    found = Trial(tmp_path)
    yield found
    found.stop()


@pytest.mark.parametrize("bind,typed", [("127.0.0.2", "127.0.0.2"), ("0.0.0.0", "127.0.0.1")])  # noqa: S104 - a trial
def test_it_comes_up_at_the_address_that_it_is_given(trial: Trial, bind: str, typed: str) -> None:
    """Any address but two was stopped by its own look whether the pages answer."""
    trial.start(BIND=bind)
    assert typed in trial.ask(typed).split(",")
    assert f"\nhttp://{typed}:{trial.port}\n" in trial.said()


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="a machine without IPv6")
@pytest.mark.parametrize("bind", ["::1", "[::1]", "::"])
def test_it_comes_up_on_a_machine_that_has_ipv6_alone(trial: Trial, bind: str) -> None:
    trial.start(BIND=bind)
    assert "[::1]" in trial.ask("::1").split(",")
    assert f"\nhttp://[::1]:{trial.port}\n" in trial.said()


@pytest.mark.parametrize("part", ["web", "beat"])
def test_what_dies_is_started_again_and_said(trial: Trial, part: str) -> None:
    """One part that died took all others along."""
    trial.start()
    former = trial.running(part)
    os.kill(former, signal.SIGKILL)
    until(lambda: trial.pid(part) not in {0, former}, "it is started again")
    assert f"server: {part} ended by signal 9; it is started again in 1 s\n" in trial.said()


def test_a_second_start_says_where_the_first_one_is(trial: Trial) -> None:
    """It ended in a traceback of gunicorn, or took the queue's messages away."""
    trial.start()
    assert trial.refused().startswith(
        f"server: another script/server runs or starts here already: http://127.0.0.1:{trial.port}, process "
    )


def test_a_port_that_is_taken_is_said(trial: Trial, tmp_path: Path) -> None:
    trial.start()
    assert trial.refused(VAR_DIR=str(tmp_path / "second")) == (
        f"server: port {trial.port} is taken; try PORT={trial.port + 1} script/server"
    )


def test_all_parts_are_started_anew_after_an_upgrade(trial: Trial) -> None:
    """Old processes with new templates answered 500 until somebody thought of it."""
    trial.start()
    former = trial.running("web"), trial.running("beat")
    (trial.folder / "var/ready").write_text("another\n", encoding="utf-8")
    until(lambda: not {0, *former} & {trial.pid("web"), trial.pid("beat")}, "they are others")
    assert "server: the software was set up anew, starting all parts again\n" in trial.said()


@pytest.mark.parametrize("script", ["server", "setup"])
def test_a_folder_that_takes_nothing_is_said_in_a_sentence(trial: Trial, script: str) -> None:
    shutil.copy(ROOT / "script/setup", trial.folder / "script/setup")
    done = subprocess.run(
        [f"script/{script}"],
        cwd=trial.folder,
        env=trial.environment | {"VAR_DIR": "/proc/nothing"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (1, f"{script}: {CLOSED}")


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that everybody may enter, with a checkout of script/setup alone and a Debian without a package."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        laid(folder, {"bin/dpkg-query": "#!/bin/bash\n", "bin/sudo": "#!/bin/bash\nexit 1\n"})
        laid(folder, {"script/setup": (ROOT / "script/setup").read_text(encoding="utf-8")})
        for inner in folder.iterdir():
            inner.chmod(0o755)
        yield folder


def test_a_plain_user_is_told_the_whole_line(elsewhere: Path) -> None:
    """On a fresh machine apt-get finds nothing before its lists are there."""
    plain = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*plain, "script/setup"],
        cwd=elsewhere,
        env={"PATH": f"{elsewhere}/bin:/usr/bin:/bin", "VAR_DIR": str(elsewhere / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "setup: please install first, as root: apt-get update && apt-get install --no-install-recommends libpango"
    assert (done.returncode, done.stderr[: len(said)]) == (1, said)


@pytest.mark.parametrize(
    "last,means",
    [
        ("OSError: [Errno 28] No space left on device", "are free in"),
        ("Temporary failure in name resolution", "is this machine in the network?"),
    ],
)
def test_the_cause_of_a_failed_step_is_shown(elsewhere: Path, last: str, means: str) -> None:
    """It stood in the log alone."""
    packages = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-lxgw-wenkai fonts-symbola"
    installed = "\n".join(f"echo {name} installed" for name in packages.split())
    failing = f"#!/bin/bash\ncase \"$*\" in *'pip install'*) echo '{last}'; exit 1 ;; esac\n"
    laid(elsewhere, {"bin/dpkg-query": f"#!/bin/bash\n{installed}\n", ".venv/bin/python": failing})
    shutil.copy(ROOT / "requirements.txt", elsewhere / "requirements.txt")
    done = subprocess.run(
        ["script/setup"],
        cwd=elsewhere,
        env={"PATH": f"{elsewhere}/bin:/usr/bin:/bin", "VAR_DIR": str(elsewhere / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"setup: pip could not install requirements.txt. It said last:\n    {last}\n" in done.stderr
    assert means in done.stderr
