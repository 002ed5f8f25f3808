"""The announcements that a first page shows in one line."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.actors import Actor
from core.kept import kept
from records.announcing.models import Announcement
from records.announcing.queries.announcements import open_announcements

#: Where people begin.
HOMES: Final = frozenset({"desk:home", "office:dashboard", "counsel:home", "manage:people", "leader:page"})
SHOWN: Final = 2


def new_announcements(request: HttpRequest) -> dict[str, Any]:
    """`new_announcements`: on a first page what the actor has still to read or confirm; one query there alone."""
    actor: Actor | None = getattr(request, "actor", None)
    match = request.resolver_match
    if actor is None or actor.school_id is None or match is None or match.view_name not in HOMES:
        return {"new_announcements": []}
    found = _first_open(actor)
    return {"new_announcements": found[:SHOWN], "more_announcements": len(found) > SHOWN}


@kept
def _first_open(actor: Actor) -> QuerySet[Announcement]:
    return open_announcements(actor)[: SHOWN + 1]
