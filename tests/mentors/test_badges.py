"""导师证 read back: 86 × 54 mm ten to a page, everybody of a shared slot, the code only for shared cards; the job."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from accounts.services import end_role
from core.errors import DomainError
from jobs.enums import JobState
from jobs.models import Job
from jobs.work import run_job
from mentors.models.slots import Teacher
from mentors.services.slots import create_mentor
from mentors.staff import printing
from mentors.staff.models import MentorCard
from tests.cast import TODAY, SchoolCast, TeacherFactory
from tests.documents import reading

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]
POINTS = 72 / 25.4


# --- The pages --------------------------------------------------------------------------------------------------------
def test_a_shared_slot_gives_two_badges_in_class_order(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    answer = client.get(reverse("badges:print"))
    assert answer["Content-Type"] == "application/pdf"
    text = reading.text(answer.content)
    names = ["何知秋", "林小满", "苏禾", "陶然", "石磊"]
    assert sorted(names, key=text.index) == names
    assert AuditEntry.objects.get(verb="print_badges").detail == {"badges": 5}
    one_class = reading.text(client.get(reverse("badges:print"), {"class": qingzhu.class_five.pk}).content)
    assert [one_class.count(name) for name in names] == [0, 0, 0, 1, 1]
    teacher = Teacher.objects.get(user=qingzhu.mentor)
    single = reading.text(client.get(reverse("badges:print"), {"teacher": teacher.pk}).content)
    assert [single.count(name) for name in names] == [0, 1, 0, 0, 0]


def test_only_a_shared_card_prints_its_code(qingzhu: SchoolCast, client_of: SignIn) -> None:
    teachers = [Teacher.objects.get(user=user) for user in (qingzhu.mentor, qingzhu.colleague)]
    MentorCard.objects.create(school=qingzhu.school, teacher=teachers[0], is_shared=True)
    MentorCard.objects.create(school=qingzhu.school, teacher=teachers[1], is_shared=False)
    pdf = client_of(qingzhu.office).get(reverse("badges:print")).content
    assert reading.figures(pdf) == ["打开林小满老师名片的二维码"]


def test_another_schools_class_and_teacher_are_unknown(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(other.office)
    teacher = Teacher.objects.get(user=qingzhu.mentor)
    assert client.get(reverse("badges:print"), {"class": qingzhu.class_one.pk}).status_code == 404
    assert client.get(reverse("badges:print"), {"teacher": teacher.pk}).status_code == 404
    everybody = reading.text(client.get(reverse("badges:print")).content)
    assert everybody.count(qingzhu.school.name) == 0


def more_mentors(cast: SchoolCast, count: int) -> None:
    for _ in range(count):
        create_mentor(actor=cast.system, year=cast.year, teachers=[TeacherFactory.create(school=cast.school)])


def test_more_than_fit_on_the_spot_become_a_job_with_one_pdf(
    qingzhu: SchoolCast, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    more_mentors(qingzhu, 50)
    client = client_of(qingzhu.office)
    assert client.get(reverse("badges:index")).context["as_job"] is True
    assert client.get(reverse("badges:print")).status_code == 409
    assert client.post(reverse("badges:all"), {"job": "x"}).status_code == 409
    answer = client.post(reverse("badges:all"), {"job": str(uuid.uuid4())})
    job = Job.objects.get(kind=printing.BADGES.kind)
    assert (answer["Location"], job.total) == (reverse("jobs:detail", args=[job.pk]), 2)
    for _turn in range(20):
        run_job(job.pk)
        job.refresh_from_db()
        if job.is_finished:
            break
    assert (job.state, job.message, job.done_count) == (JobState.DONE, "", 2)
    (result,) = job.files.all()
    assert result.name == "2026学年导师证.pdf"
    with result.file.open("rb") as file:
        pages = reading.page_texts(file.read())
    assert [page.count("2026学年") for page in pages] == [10, 10, 10, 10, 10, 5]


def test_who_lost_the_role_meanwhile_gets_no_file(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    job = printing.order_papers(printing.BADGES, actor=office, year=qingzhu.year, on=TODAY)
    (grant,) = qingzhu.office.grants.all()
    end_role(actor=qingzhu.system, grant=grant)
    qingzhu.office.grants.all().delete()
    with pytest.raises(DomainError) as refusal:
        printing.make_part(job.items.get())
    assert refusal.value.code == "not_allowed"


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_few_mentors_and_for_more(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    more_mentors(qingzhu, count)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(8):
        client.get(reverse("badges:index"))
