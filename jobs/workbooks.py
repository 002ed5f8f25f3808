"""The workbook behind an import: as uploaded, as kept with its batch, and planned against the stored roster."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.conf import settings

from accounts.actors import Actor
from core.errors import DomainError
from core.files import delete_later
from core.workbooks import Limits, Parsed, Workbook, opened, parse_workbook
from core.workbooks.marking import without_list
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions, ImportPlan, ImportRequest, importer_for
from jobs.models import ImportBatch
from schools.models import SchoolYear


def parse_upload(data: bytes, file_name: str) -> Parsed:
    """The uploaded bytes, parsed. Raises WorkbookRefused."""
    return parse_workbook(data, file_name=file_name, limits=Limits(file_bytes=settings.ROSTER_MAX_BYTES))


def read_upload(data: bytes, file_name: str) -> Workbook:
    """The uploaded bytes as a workbook. Raises WorkbookRefused."""
    return opened(parse_upload(data, file_name))


def plan_of(
    actor: Actor,
    year: SchoolYear,
    kind: ImportKind,
    workbook: Workbook,
    options: ImportOptions,
    *,
    file_name: str,
) -> ImportPlan:
    """Plan a workbook against the stored roster, without the rows that `options` set aside; writes nothing."""
    kept = _without(without_list(workbook), options.set_aside)
    plan = importer_for(kind)(ImportRequest(actor, year, kept, options, file_name))
    for sheet, rows in options.set_aside.items():
        for row in rows:
            plan.log.info("set_aside", "按您的选择，这几行先不导入。", sheet=sheet, row=row)
    if workbook.has_macros:
        plan.log.info("macros", "文件里带有宏，宏没有读取，只读了表格。")
    return plan


def _without(workbook: Workbook, set_aside: Mapping[str, Iterable[int]]) -> Workbook:
    """The workbook without the rows that were set aside."""
    if not any(set_aside.values()):
        return workbook
    left_out = {sheet: frozenset(rows) for sheet, rows in set_aside.items()}
    sheets = (
        replace(sheet, rows=tuple(row for row in sheet.rows if row.number not in left_out.get(sheet.name, ())))
        for sheet in workbook.sheets
    )
    return replace(workbook, sheets=tuple(sheets))


def stored_workbook(batch: ImportBatch, data: bytes) -> Workbook:
    """The workbook of a batch as it was read on upload, or read again if that copy is gone or damaged."""
    if batch.parsed:
        try:
            with batch.parsed.open("rb") as stored:
                packed = stored.read()
            if hashlib.sha256(packed).hexdigest() == batch.parsed_sha256:
                return Parsed.unpacked(packed).workbook()
        except (FileNotFoundError, ValueError):
            pass
    return read_upload(data, batch.file_name)


def forget_parsed(batch: ImportBatch) -> None:
    """Let go of the rows that were read on upload; the caller saves the batch in its transaction."""
    if batch.parsed:
        delete_later(batch.parsed.name)
        batch.parsed = ""


def stored_file(batch: ImportBatch) -> bytes:
    """The uploaded file. Raises DomainError `already_imported`, `already_undone`, `cancelled`, `file_gone`."""
    refuse_if_over(batch)
    if not batch.file:
        raise DomainError("cancelled", "这份名册已放弃。如果需要，请重新上传。")
    try:
        with batch.file.open("rb") as stored:
            return bytes(stored.read())
    except FileNotFoundError:
        raise DomainError("file_gone", "上传的文件已过期删除，请重新上传。") from None


def refuse_if_over(batch: ImportBatch) -> None:
    """Raise DomainError `already_imported`, `already_undone` or `cancelled` for a batch that is settled."""
    if batch.state == ImportState.DONE:
        raise DomainError("already_imported", "这份名册已导入，没有重复导入。")
    if batch.state == ImportState.UNDONE:
        raise DomainError("already_undone", "这次导入已经撤销。如果需要，请重新上传。")
    if batch.state == ImportState.CANCELLED:
        raise DomainError("cancelled", "这份名册已放弃。如果需要，请重新上传。")
