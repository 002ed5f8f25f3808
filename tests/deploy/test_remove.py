"""script/install --remove in a machine of folders: what it stops and takes away, and what it leaves."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "daoshi.school.example"
#: What script/install has laid down, and what stands beside it; by what becomes of it.
CODE = (
    "opt/mentorship/releases/1/manage.py",
    "opt/mentorship/static/css/app.css",
    "usr/local/bin/mentorship",
    "etc/systemd/system/mentorship-web.service",
    "etc/systemd/system/mentorship-web.socket",
    "etc/systemd/system/mentorship-backup.timer",
    "etc/systemd/system/mentorship-.service.d/common.conf",
    "etc/tmpfiles.d/mentorship.conf",
    "etc/nginx/sites-available/mentorship.conf",
    "etc/nginx/sites-enabled/mentorship.conf",
    "var/cache/mentorship/fontconfig",
    "run/mentorship/upgrade.lock",
)
DATA = (
    "etc/mentorship/env",
    "etc/mentorship/tls/used",
    "var/lib/mentorship/files/1.jpg",
    "var/lib/mentorship/backups/night.tar.gz",
    "var/log/nginx/mentorship.log",
)
OTHERS = ("etc/nginx/sites-available/other.conf", "var/log/nginx/access.log", "etc/systemd/system/other.service")


class Machine:
    """A folder in the place of /, with commands that only note that they were called."""

    def __init__(self, root: Path, database: str) -> None:
        self.root = root
        for name in (*CODE, *DATA, *OTHERS, "run/systemd/system/there", "etc/passwd"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("x", encoding="utf-8")
        settings = f"SITE_URL=https://{ADDRESS}\nDATABASE_URL={database}\n"
        (root / "etc/mentorship/env").write_text(settings, encoding="utf-8")
        text = (ROOT / "script/install").read_text(encoding="utf-8")
        text = re.sub(r"(/opt|/etc|/var|/run|/usr/local/bin)/", lambda found: f"{root}{found[0]}", text)
        (root / "bin").mkdir()
        (root / "install").write_text(text, encoding="utf-8")
        noting = f'#!/bin/sh\necho "$(basename "$0") $*" >>{root}/called\n'
        for name in ("systemctl", "nginx", "runuser", "userdel", "apt-get"):
            (root / "bin" / name).write_text(noting, encoding="utf-8")
        (root / "bin/id").write_text("#!/bin/sh\necho 0\n", encoding="utf-8")
        for one in (root / "bin").iterdir():
            one.chmod(0o755)

    def run(self, *words: str, typed: str = "") -> tuple[int, str]:
        """script/install with these words; its exit code and what it says."""
        done = subprocess.run(
            ["bash", self.root / "install", *words],
            env=os.environ | {"PATH": f"{self.root}/bin:{os.environ['PATH']}"},
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout.replace(str(self.root), "")

    def there(self) -> set[str]:
        """Which of the files still lie there."""
        return {name for name in (*CODE, *DATA, *OTHERS) if (self.root / name).exists()}

    def called(self) -> list[str]:
        """The commands that were called, in order."""
        path = self.root / "called"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """With a database of its own."""
    return Machine(tmp_path, f"postgres:///{tmp_path}/var/run/postgresql/mentorship")


def test_services_and_code_go_and_what_was_saved_stays(machine: Machine) -> None:
    code, said = machine.run("--remove")
    assert (code, machine.there()) == (0, {*DATA, *OTHERS})
    assert said == (
        "install: services and code are gone. What was saved stays: "
        "the database mentorship of this machine's PostgreSQL, "
        "/var/lib/mentorship (files, keys, backups), /etc/mentorship (settings)\n"
        "install: script/install serves it again\n"
    )
    stopped = [word.removeprefix("systemctl disable --now ") for word in machine.called() if " --now " in word]
    assert stopped == [
        *("mentorship-web.socket", "mentorship-backup.timer", "mentorship-web.service"),
        *(f"mentorship-worker@{queue}.service" for queue in ("default", "mail", "papers")),
        *("mentorship-beat.service", "mentorship-backup.service"),
    ]
    assert machine.called()[len(stopped) :] == ["systemctl daemon-reload", "nginx -t", "systemctl reload nginx"]


@pytest.mark.parametrize("typed", ["", "\n", "yes\n", "mentorship\n"])
def test_what_was_saved_goes_for_its_own_address_alone(machine: Machine, typed: str) -> None:
    before = machine.there()
    code, said = machine.run("--remove", "--with-data", typed=typed)
    assert (code, said.splitlines()[-1]) == (1, "install: nothing was removed")
    assert (machine.there(), machine.called()) == (before, [])


def test_all_of_it_goes_once_its_address_was_typed(machine: Machine) -> None:
    code, said = machine.run("--remove", "--with-data", typed=f"{ADDRESS}\n")
    assert (code, machine.there()) == (0, set(OTHERS))
    assert (
        said.splitlines()[-1] == "install: all of it is gone; nginx, PostgreSQL and Redis stay, as packages of Debian"
    )
    assert machine.called()[-3:] == [
        "runuser -u postgres -- dropdb --if-exists --force mentorship",
        "runuser -u postgres -- dropuser --if-exists mentorship",
        "userdel mentorship",
    ]


def test_a_database_on_another_server_is_named_without_its_password_and_left(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "postgres://mentorship:secret@db.example/daoshi")
    code, said = machine.run("--remove", "--with-data", typed=f"{ADDRESS}\n")
    assert (code, "secret" in said) == (0, False)
    assert "install: another server keeps its database until somebody drops it there: db.example/daoshi\n" in said
    assert [word for word in machine.called() if word.startswith("runuser")] == []


def test_data_alone_are_not_removed(machine: Machine) -> None:
    before = machine.there()
    assert machine.run("--with-data")[0] == 2
    assert machine.there() == before
