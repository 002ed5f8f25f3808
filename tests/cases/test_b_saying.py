"""Cases of what the import says and keeps: classes to be created, who is missing, size, twice, and a closed browser."""

import io

import openpyxl
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.errors import DomainError
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import confirm_batch, recheck_batch, set_rows_aside, upload_batch
from jobs.marking import marked_workbook
from jobs.models import ImportBatch
from jobs.work import run_job
from schools.models import SchoolClass
from students.models import Enrolment, Pupil
from tests.imports.conftest import STUDENT_HEADER, Desk, book, pupil
from tests.imports.snapshot import snapshot


def upload(desk: Desk, *rows: tuple[str, ...], create: bool = False) -> ImportBatch:
    return upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=ImportKind.STUDENTS,
        data=book(STUDENT_HEADER, *rows),
        file_name="名册.xlsx",
        options=ImportOptions(create_classes=create),
    )


def send(client: Client, data: bytes, name: str = "名册.xlsx") -> str:
    answer = client.post(
        reverse("imports:upload"), {"kind": "students", "file": SimpleUploadedFile(name, data)}, follow=True
    )
    return answer.content.decode()


def test_case_51_a_class_that_is_not_there_is_created_only_after_the_admin_said_so(desk: Desk) -> None:
    batch = upload(desk, pupil(1, "甲"), pupil(2, "乙", "二<3>"))
    assert (batch.state, batch.summary["unknown_classes"]) == (ImportState.REFUSED, ["一（1）班", "二（3）班"])
    with pytest.raises(DomainError):
        confirm_batch(actor=desk.actor, batch=batch)
    assert SchoolClass.objects.count() == 0
    batch = recheck_batch(actor=desk.actor, batch=batch, options=ImportOptions(create_classes=True))
    confirm_batch(actor=desk.actor, batch=batch)
    assert (SchoolClass.objects.count(), Pupil.objects.count()) == (2, 2)


def test_case_51_the_rows_of_a_missing_class_can_also_be_set_aside(desk: Desk) -> None:
    desk.students(pupil(9, "先"))
    batch = upload(desk, pupil(1, "甲"), pupil(2, "乙", "二<3>"))
    batch = set_rows_aside(actor=desk.actor, batch=batch)
    assert (batch.state, batch.options["set_aside"]) == (ImportState.CHECKED, {"名册": [3]})
    confirm_batch(actor=desk.actor, batch=batch)
    assert set(Pupil.objects.values_list("name", flat=True)) == {"先", "甲"}


def test_case_57_who_is_missing_from_a_new_list_is_named_and_stays(desk: Desk, admin_client: Client) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "乙"), pupil(3, "丙", "一<2>"))
    page = send(admin_client, book(STUDENT_HEADER, pupil(1, "甲", remark="新")))
    # Of the class in the file only; the other class is not in it at all.
    assert ("系统里有、名册里没有" in page, "一（1）班 乙" in page, "一（2）班 丙" in page) == (True, True, False)
    batch = ImportBatch.objects.latest("pk")
    assert batch.summary["gone"] == 1
    confirm_batch(actor=desk.actor, batch=batch)
    assert Enrolment.objects.filter(ends_on=None).count() == 3


def test_case_68_a_file_above_the_limit_is_refused_with_its_size(
    desk: Desk,
    admin_client: Client,
    settings: LazySettings,
) -> None:
    settings.ROSTER_MAX_BYTES = 1024 * 1024
    before = snapshot()
    page = send(admin_client, b"PK\x03\x04" + b"0" * (1024 * 1024))
    assert "文件超过 1 MB。请删去其中的图片，只留名册再上传。" in page
    assert snapshot() == before


def test_case_68_the_page_knows_the_limit_before_the_upload_begins(desk: Desk, admin_client: Client) -> None:
    page = admin_client.get(reverse("imports:upload")).content.decode()
    assert 'data-max-bytes="20971520"' in page
    assert "js/upload.js" in page


def test_case_69_the_same_file_twice_changes_nothing_the_second_time(desk: Desk, admin_client: Client) -> None:
    data = book(STUDENT_HEADER, pupil(1, "甲"), pupil(2, "乙"))
    desk.run(data, ImportKind.STUDENTS)
    before = {label: rows for label, rows in snapshot().items() if label.startswith("students.")}
    page = send(admin_client, data)
    assert "名册与系统里的完全一样，不需要导入。" in page
    confirm_batch(actor=desk.actor, batch=ImportBatch.objects.latest("pk"))
    assert {label: rows for label, rows in snapshot().items() if label.startswith("students.")} == before


def test_case_69_a_double_click_says_already_imported(desk: Desk, admin_client: Client) -> None:
    batch = upload(desk, pupil(1, "甲"), create=True)
    address = reverse("imports:confirm", args=[batch.pk])
    first = admin_client.post(address)
    twice = admin_client.post(address)
    assert (twice.status_code, twice["Location"]) == (302, first["Location"])
    # From another tab it is another press, and is told.
    again = admin_client.post(address, {"press": "another"}, follow=True).content.decode()
    assert ("这份名册已导入，没有重复导入。" in again, Pupil.objects.count()) == (True, 1)


def test_case_71_a_closed_browser_does_not_stop_the_check(
    desk: Desk,
    admin_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jobs.imports.LARGE_ROWS", 1)
    monkeypatch.setattr("jobs.broker.send", lambda *args, **kwargs: True)
    assert "可以离开这一页" in send(admin_client, book(STUDENT_HEADER, pupil(1, "甲"), pupil(2, "乙")))
    batch = ImportBatch.objects.get()
    assert batch.job_id is not None
    # Nobody looks at the page any more; a worker does the job.
    run_job(batch.job_id)
    listed = admin_client.get(reverse("imports:list")).content.decode()
    assert (reverse("imports:detail", args=[batch.pk]) in listed, "有错误" in listed) == (True, True)


def test_case_40_what_looks_like_a_formula_comes_back_as_text(desk: Desk) -> None:
    rows = [pupil(1, "甲", gender="=1+1", remark="@SUM(1)"), pupil(2, "乙", gender="？", remark="+cmd")]
    text = "\n".join(",".join(row) for row in (STUDENT_HEADER, *rows))
    batch = upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=ImportKind.STUDENTS,
        data=text.encode(),
        file_name="名册.csv",
        options=ImportOptions(create_classes=True),
    )
    workbook = openpyxl.load_workbook(io.BytesIO(marked_workbook(actor=desk.actor, batch=batch)[0]))
    cells = [cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row]
    risky = [cell for cell in cells if str(cell.value).startswith(("=", "+", "@"))]
    assert len(risky) == 4
    assert {(cell.data_type, cell.quotePrefix) for cell in risky} == {("s", True)}
