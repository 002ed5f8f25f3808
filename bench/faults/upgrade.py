"""Upgrade from former commits, with data, in both databases, and back again.

    python bench/faults/upgrade.py [COMMIT …] [--only sqlite|postgresql]

For each commit its own code, taken out of the repository, makes the tables and loads its demo; then today's code backs
that up as it stands, migrates it, looks at every row and at pages, puts the backup back, which migrates it once more,
and goes back as far as migrations allow; the former code then says whether it still finds its ticks right.
Today's code is that of HEAD. Wants the repository's history, and PostgreSQL for the second half. A few minutes of
processor for each line.
"""

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from figures import Figure, note  # noqa: E402  # of the folder above
from postgres import own_server  # noqa: E402  # as above

COMMITS = ("3232cc7", "5c36c49")
#: What went: libraries that are no longer used, a count that moved, and what Django writes itself.
GONE = ("django_celery_beat_", "axes_", "records_carddoor", "schools_planaction_grades")
BY_DJANGO = {"django_migrations", "django_content_type", "auth_permission"}
#: Libraries of former commits that today's environment may lack, by what they are imported as.
FORMER_LIBRARIES = {"rules": "rules", "matching": "matching", "axes": "django-axes",
                    "django_celery_beat": "django-celery-beat"}  # fmt: skip
COUNTS = """
from django.db import connection
with connection.cursor() as cursor:
    for name in sorted(connection.introspection.table_names(cursor)):
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        print("COUNT", name, cursor.fetchone()[0])
"""
PAGES = """
from django.test import Client
from accounts.models import User
for name in ("demo-mentor", "demo-office", "demo-admin", "demo-homeroom", "demo-bureau"):
    user = User.objects.filter(username=name).first()
    if user is None:
        continue
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/", follow=True)
    print("PAGE", name, answer.status_code)
"""


@dataclass
class House:
    """One installation: whose code runs, and where its data lie."""

    var: Path
    database: str
    libraries: Path
    notes: list[str] = field(default_factory=list)

    def manage(self, code: Path, *words: str, may_fail: bool = False) -> str:
        """What a command says. Raises RuntimeError with its last lines."""
        environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"} | {
            "VAR_DIR": str(self.var), "DATABASE_URL": self.database, "PYTHONPATH": str(self.libraries),
            "DEMO_PASSWORD": "bench-demo-1", "PLAIN_STATIC": "true",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=code, env=environment, capture_output=True, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode and not may_fail:
            raise RuntimeError(f"{' '.join(words)}: {(done.stderr or done.stdout).strip()[-600:]}")
        return done.stdout + (done.stderr if may_fail else "")

    def counts(self, code: Path) -> dict[str, int]:
        """Rows by table."""
        said = self.manage(code, "shell", "-c", COUNTS)
        return {name: int(count) for name, count in re.findall(r"^COUNT (\S+) (\d+)$", said, re.M)}


def former_code(commit: str, folder: Path) -> Path:
    """The tree of that commit."""
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def former_libraries(folder: Path) -> Path:
    """What today's environment lacks."""
    probe = "import importlib.util, sys; print(*[n for n in sys.argv[1:] if importlib.util.find_spec(n) is None])"
    missing = subprocess.run(
        [sys.executable, "-c", probe, *FORMER_LIBRARIES], check=True, capture_output=True, text=True
    ).stdout.split()
    folder.mkdir()
    if missing:
        names = [FORMER_LIBRARIES[name] for name in missing]
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), *names], check=True
        )
    return folder


def leaves(code: Path) -> dict[str, str]:
    """The last migration of each of the product's apps, as that commit knows it."""
    found: dict[str, str] = {}
    for path in sorted(code.glob("*/migrations/0*.py")):
        found[path.parent.parent.name] = path.stem
    return found


def targets_back(former: Path, now: Path) -> Iterator[tuple[str, str]]:
    """For each app of today the migration at which the former code stood; a squashed one where it replaces that."""
    known = leaves(former)
    for app in ("upkeep", "records", "mentors", "students", "notices", "jobs", "accounts", "schools"):
        if app not in known:
            yield app, "zero"
            continue
        squashed = [
            path.stem
            for path in (now / app / "migrations").glob("0*squashed*.py")
            if path.stem.split("squashed_")[1] == known[app]
        ]
        yield app, squashed[0] if squashed else known[app]


def differences(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Tables of which rows were lost or came, but for those that went."""
    return [
        f"{name} {before[name]} → {after.get(name, 'gone')}"
        for name in before
        if name not in BY_DJANGO and not name.startswith(GONE) and after.get(name) != before[name]
    ]


def differences_told(said: str) -> str:
    """The line in which `rebuild_ticks` sums up; warnings of checks may stand around it."""
    return next((line for line in said.splitlines() if re.match(r"\d+ differences", line)), "no answer")


def said_by_former(house: House, former: Path) -> str:
    """What the former code says of its ticks; the empty tables of its libraries it makes itself."""
    house.manage(former, "migrate", "--verbosity", "0", may_fail=True)
    said = house.manage(former, "rebuild_ticks", "--check", may_fail=True)
    told = differences_told(said)
    return told if told[0].isdigit() else f"{told}: {said.strip()[-200:]}"


def timed(house: House, code: Path, *words: str) -> float:
    began = time.monotonic()
    house.manage(code, *words)
    return time.monotonic() - began


def drill(house: House, former: Path, now: Path) -> tuple[list[str], bool]:
    """One line of the table, and whether all is well."""
    house.manage(former, "migrate", "--verbosity", "0")
    house.manage(former, "demo")
    before = house.counts(former)
    rows = sum(before.values())
    archive = house.var.parent / "before.tar.gz"
    backed = timed(house, now, "backup", str(archive))
    took = timed(house, now, "migrate", "--verbosity", "0")
    after = house.counts(now)
    lost = differences(before, after)
    ticks = differences_told(house.manage(now, "rebuild_ticks", "--check", may_fail=True))
    pages = re.findall(r"^PAGE (\S+) (\d+)$", house.manage(now, "shell", "-c", PAGES), re.M)
    restored = timed(house, now, "restore", str(archive), "--replace")
    again = house.counts(now)
    lost_again = differences(before, again)
    back = []
    for app, target in targets_back(former, now):
        try:
            house.manage(now, "migrate", app, target, "--verbosity", "0")
        except RuntimeError as error:
            back.append(f"{app}: {str(error).splitlines()[-1][:120]}")
    returned = house.counts(now) if not back else {}
    lost_back = differences(before, returned) if not back else []
    former_says = "" if back else said_by_former(house, former)
    failed_pages = [name for name, status in pages if status != "200"]
    agree = ticks == "0 differences (nothing changed)"
    well = not lost and not lost_again and not failed_pages and pages and agree
    line = [
        f"{rows:>7}", f"{backed:>6.1f} s", f"{took:>6.1f} s", f"{len(lost):>4}", f"{ticks:<32}",
        f"{len(pages) - len(failed_pages)}/{len(pages)}", f"{restored:>6.1f} s", f"{len(lost_again):>4}",
        "yes" if not back and not lost_back else "no",
    ]  # fmt: skip
    house.notes += [f"lost: {one}" for one in (*lost, *lost_again)] + [f"back: {one}" for one in (*back, *lost_back)]
    house.notes += [f"pages: {name}" for name in failed_pages]
    if former_says:
        house.notes.append(f"the former code after going back: {former_says}")
    return line, bool(well)


@contextmanager
def databases(only: str) -> Iterator[dict[str, str]]:
    """Addresses by kind; of PostgreSQL up to the database's name."""
    if only == "sqlite":
        yield {"sqlite": ""}
        return
    with own_server() as address:
        yield {"postgresql": address} if only else {"sqlite": "", "postgresql": address}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commits", nargs="*", default=COMMITS)
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default="")
    options = parser.parse_args()
    print(f"{'from':<9} {'database':<11} {'rows':>7} {'backup':>8} {'migrate':>8} lost ticks{'':<27} pages "
          f"{'restore':>8} lost back")  # fmt: skip
    failed = 0
    with tempfile.TemporaryDirectory(prefix="bench-upgrade-") as name, databases(options.only) as addresses:
        libraries = former_libraries(Path(name) / "libraries")
        # Today's code as it is committed: who works on beside changes nothing of it.
        now = former_code("HEAD", Path(name) / "now")
        (now / "node_modules").symlink_to(ROOT / "node_modules")
        for commit in options.commits:
            former = former_code(commit, Path(name) / commit)
            for kind, address in addresses.items():
                room = Path(name) / f"{commit}-{kind}"
                (room / "var").mkdir(parents=True)
                url = f"{address}/u{commit}" if address else f"sqlite:///{room / 'var' / 'db.sqlite3'}"
                if address:
                    subprocess.run(
                        ["psql", "-q", f"{address}/postgres", "-c", f"CREATE DATABASE u{commit}"], check=True
                    )
                house = House(room / "var", url, libraries)
                try:
                    line, well = drill(house, former, now)
                except RuntimeError as error:
                    line, well = [f"FAILED: {error}"], False
                failed += not well
                note(Figure(f"upgrade from {commit} on {kind} that is not whole", float(not well), "", at_most=0))
                print(f"{commit:<9} {kind:<11} {' '.join(line)}", flush=True)
                for remark in house.notes:
                    print(f"{'':>21} {remark}", flush=True)
                shutil.rmtree(room, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
