"""Grades that a plan asks for different things: every reader counts each grade by its own rule.

Grade 1 keeps the preset. Grade 5 visits twice, around exams, and only what took place counts; it talks once a year.
"""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil
from records.bureau.queries.schools import schools_side_by_side
from records.bureau.services.counting import recount_all
from records.models.records import HeartTalk, HomeVisit, Tick
from records.office.queries.dashboard import Dashboard, Progress, find_dashboard
from records.office.queries.pupils import find_class, find_mentor, pupils_to_show
from records.papers.queries.book_handling import find_book
from records.papers.queries.books import record_book_context
from records.papers.queries.class_summary import class_summary
from records.reminding.queries.digests import plan_digests
from records.services.ticks import rebuild_ticks
from schools.calendar import SchoolCalendar, YearCalendar
from schools.contexts import WindowRule
from schools.enums import Anchor, PeriodKind, VisitOutcome
from students.models import Enrolment, Pupil
from tests.cast import TODAY, SchoolCast
from tests.pages import text, tree
from tests.plans import AT_ANY_TIME, ask, ask_also
from tests.records.builders import talk, term_of, tick_states, visit

SignIn = Callable[[User], Client]
EXAMS = (WindowRule(Anchor.EXAMS, -14, 14),)
FEBRUARY = datetime.date(2027, 2, 1)


@pytest.fixture
def unlike(qingzhu: SchoolCast) -> SchoolCast:
    five = qingzhu.class_five.grade
    ask_also(qingzhu.year, "visit", five, windows=EXAMS, count=2, accepted_outcomes=[VisitOutcome.COMPLETED])
    ask_also(qingzhu.year, "talk", five, windows=AT_ANY_TIME, period=PeriodKind.YEAR)
    assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_shared, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    return qingzhu


def recorded(cast: SchoolCast) -> None:
    """One visit to each pupil, one of them declined, the fifth-grader's talk in the other term."""
    for pupil in (*cast.pupils, cast.pupil_of_colleague):
        visit(cast, cast.homeroom, pupil, outcome=VisitOutcome.DECLINED)
    visit(cast, cast.mentor, cast.pupil_shared)
    visit(cast, cast.mentor, cast.pupil_shared, outcome=VisitOutcome.DECLINED)
    talk(cast, cast.mentor, cast.pupil_shared, term=term_of(cast, 2))
    talk(cast, cast.mentor, cast.pupils[0])


def done_by_hand(cast: SchoolCast) -> dict[str, set[Pupil]]:
    """Who has visit and talk in the first term, record by record, as the two grades are asked."""
    done: dict[str, set[Pupil]] = {"visit": set(), "talk": set()}
    for enrolment in Enrolment.objects.filter(year=cast.year, ends_on=None).select_related("school_class", "pupil"):
        pupil, is_five = enrolment.pupil, enrolment.school_class == cast.class_five
        visits = [v for v in HomeVisit.objects.filter(pupil=pupil) if v.term == term_of(cast)]
        counting = [v for v in visits if v.outcome == "completed" or (v.outcome == "declined" and not is_five)]
        if len(counting) >= (2 if is_five else 1):
            done["visit"].add(pupil)
        talks = [t for t in HeartTalk.objects.filter(pupils=pupil) if is_five or t.term == term_of(cast)]
        if talks:
            done["talk"].add(pupil)
    return done


def counts(progress: tuple[Progress, ...]) -> list[tuple[str, int, int]]:
    return [(p.label, p.done, p.total) for p in progress]


def calendar_of(cast: SchoolCast, on: datetime.date = TODAY) -> YearCalendar:
    return SchoolCalendar(cast.school.pk, on).now


def dashboard(cast: SchoolCast, on: datetime.date = TODAY) -> Dashboard:
    return find_dashboard(cast.actor(cast.office), calendar_of(cast, on))


def test_a_tick_asks_what_the_grade_is_asked(unlike: SchoolCast) -> None:
    recorded(unlike)
    assert tick_states(unlike, unlike.pupils[0]) == {"visit": "done", "talk": "done"}
    # One of two visits counts, and the talk stands with the year.
    assert tick_states(unlike, unlike.pupil_shared) == {"visit": "planned"}
    assert tick_states(unlike, unlike.pupil_shared, term_number=None) == {"talk": "done"}
    visit(unlike, unlike.mentor, unlike.pupil_shared)
    assert tick_states(unlike, unlike.pupil_shared) == {"visit": "done"}
    assert rebuild_ticks(year=unlike.year, on=TODAY, check=True) == []


def test_a_grade_that_is_not_asked_has_no_tick(unlike: SchoolCast) -> None:
    ask(unlike.year, "talk", grades=[])
    talk(unlike, unlike.mentor, unlike.pupils[0])
    assert Tick.objects.count() == 0


def test_the_dashboard_counts_each_grade_by_its_rule(unlike: SchoolCast) -> None:
    recorded(unlike)
    by_hand = {action: len(done) for action, done in done_by_hand(unlike).items()}
    assert by_hand == {"visit": 3, "talk": 2}
    found = dashboard(unlike)
    assert counts(found.tally.actions) == [("家访", 3, 5), ("谈心", 2, 5), ("成长寄语", 0, 5)]
    assert [counts(block.tally.actions)[:2] for block in found.blocks] == [
        [("家访", 3, 4), ("谈心", 1, 4)],
        [("家访", 0, 1), ("谈心", 1, 1)],
    ]
    # 丁小雨 has nothing; the fifth-grader has the talk.
    assert found.tally.untouched == 1
    recount_all(today=TODAY)
    (row,) = schools_side_by_side(unlike.actor(unlike.bureau_user)).rows
    kept = [row.shares[p.action] for p in found.tally.actions]
    assert [(one.part, one.whole) for one in kept] == [(p.done, p.total) for p in found.tally.actions]


def test_the_list_behind_each_figure_is_as_long_as_it_says(unlike: SchoolCast) -> None:
    recorded(unlike)
    actor, calendar = unlike.actor(unlike.office), calendar_of(unlike)
    everybody = {row.pupil for row in pupils_to_show(actor, calendar, show="")}
    for action, done in done_by_hand(unlike).items():
        assert {row.pupil for row in pupils_to_show(actor, calendar, show=action)} == everybody - done
    assert [row.pupil for row in pupils_to_show(actor, calendar, show="none")] == [unlike.pupil_unassigned]


def test_class_and_mentor_pages_count_by_the_rule_of_each_pupil(unlike: SchoolCast) -> None:
    recorded(unlike)
    calendar = calendar_of(unlike)
    five = find_class(calendar, unlike.class_five)
    assert counts(five.tally.actions) == [("家访", 0, 1), ("谈心", 1, 1), ("成长寄语", 0, 1)]
    page = find_mentor(unlike.actor(unlike.office), calendar, unlike.slot)
    assert counts(page.tally.actions) == [("家访", 2, 3), ("谈心", 2, 3), ("成长寄语", 0, 3)]
    book = find_book(unlike.actor(unlike.office), calendar, unlike.slot)
    assert counts(book.actions) == counts(page.tally.actions)


def test_windows_are_told_with_the_grades_that_have_them(unlike: SchoolCast, client_of: SignIn) -> None:
    """Talks of grade 1 and visits of grade 5 have the window of the exams; the visits of grade 1 are over."""
    found = dashboard(unlike)
    assert [(w.progress.label, w.grades.label, w.grades.place, w.progress.open) for w in found.windows] == [
        ("家访", "五年级", f"g{unlike.class_five.grade.pk}", 1),
        ("谈心", "一年级", f"g{unlike.class_one.grade.pk}", 4),
    ]
    assert [(o.label, o.grades.label, o.open) for o in found.overdue] == [("家访", "一年级", 4)]
    later = dashboard(unlike, FEBRUARY)
    assert [(o.label, o.grades.label, o.open) for o in later.overdue] == [
        ("家访", "一年级", 4), ("家访", "五年级", 1), ("谈心", "一年级", 4), ("成长寄语", "", 5),
    ]  # fmt: skip
    page = tree(client_of(unlike.office).get(reverse("office:dashboard")))
    (overdue,) = (text(p) for p in page.iter("div") if p.get("class") == "overdue")
    assert overdue == "已过期仍未完成：一年级家访 4 位（9月15日截止）"


def test_the_desk_parts_an_action_by_window(unlike: SchoolCast, client_of: SignIn) -> None:
    page = tree(client_of(unlike.mentor).get(reverse("desk:home")))
    lines = [text(p) for p in page.iter("p") if p.get("class") == "desk-next-line"]
    assert lines == ["五年级还有 1 位同学没有家访"]
    bars = [text(p) for p in page.iter("span") if str(p.get("class")).startswith("desk-bar-more")]
    assert bars == ["2 位已过期", "还有 3 位", "还有 3 位"]


def test_a_mentor_with_two_grades_is_told_of_each_window_once(unlike: SchoolCast) -> None:
    visit(unlike, unlike.mentor, unlike.pupils[0])
    (digest,) = (d for d in plan_digests(unlike.school, on=TODAY) if d.user == unlike.mentor)
    assert digest.lines == [
        "还有 1 位同学没有家访（11月25日前）",
        "还有 2 位同学没有谈心（11月25日前）",
        "还有 1 位同学没有谈心（本学年内）",
        "已过期仍未完成：家访 1 位",
    ]


def test_grades_with_the_same_window_are_told_together(qingzhu: SchoolCast) -> None:
    """Another count is no other window: one sentence, not two."""
    assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_shared, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    ask_also(qingzhu.year, "talk", qingzhu.class_five.grade, count=2, period=PeriodKind.YEAR)
    talk(qingzhu, qingzhu.mentor, qingzhu.pupil_shared)
    lines = [d.lines for d in plan_digests(qingzhu.school, on=TODAY) if d.user == qingzhu.mentor]
    assert [line for line in lines[0] if "谈心" in line] == ["还有 3 位同学没有谈心（11月25日前）"]
    (window,) = dashboard(qingzhu).windows
    assert (window.progress.label, window.grades.label, window.progress.open) == ("谈心", "", 5)


def test_a_book_of_two_grades_shows_what_each_owes(unlike: SchoolCast) -> None:
    recorded(unlike)
    book = record_book_context(unlike.slot, unlike.year, actor=unlike.actor(unlike.office))
    assert [(column.title, [p.short for p in column.periods]) for column in book.columns] == [
        ("家访", ["上", "下"]),
        ("谈心", ["上", "下", "年"]),
        ("一次反馈", ["上", "下"]),
    ]
    first, _, five = book.pupils
    assert [[(tick.done, tick.required) for tick in column] for column in (first.ticks[1], five.ticks[1])] == [
        [(True, True), (False, True), (False, False)],
        [(False, False), (False, False), (True, True)],
    ]
    assert [[len(period) for period in page.entries[1]] for page in (first, five)] == [[1, 0, 0], [0, 0, 1]]


def test_a_book_of_one_grade_has_that_grades_columns(unlike: SchoolCast) -> None:
    assign_pupil(
        actor=unlike.system, pupil=unlike.pupil_shared, mentor=unlike.slot_shared, origin=AssignmentOrigin.OFFICE
    )
    books = [
        record_book_context(slot, unlike.year, actor=unlike.actor(unlike.office))
        for slot in (unlike.slot, unlike.slot_shared)
    ]
    assert [[(c.title, len(c.periods)) for c in book.columns] for book in books] == [
        [("一次家访", 2), ("一次谈心", 2), ("一次反馈", 2)],
        [("两次家访", 2), ("一次谈心", 1), ("一次反馈", 2)],
    ]


def test_a_summary_says_of_its_class_which_action_is_the_years(unlike: SchoolCast) -> None:
    actor = unlike.actor(unlike.office)
    said = [
        [(a.label, a.owed, a.period) for a in class_summary(actor, actor.calendar.now, place).actions]
        for place in (unlike.class_one, unlike.class_five)
    ]
    assert said == [
        [("家访", 4, ""), ("谈心", 4, ""), ("成长寄语", 4, "")],
        [("家访", 1, ""), ("谈心", 1, "本学年"), ("成长寄语", 1, "")],
    ]
