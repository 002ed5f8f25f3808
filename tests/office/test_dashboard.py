"""The dashboard: figures that follow the records, from the school down to the pupil."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil
from mentors.services.slots import create_mentor, set_team
from records.office.queries.dashboard import Dashboard, Progress, find_dashboard
from records.services.ticks import rebuild_ticks
from schools.calendar import YearCalendar
from schools.enums import ActionKind, MatchingMode, PeriodKind
from schools.models import Grade
from schools.services import create_class, revise_plan
from tests.cast import TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.plans import ask, with_rule
from tests.records.builders import TEXT, letter, released_letter, talk, visit

SignIn = Callable[[User], Client]


def dashboard(cast: SchoolCast, term: int = 1, on: datetime.date = TODAY) -> Dashboard:
    actor = cast.actor(cast.office)
    calendar = actor.calendar.now.in_term(term)
    assert calendar is not None
    return find_dashboard(actor, calendar)


def figures(actions: tuple[Progress, ...]) -> list[tuple[str, int, int]]:
    return [(p.label, p.done, p.total) for p in actions]


def three_classes(cast: SchoolCast) -> None:
    """Two more classes of grade 1 with a mentor, three pupils and a visit each."""
    for number in (2, 3):
        school_class = create_class(year=cast.year, grade_number=1, number=number)
        slot = create_mentor(actor=cast.system, year=cast.year, teachers=[TeacherFactory.create(school=cast.school)])
        set_team(actor=cast.system, school_class=school_class, mentors=[slot], leader=slot)
        for enrolment in EnrolmentFactory.create_batch(3, school_class=school_class):
            origin = AssignmentOrigin.HOMEROOM
            assign_pupil(actor=cast.system, pupil=enrolment.pupil, mentor=slot, origin=origin)


# --- Figures ----------------------------------------------------------------------------------------------------------
def test_the_figures_follow_the_records(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first)
    talk(qingzhu, qingzhu.mentor, first, second)
    letter(qingzhu, qingzhu.mentor, first, draft=True)
    found = dashboard(qingzhu)
    assert figures(found.tally.actions) == [("家访", 1, 5), ("谈心", 2, 5), ("成长寄语", 0, 5)]
    assert (found.tally.pupils, found.tally.mentored, found.tally.unmentored, found.tally.untouched) == (5, 4, 1, 3)
    grade_one, grade_five = found.blocks
    assert figures(grade_one.tally.actions) == [("家访", 1, 4), ("谈心", 2, 4), ("成长寄语", 0, 4)]
    assert (grade_one.tally.untouched, grade_five.tally.untouched) == (2, 1)


def test_a_letter_counts_once_it_is_handed_in(qingzhu: SchoolCast) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    assert figures(dashboard(qingzhu).tally.actions)[2] == ("成长寄语", 2, 5)


def test_the_second_term_starts_at_nought(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert figures(dashboard(qingzhu, 2).tally.actions)[0] == ("家访", 0, 5)


def test_a_yearly_action_counts_in_both_terms(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    revise_plan(
        year=qingzhu.year,
        effective_from=TODAY,
        title="全员导师制工作实施方案",
        cap=15,
        letter_label="成长寄语",
        letter_tone="positive",
        note_visibility="team",
        matching={g.pk: MatchingMode.HOMEROOM for g in Grade.objects.filter(school=qingzhu.school, number__in=(1, 5))},
        actions=with_rule(
            YearCalendar(qingzhu.year, TODAY).rules.actions,
            ActionKind.VISIT,
            period=PeriodKind.YEAR,
            accepted_outcomes=frozenset(["completed"]),
        ),
    )
    rebuild_ticks(year=qingzhu.year, on=TODAY)
    assert [figures(dashboard(qingzhu, n).tally.actions)[0] for n in (1, 2)] == [("家访", 1, 5)] * 2


def test_grades_that_the_plan_does_not_cover_stay_out(qingzhu: SchoolCast) -> None:
    uncovered = create_class(year=qingzhu.year, grade_number=2, number=1)
    EnrolmentFactory.create_batch(2, school_class=uncovered)
    found = dashboard(qingzhu)
    assert [b.grade.name for b in found.blocks] == ["一年级", "五年级"]
    assert found.tally.pupils == 5


def test_an_empty_class_stands_there_with_noughts(qingzhu: SchoolCast) -> None:
    create_class(year=qingzhu.year, grade_number=1, number=2)
    row = dashboard(qingzhu).blocks[0].rows[1]
    assert (row.school_class.label, row.tally.pupils, row.tally.untouched) == ("一（2）班", 0, 0)


def test_classes_stay_in_teaching_order_whatever_was_done(qingzhu: SchoolCast) -> None:
    create_class(year=qingzhu.year, grade_number=1, number=3)
    create_class(year=qingzhu.year, grade_number=1, number=2)
    labels = [row.school_class.label for row in dashboard(qingzhu).blocks[0].rows]
    assert labels == ["一（1）班", "一（2）班", "一（3）班"]


def test_an_open_window_says_how_many_days_and_pupils_are_left(qingzhu: SchoolCast, client_of: SignIn) -> None:
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    (window,) = dashboard(qingzhu).windows
    assert (window.progress.label, window.progress.open, window.days_left, window.is_due) == ("谈心", 4, 7, True)
    page = client_of(qingzhu.office).get(reverse("office:dashboard")).content.decode()
    assert "谈心的时间是 10月26日—11月25日，还有 7 天。" in page


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_the_dashboard_shows_each_class_with_its_figures(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    page = client_of(qingzhu.leader).get(reverse("office:dashboard")).content.decode()
    assert '<td class="heat heat-2" data-label="家访">' in page
    assert '<span class="heat-count">1/4</span>' in page
    assert qingzhu.pupils[0].name not in page


@pytest.mark.parametrize("classes", [1, 3])
def test_the_dashboard_costs_the_same_for_one_class_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, classes: int
) -> None:
    if classes == 3:
        three_classes(qingzhu)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(14):
        client.get(reverse("office:grade", args=[qingzhu.class_one.grade_id]))


@pytest.mark.parametrize("pupils", [1, 3])
def test_a_class_costs_the_same_for_one_pupil_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, pupils: int
) -> None:
    for enrolment in EnrolmentFactory.create_batch(pupils - 1, school_class=qingzhu.class_five):
        assign_pupil(
            actor=qingzhu.system,
            pupil=enrolment.pupil,
            mentor=qingzhu.slot_shared,
            origin=AssignmentOrigin.CHOICE,
        )
    client = client_of(qingzhu.office)
    with django_assert_num_queries(16):
        client.get(reverse("office:class", args=[qingzhu.class_five.pk]))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_pupils_costs_the_same_for_one_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for enrolment in EnrolmentFactory.create_batch(count - 1, school_class=qingzhu.class_five):
        assign_pupil(
            actor=qingzhu.system,
            pupil=enrolment.pupil,
            mentor=qingzhu.slot_shared,
            origin=AssignmentOrigin.CHOICE,
        )
    client = client_of(qingzhu.office)
    with django_assert_num_queries(18):
        client.get(reverse("office:pupils"), {"place": f"c{qingzhu.class_five.pk}"})


def test_a_class_shows_its_mentors_in_team_order_and_its_pupils_with_ticks(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    page = client_of(qingzhu.office).get(reverse("office:class", args=[qingzhu.class_one.pk]))
    shown = page.context["page"]
    assert [(row.mentor.names, row.pupils) for row in shown.mentors] == [("何知秋", 0), ("林小满", 2), ("苏禾", 1)]
    assert figures(shown.mentors[1].actions)[0] == ("家访", 1, 2)
    assert [row.pupil.name for row in shown.rows] == ["安可儿", "白一诺", "曹子墨", "丁小雨"]
    assert "家访 已完成 11月17日" in page.content.decode()


def test_the_filter_of_a_class_keeps_the_open_ones(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    address = reverse("office:class", args=[qingzhu.class_one.pk])

    def names(show: str) -> list[str]:
        return [row.pupil.name for row in client.get(address, {"show": show}).context["rows"]]

    assert names("visit") == ["白一诺", "曹子墨", "丁小雨"]
    assert names("no_mentor") == ["丁小雨"]
    assert names("none") == ["白一诺", "曹子墨", "丁小雨"]
    assert len(names("nonsense")) == 4


@pytest.mark.parametrize(
    "show,expected",
    [
        ("none", ["白一诺", "曹子墨", "丁小雨", "范思齐"]),
        ("no_mentor", ["丁小雨"]),
        ("visit", ["白一诺", "曹子墨", "丁小雨", "范思齐"]),
        ("talk", ["安可儿", "白一诺", "曹子墨", "丁小雨", "范思齐"]),
    ],
)
def test_the_list_of_pupils_says_who_has_none_yet(
    qingzhu: SchoolCast, client_of: SignIn, show: str, expected: list[str]
) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    page = client_of(qingzhu.office).get(reverse("office:pupils"), {"show": show})
    assert [row.pupil.name for row in page.context["rows"]] == expected


def test_a_mentor_page_shows_the_pupils_of_all_classes(qingzhu: SchoolCast, client_of: SignIn) -> None:
    assign_pupil(
        actor=qingzhu.system,
        pupil=qingzhu.pupil_shared,
        mentor=qingzhu.slot,
        origin=AssignmentOrigin.OFFICE,
    )
    page = client_of(qingzhu.leader).get(reverse("office:mentor", args=[qingzhu.slot.pk]))
    assert [row.pupil.name for row in page.context["page"].rows] == ["安可儿", "白一诺", "范思齐"]


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "part,dashboard,own_class,other_class",
    [
        ("office", 200, 200, 200),
        ("leader", 200, 200, 200),
        ("homeroom", 403, 200, 403),
        ("mentor", 403, 403, 403),
        ("counsellor", 403, 403, 403),
        ("admin", 403, 403, 403),
        ("bureau_user", 403, 403, 403),
    ],
)
def test_each_role_gets_what_is_theirs(
    qingzhu: SchoolCast, client_of: SignIn, part: str, dashboard: int, own_class: int, other_class: int
) -> None:
    client = client_of(qingzhu.people[part])
    answers = [
        client.get(address).status_code
        for address in (
            reverse("office:dashboard"),
            reverse("office:class", args=[qingzhu.class_one.pk]),
            reverse("office:class", args=[qingzhu.class_five.pk]),
        )
    ]
    assert answers == [dashboard, own_class, other_class]


def test_another_schools_rows_do_not_exist(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    addresses = [
        reverse("office:class", args=[other.class_one.pk]),
        reverse("office:mentor", args=[other.slot.pk]),
        reverse("office:grade", args=[other.class_one.grade_id]),
    ]
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    shown = client.get(reverse("office:pupils")).context["page_obj"].paginator.count
    assert shown == 5


def test_leaders_see_ticks_but_neither_texts_nor_ways_to_them(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    address = reverse("office:class", args=[qingzhu.class_one.pk])
    pupil_page = reverse("desk:pupil", args=[qingzhu.pupils[0].pk])
    seen = {u: client_of(u).get(address).content.decode() for u in (qingzhu.leader, qingzhu.office)}
    assert all("家访 已完成" in page and TEXT not in page for page in seen.values())
    assert [pupil_page in page for page in seen.values()] == [False, True]


def test_a_school_without_a_plan_gets_an_empty_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    qingzhu.year.is_current = False
    qingzhu.year.save()
    client = client_of(qingzhu.office)
    page = client.get(reverse("office:dashboard"))
    assert (page.status_code, "还没有学年和方案" in page.content.decode()) == (200, True)
    assert client.get(reverse("office:pupils")).status_code == 409


def test_a_grade_that_has_mentors_and_owes_nothing_is_covered_too(qingzhu: SchoolCast) -> None:
    """A planted error, grades that are both instead of either, went unnoticed."""
    ask(qingzhu.year, grades=[qingzhu.class_one.grade])
    found = dashboard(qingzhu)
    assert [block.grade.name for block in found.blocks] == ["一年级", "五年级"]
    assert found.tally.pupils == 5
