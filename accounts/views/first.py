"""The first sign-in with an account slip 账号条: its code, then a password of one's own, then home."""

from http import HTTPStatus
from typing import Final

from django.contrib.auth import login
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.devices import know_device
from accounts.forms import FirstSignInForm, OwnPasswordForm, subject_of
from accounts.models import User
from accounts.queries import slip_by_pk, slip_of_key
from accounts.services import use_account_slip
from accounts.services.door import SIGN_IN
from core.gates import public, repeatable
from core.saving import form_saved, show_form

#: In the session: the slip whose code was right, until a password was chosen.
_SLIP: Final = "account_slip"
#: So long a password may be chosen after the code.
_MINUTES: Final = 30


@repeatable
@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest, key: str = "") -> HttpResponse:
    """Where the slip's QR code leads; typed by hand, without `key`, the account is asked for, too."""
    named = slip_of_key(key) if key else None
    if key and named is None:
        return redirect("accounts:first")
    form = FirstSignInForm(request, named, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.slip is not None:
        request.session[_SLIP] = form.slip.pk
        request.session.set_expiry(_MINUTES * 60)
        return redirect("accounts:own_password")
    if form.has_error(NON_FIELD_ERRORS, "shut"):
        return render(request, "accounts/locked.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    return show_form(request, "accounts/first.html", form, slip=named)


@repeatable
@public
@never_cache
@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """The password that the person will use from now on; then they are signed in."""
    slip = slip_by_pk(request.session.get(_SLIP, 0))
    if slip is None:
        # The second click of two: the first one is through.
        return redirect("home" if isinstance(request.user, User) else "accounts:first")
    form = OwnPasswordForm(slip.user, request.POST or None)
    if done := form_saved(form, lambda: use_account_slip(slip=slip, password=form.cleaned_data["new"])):
        request.session.pop(_SLIP, None)
        login(request, done.value)
        # A family's own phone may stay open for longer; an account does not.
        request.session.set_expiry(None)
        response = redirect("home")
        know_device(request, response, SIGN_IN, subject_of(done.value.username))
        return response
    return show_form(request, "accounts/own_password.html", form, person=slip.user)
