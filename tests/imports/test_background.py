"""A large roster is checked in the background: the browser may be closed, the preview waits in the list."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import DomainError
from jobs.enums import ImportKind, ImportState, JobState
from jobs.importers import ImportOptions
from jobs.imports import cancel_batch, confirm_batch, upload_batch
from jobs.models import ImportBatch, Job
from jobs.services import cancel_job
from jobs.work import run_job
from students.models import Pupil
from tests.imports.conftest import STUDENT_HEADER, Desk, book, pupil

LARGE = 10


@pytest.fixture(autouse=True)
def ten_rows_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.imports.LARGE_ROWS", LARGE)
    monkeypatch.setattr("jobs.broker.send", lambda *args, **kwargs: True)


def large(desk: Desk, rows: int = LARGE + 1) -> ImportBatch:
    data = book(STUDENT_HEADER, *(pupil(n, f"学生{n}") for n in range(1, rows + 1)))
    options = ImportOptions(create_classes=True)
    return upload_batch(
        actor=desk.actor, year=desk.year, kind=ImportKind.STUDENTS, data=data, file_name="名册.xlsx", options=options
    )


def job_of(batch: ImportBatch) -> Job:
    assert batch.job is not None
    return batch.job


def test_a_large_file_waits_for_its_job_and_is_then_ready_to_confirm(desk: Desk) -> None:
    batch = large(desk)
    assert (batch.state, batch.summary, job_of(batch).kind) == (ImportState.CHECKING, {}, "roster_check")
    with pytest.raises(DomainError) as refused:
        confirm_batch(actor=desk.actor, batch=batch)
    assert refused.value.code == "still_checking"
    run_job(job_of(batch).pk)
    batch.refresh_from_db()
    assert (batch.state, batch.summary["created"], job_of(batch).state) == (ImportState.CHECKED, 11, JobState.DONE)
    confirm_batch(actor=desk.actor, batch=batch)
    assert Pupil.objects.count() == 11


def test_a_small_file_is_checked_at_once(desk: Desk) -> None:
    batch = large(desk, rows=LARGE - 1)
    assert (batch.state, batch.job, Job.objects.count()) == (ImportState.CHECKED, None, 0)


def test_the_page_shows_progress_and_reloads_itself_when_the_check_is_over(desk: Desk, admin_client: Client) -> None:
    batch = large(desk)
    address = reverse("imports:progress", args=[batch.pk])
    page = admin_client.get(reverse("imports:detail", args=[batch.pk])).content.decode()
    assert (address in page, "正在后台核对" in page, "确认导入" in page) == (True, True, False)
    assert "正在核对" in admin_client.get(reverse("imports:list")).content.decode()
    part = admin_client.get(address, headers={"HX-Request": "true"})
    assert ("HX-Refresh" in part.headers, "可以离开这一页" in part.content.decode()) == (False, True)
    run_job(job_of(batch).pk)
    assert admin_client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "待确认" in admin_client.get(reverse("imports:list")).content.decode()


def test_a_batch_given_up_meanwhile_stays_given_up(desk: Desk) -> None:
    batch = large(desk)
    cancel_batch(actor=desk.actor, batch=batch)
    run_job(job_of(batch).pk)
    assert ImportBatch.objects.get().state == ImportState.CANCELLED


def test_a_check_that_was_stopped_can_be_started_again(desk: Desk, admin_client: Client) -> None:
    batch = large(desk)
    cancel_job(actor=desk.actor, job=job_of(batch))
    page = admin_client.get(reverse("imports:detail", args=[batch.pk])).content.decode()
    assert ("再核对一次" in page, "hx-trigger" in page.split("import-checking")[1][:200]) == (True, False)
    admin_client.post(reverse("imports:recheck", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, Job.objects.count()) == (ImportState.CHECKING, 2)
    run_job(job_of(batch).pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.CHECKED


def test_the_preview_page_costs_few_queries_whatever_the_size(
    desk: Desk, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.imports.LARGE_ROWS", 10_000)

    def queries(rows: int) -> int:
        data = book(STUDENT_HEADER, *(pupil(n, f"学生{n}", gender="？", phone=str(n)) for n in range(1, rows + 1)))
        options = ImportOptions(create_classes=True)
        batch = upload_batch(
            actor=desk.actor, year=desk.year, kind=ImportKind.STUDENTS, data=data, file_name="a.xlsx", options=options
        )
        assert batch.summary["errors"] == rows
        with CaptureQueriesContext(connection) as context:
            answer = admin_client.get(reverse("imports:detail", args=[batch.pk]))
        assert (answer.status_code, len(answer.content) < 120_000) == (200, True)
        return len(context)

    queries(1)
    few, many = queries(2), queries(800)
    assert (few, few <= 25) == (many, True)


def test_the_queries_of_preview_and_confirmation_grow_with_batches_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.imports.LARGE_ROWS", 10_000)
    desk.students(pupil(90_000, "先"))

    def queries(numbers: range) -> int:
        data = book(STUDENT_HEADER, *(pupil(n, f"学生{n}") for n in numbers))
        with CaptureQueriesContext(connection) as context:
            batch = upload_batch(
                actor=desk.actor,
                year=desk.year,
                kind=ImportKind.STUDENTS,
                data=data,
                file_name="a.xlsx",
                options=ImportOptions(),
            )
            confirm_batch(actor=desk.actor, batch=batch)
        return len(context)

    few, many = queries(range(1, 4)), queries(range(100, 900))
    # SQLite writes three tables by the hundred; what is left over, or all of a few, takes one turn more.
    turns = 3 if connection.vendor == "sqlite" else 0
    assert (many - few, queries(range(1000, 1500)) - many) == (turns, 0)
