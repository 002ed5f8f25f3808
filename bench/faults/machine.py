"""A bare Debian with systemd, as a folder of this machine: installed, signed in to over TLS, hurt, upgraded.

    .venv/bin/python bench/faults/machine.py [bookworm|trixie] [--keep]

As root, with `debootstrap` and `systemd-container` (apt-get install). Takes ten minutes and 4 GB under $TMPDIR. The
machine shares this one's network, so that ports 80, 443, 5432 and 6379 must be free, and the packages are fetched as
here. `--keep` leaves the folder for the next run.
"""

import argparse
import collections
import http.client
import http.cookiejar
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from figures import Figure, note  # noqa: E402 - the folder of the benchmarks is on the path now

NAME = "daoshi.qingzhu.example"
PASSWORD = "bamboo-grove-7!"  # noqa: S105 - of an invented person
STATIC = "/opt/mentorship/static"
PARTS = ["web", "worker@default", "worker@mail", "worker@papers", "beat"]
#: Seconds after which a part that was killed is back.
MOST_BACK = 10.0
PAGES = ["/", "/manage/people/", "/school/first-weeks/", "/account/me/", "/jobs/", "/inbox/"]


class Machine:
    """The Debian in a folder, with systemd as its first process."""

    def __init__(self, folder: Path, suite: str) -> None:
        self.folder = folder
        if not (folder / "etc/debian_version").exists():
            wanted = "systemd,systemd-sysv,dbus,ca-certificates,iproute2"
            _run("debootstrap", "--variant=minbase", f"--include={wanted}", suite, str(folder))
        # The world is reached as from here: names and certificates.
        for one in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):
            (folder / one).unlink(missing_ok=True)
            shutil.copy(f"/{one}", folder / one)
        boot = ["systemd-nspawn", "-D", str(folder), "--boot", "--console=pipe", "--register=no", "--keep-unit"]
        self._process = subprocess.Popen(
            [*boot, f"--bind-ro={ROOT}:/mnt/source"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 60
        while self.run("systemctl", "is-system-running", check=False).strip() not in {"running", "degraded"}:
            assert time.monotonic() < end, "systemd does not come up in a folder here"
            time.sleep(0.5)

    def run(self, *words: str, check: bool = True) -> str:
        """What a command inside prints. Raises CalledProcessError."""
        children = (
            Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(encoding="ascii").split()
        )
        if not children:
            return ""
        certificates = "/etc/ssl/certs/ca-certificates.crt"
        inside = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]
        inside += [f"{name}={certificates}" for name in ("PIP_CERT", "NODE_EXTRA_CA_CERTS")]
        done = subprocess.run(
            ["nsenter", "-t", children[0], "-m", "-u", "-i", "-p", "-r", "-w", *inside, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            sys.stderr.write(done.stdout + done.stderr)
            done.check_returncode()
        return done.stdout

    def stop(self) -> None:
        """Off."""
        self.run("systemctl", "poweroff", check=False)
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)


class Browser:
    """One person, over TLS, with cookies."""

    def __init__(self) -> None:
        trusting = ssl._create_unverified_context()  # noqa: S323 - the machine has signed for itself
        self._open = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=trusting),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        ).open

    def ask(self, path: str, form: dict[str, str] | None = None) -> str:
        """The page. Raises HTTPError."""
        return self.fetch(path, form).decode()

    def fetch(self, path: str, form: dict[str, str] | None = None) -> bytes:
        """What is answered. Raises HTTPError."""
        data = urllib.parse.urlencode(form).encode() if form else None
        headers = {"Referer": "https://127.0.0.1/"}
        request = urllib.request.Request(f"https://127.0.0.1{path}", data, headers)
        with self._open(request, timeout=130) as answer:
            return bytes(answer.read())

    def send(self, path: str, **form: str) -> str:
        """A form, with what its page put into it."""
        page = self.ask(path)
        hidden = dict(re.findall(r'<input type="hidden" name="(csrfmiddlewaretoken|press)" value="([^"]+)"', page))
        return self.ask(path.partition("?")[0], hidden | form)


class Reader(threading.Thread):
    """Reads pages until it is told to stop; every answer is counted."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: collections.Counter[str] = collections.Counter()
        self.longest = 0.0
        self._over = threading.Event()
        self._browser = Browser()
        assert "沈知行" in self._browser.send("/account/sign-in/", username="shen", password=PASSWORD)

    def run(self) -> None:
        """Five pages a second."""
        number = 0
        while not self._over.wait(0.2):
            began, number = time.monotonic(), number + 1
            try:
                self._browser.ask(PAGES[number % len(PAGES)])
                self.seen["200"] += 1
            except urllib.error.HTTPError as error:
                self.seen[str(error.code)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.seen[type(error).__name__] += 1
            self.longest = max(self.longest, time.monotonic() - began)

    def told(self) -> str:
        """What it saw."""
        self._over.set()
        self.join()
        return f"{dict(self.seen)}, longest wait {self.longest:.1f} s"


def _run(*words: str) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def _told(what: str, found: str) -> None:
    print(f"{what:<46} {found}", flush=True)


def _all_run(machine: Machine) -> str:
    end, states = time.monotonic() + 90, [""]
    while time.monotonic() < end:
        states = machine.run("systemctl", "is-active", *(f"mentorship-{part}" for part in PARTS), check=False).split()
        if states == ["active"] * len(PARTS):
            return "all run"
        time.sleep(0.2)
    return f"NOT BACK: {states}"


def try_machine(machine: Machine) -> None:
    """The drill; prints a line for each step."""
    began = time.monotonic()
    said = machine.run("/mnt/source/script/install", "--name", NAME)
    took = time.monotonic() - began
    _told("installed on a bare machine", f"{took:.0f} s")
    note(Figure("installed on a bare machine", took, "s"))
    code = re.search(r"\?code=(\w+)", said)
    assert code is not None, "the first administrator's code is printed"
    opening = {"name": "沈知行", "username": "shen", "new": PASSWORD, "again": PASSWORD, "does_office": "on"}
    opening |= {"school": "青竹小学", "preset": "primary_termly", "system": "63", "start_year": "2026"}
    page = Browser().send(f"/start/?code={code[1]}", code=code[1], **opening)
    _told("opened with the printed code, over TLS", "第一周" if "<title>第一周" in page else "NOT OPENED")
    for part in PARTS:
        reader = Reader()
        reader.start()
        time.sleep(2)
        machine.run("systemctl", "kill", "-s", "KILL", "--kill-who=main", f"mentorship-{part}")
        began = time.monotonic()
        time.sleep(0.5)
        back = _all_run(machine)
        took = time.monotonic() - began
        time.sleep(1)
        _told(f"kill -9 of {part}", f"{back} after {took:.1f} s; pages {reader.told()}")
        note(Figure(f"all run again after kill -9 of {part}", took, "s", at_most=MOST_BACK))
    machine.run("systemctl", "start", "mentorship-backup")
    kept = machine.run("ls", "/var/lib/mentorship/backups").split()
    _told("backup by the timer's unit", ", ".join(kept))
    machine.run("touch", f"{STATIC}/css/app.000000000000.css")
    reader = Reader()
    reader.start()
    began = time.monotonic()
    machine.run("/mnt/source/script/install")
    took = time.monotonic() - began
    _told("upgraded while pages are read", f"{took:.0f} s; pages {reader.told()}")
    note(
        Figure("pages not answered during an upgrade", reader.seen.total() - reader.seen["200"], "", at_most=0),
        Figure("the longest wait for a page during an upgrade", reader.longest, "s"),
    )
    stale = machine.run("find", STATIC, "-name", "*.000000000000.css").strip()
    _told("static files", f"{_look()}; of former releases: {stale or 'none'}")
    said = machine.run("/opt/mentorship/current/script/install", "--back", check=False)
    _told("back to the release before", f"{said.strip() or 'refused: the tables have changed'}; {_all_run(machine)}")
    _told("static files then", _look())
    time.sleep(25)
    # Over the socket, as nginx reaches it.
    program = "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/mentorship/web.sock'); "
    program += "s.sendall(b'GET /readyz HTTP/1.0\\r\\n\\r\\n'); print(s.makefile().read().splitlines()[-1])"
    _told("readyz", machine.run("/opt/mentorship/current/.venv/bin/python", "-c", program).strip())
    machine.run("/mnt/source/script/install", "--remove")
    _told("removed", f"left: {_left(machine)}")
    machine.run("/mnt/source/script/install")
    Reader()
    _told("installed again", "the same school, with the same account")
    machine.run("sh", "-c", f"echo {NAME} | /mnt/source/script/install --remove --with-data")
    _told("removed with its data", f"left: {_left(machine)}")


def _look() -> str:
    """Whether all that the first page asks for is there, and the icon."""
    browser = Browser()
    asked = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.ask("/account/sign-in/"))
    for address in (*asked, "/favicon.ico"):
        browser.fetch(address)
    return f"all {len(asked)} and the icon are there"


def _left(machine: Machine) -> str:
    """What an installation has left behind."""
    places = "/opt/mentorship /etc/mentorship /var/lib/mentorship /etc/systemd/system/mentorship-web.service"
    found = machine.run("sh", "-c", f"ls -d {places} /etc/nginx/sites-*/mentorship.conf; true").split()
    databases = machine.run(
        "runuser", "-u", "postgres", "--", "psql", "-tAc", "SELECT datname FROM pg_database"
    ).split()
    return ", ".join([*found, *(["database"] if "mentorship" in databases else [])]) or "nothing"


def main() -> None:
    """Make it, try it, take it away."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("suite", nargs="?", default="bookworm", choices=["bookworm", "trixie"])
    asked.add_argument("--keep", action="store_true")
    given = asked.parse_args()
    if os.geteuid() or not shutil.which("systemd-nspawn") or not shutil.which("debootstrap", path="/usr/sbin:/usr/bin"):
        sys.exit("machine: as root, after apt-get install debootstrap systemd-container")
    folder = Path(tempfile.gettempdir()) / f"mentorship-machine-{given.suite}"
    machine = Machine(folder, given.suite)
    try:
        try_machine(machine)
    finally:
        machine.stop()
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
