"""Figures for whoever has the token: of what was answered, and of what stands in the database."""

import datetime
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as house
from django.test import Client
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from accounts.models import User
from core.clock import now
from jobs.enums import JobState
from jobs.models import Job
from tests.cast import SchoolCast
from upkeep import health, metrics
from upkeep.enums import PulseKind, Standing
from upkeep.models import Pulse
from upkeep.queries.schedule import SWEEP

TOKEN = "a-token-of-the-test"
Figures = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def with_token(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`METRICS_TOKEN` is set, and the parts are well."""
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(metrics, "examine", lambda: {"database": Standing.OK, "broker": Standing.FAILED})
    health.forget_answers()
    yield
    health.forget_answers()


def asked(client: Client, token: str = TOKEN) -> Figures:
    """The figures by name and labels, these in the order of their names."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    found = text_string_to_metric_families(answer.content.decode())
    return {
        (one.name, tuple(one.labels[key] for key in sorted(one.labels))): one.value
        for family in found
        for one in family.samples
    }


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "another"])
def test_without_the_token_there_is_no_such_page(settings: Settings, client: Client, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/metrics", headers=headers).status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/metrics", headers=headers).status_code == 404


def test_requests_are_counted_by_page_method_and_status(
    qingzhu: SchoolCast, with_token: None, client_of: Callable[[User], Client]
) -> None:
    client = client_of(qingzhu.mentor)
    labels = ("GET", "notices:inbox", "200")
    before = asked(client).get(("mentorship_requests_total", labels), 0)
    client.get(reverse("notices:inbox"))
    client.generic("VERSION", "/f/Kq3XyZ81abCD/")
    found = asked(client)
    assert found["mentorship_requests_total", labels] == before + 1
    assert found["mentorship_request_seconds_count", ("notices:inbox",)] >= 1
    said = " ".join(label for _name, found_labels in found for label in found_labels)
    assert [word for word in ("Kq3XyZ81abCD", "VERSION") if word in said] == []


def test_what_stands_in_the_database_is_asked_at_once(db: None, qingzhu: SchoolCast, with_token: None) -> None:
    moment = now()
    Pulse.objects.create(kind=PulseKind.WORKER, name="one@host", queues="default mail papers", seen_at=moment)
    Pulse.objects.create(kind=PulseKind.TASK, name=SWEEP, seen_at=moment, done_at=moment, failures=2)
    for state in (JobState.FAILED, JobState.FAILED, JobState.QUEUED):
        Job.objects.create(
            school=qingzhu.school, kind="letters", state=state, expires_at=moment + datetime.timedelta(days=1)
        )
    found = asked(Client())
    assert {key: found[key] for key in found if key[0] in ("mentorship_part_ok", "mentorship_jobs")} == {
        ("mentorship_part_ok", ("database",)): 1,
        ("mentorship_part_ok", ("broker",)): 0,
        ("mentorship_jobs", ("waiting",)): 1,
        ("mentorship_jobs", ("failed",)): 2,
        ("mentorship_jobs", ("partly",)): 0,
    }
    assert (found["mentorship_workers", ()], found["mentorship_task_failures", (SWEEP,)]) == (1, 2)
    assert 0 <= found["mentorship_oldest_job_seconds", ()] < 60


def test_a_database_that_does_not_answer_leaves_the_other_figures(
    with_token: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No query is asked: this test has no database."""
    monkeypatch.setattr(metrics, "examine", lambda: {"database": Standing.FAILED})
    found = asked(Client())
    assert (found["mentorship_part_ok", ("database",)], ("mentorship_workers", ()) in found) == (0, False)


def test_a_process_without_token_or_errors_to_report_loads_neither_library() -> None:
    script = (
        "import sys, django; django.setup(); from django.core.wsgi import get_wsgi_application; get_wsgi_application();"
        "print([name for name in ('prometheus_client', 'sentry_sdk') if name in sys.modules])"
    )
    clean = {key: value for key, value in os.environ.items() if key not in ("METRICS_TOKEN", "SENTRY_DSN")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=house.BASE_DIR,
        env=clean | {"VAR_DIR": str(house.VAR_DIR), "DJANGO_SETTINGS_MODULE": "mentorship.settings"},
    )
    assert done.stdout == "[]\n"
