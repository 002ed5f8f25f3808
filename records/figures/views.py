"""The pages of figures, for 德育室 and 领导小组."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.http import ActorRequest, action_for, page_for
from jobs.lists import taken_out
from records.figures.queries.trends import find_trends, trends_out
from records.office.views.dashboard import WATCHERS, calendar_or_stop, chosen_calendar


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
