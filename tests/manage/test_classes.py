"""The admin's overview of classes."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from mentors.services.slots import create_mentor, set_team
from schools.services import create_class
from tests.cast import EnrolmentFactory, SchoolCast, TeacherFactory

SignIn = Callable[[User], Client]


def test_the_overview_names_pupils_homeroom_teacher_and_team(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    create_class(year=qingzhu.year, grade_number=2, number=1)
    page = client_of(qingzhu.admin).get(reverse("manage:classes"))
    rows = [
        (s.school_class.label, s.covered, s.pupils, s.assigned, s.homeroom, [m.mentor.names for m in s.team])
        for s in page.context["summaries"]
    ]
    assert rows == [
        ("一（1）班", True, 4, 3, "何知秋", ["何知秋", "林小满", "苏禾"]),
        ("二（1）班", False, 0, 0, "", []),
        ("五（1）班", True, 1, 1, "", ["陶然/石磊"]),
    ]
    body = page.content.decode()
    assert reverse("board:team", args=[qingzhu.class_one.pk]) in body
    # The admin composes teams; matching pupils is for homeroom teachers and 德育室.
    assert reverse("board:detail", args=[qingzhu.class_one.pk]) + '"' not in body


@pytest.mark.parametrize("extra", [0, 2])
def test_the_overview_costs_the_same_for_few_classes_and_for_more(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, extra: int
) -> None:
    for number in range(2, 2 + extra):
        school_class = create_class(year=qingzhu.year, grade_number=1, number=number)
        EnrolmentFactory.create_batch(2, school_class=school_class)
        slot = create_mentor(
            actor=qingzhu.system, year=qingzhu.year, teachers=[TeacherFactory.create(school=qingzhu.school)]
        )
        set_team(actor=qingzhu.system, school_class=school_class, mentors=[slot], leader=slot)
    client = client_of(qingzhu.admin)
    with django_assert_num_queries(13):
        client.get(reverse("manage:classes"))
