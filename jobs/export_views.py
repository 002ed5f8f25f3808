"""Blank and filled rosters for the school's admins to download."""

from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from accounts.http import ActorRequest, page_for
from jobs.enums import ALL_IMPORTERS
from jobs.exporters import RosterFile, Shape, export_roster, find_shape, roster_template, shapes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page_for(*ALL_IMPORTERS)
def template(request: ActorRequest, shape: str) -> HttpResponse:
    """A blank table to fill in, with this year's classes in its drop-downs."""
    return _send(
        roster_template(actor=request.actor, year=request.actor.calendar.this_year(), shape=_shape(request, shape))
    )


@page_for(*ALL_IMPORTERS)
def export(request: ActorRequest, shape: str) -> HttpResponse:
    """The roster as it stands, in the same shape."""
    return _send(
        export_roster(actor=request.actor, year=request.actor.calendar.this_year(), shape=_shape(request, shape))
    )


def _shape(request: ActorRequest, name: str) -> Shape:
    shape = find_shape(name)
    if shape is None:
        raise Http404
    if shape not in shapes(request.actor):
        raise PermissionDenied
    return shape


def _send(file: RosterFile) -> HttpResponse:
    answer = HttpResponse(file.data, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return answer
