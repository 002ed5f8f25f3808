"""Roster imports for the school's admins: upload → check the preview → confirm, and the history of imports."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Role
from accounts.http import ActorRequest, get_visible_or_404, roles_required
from core.errors import DomainError
from core.importlog import Level
from core.workbooks import WorkbookRefused
from jobs.enums import ImportKind, ImportState
from jobs.forms import ConfirmForm, UploadForm
from jobs.importers import ImportOptions
from jobs.imports import SHOWN_FINDINGS, cancel_batch, confirm_batch, recheck_batch, upload_batch
from jobs.models import ImportBatch
from jobs.queries import school_batches, visible_batches
from schools.queries import current_year

PAGE_SIZE = 20


@require_GET
@roles_required(Role.SCHOOL_ADMIN)
def batch_list(request: ActorRequest) -> HttpResponse:
    """What was imported when, by whom, with what outcome."""
    page = Paginator(visible_batches(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "imports/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
@roles_required(Role.SCHOOL_ADMIN)
def upload(request: ActorRequest) -> HttpResponse:
    """Choose a file; it is read at once, and its preview opens."""
    form = UploadForm(
        request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind", ImportKind.STUDENTS)}
    )
    if request.method == "POST" and form.is_valid():
        year = current_year(request.actor.school_id) if request.actor.school_id is not None else None
        if year is None:
            raise DomainError("no_year", "学校还没有当前学年，请先建立学年。")
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
    return render(request, "imports/upload.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@never_cache
@roles_required(Role.SCHOOL_ADMIN)
def detail(request: ActorRequest, pk: int) -> HttpResponse:
    """The preview of a batch, or what became of it."""
    batch = _batch(request, pk)
    choices = [(key, label) for key, label in batch.summary.get("choices", [])]
    # Whoever administers accounts is named by hand: that role is offered, not suggested.
    ticked = [key for key, _ in choices if not key.startswith(f"{Role.SCHOOL_ADMIN}:")]
    form = ConfirmForm(choices=choices, initial={"accepted": ticked})
    return render(request, "imports/detail.html", _preview(batch) | {"form": form})


@require_POST
@roles_required(Role.SCHOOL_ADMIN)
def recheck(request: ActorRequest, pk: int) -> HttpResponse:
    """Look at the same file again, with missing classes to be created."""
    options = ImportOptions(create_classes=request.POST.get("create_classes") == "on")
    try:
        recheck_batch(actor=request.actor, batch=_batch(request, pk), options=options)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    return redirect("imports:detail", pk=pk)


@require_POST
@roles_required(Role.SCHOOL_ADMIN)
def confirm(request: ActorRequest, pk: int) -> HttpResponse:
    """Write what the preview showed, once."""
    batch = _batch(request, pk)
    form = ConfirmForm(request.POST, choices=[(key, label) for key, label in batch.summary.get("choices", [])])
    # A choice that is no longer offered means that the preview changed; the service says so.
    accepted = form.cleaned_data.get("accepted", []) if form.is_valid() else []
    try:
        confirm_batch(actor=request.actor, batch=batch, accepted=accepted)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, "已导入。")
    return redirect("imports:detail", pk=pk)


@require_POST
@roles_required(Role.SCHOOL_ADMIN)
def cancel(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a batch up."""
    try:
        cancel_batch(actor=request.actor, batch=_batch(request, pk))
    except DomainError as refusal:
        messages.warning(request, refusal.message)
        return redirect("imports:detail", pk=pk)
    messages.success(request, "已放弃这次导入，名册没有变动。")
    return redirect("imports:list")


def _batch(request: ActorRequest, pk: int) -> ImportBatch:
    return get_visible_or_404(
        visible_batches(request.actor),
        request.actor,
        everyone=school_batches(request.actor),
        pk=pk,
    )


def _preview(batch: ImportBatch) -> dict[str, Any]:
    summary, findings = batch.summary, batch.findings
    changes = summary.get("changes", [])
    return {
        "batch": batch,
        "summary": summary,
        "problems": [f for f in findings if f["level"] != Level.INFO],
        "findings_cut": len(findings) >= SHOWN_FINDINGS,
        "remarks": [f for f in findings if f["level"] == Level.INFO],
        "changed": [change for change in changes if change["kind"] == "changed"],
        "gone": [change for change in changes if change["kind"] == "gone"],
        "changes_shown": len(changes),
        "changes_counted": summary.get("updated", 0) + summary.get("gone", 0),
        "unit": "名额" if batch.kind == ImportKind.MENTORS else "行",
        "is_open": batch.state in (ImportState.CHECKED, ImportState.REFUSED),
        "may_confirm": batch.state == ImportState.CHECKED and bool(batch.file),
        # A file without any change needs no confirmation, unless it proposes something.
        "has_effect": bool(
            summary.get("created") or summary.get("updated") or summary.get("new_classes") or summary.get("choices")
        ),
        "step": 3 if batch.state == ImportState.DONE else 2,
    }
