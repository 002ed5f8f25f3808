"""期末材料: the term's report to be read, written in and taken away."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import AuditKind
from accounts.http import ActorRequest, form_for, page_for
from accounts.services import audit
from core.saving import record_changed, show_form
from jobs.keeping import kept_pdf
from records.desk.forms.conflict import differing
from records.office.views.dashboard import calendar_or_stop, chosen_calendar
from records.papers.views.orders import pdf_response
from records.settling.documents.term_report import report_manuscript
from records.settling.enums import ReportPart
from records.settling.forms import CommentForm
from records.settling.models import TermComment
from records.settling.queries.comments import former_words, newest_comment
from records.settling.queries.report import term_report
from records.settling.querysets import SETTLERS
from records.settling.services import save_comment


@page_for(*SETTLERS)
def index(request: ActorRequest) -> HttpResponse:
    """The report as it stands, part by part, with the school's own words; `?term=` switches the term."""
    calendar = chosen_calendar(request)
    report = term_report(request.actor, calendar) if calendar is not None else None
    return render(request, "settling/index.html", {"calendar": calendar, "report": report})


@form_for(*SETTLERS)
def comment(request: ActorRequest, part: str) -> HttpResponse:
    """Write the school's own words on one part. Whoever saves over another's is shown both, and then decides."""
    if part not in ReportPart.values:
        raise Http404
    actor, calendar, chosen = request.actor, calendar_or_stop(request), ReportPart(part)
    stored = newest_comment(calendar.term, chosen) or TermComment(version=0, text="")
    form = CommentForm(chosen, request.POST or None, initial={"version": stored.version, "text": stored.text})
    if record_changed(
        form,
        stored,
        lambda: save_comment(
            actor=actor,
            term=calendar.term,
            part=chosen,
            text=form.cleaned_data["text"],
            seen_version=form.cleaned_data["version"],
        ),
    ):
        messages.success(request, f"“{chosen.label}”已保存。")
        return redirect(f"{reverse('settling:index')}?term={calendar.key}#{chosen.value}")
    return show_form(
        request,
        "settling/comment.html",
        form,
        part=chosen,
        calendar=calendar,
        stored=stored,
        conflict=differing(form, {"text": stored.text}) if form.conflicts else (),
        versions=former_words(actor, calendar.term, chosen),
        back_url=f"{reverse('settling:index')}?term={calendar.key}#{chosen.value}",
    )


@page_for(*SETTLERS)
def report_pdf(request: ActorRequest) -> HttpResponse:
    """The report as a PDF. It names nobody."""
    report = term_report(request.actor, calendar_or_stop(request))
    audit(actor=request.actor, verb="print_term_report", kind=AuditKind.READ, detail={"term": report.term})
    pdf = kept_pdf(report_manuscript(report), school_id=request.actor.school_id or 0)
    return pdf_response(pdf, f"{report.title}.pdf")
