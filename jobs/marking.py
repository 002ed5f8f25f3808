"""The admin's own workbook back, with what is wrong marked in it."""

import re

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.services import audit
from core.collector import without_collector
from core.errors import DomainError
from core.importlog import Finding, Level
from core.workbooks.marking import Mark, MarkingFailed, mark_workbook
from jobs.enums import ImportKind
from jobs.importers import ImportOptions
from jobs.models import ImportBatch
from jobs.workbooks import plan_of, stored_file, stored_workbook

_ENDING = re.compile(r"\.[A-Za-z]{2,5}$")


@without_collector()
def marked_workbook(*, actor: Actor, batch: ImportBatch) -> tuple[bytes, str]:
    """The workbook with its errors and warnings marked as of now, and a name for it.

    Raises DomainError `other_school`, `already_imported`, `cancelled`, `file_gone`, `not_markable`.
    """
    if batch.school_id != actor.school_id:
        raise DomainError("other_school", "这份名册不属于本校。")
    data = stored_file(batch)
    workbook = stored_workbook(batch, data)
    options, kind = ImportOptions.of(batch.options), ImportKind(batch.kind)
    plan = plan_of(actor, batch.year, kind, workbook, options, file_name=batch.file_name)
    # Errors first: if there are more than a workbook can bear, the warnings stay out.
    marks = [_mark(found) for level in (Level.ERROR, Level.WARNING) for found in plan.log.of(level)]
    try:
        content = mark_workbook(data, workbook, marks)
    except MarkingFailed:
        message = "这个文件太大或格式特殊，不能在原表上标出。请按页面上列出的位置修改。"
        raise DomainError("not_markable", message) from None
    audit(actor=actor, verb="download_marked_roster", kind=AuditKind.READ, target=batch, detail={"marks": len(marks)})
    return content, f"{_ENDING.sub('', batch.file_name)}-标出问题.xlsx"


def _mark(found: Finding) -> Mark:
    return Mark(str(found.level), found.sheet, found.row, found.column, found.value, found.message)
