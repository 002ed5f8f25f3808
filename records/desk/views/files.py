"""Photos and papers beside visits, talks and letters: adding, opening, taking away."""

import uuid
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import AuditKind
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.errors import DomainError
from core.files import ALONE, opened_file, stored_file
from core.undo import offer_undo
from records.desk.forms.visits import AttachmentForm
from records.desk.models import Attachment
from records.desk.queries.attachments import files_of, knows_record, school_files
from records.desk.queries.history import find_record, pupils_of
from records.desk.services.attachments import MOST, add_attachment, record_of, remove_attachment, restore_attachment
from records.desk.views.form_page import RECORDERS, came_from
from records.enums import RecordKind
from records.kinds import deletion_of, kind_of, word_for
from records.models.records import GrowthLetter, Record
from records.rules import can_read_attached

#: The longest side of a picture in a list, sharp on a phone at twice the size that is shown.
SMALL: Final = 192


@page_for()
def file(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One file, for whoever may read its record's text; opening it is logged.

    With `?small` a picture as lists show it: the page with the list has noted that its record was read.
    """
    found = get_visible_or_404(school_files(request.actor).present(), request.actor, pk=pk)
    record = record_of(found)
    if record.deleted_at is not None:
        raise Http404
    own = record.created_by_id == request.actor.user_id
    if not (own or knows_record(request.actor, record)) or not can_read_attached(request.actor, record):
        raise PermissionDenied
    if "small" in request.GET and found.content_type == "image/jpeg":
        return _send_small(found)
    if not own:
        audit(actor=request.actor, verb="open_attachment", target=found, kind=AuditKind.READ)
    return send_file(found)


def send_file(found: Attachment) -> HttpResponseBase:
    """The stored bytes of a file beside a record."""
    return stored_file(found.file, name=found.name, content_type=found.content_type)


def _send_small(found: Attachment) -> HttpResponseBase:
    """A picture for lists, made anew each time: a JPEG is decoded at a fraction of its size."""
    from core.pictures import clean_picture

    try:
        with opened_file(found.file) as stored:
            small = clean_picture(stored.read(), max_side=SMALL)
    except DomainError:
        return send_file(found)  # damaged on the disk: a list shows what there is
    return HttpResponse(small, content_type="image/jpeg", headers=ALONE)


@form_for(*RECORDERS)
def files(request: ActorRequest, kind: str, pk: int) -> HttpResponse:
    """The files beside a record of one's own, and a form for more; several at once, never asked for."""
    record = _own_record(request, kind, pk)
    form = AttachmentForm(request.POST or None, request.FILES or None, initial={"submission": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        for added, upload in enumerate(form.cleaned_data["uploads"]):
            try:
                add_attachment(
                    actor=request.actor,
                    record=record,
                    data=upload.read(),
                    name=upload.name or "",
                    # One key a file, the same when the form is posted again.
                    submission=uuid.uuid5(form.cleaned_data["submission"], str(added)),
                )
            except DomainError as error:
                form.add_error("uploads", error.message if added == 0 else f"前 {added} 个已保存。{error.message}")
                break
        else:
            messages.success(request, f"已添加 {len(form.cleaned_data['uploads'])} 个附件。")
            return _to_files(request, record)
    pupils = pupils_of(record)
    context = {
        "record": record,
        "kind": kind,
        "label": word_for(request.actor, RecordKind(kind)),
        "pupils": pupils,
        "files": files_of(record),
        "most": MOST,
        "form": form,
        "back_url": _back(request, record),
    }
    return render(request, "desk/files.html", context, status=422 if form.is_bound and form.errors else 200)


@action_for(*RECORDERS)
def remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a file away; the message offers to bring it back."""
    found = _own_file(request, pk, removed=False)
    remove_attachment(actor=request.actor, attachment=found)
    came = came_from(request, pupils_of(record_of(found)))
    offer_undo(request, "已移除附件。", f"{reverse('desk:file_restore', args=[pk])}?pupil={came.pk}")
    return _to_files(request, record_of(found))


@action_for(*RECORDERS)
def restore(request: ActorRequest, pk: int) -> HttpResponse:
    """Bring a file back that was taken away less than 30 days ago."""
    found = _own_file(request, pk, removed=True)
    restore_attachment(actor=request.actor, attachment=found)
    messages.success(request, "已恢复附件。")
    return _to_files(request, record_of(found))


def _own_record(request: ActorRequest, kind: str, pk: int) -> Record:
    record = find_record(request.actor, kind, pk)
    if record is None or record.deleted_at is not None:
        raise Http404
    if not _is_own(request, record):
        raise PermissionDenied
    return record


def _own_file(request: ActorRequest, pk: int, *, removed: bool) -> Attachment:
    rows = school_files(request.actor)
    found = get_visible_or_404(rows if removed else rows.present(), request.actor, pk=pk)
    if not _is_own(request, record_of(found)):
        raise PermissionDenied
    return found


def _is_own(request: ActorRequest, record: Record) -> bool:
    return deletion_of(record).writes(request.actor, record)


def _to_files(request: ActorRequest, record: Record) -> HttpResponse:
    address = reverse("desk:files", args=[kind_of(record).key.value, record.pk])
    return redirect(f"{address}?pupil={came_from(request, pupils_of(record)).pk}")


def _back(request: ActorRequest, record: Record) -> str:
    pupil = came_from(request, pupils_of(record))
    if isinstance(record, GrowthLetter):
        return reverse("desk:letter_desk", args=[pupil.pk])
    return f"{reverse('desk:pupil', args=[pupil.pk])}?term={record.term_id}"
