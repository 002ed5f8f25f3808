"""How long a large roster takes, beside the time that openpyxl needs merely to read the file, in the same run.

    .venv/bin/python bench/import_roster.py [PUPILS]

Builds a workbook of 20,000 pupils with two guardians each and imports it into an empty SQLite database in a temporary
folder, the way the pages do it: upload, check in the background job, confirmation; then uploads it again unchanged.
Prints seconds (wall and processor), the ratios to the floor, the number of queries and the peak of memory.
"""

import argparse
import datetime
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parent.parent
PUPILS = 20_000
CLASSES_PER_GRADE = 75
_GUARDIANS = tuple(f"监护人{position}{what}" for position in (1, 2) for what in ("姓名", "关系", "联系电话"))
HEADER = ("学籍号", "姓名", "性别", "班级", *_GUARDIANS, "备注")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁单曾仇"
_GIVEN = "子涵一诺梓萱浩宇欣怡俊杰雨桐思远嘉懿明哲若曦天佑"
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pupils", nargs="?", type=int, default=PUPILS)
    pupils = parser.parse_args().pupils
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "roster.xlsx"
        _build(path, pupils)
        floor = _timed("openpyxl reads the file", lambda: _read_with_openpyxl(path))[1]
        _set_up(Path(folder))
        first, again = _import(path)
        for label, spent, wanted in (("import", first, 1.0), ("unchanged", again, 0.5)):
            by_clock, by_processor = spent.clock / floor.clock, spent.processor / floor.processor
            print(f"{label + ' / floor':<22}{by_clock:5.2f}  (processor {by_processor:4.2f}; wanted: under {wanted})")
        for who, name in ((resource.RUSAGE_SELF, "this process"), (resource.RUSAGE_CHILDREN, "the reading child")):
            print(f"peak memory of {name}: {resource.getrusage(who).ru_maxrss // 1024} MB (wanted: under 400)")


class Spent(NamedTuple):
    """Seconds by the clock, and of processor with the reading child's: the second is fairer on a busy machine."""

    clock: float
    processor: float

    def __add__(self, other: object) -> "Spent":
        assert isinstance(other, Spent)
        return Spent(self.clock + other.clock, self.processor + other.processor)


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _timed(label: str, act: Callable[[], T]) -> tuple[T, Spent]:
    clock, processor = time.perf_counter(), _processor()
    result = act()
    spent = Spent(time.perf_counter() - clock, _processor() - processor)
    print(f"{label:<32}{spent.clock:6.2f} s  (processor {spent.processor:5.2f} s)")
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


def _set_up(folder: Path) -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "mentorship.settings"
    os.environ["VAR_DIR"] = str(folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
    os.environ.pop("REDIS_URL", None)
    import django  # noqa: PLC0415 - the settings are known only now
    from django.core.management import call_command  # noqa: PLC0415 - as above

    django.setup()
    call_command("migrate", verbosity=0)


def _import(path: Path) -> tuple[Spent, Spent]:
    """Seconds of the first import with its preview, and of looking at the same file again."""
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
        batch, checking = _timed("upload and preview", preview)
        assert batch.summary["errors"] == 0
        _, confirming = _timed("confirm", lambda: confirm_batch(actor=actor, batch=batch))
        first, queries = queries, 0
        same, again = _timed("the same file again, unchanged", preview)
    assert (same.summary["unchanged"], same.summary["created"], same.summary["updated"]) == (
        batch.summary["rows"],
        0,
        0,
    )
    print(f"queries: {first} for the import, {queries} for the second look")
    return checking + confirming, again


if __name__ == "__main__":
    main()
