"""What happens to every response: an uncaught error of the domain becomes a plain page, pages are compressed, and
nothing is kept by anybody.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from core.errors import DomainError
from core.logs import page_of, present_request
from core.nightly import log_failure
from core.saving import refused_by_database

logger = logging.getLogger(__name__)

#: A number that a proxy may give to a request; anything else gets one made here.
_NUMBER = re.compile(r"[0-9A-Za-z-]{8,64}")


class NumberedRequestMiddleware:
    """Each request has a number: the proxy's `X-Request-ID`, or a new one. Lines of the log and the answer carry it.

    One line for each request (INFO): status, method and page, and how long it took.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request.number = given if _NUMBER.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]  # read by core.logs
        token = present_request.set(request)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request.number  # type: ignore[attr-defined]  # set above
            if logger.isEnabledFor(logging.INFO):
                took = {"status": response.status_code, "ms": round((time.perf_counter() - began) * 1000)}
                logger.info("%s %s %s", response.status_code, request.method, page_of(request), extra=took)
            return response
        finally:
            present_request.reset(token)


class DomainErrorMiddleware:
    """Shows the sentence of an uncaught `DomainError` with status 409; nothing was written, its transaction is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page (or, for htmx, a fragment) with the sentence; other exceptions go on."""
        if isinstance(exception, IntegrityError):
            # A view without the tail of forms. Two at once: the database has kept it to one.
            log_failure("page", page_of(request), exception)
            exception = refused_by_database(exception)
        if not isinstance(exception, DomainError):
            return None
        came_from = request.headers.get("Referer", "")
        if (
            exception.code == "nothing_to_print"
            and request.method == "GET"
            and url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
        ):
            # A link to a paper of which there is none: said on the page where it was pressed.
            messages.warning(request, exception.message)
            return redirect(came_from)
        return render(request, "errors/domain.html", {"message": exception.message}, status=409)


#: Sent by static/js/send.js: the page of the form stays until the answer is there.
STAY_HEADER = "X-Stay"


class StayMiddleware:
    """To a form that a script sends, a redirect is told as an address: the script must not follow it unseen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if STAY_HEADER in request.headers and "Location" in response.headers:
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"X-Location": response.headers["Location"]})
        return response


class NoStoreMiddleware:
    """`Cache-Control: no-store` on every answer that does not say itself how long it may be kept.

    Files under `static/` are answered before. A view that says something else writes it out: see docs/security.md.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class CompressPagesMiddleware(GZipMiddleware):
    """Pages go out compressed, with Django's random padding; files are left as they are.

    A PDF or picture gains nothing and would lose its length and its parts.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The response, compressed if it is a page and the browser takes that."""
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
