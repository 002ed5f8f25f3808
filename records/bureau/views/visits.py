"""家访月: the visits of a month in the whole city; figures only."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, page_for
from jobs.lists import taken_out
from records.bureau.queries.lists import NOTE, month_out
from records.bureau.queries.visits import find_month


@page_for(Role.BUREAU)
def visits(request: ActorRequest) -> HttpResponse:
    """A month by week and day, by form and by school; `?month=2026-09` chooses it."""
    found = find_month(request.actor, request.GET.get("month", ""))
    return render(request, "bureau/visits.html", {"found": found, "note": NOTE})


@action_for(Role.BUREAU)
def take_out_visits(request: ActorRequest) -> HttpResponseBase:
    """The same as a workbook or on paper."""
    return taken_out(request, month_out(find_month(request.actor, request.POST.get("month", ""))))
