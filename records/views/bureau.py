"""The bureau's pages: schools side by side and their plans; figures only."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.http import ActorRequest, roles_required
from records.queries.bureau import schools_side_by_side


@roles_required(Role.BUREAU)
@require_GET
@never_cache
def home(request: ActorRequest) -> HttpResponse:
    """All schools of the bureau in this term, by code."""
    return render(request, "bureau/home.html", {"rows": schools_side_by_side(request.actor)})
