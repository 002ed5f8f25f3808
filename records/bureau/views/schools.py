"""The bureau's pages: schools side by side and their plans; figures only."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import Role
from accounts.http import ActorRequest, page_for
from records.bureau.queries.schools import schools_side_by_side


@page_for(Role.BUREAU)
def home(request: ActorRequest) -> HttpResponse:
    """All schools of the bureau in this term, by code."""
    return render(request, "bureau/home.html", {"rows": schools_side_by_side(request.actor)})
