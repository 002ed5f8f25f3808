"""The page 导师安排与变动 of a pupil."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from mentors.board.services.supporting import add_supporting, move_pupil
from mentors.models.slots import Assignment
from students.models import Pupil
from tests.cast import TODAY, SchoolCast
from tests.mentors.builders import fill

SignIn = Callable[[User], Client]


def address(cast: SchoolCast, pupil: Pupil, name: str = "pupil", **more: int) -> str:
    return reverse(f"arrangement:{name}", kwargs={"pk": cast.class_one.pk, "pupil": pupil.pk} | more)


def test_the_page_shows_the_present_mentors_and_the_dated_history(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupils[0]
    Assignment.objects.filter(pupil=pupil).update(starts_on=TODAY - datetime.timedelta(days=60))
    office = qingzhu.actor(qingzhu.office)
    move_pupil(actor=office, pupil=pupil, mentor=qingzhu.slot_colleague, reason="学生提出，双方同意")
    add_supporting(actor=office, pupil=pupil, mentor=qingzhu.slot_homeroom, reason="家里有变故")
    page = client_of(qingzhu.homeroom).get(address(qingzhu, pupil))
    found = page.context["found"]
    assert found.main.mentor == qingzhu.slot_colleague
    assert [row.mentor for row in found.supporting] == [qingzhu.slot_homeroom]
    assert [(row.mentor, row.ends_on) for row in found.history] == [
        (qingzhu.slot_homeroom, None),
        (qingzhu.slot_colleague, None),
        (qingzhu.slot, TODAY),
    ]
    body = page.content.decode()
    for words in ("学生提出，双方同意", "家里有变故", "德育韩", "2026年9月19日—2026年11月18日", "班主任协商"):
        assert words in body
    # The team comes first in the list, and the present mentor is not offered again.
    choices = page.context["main_form"].fields["mentor"].choices
    assert [(label, [key for key, _ in rows]) for label, rows in choices[1:]] == [
        ("本班导师团", [qingzhu.slot_homeroom.pk, qingzhu.slot.pk]),
        ("其他导师", [qingzhu.slot_shared.pk]),
    ]


def test_a_pupil_is_moved_with_a_reason(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupils[0]
    client = client_of(qingzhu.office)
    answer = client.post(
        address(qingzhu, pupil), {"main-mentor": qingzhu.slot_colleague.pk, "main-reason": "与学生商量后调整"}
    )
    assert answer["Location"] == address(qingzhu, pupil)
    row = Assignment.objects.active().main().get(pupil=pupil)
    assert (row.mentor, row.origin, row.reason) == (qingzhu.slot_colleague, "office", "与学生商量后调整")
    assert client.post(address(qingzhu, pupil), {"main-mentor": ""}).status_code == 422


def test_a_full_mentor_is_refused_with_advice_and_the_office_may_grant(qingzhu: SchoolCast, client_of: SignIn) -> None:
    fill(qingzhu, qingzhu.slot_colleague, 15)
    data = {"main-mentor": qingzhu.slot_colleague.pk, "main-reason": "想换"}
    for user, may_grant in ((qingzhu.homeroom, False), (qingzhu.office, True)):
        answer = client_of(user).post(address(qingzhu, qingzhu.pupils[0]), data)
        body = answer.content.decode()
        assert answer.status_code == 422
        assert "苏禾老师已有 15 名学生，达到上限 15 名。请改选其他导师（" in body
        assert (f"{reverse('board:grant')}?mentor={qingzhu.slot_colleague.pk}" in body) is may_grant
        assert "想换" in body


def test_a_supporting_mentor_is_added_and_ended(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupils[0]
    client = client_of(qingzhu.homeroom)
    client.post(
        address(qingzhu, pupil, "add"),
        {"supporting-mentor": qingzhu.slot_colleague.pk, "supporting-reason": "一起关心"},
    )
    row = Assignment.objects.active().supporting().get(pupil=pupil)
    assert (row.mentor, row.reason) == (qingzhu.slot_colleague, "一起关心")
    client.post(address(qingzhu, pupil, "end", assignment=row.pk))
    row.refresh_from_db()
    assert row.ends_on == TODAY
    main = Assignment.objects.active().main().get(pupil=pupil)
    refused = client.post(address(qingzhu, pupil, "end", assignment=main.pk))
    assert refused.status_code == 422
    assert "要换导师，请直接选定新的导师" in refused.content.decode()
    foreign = Assignment.objects.active().main().get(pupil=qingzhu.pupils[1])
    assert client.post(address(qingzhu, pupil, "end", assignment=foreign.pk)).status_code == 404


def test_only_a_pupil_of_the_class_is_found_there(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    assert client.get(address(qingzhu, qingzhu.pupil_shared)).status_code == 404
    assert client.get(address(other, other.pupils[0])).status_code == 404
    five = reverse("arrangement:pupil", args=[qingzhu.class_five.pk, qingzhu.pupil_shared.pk])
    assert client_of(qingzhu.homeroom).get(five).status_code == 403


def test_the_class_page_leads_there_for_those_who_may(qingzhu: SchoolCast, client_of: SignIn) -> None:
    link = address(qingzhu, qingzhu.pupils[0])
    class_page = reverse("office:class", args=[qingzhu.class_one.pk])
    for part, shown in (("office", True), ("homeroom", True), ("leader", False)):
        body = client_of(qingzhu.people[part]).get(class_page).content.decode()
        assert (link in body) is shown


def test_a_supporting_mentor_sees_the_pupil_marked_as_supported(qingzhu: SchoolCast, client_of: SignIn) -> None:
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    page = client_of(qingzhu.colleague).get(reverse("desk:home"))
    assert [(row.pupil, row.is_main) for row in page.context["rows"]] == [
        (qingzhu.pupil_of_colleague, True),
        (qingzhu.pupils[0], False),
    ]
    assert [row.main_mentor for row in page.context["rows"]] == ["", "林小满"]
    body = page.content.decode()
    assert "辅助" in body
    assert "导师 林小满" in body


@pytest.mark.parametrize("moves", [0, 2])
def test_the_page_costs_the_same_with_a_short_and_a_long_history(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, moves: int
) -> None:
    office = qingzhu.actor(qingzhu.office)
    for mentor in (qingzhu.slot_colleague, qingzhu.slot_homeroom)[:moves]:
        move_pupil(actor=office, pupil=qingzhu.pupils[0], mentor=mentor)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(15):
        page = client.get(address(qingzhu, qingzhu.pupils[0]))
    assert len(page.context["found"].history) == 1 + moves
