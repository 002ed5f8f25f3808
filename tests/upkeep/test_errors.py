"""What is reported of an error of the server: its kind and place, nobody's name, no text, no address."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from core.logs import present_request
from upkeep.errors import options

PERSONAL = ("张三", "13812345678", "Kq3XyZ81abCD", "zhang.san")
Report = Callable[[Exception], dict[str, Any]]


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        """Keep its event."""
        event = envelope.get_event()
        assert event is not None
        self.sent.append(json.loads(json.dumps(event)))


@pytest.fixture
def reported() -> Report:
    """`reported(error)`: what is sent of an error that a request for a slip ends with."""

    def report(error: Exception) -> dict[str, Any]:
        kept = Kept()
        setup = options("https://key@sentry.invalid/1") | {"default_integrations": False}
        client = sentry_sdk.Client(**setup, transport=kept)
        assert not client.should_send_default_pii()
        request = SimpleNamespace(
            number="0123456789abcdef",
            method="POST",
            path="/f/Kq3XyZ81abCD/",
            resolver_match=SimpleNamespace(view_name="family:slip"),
            actor=SimpleNamespace(user_id=7, school_id=3, bureau_id=None),
        )
        token = present_request.set(request)
        try:
            with sentry_sdk.new_scope() as scope:
                scope.set_client(client)
                scope.set_user({"username": "zhang.san"})
                scope.set_extra("note", "张三 13812345678")
                sentry_sdk.add_breadcrumb(message="/f/Kq3XyZ81abCD/")
                sentry_sdk.capture_exception(error)
        finally:
            present_request.reset(token)
        return kept.sent[0]

    return report


def caught(note: str) -> Exception:
    """An error that was raised where a text was at hand."""
    try:
        raise ValueError(note)
    except ValueError as error:
        return error


def test_an_event_holds_kind_place_page_and_keys(reported: Report) -> None:
    event = reported(caught("张三 13812345678"))
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "")
    assert error["stacktrace"]["frames"][-1]["function"] == "caught"
    assert (event["transaction"], event["tags"]) == (
        "family:slip",
        {"request": "0123456789abcdef", "user": "7", "school": "3"},
    )


def test_nothing_personal_is_in_it(reported: Report) -> None:
    said = json.dumps(reported(caught("张三 13812345678")), ensure_ascii=False)
    assert [word for word in PERSONAL if word in said] == []
