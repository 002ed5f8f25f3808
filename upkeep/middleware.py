"""Answers those who watch over the product, before anything is asked of a session, a host name or the database."""

import time
from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.crypto import constant_time_compare

from upkeep.enums import Standing
from upkeep.health import NEEDED_BY_PAGES, examine

Answer = Callable[[HttpRequest], HttpResponse]


def healthz(_request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """How the parts stand, in one word each: 200 where all work, else 503.

    `?for=pages` asks for what pages cannot do without alone: for a balancer, which would leave people without any page
    because a worker is missing.
    """
    standings = examine()
    needed = NEEDED_BY_PAGES if request.GET.get("for") == "pages" else standings.keys()
    ready = all(standings[name] in (Standing.OK, Standing.WARNING) for name in needed)
    return JsonResponse(
        {"ready": ready, "checks": standings}, status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    )


ANSWERS: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz}


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return constant_time_compare(given, settings.METRICS_TOKEN)


class WatchersMiddleware:
    """The addresses of `ANSWERS`, and `/metrics` for whoever has the token; stands before all other middleware.

    Without `METRICS_TOKEN`, or with another one, there is no such page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.metrics = import_module("upkeep.metrics") if settings.METRICS_TOKEN else None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = ANSWERS.get(request.path_info)
        if self.metrics is not None and request.path_info == "/metrics" and _has_token(request):
            return HttpResponse(self.metrics.figures(), content_type="text/plain; version=0.0.4; charset=utf-8")
        if answer is None:
            began = time.perf_counter()
            response = self.get_response(request)
            if self.metrics is not None:
                self.metrics.count(request, response, time.perf_counter() - began)
            return response
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer(request)
        response.headers["Cache-Control"] = "no-store"
        # Whoever asks every few seconds is told; the log need not be.
        response._has_been_logged = True  # type: ignore[attr-defined]  # read by Django's log_response
        return response
