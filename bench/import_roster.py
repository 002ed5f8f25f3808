"""How long a large roster takes, beside what the machine needs at the very least for the same file and the same rows.

    .venv/bin/python bench/import_roster.py [PUPILS] [--against CHECKOUT [--rounds N]]

Builds a workbook of 20,000 pupils with two guardians each and imports it into an empty SQLite database in a temporary
folder, the way the pages do it: upload, check in the background job, confirmation; then uploads it again unchanged.
The floor is calamine reading the file and `executemany` of the very rows that the import wrote, into a copy of the
empty database, in one transaction. The peer is openpyxl, merely reading the file. Prints seconds (wall and processor),
the ratios, the number of queries and the peak of memory.

`--against` runs this script and that of another checkout in turns and prints ours against theirs.
"""

import argparse
import datetime
import gc
import random
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from figures import Figure, note
from setting import ROOT, Spent, set_up, timed

PUPILS = 20_000
CLASSES_PER_GRADE = 75
#: Ours against the floor, with preview and confirmation, and when nothing changed.
WANTED_IMPORT, WANTED_UNCHANGED = 2.0, 1.0
#: What the import writes of the roster itself.
TABLES = ("schools_schoolclass", "students_pupil", "students_guardian", "students_enrolment")
PEER, FLOOR, PREVIEW = "openpyxl reads the file", "calamine and executemany", "upload and preview"
CONFIRM, AGAIN = "confirm", "the same file again, unchanged"
_LINE = re.compile(r"^(.*?)\s+([\d.]+) s\s+\(processor\s+([\d.]+) s\)$", re.MULTILINE)
_GUARDIANS = tuple(f"监护人{position}{what}" for position in (1, 2) for what in ("姓名", "关系", "联系电话"))
HEADER = ("学籍号", "姓名", "性别", "班级", *_GUARDIANS, "备注")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁单曾仇"
_GIVEN = "子涵一诺梓萱浩宇欣怡俊杰雨桐思远嘉懿明哲若曦天佑"
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pupils", nargs="?", type=int, default=PUPILS)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.against:
        _compare(options.against, options.pupils, options.rounds)
    else:
        _measure(options.pupils)


def _measure(pupils: int) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        path, empty = folder / "roster.xlsx", folder / "empty.sqlite3"
        _build(path, pupils)
        peer = _timed(PEER, lambda: _read_with_openpyxl(path))[1]
        set_up(folder)
        first, again = _import(path, folder / "db.sqlite3", empty)
        rows = _rows(folder / "db.sqlite3")
        read, floor = _timed(FLOOR, lambda: _floor(path, empty, rows))
        assert read == pupils + 1, read
        print(f"rows of the floor: {sum(len(some) for _, some in rows)}")
        for label, spent, wanted in (("import", first, WANTED_IMPORT), ("unchanged", again, WANTED_UNCHANGED)):
            _ratio(f"{label} / floor", spent, floor, f"; wanted: at most {wanted}")
            _ratio(f"{label} / openpyxl", spent, peer)
            note(
                Figure(
                    f"{label}, {pupils} pupils, processor", spent.processor, "s",
                    beside=floor.processor, beside_what=FLOOR, times=wanted,
                )
            )  # fmt: skip
        for who, whose in ((resource.RUSAGE_SELF, "this process"), (resource.RUSAGE_CHILDREN, "the reading child")):
            print(f"peak memory of {whose}: {resource.getrusage(who).ru_maxrss // 1024} MB (wanted: under 400)")


def _ratio(label: str, spent: Spent, other: Spent, wanted: str = "") -> None:
    by_clock, by_processor = spent.clock / other.clock, spent.processor / other.processor
    print(f"{label:<22}{by_clock:5.2f}  (processor {by_processor:4.2f}{wanted})")


def _compare(checkout: Path, pupils: int, rounds: int) -> None:
    """Both scripts in turns; the files that they build are equal."""
    found: dict[str, dict[str, list[float]]] = {"theirs": {}, "ours": {}}
    for _ in range(rounds):
        for whose, root in (("theirs", checkout), ("ours", ROOT)):
            script = root / "bench" / "import_roster.py"
            said = subprocess.run(
                [sys.executable, script, str(pupils)], check=True, capture_output=True, text=True, cwd=root
            ).stdout
            for label, _clock, busy in _LINE.findall(said):
                found[whose].setdefault(label, []).append(float(busy))
            print(f"{whose}: " + ", ".join(f"{label} {spent[-1]:.2f} s" for label, spent in found[whose].items()))
    print(f"\n{'processor, medians':<32}{'theirs':>9}{'ours':>9}{'ratio':>8}")
    for label in (PEER, PREVIEW, CONFIRM, AGAIN):
        theirs, ours = (statistics.median(found[whose][label]) for whose in ("theirs", "ours"))
        print(f"{label:<32}{theirs:>7.2f} s{ours:>7.2f} s{ours / theirs:>8.2f}")


def _timed(label: str, act: Callable[[], T]) -> tuple[T, Spent]:
    # A full pass of the cycle collector takes half as long as a step, and would strike one of them by chance.
    gc.collect()
    result, spent = timed(act)
    print(f"{label:<32}{spent.clock:6.2f} s  (processor {spent.processor:5.2f} s)", flush=True)
    return result, spent


def _build(path: Path, pupils: int) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - the figure is of a process that has loaded little else

    chance = random.Random(7)  # noqa: S311 - invented names

    def name() -> str:
        return chance.choice(_SURNAMES) + chance.choice(_GIVEN) + chance.choice(_GIVEN)

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("名册")
    sheet.append(HEADER)
    for n in range(pupils):
        grade, number = "一二三四五六"[n % 6], n // 6 % CLASSES_PER_GRADE + 1
        guardians = (name(), "父亲", f"199{n:08d}", name(), "母亲", f"198{n:08d}")
        sheet.append((f"G3501{n:014d}", name(), chance.choice("男女"), f"{grade}（{number}）班", *guardians, ""))
    workbook.save(path)


def _read_with_openpyxl(path: Path) -> int:
    from openpyxl import load_workbook  # noqa: PLC0415 - as above

    workbook = load_workbook(path, read_only=True)
    return sum(1 for sheet in workbook.worksheets for _ in sheet.iter_rows(values_only=True))


def _rows(path: Path) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """What the import wrote, by table."""
    connection = sqlite3.connect(path)
    found = [(table, connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()) for table in TABLES]  # noqa: S608 - names of our own tables
    connection.close()
    return found


def _floor(path: Path, empty: Path, rows: list[tuple[str, list[tuple[Any, ...]]]]) -> int:
    """Read the file and write the rows, nothing else; how many rows the file has."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - as above

    read = len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())
    connection = sqlite3.connect(empty)
    connection.execute("PRAGMA foreign_keys=ON")
    with connection:
        for table, some in rows:
            places = ", ".join("?" * len(some[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", some)  # noqa: S608 - as above
    connection.close()
    return read


def _import(path: Path, database: Path, empty: Path) -> tuple[Spent, Spent]:
    """Seconds of the first import with its preview, and of looking at the same file again.

    `empty` becomes a copy of the database as it was before.
    """
    from django.db import connection  # noqa: PLC0415 - Django is set up only now

    from accounts.enums import Role  # noqa: PLC0415 - as above
    from accounts.models import RoleGrant, User  # noqa: PLC0415 - as above
    from accounts.queries import actor_for  # noqa: PLC0415 - as above
    from core.clock import today  # noqa: PLC0415 - as above
    from jobs.enums import ImportKind  # noqa: PLC0415 - as above
    from jobs.importers import ImportOptions  # noqa: PLC0415 - as above
    from jobs.imports import confirm_batch, upload_batch  # noqa: PLC0415 - as above
    from jobs.models import ImportBatch  # noqa: PLC0415 - as above
    from jobs.work import run_job  # noqa: PLC0415 - as above
    from schools.enums import Preset  # noqa: PLC0415 - as above
    from schools.services import create_school  # noqa: PLC0415 - as above

    school, year = create_school(
        code="bench", name="青竹小学", preset=Preset.PRIMARY_TERMLY, start_year=2026, bureau_name=""
    )
    user = User.objects.create(username="bench-admin", name="管理员", school=school)
    RoleGrant.objects.create(user=user, role=Role.SCHOOL_ADMIN, school=school, starts_on=datetime.date(2020, 9, 1))
    actor = actor_for(user, scope_key=None, on=today())
    data = path.read_bytes()
    connection.close()
    # With what the log still holds.
    with sqlite3.connect(database) as source, sqlite3.connect(empty) as target:
        source.backup(target)
    queries = 0

    def count(execute: Callable[..., object], *args: object) -> object:
        nonlocal queries
        queries += 1
        return execute(*args)

    def preview() -> ImportBatch:
        batch = upload_batch(
            actor=actor,
            year=year,
            kind=ImportKind.STUDENTS,
            data=data,
            file_name="roster.xlsx",
            options=ImportOptions(create_classes=True),
        )
        if batch.job_id is not None:
            run_job(batch.job_id)
        batch.refresh_from_db()
        return batch

    with connection.execute_wrapper(count):
        batch, checking = _timed(PREVIEW, preview)
        assert batch.summary["errors"] == 0
        _, confirming = _timed(CONFIRM, lambda: confirm_batch(actor=actor, batch=batch))
        first, queries = queries, 0
        same, again = _timed(AGAIN, preview)
    assert (same.summary["unchanged"], same.summary["created"], same.summary["updated"]) == (
        batch.summary["rows"],
        0,
        0,
    )
    print(f"queries: {first} for the import, {queries} for the second look")
    return checking + confirming, again


if __name__ == "__main__":
    main()
