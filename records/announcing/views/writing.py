"""Writing announcements: drafts, publishing, correcting, taking back, their files, and who has not read them."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render

from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from accounts.models import User
from core.errors import DomainError
from core.files import HANDOUT_BYTES
from core.saving import attempt, button_done, form_saved, show_form
from core.text import small_number
from jobs.lists import taken_out
from records.announcing.forms import AnnouncementForm, WithdrawForm
from records.announcing.models import Announcement
from records.announcing.queries.announcements import files_of, places_of, visible_files
from records.announcing.queries.readers import classes_reached, families_left, left_out, reached, teachers_left
from records.announcing.rules import AUTHORS, audiences_of, may_manage
from records.announcing.services.announcements import (
    add_announcement_file,
    change_announcement,
    delete_draft,
    publish_announcement,
    remind_readers,
    remove_announcement_file,
    withdraw_announcement,
    write_announcement,
)
from students.querysets import EnrolmentQuerySet

PAGE_SIZE = 50


@form_for(*AUTHORS)
def new(request: ActorRequest) -> HttpResponse:
    """Write an announcement; it is a draft until it is published from its page."""
    actor = request.actor
    form = _form(request, None)
    if saved := form_saved(form, lambda: write_announcement(actor=actor, data=form.announcement_data())):
        return _with_files(request, form, saved.value)
    return show_form(request, "announcing/form.html", form, announcement=None)


@form_for(*AUTHORS)
def edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a draft, or correct one that is out."""
    actor = request.actor
    found = _managed(request, pk)
    form = _form(request, found)
    if saved := form_saved(
        form,
        lambda: change_announcement(
            actor=actor, announcement=found, data=form.announcement_data(), version=form.cleaned_data["version"]
        ),
    ):
        if not found.is_draft:
            corrected = saved.value.edition > found.edition
            messages.success(request, "已更正，看过的人要再看一次。" if corrected else "已保存。")
        return _with_files(request, form, saved.value)
    context = {"announcement": found, "files": files_of(found)}
    return show_form(request, "announcing/form.html", form, **context)


def _form(request: ActorRequest, stored: Announcement | None) -> AnnouncementForm:
    posted, audiences = request.method == "POST", audiences_of(request.actor)
    return AnnouncementForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        audiences=audiences,
        places=places_of(request.actor, audiences),
        today=request.actor.today,
        stored=stored,
    )


def _with_files(request: ActorRequest, form: AnnouncementForm, row: Announcement) -> HttpResponse:
    """On to the announcement's page, with the files that were chosen; what is not taken is said."""
    for upload in filter(None, form.cleaned_data.get("uploads") or ()):
        # One byte more than may be kept tells that it is too large: no more of it is read.
        data, name = upload.read(HANDOUT_BYTES + 1), upload.name or ""
        done = attempt(partial(add_announcement_file, actor=request.actor, announcement=row, data=data, name=name))
        if isinstance(done, DomainError):
            messages.warning(request, f"“{name}”没有放上去：{done.message}")
            return redirect("announcements:edit", pk=row.pk)
    return redirect("announcements:detail", pk=row.pk)


@action_for(*AUTHORS)
def publish(request: ActorRequest, pk: int) -> HttpResponse:
    """Send a draft out."""
    found = _managed(request, pk)
    if done := button_done(request, lambda: publish_announcement(actor=request.actor, announcement=found)):
        later = done.value.starts_on > request.actor.today
        messages.success(request, "已安排好，到开始的那天发出。" if later else "已发布。")
    return redirect("announcements:detail", pk=pk)


@form_for(*AUTHORS)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take back what is out, with the reason."""
    found = _managed(request, pk)
    form = WithdrawForm(request.POST or None)
    if form_saved(
        form,
        lambda: withdraw_announcement(actor=request.actor, announcement=found, reason=form.cleaned_data["reason"]),
    ):
        messages.success(request, "已撤回，正文谁也看不到了。")
        return redirect("announcements:detail", pk=pk)
    return show_form(request, "announcing/withdraw.html", form, announcement=found)


@action_for(*AUTHORS)
def delete(request: ActorRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = _managed(request, pk)
    if not button_done(request, lambda: delete_draft(actor=request.actor, announcement=found)):
        return redirect("announcements:detail", pk=pk)
    messages.success(request, "已删除草稿。")
    return redirect("announcements:list")


@action_for(*AUTHORS)
def remove_file(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a file away."""
    found = get_visible_or_404(visible_files, request.actor, pk=pk)
    if not may_manage(request.actor, found.announcement):
        raise PermissionDenied
    if button_done(request, lambda: remove_announcement_file(actor=request.actor, file=found)):
        messages.success(request, f"已移除“{found.name}”。")
    return redirect("announcements:edit", pk=found.announcement_id)


@page_for(*AUTHORS)
def left(request: ActorRequest, pk: int) -> HttpResponse:
    """Who has not read it, or with `?show=unconfirmed` not confirmed it: teachers by name, families by class."""
    found = _managed(request, pk)
    if found.is_draft:
        return redirect("announcements:detail", pk=pk)
    confirmed, class_id = _left_filter(found, request.GET)
    rows = _left(found, confirmed, class_id)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "announcement": found,
        "page_obj": page,
        "rows": list(page.object_list),
        "unit": "家" if found.for_families else "人",
        "reached": reached(found),
        "show": "unconfirmed" if confirmed else "unread",
        "classes": classes_reached(request.actor, found) if found.for_families else [],
        "class_id": class_id,
        "stands": found.is_out and found.starts_on <= request.actor.today <= found.ends_on,
    }
    return render(request, "announcing/left.html", context)


@action_for(*AUTHORS)
def export_left(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The same list as a workbook or on paper."""
    found = _managed(request, pk)
    confirmed, class_id = _left_filter(found, request.POST)
    about = f"{found.title}　{'没有确认' if confirmed else '没有看'}"
    where = {"announcement": found.pk, "show": "unconfirmed" if confirmed else "unread", "class": class_id}
    return taken_out(request, left_out(found, _left(found, confirmed, class_id), about=about, where=where))


def _left_filter(found: Announcement, asked: QueryDict) -> tuple[bool, int | None]:
    return found.needs_receipt and asked.get("show") == "unconfirmed", small_number(asked.get("class"))


def _left(found: Announcement, confirmed: bool, class_id: int | None) -> EnrolmentQuerySet | QuerySet[User]:
    if found.for_families:
        return families_left(found, confirmed=confirmed, class_id=class_id)
    return teachers_left(found, confirmed=confirmed)


@action_for(*AUTHORS)
def remind(request: ActorRequest, pk: int) -> HttpResponse:
    """Tell the teachers who are left once more, and once a day."""
    found = _managed(request, pk)
    if done := button_done(request, lambda: remind_readers(actor=request.actor, announcement=found)):
        if done.value:
            messages.success(request, f"已提醒 {done.value} 位老师。")
        else:
            messages.info(request, "没有要提醒的老师，或者今天已经提醒过了。")
    return redirect("announcements:left", pk=pk)


def _managed(request: ActorRequest, pk: int) -> Announcement:
    found = get_visible_or_404(Announcement, request.actor, pk=pk)
    if not may_manage(request.actor, found):
        raise PermissionDenied
    return found
