"""An invented city of schools with years of records, written in bulk: what the benchmarks of pages read.

    DATABASE_URL=… .venv/bin/python bench/city.py [--schools N] [--pupils N] [--years N]

The database must be empty. The same seed gives the same rows, whatever the day: it is always `DAY`, a Friday between
the letters' opening and the end of the first term. Plans, years and classes come from the product's own services, ticks
from `rebuild_ticks`, all other rows go in by `core.bulk.insert_rows`, table by table. `manage.py rebuild_ticks --check`
agrees. Prints seconds and the peak of memory of each school, and all rows in the end.
"""

import argparse
import datetime
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock
from zoneinfo import ZoneInfo

from setting import set_up

if TYPE_CHECKING:
    from city_people import School

SEED = 11
START_YEAR = 2026
DAY = datetime.date(2027, 1, 8)
NOW = datetime.datetime(2027, 1, 8, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
GRADES = 6
#: At most so many pupils a class: 600 and 3,000 pupils then have classes of one size, and their pages can be compared.
CLASS_SIZE = 50
BUREAU = "江城市教育局"


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the schools are: pupils of the present year, and how many school years lie behind `DAY`, this one
    included. The schools of a city differ in nothing but their people.
    """

    pupils: int
    years: int
    schools: int = 1
    seed: int = SEED

    @property
    def classes_a_grade(self) -> int:
        """So many that none is larger than `CLASS_SIZE`."""
        return max(1, -(-self.pupils // (GRADES * CLASS_SIZE)))

    def class_size(self, at: int) -> int:
        """Pupils of the `at`-th class of all; they differ by one at most."""
        classes = self.classes_a_grade * GRADES
        return self.pupils // classes + (at % classes < self.pupils % classes)


@contextmanager
def at_day() -> Iterator[None]:
    """It is `NOW` for everything that asks Django's clock."""

    def now() -> datetime.datetime:
        # A mock that counts its calls takes longer than what it stands for.
        return NOW

    with mock.patch("django.utils.timezone.now", now):
        yield


def build_city(shape: Shape) -> "Iterator[School]":
    """The schools one after the other, each in one transaction of its own. Wants `at_day`."""
    # Django is set up only now.
    from city_office import write_office  # noqa: PLC0415
    from city_people import write_people  # noqa: PLC0415
    from city_records import write_records  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from records.services.ticks import rebuild_ticks  # noqa: PLC0415

    for number in range(1, shape.schools + 1):
        with transaction.atomic():
            school = write_people(shape, number)
            write_records(school)
            write_office(school)
            for year in school.years:
                rebuild_ticks(year=year, on=DAY)
        yield school


def _trust_keys() -> None:
    """Let PostgreSQL look up no foreign key, row by row; SQLite does it in the test of the same rows."""
    from django.db import connection  # noqa: PLC0415 - Django is set up only now

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")


def count_rows() -> int:
    """Rows of all tables of the product."""
    from django.apps import apps  # noqa: PLC0415 - Django is set up only now

    models = apps.get_models(include_auto_created=True)
    return sum(model._base_manager.count() for model in models if model._meta.managed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--schools", type=int, default=1)
    parser.add_argument("--pupils", type=int, default=2_000)
    parser.add_argument("--years", type=int, default=2)
    options = parser.parse_args()
    shape = Shape(options.pupils, options.years, options.schools)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        set_up(Path(folder), keep_database=True)
        _trust_keys()
        began, busy = time.perf_counter(), time.process_time()
        with at_day():
            for number, _school in enumerate(build_city(shape), start=1):
                clock, spent = time.perf_counter() - began, time.process_time() - busy
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                print(f"school {number}: {clock:.1f} s (processor {spent:.1f} s), peak memory {peak} MB", flush=True)
                began, busy = time.perf_counter(), time.process_time()
        print(f"{count_rows():,} rows", flush=True)


if __name__ == "__main__":
    main()
