"""The school's announcements on a family's pages, and the one address that a class's group is told."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import today
from core.files import stored_file
from core.gates import repeatable
from core.saving import button_done, show_form
from core.text import small_number
from records.announcing.contexts import FileLink
from records.announcing.models import AnnouncementFile
from records.announcing.queries.announcements import (
    announcements_for_family,
    files_for_family,
    files_of,
    former_texts,
    told_to_family,
)
from records.announcing.services.receipts import confirm_by_family, read_by_family
from records.family.forms import DoorForm
from students.family import is_staff_browser, opened_here, posts_here, private, with_slip
from students.models import FamilySlip


@repeatable
@private
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """Where a group's text leads: to what this phone has opened, else how a slip is opened. It names no school."""
    opened = opened_here(request)
    form = DoorForm(request.POST or None)
    if request.method != "POST" and len(opened) == 1:
        return redirect("family:slip", key=opened[0].key)
    if form.is_valid():
        return redirect("family:slip", key=form.cleaned_data["address"])
    return posts_here(show_form(request, "family/door.html", form, opened=opened))


@private
@require_safe
@with_slip
def announcements(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """What stands for this family today."""
    context = {"slip": opened, "school": opened.school, "rows": told_to_family(opened, today())}
    return render(request, "family/announcements.html", context)


@private
@require_safe
@with_slip
def announcement(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """One announcement; opening it is noted, unless somebody of the staff looks."""
    found = announcements_for_family(opened, today()).filter(pk=pk).first()
    if found is None:
        messages.info(request, "这条公告已经过期，或者学校撤回了。")
        return redirect("family:announcements", key=opened.key)
    if not is_staff_browser(request):
        read_by_family(slip=opened, announcement=found)
    address = "family:announcement_file"
    context = {
        "slip": opened,
        "school": opened.school,
        "announcement": found,
        "files": [FileLink.of(item, reverse(address, args=[opened.key, item.pk])) for item in files_of(found)],
        "former": former_texts(found) if found.edition > 1 else [],
    }
    return render(request, "family/announcement.html", context)


@private
@require_POST
@with_slip
def confirm(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """我已知晓, of the edition that the page showed."""
    if is_staff_browser(request):
        messages.warning(request, "这台设备登录过教师账号，不能替家长确认。请用家长的手机打开。")
        return redirect("family:announcement", key=opened.key, pk=pk)
    found = get_object_or_404(announcements_for_family(opened, today()), pk=pk)
    edition = small_number(request.POST.get("edition")) or 0
    if button_done(request, lambda: confirm_by_family(slip=opened, announcement=found, edition=edition)):
        messages.success(request, "已确认，谢谢。")
    return redirect("family:announcement", key=opened.key, pk=pk)


@private
@require_safe
@with_slip
def file(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponseBase:
    """A file beside an announcement."""
    found: AnnouncementFile = get_object_or_404(files_for_family(opened, today()), pk=pk)
    return stored_file(found.file, name=found.name, content_type=found.content_type)
