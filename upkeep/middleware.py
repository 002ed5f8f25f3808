"""Answers those who watch over the product, before anything is asked of a session, a host name or the database."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

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


class WatchersMiddleware:
    """The addresses of `ANSWERS`; stands before all other middleware."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = ANSWERS.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer(request)
        response.headers["Cache-Control"] = "no-store"
        return response
