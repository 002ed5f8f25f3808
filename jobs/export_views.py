"""Blank and filled rosters for the school's admins to download."""

from urllib.parse import quote

from django.http import Http404, HttpResponse

from accounts.enums import Role
from accounts.http import ActorRequest, page_for
from jobs.exporters import RosterFile, Shape, export_roster, find_shape, roster_template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page_for(Role.SCHOOL_ADMIN)
def template(request: ActorRequest, shape: str) -> HttpResponse:
    """A blank table to fill in, with this year's classes in its drop-downs."""
    return _send(roster_template(actor=request.actor, year=request.actor.calendar.this_year(), shape=_shape(shape)))


@page_for(Role.SCHOOL_ADMIN)
def export(request: ActorRequest, shape: str) -> HttpResponse:
    """The roster as it stands, in the same shape."""
    return _send(export_roster(actor=request.actor, year=request.actor.calendar.this_year(), shape=_shape(shape)))


def _shape(name: str) -> Shape:
    shape = find_shape(name)
    if shape is None:
        raise Http404
    return shape


def _send(file: RosterFile) -> HttpResponse:
    answer = HttpResponse(file.data, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return answer
