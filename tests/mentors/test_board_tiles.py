"""The class board as tiles, by plain forms: a proposal is looked at first, saved together, taken back."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from mentors.board.forms.board import base_text
from mentors.board.queries.board import held_on
from mentors.enums import AssignmentOrigin, MatchRule, RoundState
from mentors.models.slots import Assignment, Mentor, TeamMember
from mentors.queries.people import class_board
from mentors.rounds.models import BoardSave, MatchingRound
from mentors.services.assignments import assign_pupil
from mentors.services.slots import set_team
from schools.enums import MatchingMode
from schools.models import Grade, PlanGrade, SchoolClass
from schools.services import create_class
from students.models import Enrolment, Pupil
from tests.cast import SchoolCast
from tests.mentors.builders import enrol, fill

SignIn = Callable[[User], Client]


def address(school_class: SchoolClass) -> str:
    return reverse("board:detail", args=[school_class.pk])


def held(cast: SchoolCast) -> dict[int, int | None]:
    return held_on(class_board(cast.class_one))


def form(
    cast: SchoolCast,
    step: str,
    moves: Mapping[Pupil, Mentor | None] | None = None,
    *,
    base: Mapping[int, int | None] | None = None,
) -> dict[str, str]:
    """What the browser posts: every select of the page that showed `base`, with the `moves` made."""
    base = held(cast) if base is None else base
    made = {pupil.pk: mentor.pk if mentor else None for pupil, mentor in (moves or {}).items()}
    wanted = {**base, **made}
    selects = {f"pupil-{pupil}": str(mentor or "") for pupil, mentor in wanted.items()}
    return {"base": base_text(base), "step": step, **selects}


def shown(page: Any) -> dict[int, int | None]:
    """The mentor by pupil as the tiles of a page lie."""
    return {tile.pupil.pk: tile.mentor_id for column in page.context["tile_board"].columns for tile in column.tiles}


def columns(page: Any) -> list[tuple[str, int, int]]:
    """Name, present load and load after saving of each column."""
    return [(c.mentor.names, c.load, c.after) for c in page.context["tile_board"].columns if c.mentor]


# --- The page ---------------------------------------------------------------------------------------------------------
def test_the_board_has_the_open_pupils_first_and_the_leader_next(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.homeroom).get(address(qingzhu.class_one))
    body = page.content.decode()
    in_order = page.context["tile_board"].columns
    assert [(c.mentor.names if c.mentor else "", [tile.pupil.name for tile in c.tiles]) for c in in_order] == [
        ("", ["丁小雨"]),
        ("何知秋", []),
        ("林小满", ["安可儿", "白一诺"]),
        ("苏禾", ["曹子墨"]),
    ]
    assert body.count("<select") == 4
    assert body.count("团长") == 1
    assert "没有未保存的调整" in body
    assert reverse("board:table", args=[qingzhu.class_one.pk]) in body


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
    with django_assert_num_queries(16):
        page = client.get(address(school_class))
    assert page.content.decode().count('class="board-tile"') == pupils


def test_pupils_of_other_classes_are_counted_in_the_load(qingzhu: SchoolCast, client_of: SignIn) -> None:
    (stranger,) = enrol(qingzhu.class_five, 1)
    assign_pupil(actor=qingzhu.system, pupil=stranger, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    page = client_of(qingzhu.homeroom).get(address(qingzhu.class_one))
    assert columns(page) == [("何知秋", 0, 0), ("林小满", 3, 3), ("苏禾", 1, 1)]
    assert page.content.decode().count("含外班 1 人") == 1
    assert stranger.name not in page.content.decode()


def test_a_guest_keeps_a_column_behind_the_team(qingzhu: SchoolCast, client_of: SignIn) -> None:
    TeamMember.objects.filter(mentor=qingzhu.slot_homeroom).delete()
    assign_pupil(
        actor=qingzhu.system, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_homeroom, origin=AssignmentOrigin.OFFICE
    )
    page = client_of(qingzhu.office).get(address(qingzhu.class_one))
    assert [name for name, _, _ in columns(page)] == ["林小满", "苏禾", "何知秋"]
    assert page.content.decode().count("外班导师") == 1


def test_a_class_without_a_team_and_one_without_pupils_say_what_to_do(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, school_class = client_of(qingzhu.office), create_class(year=qingzhu.year, grade_number=1, number=2)
    assert "本班还没有导师团" in client.get(address(school_class)).content.decode()
    set_team(actor=qingzhu.system, school_class=school_class, mentors=[qingzhu.slot], leader=None)
    assert "本班还没有学生" in client.get(address(school_class)).content.decode()
    assert client.post(address(school_class), {"base": "", "step": "fill"}).status_code == 200


def test_odd_names_and_labels_are_escaped(qingzhu: SchoolCast, client_of: SignIn) -> None:
    Grade.objects.filter(pk=qingzhu.class_one.grade_id).update(name="一<1>&\"'年级")
    Pupil.objects.filter(pk=qingzhu.pupil_unassigned.pk).update(name="丁<b>&\"'")
    body = client_of(qingzhu.homeroom).get(address(qingzhu.class_one)).content.decode()
    assert ("<1>" in body, "丁<b>" in body, 'data-name="丁&lt;b&gt;&amp;&quot;&#x27;"' in body) == (False, False, True)


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["mentor", "colleague", "counsellor", "leader", "admin", "bureau_user"])
def test_others_neither_see_nor_save_the_board(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    client, before = client_of(qingzhu.people[part]), held(qingzhu)
    assert client.get(address(qingzhu.class_one)).status_code == 403
    answer = client.post(address(qingzhu.class_one), form(qingzhu, "save", {qingzhu.pupil_unassigned: qingzhu.slot}))
    assert (answer.status_code, held(qingzhu)) == (403, before)


def test_another_class_is_forbidden_and_another_school_unknown(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    homeroom = client_of(qingzhu.homeroom)
    for school_class, status in ((qingzhu.class_five, 403), (other.class_one, 404)):
        assert homeroom.get(address(school_class)).status_code == status
        assert homeroom.post(address(school_class), form(qingzhu, "save")).status_code == status


# --- Saving and taking back -------------------------------------------------------------------------------------------
def test_a_save_and_its_undo_by_plain_forms(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, before = client_of(qingzhu.homeroom), held(qingzhu)
    moves = {qingzhu.pupil_unassigned: qingzhu.slot, qingzhu.pupils[0]: qingzhu.slot_homeroom}
    answer = client.post(address(qingzhu.class_one), form(qingzhu, "save", moves), follow=True)
    save = BoardSave.objects.get()
    assert answer.redirect_chain == [(f"{address(qingzhu.class_one)}?saved={save.pk}", 302)]
    assert "已保存 2 项调整。" in answer.content.decode()
    assert held(qingzhu) == before | {p.pk: m.pk for p, m in moves.items()}

    later = client.get(address(qingzhu.class_one)).content.decode()
    assert "11月18日 10:00 何知秋保存了 2 项调整。" in later

    undone = client.post(address(qingzhu.class_one), {"step": "undo", "save": save.pk}, follow=True)
    assert "已撤销 2 项调整，回到保存以前的安排。" in undone.content.decode()
    assert (held(qingzhu), 'value="undo"' in undone.content.decode()) == (before, False)
    # From a page made before: the very same press would get the first one's answer.
    again = client.post(address(qingzhu.class_one), {"step": "undo", "save": save.pk, "press": "2"}, follow=True)
    assert "这次保存已经撤销" in again.content.decode()


def test_a_double_click_answers_saved_twice_and_writes_once(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, data = client_of(qingzhu.homeroom), form(qingzhu, "save", {qingzhu.pupil_unassigned: qingzhu.slot})
    pages = [client.post(address(qingzhu.class_one), data, follow=True).content.decode() for _ in range(2)]
    assert ["已保存 1 项调整。" in page for page in pages] == [True, True]
    assert (BoardSave.objects.count(), Assignment.objects.filter(pupil=qingzhu.pupil_unassigned).count()) == (1, 1)


def test_saving_without_a_move_says_so(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.homeroom).post(address(qingzhu.class_one), form(qingzhu, "save"), follow=True)
    assert ("没有要保存的调整。" in answer.content.decode(), BoardSave.objects.count()) == (True, 0)


def test_a_mentor_above_the_limit_is_refused_with_all_moves_kept(qingzhu: SchoolCast, client_of: SignIn) -> None:
    fill(qingzhu, qingzhu.slot, 15)
    before = held(qingzhu)
    moves = {qingzhu.pupil_unassigned: qingzhu.slot, qingzhu.pupil_of_colleague: qingzhu.slot_homeroom}
    for user, may_grant in ((qingzhu.homeroom, False), (qingzhu.office, True)):
        page = client_of(user).post(address(qingzhu.class_one), form(qingzhu, "save", moves))
        body = page.content.decode()
        assert (page.status_code, held(qingzhu)) == (422, before)
        assert "林小满老师已有 15 名学生，达到上限 15 名。" in body
        assert ("超出 1 人" in body, "15 → 16/15" in body) == (True, True)
        assert (f'href="{reverse("board:grant")}?mentor={qingzhu.slot.pk}&amp;' in body) is may_grant
        assert shown(page) == before | {p.pk: m.pk for p, m in moves.items()}


def test_what_somebody_else_moved_is_shown_and_the_own_other_moves_stay(qingzhu: SchoolCast, client_of: SignIn) -> None:
    base = held(qingzhu)
    pupil = qingzhu.pupils[0]
    assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot_homeroom, origin=AssignmentOrigin.OFFICE)
    data = form(qingzhu, "save", {pupil: qingzhu.slot_colleague, qingzhu.pupil_unassigned: qingzhu.slot}, base=base)
    client = client_of(qingzhu.homeroom)
    page = client.post(address(qingzhu.class_one), data)
    body = page.content.decode()
    assert page.status_code == 422
    assert "<li>安可儿：现在是何知秋老师</li>" in body
    assert "有 1 项未保存的调整" in body
    now = held(qingzhu)
    assert now == base | {pupil.pk: qingzhu.slot_homeroom.pk}
    assert shown(page) == now | {qingzhu.pupil_unassigned.pk: qingzhu.slot.pk}
    # Saving once more, from the page as it now stands, goes through.
    again = form(qingzhu, "save", {qingzhu.pupil_unassigned: qingzhu.slot}, base=now)
    assert page.context["base"] == again["base"]
    assert client.post(address(qingzhu.class_one), again).status_code == 302


def test_a_mentor_who_left_the_team_meanwhile_is_refused_and_the_pupil_put_back(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    data = form(qingzhu, "save", {qingzhu.pupil_unassigned: qingzhu.slot_homeroom})
    TeamMember.objects.filter(mentor=qingzhu.slot_homeroom).delete()
    page = client_of(qingzhu.homeroom).post(address(qingzhu.class_one), data)
    assert (page.status_code, shown(page)) == (422, held(qingzhu))
    assert "已经不在本班导师团里" in page.content.decode()


def test_a_pupil_who_left_meanwhile_is_named_by_number_only(qingzhu: SchoolCast, client_of: SignIn) -> None:
    data = form(qingzhu, "save", {qingzhu.pupil_unassigned: qingzhu.slot})
    Enrolment.objects.filter(pupil=qingzhu.pupil_unassigned).delete()
    page = client_of(qingzhu.homeroom).post(address(qingzhu.class_one), data)
    assert (page.status_code, "有 1 位同学已经不在本班" in page.content.decode()) == (422, True)


@pytest.mark.parametrize("broken", [{"base": "1:2:3"}, {"base": "x"}, {"base": "1:"}, {"base": f"{10**30}:"}])
def test_an_unreadable_post_changes_nothing(qingzhu: SchoolCast, client_of: SignIn, broken: dict[str, str]) -> None:
    before = held(qingzhu)
    data = {"step": "save", "pupil-1": "1; drop", **broken}
    page = client_of(qingzhu.homeroom).post(address(qingzhu.class_one), data)
    assert (page.status_code, "没有读懂" in page.content.decode(), held(qingzhu)) == (422, True, before)


def test_an_undo_that_is_refused_says_whom_it_concerns(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.homeroom)
    client.post(address(qingzhu.class_one), form(qingzhu, "save", {qingzhu.pupil_unassigned: qingzhu.slot}))
    assign_pupil(
        actor=qingzhu.system,
        pupil=qingzhu.pupil_unassigned,
        mentor=qingzhu.slot_colleague,
        origin=AssignmentOrigin.OFFICE,
    )
    page = client.post(address(qingzhu.class_one), {"step": "undo", "save": BoardSave.objects.get().pk})
    assert (page.status_code, "<li>丁小雨：现在是苏禾老师</li>" in page.content.decode()) == (422, True)


# --- Filling evenly ---------------------------------------------------------------------------------------------------
def test_filling_evenly_is_a_proposal_and_writes_nothing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    enrol(qingzhu.class_one, 8)
    before = held(qingzhu)
    page = client_of(qingzhu.homeroom).post(address(qingzhu.class_one), form(qingzhu, "fill"))
    body = page.content.decode()
    assert (page.status_code, held(qingzhu), BoardSave.objects.count()) == (200, before, 0)
    assert columns(page) == [("何知秋", 0, 4), ("林小满", 2, 4), ("苏禾", 1, 4)]
    assert "9 位同学已均匀放好，还没有保存。看过之后请保存。" in body
    # Nine calm dots and one sentence: nobody is told nine times of having had no mentor.
    assert (body.count("is-moved"), body.count("原来：")) == (9, 0)
    # Whoever has a mentor stays.
    assert {p: m for p, m in shown(page).items() if before[p] is not None} == {
        p: m for p, m in before.items() if m is not None
    }


def test_filling_keeps_the_moves_made_so_far(qingzhu: SchoolCast, client_of: SignIn) -> None:
    moves = {qingzhu.pupils[0]: None, qingzhu.pupils[1]: qingzhu.slot_homeroom}
    page = client_of(qingzhu.homeroom).post(address(qingzhu.class_one), form(qingzhu, "fill", moves))
    assert shown(page) == {
        qingzhu.pupils[0].pk: qingzhu.slot.pk,
        qingzhu.pupils[1].pk: qingzhu.slot_homeroom.pk,
        qingzhu.pupil_of_colleague.pk: qingzhu.slot_colleague.pk,
        qingzhu.pupil_unassigned.pk: qingzhu.slot_homeroom.pk,
    }
    # The first is back where they were: two moves are left to save.
    assert "有 2 项未保存的调整" in page.content.decode()


@pytest.mark.parametrize("part, links", [("homeroom", False), ("office", True)])
def test_filling_says_how_many_places_are_missing_and_what_helps(
    qingzhu: SchoolCast, client_of: SignIn, part: str, links: bool
) -> None:
    for slot in (qingzhu.slot_homeroom, qingzhu.slot):
        fill(qingzhu, slot, 15)
    fill(qingzhu, qingzhu.slot_colleague, 14)
    enrol(qingzhu.class_one, 3)
    page = client_of(qingzhu.people[part]).post(address(qingzhu.class_one), form(qingzhu, "fill"))
    body = page.content.decode()
    assert columns(page) == [("何知秋", 15, 15), ("林小满", 15, 15), ("苏禾", 14, 15)]
    assert "放好了 1 位同学，还有 3 位没有名额。" in body
    assert "3 位同学没有导师，导师团还有 0 个名额，缺 3 个。" in body
    assert (f'href="{reverse("board:grant")}?class={qingzhu.class_one.pk}"' in body) is links
    assert ("请与德育室商量" in body) is not links


def test_filling_a_class_that_is_complete_says_so(qingzhu: SchoolCast, client_of: SignIn) -> None:
    moves = {qingzhu.pupil_unassigned: qingzhu.slot}
    page = client_of(qingzhu.homeroom).post(address(qingzhu.class_one), form(qingzhu, "fill", moves))
    assert "没有未安排的同学，卡片都没有动。" in page.content.decode()


# --- A grade that finds its mentors another way -----------------------------------------------------------------------
def test_a_grade_with_another_way_is_told_and_its_round_named(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.homeroom)
    assert "本年级按方案用" not in client.get(address(qingzhu.class_one)).content.decode()
    PlanGrade.objects.filter(grade=qingzhu.class_one.grade).update(matching=MatchingMode.CHOICE)
    running = MatchingRound.objects.create(
        school=qingzhu.school,
        year=qingzhu.year,
        grade=qingzhu.class_one.grade,
        name="一年级意向征询",
        mode=MatchingMode.CHOICE,
        rule=MatchRule.SATISFACTION,
        seed=7,
    )
    page = client.get(address(qingzhu.class_one))
    # While it is prepared, only 德育室 knows of it.
    assert (page.context["round"], "学生自主选择（意向征询）" in page.content.decode()) == (None, True)
    assert client_of(qingzhu.office).get(address(qingzhu.class_one)).context["round"] == running
    MatchingRound.objects.update(state=RoundState.CANCELLED)
    assert client_of(qingzhu.office).get(address(qingzhu.class_one)).context["round"] is None
