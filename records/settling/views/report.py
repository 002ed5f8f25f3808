"""期末材料: the term's report to be read, written in and taken away."""

from collections.abc import Collection

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.http import ActorRequest, action_for, form_for, page_for
from accounts.services import audit
from core.saving import form_saved, record_changed, show_form
from core.unprintable import Unprintable, said_first
from jobs.keeping import kept_pdf
from records.desk.forms.conflict import differing
from records.desk.services.drafts import drop_draft
from records.desk.views.form_page import FormDraft
from records.office.queries.dashboard import covered_pupils
from records.office.views.dashboard import calendar_or_stop, chosen_calendar
from records.papers.queries.unprintable import in_names, in_teachers
from records.papers.views.orders import pdf_response
from records.settling.contexts import TermReport
from records.settling.documents.term_report import report_manuscript
from records.settling.enums import Material, ReportPart
from records.settling.forms import CommentForm, MaterialForm
from records.settling.models import TermComment
from records.settling.printing import order_material
from records.settling.queries.comments import former_words, newest_comment
from records.settling.queries.report import term_report
from records.settling.queries.tables import term_key
from records.settling.querysets import SETTLERS
from records.settling.rules import materials_for
from records.settling.services import draft_key, save_comment
from schools.calendar import YearCalendar


@page_for(*SETTLERS)
def index(request: ActorRequest) -> HttpResponse:
    """The report as it stands, part by part, with the school's own words; `?term=` switches the term."""
    calendar = chosen_calendar(request)
    form = MaterialForm(materials_for(request.actor))
    return _page(request, form, calendar)


def _page(request: ActorRequest, form: MaterialForm, calendar: YearCalendar | None) -> HttpResponse:
    report = term_report(request.actor, calendar) if calendar is not None else None
    return show_form(request, "settling/index.html", form, calendar=calendar, report=report)


@action_for(*SETTLERS)
def make(request: ActorRequest) -> HttpResponse:
    """Start the job that makes the chosen material of the term."""
    actor, calendar = request.actor, calendar_or_stop(request)
    form = MaterialForm(materials_for(actor), request.POST)
    if form.is_valid():
        chosen = form.cleaned_data["materials"]
        if stop := said_first(request, _unprintable(actor, calendar, chosen)):
            return stop
    if done := form_saved(
        form,
        lambda: order_material(
            actor=actor,
            calendar=calendar,
            materials=form.cleaned_data["materials"],
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
            job_id=form.cleaned_data["job"],
        ),
    ):
        return redirect("jobs:detail", pk=done.value.pk)
    return _page(request, form, calendar)


def _unprintable(actor: Actor, calendar: YearCalendar, chosen: Collection[Material]) -> list[Unprintable]:
    """Names in what is set as a PDF that do not print."""
    found = in_teachers(actor) if {Material.CLASSES, Material.CERTIFICATES} & set(chosen) else []
    if Material.CLASSES in chosen:
        found += in_names(covered_pupils(actor, calendar).select_related("pupil", "school_class__grade"))
    return found


@form_for(*SETTLERS)
def comment(request: ActorRequest, number: int) -> HttpResponse:
    """Write the school's own words on one part. Whoever saves over another's is shown both, and then decides."""
    part = ReportPart.at(number)
    if part is None:
        raise Http404
    actor, calendar = request.actor, calendar_or_stop(request)
    stored = newest_comment(calendar.term, part) or TermComment(version=0, text="")
    draft = FormDraft.of(request, draft_key(part, calendar.term))
    initial = draft.over(request, {"version": stored.version, "text": stored.text}, CommentForm)
    form = CommentForm(request.POST or None, initial=initial)
    if record_changed(
        form,
        stored,
        lambda: save_comment(
            actor=actor,
            term=calendar.term,
            part=part,
            text=form.cleaned_data["text"],
            seen_version=form.cleaned_data["version"],
            meant="meant" in request.POST,
        ),
        again=lambda: drop_draft(actor=actor, key=draft.key),
    ):
        messages.success(request, f"“{part.label}”已保存。")
        return redirect(_back(calendar, part))
    # What was begun before somebody else saved is not to be saved over it unseen.
    is_old = draft.restored and draft.stored is not None and draft.stored.base_version < stored.version
    return show_form(
        request,
        "settling/comment.html",
        form,
        part=part,
        calendar=calendar,
        draft=draft,
        names_pupil=form.has_error("text", "names_pupil"),
        conflict=differing(form, {"text": stored.text}) if form.conflicts or is_old else (),
        versions=former_words(actor, calendar.term, part),
        back_url=_back(calendar, part),
    )


def _back(calendar: YearCalendar, part: ReportPart) -> str:
    return f"{reverse('settling:index')}?term={calendar.key}#{part.value}"


@page_for(*SETTLERS)
def report_pdf(request: ActorRequest) -> HttpResponse:
    """The report as a PDF. It names nobody."""
    report = _taken(request, "pdf")
    pdf = kept_pdf(report_manuscript(report), school_id=request.actor.school_id or 0)
    return pdf_response(pdf, f"{report.title}.pdf")


@page_for(*SETTLERS)
def report_docx(request: ActorRequest) -> HttpResponse:
    """The report as a Word file, to be worked on further. It names nobody."""
    from records.settling.documents.term_report_word import WORD, report_word

    report = _taken(request, "docx")
    response = HttpResponse(report_word(report), content_type=WORD)
    response["Content-Disposition"] = content_disposition_header(True, f"{report.title}.docx") or "attachment"
    return response


def _taken(request: ActorRequest, shape: str) -> TermReport:
    calendar = calendar_or_stop(request)
    detail = {"term": term_key(calendar), "as": shape}
    audit(actor=request.actor, verb="print_term_report", kind=AuditKind.READ, detail=detail)
    return term_report(request.actor, calendar)
