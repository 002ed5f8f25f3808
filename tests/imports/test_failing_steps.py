"""Whichever write of a confirmed import fails, the database is as it was; every single one is tried."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core.errors import DomainError
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import confirm_batch, upload_batch
from jobs.models import ImportBatch
from tests.imports.conftest import ROSTERS, STUDENT_HEADER, Desk, book, pupil
from tests.imports.snapshot import snapshot


class Saboteur:
    """Counts the writes of a connection and lets the `target`-th one fail (none, if it is 0)."""

    def __init__(self, target: int = 0) -> None:
        self.target = target
        self.writes = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            self.writes += 1
            if self.writes == self.target:
                raise DatabaseError("disk full")
        return execute(sql, params, many, context)


def confirm(desk: Desk, batch: ImportBatch, saboteur: Saboteur) -> None:
    batch.refresh_from_db()
    with connection.execute_wrapper(saboteur):
        confirm_batch(actor=desk.actor, batch=batch)


def writes_of(desk: Desk, batch: ImportBatch) -> int:
    """How many writes a successful confirmation has; it is taken back."""
    counted = Saboteur()
    with transaction.atomic():
        confirm(desk, batch, counted)
        transaction.set_rollback(True)
    return counted.writes


@pytest.mark.parametrize("kind", ImportKind)
def test_a_failure_at_any_step_leaves_the_database_as_it_was(desk: Desk, kind: ImportKind) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "乙"))
    if kind == ImportKind.MENTORS:
        desk.file("students.xlsx")
        desk.file("teachers.xlsx", ImportKind.TEACHERS)
    files = {
        ImportKind.STUDENTS: book(STUDENT_HEADER, pupil(1, "甲甲", "二<1>"), pupil(3, "丙"), pupil(4, "丁", "三<2>")),
        ImportKind.TEACHERS: (ROSTERS / "teachers.xlsx").read_bytes(),
        ImportKind.MENTORS: (ROSTERS / "mentor-matrix.xlsx").read_bytes(),
    }
    batch = upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=kind,
        data=files[kind],
        file_name="名册.xlsx",
        options=ImportOptions(create_classes=True),
    )
    before, steps = snapshot(), writes_of(desk, batch)
    assert steps >= 5
    for step in range(1, steps + 1):
        with pytest.raises((DomainError, DatabaseError)):
            confirm(desk, batch, Saboteur(step))
        assert snapshot() == before, f"write {step} of {steps}"
    confirm(desk, batch, Saboteur())
    batch.refresh_from_db()
    assert batch.state == ImportState.DONE
