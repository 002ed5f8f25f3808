"""The admin's overview of the classes."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import Role
from accounts.http import ActorRequest, page_for
from mentors.queries.people import class_overviews


@page_for(Role.SCHOOL_ADMIN)
def classes(request: ActorRequest) -> HttpResponse:
    """All classes of this year with pupils, homeroom teacher and team."""
    actor = request.actor
    year = actor.calendar.year
    summaries = class_overviews(year, on=actor.today) if year is not None else []
    return render(
        request,
        "staff/manage/classes.html",
        {
            "year": year,
            "summaries": summaries,
            "pupils": sum(s.pupils for s in summaries),
            "without_homeroom": sum(1 for s in summaries if not s.homeroom),
            "may_match": actor.has(Role.MORAL_OFFICE),
        },
    )
