"""Roster imports: check a workbook, keep it with its preview, and write it once after confirmation.

Dry run and import are one path (`_run`); only whether the last step happens differs. Errors are converted outside of
the transaction, so that a failure at any step leaves the database as it was.
"""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace

from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.collector import without_collector
from core.errors import DomainError
from core.files import delete_later
from core.importlog import ImportLog
from core.importplan import ChangeKind
from core.journal import recording
from core.statistics import refresh_statistics_soon
from core.text import visible
from core.workbooks import WorkbookRefused, opened
from jobs.enums import IMPORTERS, OF_FORMER_YEARS, ImportKind, ImportState
from jobs.importers import ImportOptions, ImportPlan
from jobs.models import ImportBatch
from jobs.previews import ImportReport, error_rows, keep_preview, refuse_weighty, report_of
from jobs.queries import remembered_mapping
from jobs.registry import NewItem
from jobs.services import create_job, remember_mapping
from jobs.undo import keep_journal
from jobs.workbooks import (
    forget_parsed,
    parse_upload,
    plan_of,
    read_upload,
    refuse_if_over,
    stored_file,
    stored_workbook,
)
from schools.models import SchoolYear

# A file with more rows than this is checked in the background.
LARGE_ROWS = 3000
CHECK_KIND = "roster_check"
# Says yes to every choice of a plan, for scripts; no choice has this key.
ALL_CHOICES = "all"


def check_roster(
    *,
    actor: Actor,
    year: SchoolYear,
    kind: ImportKind,
    data: bytes,
    file_name: str,
    options: ImportOptions,
    accepted: Iterable[str] = (),
) -> ImportReport:
    """What importing the file would do. Writes nothing; a file that cannot be read is an error in the report.

    Raises DomainError `other_school`, `not_allowed`.
    """
    return _run(actor, year, kind, data, file_name, options, write=False, accepted=accepted)


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
    """Check the file and, if there is no error, write all of it; `accepted` are the keys of choices to carry out,
    or `ALL_CHOICES`.

    Raises DomainError `other_school`, `not_allowed`, `not_written`.
    """
    return _run(actor, year, kind, data, file_name, options, write=True, accepted=accepted)


@without_collector()
def upload_batch(
    *, actor: Actor, year: SchoolYear, kind: ImportKind, data: bytes, file_name: str, options: ImportOptions
) -> ImportBatch:
    """Check an uploaded file and keep it with its preview, bound to this school and year, until it is confirmed.

    A large file is read here, so that one that is no workbook is refused at once; its check goes on in the background.
    Raises DomainError `other_school`, `not_allowed`; WorkbookRefused if the file is no workbook: it is not kept.
    """
    _check_actor(actor, year, kind)
    options = _with_memory(options, year, kind)
    parsed = parse_upload(data, file_name)
    kept_name = visible(file_name)[-200:]
    large = parsed.rows > LARGE_ROWS
    report = None if large else report_of(plan_of(actor, year, kind, opened(parsed), options, file_name=kept_name))
    packed = parsed.packed()
    with transaction.atomic():
        batch = ImportBatch(
            school_id=year.school_id,
            year=year,
            kind=kind,
            state=ImportState.CHECKING,
            options=options.as_dict(),
            parsed_sha256=hashlib.sha256(packed).hexdigest(),
            file_name=kept_name,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            created_by_id=actor.user_id,
        )
        if report is not None:
            keep_preview(batch, report, options)
        # The name under which it lies is made by the model; the user's own name never becomes a path.
        batch.file.save("upload", ContentFile(data), save=False)
        batch.parsed.save("parsed", ContentFile(packed), save=False)
        batch.save()
        if large:
            _check_later(actor, batch)
        audit(actor=actor, verb="upload_roster", target=batch, detail={"kind": kind, "sha256": batch.sha256})
    return batch


@without_collector()
def recheck_batch(*, actor: Actor, batch: ImportBatch, options: ImportOptions) -> ImportBatch:
    """Compute the preview of a batch anew, with other options or after the data changed.

    Raises DomainError `other_school`, `not_allowed`, `already_imported`, `cancelled`.
    """
    workbook = stored_workbook(batch, stored_file(batch))
    with transaction.atomic():
        locked = _lock(actor, batch)
        report = report_of(
            plan_of(actor, locked.year, ImportKind(locked.kind), workbook, options, file_name=batch.file_name)
        )
        keep_preview(locked, report, options)
        locked.save()
    return locked


@without_collector()
def set_rows_aside(*, actor: Actor, batch: ImportBatch) -> ImportBatch:
    """Leave the rows that have errors out of this import, and compute the preview for the rest.

    Raises DomainError `other_school`, `not_allowed`, `already_imported`, `cancelled`, `nothing_to_set_aside`.
    """
    options = ImportOptions.of(batch.options)
    workbook = stored_workbook(batch, stored_file(batch))
    _check_actor(actor, batch.year, ImportKind(batch.kind))
    plan = plan_of(actor, batch.year, ImportKind(batch.kind), workbook, options, file_name=batch.file_name)
    rows = {sheet: set(numbers) for sheet, numbers in options.set_aside.items()}
    found = error_rows(plan.log)
    if not found:
        raise DomainError("nothing_to_set_aside", "没有哪一行有错误，不需要先放下。")
    for sheet, numbers in found.items():
        rows.setdefault(sheet, set()).update(numbers)
    aside = {sheet: tuple(sorted(numbers)) for sheet, numbers in rows.items()}
    return recheck_batch(actor=actor, batch=batch, options=replace(options, set_aside=aside))


def _show_step(batch: ImportBatch, step: int) -> None:
    """Tell the page how far the check of a large file has come."""
    ImportBatch.objects.filter(pk=batch.pk, state=ImportState.CHECKING).update(summary={"step": step})


def check_in_background(*, actor: Actor, batch: ImportBatch) -> None:
    """Check the batch again in the background, after its job was cancelled or given up.

    Raises DomainError `other_school`, `not_allowed`, `already_imported`, `cancelled`.
    """
    with transaction.atomic():
        locked = _lock(actor, batch)
        locked.state = ImportState.CHECKING
        _check_later(actor, locked)


@without_collector()
def finish_check(*, actor: Actor, batch: ImportBatch) -> Callable[[], None]:
    """Compute the preview of a batch that waits for its check; the function returned writes it.

    A batch that was given up meanwhile stays as it is. Raises DomainError `already_imported`, `cancelled`, `file_gone`.
    """
    options = ImportOptions.of(batch.options)
    workbook = stored_workbook(batch, stored_file(batch))
    _show_step(batch, 1)
    report = report_of(plan_of(actor, batch.year, ImportKind(batch.kind), workbook, options, file_name=batch.file_name))
    _show_step(batch, 2)

    def write() -> None:
        waiting = ImportBatch.objects.select_for_update(of=("self",)).filter(pk=batch.pk, state=ImportState.CHECKING)
        for locked in waiting:
            keep_preview(locked, report, options)
            locked.save()

    return write


@without_collector()
def confirm_batch(*, actor: Actor, batch: ImportBatch, accepted: Iterable[str] = ()) -> ImportBatch:
    """Write what the preview of the batch shows, all or nothing, once.

    `accepted` are keys of the preview's choices. Raises DomainError `other_school`, `not_allowed`, `already_imported`,
    `cancelled`, `still_checking`, `has_errors`, `year_over`, `file_changed`, `preview_stale` (the preview is renewed),
    `not_written`.
    """
    data = stored_file(batch)
    if hashlib.sha256(data).hexdigest() != batch.sha256:
        raise DomainError("file_changed", "保存的文件与预览时不一致，没有导入。请重新上传。")
    workbook = stored_workbook(batch, data)
    options = ImportOptions.of(batch.options)
    stale = False
    try:
        with transaction.atomic():
            year = SchoolYear.objects.select_for_update().get(pk=batch.year_id)
            locked = _lock(actor, batch)
            if not year.is_current and locked.kind not in OF_FORMER_YEARS:
                raise DomainError("year_over", "这份名册属于以前的学年，不能再导入。请按本学年重新上传。")
            if locked.state == ImportState.CHECKING:
                raise DomainError("still_checking", "这份名册还在核对，核对完再确认。")
            plan = plan_of(actor, locked.year, ImportKind(locked.kind), workbook, options, file_name=batch.file_name)
            report = report_of(plan)
            if report.basis != locked.basis:
                stale = True
                keep_preview(locked, report, options)
                locked.save()
            elif report.log.has_errors:
                raise DomainError("has_errors", "名册里还有错误，没有导入。请按提示改好后重新上传。")
            else:
                with recording() as journal:
                    plan.write(_chosen(plan, accepted))
                    keep_journal(locked, journal)
                remember_mapping(school_id=year.school_id, kind=ImportKind(locked.kind), mapping=options.mapping)
                locked.state = ImportState.DONE
                locked.confirmed_by_id = actor.user_id
                locked.confirmed_at = now()
                forget_parsed(locked)
                locked.save()
                _log_import(actor, locked.year, report, locked.sha256, batch=locked)
    except DatabaseError as error:
        raise _not_written() from error
    if stale:
        raise DomainError("preview_stale", "预览之后数据有了变动，没有导入。请查看更新后的预览，再确认一次。")
    return locked


def cancel_batch(*, actor: Actor, batch: ImportBatch) -> None:
    """Give a batch up and remove its file.

    Raises DomainError `other_school`, `not_allowed`, `already_imported`, `cancelled`.
    """
    with transaction.atomic():
        locked = _lock(actor, batch)
        locked.state = ImportState.CANCELLED
        delete_later(locked.file.name)
        locked.file = ""
        forget_parsed(locked)
        locked.save()
        audit(actor=actor, verb="cancel_roster", target=locked)


@without_collector()
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
    _check_actor(actor, year, kind)
    options = _with_memory(options, year, kind)
    try:
        workbook = read_upload(data, file_name)
    except WorkbookRefused as refusal:
        log = ImportLog()
        log.error(refusal.code, refusal.message)
        return ImportReport(rows=0, unchanged=0, changes=(), log=log)
    try:
        with transaction.atomic() if write else nullcontext():
            if write:
                # Two imports of one school at once: the second plans on what the first has written.
                SchoolYear.objects.select_for_update().get(pk=year.pk)
            plan = plan_of(actor, year, kind, workbook, options, file_name=file_name)
            chosen = _chosen(plan, accepted)
            refuse_weighty(plan, chosen)
            report = report_of(plan, accepted=chosen)
            if not write or report.log.has_errors:
                return report
            plan.write(chosen)
            _log_import(actor, year, report, hashlib.sha256(data).hexdigest())
    except DatabaseError as error:
        raise _not_written() from error
    return report_of(plan, written=True, accepted=chosen)


def _chosen(plan: ImportPlan, accepted: Iterable[str]) -> frozenset[str]:
    """The keys of the plan's choices that were said yes to."""
    offered, said = {choice.key for choice in plan.choices}, frozenset(accepted)
    return frozenset(offered) if ALL_CHOICES in said else said & offered


def _check_actor(actor: Actor, year: SchoolYear, kind: ImportKind) -> None:
    if actor.school_id != year.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    if not actor.has(*IMPORTERS[kind]):
        raise DomainError("not_allowed", f"“{kind.label}”不归您导入，请找管理员或德育室。")


def _with_memory(options: ImportOptions, year: SchoolYear, kind: ImportKind) -> ImportOptions:
    """The options with what the school said earlier about headings and class labels, unless they say otherwise."""
    remembered = remembered_mapping(school_id=year.school_id, kind=kind)
    return replace(options, mapping={**remembered, **options.mapping}) if remembered else options


def _check_later(actor: Actor, batch: ImportBatch) -> None:
    label = ImportKind(batch.kind).label
    item = NewItem({"batch": batch.pk}, label=label)
    batch.job = create_job(actor=actor, kind=CHECK_KIND, items=[item], title=f"核对{label}")
    batch.save()


def _lock(actor: Actor, batch: ImportBatch) -> ImportBatch:
    if batch.school_id != actor.school_id:
        raise DomainError("other_school", "这份名册不属于本校。")
    _check_actor(actor, batch.year, ImportKind(batch.kind))
    locked = ImportBatch.objects.select_for_update(of=("self",)).select_related("year__school").get(pk=batch.pk)
    refuse_if_over(locked)
    return locked


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
    refresh_statistics_soon()


def _not_written() -> DomainError:
    return DomainError("not_written", "保存时出错，数据没有变动。请过一会儿再试；如果还不行，请联系管理员。")
