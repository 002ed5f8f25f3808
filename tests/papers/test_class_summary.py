"""班级学期小结: figures that follow from the ticks, for whoever may open the class's page, and no word of a note."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil
from records.contexts import ClassSummary
from records.enums import TalkForm
from records.office.queries.pupils import school_classes
from records.papers.queries.class_summary import class_summary
from schools.enums import NoteVisibility, VisitOutcome
from schools.models import SchoolClass
from schools.services import create_class
from tests.cast import EnrolmentFactory, SchoolCast
from tests.documents import reading
from tests.records.builders import letter, released_letter, talk, visit

SignIn = Callable[[User], Client]
SECRET = "这段话不给别人看。"


def summary(cast: SchoolCast, school_class: SchoolClass | None = None, term: int = 1) -> ClassSummary:
    actor = cast.actor(cast.office)
    calendar = actor.calendar.now.in_term(term)
    assert calendar is not None
    found = school_classes(actor).get(pk=(school_class or cast.class_one).pk)
    return class_summary(actor, calendar, found)


def test_figures_follow_from_the_ticks(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first)
    talk(qingzhu, qingzhu.mentor, first, second)
    talk(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, form=TalkForm.PHONE)
    released_letter(qingzhu, qingzhu.mentor, first)
    letter(qingzhu, qingzhu.mentor, second)
    letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, draft=True)
    found = summary(qingzhu)
    assert [(a.label, a.done, a.owed) for a in found.actions] == [("家访", 1, 4), ("谈心", 3, 4), ("成长寄语", 2, 4)]
    assert (len(found.pupils), found.mentored, found.face_to_face, found.letters) == (4, 3, (1, 2), (2, 1))
    assert [(m.names, m.pupils, m.figures, m.leader) for m in found.mentors] == [
        ("何知秋", 0, ((0, 0), (0, 0), (0, 0)), True),
        ("林小满", 2, ((1, 2), (2, 2), (2, 2)), False),
        ("苏禾", 1, ((0, 1), (1, 1), (0, 1)), False),
    ]
    assert [(p.seat, p.name, p.mentor, "".join("√" if t.done else "○" for t in p.ticks)) for p in found.pupils] == [
        (1, "安可儿", "林小满", "√√√"),
        (2, "白一诺", "林小满", "○√√"),
        (3, "曹子墨", "苏禾", "○√○"),
        (4, "丁小雨", "", "○○○"),
    ]


def test_the_other_term_starts_at_nought(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    second = summary(qingzhu, term=2)
    assert (second.term, second.actions[0].done) == ("2026学年第二学期", 0)


def test_a_mentor_of_another_classs_team_is_told_so(qingzhu: SchoolCast) -> None:
    origin = AssignmentOrigin.OFFICE
    assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_unassigned, mentor=qingzhu.slot_shared, origin=origin)
    assert [(m.names, m.guest) for m in summary(qingzhu).mentors] == [
        ("何知秋", False),
        ("林小满", False),
        ("苏禾", False),
        ("陶然/石磊", True),
    ]


def test_a_class_of_an_uncovered_grade_owes_nothing(qingzhu: SchoolCast) -> None:
    uncovered = create_class(year=qingzhu.year, grade_number=2, number=1)
    EnrolmentFactory.create(school_class=uncovered)
    found = summary(qingzhu, uncovered)
    assert [(a.done, a.owed) for a in found.actions] == [(0, 0)] * 3
    assert ([t.required for t in found.pupils[0].ticks], found.letters) == ([False] * 3, None)


@pytest.mark.parametrize("more", [0, 3])
def test_it_costs_the_same_for_four_pupils_and_for_seven(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    EnrolmentFactory.create_batch(more, school_class=qingzhu.class_one)
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    actor = qingzhu.actor(qingzhu.office)
    calendar = actor.calendar.now.in_term(1)
    assert calendar is not None
    found = school_classes(actor).get(pk=qingzhu.class_one.pk)
    with django_assert_num_queries(11):
        assert len(class_summary(actor, calendar, found).pupils) == 4 + more


# --- The page ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["office", "leader", "homeroom"])
def test_it_prints_ticks_and_no_text_and_is_logged(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    first = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, first, text=SECRET, agreement=SECRET, outcome=VisitOutcome.DECLINED)
    talk(qingzhu, qingzhu.mentor, first, text=SECRET, place="心理室", visibility=NoteVisibility.AUTHOR)
    letter(qingzhu, qingzhu.mentor, first, body=SECRET)
    answer = client_of(qingzhu.people[part]).get(
        reverse("papers:class_summary", args=[qingzhu.class_one.pk]), {"term": 1}
    )
    words = reading.text(answer.content)
    assert (answer["Content-Type"], "一（1）班学期小结" in words, "1安可儿林小满" in words) == (
        "application/pdf",
        True,
        True,
    )
    assert [word in words for word in (SECRET, "心理室", "婉拒", "受限")] == [False] * 4
    entry = AuditEntry.objects.get(verb="print_class_summary")
    assert (entry.kind, entry.target_id, entry.detail) == (
        AuditKind.READ,
        qingzhu.class_one.pk,
        {"term": 1, "pupils": 4},
    )


def test_the_class_teacher_of_another_class_gets_none(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.homeroom)
    classes = (qingzhu.class_five, other.class_one)
    answers = [client.get(reverse("papers:class_summary", args=[c.pk])).status_code for c in classes]
    assert (answers, AuditEntry.objects.filter(verb="print_class_summary").exists()) == ([403, 404], False)


def test_the_classs_page_leads_to_it(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.leader).get(reverse("office:class", args=[qingzhu.class_one.pk])).content.decode()
    assert page.count(reverse("papers:class_summary", args=[qingzhu.class_one.pk])) == 1
