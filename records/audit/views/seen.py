"""谁看过: for everybody of the school, on what concerns them."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import SCHOOL_ROLES
from accounts.http import ActorRequest, page_for
from records.audit.queries.seen import seen_by_others

PAGE_SIZE = 50


@page_for(*SCHOOL_ROLES)
def seen(request: ActorRequest) -> HttpResponse:
    """Who opened or took out in 90 days what concerns the actor, by day, paged."""
    page = Paginator(seen_by_others(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "audit/seen.html", {"page": page})
