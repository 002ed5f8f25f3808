"""The pages of figures, for 德育室 and 领导小组."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, page_for
from accounts.services import audit
from core.unprintable import said_first, unprintable_names
from jobs.lists import taken_out
from records.figures.documents.leader import leader_pdf
from records.figures.queries.leader import find_leader_page
from records.figures.queries.trends import find_trends, trends_out
from records.office.views.dashboard import WATCHERS, calendar_or_stop, chosen_calendar
from records.papers.views.orders import pdf_response
from schools.queries import paper_style


@page_for(*WATCHERS)
def trends(request: ActorRequest) -> HttpResponse:
    """A term over its weeks in charts, each with its table; `?term=` switches it."""
    calendar = chosen_calendar(request)
    if calendar is None:
        return render(request, "figures/trends.html", {"calendar": None})
    return render(
        request, "figures/trends.html", {"calendar": calendar, "trends": find_trends(request.actor, calendar)}
    )


@action_for(*WATCHERS)
def export_trends(request: ActorRequest) -> HttpResponseBase:
    """All tables of the page as a workbook or on paper."""
    return taken_out(request, trends_out(find_trends(request.actor, calendar_or_stop(request))))


@page_for(*WATCHERS)
def leader(request: ActorRequest) -> HttpResponse:
    """总览: the school on one screen, and what comes; `?term=` switches the figures."""
    calendar = chosen_calendar(request)
    page = find_leader_page(request.actor, calendar) if calendar is not None else None
    return render(
        request,
        "figures/leader.html",
        {"page": page, "calendar": calendar, "opens_letters": request.actor.has(Role.MORAL_OFFICE)},
    )


@page_for(*WATCHERS)
def leader_paper(request: ActorRequest) -> HttpResponse:
    """The same on one sheet for the meeting."""
    calendar = calendar_or_stop(request)
    page = find_leader_page(request.actor, calendar)
    if stop := said_first(request, unprintable_names([one.names for one in page.heavy], place="导师姓名")):
        return stop
    detail = {"term": f"{calendar.year.start_year}-{calendar.term.number}", "named": len(page.heavy)}
    audit(actor=request.actor, verb="print_leader_page", kind=AuditKind.READ, detail=detail)
    data = leader_pdf(page, paper_style(calendar.year.school).head, request.actor.today)
    return pdf_response(data, f"全员导师制情况-{calendar.term}-{request.actor.today:%Y%m%d}.pdf")
