"""The year report 年度报告 of the bureau, as a page, a workbook and a paper."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, page_for
from core.text import small_number
from jobs.lists import taken_out
from records.bureau.queries.lists import NOTE, report_out, year_report, years_seen
from records.bureau.queries.schools import COLUMNS


@page_for(Role.BUREAU)
def report(request: ActorRequest) -> HttpResponse:
    """A school year in short: the whole city by term, and its visits by month; `?year=2026` chooses it."""
    years = years_seen(request.actor)
    year = _year(request.GET.get("year", ""), years)
    found = year_report(request.actor, year) if year else None
    labels = [label for _, label in COLUMNS]
    return render(request, "bureau/report.html", {"years": years, "found": found, "labels": labels, "note": NOTE})


@action_for(Role.BUREAU)
def take_out_report(request: ActorRequest) -> HttpResponseBase:
    """The whole report, all schools, as a workbook or on paper. Raises Http404 while nothing was counted."""
    year = _year(request.POST.get("year", ""), years_seen(request.actor))
    if year is None:
        raise Http404
    return taken_out(request, report_out(year_report(request.actor, year)))


def _year(asked: str, years: list[int]) -> int | None:
    wanted = small_number(asked)
    return wanted if wanted in years else next(iter(years), None)
