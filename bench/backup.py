"""A city backed up and put back: seconds, processor, memory and size, in both databases.

    .venv/bin/python bench/backup.py [--schools N] [--only sqlite|postgresql] [--quick]

The city of `bench/city.py`, by default three of its schools; the commands are those of the product, each in a process
of its own. The floor beside the backup is to read and pack the same database with nothing else: `pg_dump` in its
compressed form, or SQLite's own copy through gzip. Files are few in it: how long they take follows their size.
"""

import argparse
import gzip
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from figures import Figure, note
from postgres import own_server

ROOT = Path(__file__).resolve().parent.parent


class Took(NamedTuple):
    """Seconds by the clock and of processor, and the largest process of it in MB."""

    clock: float
    processor: float
    memory: int
    said: str


def measured(command: list[str], env: dict[str, str] | None = None) -> Took:
    """What a command takes with all that it starts. Raises RuntimeError with its last words."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[1:])}: {said.strip()[-600:]}")
    return Took(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, said)


def pack(kind: str, url: str, to: Path) -> Took:
    """The same data, read and packed with nothing else."""
    if kind == "postgresql":
        return measured(["pg_dump", "-Fc", "-f", str(to), url])
    return measured([sys.executable, __file__, "--pack", url.removeprefix("sqlite:///"), str(to)])


def pack_sqlite(path: str, to: str) -> None:
    """In a process of its own."""
    copy = Path(f"{to}.copy")
    sqlite3.connect(path).execute(f"VACUUM INTO '{copy}'")
    with copy.open("rb") as rows, gzip.open(to, "wb") as packed:
        shutil.copyfileobj(rows, packed, 1 << 20)
    copy.unlink()


def run(kind: str, address: str, schools: int, room: Path) -> None:
    """One line of the table."""
    (var := room / "var").mkdir()
    url = f"{address}/city" if address else f"sqlite:///{var / 'db.sqlite3'}"
    if address:
        subprocess.run(["psql", "-q", f"{address}/postgres", "-c", "CREATE DATABASE city"], check=True)
    env = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "BENCH_FIGURES")}
    env |= {"DATABASE_URL": url, "VAR_DIR": str(var)}
    built = measured([sys.executable, "bench/city.py", "--schools", str(schools)], env)
    archive = room / "city.tar.gz"
    floor = pack(kind, url, room / "floor")
    backup = measured([sys.executable, "manage.py", "backup", str(archive)], env)
    size, rows = archive.stat().st_size / 1e6, int(re.findall(r"(\d+) 行数据", backup.said)[0])
    # Into an empty place, as after the loss of the machine.
    env |= {"DATABASE_URL": f"{address}/again" if address else f"sqlite:///{var / 'again.sqlite3'}"}
    if address:
        subprocess.run(["psql", "-q", f"{address}/postgres", "-c", "CREATE DATABASE again"], check=True)
    restore = measured([sys.executable, "manage.py", "restore", str(archive)], env)
    print(f"{kind:<11}{schools:>8}{rows:>11}{size:>8.1f}"
          f"{backup.clock:>8.1f}{backup.processor:>8.1f}{backup.memory:>6}"
          f"{floor.clock:>8.1f}{floor.processor:>8.1f}"
          f"{restore.clock:>9.1f}{restore.processor:>8.1f}{restore.memory:>6}   built in {built.clock:.0f} s",
          flush=True)  # fmt: skip
    print(f"after it: {restore.said.strip().splitlines()[-1]}", flush=True)
    note(
        Figure(f"a city backed up, {kind}", backup.clock, "s", floor.clock, "read and packed with nothing else"),
        Figure(f"put back, {kind}", restore.clock, "s"),
        Figure(f"largest process of a backup, {kind}", backup.memory, "MB"),
    )


def main() -> int:
    """Exit code 1 if a command fails; that also compares every table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=3)
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default="")
    parser.add_argument("--quick", action="store_true", help="one school")
    parser.add_argument("--pack", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pack:
        pack_sqlite(*options.pack)
        return 0
    print(f"{'database':<11}{'schools':>8}{'rows':>11}{'MB':>8}{'backup s':>8}{'cpu s':>8}{'MB':>6}"
          f"{'floor s':>8}{'cpu s':>8}{'restore s':>9}{'cpu s':>8}{'MB':>6}")  # fmt: skip
    for kind in [options.only] if options.only else ["postgresql", "sqlite"]:
        with ExitStack() as stack:
            room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-backup-")))
            address = stack.enter_context(own_server()) if kind == "postgresql" else ""
            run(kind, address, 1 if options.quick else options.schools, room)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
