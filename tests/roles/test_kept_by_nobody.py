"""No answer stays in a cache, and no line of the log tells an address or a name."""

import datetime
import logging
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.logs import PlainRequestLines
from core.tasks import clear_sessions
from tests.cast import SchoolCast
from tests.roles.test_url_matrix import MATRIX
from tests.roles.world import build_world

# Named by a hash of what they show, or a picture that a page shows often: in the own browser, and there not for long.
MAY_BE_KEPT = {
    "mentor_cards:photo": "private, max-age=300",
    "mentor_cards:shared_photo": "private, max-age=300",
}


@pytest.mark.parametrize("part", ["anonymous", "admin", "office", "mentor"])
def test_no_answer_is_kept(
    qingzhu: SchoolCast, other: SchoolCast, client_of: Callable[[User], Client], part: str
) -> None:
    """17 signed-in addresses had no `Cache-Control` at all, refusals and redirects neither."""
    world = build_world(qingzhu, other)
    client = world.client(part, client_of)
    kept = {}
    for name, (method, _) in MATRIX.items():
        answer = client.get(world.url(name)) if method == "GET" else client.post(world.url(name))
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            kept[name] = answer.headers.get("Cache-Control", "")
    assert kept == {name: said for name, said in MAY_BE_KEPT.items() if name in kept}


def test_a_refusal_is_one_line_without_key_name_or_traceback(
    qingzhu: SchoolCast, client_of: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    """Each 403 wrote a traceback with the slip's key; 404 and 405 wrote the key too."""
    caplog.handler.addFilter(PlainRequestLines())
    client = client_of(qingzhu.mentor)
    with caplog.at_level(logging.WARNING):
        client.get(reverse("office:class", args=[qingzhu.class_one.pk]))
        client.get(reverse("family:letter", args=["a-secret-key", 7]))
        client.delete(reverse("family:slip", args=["a-secret-key"]))
        client.get("/f/a-secret-key/nothing/")
        Client(enforce_csrf_checks=True).post(reverse("family:slip", args=["a-secret-key"]), {"code": "abcdefgh"})
    lines = [logging.Formatter("%(message)s").format(record) for record in caplog.records]
    assert lines == [
        "403 GET office:class",
        "405 DELETE family:slip",
        "404 GET no such address",
        "403 POST family:slip",
    ]


def test_an_error_of_the_server_keeps_its_traceback() -> None:
    request = RequestFactory().get("/f/key/")
    request.resolver_match = None
    failed = (ValueError, ValueError(), None)
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s", ("/f/key/",), failed)
    record.__dict__ |= {"request": request, "status_code": 500}
    assert (PlainRequestLines().filter(record), record.exc_info is not None) == (True, True)


def test_sessions_that_are_over_go_each_night(qingzhu: SchoolCast) -> None:
    """Sessions were never cleaned: each opened slip stayed in the table."""
    for hours in (-1, 1):
        Session.objects.create(
            session_key=f"key{hours}", session_data="", expire_date=timezone.now() + datetime.timedelta(hours=hours)
        )
    clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["key1"]
