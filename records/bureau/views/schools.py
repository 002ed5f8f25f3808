"""The bureau's pages: schools side by side, and the grades of one; figures only."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from jobs.lists import taken_out
from records.bureau.queries.lists import NOTE, grades_out, schools_out
from records.bureau.queries.schools import COLUMNS, grades_side_by_side, schools_side_by_side
from schools.models import School


@page_for(Role.BUREAU)
def home(request: ActorRequest) -> HttpResponse:
    """All schools of the bureau in one term; `?term=2026-1` switches it, `?by=open` changes the order."""
    by = request.GET.get("by", "")
    found = schools_side_by_side(request.actor, request.GET.get("term", ""), by=by)
    labels = [label for _, label in COLUMNS]
    return render(request, "bureau/home.html", {"found": found, "labels": labels, "by": by, "note": NOTE})


@action_for(Role.BUREAU)
def take_out_schools(request: ActorRequest) -> HttpResponseBase:
    """The same as a workbook or on paper."""
    found = schools_side_by_side(request.actor, request.POST.get("term", ""), by=request.POST.get("by", ""))
    return taken_out(request, schools_out(found))


@page_for(Role.BUREAU)
def school(request: ActorRequest, pk: int) -> HttpResponse:
    """The grades of one school; `?term=` switches. Nothing leads further: no class, no name."""
    own = get_visible_or_404(School, request.actor, pk=pk)
    found, rows = grades_side_by_side(request.actor, own, request.GET.get("term", ""))
    labels = [label for _, label in COLUMNS]
    context = {"school": own, "found": found, "rows": rows, "labels": labels, "note": NOTE}
    return render(request, "bureau/school.html", context)


@action_for(Role.BUREAU)
def take_out_grades(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The same as a workbook or on paper."""
    own = get_visible_or_404(School, request.actor, pk=pk)
    return taken_out(request, grades_out(*grades_side_by_side(request.actor, own, request.POST.get("term", ""))))
