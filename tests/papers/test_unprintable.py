"""No paper surprises: a character without a glyph is listed with the person's name before anything is set."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from jobs.models import Job
from mentors.models.slots import Teacher
from records.contexts import BookVersion
from tests.cast import SchoolCast
from tests.records.builders import released_letter

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]
#: No printing font shows it.
MELTING = "\U0001fae0"


def mark_pupil(cast: SchoolCast) -> str:
    """Give a pupil a name with a character that does not print, and return it."""
    pupil = cast.pupils[0]
    pupil.name = f"安可{MELTING}"
    pupil.save(update_fields=["name"])
    return pupil.name


def mark_teacher(cast: SchoolCast) -> str:
    """The same with the name of that pupil's mentor."""
    teacher = Teacher.objects.get(user=cast.mentor)
    teacher.name = f"林小{MELTING}"
    teacher.save(update_fields=["name"])
    return teacher.name


def addresses(cast: SchoolCast) -> dict[str, str]:
    """What 德育室 prints on the spot with that pupil and mentor on it."""
    return {
        "book": reverse("papers:book", args=[cast.slot.pk]),
        "blank book": reverse("papers:book", args=[cast.slot.pk]) + "?version=blank",
        "letters": reverse("papers:class_letters", args=[cast.class_one.pk]),
        "cards": reverse("papers:class_letters", args=[cast.class_one.pk]) + "?paper=card",
        "summary": reverse("papers:class_summary", args=[cast.class_one.pk]),
        "matrix": reverse("rounds:grade_matrix", args=[cast.class_one.grade_id]),
    }


PUPILS = ("book", "blank book", "letters", "cards", "summary", "matrix", "slips")
TEACHERS = ("book", "blank book", "letters", "cards", "summary", "matrix", "badges", "appointments")


def own_address(cast: SchoolCast, paper: str) -> str:
    return (
        addresses(cast)
        | {
            "slips": reverse("papers:class_slips_print", args=[cast.class_one.pk]),
            "badges": reverse("badges:print"),
            "appointments": reverse("badges:appointments_print"),
        }
    )[paper]


def ask(client: Client, where: str, **more: str) -> Any:
    """What issues slips is a button, all other papers are links."""
    if where.endswith("/slips.pdf"):
        return client.post(where, more)
    address, _, asked = where.partition("?")
    return client.get(address, dict(parse_qsl(asked)) | more)


def assert_said_and_then_printed(client: Client, where: str, name: str) -> None:
    logged = AuditEntry.objects.filter(verb__startswith="print").count()
    answer = ask(client, where)
    said = answer.content.decode()
    assert (answer.status_code, name in said, "U+1FAE0" in said, "仍然打印" in said) == (409, True, True, True)
    assert AuditEntry.objects.filter(verb__startswith="print").count() == logged
    # Going on keeps what was asked for.
    printed = ask(client, where, missing="ok")
    assert (printed.status_code, printed["Content-Type"]) == (200, "application/pdf")


@pytest.mark.parametrize("paper", PUPILS)
def test_a_pupil_s_name_is_said_before_the_paper(qingzhu: SchoolCast, client_of: SignIn, paper: str) -> None:
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    assert ask(client, own_address(qingzhu, paper))["Content-Type"] == "application/pdf"
    assert_said_and_then_printed(client, own_address(qingzhu, paper), mark_pupil(qingzhu))


@pytest.mark.parametrize("paper", TEACHERS)
def test_a_teacher_s_name_is_said_before_the_paper(qingzhu: SchoolCast, client_of: SignIn, paper: str) -> None:
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    name = mark_teacher(qingzhu)
    assert_said_and_then_printed(client_of(qingzhu.office), own_address(qingzhu, paper), name)


def test_a_mentor_is_told_before_the_lined_sheets(qingzhu: SchoolCast, client_of: SignIn) -> None:
    name = mark_pupil(qingzhu)
    client = client_of(qingzhu.mentor)
    assert_said_and_then_printed(client, reverse("desk:lined_letters"), name)
    assert client.get(reverse("desk:letter_lined", args=[qingzhu.pupils[0].pk])).status_code == 409


JOBS = {
    "papers:all_books": {"version": BookVersion.MIXED.value},
    "papers:all_books blank": {"version": BookVersion.BLANK.value},
    "papers:all_letters": {"term": "1"},
    "papers:all_slips": {},
    "badges:all": {},
    "badges:appointments_all": {},
}


@pytest.mark.parametrize("order", JOBS)
@pytest.mark.parametrize("mark", [mark_pupil, mark_teacher], ids=["pupil", "teacher"])
def test_a_job_begins_only_after_it_was_said(
    qingzhu: SchoolCast, client_of: SignIn, order: str, mark: Callable[[SchoolCast], str]
) -> None:
    of_teachers, of_pupils = order.startswith("badges"), order == "papers:all_slips"
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    name = mark(qingzhu)
    client = client_of(qingzhu.office)

    def post(**more: str) -> tuple[int, str]:
        data = {"job": str(uuid.uuid4())} | JOBS[order] | more
        answer = client.post(reverse(order.split(" ")[0]), data)
        return answer.status_code, answer.content.decode()

    status, said = post()
    if (of_teachers and mark is mark_pupil) or (of_pupils and mark is mark_teacher):
        # The name is not on this paper.
        assert (status, Job.objects.count()) == (302, 1)
        return
    assert (status, name in said, Job.objects.count()) == (409, True, 0)
    assert all(f'name="{field}" value="{value}"' in said for field, value in JOBS[order].items())
    assert (post(missing="ok")[0], Job.objects.count()) == (302, 1)
