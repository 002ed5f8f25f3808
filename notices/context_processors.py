"""What every page may show of the inbox."""

from collections.abc import Callable
from functools import cache

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from accounts.actors import Actor
from core.kept import kept
from notices.models import Notice


def unread(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """`unread_notices`: how many notices wait. Counted once per page, and only where it is shown."""

    @cache
    def count() -> int:
        actor = getattr(request, "actor", None)
        return sum(_unread(actor)) if actor is not None else 0

    return {"unread_notices": count}


@kept
def _unread(actor: Actor) -> QuerySet[Notice, int]:
    """One number, none where none waits."""
    rows = Notice.objects.visible_to(actor).unread().order_by().values("recipient")
    return rows.annotate(count=Count("pk")).values_list("count", flat=True)
