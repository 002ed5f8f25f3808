"""What a line of the log may say: of a request its status, its method and which page, never an address; of an error its
kind and its place, never its words.

An address holds keys of slips and pupils, an error's words may quote a name or a text, and so may whatever other
libraries write. What a line is filled with is masked therefore (`masked`); the sentences of the house's own modules,
which are written in the code, stay as they are. Knows none of Django: gunicorn's master and beat write by it too.
"""

import copy
import datetime
import json
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final

#: Who writes sentences of the house; what they are filled with is masked all the same.
OWN: Final = frozenset(
    {
        *("core", "schools", "accounts", "jobs", "notices", "students", "mentors", "records", "upkeep", "mentorship"),
        "__main__",
    }
)
#: The request that this thread or task answers.
present_request: ContextVar[Any] = ContextVar("present_request", default=None)
#: The task that this worker is at: its name and its number.
present_task: ContextVar[tuple[str, str] | None] = ContextVar("present_task", default=None)

#: Nobody needs more of them to find the place.
_FRAMES: Final = 25
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
#: Telephones, identity numbers; not the parts of a job's key.
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z-])\+?\d{7,}[Xx]?(?![0-9A-Za-z-])")
#: Paths whose next part opens something.
_KEYED_PATH: Final = re.compile(r"/(?:f|start|cards|account)/[^\s'\"]*")
#: Names and texts of schools are Chinese, and whatever else is not plain.
_NOT_PLAIN: Final = re.compile(r"[^\x20-\x7e\n]+")


def masked(text: str) -> str:
    """`text` without words that are not plain ASCII, addresses, long numbers and paths with a key."""
    for pattern in (_KEYED_PATH, _ADDRESS, _NUMBER, _NOT_PLAIN):
        text = pattern.sub("…", text)
    return text


class PlainRequestLines(logging.Filter):
    """Rewrites what Django logs of a request that it answered (one line; a traceback only where the server failed), and
    what Celery logs of a task that failed (its arguments and the error's words taken out).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, with its address, its cookies and (below 500) its traceback taken out."""
        request: Any = getattr(record, "request", None)
        if hasattr(request, "resolver_match"):
            status = getattr(record, "status_code", 403)
            record.msg = "%s %s %s"
            record.args = (status, request.method, page_of(request))
            if status < 500:
                record.exc_info = record.exc_text = None
        elif record.name == "celery.app.trace" and isinstance(record.args, Mapping) and "exc" in record.args:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "?"
            record.args = {**record.args, "exc": kind, "traceback": "", "args": "", "kwargs": ""}
        return True


def page_of(request: Any) -> str:
    """The name of the page that a request asks for."""
    match = request.resolver_match
    return match.view_name if match is not None else "no such address"


class LineFormatter(logging.Formatter):
    """One line for people: time, level, logger, message, and the request's number; errors without their words."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the places of an error below it."""
        request = present_request.get()
        number = f" [{request.number}]" if request is not None else ""
        at = datetime.datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")
        line = f"{at} {record.levelname} {record.name} {message_of(record)}{number}"
        return "\n".join([line, *(f"  {place}" for place in places_of(record))])


class JsonFormatter(logging.Formatter):
    """One JSON object a line, of these keys and no other: whoever adds `extra` to a record adds nothing to the line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object; what is not known of is left out."""
        request, task = present_request.get(), present_task.get()
        actor = getattr(request, "actor", None)
        found = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "request": getattr(request, "number", None),
            "page": page_of(request) if request is not None else None,
            "method": getattr(request, "method", None),
            "status": _number(record, "status"),
            "ms": _number(record, "ms"),
            "user": getattr(actor, "user_id", None),
            "school": getattr(actor, "school_id", None),
            "bureau": getattr(actor, "bureau_id", None),
            "task": task[0] if task is not None else None,
            "task_number": task[1] if task is not None else None,
            "process": record.process,
            "error": list(places_of(record)),
        }
        return json.dumps({key: value for key, value in found.items() if value not in (None, [])}, ensure_ascii=False)


def _number(record: logging.LogRecord, name: str) -> int | None:
    value = getattr(record, name, None)
    return value if isinstance(value, int) else None


def message_of(record: logging.LogRecord) -> str:
    """What the record says, on one line, filled with masked values; other libraries' sentences are masked whole."""
    filled = copy.copy(record)
    if isinstance(record.args, Mapping):
        filled.args = {key: _value(value) for key, value in record.args.items()}
    elif record.args:
        filled.args = tuple(_value(value) for value in record.args)
    try:
        said = filled.getMessage()
    except (TypeError, ValueError, KeyError):
        said = "a message that does not fit its values"
    said = said.replace("\n", " ").replace("\r", " ")
    return said if record.name.partition(".")[0] in OWN else masked(said)


def _value(value: object) -> object:
    return value if value is None or isinstance(value, int | float) else masked(str(value))


def places_of(record: logging.LogRecord) -> Iterator[str]:
    """Of the error of a record, and of those it came from: its kind and where it was, the innermost place first."""
    error = record.exc_info[1] if record.exc_info else None
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield type(error).__name__
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-_FRAMES:]):
            yield f"at {frame.filename}:{frame.lineno} {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
