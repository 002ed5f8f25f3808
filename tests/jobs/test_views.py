"""The pages of background jobs: who sees what, and downloads."""

import datetime
import uuid
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, RoleGrant, User
from core.clock import now
from jobs import work
from jobs.enums import JobState
from jobs.models import Job, ResultFile
from tests.jobs.conftest import Cast, papers


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def finished(cast: Cast) -> Job:
    job = papers(cast, 2)
    work.run_job(job.pk)
    job.refresh_from_db()
    return job


def urls_of(job: Job) -> dict[str, str]:
    return {
        "detail": reverse("jobs:detail", args=[job.pk]),
        "download": reverse("jobs:download", args=[job.files.get(final=True).pk]),
    }


def test_each_person_gets_what_is_theirs(cast: Cast, finished: Job) -> None:
    urls = urls_of(finished)
    answers = {
        user.username: {name: client_of(user).get(url).status_code for name, url in urls.items()}
        for user in (cast.author, cast.office, cast.mentor, cast.stranger)
    }
    assert answers == {
        "author": {"detail": 200, "download": 200},
        # Oversees the job but may not read what another person took out.
        "office": {"detail": 200, "download": 403},
        "mentor": {"detail": 403, "download": 403},
        "stranger": {"detail": 404, "download": 404},
    }
    assert client_of(cast.author).get(reverse("jobs:download", args=[uuid.uuid4()])).status_code == 404


def test_a_person_who_lost_the_role_cannot_download_any_more(cast: Cast, finished: Job) -> None:
    RoleGrant.objects.filter(user=cast.author).update(role="mentor")
    answers = {name: client_of(cast.author).get(url).status_code for name, url in urls_of(finished).items()}
    assert answers == {"detail": 200, "download": 403}


def test_parts_cannot_be_downloaded(cast: Cast) -> None:
    job = papers(cast, 1)
    item = work.claim_item(job.pk)
    assert item is not None
    work.run_item(item)
    url = reverse("jobs:download", args=[ResultFile.objects.get().pk])
    assert client_of(cast.author).get(url).status_code == 403


def test_a_download_is_private_named_and_written_into_the_audit(cast: Cast, finished: Job) -> None:
    answer = client_of(cast.author).get(urls_of(finished)["download"])
    assert answer.getvalue()[:2] == b"PK"
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('全校寄语.zip')}"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Type"] == "application/zip"
    entry = AuditEntry.objects.get(verb="download_result")
    assert (entry.user, entry.school, entry.kind) == (cast.author, cast.school, "read")


def test_an_expired_file_gets_a_page_that_says_so(cast: Cast, finished: Job) -> None:
    ResultFile.objects.update(expires_at=now() - datetime.timedelta(days=1))
    answer = client_of(cast.author).get(urls_of(finished)["download"])
    assert answer.status_code == 410
    assert "文件已过期" in answer.content.decode()


def test_progress_is_polled_until_the_job_is_over(cast: Cast) -> None:
    job = papers(cast, 2)
    url = reverse("jobs:progress", args=[job.pk])
    client = client_of(cast.author)
    before = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{url}"' in before
    assert "<html" not in before
    assert 'value="0" max="2"' in before
    work.run_job(job.pk)
    after = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in after
    assert 'value="2" max="2"' in after
    assert "全校寄语.zip" in after


def test_without_javascript_the_fragments_address_leads_to_the_page(cast: Cast) -> None:
    job = papers(cast, 1)
    answer = client_of(cast.author).get(reverse("jobs:progress", args=[job.pk]))
    assert answer["Location"] == reverse("jobs:detail", args=[job.pk])


def test_the_author_and_the_office_can_cancel_and_others_cannot(cast: Cast) -> None:
    answers = {}
    for user in (cast.stranger, cast.mentor, cast.office, cast.author):
        job = papers(cast, 1)
        code = client_of(user).post(reverse("jobs:cancel", args=[job.pk])).status_code
        job.refresh_from_db()
        answers[user.username] = (code, job.state)
    assert answers == {
        "stranger": (404, JobState.QUEUED),
        "mentor": (403, JobState.QUEUED),
        "office": (302, JobState.CANCELLED),
        "author": (302, JobState.CANCELLED),
    }


def test_cancelling_twice_or_too_late_just_shows_the_job(cast: Cast, finished: Job) -> None:
    url = reverse("jobs:cancel", args=[finished.pk])
    assert client_of(cast.author).post(url).status_code == 302
    assert client_of(cast.author).get(url).status_code == 405
    finished.refresh_from_db()
    assert finished.state == JobState.DONE


def test_the_list_shows_ones_own_jobs_and_to_the_office_all(cast: Cast, finished: Job) -> None:
    shown = {
        user.username: [job.pk for job in client_of(user).get(reverse("jobs:list")).context["page"].object_list]
        for user in (cast.author, cast.office, cast.mentor, cast.stranger)
    }
    assert shown == {"author": [finished.pk], "office": [finished.pk], "mentor": [], "stranger": []}


def test_list_and_page_take_the_same_queries_for_1_and_3(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(cast.author)
    job = papers(cast, 1)
    # Session, user, roles, unread notices of the header; then the jobs.
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("jobs:list"))
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("jobs:detail", args=[job.pk]))
    for _ in range(2):
        job = papers(cast, 3)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("jobs:list"))
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("jobs:detail", args=[job.pk]))


LIST_QUERIES = 5
PAGE_QUERIES = 5


def test_nobody_without_an_account_sees_anything(cast: Cast, finished: Job) -> None:
    answers = [Client().get(url).status_code for url in urls_of(finished).values()]
    assert answers == [302, 302]
    assert Job.objects.visible_to(cast.actor).count() == 1
