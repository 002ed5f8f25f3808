"""Opening the software 开通 in the browser: the first administrator with a school or a bureau, as long as nobody is."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.devices import know_device
from accounts.forms import OpeningBureauForm, OpeningSchoolForm
from accounts.models import User
from accounts.queries import nobody_yet
from accounts.services import open_house
from accounts.services.door import SIGN_IN, subject_of
from core.clock import today
from core.gates import public, repeatable
from core.saving import form_saved, show_form
from schools.days import start_year_of

#: In the address: a bureau is opened, not a school.
BUREAU = "bureau"


@repeatable
@public
@never_cache
@sensitive_post_parameters("code", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The form; done, the person is signed in and goes home, where a new school's first weeks begin."""
    if not nobody_yet():
        if request.method == "POST" and isinstance(request.user, User):
            # The second click of two: the first one is through.
            return redirect("home")
        raise Http404
    is_bureau = request.GET.get("for") == BUREAU
    initial = {"code": request.GET.get("code", ""), "start_year": start_year_of(today())}
    form = (OpeningBureauForm if is_bureau else OpeningSchoolForm)(request, request.POST or None, initial=initial)
    if done := form_saved(form, lambda: open_house(person=form.person, opens=form.opens)):
        login(request, done.value)
        request.session.set_expiry(None)
        messages.success(request, "开通好了。")
        response = redirect("home")
        know_device(request, response, SIGN_IN, subject_of(done.value.username))
        return response
    if form.has_error(NON_FIELD_ERRORS, "shut"):
        return render(request, "accounts/locked.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    return show_form(request, "accounts/start.html", form, is_bureau=is_bureau, code=initial["code"])
