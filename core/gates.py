"""Marks on views that the sign-in gate reads."""

from collections.abc import Callable
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])


def public(view: V) -> V:
    """Open `view` to people without an account. Every use is listed in docs/roles.md and in the URL × role test."""
    view.is_public = True  # type: ignore[attr-defined]  # read by SignInRequiredMiddleware
    return view


def allows_first_password(view: V) -> V:
    """Let people reach `view` before they changed their first password."""
    view.allows_first_password = True  # type: ignore[attr-defined]  # read by SignInRequiredMiddleware
    return view


def repeatable(view: V) -> V:
    """What `view` answers to a post may be asked for again and again: it writes nothing, or each time counts."""
    view.is_repeatable = True  # type: ignore[attr-defined]  # read by PressedOnceMiddleware
    return view
