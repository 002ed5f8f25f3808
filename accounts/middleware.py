"""Puts the actor on the request, closes every page that is not opened on purpose, and does no press twice."""

import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse

from accounts.actors import Actor
from accounts.models import User
from accounts.queries import actor_for
from accounts.services.presses import PRESS_FIELD, UNTYPED, Sent, StillRunning, claim, release, settle
from core.clock import today
from core.logs import page_of
from core.middleware import STAY_HEADER
from core.nightly import log_failure
from schools.modules import is_there

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
            if request.headers.get("HX-Request") or STAY_HEADER in request.headers:
                # A post keeps what was typed: app.js offers the sign-in page beside it.
                headers = {"HX-Redirect": reverse(settings.LOGIN_URL)} if request.method in ("GET", "HEAD") else {}
                return HttpResponse(status=401, headers=headers)
            # After signing in, a page that only takes posts would be an empty one.
            target = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("home")
            return redirect_to_login(target, settings.LOGIN_URL)
        if not is_there(view, request.actor.school):  # type: ignore[attr-defined]  # set by ActorMiddleware
            raise Http404
        if request.user.must_change_password and not getattr(view, "allows_first_password", False):
            return redirect("accounts:change_password")
        return None


class PressedOnceMiddleware:
    """A post that the same person sends again (a double click, a second try without network) writes nothing.

    It waits for the first one's answer and gets the same, messages included. Views marked `repeatable` are left alone,
    and so is whoever has no session yet: at doors every knock counts.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person, view = _person(request), _view(request) if request.method == "POST" else None
        if view is None or person is None or getattr(view, "is_repeatable", False):
            return self.get_response(request)
        try:
            press = claim(_sent(request, person))
        except StillRunning:
            sentence = "上一次按下的还没有做完。请稍等片刻，再刷新页面看看。"
            return render(request, "errors/domain.html", {"message": sentence}, status=409)
        if press.answer is not None:
            return self._again(request, press.answer)
        try:
            response = self.get_response(request)
        except BaseException:
            release(press)
            raise
        try:
            # A refusal wrote nothing, nor did a gate: the next try is a new one.
            if response.status_code < HTTPStatus.BAD_REQUEST and getattr(request, "is_past_gates", False):
                settle(press, _answer(request, response))
            else:
                release(press)
        except OperationalError as error:
            # What was saved is saved, and is not to be told otherwise because it could not be noted too.
            log_failure("press", page_of(request), error)
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """The last gate is passed, and the view is about to run."""
        request.is_past_gates = True  # type: ignore[attr-defined]  # read above

    def _again(self, request: HttpRequest, answer: dict[str, Any]) -> HttpResponse:
        """What the first press was answered. A file is made anew, and what that writes is taken back."""
        if answer.get("is_file"):
            with transaction.atomic():
                response = self.get_response(request)
                transaction.set_rollback(True)
            return response
        told = messages.get_messages(request)
        waiting = {(message.level, message.message) for message in getattr(told, "_loaded_messages", [])}
        for level, text, tags in answer["messages"]:
            if (level, text) not in waiting:
                messages.add_message(request, level, text, extra_tags=tags)
        if "Location" in answer["headers"]:
            return redirect(answer["headers"]["Location"])
        return HttpResponse(answer["body"], status=answer["status"], headers=answer["headers"])


#: What an answer to a press may be: anything else is a file.
_KEPT_TYPES: Final = ("text/html", "application/json", "text/plain")
_KEPT_HEADERS: Final = ("Content-Type", "Location", "HX-Redirect", "HX-Location", "HX-Refresh", "HX-Trigger")
_MOST_KEPT = 500_000


def _person(request: HttpRequest) -> str | None:
    if isinstance(request.user, User):
        actor: Actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
        return f"user {request.user.pk} {actor.school_id} {actor.bureau_id}"
    return f"session {request.session.session_key}" if request.session.session_key else None


def _view(request: HttpRequest) -> Callable[..., Any] | None:
    try:
        return resolve(request.path_info).func
    except Resolver404:
        return None


def _sent(request: HttpRequest, person: str) -> Sent:
    """Names and values as they came, files by their content; not the token, which is masked anew each time."""
    body = hashlib.sha256()
    typed = False
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for name, values in request.POST.lists():
            if name != "csrfmiddlewaretoken":
                body.update(json.dumps([name, values]).encode())
        for name, files in request.FILES.lists():
            for file in files:
                body.update(json.dumps([name, file.name, file.size]).encode())
                for chunk in file.chunks():
                    body.update(chunk)
                file.seek(0)
        has_words = not UNTYPED.issuperset(request.POST) or bool(request.FILES)
        typed = PRESS_FIELD in request.POST and has_words and "HX-Request" not in request.headers
    else:
        body.update(request.body)
    parts = [request.headers.get(name, "") for name in ("HX-Request", "HX-Target")]
    return Sent(person, request.get_full_path(), json.dumps([*parts, body.hexdigest()]), typed)


def _answer(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    told = [
        (m.level, str(m.message), m.extra_tags) for m in getattr(messages.get_messages(request), "_queued_messages", [])
    ]
    kept: dict[str, Any] = {"messages": told}
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if response.streaming or kind not in _KEPT_TYPES or len(response.content) > _MOST_KEPT:
        return kept | {"is_file": True}
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return kept | {"status": response.status_code, "headers": headers, "body": response.content.decode()}
