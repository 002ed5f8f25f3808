"""Before a plan changes a page says what the change does; then it does just that."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from records.enums import TickState
from records.models.records import Tick
from records.office.queries.plan_effects import PlanEffects, find_effects
from records.office.services import PlanChange, as_rules, change_plan, unchanged
from records.services.ticks import rebuild_ticks
from schools.calendar import YearCalendar
from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor, MatchingMode, PeriodKind, VisitOutcome
from schools.models import Grade
from schools.queries import grades_of
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.manage.test_plan import EDIT, filled
from tests.pages import tables, texts, tree
from tests.plans import with_rule
from tests.records.builders import letter, talk, term_of, visit

SignIn = Callable[[User], Client]
Rule = tuple[ActionKind, dict[str, Any]]
FEBRUARY = datetime.date(2027, 2, 10)
TWICE: Rule = (ActionKind.VISIT, {"count": 2})
DONE_ONLY: Rule = (ActionKind.VISIT, {"accepted_outcomes": frozenset(["completed"])})
TALK_A_YEAR: Rule = (ActionKind.TALK, {"period": PeriodKind.YEAR})
LETTER_OPTIONAL: Rule = (ActionKind.LETTER, {"required": False})


@pytest.fixture
def busy(qingzhu: SchoolCast) -> SchoolCast:
    """One pupil with two visits, one whose family declined, talks in both terms, a letter."""
    first, second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first)
    visit(qingzhu, qingzhu.mentor, first, date=datetime.date(2026, 9, 3))
    visit(qingzhu, qingzhu.mentor, second, outcome=VisitOutcome.DECLINED)
    talk(qingzhu, qingzhu.mentor, first)
    talk(qingzhu, qingzhu.mentor, second, term=term_of(qingzhu, 2))
    letter(qingzhu, qingzhu.mentor, first)
    return qingzhu


def changed(cast: SchoolCast, *rules: Rule, on: datetime.date = TODAY, **changes: Any) -> PlanChange:
    change = unchanged(YearCalendar(cast.year, TODAY).versions[-1], effective_from=on)
    for action, asked in rules:
        change = replace(change, actions=with_rule(change.actions, action, **asked))
    return replace(change, **changes)


def effects(cast: SchoolCast, change: PlanChange) -> PlanEffects:
    calendar = YearCalendar(cast.year, TODAY)
    seen = calendar.versions[-1]
    new = as_rules(seen, cast.year, change)
    return find_effects(cast.actor(cast.admin), calendar, new, grades_of(cast.school), seen=seen)


def done_in_term(cast: SchoolCast, day: datetime.date) -> set[tuple[int, str]]:
    """Who has which required action in the term of `day`, from the stored ticks, one by one."""
    calendar = YearCalendar(cast.year, day)
    found = set()
    for tick in Tick.objects.filter(state=TickState.DONE).select_related("pupil"):
        grade = tick.pupil.enrolments.get().school_class.grade_id
        rule = calendar.rules.owed(ActionKind(tick.action), grade)
        if rule is not None and rule.required and calendar.period_of(rule) == tick.period:
            found.add((tick.pupil_id, tick.action))
    return found


@pytest.mark.parametrize(
    "rules, day, turned",
    [
        ((TWICE,), TODAY, (0, 1)),
        ((DONE_ONLY,), TODAY, (0, 1)),
        # The talk of the second term fulfils the year.
        ((TALK_A_YEAR,), TODAY, (1, 0)),
        ((TALK_A_YEAR, DONE_ONLY, LETTER_OPTIONAL), TODAY, (1, 2)),
        ((TALK_A_YEAR,), FEBRUARY, (1, 0)),
        ((), TODAY, (0, 0)),
    ],
)
def test_as_many_ticks_turn_as_was_said(
    busy: SchoolCast, rules: tuple[Rule, ...], day: datetime.date, turned: tuple[int, int]
) -> None:
    change = changed(busy, *rules, on=day)
    said = effects(busy, change)
    rebuild_ticks(year=busy.year, on=day)
    before = done_in_term(busy, day)
    change_plan(actor=busy.actor(busy.admin), year=busy.year, seen_version=1, change=change)
    rebuild_ticks(year=busy.year, on=day)
    after = done_in_term(busy, day)
    assert (said.turned_on, said.turned_off) == (len(after - before), len(before - after)) == turned


def test_who_owes_more_or_less_is_said_with_all_who_are_meant(qingzhu: SchoolCast) -> None:
    five = qingzhu.class_five.grade
    EnrolmentFactory.create_batch(2, school_class=qingzhu.class_five)
    visits = changed(qingzhu).actions[0]
    actions = (
        replace(visits, grade_ids=visits.grade_ids - {five.pk}),
        replace(visits, grade_ids=frozenset({five.pk}), count=3),
        *changed(qingzhu, TALK_A_YEAR, LETTER_OPTIONAL).actions[1:],
    )
    assert effects(qingzhu, changed(qingzhu, actions=actions)).owing == (
        "3 名学生每学期将多承担 2 次家访",
        "7 名学生的谈心由每学期 1 次改为每学年 1 次",
        "7 名学生不再要求成长寄语",
    )
    three = Grade.objects.get(school=qingzhu.school, number=3)
    card = (ActionKind.CARD, {"required": True, "grade_ids": frozenset({three.pk})})
    matching = {**changed(qingzhu).matching, three.pk: MatchingMode.CLUB}
    said = effects(qingzhu, changed(qingzhu, card, matching=matching, letter_label="成长激励卡"))
    # Nobody is in grade 3 yet.
    assert (said.owing, said.unasked) == ((), "")
    assert effects(qingzhu, changed(qingzhu, matching=matching)).unasked == "三年级"


def test_windows_that_move_are_told_old_and_new_for_terms_to_come(qingzhu: SchoolCast) -> None:
    five = qingzhu.class_five.grade
    talks = changed(qingzhu).actions[1]
    both = (WindowRule(Anchor.TERM_START, 0, 14), *talks.windows)
    actions = (
        *(rule for rule in changed(qingzhu).actions if rule != talks),
        replace(talks, grade_ids=talks.grade_ids - {five.pk}),
        replace(talks, grade_ids=frozenset({five.pk}), windows=both),
    )

    moves = effects(qingzhu, changed(qingzhu, actions=actions)).moves
    assert [(m.label, m.grades, m.term.number) for m in moves] == [("谈心", "五年级", 1), ("谈心", "五年级", 2)]
    said = [[f"{w.opens_on:%m-%d}..{w.due_on:%m-%d}" for w in found] for found in (moves[0].before, moves[0].after)]
    assert said == [
        ["10-26..11-25", "12-28..01-22"],
        ["09-01..09-15", "10-26..11-25", "12-28..01-22"],
    ]
    # A version of the second term moves nothing in the first.
    later = effects(qingzhu, changed(qingzhu, actions=actions, on=FEBRUARY)).moves
    assert [m.term.number for m in later] == [2]


@pytest.mark.parametrize("pupils", [0, 4])
def test_what_a_change_does_takes_seven_queries(
    busy: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries, pupils: int
) -> None:
    for enrolment in EnrolmentFactory.create_batch(pupils, school_class=busy.class_one):
        visit(busy, busy.homeroom, enrolment.pupil)
    calendar = YearCalendar(busy.year, TODAY)
    seen, change = calendar.versions[-1], changed(busy, TWICE)
    new, grades, actor = as_rules(seen, busy.year, change), grades_of(busy.school), busy.actor(busy.admin)
    with django_assert_num_queries(7):
        assert find_effects(actor, calendar, new, grades, seen=seen).turned_off == 1 + pupils


def test_the_page_says_it_all_before_anything_is_saved(busy: SchoolCast, client_of: SignIn) -> None:
    client = client_of(busy.admin)
    typed = {"rule0-count": "2", "rule0-w0-from_number": "4", f"grade_{busy.class_five.grade.pk}": ""}
    page = tree(client.post(EDIT, filled(client) | typed))
    effects_said, changes_said = texts(page, "what-happens")
    assert effects_said == (
        "4 名学生每学期将多承担 1 次家访。1 名学生不再要求家访。1 名学生不再要求谈心。1 名学生不再要求成长寄语。"
        " 1 个√会变：1 个变成未完成。"
    )
    assert "家访：五年级不再要求" in changes_said
    (rows,) = tables(page)
    assert rows[0] == ["家访一年级", "第一学期", "8月11日–9月15日", "8月4日–9月15日"]
    assert rows[1] == ["家访五年级", "第一学期", "8月11日–9月15日", "没有"]
    assert Tick.objects.filter(action="visit", state=TickState.DONE).count() == 2
    assert client.get(reverse("plan:detail")).context["plan"].version == 1
