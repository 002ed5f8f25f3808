"""Rows with errors are left out only after the admin has said so, and the history says which."""

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import DomainError
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import confirm_batch, set_rows_aside, upload_batch
from jobs.models import ImportBatch
from students.models import Pupil
from tests.imports.conftest import STUDENT_HEADER, Desk, book, pupil


def faulty(desk: Desk, *rows: tuple[str, ...]) -> ImportBatch:
    data = book(STUDENT_HEADER, *rows)
    options = ImportOptions(create_classes=True)
    return upload_batch(
        actor=desk.actor, year=desk.year, kind=ImportKind.STUDENTS, data=data, file_name="名册.xlsx", options=options
    )


def test_the_rest_is_imported_once_the_faulty_rows_are_set_aside(desk: Desk) -> None:
    batch = faulty(desk, pupil(1, "甲"), pupil(2, "乙", gender="？"), pupil(3, "丙"), pupil(3, "丁"))
    assert (batch.state, batch.summary["error_rows"]) == (ImportState.REFUSED, 3)
    batch = set_rows_aside(actor=desk.actor, batch=batch)
    assert (batch.state, batch.options["set_aside"]) == (ImportState.CHECKED, {"名册": [3, 4, 5]})
    assert (batch.summary["set_aside"], batch.summary["created"]) == (3, 1)
    confirm_batch(actor=desk.actor, batch=batch)
    assert list(Pupil.objects.values_list("name", flat=True)) == ["甲"]


def test_nothing_is_set_aside_when_the_fault_is_in_the_heading(desk: Desk) -> None:
    data = book(("学籍号", "班级"), ("G1", "一<1>"))
    batch = upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=ImportKind.STUDENTS,
        data=data,
        file_name="名册.xlsx",
        options=ImportOptions(),
    )
    assert batch.summary["error_rows"] == 0
    with pytest.raises(DomainError) as refused:
        set_rows_aside(actor=desk.actor, batch=batch)
    assert refused.value.code == "nothing_to_set_aside"


def test_the_page_asks_for_a_tick_and_then_goes_on(desk: Desk, admin_client: Client) -> None:
    batch = faulty(desk, pupil(1, "甲"), pupil(2, "乙", gender="？"))
    address = reverse("imports:detail", args=[batch.pk])
    assert "先不导入有错误的这 1 行，其余的照常核对" in admin_client.get(address).content.decode()
    without = admin_client.post(reverse("imports:set_aside", args=[batch.pk]), follow=True).content.decode()
    assert "请先勾选“先不导入”" in without
    assert ImportBatch.objects.get().state == ImportState.REFUSED
    text = admin_client.post(
        reverse("imports:set_aside", args=[batch.pk]), {"agreed": "on"}, follow=True
    ).content.decode()
    assert ("确认导入" in text, "名册 第 3 行（共 1 行）" in text) == (True, True)
    admin_client.post(reverse("imports:confirm", args=[batch.pk]))
    assert Pupil.objects.count() == 1
    assert "名册 第 3 行（共 1 行）" in admin_client.get(address).content.decode()
    assert "先放下 1 行" in admin_client.get(reverse("imports:list")).content.decode()
