"""表彰 by the bureau, and the experience notes that schools have passed on."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.saving import button_done, form_saved, show_form
from mentors.staff.documents.certificate import render_certificates
from records.bureau.documents import certificate_of
from records.bureau.forms import CommendationForm
from records.bureau.models import Commendation
from records.bureau.queries.commendations import standing_commendations
from records.bureau.services.commendations import commend, take_back_commendation
from records.bureau.views.city_plan import READERS
from records.recognition.queries.notes import published_notes

PAGE_SIZE = 30


@form_for(Role.BUREAU)
def commendations(request: ActorRequest) -> HttpResponse:
    """Those that stand, the newest first, and the form of the next one."""
    form = CommendationForm(request.actor, request.POST or None)
    if form_saved(form, lambda: commend(actor=request.actor, data=form.commendation)):
        messages.success(request, "已表彰，可以打印证书。学校也能看到。")
        return redirect("bureau:commendations")
    rows = standing_commendations(request.actor)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return show_form(request, "bureau/commendations.html", form, page_obj=page)


@action_for(Role.BUREAU)
def take_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Take one back."""
    found = get_visible_or_404(Commendation, request.actor, pk=pk)
    if button_done(request, lambda: take_back_commendation(actor=request.actor, commendation=found)):
        messages.success(request, "已撤销这次表彰。")
    return redirect("bureau:commendations")


@page_for(Role.BUREAU, *READERS)
def certificate(request: ActorRequest, pk: int) -> HttpResponse:
    """The certificate of one that stands, for the bureau and for the school."""
    found = get_visible_or_404(standing_commendations, request.actor, pk=pk)
    data = render_certificates([certificate_of(found)])
    audit(actor=request.actor, verb="print_commendation", target=found, kind=AuditKind.READ)
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, "荣誉证书.pdf") or "inline"
    return answer


@page_for(Role.BUREAU)
def experiences(request: ActorRequest) -> HttpResponse:
    """The experience notes that schools have passed on and nobody has taken back."""
    page = Paginator(published_notes(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "bureau/experiences.html", {"page_obj": page})
