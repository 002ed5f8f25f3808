"""What every page may show of the inbox."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from notices.models import Notice


def unread(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """`unread_notices`: how many notices wait. Counted once per page, and only where it is shown."""

    @cache
    def count() -> int:
        actor = getattr(request, "actor", None)
        return Notice.objects.visible_to(actor).unread().count() if actor is not None else 0

    return {"unread_notices": count}
