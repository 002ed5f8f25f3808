"""The gate of the pages that a paper slip opens: no account, a code and the end of a phone number.

What was opened is remembered in the session as a signed mark that names the slip: on a phone that is said to be the own
one for 30 days, else until nobody has touched it for 30 minutes. Whoever shows pages to families decorates their views
with `private` and `with_slip`.
"""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from accounts.devices import was_signed_in
from core.gates import public
from schools.modules import is_there
from students.models import FamilySlip
from students.queries import slips_sharing_a_phone, valid_slip, valid_slips

#: On a phone that is handed on: since somebody last asked for a page.
LENT_FOR: Final = datetime.timedelta(minutes=30)
#: On the family's own.
OWN_FOR: Final = datetime.timedelta(days=30)
#: What was being typed when a page shut is kept for so long.
TYPED_FOR: Final = datetime.timedelta(minutes=15)
MOST_TYPED: Final = 20_000
SESSION_KEY: Final = "family_slips"
TYPED_KEY: Final = "family_typed"
SALT: Final = "family-slip-access"
# The page that asks for the code; it stands in the rightmost app that has family pages.
DOOR: Final = "family:slip"
#: Not written by a person, or not to be shown.
NOT_WORDS: Final = ("csrfmiddlewaretoken",)

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


@dataclass(slots=True)
class FamilyHere:
    """What the head of a family's page shows: the slip, brothers and sisters to switch to, and who is looking."""

    slip: FamilySlip
    siblings: list[FamilySlip] = field(default_factory=list)
    #: Somebody of the staff is, or was, signed in on this device: nothing counts as read by the family.
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that came after its page had shut."""

    path: str
    fields: list[tuple[str, str]]


def private(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Open to people without an account; nothing stays in a shared phone's cache, no other site learns the link."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        if getattr(request, "family", None) is not None:
            # Its head has a button that ends the looking.
            posts_here(response)
        return response

    return public(guarded)


def posts_here(response: R) -> R:
    """`response` with a form that posts to this site: with no-referrer a browser sends "Origin: null", which the CSRF
    check has to refuse.
    """
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def with_slip(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Hands the opened slip to `view`; without one, back to the question, with what was typed kept for a while."""

    @wraps(view)
    def guarded(request: HttpRequest, key: str, **kwargs: Any) -> HttpResponseBase:
        found = valid_slip(key)
        if found is None or not is_open(request, found):
            kept = found is not None and _keep_typed(request, found)
            messages.info(
                request,
                "页面放久了，已自动关上。您写的内容还在，请再输入一次凭条码。"
                if kept
                else "请先输入凭条码和手机号后四位。",
            )
            return redirect(DOOR, key=key)
        here = request.resolver_match
        if here is not None and not is_there(here.func, found.school):
            raise Http404
        _touch(request, found)
        if request.method == "POST":
            request.session.pop(TYPED_KEY, None)
        request.family = _here(request, found)  # type: ignore[attr-defined]  # read by templates/family/_bar.html
        return view(request, found, **kwargs)

    return guarded


def remember(request: HttpRequest, opened: FamilySlip, *, own: bool = False) -> None:
    """Note in the session that `opened` was opened with its code; `own` on the family's own phone."""
    # A new session key: one that somebody planted before opens nothing.
    request.session.cycle_key()
    own = own and not request.user.is_authenticated
    _mark(request, opened, own=own)
    if own:
        request.session.set_expiry(int(OWN_FOR.total_seconds()))


def is_open(request: HttpRequest, found: FamilySlip) -> bool:
    """Whether `found` was opened in this session and has not shut since."""
    return _age(request, found) is not None


def opened_here(request: HttpRequest) -> list[FamilySlip]:
    """The slips that are open in this session and still good, by name. One query, none without any."""
    marks = request.session.get(SESSION_KEY, {})
    keys = [int(pk) for pk in marks if pk.isdigit() and _age_of(marks[pk], int(pk)) is not None]
    return valid_slips(keys) if keys else []


def forget(request: HttpRequest) -> None:
    """End the looking on this device: all slips that it opened, and what was being typed."""
    if request.user.is_authenticated:
        for key in list(request.session.keys()):
            if key.startswith(("family_", "tree_hole")):
                del request.session[key]
        return
    request.session.flush()


def typed_before(request: HttpRequest, opened: FamilySlip) -> Typed | None:
    """What was sent from a page of `opened` after it had shut, for a quarter of an hour."""
    kept = request.session.get(TYPED_KEY)
    if not kept or kept["slip"] != opened.pk or kept["at"] < time.time() - TYPED_FOR.total_seconds():
        return None
    return Typed(kept["path"], [(name, value) for name, value in kept["fields"]])


def is_staff_browser(request: HttpRequest) -> bool:
    """Whether somebody of a school's staff is signed in here, or has been on this device."""
    return request.user.is_authenticated or was_signed_in(request)


def _here(request: HttpRequest, found: FamilySlip) -> FamilyHere:
    marks = request.session.get(SESSION_KEY, {})
    others = [int(pk) for pk in marks if pk != str(found.pk) and _age_of(marks[pk], int(pk)) is not None]
    siblings = slips_sharing_a_phone(found, others) if others else []
    return FamilyHere(found, siblings, is_staff_browser(request))


def _keep_typed(request: HttpRequest, found: FamilySlip) -> bool:
    if request.method != "POST" or str(found.pk) not in request.session.get(SESSION_KEY, {}):
        return False
    fields = [(n, value) for n, values in request.POST.lists() if n not in NOT_WORDS for value in values]
    if sum(len(value) for _, value in fields) > MOST_TYPED:
        return False
    request.session[TYPED_KEY] = {
        "slip": found.pk,
        "path": request.get_full_path(),
        "fields": [[name, str(value)] for name, value in fields],
        "at": time.time(),
    }
    return True


def _mark(request: HttpRequest, opened: FamilySlip, *, own: bool) -> None:
    marks = dict(request.session.get(SESSION_KEY, {}))
    marks[str(opened.pk)] = signing.dumps([opened.pk, own, int(time.time())], salt=SALT)
    request.session[SESSION_KEY] = marks


def _touch(request: HttpRequest, found: FamilySlip) -> None:
    """Somebody is looking: on a lent phone the half hour begins anew, written once a minute."""
    age = _age(request, found)
    if age is not None and not age.own and age.seconds > 60:
        _mark(request, found, own=False)


@dataclass(frozen=True, slots=True)
class _Age:
    own: bool
    seconds: float


def _age(request: HttpRequest, found: FamilySlip) -> _Age | None:
    return _age_of(request.session.get(SESSION_KEY, {}).get(str(found.pk), ""), found.pk)


def _age_of(mark: str, pk: int) -> _Age | None:
    """How old a mark is; None where it is not ours, of another slip, or over."""
    try:
        slip_id, own, at = signing.loads(mark, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    seconds = time.time() - at
    limit = OWN_FOR if own else LENT_FOR
    return _Age(bool(own), seconds) if slip_id == pk and seconds < limit.total_seconds() else None
