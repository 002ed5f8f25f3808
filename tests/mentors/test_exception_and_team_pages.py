"""The pages of exceptions from the cap and of class teams."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from mentors.models.slots import CapException, Mentor, TeamMember
from mentors.services.slots import grant_exception
from tests.cast import SchoolCast, TeacherFactory
from tests.mentors.builders import fill

SignIn = Callable[[User], Client]


def grant(cast: SchoolCast, mentor: Mentor, limit: int = 16) -> CapException:
    return grant_exception(actor=cast.actor(cast.office), mentor=mentor, limit=limit, reason="班里多一名学生")


# --- Exceptions -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["homeroom", "mentor", "counsellor", "leader", "admin", "bureau_user"])
def test_exceptions_are_the_offices_alone(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    exception = grant(qingzhu, qingzhu.slot)
    client = client_of(qingzhu.people[part])
    assert client.get(reverse("board:exceptions")).status_code == 403
    assert client.get(reverse("board:grant")).status_code == 403
    assert client.post(reverse("board:revoke", args=[exception.pk])).status_code == 403


def test_the_list_shows_mentor_reason_and_who_granted(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    grant(qingzhu, qingzhu.slot)
    grant(other, other.slot)
    page = client_of(qingzhu.office).get(reverse("board:exceptions"))
    assert [e.mentor for e in page.context["valid"]] == [qingzhu.slot]
    body = page.content.decode()
    assert "班里多一名学生" in body
    assert "德育韩" in body


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_exception_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for mentor in (qingzhu.slot, qingzhu.slot_colleague, qingzhu.slot_homeroom)[:count]:
        grant(qingzhu, mentor)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(12):
        client.get(reverse("board:exceptions"))


def test_the_form_is_prefilled_with_the_mentor_and_one_place_more(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.office).get(reverse("board:grant"), {"mentor": qingzhu.slot.pk})
    form = page.context["form"]
    assert (form["mentor"].value(), form["limit"].value()) == (qingzhu.slot.pk, 16)


def test_mentors_of_another_school_cannot_be_chosen(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    page = client.get(reverse("board:grant"), {"mentor": other.slot.pk, "class": other.class_one.pk})
    assert page.context["form"]["mentor"].value() is None
    assert page.context["school_class"] is None
    answer = client.post(reverse("board:grant"), {"mentor": other.slot.pk, "limit": 16, "reason": "多一名"})
    assert answer.status_code == 422
    assert CapException.objects.count() == 0


def test_a_refused_limit_stands_at_the_form_and_keeps_what_was_typed(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.office).post(
        reverse("board:grant"), {"mentor": qingzhu.slot.pk, "limit": 15, "reason": "班里多一名学生"}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"limit": ["新的上限要大于方案规定的 15 名，也不能少于现有的 2 名学生。"]}
    assert "班里多一名学生" in answer.content.decode()


def test_a_missing_reason_is_asked_for(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.office).post(
        reverse("board:grant"), {"mentor": qingzhu.slot.pk, "limit": 16, "reason": " "}
    )
    assert answer.context["form"].errors == {"reason": ["请写明批准超额的理由。"]}


def test_granting_leads_back_to_the_class_that_asked(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    data = {"mentor": qingzhu.slot.pk, "limit": 16, "reason": "多一名"}
    asked = client.post(f"{reverse('board:grant')}?class={qingzhu.class_one.pk}", data)
    assert asked["Location"] == reverse("board:detail", args=[qingzhu.class_one.pk])
    plain = client.post(reverse("board:grant"), data | {"limit": 17})
    assert plain["Location"] == reverse("board:exceptions")


def test_withdrawing_works_once_nobody_is_above_the_cap(qingzhu: SchoolCast, client_of: SignIn) -> None:
    exception = grant(qingzhu, qingzhu.slot)
    fill(qingzhu, qingzhu.slot, 16)
    client = client_of(qingzhu.office)
    url = reverse("board:revoke", args=[exception.pk])
    refused = client.post(url)
    assert refused.status_code == 422
    assert "这位导师现有 16 名学生，超过 15 名。" in refused.content.decode()
    Mentor.objects.filter(pk=qingzhu.slot.pk).update(load=15)
    assert client.post(url)["Location"] == reverse("board:exceptions")
    assert Mentor.objects.get(pk=qingzhu.slot.pk).capacity == 15


def test_an_exception_of_another_school_is_unknown(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    exception = grant(other, other.slot)
    assert client_of(qingzhu.office).post(reverse("board:revoke", args=[exception.pk])).status_code == 404


# --- Teams ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["homeroom", "mentor", "counsellor", "leader", "bureau_user"])
def test_teams_are_changed_by_office_and_admin_alone(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    client = client_of(qingzhu.people[part])
    assert client.get(reverse("board:team", args=[qingzhu.class_one.pk])).status_code == 403


@pytest.mark.parametrize("part", ["office", "admin"])
def test_a_team_is_composed_step_by_step(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    client = client_of(qingzhu.people[part])
    url = reverse("board:team", args=[qingzhu.class_five.pk])
    left, right = (TeacherFactory.create(school=qingzhu.school) for _ in range(2))
    assert client.post(url, {"teacher": [left.pk, right.pk], "share": "1"})["Location"] == url
    slot = Mentor.objects.get(members__teacher=left)
    assert client.post(url, {"lead": slot.pk}).status_code == 302
    rows = TeamMember.objects.filter(school_class=qingzhu.class_five)
    assert [(m.mentor_id, m.is_leader) for m in rows] == [(slot.pk, True), (qingzhu.slot_shared.pk, False)]
    assert client.post(url, {"remove": slot.pk}).status_code == 302
    rows = TeamMember.objects.filter(school_class=qingzhu.class_five)
    assert [(m.mentor_id, m.is_leader) for m in rows] == [(qingzhu.slot_shared.pk, True)]


def test_a_refused_step_says_why_and_keeps_the_ticks(qingzhu: SchoolCast, client_of: SignIn) -> None:
    teacher = TeacherFactory.create(school=qingzhu.school, name="顾盼")
    url = reverse("board:team", args=[qingzhu.class_five.pk])
    answer = client_of(qingzhu.admin).post(url, {"teacher": [teacher.pk], "share": "1"})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "共用一个名额请正好勾选两位教师。" in body
    assert f'value="{teacher.pk}" checked' in body
    nobody = client_of(qingzhu.admin).post(url, {"add": "1"})
    assert "请先勾选要加入的教师。" in nobody.content.decode()


def test_the_search_finds_teachers_who_are_not_in_the_team(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    TeacherFactory.create(school=qingzhu.school, name="林一", pinyin="linyi", initials=" ly ")
    TeacherFactory.create(school=other.school, name="林二")
    client = client_of(qingzhu.admin)
    url = reverse("board:team", args=[qingzhu.class_five.pk])
    for text in ("林", "lin", "ly"):
        page = client.get(url, {"q": text})
        expected = ["林小满", "林一"] if text == "林" else ["林一"]
        assert sorted(t.name for t in page.context["teachers"]) == sorted(expected)
    assert "没有找到“陶然”" in client.get(url, {"q": "陶然"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_team_page_costs_the_same_for_one_teacher_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        TeacherFactory.create(school=qingzhu.school, name=f"唐{number}", user=None)
    client = client_of(qingzhu.admin)
    url = reverse("board:team", args=[qingzhu.class_one.pk])
    with django_assert_num_queries(10):
        page = client.get(url, {"q": "唐"})
    assert len(page.context["teachers"]) == count


def test_team_and_mentor_of_another_school_are_unknown(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.admin)
    assert client.get(reverse("board:team", args=[other.class_one.pk])).status_code == 404
    url = reverse("board:team", args=[qingzhu.class_one.pk])
    assert client.post(url, {"lead": other.slot.pk}).status_code == 404
    foreign = TeacherFactory.create(school=other.school)
    assert client.post(url, {"teacher": [foreign.pk], "add": "1"}).status_code == 422
    assert TeamMember.objects.filter(school_class=qingzhu.class_one).count() == 3
