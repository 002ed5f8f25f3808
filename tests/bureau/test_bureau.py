"""The bureau: schools side by side in figures, and their plans; never a name."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from schools.enums import Preset
from schools.services import create_class, create_school
from tests.cast import EnrolmentFactory, SchoolCast
from tests.records.builders import TEXT, released_letter, visit

SignIn = Callable[[User], Client]
BUREAU = "江城市教育局"


def second_school(code: str = "jiangcheng") -> None:
    """A senior school of the same bureau with two pupils and no mentors."""
    _school, year = create_school(
        code=code, name=f"{code}一中", preset=Preset.SENIOR_YEARLY, start_year=2026, bureau_name=BUREAU
    )
    school_class = create_class(year=year, grade_number=10, number=1)
    EnrolmentFactory.create_batch(2, school_class=school_class)


def test_schools_stand_side_by_side_in_figures(qingzhu: SchoolCast, client_of: SignIn) -> None:
    second_school()
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    released_letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    senior, primary = client_of(qingzhu.bureau_user).get(reverse("bureau:home")).context["rows"]
    assert (primary.school, primary.pupils, primary.mentors, primary.mentored) == (qingzhu.school, 5, 4, 4)
    assert [(p.label, p.done, p.total) for p in primary.columns] == [
        ("家访", 1, 5),
        ("谈心", 0, 5),
        ("成长寄语", 1, 5),
    ]
    assert (senior.school.code, senior.pupils, senior.mentors, senior.per_mentor) == ("jiangcheng", 2, 0, None)
    assert [(p.done, p.total) for p in senior.columns] == [(0, 2), (0, 2), (0, 2)]


def test_no_page_of_the_bureau_names_a_pupil_or_a_teacher(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.bureau_user)
    names = [p.name for p in (*qingzhu.pupils, qingzhu.pupil_shared)] + [qingzhu.mentor.name, qingzhu.homeroom.name]
    for address in (reverse("bureau:home"), reverse("plan:school", args=[qingzhu.school.pk])):
        words = client.get(address).content.decode()
        assert [name for name in names if name in words] == []
        assert (qingzhu.school.name in words, TEXT in words) == (True, False)


def test_the_bureau_reads_a_schools_plan(qingzhu: SchoolCast, client_of: SignIn) -> None:
    words = client_of(qingzhu.bureau_user).get(reverse("plan:school", args=[qingzhu.school.pk])).content.decode()
    for part in ("全员导师制工作实施方案（试行稿）", "原则上不超过 15 名学生", "班主任与学生协商"):
        assert part in words


def test_schools_of_another_bureau_do_not_exist(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.bureau_user)
    assert [row.school for row in client.get(reverse("bureau:home")).context["rows"]] == [qingzhu.school]
    assert client.get(reverse("plan:school", args=[other.school.pk])).status_code == 404


def test_a_school_without_a_year_says_so(qingzhu: SchoolCast, client_of: SignIn) -> None:
    qingzhu.year.is_current = False
    qingzhu.year.save()
    client = client_of(qingzhu.bureau_user)
    assert "还没有设置学年和方案" in client.get(reverse("bureau:home")).content.decode()
    assert client.get(reverse("plan:school", args=[qingzhu.school.pk])).status_code == 200


@pytest.mark.parametrize("part", ["office", "leader", "admin", "homeroom", "mentor", "counsellor"])
def test_people_of_a_school_do_not_compare_schools(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    client = client_of(qingzhu.people[part])
    assert client.get(reverse("bureau:home")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_school_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(1, count):
        second_school(f"s{number}")
    client = client_of(qingzhu.bureau_user)
    with django_assert_num_queries(13):
        client.get(reverse("bureau:home"))
