"""What the head of a main page leads to by 怎么用."""

from django.http import HttpRequest
from django.urls import reverse

from accounts.actors import Actor
from records.guides.rules import explained


def how_to(request: HttpRequest) -> dict[str, str]:
    """`how_to`: the address of what explains this page to this person; empty where nothing does. No query."""
    actor: Actor | None = getattr(request, "actor", None)
    match = request.resolver_match
    found = explained(actor, match.view_name) if actor is not None and match is not None else None
    if found is None:
        return {"how_to": ""}
    key, anchor = found
    return {"how_to": reverse("help:text", args=[key]) + (f"#{anchor}" if anchor else "")}
