"""公告: the list, one of them to be read and confirmed, its files and its sheet."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from core.files import stored_file
from core.paging import list_page
from core.saving import button_done
from core.text import small_number
from core.unprintable import said_first, unprintable
from records.announcing.contexts import FileLink, announcement_told
from records.announcing.documents.notice import render_notice
from records.announcing.models import Announcement
from records.announcing.queries.announcements import (
    Show,
    announcements_to_show,
    detailed_announcements,
    files_of,
    former_texts,
    visible_files,
)
from records.announcing.queries.readers import reached, schools_reached
from records.announcing.queries.sheets import notice_paper
from records.announcing.rules import AUTHORS, audiences_of, may_manage
from records.announcing.services.receipts import confirm_announcement, read_announcement
from records.papers.queries.group_texts import opening_of
from records.papers.views.orders import pdf_response

PAGE_SIZE = 20


@page_for(*Role)
def announcements(request: ActorRequest) -> HttpResponse:
    """What stands now, what is new first; `?show=` as in `Show`."""
    actor = request.actor
    writes = bool(audiences_of(actor))
    asked = request.GET.get("show", Show.SENT if actor.bureau_id is not None else Show.CURRENT)
    show = Show(asked) if asked in list(Show) and (writes or asked != Show.SENT) else Show.CURRENT
    page = list_page(request, PAGE_SIZE, announcements_to_show, actor, show)
    tabs = (
        [(Show.CURRENT, "现在的"), (Show.OPEN, "要看的"), (Show.OVER, "以前的")] if actor.school_id is not None else []
    )
    context = {
        "page_obj": page,
        "rows": list(page.object_list),
        "show": show,
        "tabs": [*tabs, (Show.SENT, "发出的")] if writes else tabs,
        "writes": writes,
    }
    return render(request, "announcing/list.html", context)


@page_for(*Role)
def detail(request: ActorRequest, pk: int) -> HttpResponse:
    """One announcement; opening it is noted for whom it addresses. Whoever manages it sees how many have read it."""
    actor = request.actor
    found = get_visible_or_404(detailed_announcements, actor, pk=pk)
    manages = may_manage(actor, found)
    if not found.is_draft:
        read_announcement(actor=actor, announcement=found)
    context = {
        "announcement": found,
        "manages": manages,
        "files": [FileLink.of(item, reverse("announcements:file", args=[item.pk])) for item in files_of(found)],
        "unit": "家" if found.for_families else "人",
        "schools": schools_reached(found).order_by("name") if manages and found.schools else [],
        "former": former_texts(found) if found.edition > 1 else [],
        "reached": reached(found) if manages else None,
        "today": actor.today,
        "copied": _copied(request, found) if manages and found.is_out else "",
    }
    return render(request, "announcing/detail.html", context)


def _copied(request: ActorRequest, found: Announcement) -> str:
    """The text for a group; to families with the way to open their page."""
    opening = opening_of(request.actor) if found.for_families else ""
    return announcement_told(request.actor.scope_name, found.title, found.text, opening, confirm=found.needs_receipt)


@action_for(*Role)
def confirm(request: ActorRequest, pk: int) -> HttpResponse:
    """我已知晓, of the edition that the page showed."""
    found = get_visible_or_404(Announcement, request.actor, pk=pk)
    edition = small_number(request.POST.get("edition")) or 0
    if button_done(request, lambda: confirm_announcement(actor=request.actor, announcement=found, edition=edition)):
        messages.success(request, "已确认。")
    return redirect("announcements:detail", pk=pk)


@page_for(*Role)
def file(request: ActorRequest, pk: int) -> HttpResponseBase:
    """A file, for whoever may read its announcement."""
    found = visible_files(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return stored_file(found.file, name=found.name, content_type=found.content_type)


@page_for(*AUTHORS)
def sheet(request: ActorRequest, pk: int) -> HttpResponse:
    """The announcement on A4, with a receipt to tear off where it is to be confirmed."""
    found = get_visible_or_404(detailed_announcements, request.actor, pk=pk)
    if not may_manage(request.actor, found):
        raise PermissionDenied
    paper = notice_paper(request.actor, found)
    missing = unprintable(paper.title, "", "公告", f"{paper.title}{''.join(paper.paragraphs)}")
    if stop := said_first(request, missing):
        return stop
    return pdf_response(render_notice(paper), f"公告-{paper.title}.pdf")
