"""Roster imports for the school's admins: upload → check the preview → confirm, and the history of imports."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from accounts.actors import Actor
from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.importlog import Level, rows_text
from core.importplan import ChangeKind
from core.paging import list_page
from core.saving import button_done, show_form
from core.workbooks import WorkbookRefused
from jobs.enums import ALL_IMPORTERS, OF_FORMER_YEARS, ImportKind, ImportState
from jobs.exporters import shapes
from jobs.forms import ConfirmForm, SetAsideForm, UploadForm
from jobs.importers import ImportOptions
from jobs.imports import (
    cancel_batch,
    check_in_background,
    confirm_batch,
    recheck_batch,
    set_rows_aside,
    upload_batch,
)
from jobs.mapping import questions_of
from jobs.marking import marked_workbook
from jobs.models import ImportBatch
from jobs.previews import SHOWN_FINDINGS
from jobs.queries import visible_batches
from jobs.querysets import WRITTEN, kinds_of
from jobs.undo import may_undo, undo_batch
from schools.queries import former_years

PAGE_SIZE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Findings that an exception from the cap would settle (原则上不超过 1:15, Guyi plan 四(二)).
CAP_CODES = frozenset({"load_above_cap", "cap_by_class", "cap_reached"})
# Findings about the shape of a table, which its template shows best.
SHAPE_CODES = frozenset(
    {
        "no_table",
        "no_header",
        "column_missing",
        "column_blocks",
        "row_unknown",
        "mentor_position",
        "heading_missing",
        "class_heading_missing",
        "mentor_heading_missing",
        "pupils_with_one_number",
    }
)


@page_for(*ALL_IMPORTERS)
def batch_list(request: ActorRequest) -> HttpResponse:
    """What was imported when, by whom, with what outcome."""
    page = list_page(request, PAGE_SIZE, visible_batches, request.actor)
    return render(request, "imports/list.html", {"page": page})


@form_for(*ALL_IMPORTERS)
def upload(request: ActorRequest) -> HttpResponse:
    """Choose a file; it is read at once, and its preview opens."""
    kinds = kinds_of(request.actor)
    wanted = {"kind": request.GET.get("kind", kinds[0])}
    years = former_years(request.actor) if OF_FORMER_YEARS & {*kinds} else []
    form = UploadForm(request.POST or None, request.FILES or None, initial=wanted, kinds=kinds, former_years=years)
    if request.method == "POST" and form.is_valid():
        year = form.chosen_year() or request.actor.calendar.this_year()
        file = form.cleaned_data["file"]
        try:
            batch = upload_batch(
                actor=request.actor,
                year=year,
                kind=ImportKind(form.cleaned_data["kind"]),
                data=file.read(),
                file_name=file.name,
                options=ImportOptions(),
            )
        except WorkbookRefused as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("imports:detail", pk=batch.pk)
    return show_form(request, "imports/upload.html", form, shapes=shapes(request.actor), kinds=kinds)


@page_for(*ALL_IMPORTERS)
def detail(request: ActorRequest, pk: int) -> HttpResponse:
    """The preview of a batch, or what became of it."""
    batch = _batch(request, pk)
    form = ConfirmForm(summary=batch.summary)
    aside = SetAsideForm(rows=batch.summary.get("error_rows", 0))
    # Who may grant an exception from the cap finds the way to it here; the page itself belongs to the mentors' room.
    exception_url = reverse("board:grant") if request.actor.has(Role.MORAL_OFFICE) else ""
    context = _preview(request.actor, batch) | {"form": form, "aside_form": aside, "exception_url": exception_url}
    return render(request, "imports/detail.html", context)


@page_for(*ALL_IMPORTERS)
def progress(request: ActorRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while a large file is checked; asked for every two seconds."""
    batch = _batch(request, pk)
    if not request.headers.get("HX-Request"):
        return redirect("imports:detail", pk=pk)
    if batch.state != ImportState.CHECKING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "imports/_checking.html", {"batch": batch})


@page_for(*ALL_IMPORTERS)
def marked(request: ActorRequest, pk: int) -> HttpResponse:
    """The uploaded workbook with its faults marked, to be put right and uploaded again."""
    batch = _batch(request, pk)
    done = button_done(request, lambda: marked_workbook(actor=request.actor, batch=batch))
    if done is None:
        return redirect("imports:detail", pk=pk)
    content, name = done.value
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=XLSX, headers=headers | {"X-Content-Type-Options": "nosniff"})


@action_for(*ALL_IMPORTERS)
def set_aside(request: ActorRequest, pk: int) -> HttpResponse:
    """Go on without the rows that have errors, once the admin has said so."""
    batch = _batch(request, pk)
    form = SetAsideForm(request.POST, rows=batch.summary.get("error_rows", 0))
    if form.is_valid():
        button_done(request, lambda: set_rows_aside(actor=request.actor, batch=batch))
    else:
        messages.warning(request, "请先勾选“先不导入”，再继续。")
    return redirect("imports:detail", pk=pk)


@action_for(*ALL_IMPORTERS)
def undo(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a confirmed import back as a whole."""
    batch = _batch(request, pk)
    if button_done(request, lambda: undo_batch(actor=request.actor, batch=batch)):
        messages.success(request, "已撤销，名册恢复到这次导入之前。")
    return redirect("imports:detail", pk=pk)


@action_for(*ALL_IMPORTERS)
def recheck(request: ActorRequest, pk: int) -> HttpResponse:
    """Look at the same file again: with missing classes to be created, or after a background check was given up."""
    batch = _batch(request, pk)
    options = ImportOptions.of(batch.options)
    if batch.state == ImportState.CHECKING:
        button_done(request, lambda: check_in_background(actor=request.actor, batch=batch))
    else:
        create = options.create_classes or request.POST.get("create_classes") == "on"
        options = replace(options, create_classes=create)
        button_done(request, lambda: recheck_batch(actor=request.actor, batch=batch, options=options))
    return redirect("imports:detail", pk=pk)


@action_for(*ALL_IMPORTERS)
def confirm(request: ActorRequest, pk: int) -> HttpResponse:
    """Write what the preview showed, once."""
    batch = _batch(request, pk)
    form = ConfirmForm(request.POST, summary=batch.summary)
    if not form.is_valid():
        # A tick that is no longer offered: nothing is written with the other ticks dropped in silence.
        messages.warning(request, "预览之后选项有了变动，没有导入。请查看更新后的预览，再确认一次。")
        return redirect("imports:detail", pk=pk)
    accepted = form.cleaned_data["accepted"]
    if button_done(request, lambda: confirm_batch(actor=request.actor, batch=batch, accepted=accepted)):
        messages.success(request, "已导入。")
    return redirect("imports:detail", pk=pk)


@action_for(*ALL_IMPORTERS)
def cancel(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a batch up."""
    batch = _batch(request, pk)
    if not button_done(request, lambda: cancel_batch(actor=request.actor, batch=batch)):
        return redirect("imports:detail", pk=pk)
    messages.success(request, "已放弃这次导入，名册没有变动。")
    return redirect("imports:list")


def _batch(request: ActorRequest, pk: int) -> ImportBatch:
    return get_visible_or_404(visible_batches, request.actor, pk=pk)


def _preview(actor: Actor, batch: ImportBatch) -> dict[str, Any]:
    summary, findings = batch.summary, batch.findings
    is_open = batch.state in (ImportState.CHECKED, ImportState.REFUSED)
    changes = summary.get("changes", [])
    astray = any(f["code"] in SHAPE_CODES for f in findings)
    # One button makes the missing classes: until it is pressed they are a question, not an error for each, and no rows
    # are put aside because of them.
    asks_classes = is_open and bool(summary.get("unknown_classes"))
    return {
        "batch": batch,
        "summary": summary,
        "problems": [
            f for f in findings if f["level"] != Level.INFO and not (asks_classes and f["code"] == "class_unknown")
        ],
        "findings_cut": len(findings) >= SHOWN_FINDINGS,
        "remarks": [f for f in findings if f["level"] == Level.INFO],
        "changed": [change for change in changes if change["kind"] == ChangeKind.CHANGED],
        "gone": [change["subject"] for change in changes if change["kind"] == ChangeKind.GONE],
        "changes_shown": len(changes),
        "changes_counted": summary.get("updated", 0) + summary.get("gone", 0),
        "unit": "名额" if batch.kind == ImportKind.MENTORS else "行",
        "is_open": is_open,
        "may_confirm": batch.state == ImportState.CHECKED and bool(batch.file),
        # A file without any change needs no confirmation, unless it proposes something.
        "has_effect": bool(
            summary.get("created") or summary.get("updated") or summary.get("new_classes") or summary.get("choices")
        ),
        "step": 3 if batch.state in WRITTEN else 2,
        # Rows of a matrix are no people: setting one aside would drop a place in every class.
        "may_set_aside": bool(summary.get("error_rows"))
        and is_open
        and not asks_classes
        and batch.kind != ImportKind.MENTORS,
        "may_mark": is_open and bool(batch.file) and bool(summary.get("errors") or summary.get("warnings")),
        "may_undo": may_undo(batch),
        "aside": [(sheet, rows_text(rows), len(rows)) for sheet, rows in batch.options.get("set_aside", {}).items()],
        "questions": questions_of(batch) if is_open else None,
        "templates": [shape for shape in shapes(actor) if shape.kind == batch.kind] if is_open and astray else [],
        "over_cap": is_open and any(f["code"] in CAP_CODES for f in findings),
    }
