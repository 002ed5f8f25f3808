"""The first sign-in with an account slip 账号条, and the way back in by mail: a password of one's own, then home."""

from http import HTTPStatus
from typing import Final

from django.contrib.auth import login
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.devices import know_device, visitor
from accounts.forms import FirstPasswordForm, FirstSignInForm, ForgottenForm, OwnPasswordForm
from accounts.models import User
from accounts.queries import actor_for, slip_by_pk, slip_of_key
from accounts.services import set_own_email, use_account_slip
from accounts.services.door import FORGOTTEN, SIGN_IN, Answer, knock, subject_of
from accounts.services.mail import send_password_link, use_password_link, user_of_link
from core.clock import today
from core.gates import public, repeatable
from core.saving import form_saved, show_form

#: In the session: the slip whose code was right, until a password was chosen.
_SLIP: Final = "account_slip"
#: Likewise the account and token of a mailed link.
_LINK: Final = "password_link"
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
        request.session.pop(_LINK, None)
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
    """The password used from now on, chosen after a slip's code or a mailed link; then its person is signed in."""
    slip = slip_by_pk(request.session.get(_SLIP, 0))
    pk, token = request.session.get(_LINK, (0, ""))
    person = slip.user if slip is not None else user_of_link(pk, token)
    if person is None:
        # The second click of two: the first one is through.
        return redirect("home" if isinstance(request.user, User) else "accounts:first")
    form = (FirstPasswordForm if slip is not None else OwnPasswordForm)(person, request.POST or None)

    def choose() -> User:
        password = form.cleaned_data["new"]
        if slip is not None:
            return use_account_slip(slip=slip, password=password)
        return use_password_link(pk=pk, token=token, password=password)

    if done := form_saved(form, choose):
        user = done.value
        for kept in (_SLIP, _LINK):
            request.session.pop(kept, None)
        login(request, user)
        # A family's own phone may stay open for longer; an account does not.
        request.session.set_expiry(None)
        if email := form.cleaned_data.get("email"):
            set_own_email(actor=actor_for(user, scope_key=None, on=today()), user=user, email=email)
        response = redirect("home")
        know_device(request, response, SIGN_IN, subject_of(user.username))
        return response
    return show_form(request, "accounts/own_password.html", form, person=person)


@repeatable
@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for a link by mail. What is answered is the same, whoever asks for whatever."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        username, email = form.cleaned_data["username"], form.cleaned_data["email"]
        subject = subject_of(username)
        # Each time counts, right or wrong: the door keeps the mails few.
        who = visitor(request, FORGOTTEN, subject)
        if knock(FORGOTTEN, subject=subject, visitor=who, is_right=lambda: False) is Answer.SHUT:
            return render(request, "accounts/locked.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        send_password_link(username=username, email=email)
        return render(request, "accounts/forgotten_sent.html")
    return show_form(request, "accounts/forgotten.html", form)


@public
@never_cache
@require_safe
def password_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Where the mailed link leads: on to the page that asks for a password, without the token in its address."""
    if user_of_link(pk, token) is None:
        return render(request, "accounts/link_over.html", status=HTTPStatus.GONE)
    request.session.pop(_SLIP, None)
    request.session[_LINK] = (pk, token)
    request.session.set_expiry(_MINUTES * 60)
    return redirect("accounts:own_password")
