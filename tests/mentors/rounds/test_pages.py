"""The office's pages of a round: what they say, what they refuse, how many queries they take."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.workbooks import read_workbook
from mentors.enums import RoundState
from mentors.models.slots import CapException
from mentors.rounds.models import MatchingRound, Placement
from mentors.rounds.queries.running import Phase, candidates, phase
from mentors.rounds.services.draft import draft_round
from mentors.rounds.services.running import CandidateData, set_candidates
from tests.cast import SCHOOL_DAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.mentors.builders import enrol
from tests.mentors.rounds.builders import chose, grade_five, office, opened, over, set_up

ClientOf = Callable[[User], Client]


def _form(**more: Any) -> dict[str, Any]:
    return {
        "name": "五年级意向征询",
        "opens_at": "2026-11-18T08:00",
        "closes_at": "2026-11-25T20:00",
        "max_choices": 3,
        "rule": "satisfaction",
        "tie_break": "lottery",
        "seed": 246810,
        "fill": "on",
    } | more


def test_a_round_is_set_up_from_the_grade_s_plan(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.office)
    url = f"{reverse('rounds:new')}?grade={qingzhu.class_five.grade_id}"
    page = client.get(url).content.decode()
    assert "方案规定：学生自主选择（意向征询）。" in page
    client.post(url, _form())
    row = MatchingRound.objects.get()
    assert (row.grade, row.mode, row.seed, row.state) == (qingzhu.class_five.grade, "choice", 246810, "setup")


def test_dates_in_the_wrong_order_are_said_at_the_field(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    url = f"{reverse('rounds:new')}?grade={qingzhu.class_five.grade_id}"
    answer = client_of(qingzhu.office).post(url, _form(closes_at="2026-11-17T20:00"))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"closes_at": ["截止时间要晚于开始时间。"]}
    assert not MatchingRound.objects.exists()


def test_the_board_leads_to_the_round_whoever_may_run_it(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    board, link = reverse("board:detail", args=[qingzhu.class_one.pk]), reverse("rounds:detail", args=[row.pk])
    shown = {who: client_of(qingzhu.people[who]).get(board).content.decode() for who in ("office", "homeroom")}
    assert {who: page.count(row.name) for who, page in shown.items()} == {"office": 1, "homeroom": 1}
    assert {who: page.count(f'href="{link}"') for who, page in shown.items()} == {"office": 1, "homeroom": 0}


@pytest.mark.parametrize("until", ["9999-12-31T23:59", "0001-01-01T00:00", "0026-11-20T20:00"])
def test_a_year_that_nobody_means_is_said_at_the_field(qingzhu: SchoolCast, client_of: ClientOf, until: str) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    client = client_of(qingzhu.office)
    answer = client.post(reverse("rounds:prolong", args=[row.pk]), {"closes_at": until})
    assert answer.status_code == 422
    assert "请填写日期和时间，例如 2026-09-10 20:00。" in answer.content.decode()
    assert client.get(reverse("rounds:detail", args=[row.pk])).status_code == 200


def test_all_candidates_are_opened_to_the_grade_at_once(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    rows = candidates(row)
    data: dict[str, Any] = {"scope": "grade"}
    for c in rows:
        data |= {f"use-{c.mentor_id}": "on", f"number-{c.mentor_id}": c.number}
    client_of(qingzhu.office).post(reverse("rounds:candidates", args=[row.pk]), data)
    assert [(c.number, c.whole_grade) for c in candidates(row)] == [(1, True), (2, True), (3, True)]


def _posted(page: str, name: str) -> list[str]:
    """What the form on the page sends of the field `name`: hidden values and ticked boxes."""
    found = re.findall(rf'<input type="(hidden|checkbox)" name="{name}"\s+value="(\w+)"\s*(checked)?', page)
    return [value for kind, value, ticked in found if kind == "hidden" or ticked]


def test_enter_in_a_number_of_the_candidates_saves(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """The first button of a form is what Enter presses: it was 面向本班."""
    url = reverse("rounds:candidates", args=[set_up(qingzhu, qingzhu.class_five).pk])
    form = client_of(qingzhu.office).get(url).content.decode().split('class="stack"')[1]
    assert re.findall(r"<button[^>]*>", form)[:2] == [
        '<button type="submit" hidden>',
        '<button class="btn btn-sm btn-outline-secondary" type="submit" name="scope" value="own">',
    ]


def test_by_whom_a_mentor_can_be_chosen_is_said_in_words_and_changed_in_its_line(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    """240 mentors with eleven boxes each took 595 ms and 514 KB, and a phone's screen for every two of them."""
    classes, mentors = grade_five(qingzhu)
    row = set_up(qingzhu, classes[0])
    client, url = client_of(qingzhu.office), reverse("rounds:candidates", args=[row.pk])
    page = client.get(url).content.decode()
    assert page.count('type="checkbox"') == page.count('name="use-')
    changed = mentors[2]
    name = f"open-{changed.pk}"
    assert _posted(page, name) == [str(classes[1].pk)]
    # Two ways to the boxes: the line alone, or the page again with what was typed, and nothing saved.
    part = client.get(url, {"edit": changed.pk, name: classes[1].pk}, headers={"hx-request": "true"}).content.decode()
    data: dict[str, Any] = {
        f"{field}-{mentor.pk}": value
        for number, mentor in enumerate(mentors, 1)
        for field, value in (("use", "on"), ("number", 20 + number), ("open", _posted(page, f"open-{mentor.pk}")))
    }
    whole = client.post(url, data | {"edit": changed.pk})
    shown = whole.content.decode()
    assert (part.count('type="checkbox"'), shown.count('type="checkbox"')) == (7, page.count('type="checkbox"') + 7)
    assert _posted(part, name) == _posted(shown, name) == [str(classes[1].pk)]
    assert (whole.status_code, 'value="23"' in shown) == (200, True)
    before = [(c.mentor, c.whole_grade, [k.number for k in c.classes.all()]) for c in candidates(row)]
    assert [(c.number, c.mentor) for c in candidates(row)] == list(enumerate(mentors, 1))
    client.post(url, data | {name: [classes[1].pk, classes[4].pk]})
    after = [(c.mentor, c.whole_grade, [k.number for k in c.classes.all()]) for c in candidates(row)]
    assert after == [*before[:2], (changed, False, [2, 5]), *before[3:]]


def test_the_boxes_of_a_line_are_of_the_round_s_own_year(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    client, url = client_of(qingzhu.office), reverse("rounds:candidates", args=[row.pk])
    found = [client.get(url, {"edit": key}, headers={"hx-request": "true"}).status_code for key in
             (qingzhu.slot.pk, 0, "x", 10**9)]  # fmt: skip
    assert found == [200, 404, 404, 404]


def test_only_the_candidates_page_hints_at_a_pause(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    from mentors.staff.services.readiness import open_case  # noqa: PLC0415 - another part's service, for one test

    teacher = qingzhu.slot_colleague.members.get().teacher
    open_case(actor=office(qingzhu), teacher=teacher, starts_on=office(qingzhu).today)
    row = set_up(qingzhu, qingzhu.class_one)
    client = client_of(qingzhu.office)
    hint = "苏禾老师近期暂不担任导师"
    shown = {name: hint in client.get(reverse(f"rounds:{name}", args=[row.pk])).content.decode() for name in
             ("candidates", "detail", "progress", "draft", "add_mentors")}  # fmt: skip
    assert shown == {"candidates": True, "detail": False, "progress": False, "draft": False, "add_mentors": False}


def test_a_refused_opening_is_said_on_the_round(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    set_candidates(actor=office(qingzhu), round=row, candidates=[])
    answer = client_of(qingzhu.office).post(reverse("rounds:open", args=[row.pk]))
    assert answer.status_code == 422
    assert "还没有候选导师，请先选定候选导师。" in answer.content.decode()


def test_a_round_that_is_set_up_during_the_day_begins_now(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """It started tomorrow by default. The cast's day is a Wednesday at ten."""
    url = f"{reverse('rounds:new')}?grade={qingzhu.class_five.grade_id}"
    form = client_of(qingzhu.office).get(url).context["form"]
    assert form.get_initial_for_field(form.fields["opens_at"], "opens_at") == SCHOOL_DAY


@pytest.mark.parametrize(
    "post, stage, said",
    [
        ({"now": "1"}, Phase.CHOOSING, "征询已经开始，同学们现在就可以用凭条填写。"),
        ({}, Phase.WAITING, "已经安排好，11月20日 10:00开始征询，到时同学们可以用凭条填写。"),
    ],
)
def test_the_button_begins_the_asking_or_says_when_it_begins(
    qingzhu: SchoolCast, client_of: ClientOf, post: dict[str, str], stage: Phase, said: str
) -> None:
    """开始征询 only armed a round whose time was set for later."""
    row = set_up(qingzhu, qingzhu.class_one)
    MatchingRound.objects.update(
        opens_at=SCHOOL_DAY + datetime.timedelta(days=2), closes_at=SCHOOL_DAY + datetime.timedelta(days=9)
    )
    answer = client_of(qingzhu.office).post(reverse("rounds:open", args=[row.pk]), post, follow=True)
    row.refresh_from_db()
    assert (phase(row), answer.content.decode().count(said)) == (stage, 1)


def test_progress_counts_by_class_and_names_who_is_missing(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    late = enrol(qingzhu.class_one, 1)[0]
    answer = client_of(qingzhu.office).get(reverse("rounds:progress", args=[row.pk]))
    found = [
        (c.school_class.label, c.total, c.handed_in, [e.pupil for e in c.missing]) for c in answer.context["classes"]
    ]
    assert found == [("一（1）班", 2, 1, [late])]


def test_a_pupil_is_adjusted_in_the_line_and_without_javascript(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    draft_round(actor=office(qingzhu), round=over(row))
    client = client_of(qingzhu.office)
    url = reverse("rounds:place", args=[row.pk, qingzhu.pupil_unassigned.pk])
    answer = client.post(url, {"mentor": qingzhu.slot_colleague.pk}, headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#draft")
    assert Placement.objects.get().mentor == qingzhu.slot_colleague
    answer = client.post(url, {"mentor": "open"})
    assert answer.status_code == 302
    assert Placement.objects.get().mentor is None
    client.post(url, {"mentor": "rule"})
    assert Placement.objects.get().mentor == qingzhu.slot


def test_the_draft_says_it_comes_out_the_same(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    draft_round(actor=office(qingzhu), round=row)
    answer = client_of(qingzhu.office).post(reverse("rounds:recheck", args=[row.pk]), follow=True)
    assert [str(m) for m in answer.context["messages"]] == ["已重新核算：与草案一致。"]


def test_lines_are_narrowed_by_class_mentor_way_and_name(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name="贺兰")
    draft_round(actor=office(qingzhu), round=row)
    client = client_of(qingzhu.office)
    url = reverse("rounds:draft", args=[row.pk])

    def names(**query: str) -> list[str]:
        return [line.enrolment.pupil.name for line in client.get(url, query).context["page_obj"]]

    found = [names(), names(how="1"), names(how="fill"), names(q="贺"), names(mentor=str(qingzhu.slot.pk))]
    assert found == [["丁小雨", "贺兰"], ["丁小雨"], ["贺兰"], ["贺兰"], ["丁小雨"]]


def test_the_workbook_has_choices_and_lottery_numbers(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot, qingzhu.slot_colleague)
    draft_round(actor=office(qingzhu), round=row)
    answer = client_of(qingzhu.office).get(reverse("rounds:download", args=[row.pk]))
    book = read_workbook(answer.content, file_name="draft.xlsx")
    assert [sheet.name for sheet in book.sheets] == ["匹配结果", "导师", "依据"]
    rows = [list(r.cells) for r in book.sheets[0].rows]
    assert rows[0] == ["班级", "座号", "姓名", "学籍号", "第一志愿", "第二志愿", "抽签号", "导师", "怎样安排", "说明"]
    pupil = qingzhu.pupil_unassigned
    assert rows[1][2:9] == ["丁小雨", pupil.student_number, "林小满", "苏禾", 1, "林小满", "第一志愿"]


def test_the_ways_out_of_a_shortage_are_buttons_that_work(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    classes, mentors = grade_five(qingzhu)
    row = opened(qingzhu, classes[0])
    every = [CandidateData(m.pk, whole_grade=True) for m in mentors]
    set_candidates(actor=office(qingzhu), round=row, candidates=every)
    draft_round(actor=office(qingzhu), round=over(row))
    client = client_of(qingzhu.office)
    page = client.get(reverse("rounds:draft", args=[row.pk])).content.decode()
    assert "第五年级 185 人、12 位导师，上限 15：缺 5 个名额。再增 1 位导师，或批准 5 个超额。" in page
    form = client.get(reverse("rounds:exceptions", args=[row.pk])).context["form"]
    proposed = {f"extra-{m.pk}": form[f"extra-{m.pk}"].value() for m in mentors}
    assert sorted(proposed.values()) == [0] * 7 + [1] * 5
    refused = client.post(reverse("rounds:exceptions", args=[row.pk]), proposed)
    assert (refused.status_code, CapException.objects.count()) == (422, 0)
    client.post(reverse("rounds:exceptions", args=[row.pk]), proposed | {"reason": "名额不足"})
    assert CapException.objects.count() == 5
    view = client.get(reverse("rounds:draft", args=[row.pk])).context["view"]
    assert (view.shortage, view.quality.unplaced) == (None, 0)


def test_a_further_mentor_comes_from_the_teachers_without_a_slot(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    draft_round(actor=office(qingzhu), round=row)
    teacher = TeacherFactory.create(school=qingzhu.school, name="新来")
    client = client_of(qingzhu.office)
    url = reverse("rounds:add_mentors", args=[row.pk])
    assert "林小满" not in client.get(url).content.decode()
    client.post(url, {"teachers": [teacher.pk]})
    assert [(c.number, c.mentor.names, c.whole_grade) for c in candidates(row)][-1] == (4, "新来", True)


def test_publishing_asks_first_and_shows_the_protocol_afterwards(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    draft_round(actor=office(qingzhu), round=over(row))
    client = client_of(qingzhu.office)
    url = reverse("rounds:publish", args=[row.pk])
    assert client.get(url).status_code == 200
    row.refresh_from_db()
    assert row.state == RoundState.OPEN
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 302
    page = client.get(reverse("rounds:draft", args=[row.pk])).content.decode()
    assert "匹配记录" in page
    assert reverse("rounds:place", args=[row.pk, qingzhu.pupil_unassigned.pk]) not in page


def test_a_homeroom_teacher_finds_the_round_and_the_way_to_type_in(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    enrol(qingzhu.class_one, 1)
    page = client_of(qingzhu.homeroom).get(reverse("board:list")).content.decode()
    assert "还有 2 位同学没有提交意向" in page
    assert reverse("entry:grid", args=[row.pk, qingzhu.class_one.pk]) in page
    assert f'href="{reverse("rounds:detail", args=[row.pk])}"' not in page


@pytest.mark.parametrize("extra", [0, 2])
@pytest.mark.parametrize(
    "name, queries",
    [("detail", 17), ("candidates", 19), ("progress", 8), ("draft", 29), ("publish", 10)],
)
def test_pages_take_as_many_queries_for_one_pupil_as_for_three(
    qingzhu: SchoolCast,
    client_of: ClientOf,
    django_assert_num_queries: Any,
    name: str,
    queries: int,
    extra: int,
) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    for pupil in (qingzhu.pupil_unassigned, *enrol(qingzhu.class_one, extra)):
        chose(row, pupil, qingzhu.slot)
    draft_round(actor=office(qingzhu), round=row)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(queries):
        assert client.get(reverse(f"rounds:{name}", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("rounds", [1, 2])
def test_the_overview_takes_as_many_queries_for_one_round_as_for_two(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: Any, rounds: int
) -> None:
    for school_class in (qingzhu.class_one, qingzhu.class_five)[:rounds]:
        set_up(qingzhu, school_class)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(11):
        assert len(client.get(reverse("rounds:list")).context["lines"]) == 2
