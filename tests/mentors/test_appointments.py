"""Printing 聘书: who gets one, the day on it, and the job for many."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from jobs.enums import JobState
from jobs.models import Job
from jobs.work import run_job
from mentors.models.slots import Teacher
from mentors.staff import printing
from tests.cast import SchoolCast
from tests.documents import reading
from tests.mentors.test_badges import more_mentors

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]
PRINT = "badges:appointments_print"


def test_both_teachers_of_a_shared_slot_are_appointed_in_class_order(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    answer = client.get(reverse(PRINT))
    assert answer["Content-Type"] == "application/pdf"
    pages = reading.page_texts(answer.content)
    names = ["何知秋", "林小满", "苏禾", "陶然", "石磊"]
    assert [page.count(f"兹聘请{name}老师担任2026学年") for page, name in zip(pages, names, strict=True)] == [1] * 5
    assert AuditEntry.objects.get(verb="print_appointments").detail == {"appointments": 5}
    one_class = reading.bookmarks(client.get(reverse(PRINT), {"class": qingzhu.class_five.pk}).content)
    assert one_class == [("陶然", 1), ("石磊", 2)]
    teacher = Teacher.objects.get(user=qingzhu.mentor)
    assert reading.bookmarks(client.get(reverse(PRINT), {"teacher": teacher.pk}).content) == [("林小满", 1)]


@pytest.mark.parametrize(
    "asked, printed",
    [("2026-09-01", "二〇二六年九月一日"), ("", "二〇二六年十一月十八日"), ("2026-02-30", "二〇二六年十一月十八日")],
)
def test_the_day_is_the_one_asked_for_or_today(
    qingzhu: SchoolCast, client_of: SignIn, asked: str, printed: str
) -> None:
    client = client_of(qingzhu.office)
    teacher = Teacher.objects.get(user=qingzhu.mentor)
    pdf = client.get(reverse(PRINT), {"teacher": str(teacher.pk), "on": asked}).content
    assert reading.text(pdf).count(printed) == 1


def test_the_page_carries_its_day_to_every_link(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.office).get(reverse("badges:appointments"), {"on": "2026-09-01"}).content.decode()
    # Everybody's, two classes, five teachers.
    assert page.count("on=2026-09-01") == 8


def test_another_schools_class_and_teacher_are_unknown(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(other.office)
    teacher = Teacher.objects.get(user=qingzhu.mentor)
    assert client.get(reverse(PRINT), {"class": qingzhu.class_one.pk}).status_code == 404
    assert client.get(reverse(PRINT), {"teacher": teacher.pk}).status_code == 404


def test_more_than_fit_on_the_spot_become_a_job_with_one_pdf(qingzhu: SchoolCast, client_of: SignIn) -> None:
    more_mentors(qingzhu, 50)
    client = client_of(qingzhu.office)
    assert client.get(reverse(PRINT)).status_code == 409
    order = {"job": str(uuid.uuid4()), "on": "2026-09-01"}
    answer = client.post(reverse("badges:appointments_all"), order)
    job = Job.objects.get(kind=printing.APPOINTMENTS.kind)
    assert (answer["Location"], job.total) == (reverse("jobs:detail", args=[job.pk]), 2)
    for _turn in range(20):
        run_job(job.pk)
        job.refresh_from_db()
        if job.is_finished:
            break
    assert (job.state, job.message, job.done_count) == (JobState.DONE, "", 2)
    (result,) = job.files.all()
    assert result.name == "2026学年聘书.pdf"
    with result.file.open("rb") as file:
        pages = reading.page_texts(file.read())
    assert [page.count("二〇二六年九月一日") for page in pages] == [1] * 55


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_few_mentors_and_for_more(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    more_mentors(qingzhu, count)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(8):
        client.get(reverse("badges:appointments"))


def test_a_certificate_is_dated_in_its_school_year(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Any day was printed: a mistyped year stood on eighty certificates."""
    answer = client_of(qingzhu.office).get(reverse("badges:appointments_print"), {"on": "2099-01-01"})
    assert answer.status_code == 409
    assert "这里不能填2099年1月1日，请填2026年6月1日到2027年8月31日之间的日期。" in answer.content.decode()
