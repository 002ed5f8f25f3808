"""The page of an error of the server: whether the product is at fault, or the machine lacks something for a while."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from core.shortage import is_shortage

#: Seconds after which it is worth another try.
AGAIN_AFTER = 30


def server_error(_request: HttpRequest) -> HttpResponse:
    """503 with its own words where the database, the disk or memory does not serve just now, else 500.

    Asks nothing of the database: a page with a navigation would fail as the first one did.
    """
    if is_shortage(sys.exc_info()[1]):
        page = render_to_string("503.html")
        return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(AGAIN_AFTER)})
    return HttpResponse(render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)
