"""Roster imports: check a workbook, keep it with its preview, and write it once after confirmation.

Dry run and import are one path (`_run`); only whether the last step happens differs. Errors are converted outside of
the transaction, so that a failure at any step leaves the database as it was.
"""

import hashlib
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.importlog import FoldedFinding, ImportLog, Level
from core.importplan import ChangeKind, Choice, PlannedChange, fingerprint
from core.text import visible
from core.workbooks import Limits, Workbook, WorkbookRefused, read_workbook
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions, ImportPlan, ImportRequest, importer_for
from jobs.models import ImportBatch
from schools.models import SchoolYear

# What a preview page keeps and shows; the rest is counted.
SHOWN_CHANGES = 300
SHOWN_FINDINGS = 300


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of one run, written or not."""

    rows: int
    unchanged: int
    changes: tuple[PlannedChange, ...]
    log: ImportLog
    basis: str = ""
    new_classes: tuple[str, ...] = ()
    unknown_classes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = field(default=())
    written: bool = False

    def count(self, kind: ChangeKind) -> int:
        """How many subjects change in one way."""
        return sum(change.kind is kind for change in self.changes)

    def as_dict(self) -> dict[str, Any]:
        """The stable JSON object of `manage.py import_roster --json`."""
        return {
            "rows": self.rows,
            "created": self.count(ChangeKind.NEW),
            "updated": self.count(ChangeKind.CHANGED),
            "unchanged": self.unchanged,
            **self.log.as_dict(),
            "written": self.written,
        }


def check_roster(
    *, actor: Actor, year: SchoolYear, kind: ImportKind, data: bytes, file_name: str, options: ImportOptions
) -> ImportReport:
    """What importing the file would do. Writes nothing; a file that cannot be read is an error in the report.

    Raises DomainError `other_school`.
    """
    return _run(actor, year, kind, data, file_name, options, write=False, accepted=())


def import_roster(
    *,
    actor: Actor,
    year: SchoolYear,
    kind: ImportKind,
    data: bytes,
    file_name: str,
    options: ImportOptions,
    accepted: Iterable[str] = (),
) -> ImportReport:
    """Check the file and, if there is no error, write all of it; `accepted` are the keys of choices to carry out.

    Raises DomainError `other_school`, `not_written`.
    """
    return _run(actor, year, kind, data, file_name, options, write=True, accepted=accepted)


def upload_batch(
    *, actor: Actor, year: SchoolYear, kind: ImportKind, data: bytes, file_name: str, options: ImportOptions
) -> ImportBatch:
    """Check an uploaded file and keep it with its preview, bound to this school and year, until it is confirmed.

    Raises DomainError `other_school`; WorkbookRefused if the file is no workbook: such a file is not kept.
    """
    _check_school(actor, year)
    workbook = _read(data, file_name)
    report = _report(_plan(actor, year, kind, workbook, options))
    with transaction.atomic():
        batch = ImportBatch(
            school_id=year.school_id,
            year=year,
            kind=kind,
            file_name=visible(file_name)[-200:],
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            created_by_id=actor.user_id,
        )
        _keep_preview(batch, report, options)
        # The name under which it lies is made by the model; the user's own name never becomes a path.
        batch.file.save("upload", ContentFile(data), save=False)
        batch.save()
        audit(actor=actor, verb="upload_roster", target=batch, detail={"kind": kind, "sha256": batch.sha256})
    return batch


def recheck_batch(*, actor: Actor, batch: ImportBatch, options: ImportOptions) -> ImportBatch:
    """Compute the preview of a batch anew, with other options or after the data changed.

    Raises DomainError `other_school`, `already_imported`, `cancelled`.
    """
    workbook = _read(_stored_file(batch), batch.file_name)
    with transaction.atomic():
        locked = _lock(actor, batch)
        report = _report(_plan(actor, locked.year, ImportKind(locked.kind), workbook, options))
        _keep_preview(locked, report, options)
        locked.save()
    return locked


def confirm_batch(*, actor: Actor, batch: ImportBatch, accepted: Iterable[str] = ()) -> ImportBatch:
    """Write what the preview of the batch shows, all or nothing, once.

    `accepted` are keys of the preview's choices. Raises DomainError `other_school`, `already_imported`, `cancelled`,
    `has_errors`, `year_over`, `file_changed`, `preview_stale` (the preview is renewed), `not_written`.
    """
    data = _stored_file(batch)
    if hashlib.sha256(data).hexdigest() != batch.sha256:
        raise DomainError("file_changed", "保存的文件与预览时不一致，没有导入。请重新上传。")
    workbook = _read(data, batch.file_name)
    options = ImportOptions.of(batch.options)
    stale = False
    try:
        with transaction.atomic():
            year = SchoolYear.objects.select_for_update().get(pk=batch.year_id)
            locked = _lock(actor, batch)
            if not year.is_current:
                raise DomainError("year_over", "这份名册属于以前的学年，不能再导入。请按本学年重新上传。")
            plan = _plan(actor, locked.year, ImportKind(locked.kind), workbook, options)
            report = _report(plan)
            if report.basis != locked.basis:
                stale = True
                _keep_preview(locked, report, options)
                locked.save()
            elif report.log.has_errors:
                raise DomainError("has_errors", "名册里还有错误，没有导入。请按提示改好后重新上传。")
            else:
                offered = {choice.key for choice in plan.choices}
                chosen = frozenset(accepted) & offered
                plan.write(chosen)
                locked.state = ImportState.DONE
                locked.confirmed_by_id = actor.user_id
                locked.confirmed_at = now()
                locked.save()
                _log_import(actor, locked.year, report, locked.sha256, batch=locked)
    except DatabaseError as error:
        raise _not_written() from error
    if stale:
        raise DomainError("preview_stale", "预览之后数据有了变动，没有导入。请查看更新后的预览，再确认一次。")
    return locked


def cancel_batch(*, actor: Actor, batch: ImportBatch) -> None:
    """Give a batch up and remove its file. Raises DomainError `other_school`, `already_imported`, `cancelled`."""
    with transaction.atomic():
        locked = _lock(actor, batch)
        locked.state = ImportState.CANCELLED
        name = locked.file.name
        locked.file = ""
        locked.save()
        audit(actor=actor, verb="cancel_roster", target=locked)
    if name:
        locked.file.storage.delete(name)


def _run(
    actor: Actor,
    year: SchoolYear,
    kind: ImportKind,
    data: bytes,
    file_name: str,
    options: ImportOptions,
    *,
    write: bool,
    accepted: Iterable[str],
) -> ImportReport:
    _check_school(actor, year)
    try:
        workbook = _read(data, file_name)
    except WorkbookRefused as refusal:
        log = ImportLog()
        log.error(refusal.code, refusal.message)
        return ImportReport(rows=0, unchanged=0, changes=(), log=log)
    try:
        with transaction.atomic() if write else nullcontext():
            if write:
                # Two imports of one school at once: the second plans on what the first has written.
                SchoolYear.objects.select_for_update().get(pk=year.pk)
            plan = _plan(actor, year, kind, workbook, options)
            report = _report(plan)
            if not write or report.log.has_errors:
                return report
            plan.write(frozenset(accepted) & {choice.key for choice in plan.choices})
            _log_import(actor, year, report, hashlib.sha256(data).hexdigest())
    except DatabaseError as error:
        raise _not_written() from error
    return _report(plan, written=True)


def _check_school(actor: Actor, year: SchoolYear) -> None:
    if actor.school_id != year.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")


def _read(data: bytes, file_name: str) -> Workbook:
    return read_workbook(data, file_name=file_name, limits=Limits(file_bytes=settings.ROSTER_MAX_BYTES))


def _plan(actor: Actor, year: SchoolYear, kind: ImportKind, workbook: Workbook, options: ImportOptions) -> ImportPlan:
    plan = importer_for(kind)(ImportRequest(actor, year, workbook, options))
    if workbook.has_macros:
        plan.log.info("macros", "文件里带有宏，宏没有读取，只读了表格。")
    return plan


def _report(plan: ImportPlan, *, written: bool = False) -> ImportReport:
    return ImportReport(
        rows=plan.rows,
        unchanged=plan.unchanged,
        changes=tuple(plan.changes),
        log=plan.log,
        basis=fingerprint(plan.changes, plan.log.findings, plan.unchanged),
        new_classes=plan.new_classes,
        unknown_classes=plan.unknown_classes,
        choices=plan.choices,
        written=written,
    )


def _stored_file(batch: ImportBatch) -> bytes:
    if batch.state == ImportState.DONE:
        raise DomainError("already_imported", "这份名册已导入，没有重复导入。")
    if not batch.file:
        raise DomainError("cancelled", "这份名册已放弃。如果需要，请重新上传。")
    try:
        with batch.file.open("rb") as stored:
            return bytes(stored.read())
    except FileNotFoundError:
        raise DomainError("file_gone", "上传的文件已过期删除，请重新上传。") from None


def _lock(actor: Actor, batch: ImportBatch) -> ImportBatch:
    if batch.school_id != actor.school_id:
        raise DomainError("other_school", "这份名册不属于本校。")
    locked = ImportBatch.objects.select_for_update(of=("self",)).select_related("year__school").get(pk=batch.pk)
    if locked.state == ImportState.DONE:
        raise DomainError("already_imported", "这份名册已导入，没有重复导入。")
    if locked.state == ImportState.CANCELLED:
        raise DomainError("cancelled", "这份名册已放弃。如果需要，请重新上传。")
    return locked


def _keep_preview(batch: ImportBatch, report: ImportReport, options: ImportOptions) -> None:
    batch.options = options.as_dict()
    batch.state = ImportState.REFUSED if report.log.has_errors else ImportState.CHECKED
    batch.basis = report.basis
    changed = [change for change in report.changes if change.kind is not ChangeKind.NEW]
    batch.summary = {
        "rows": report.rows,
        "created": report.count(ChangeKind.NEW),
        "updated": report.count(ChangeKind.CHANGED),
        "unchanged": report.unchanged,
        "gone": report.count(ChangeKind.GONE),
        "errors": report.log.count(Level.ERROR),
        "warnings": report.log.count(Level.WARNING),
        "new_classes": list(report.new_classes),
        "unknown_classes": list(report.unknown_classes),
        "choices": [[choice.key, choice.label] for choice in report.choices],
        # Changes of what is stored come first: they need the reader's eye more than new rows do.
        "changes": [change.as_dict() for change in changed[:SHOWN_CHANGES]],
        "new": [change.as_dict() for change in report.changes if change.kind is ChangeKind.NEW][: SHOWN_CHANGES // 3],
    }
    batch.findings = [_finding(found) for found in report.log.folded(limit=SHOWN_FINDINGS)]


def _finding(found: FoldedFinding) -> dict[str, Any]:
    return {
        "level": str(found.first.level),
        **found.first.as_dict(),
        "rows": found.rows_text,
        "values": list(found.values),
        "count": found.count,
    }


def _log_import(
    actor: Actor, year: SchoolYear, report: ImportReport, sha256: str, *, batch: ImportBatch | None = None
) -> None:
    detail = {
        "rows": report.rows,
        "created": report.count(ChangeKind.NEW),
        "updated": report.count(ChangeKind.CHANGED),
        "sha256": sha256,
    }
    audit(actor=actor, verb="import_roster", target=batch or year, detail=detail)


def _not_written() -> DomainError:
    return DomainError("not_written", "保存时出错，数据没有变动。请过一会儿再试；如果还不行，请联系管理员。")
