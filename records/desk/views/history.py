"""修改记录 of one record, deleting it and bringing it back, and 最近删除."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, page_for
from accounts.services import audit
from core.clock import now
from core.saving import button_done
from core.templatetags.words import names
from records.desk.queries.history import (
    deleted_keys,
    deleted_lines,
    find_record,
    history_entries,
    pupils_of,
    readers_of,
    versions_of,
)
from records.desk.services.deletion import KEPT, delete_note, may_delete, restore_note
from records.desk.services.drafts import drop_draft
from records.desk.services.readings import is_own, note_readings
from records.desk.views.form_page import READERS, RECORDERS, came_from, saved
from records.enums import RecordKind
from records.kinds import word_for
from records.models.care import Referral, TreeHoleCard
from records.models.records import GrowthLetter, Record
from records.rules import can_read_history, can_read_version, can_see_pupil_records

PAGE_SIZE: Final = 20


@page_for(*READERS)
def history(request: ActorRequest, kind: str, pk: int) -> HttpResponse:
    """Who changed what when, the words marked; for its author also who opened it. Opening it is logged."""
    record = _record(request, kind, pk)
    own = is_own(request.actor, record)
    if not can_read_history(request.actor, record) or (record.deleted_at is not None and not own):
        raise PermissionDenied
    versions = versions_of(RecordKind(kind), record.pk)
    page = Paginator(versions, PAGE_SIZE).get_page(request.GET.get("page"))
    first = (page.number - 1) * PAGE_SIZE
    # One more than the page shows: what its last one changed.
    shown = list(versions[first : first + PAGE_SIZE + 1])

    def may_read(fields: dict[str, Any]) -> bool:
        return can_read_version(request.actor, record, fields)

    if not own:
        audit(actor=request.actor, verb="open_history", target=record, kind=AuditKind.READ)
        note_readings(actor=request.actor, records=[record])
    pupils = pupils_of(record)
    return render(
        request,
        "desk/history.html",
        {
            "record": record,
            "kind": kind,
            "label": word_for(request.actor, RecordKind(kind)),
            "pupils": pupils,
            "pupil": came_from(request, pupils),
            "entries": history_entries(shown, PAGE_SIZE, may_read),
            "page_obj": page,
            "readers": readers_of(request.actor, RecordKind(kind), record.pk) if own else None,
            "may_delete": own and record.deleted_at is None and may_delete(request.actor, record),
        },
    )


def confided_history(
    request: ActorRequest, *, kind: RecordKind, record: TreeHoleCard | Referral, back: str
) -> HttpResponse:
    """The history of a card or a referral, for the one person whose it is: the caller has made sure."""
    versions = versions_of(kind, record.pk)
    page = Paginator(versions, PAGE_SIZE).get_page(request.GET.get("page"))
    first = (page.number - 1) * PAGE_SIZE
    shown = list(versions[first : first + PAGE_SIZE + 1])
    audit(actor=request.actor, verb="open_history", target=record, kind=AuditKind.READ)
    context = {
        "label": word_for(request.actor, kind),
        "pupil": record.pupil,
        "entries": history_entries(shown, PAGE_SIZE, lambda fields: True),
        "page_obj": page,
        "back": back,
    }
    return render(request, "desk/confided_history.html", context)


@action_for(*RECORDERS)
def delete(request: ActorRequest, kind: str, pk: int) -> HttpResponse:
    """Delete one's own record; a button takes it back at once, the list of deleted ones for 30 days."""
    record = _record(request, kind, pk)
    if not is_own(request.actor, record):
        raise PermissionDenied
    delete_note(actor=request.actor, record=record)
    drop_draft(actor=request.actor, key=_form_key(record, kind))
    pupils = pupils_of(record)
    pupil = came_from(request, pupils)
    back = reverse("desk:restore", args=[kind, record.pk]) + (f"?pupil={pupil.pk}" if len(pupils) > 1 else "")
    sentence = f"已删除{names(pupils)}的{word_for(request.actor, RecordKind(kind))}，30 天内可以在“最近删除”里恢复。"
    # The page that was left comes first.
    return saved(request, list(dict.fromkeys([pupil, *pupils])), sentence, undo=back)


@action_for(*RECORDERS)
def restore(request: ActorRequest, kind: str, pk: int) -> HttpResponse:
    """Bring a deleted record back."""
    record = _record(request, kind, pk)
    if not is_own(request.actor, record):
        raise PermissionDenied
    pupils = pupils_of(record)
    if not button_done(request, lambda: restore_note(actor=request.actor, record=record)):
        return redirect("desk:deleted")
    messages.success(request, f"已恢复{names(pupils)}的{word_for(request.actor, RecordKind(kind))}。")
    pupil = came_from(request, pupils)
    seen = can_see_pupil_records(request.actor, pupil)
    return redirect("desk:pupil", pk=pupil.pk) if seen else redirect("desk:deleted")


@page_for(*RECORDERS)
def deleted(request: ActorRequest) -> HttpResponse:
    """最近删除: what one deleted oneself in the last 30 days."""
    page = Paginator(deleted_keys(request.actor, now() - KEPT), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = deleted_lines(request.actor, page.object_list, KEPT)
    is_mentor = request.actor.has(Role.MENTOR)
    return render(request, "desk/deleted.html", {"lines": lines, "page_obj": page, "is_mentor": is_mentor})


def _record(request: ActorRequest, kind: str, pk: int) -> Record:
    record = find_record(request.actor, kind, pk)
    if record is None:
        raise Http404
    return record


def _form_key(record: Record, kind: str) -> str:
    if isinstance(record, GrowthLetter):
        return f"letter/{record.pupil_id}/{record.term_id}"
    return f"{kind}/{record.pk}"
