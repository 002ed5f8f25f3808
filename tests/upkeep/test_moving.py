"""From the SQLite of a trial to PostgreSQL: every row, with its key and its times."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from core.errors import DomainError
from schools.models import School
from students.models import Pupil
from tests.cast import SchoolCast
from upkeep.engines.base import LEFT_OUT
from upkeep.services.moving import move_database, opened

pytestmark = pytest.mark.both_databases


def all_rows(alias: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a move takes along."""
    return {
        model._meta.db_table: list(model._base_manager.using(alias).order_by("pk").values_list())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT
    }


@contextmanager
def tables(path: Path, models: Iterable[type[Model]]) -> Iterator[str]:
    """A SQLite database with tables for `models`, to be written; it counts as migrated as that of the tests does."""
    settings = connection.settings_dict | {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    settings["OPTIONS"] = {"init_command": "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY"}
    connections["sqlite"] = DatabaseWrapper(settings, "sqlite")
    with connections["sqlite"].schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    for alias in ("sqlite", "default"):
        recorder = MigrationRecorder(connections[alias])
        recorder.ensure_schema()
        recorder.migration_qs.all().delete()
        recorder.record_applied("schools", "0001_initial")
    yield "sqlite"
    connections["sqlite"].close()
    del connections["sqlite"]
    MigrationRecorder(connection).migration_qs.all().delete()


@pytest.mark.django_db(transaction=True)
def test_every_row_arrives_as_it_was(qingzhu: SchoolCast, tmp_path: Path) -> None:
    """There and back: keys, times, texts, and what JSON holds; and new rows get keys of their own afterwards."""
    before = all_rows("default")
    ours = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    with tables(tmp_path / "db.sqlite3", ours) as written:
        move_database("default", written)
        connections[written].close()
        call_command("flush", interactive=False, verbosity=0)
        assert School.objects.count() == 0
        with opened(tmp_path / "db.sqlite3") as source:
            moved = move_database(source)
    assert all_rows("default") == before
    assert moved == {table: len(rows) for table, rows in before.items()}
    pupil = Pupil.objects.all()[0]
    keys = set(Pupil.objects.values_list("pk", flat=True))
    pupil.pk, pupil.student_number = None, "new"
    pupil.save(force_insert=True)
    assert pupil.pk not in keys


@pytest.mark.django_db
def test_a_database_that_holds_a_school_is_left_alone(qingzhu: SchoolCast, tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").touch()
    with (
        opened(tmp_path / "db.sqlite3") as source,
        pytest.raises(DomainError, match="目标数据库里已经有学校或账号"),
    ):
        move_database(source)


@pytest.mark.django_db
def test_an_older_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "db.sqlite3") as older:
        older.execute("CREATE TABLE django_migrations (id integer, app text, name text, applied datetime)")
        older.execute("INSERT INTO django_migrations VALUES (1, 'schools', '0001_initial', '2026-09-01')")
    with (
        opened(tmp_path / "db.sqlite3") as source,
        pytest.raises(DomainError, match="先用同一版软件在原来的数据上运行一次 script/setup"),
    ):
        move_database(source)


@pytest.mark.parametrize("name", ["db.sqlite3", "9" * 300])
def test_a_file_that_is_not_there_is_said(name: str, tmp_path: Path) -> None:
    """The longer name was answered by a traceback."""
    with pytest.raises(DomainError, match="没有这个文件"), opened(tmp_path / name):
        raise AssertionError
