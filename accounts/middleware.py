"""Puts the actor on the request and closes every page that is not opened on purpose."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import User
from accounts.queries import actor_for
from core.clock import today

SCOPE_SESSION_KEY = "acting_scope"

NOBODY = Actor(user_id=None, name="", school_id=None, bureau_id=None, roles=frozenset())


class ActorMiddleware:
    """`request.actor`: who acts, in which school or bureau, with which roles today. One query per signed-in request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = NOBODY
        if isinstance(request.user, User):
            actor = actor_for(
                request.user,
                scope_key=request.session.get(SCOPE_SESSION_KEY),
                on=today(),
            )
        request.actor = actor  # type: ignore[attr-defined]  # views read it through accounts.http.ActorRequest
        return self.get_response(request)


class SignInRequiredMiddleware:
    """Default deny: a view is closed to anonymous people unless it is marked with `public`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Anonymous: to the sign-in page. First password: to the page that changes it."""
        if getattr(view, "is_public", False):
            return None
        if not isinstance(request.user, User):
            # An htmx fragment must not become a sign-in form inside a panel: the whole page goes there.
            if request.headers.get("HX-Request"):
                # A post keeps what was typed: app.js offers the sign-in page beside it.
                headers = {"HX-Redirect": reverse(settings.LOGIN_URL)} if request.method in ("GET", "HEAD") else {}
                return HttpResponse(status=401, headers=headers)
            # After signing in, a page that only takes posts would be an empty one.
            target = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("home")
            return redirect_to_login(target, settings.LOGIN_URL)
        if request.user.must_change_password and not getattr(view, "allows_first_password", False):
            return redirect("accounts:change_password")
        return None
