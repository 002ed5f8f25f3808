"""Turns errors of the domain that a view let through into a plain page instead of a traceback."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import DomainError


class DomainErrorMiddleware:
    """Shows the sentence of an uncaught `DomainError` with status 409; nothing was written, its transaction is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page (or, for htmx, a fragment) with the sentence; other exceptions go on."""
        if not isinstance(exception, DomainError):
            return None
        return render(request, "errors/domain.html", {"message": exception.message}, status=409)
