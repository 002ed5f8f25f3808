"""Signing in and out, the own password, and the choice between several scopes."""

from django.contrib.auth import login, logout, update_session_auth_hash
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.devices import know_device
from accounts.enums import AuditKind
from accounts.forms import ChangePasswordForm, SignInForm
from accounts.http import ActorRequest
from accounts.middleware import SCOPE_SESSION_KEY
from accounts.models import User
from accounts.queries import actor_for, nobody_yet, scopes_of
from accounts.services import audit, change_own_password, note_refused
from accounts.services.door import SIGN_IN, subject_of
from core.clock import today
from core.gates import allows_first_password, public, repeatable
from core.ownpaths import own_path


@repeatable
@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; afterwards to the page that was asked for, on this site only.

    Where nobody has an account yet it leads to 开通.
    """
    target = own_path(request.POST.get("next") or request.GET.get("next") or "")
    if isinstance(request.user, User) and request.method != "POST":
        return redirect(target or "home")
    if request.method != "POST" and nobody_yet():
        return redirect("start")
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        login(request, user)
        # A family's own phone may stay open for longer; an account does not.
        request.session.set_expiry(None)
        actor = actor_for(user, scope_key=None, on=today())
        audit(actor=actor, verb="sign_in", target=user, kind=AuditKind.ACCOUNT)
        response = redirect(target or "home")
        know_device(request, response, SIGN_IN, subject_of(user.username))
        return response
    if form.has_error(NON_FIELD_ERRORS, "invalid_login"):
        note_refused(form.cleaned_data["username"])
    if form.has_error(NON_FIELD_ERRORS, "shut"):
        return render(request, "accounts/locked.html", status=429)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/sign_in.html", {"form": form, "next": target}, status=status)


@allows_first_password
@require_POST
def sign_out(request: ActorRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("accounts:sign_in")


@allows_first_password
@never_cache
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: ActorRequest) -> HttpResponse:
    """Change the own password; other devices are signed out."""
    form = ChangePasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_own_password(actor=request.actor, user=request.user, password=form.cleaned_data["new"])
        update_session_auth_hash(request, request.user)
        return redirect("home")
    return render(
        request,
        "accounts/password_change.html",
        {"form": form, "first_password": request.user.must_change_password},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def choose_scope(request: ActorRequest) -> HttpResponse:
    """Choose between several schools or bureaus in which the person has roles."""
    scopes = scopes_of(request.user, on=request.actor.today)
    wanted = request.POST.get("scope", "")
    if request.method == "POST" and wanted in {scope.key for scope in scopes}:
        request.session[SCOPE_SESSION_KEY] = wanted
        return redirect("home")
    kind, key = ("school", request.actor.school_id) if request.actor.school_id else ("bureau", request.actor.bureau_id)
    return render(request, "accounts/choose_scope.html", {"scopes": scopes, "current_key": f"{kind}-{key}"})
