"""Whichever write of a confirmed import fails, the database is as it was; every single one is tried."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from core.errors import DomainError
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import confirm_batch, upload_batch
from jobs.models import ImportBatch
from schools.models import SchoolYear
from tests.cases.books import book as paper_book
from tests.cast import SchoolCast
from tests.imports.conftest import ROSTERS, STUDENT_HEADER, Desk, book, pupil
from tests.imports.paper import DONE
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


@dataclass(frozen=True)
class Scene:
    """A workbook that is to be brought in, and by whom into which year."""

    actor: Actor
    year: SchoolYear
    data: bytes


def scene(kind: ImportKind, fixture: Callable[[str], Any]) -> Scene:
    """A school as far as the workbook of `kind` needs it."""
    if kind in (ImportKind.DONE, ImportKind.LETTERS):
        cast: SchoolCast = fixture("qingzhu")
        row = ("一（1）班", "安可儿")
        data = (
            paper_book(DONE, (*row, "", "", "8月20日", "10月9日", "11月2日"))
            if kind == ImportKind.DONE
            else paper_book(("班级", "姓名", "学期", "寄语"), (*row, "第一学期", "你每天最早到校，替大家开窗。"))
        )
        return Scene(cast.actor(cast.office), cast.year, data)
    desk: Desk = fixture("desk")
    desk.students(pupil(1, "甲"), pupil(2, "乙"))
    if kind == ImportKind.MENTORS:
        desk.file("students.xlsx")
        desk.file("teachers.xlsx", ImportKind.TEACHERS)
    files = {
        ImportKind.STUDENTS: book(STUDENT_HEADER, pupil(1, "甲甲", "二<1>"), pupil(3, "丙"), pupil(4, "丁", "三<2>")),
        ImportKind.TEACHERS: (ROSTERS / "teachers.xlsx").read_bytes(),
        ImportKind.MENTORS: (ROSTERS / "mentor-matrix.xlsx").read_bytes(),
    }
    return Scene(desk.actor, desk.year, files[kind])


def confirm(actor: Actor, batch: ImportBatch, saboteur: Saboteur) -> None:
    batch.refresh_from_db()
    copy = psycopg.Cursor.copy

    def copied(cursor: Any, sql: str) -> Any:
        """Rows that go in by COPY pass no wrapper of Django's."""
        return saboteur(lambda *_: copy(cursor, sql), f"INSERT BY {sql}", None, True, {})

    with connection.execute_wrapper(saboteur), mock.patch.object(psycopg.Cursor, "copy", copied):
        confirm_batch(actor=actor, batch=batch)


def writes_of(actor: Actor, batch: ImportBatch) -> int:
    """How many writes a successful confirmation has; it is taken back."""
    counted = Saboteur()
    with transaction.atomic():
        confirm(actor, batch, counted)
        transaction.set_rollback(True)
    return counted.writes


@pytest.mark.parametrize("kind", ImportKind)
def test_a_failure_at_any_step_leaves_the_database_as_it_was(
    kind: ImportKind, request: pytest.FixtureRequest, db: None
) -> None:
    here = scene(kind, request.getfixturevalue)
    batch = upload_batch(
        actor=here.actor,
        year=here.year,
        kind=kind,
        data=here.data,
        file_name="名册.xlsx",
        options=ImportOptions(create_classes=True),
    )
    before, steps = snapshot(), writes_of(here.actor, batch)
    assert steps >= 5
    for step in range(1, steps + 1):
        with pytest.raises((DomainError, DatabaseError)):
            confirm(here.actor, batch, Saboteur(step))
        assert snapshot() == before, f"write {step} of {steps}"
    confirm(here.actor, batch, Saboteur())
    batch.refresh_from_db()
    assert batch.state == ImportState.DONE
