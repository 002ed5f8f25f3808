"""The gate of the pages that a paper slip opens: no account, a code and the end of a phone number.

What was opened is remembered in the session as a signed mark that names the slip and holds for two hours. Whoever
shows pages to families decorates their views with `private` and `with_slip`.
"""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from core.gates import public
from students.models import FamilySlip
from students.queries import valid_slip

ACCESS_FOR: Final = datetime.timedelta(hours=2)
SESSION_KEY: Final = "family_slips"
SALT: Final = "family-slip-access"
# The page that asks for the code; it stands in the rightmost app that has family pages.
DOOR: Final = "family:slip"

P = ParamSpec("P")


def private(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Open to people without an account; nothing stays in a shared phone's cache, no other site learns the link."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return public(guarded)


def posts_here(response: HttpResponse) -> HttpResponse:
    """`response` with a form that posts to this site: with no-referrer a browser sends "Origin: null", which the CSRF
    check has to refuse.
    """
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def with_slip(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands the opened slip to `view`; without one, back to the question."""

    @wraps(view)
    def guarded(request: HttpRequest, key: str, **kwargs: Any) -> HttpResponse:
        found = valid_slip(key)
        if found is None or not is_open(request, found):
            messages.info(request, "请先输入凭条码和手机号后四位。")
            return redirect(DOOR, key=key)
        return view(request, found, **kwargs)

    return guarded


def remember(request: HttpRequest, opened: FamilySlip) -> None:
    """Note in the session that `opened` was opened with its code."""
    # A new session key: one that somebody planted before opens nothing.
    request.session.cycle_key()
    marks = dict(request.session.get(SESSION_KEY, {}))
    marks[str(opened.pk)] = signing.dumps(opened.pk, salt=SALT)
    request.session[SESSION_KEY] = marks


def is_open(request: HttpRequest, found: FamilySlip) -> bool:
    """Whether `found` was opened in this session, not more than `ACCESS_FOR` ago."""
    mark = request.session.get(SESSION_KEY, {}).get(str(found.pk), "")
    try:
        return bool(signing.loads(mark, salt=SALT, max_age=ACCESS_FOR) == found.pk)
    except signing.BadSignature:
        return False
