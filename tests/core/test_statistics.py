"""Tables are counted each night and after much was written. Seen: nothing ever ran ANALYZE or PRAGMA optimize."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from core import statistics
from core.bulk import insert_rows
from core.statistics import refresh_after_migrating, refresh_statistics_soon
from core.tasks import refresh_statistics as nightly
from students.models import Pupil
from tests.cast import SchoolCast
from tests.statistics import counted

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is asked below")


@on_sqlite
def test_beat_has_the_tables_counted_each_night(qingzhu: SchoolCast) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["refresh-statistics"]
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({1}, {0})
    assert entry["task"] == nightly.name
    nightly.run()
    assert counted("students_pupil") == Pupil.objects.count()


@on_sqlite
def test_it_waits_for_the_end_of_the_transaction(
    qingzhu: SchoolCast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    before = counted("students_pupil")
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        refresh_statistics_soon()
        assert counted("students_pupil") == before
    assert counted("students_pupil") == Pupil.objects.count()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is asked above")
def test_postgresql_counts_what_was_much_changed_and_nothing_else(
    qingzhu: SchoolCast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """Seen: it counts by itself only after a tenth of a table has changed, and took a new year for one row."""
    with CaptureQueriesContext(connection) as found, django_capture_on_commit_callbacks(execute=True):
        insert_rows(Pupil, ["school_id", "name"], [(qingzhu.school.pk, "王小明")] * 500)
        refresh_statistics_soon()
    asked = [row["sql"] for row in found if row["sql"].startswith("ANALYZE")]
    assert asked == ['ANALYZE (SKIP_LOCKED) "students_pupil"']
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'students_pupil'")
        assert cursor.fetchone() == (Pupil.objects.count(),)


def test_a_database_that_is_busy_then_breaks_nothing(
    qingzhu: SchoolCast,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def busy(_tables: object) -> None:
        asked.append(1)
        raise RuntimeError("database is locked")

    monkeypatch.setattr(statistics, "refresh_statistics", busy)
    with django_capture_on_commit_callbacks(execute=True):
        insert_rows(Pupil, ["school_id", "name"], [(qingzhu.school.pk, "王小明")] * 500)
        refresh_statistics_soon()
    assert asked == [1]


@pytest.mark.parametrize("sent, times", [({"plan": []}, 1), ({}, 0), ({"plan": [], "using": "other"}, 0)])
def test_a_flush_counts_nothing(monkeypatch: pytest.MonkeyPatch, sent: dict[str, Any], times: int) -> None:
    asked: list[int] = []
    monkeypatch.setattr(statistics, "refresh_statistics", lambda: asked.append(1))
    refresh_after_migrating(**sent)
    assert len(asked) == times
