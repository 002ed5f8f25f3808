"""An upload is bound to its file, school and year, and is written once after its preview."""

from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.enums import Role
from core.errors import DomainError
from core.workbooks import WorkbookRefused
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import cancel_batch, confirm_batch, recheck_batch, upload_batch
from jobs.models import ImportBatch
from schools.enums import Preset
from schools.services import create_school, open_year
from students.models import Pupil
from tests.imports.conftest import STUDENT_HEADER, Desk, book, person, pupil
from tests.imports.snapshot import snapshot
from tests.statistics import counted


def upload(desk: Desk, *rows: tuple[str, ...], create: bool = True, name: str = "名册.xlsx") -> ImportBatch:
    return upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=ImportKind.STUDENTS,
        data=book(STUDENT_HEADER, *rows),
        file_name=name,
        options=ImportOptions(create_classes=create),
    )


def code_of(refused: pytest.ExceptionInfo[DomainError]) -> str:
    return refused.value.code


def test_an_upload_writes_nothing_but_its_batch_and_a_confirmation_writes_all(desk: Desk) -> None:
    before = snapshot()
    batch = upload(desk, pupil(1, "甲"), pupil(2, "乙"))
    after = snapshot()
    changed = {label for label in before if before[label] != after[label]}
    assert changed == {"jobs.ImportBatch", "accounts.AuditEntry"}
    assert (batch.state, batch.summary["created"]) == (ImportState.CHECKED, 2)
    done = confirm_batch(actor=desk.actor, batch=batch)
    assert (done.state, done.confirmed_by_id, Pupil.objects.count()) == (ImportState.DONE, desk.admin.pk, 2)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts its tables by itself")
def test_an_import_has_its_tables_counted(
    desk: Desk, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """Seen: nothing ever counted them, so SQLite held every index for equally good."""
    batch = upload(desk, pupil(1, "甲"), pupil(2, "乙"))
    with django_capture_on_commit_callbacks(execute=True):
        confirm_batch(actor=desk.actor, batch=batch)
    assert counted("students_pupil") == 2


def test_a_second_confirmation_says_already_imported_and_changes_nothing(desk: Desk) -> None:
    batch = upload(desk, pupil(1, "甲"))
    stale_copy = ImportBatch.objects.get(pk=batch.pk)
    confirm_batch(actor=desk.actor, batch=batch)
    before = snapshot()
    with pytest.raises(DomainError, match="这份名册已导入") as refused:
        confirm_batch(actor=desk.actor, batch=stale_copy)
    assert code_of(refused) == "already_imported"
    assert snapshot() == before


def test_a_confirmation_is_refused_if_the_preview_would_now_differ(desk: Desk) -> None:
    desk.students(pupil(1, "甲"))
    batch = upload(desk, pupil(1, "甲", remark="新"))
    Pupil.objects.update(remark="别人刚写的")
    with pytest.raises(DomainError, match="预览之后数据有了变动") as refused:
        confirm_batch(actor=desk.actor, batch=batch)
    assert code_of(refused) == "preview_stale"
    assert Pupil.objects.get().remark == "别人刚写的"
    renewed = ImportBatch.objects.get(pk=batch.pk)
    assert renewed.summary["changes"][0]["fields"] == [["备注", "别人刚写的", "新"]]
    confirm_batch(actor=desk.actor, batch=renewed)
    assert Pupil.objects.get().remark == "新"


def test_a_change_elsewhere_does_not_hinder_a_confirmation(desk: Desk) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "乙", "一<2>"))
    batch = upload(desk, pupil(1, "甲", remark="新"))
    Pupil.objects.filter(name="乙").update(remark="别人刚写的")
    confirm_batch(actor=desk.actor, batch=batch)
    assert dict(Pupil.objects.values_list("name", "remark")) == {"甲": "新", "乙": "别人刚写的"}


def test_a_batch_with_errors_cannot_be_confirmed(desk: Desk) -> None:
    batch = upload(desk, pupil(1, "甲", gender="？"))
    assert batch.state == ImportState.REFUSED
    with pytest.raises(DomainError) as refused:
        confirm_batch(actor=desk.actor, batch=batch)
    assert (code_of(refused), Pupil.objects.count()) == ("has_errors", 0)


def test_missing_classes_are_created_after_the_admin_said_so(desk: Desk) -> None:
    batch = upload(desk, pupil(1, "甲"), create=False)
    assert (batch.state, batch.summary["unknown_classes"]) == (ImportState.REFUSED, ["一（1）班"])
    batch = recheck_batch(actor=desk.actor, batch=batch, options=ImportOptions(create_classes=True))
    assert (batch.state, batch.summary["new_classes"]) == (ImportState.CHECKED, ["一（1）班"])
    confirm_batch(actor=desk.actor, batch=batch)
    assert Pupil.objects.count() == 1


def test_a_file_that_changed_on_disk_is_refused(desk: Desk, private_files: Path) -> None:
    batch = upload(desk, pupil(1, "甲"))
    (private_files / str(batch.file.name)).write_bytes(book(STUDENT_HEADER, pupil(2, "乙")))
    with pytest.raises(DomainError) as refused:
        confirm_batch(actor=desk.actor, batch=batch)
    assert (code_of(refused), Pupil.objects.count()) == ("file_changed", 0)


def test_a_batch_of_a_year_that_is_over_is_refused(desk: Desk) -> None:
    batch = upload(desk, pupil(1, "甲"))
    open_year(school=desk.school, start_year=2027)
    with pytest.raises(DomainError) as refused:
        confirm_batch(actor=desk.actor, batch=batch)
    assert (code_of(refused), Pupil.objects.count()) == ("year_over", 0)


def test_another_school_can_neither_upload_into_this_one_nor_confirm(desk: Desk) -> None:
    batch = upload(desk, pupil(1, "甲"))
    school, year = create_school(code="b", name="别校", preset=Preset.PRIMARY_TERMLY, start_year=2026)
    other = Desk(school, year, person("b-admin", school, Role.SCHOOL_ADMIN))
    with pytest.raises(DomainError) as refused:
        confirm_batch(actor=other.actor, batch=batch)
    assert code_of(refused) == "other_school"
    with pytest.raises(DomainError) as refused:
        upload(Desk(other.school, desk.year, other.admin), pupil(2, "乙"))
    assert (code_of(refused), Pupil.objects.count()) == ("other_school", 0)


def test_a_failure_while_writing_leaves_the_batch_open_and_the_database_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = upload(desk, pupil(1, "甲"))
    before = snapshot()
    with monkeypatch.context() as patched:

        def fail(*args: object, **kwargs: object) -> None:
            raise DatabaseError("disk full")

        patched.setattr("jobs.imports.audit", fail)
        with pytest.raises(DomainError) as refused:
            confirm_batch(actor=desk.actor, batch=batch)
    assert (code_of(refused), snapshot()) == ("not_written", before)
    confirm_batch(actor=desk.actor, batch=batch)
    assert Pupil.objects.count() == 1


def test_a_cancelled_batch_loses_its_file_and_cannot_be_confirmed(
    desk: Desk, private_files: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    batch = upload(desk, pupil(1, "甲"))
    path = private_files / str(batch.file.name)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        cancel_batch(actor=desk.actor, batch=batch)
        assert path.exists()
    assert not path.exists()
    with pytest.raises(DomainError) as refused:
        confirm_batch(actor=desk.actor, batch=ImportBatch.objects.get(pk=batch.pk))
    assert code_of(refused) == "cancelled"


def test_a_file_that_is_no_workbook_is_not_kept(desk: Desk, private_files: Path) -> None:
    with pytest.raises(WorkbookRefused):
        upload_batch(
            actor=desk.actor,
            year=desk.year,
            kind=ImportKind.STUDENTS,
            data=b"\x89PNG\r\n",
            file_name="名册.xlsx",
            options=ImportOptions(),
        )
    assert (ImportBatch.objects.count(), private_files.exists()) == (0, False)


def test_a_strange_file_name_is_kept_as_text_and_never_becomes_a_path(desk: Desk, private_files: Path) -> None:
    batch = upload(desk, pupil(1, "甲"), name="../../\u202e名册\x00" + "长" * 300 + ".xlsx")
    assert batch.file_name == ("长" * 195 + ".xlsx")[-200:]
    assert (private_files / str(batch.file.name)).resolve().is_relative_to(private_files.resolve())


def test_a_preview_keeps_a_few_hundred_lines_and_counts_the_rest(desk: Desk) -> None:
    rows = [pupil(n, f"学生{n}") for n in range(1, 400)]
    desk.students(*rows)
    batch = upload(desk, *(pupil(n, f"学生{n}", remark="新", phone="12") for n in range(1, 400)))
    assert (batch.summary["updated"], len(batch.summary["changes"])) == (399, 300)
    (found,) = batch.findings
    assert (found["code"], found["count"], found["rows"]) == ("phone_doubtful", 399, "2–400")
