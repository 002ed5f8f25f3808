"""What every template knows of the person."""

from typing import Any

from django.http import HttpRequest

from accounts.middleware import NOBODY


def actor(request: HttpRequest) -> dict[str, Any]:
    """`actor` (see `accounts.actors.Actor`) and `actor_school`, the school acted in or None. No query."""
    acting = getattr(request, "actor", NOBODY)
    return {"actor": acting, "actor_school": acting.school}
