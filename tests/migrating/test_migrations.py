"""The one stage that migrates: from nothing, and from a former state with people in it.

All other tests make their tables from the models alone, which is right as long as both ways end in the same schema.
"""

import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from tests.migrating.schema import Schema, schema_of
from upkeep.archive import unpack

ROOT = Path(__file__).resolve().parents[2]
# The demo as commit 5c36c49 built it: the last state before the migrations were squashed.
FORMER = Path(__file__).parent / "former.sql.xz"
# Django's own tables, which every migration may write.
KEPT_BY_DJANGO = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}
# Of libraries and of a count that are no longer used, and what moved elsewhere; their tables are dropped.
DROPPED = ("django_celery_beat_", "axes_", "records_carddoor", "schools_planaction_grades")
#: The rules of the former state's plans with grade and window, and how to read them before and after their move.
RULES_BEFORE = """
SELECT a.plan_id, a.action, g.grade_id, a.anchor, a.opens_days, a.due_days
FROM schools_planaction a JOIN schools_planaction_grades g ON g.planaction_id = a.id ORDER BY 1, 2, 3
"""
RULES_NOW = """
SELECT g.plan_id, g.action, g.grade_id, w.anchor, w.opens_days, w.due_days
FROM schools_planactiongrade g JOIN schools_planwindow w ON w.rule_id = g.rule_id ORDER BY 1, 2, 3
"""
#: The exams of the former state: in which term, and since they belong to a year, in which.
EXAMS_BEFORE = """
SELECT k.id, k.kind, k.name, k.starts_on, k.ends_on, t.year_id, t.id FROM schools_keydate k
JOIN schools_term t ON t.id = k.term_id ORDER BY 1
"""
EXAMS_NOW = "SELECT id, kind, name, starts_on, ends_on, year_id FROM schools_keydate ORDER BY 1"

pytestmark = pytest.mark.migrations


def _manage(database_url: str, folder: Path, *arguments: str) -> str:
    """What a command of its own process prints, with the migrations that the tests leave out."""
    environment = {name: value for name, value in os.environ.items() if name not in {"REDIS_URL"}}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment | {"VAR_DIR": str(folder), "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _opened(name: str) -> BaseDatabaseWrapper:
    """A connection of its own to the database of that name beside the test's."""
    opened = ConnectionHandler({"default": {**settings.DATABASES["default"], "NAME": name}})["default"]
    assert isinstance(opened, BaseDatabaseWrapper)
    return opened


def _counts(database: sqlite3.Connection) -> dict[str, int]:
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # our own tables
        for name in tables
        if name not in KEPT_BY_DJANGO and not name.startswith(DROPPED)
    }


@pytest.fixture
def from_models(db: None) -> Schema:
    """The schema that all other tests run on."""
    return schema_of(connection)


@pytest.fixture
def empty_database(db: None, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Name and address of a database without any table, beside the test's own."""
    if connection.vendor == "sqlite":
        path = tmp_path / "new.sqlite3"
        yield str(path), f"sqlite:///{path}"
        return
    parameters = connection.get_connection_params()
    name = f"{parameters['dbname']}_new"
    address = f"postgres://{parameters['user']}@{parameters['host']}:{parameters['port']}/{name}"
    with _opened("postgres").cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield name, address
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.both_databases
def test_migrating_from_nothing_ends_in_the_schema_of_the_models(
    from_models: Schema, empty_database: tuple[str, str], tmp_path: Path
) -> None:
    name, address = empty_database
    prepared = os.environ.get("PREPARED_VAR")
    if connection.vendor == "sqlite" and prepared and Path(prepared, "migrated").exists():
        # In `script/test` setting up has migrated from nothing a moment ago, for Chromium's houses.
        shutil.copy(Path(prepared, "db.sqlite3"), name)
    else:
        _manage(address, tmp_path, "migrate", "--verbosity", "0")
    with closing(_opened(name)) as migrated:
        from_nothing = schema_of(migrated)
    del from_nothing["django_migrations"]
    assert from_nothing == from_models


def test_a_filled_database_of_the_former_state_ends_there_too_and_keeps_every_row(
    from_models: Schema, tmp_path: Path
) -> None:
    path = tmp_path / "former.sqlite3"
    with closing(sqlite3.connect(path)) as former:
        # Django teaches SQLite this one; checks of the schema use it.
        former.create_function("REGEXP", 2, lambda pattern, value: re.search(pattern, value) is not None)
        former.executescript(lzma.decompress(FORMER.read_bytes()).decode())
        before = _counts(former)
        rules = former.execute(RULES_BEFORE).fetchall()
        exams = former.execute(EXAMS_BEFORE).fetchall()
    assert before["students_pupil"] == 1637

    # An upgrade begins with a backup, which this code makes of the former tables.
    _manage(f"sqlite:///{path}", tmp_path, "backup", str(tmp_path / "former.tar.gz"))
    kept = unpack(tmp_path / "former.tar.gz", "")
    assert {table: kept["tables"][table] for table in before} == before

    _manage(f"sqlite:///{path}", tmp_path, "migrate", "--verbosity", "0")

    with closing(_opened(str(path))) as migrated:
        from_former = schema_of(migrated)
    del from_former["django_migrations"]
    assert from_former == from_models
    with closing(sqlite3.connect(path)) as now:
        after = _counts(now)
        assert {table: after[table] for table in before} == before
        assert (len(rules), now.execute(RULES_NOW).fetchall()) == (16, rules)
        assert (len(exams), now.execute(EXAMS_NOW).fetchall()) == (8, [row[:-1] for row in exams])
        assert now.execute("PRAGMA foreign_key_check").fetchall() == []
        # Counted after migrating, else SQLite holds every index for equally good.
        counted = now.execute("SELECT DISTINCT stat FROM sqlite_stat1 WHERE tbl = 'students_pupil'").fetchall()
        rows = [int(stat.split()[0]) for (stat,) in counted]
        # From some thousand entries of an index SQLite reckons how many it has: 1,560 of these.
        assert (rows != [], [n for n in rows if not 1637 * 0.9 < n < 1637 * 1.1]) == (True, [])

    # Rules by grade and their windows go back to one of each as long as there is one of each.
    _manage(f"sqlite:///{path}", tmp_path, "migrate", "schools", "0006", "--verbosity", "0")
    with closing(sqlite3.connect(path)) as back:
        assert back.execute(RULES_BEFORE).fetchall() == rules
        assert back.execute(EXAMS_BEFORE).fetchall() == exams


@pytest.mark.both_databases
def test_dropping_tables_that_are_not_there_can_be_taken_back(empty_database: tuple[str, str], tmp_path: Path) -> None:
    _, address = empty_database
    """Beyond the squashed file as well: 0005 hung on that alone, and stayed while 0004 went (inconsistent history)."""
    for target in ("0005", "0003_import_undo", "0005"):
        _manage(address, tmp_path, "migrate", "jobs", target, "--verbosity", "0")


@pytest.mark.both_databases
def test_what_was_squashed_is_taken_back_in_one_app_after_the_other(
    empty_database: tuple[str, str], tmp_path: Path
) -> None:
    """`mentors` stopped at "no such table: records_draft", which going back in `records` had dropped before."""
    name, address = empty_database
    for app, target in [
        ("records", "0001_squashed_0007_book_handling"),
        ("records", "0002_reminder"),
        ("mentors", "0002_rollover"),
    ]:
        _manage(address, tmp_path, "migrate", app, target, "--verbosity", "0")
    with closing(_opened(name)) as back, back.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations WHERE app IN ('mentors', 'records')")
        assert sorted(cursor.fetchall()) == [
            ("mentors", "0001_initial"),
            ("mentors", "0002_rollover"),
            ("records", "0001_initial"),
            ("records", "0002_reminder"),
        ]


@pytest.mark.both_databases
def test_a_school_goes_back_to_the_tables_before_the_squashed_ones(
    empty_database: tuple[str, str], tmp_path: Path
) -> None:
    """Going back in one step stopped: "no such column: began_on", or at a constraint on a stage that no school had."""
    name, address = empty_database
    _manage(address, tmp_path, "migrate", "schools", "--verbosity", "0")
    say = "from schools.models import School; School.objects.create(name='青竹学校')"
    _manage(address, tmp_path, "shell", "--no-imports", "-c", say)

    _manage(address, tmp_path, "migrate", "schools", "0001_initial", "--verbosity", "0")

    with closing(_opened(name)) as back, back.cursor() as cursor:
        cursor.execute("SELECT name, stage FROM schools_school")
        assert cursor.fetchall() == [("青竹学校", "primary")]
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'schools'")
        assert cursor.fetchall() == [("0001_initial",)]


def test_no_change_of_a_model_is_without_its_migration(tmp_path: Path) -> None:
    printed = _manage(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path, "makemigrations", "--check", "--dry-run")
    assert printed == "No changes detected\n"
