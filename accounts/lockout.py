"""What django-axes counts wrong passwords by."""

from typing import Any

from django.http import HttpRequest


def counted_username(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The account name as `UserManager.get_by_natural_key` looks it up: no other spelling counts anew."""
    name = (credentials or {}).get("username") or (request.POST.get("username") if request is not None else "")
    return str(name or "").strip().lower()
