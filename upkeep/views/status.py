"""状态: what did not get through, what waits, and how the server is."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import Role
from accounts.http import ActorRequest, page_for
from upkeep.queries.status import status


@page_for(Role.SCHOOL_ADMIN, Role.BUREAU)
def status_page(request: ActorRequest) -> HttpResponse:
    """Each line with what to do about it; counts and ages, no names but those of the own school's jobs."""
    return render(request, "upkeep/status.html", {"status": status(request.actor)})
