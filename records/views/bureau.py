"""The bureau's pages: schools side by side and their plans; figures only."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.http import ActorRequest, get_visible_or_404, roles_required
from records.queries.bureau import one_school, plans_seen, schools_seen, schools_side_by_side


@roles_required(Role.BUREAU)
@require_GET
@never_cache
def home(request: ActorRequest) -> HttpResponse:
    """All schools of the bureau in this term, by code."""
    return render(request, "bureau/home.html", {"rows": schools_side_by_side(request.actor)})


@roles_required(Role.BUREAU)
@require_GET
@never_cache
def plan(request: ActorRequest, pk: int) -> HttpResponse:
    """One school's plan 一校一策 with its versions, and its figures."""
    school = get_visible_or_404(schools_seen(request.actor), request.actor, pk=pk)
    return render(
        request,
        "bureau/plan.html",
        {"row": one_school(request.actor, school), "plans": plans_seen(request.actor, school)},
    )
