"""The inbox 站内信."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve

from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from core.ownpaths import own_path
from core.paging import list_page
from notices.models import Notice
from notices.queries import own_notices
from notices.services import mark_all_read, mark_read
from schools.models import School
from schools.modules import is_there

PAGE_SIZE = 20


@page_for()
def inbox(request: ActorRequest) -> HttpResponse:
    """One's own notices, the newest first."""
    page = list_page(request, PAGE_SIZE, own_notices, request.actor)
    return render(request, "notices/inbox.html", {"page": page})


@page_for()
def open_notice(request: ActorRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go where it points; without a link, back to the inbox."""
    notice = get_visible_or_404(own_notices, request.actor, pk=pk)
    mark_read(actor=request.actor, notice=notice)
    if not own_path(notice.link):
        return redirect("notices:inbox")
    if not _leads_on(notice, request.actor.school):
        messages.info(request, "这条消息说的功能，学校现在没有使用。")
        return redirect("notices:inbox")
    return redirect(notice.link)


def _leads_on(notice: Notice, school: School | None) -> bool:
    """Whether the school still uses what the notice is about."""
    try:
        return is_there(resolve(urlsplit(notice.link).path).func, school)
    except Resolver404:
        return True


@action_for()
def read_all(request: ActorRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_all_read(actor=request.actor)
    return redirect("notices:inbox")
