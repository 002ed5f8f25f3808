"""The class board as a table: one tap per pupil, with htmx and without, and a refusal that says what to do."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import User
from accounts.services import end_role, grant_role
from mentors.models.slots import Assignment, Mentor, TeamMember
from mentors.services.slots import create_mentor, set_team
from schools.services import create_class
from students.models import Pupil
from tests.cast import EnrolmentFactory, SchoolCast, TeacherFactory
from tests.mentors.builders import enrol, fill

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def address(cast: SchoolCast, pupil: Pupil) -> str:
    return reverse("board:assign", args=[cast.class_one.pk, pupil.pk])


def mentor_of(pupil: Pupil) -> int | None:
    return Assignment.objects.active().main().filter(pupil=pupil).values_list("mentor_id", flat=True).first()


# --- Overview ---------------------------------------------------------------------------------------------------------
def test_the_homeroom_teacher_sees_the_own_class_only(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.homeroom).get(reverse("board:list"))
    assert [s.school_class for s in page.context["summaries"]] == [qingzhu.class_one]
    (summary,) = page.context["summaries"]
    assert (summary.pupils, summary.assigned, summary.unassigned, summary.homeroom) == (4, 3, 1, "何知秋")
    assert "1 人待安排" in page.content.decode()


def test_the_office_sees_all_covered_classes_by_grade(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    create_class(year=qingzhu.year, grade_number=2, number=1)
    page = client_of(qingzhu.office).get(reverse("board:list"))
    assert [s.school_class for s in page.context["summaries"]] == [qingzhu.class_one, qingzhu.class_five]
    assert (page.context["pupils"], page.context["unassigned"], page.context["outside"]) == (5, 1, ["二年级"])


@pytest.mark.parametrize("classes", [1, 3])
def test_the_overview_costs_the_same_for_one_class_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, classes: int
) -> None:
    set_team(actor=qingzhu.system, school_class=qingzhu.class_five, mentors=[], leader=None)
    for number in range(2, classes + 1):
        school_class = create_class(year=qingzhu.year, grade_number=1, number=number)
        EnrolmentFactory.create_batch(3, school_class=school_class)
        slot = create_mentor(
            actor=qingzhu.system, year=qingzhu.year, teachers=[TeacherFactory.create(school=qingzhu.school)]
        )
        set_team(actor=qingzhu.system, school_class=school_class, mentors=[slot], leader=slot)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(14):
        client.get(reverse("board:list"))


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["mentor", "colleague", "counsellor", "leader", "admin", "bureau_user"])
def test_others_may_neither_see_nor_use_the_board(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    client = client_of(qingzhu.people[part])
    assert client.get(reverse("board:list")).status_code == 403
    assert client.get(reverse("board:table", args=[qingzhu.class_one.pk])).status_code == 403
    answer = client.post(address(qingzhu, qingzhu.pupil_unassigned), {"mentor": qingzhu.slot.pk})
    assert answer.status_code == 403
    assert mentor_of(qingzhu.pupil_unassigned) is None


def test_another_class_is_forbidden_and_another_school_unknown(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    homeroom, office = client_of(qingzhu.homeroom), client_of(qingzhu.office)
    assert homeroom.get(reverse("board:table", args=[qingzhu.class_five.pk])).status_code == 403
    assert homeroom.get(reverse("board:table", args=[other.class_one.pk])).status_code == 404
    assert office.get(reverse("board:table", args=[qingzhu.class_five.pk])).status_code == 200
    assert office.get(reverse("board:table", args=[other.class_one.pk])).status_code == 404


def test_a_pupil_of_another_class_or_school_is_unknown_on_this_board(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.homeroom)
    for pupil in (qingzhu.pupil_shared, other.pupil_unassigned):
        assert client.post(address(qingzhu, pupil), {"mentor": qingzhu.slot.pk}).status_code == 404


# --- The board --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("pupils, mentors", [(1, 1), (3, 1), (1, 3), (3, 3)])
def test_the_board_costs_the_same_for_one_and_for_three_pupils_and_mentors(
    qingzhu: SchoolCast,
    client_of: SignIn,
    django_assert_num_queries: DjangoAssertNumQueries,
    pupils: int,
    mentors: int,
) -> None:
    school_class = create_class(year=qingzhu.year, grade_number=1, number=2)
    enrol(school_class, pupils)
    slots = [qingzhu.slot, qingzhu.slot_colleague, qingzhu.slot_shared][:mentors]
    set_team(actor=qingzhu.system, school_class=school_class, mentors=slots, leader=slots[0])
    client = client_of(qingzhu.office)
    with django_assert_num_queries(10):
        page = client.get(reverse("board:table", args=[school_class.pk]))
    assert page.content.decode().count('class="pick"') == pupils * mentors


def test_the_board_shows_who_has_whom(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.homeroom).get(reverse("board:table", args=[qingzhu.class_one.pk])).content.decode()
    assert "安可儿的导师是林小满" in page
    assert "安可儿安排给苏禾" in page
    assert page.count('aria-pressed="true"') == 3
    assert page.count('aria-pressed="false"') == 9
    assert page.count('class="pick-clear"') == 3


def test_the_filter_leaves_pupils_without_a_mentor(qingzhu: SchoolCast, client_of: SignIn) -> None:
    url = reverse("board:table", args=[qingzhu.class_one.pk])
    page = client_of(qingzhu.homeroom).get(url, {"show": "open"})
    assert [row.enrolment.pupil for row in page.context["rows"]] == [qingzhu.pupil_unassigned]


def test_a_mentor_from_outside_of_the_team_keeps_a_column(qingzhu: SchoolCast, client_of: SignIn) -> None:
    TeamMember.objects.filter(mentor=qingzhu.slot_colleague).delete()
    page = client_of(qingzhu.homeroom).get(reverse("board:table", args=[qingzhu.class_one.pk]))
    assert page.context["guest_ids"] == {qingzhu.slot_colleague.pk}
    assert "外班导师" in page.content.decode()


def test_a_class_without_a_team_says_what_to_do(qingzhu: SchoolCast, client_of: SignIn) -> None:
    school_class = create_class(year=qingzhu.year, grade_number=1, number=2)
    grant_role(
        actor=qingzhu.system,
        user=qingzhu.mentor,
        role=Role.HOMEROOM,
        school=qingzhu.school,
        school_class=school_class,
    )
    url = reverse("board:table", args=[school_class.pk])
    team_url = reverse("board:team", args=[school_class.pk])
    office, homeroom = client_of(qingzhu.office).get(url), client_of(qingzhu.mentor).get(url)
    assert team_url in office.content.decode()
    assert "请德育室先选定本班的导师" in homeroom.content.decode()
    assert team_url not in homeroom.content.decode()


def test_who_is_no_longer_homeroom_teacher_loses_the_class(qingzhu: SchoolCast, client_of: SignIn) -> None:
    end_role(actor=qingzhu.system, grant=qingzhu.homeroom.grants.get(role=Role.HOMEROOM))
    assert client_of(qingzhu.homeroom).get(reverse("board:list")).status_code == 403


# --- One tap ----------------------------------------------------------------------------------------------------------
def test_a_tap_answers_with_the_row_the_loads_and_the_progress(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupil_unassigned
    answer = client_of(qingzhu.homeroom).post(address(qingzhu, pupil), {"mentor": qingzhu.slot.pk}, headers=HTMX)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert mentor_of(pupil) == qingzhu.slot.pk
    assert body.count("<tbody") == 1
    assert f'<tbody id="pupil-{pupil.pk}"' in body
    assert f'id="load-{qingzhu.slot.pk}" class="board-load" hx-swap-oob="true"' in body
    assert "3/15" in body
    assert "全班都有导师了" in body
    assert "丁小雨的导师：林小满。" in body


def test_without_javascript_a_tap_leads_back_to_the_pupils_row(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupil_unassigned
    client = client_of(qingzhu.homeroom)
    answer = client.post(address(qingzhu, pupil), {"mentor": qingzhu.slot.pk, "show": "open"})
    board = reverse("board:table", args=[qingzhu.class_one.pk])
    assert (answer.status_code, answer["Location"]) == (302, f"{board}?show=open#pupil-{pupil.pk}")
    assert mentor_of(pupil) == qingzhu.slot.pk
    assert "丁小雨的导师：林小满。" in client.get(board).content.decode()


def test_two_quick_taps_make_one_assignment(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.homeroom)
    for _ in range(2):
        client.post(address(qingzhu, qingzhu.pupil_unassigned), {"mentor": qingzhu.slot.pk}, headers=HTMX)
    assert Assignment.objects.filter(pupil=qingzhu.pupil_unassigned).count() == 1
    assert Mentor.objects.get(pk=qingzhu.slot.pk).load == 3


def test_the_origin_tells_homeroom_teacher_from_office(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client_of(qingzhu.office).post(address(qingzhu, qingzhu.pupil_unassigned), {"mentor": qingzhu.slot.pk})
    client_of(qingzhu.homeroom).post(address(qingzhu, qingzhu.pupils[0]), {"mentor": qingzhu.slot_homeroom.pk})
    origins = [
        Assignment.objects.active().get(pupil=pupil).origin for pupil in (qingzhu.pupil_unassigned, qingzhu.pupils[0])
    ]
    assert origins == ["office", "homeroom"]


def test_an_empty_choice_takes_the_mentor_away(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.homeroom).post(address(qingzhu, qingzhu.pupils[0]), {"mentor": ""}, headers=HTMX)
    assert mentor_of(qingzhu.pupils[0]) is None
    assert "已取消安可儿的导师安排。" in answer.content.decode()


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_the_sixteenth_pupil_is_refused_at_the_row(
    qingzhu: SchoolCast, client_of: SignIn, headers: dict[str, str]
) -> None:
    fill(qingzhu, qingzhu.slot, 15)
    pupil = qingzhu.pupil_unassigned
    answer = client_of(qingzhu.homeroom).post(address(qingzhu, pupil), {"mentor": qingzhu.slot.pk}, headers=headers)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "林小满老师已有 15 名学生，达到上限 15 名。请改选其他导师" in body
    assert body.count('class="board-problem"') == 1
    assert reverse("board:grant") not in body
    assert mentor_of(pupil) is None


def test_for_the_office_the_refusal_leads_to_the_exception(qingzhu: SchoolCast, client_of: SignIn) -> None:
    fill(qingzhu, qingzhu.slot, 15)
    client = client_of(qingzhu.office)
    url = address(qingzhu, qingzhu.pupil_unassigned)
    body = client.post(url, {"mentor": qingzhu.slot.pk}, headers=HTMX).content.decode()
    grant = f"{reverse('board:grant')}?mentor={qingzhu.slot.pk}&amp;class={qingzhu.class_one.pk}"
    assert f'<a href="{grant}">批准超额</a>' in body
    client.post(grant.replace("&amp;", "&"), {"mentor": qingzhu.slot.pk, "limit": 16, "reason": "多一名"})
    assert client.post(url, {"mentor": qingzhu.slot.pk}, headers=HTMX).status_code == 200
    assert mentor_of(qingzhu.pupil_unassigned) == qingzhu.slot.pk


@pytest.mark.parametrize("chosen", ["x", "0", "outside", "foreign"])
def test_a_mentor_who_is_not_on_the_board_is_not_assigned(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn, chosen: str
) -> None:
    key = {"outside": str(qingzhu.slot_shared.pk), "foreign": str(other.slot.pk)}.get(chosen, chosen)
    answer = client_of(qingzhu.homeroom).post(address(qingzhu, qingzhu.pupil_unassigned), {"mentor": key}, headers=HTMX)
    assert answer.status_code == 409
    assert "这位导师已经不在本班导师团里，请刷新页面再选。" in answer.content.decode()
    assert mentor_of(qingzhu.pupil_unassigned) is None


def test_names_are_escaped_everywhere_on_the_board(qingzhu: SchoolCast, client_of: SignIn) -> None:
    Pupil.objects.filter(pk=qingzhu.pupil_unassigned.pk).update(name="一<1>&\"'")
    page = client_of(qingzhu.homeroom).get(reverse("board:table", args=[qingzhu.class_one.pk])).content.decode()
    assert "一<1>" not in page
    assert "一&lt;1&gt;&amp;&quot;&#x27;安排给林小满" in page
