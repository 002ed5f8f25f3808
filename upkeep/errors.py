"""Errors of the server reported to Sentry (or GlitchTip) where `SENTRY_DSN` names one: their kind and place, no words.

What goes out is built anew from a closed list, so that nothing a later version of the library adds leaves the house.
"""

from collections.abc import Mapping
from typing import Any, Final

import sentry_sdk
from sentry_sdk.types import Event, Hint

from core.logs import masked, page_of, present_request, present_task
from upkeep.version import product_version

_KEPT: Final = ("event_id", "timestamp", "level", "platform", "release", "environment", "logger", "sdk")
_OF_FRAME: Final = ("filename", "abs_path", "function", "module", "lineno", "in_app")


def options(dsn: str) -> dict[str, Any]:
    """How the library is set up: no person, no body, no variables, no lines of the log, no traces of what went well."""
    return {
        "dsn": dsn,
        "release": product_version() or None,
        # send_default_pii is off unless somebody sets it; naming it is deprecated.
        "include_local_variables": False,
        "include_source_context": False,
        "max_request_body_size": "never",
        "max_breadcrumbs": 0,
        "auto_session_tracking": False,
        "traces_sample_rate": None,
        "before_send": without_words,
    }


def report_errors(dsn: str) -> None:
    """From now on."""
    sentry_sdk.init(**options(dsn))


def without_words(event: Event, _hint: Hint) -> Event:
    """The event with its kind, places, page and keys, and nothing else."""
    found: dict[str, Any] = {key: event[key] for key in _KEPT if key in event}
    values = (event.get("exception") or {}).get("values") or []
    found["exception"] = {"values": [_error(value) for value in values]}
    entry = event.get("logentry") or {}
    if message := entry.get("message"):
        found["logentry"] = {"message": masked(str(message))}
    request, task = present_request.get(), present_task.get()
    actor = getattr(request, "actor", None)
    page = page_of(request) if request is not None else task[0] if task is not None else ""
    tags = {
        "request": getattr(request, "number", None),
        "user": getattr(actor, "user_id", None),
        "school": getattr(actor, "school_id", None),
        "task": task[1] if task is not None else None,
    }
    found["transaction"] = page
    found["tags"] = {key: str(value) for key, value in tags.items() if value is not None}
    return found  # type: ignore[return-value]  # an event of fewer keys


def _error(value: Mapping[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or []
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": "",
        "stacktrace": {"frames": [{key: frame[key] for key in _OF_FRAME if key in frame} for frame in frames]},
    }
