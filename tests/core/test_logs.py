"""Lines of the log say what happened and where; neither a name nor a text can get into them."""

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from core import middleware
from core.logs import JsonFormatter, LineFormatter, PlainRequestLines, masked, present_task
from tests.cast import SchoolCast

#: What personal things look like: a name, a telephone, an identity number, an address, a slip's address.
PERSONAL = ("张三", "13812345678", "34020219990101123X", "zhang.san@school.invalid", "/f/Kq3XyZ81abCD/letters/")
KEYS = {
    *("time", "level", "logger", "message", "request", "page", "method", "status", "ms"),
    *("user", "school", "bureau", "task", "task_number", "process", "error"),
}


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """`lines()`: what was logged since, as the JSON log writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(PlainRequestLines())
    handler.setFormatter(JsonFormatter())
    root, requests = logging.getLogger(), logging.getLogger(middleware.__name__)
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    requests.setLevel(logging.NOTSET)


def written(name: str, message: str, *args: object, error: BaseException | None = None, **extra: object) -> list[str]:
    """A record of the logger `name` as both formats write it."""
    failed = (type(error), error, error.__traceback__) if error is not None else None
    found = []
    for formatter in (JsonFormatter(), LineFormatter()):
        record = logging.LogRecord(name, logging.ERROR, "", 0, message, None, failed)
        record.args = args[0] if args and isinstance(args[0], dict) else args
        record.__dict__ |= extra
        PlainRequestLines().filter(record)
        found.append(formatter.format(record))
    return found


def caught(error: Exception, cause: Exception | None = None) -> Exception:
    """The error as it is once it was raised."""
    try:
        raise error from cause
    except Exception as found:
        return found


@pytest.mark.parametrize("personal", PERSONAL)
def test_nothing_personal_gets_in_by_values_errors_extras_or_other_libraries(personal: str) -> None:
    tried = [
        *written("records.tasks", "%s of %d failed", personal, 3),
        *written("accounts.services", "%(who)s", {"who": personal}),
        *written("weasyprint", f"Ignored {personal}"),
        *written("gunicorn.error", "Error handling request %s", personal),
        *written("django.db", "x", error=caught(ValueError(personal), caught(KeyError(personal)))),
        *written("records", "x", who=personal, page=personal, status=personal, request_number=personal),
        *written(
            "celery.app.trace",
            "Task %(name)s[%(id)s] %(description)s: %(exc)s",
            {
                "name": "records.purge",
                "id": "7",
                "description": "raised unexpected",
                "exc": f"ValueError('{personal}')",
                "traceback": personal,
                "args": personal,
                "kwargs": personal,
            },
            error=caught(ValueError(personal)),
        ),
    ]
    assert [line for line in tried if personal in line or personal[:8] in line] == []


@given(st.text(alphabet=st.characters(min_codepoint=0x80), min_size=1))
def test_no_character_that_is_not_plain_gets_through(text: str) -> None:
    assert re.search(r"[^\x20-\x7e…]", masked(f"a {text} b")) is None


def test_what_helps_stays() -> None:
    line, words = written(
        "records.tasks", "item %s of %d: %s", "0b4f7a1e-5f0b-4c6e-9d7a-1234567890ab", 3, "OSError at work.py:112"
    )
    assert json.loads(line)["message"] == "item 0b4f7a1e-5f0b-4c6e-9d7a-1234567890ab of 3: OSError at work.py:112"
    assert words.endswith("records.tasks item 0b4f7a1e-5f0b-4c6e-9d7a-1234567890ab of 3: OSError at work.py:112")


def test_sentences_of_the_house_stay_chinese() -> None:
    assert json.loads(written("accounts.services.opening", "还没有账号。")[0])["message"] == "还没有账号。"


def test_an_error_is_its_kind_and_its_places() -> None:
    (line, _) = written("django.request", "x", error=caught(ValueError("张三"), caught(KeyError("李四"))))
    found = json.loads(line)
    assert [place for place in found["error"] if not place.startswith("at ")] == ["ValueError", "KeyError"]
    assert re.fullmatch(r"at .*test_logs\.py:\d+ caught", found["error"][1])
    assert set(found) <= KEYS


def test_a_message_that_breaks_its_line_or_does_not_fit_is_one_line() -> None:
    assert [len(line.splitlines()) for line in written("records", "a %s", "b\nc\r\nd")] == [1, 1]
    assert json.loads(written("records", "%d", "x")[0])["message"] == "a message that does not fit its values"


def test_a_request_is_one_line_with_keys_and_the_proxys_number(
    qingzhu: SchoolCast, client_of: Callable[[User], Client], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client = client_of(qingzhu.mentor)
    answer = client.get(f"{reverse('notices:inbox')}?q=张三", headers={"X-Request-ID": "0123456789abcdef"})
    (line,) = lines()
    assert answer.headers["X-Request-ID"] == "0123456789abcdef"
    assert line.pop("time") < "9999"
    assert line.pop("ms") >= 0
    assert line == {
        "level": "INFO",
        "logger": "core.middleware",
        "message": "200 GET notices:inbox",
        "request": "0123456789abcdef",
        "page": "notices:inbox",
        "method": "GET",
        "status": 200,
        "user": qingzhu.mentor.pk,
        "school": qingzhu.school.pk,
        "process": os.getpid(),
    }


@pytest.mark.parametrize("given", ["", "short", "张三张三张三张三", "a" * 65, "abc def ghi", "abcdefgh\x1b[0m"])
def test_a_number_that_is_none_is_made_anew(client: Client, given: str) -> None:
    number = client.get("/f/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", number)


def test_a_slips_address_and_what_broke_are_not_in_the_lines_of_a_failed_request(
    db: None, monkeypatch: pytest.MonkeyPatch, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """Seen: the traceback of an error 500 ended with the error's words, `duplicate key: (张三)`."""

    def fail(*_: object) -> None:
        raise ValueError("张三 13812345678")

    monkeypatch.setattr("accounts.middleware.PressedOnceMiddleware.process_view", fail)
    client = Client(raise_request_exception=False)
    assert client.get("/f/Kq3XyZ81abCD/").status_code == 500
    found = json.dumps(lines(), ensure_ascii=False)
    assert [word for word in ("张三", "13812345678", "Kq3XyZ81abCD") if word in found] == []
    assert [line["message"] for line in lines()][-2:] == ["500 GET family:slip", "500 GET family:slip"]


def test_lines_of_a_worker_say_their_task() -> None:
    token = present_task.set(("records.purge", "7"))
    try:
        line = json.loads(written("records", "x")[0])
    finally:
        present_task.reset(token)
    assert (line["task"], line["task_number"]) == ("records.purge", "7")


def test_workers_and_gunicorn_log_by_the_same_rules() -> None:
    script = (
        "import logging, logging.config, runpy; from mentorship.celery import app; import django; django.setup(); "
        "app.log.setup('WARNING'); logging.getLogger('celery.app.trace').error('%s', '张三'); "
        "from gunicorn.config import Config; from gunicorn.glogging import Logger; cfg = Config(); "
        "cfg.set('logconfig_dict', runpy.run_path('gunicorn.conf.py')['logconfig_dict']); "
        "Logger(cfg).error('Error handling request %s', '/f/Kq3XyZ81abCD/')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
        env={**os.environ, "LOG_FORMAT": "json", "VAR_DIR": str(settings.VAR_DIR)},
    )
    assert [(line["logger"], line["message"]) for line in map(json.loads, done.stderr.splitlines())] == [
        ("celery.app.trace", "…"),
        ("gunicorn.error", "Error handling request …"),
    ]
