"""Every figure of a term's report, counted again by hand from the rows of a school of chance."""

import datetime
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from mentors.models.slots import Assignment, MentorMember, Teacher
from mentors.staff.models import TrainingSession
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.settling.queries.figures import LEAD, StaffRow, TermFigures, staff_rows, term_figures, term_span
from records.settling.queries.report import term_report
from schools.models import PlanAction, SchoolYear
from students.models import Enrolment
from tests.cast import SINCE, TODAY, SchoolCast
from tests.office.test_former_year import roll_year
from tests.records.builders import talk, visit
from tests.settling.school import generate

pytestmark = pytest.mark.django_db

ACTIONS = ("visit", "talk", "letter")


def present(cast: SchoolCast) -> dict[int, int]:
    """The pupils who are there, and their grades."""
    rows = Enrolment.objects.filter(year=cast.year).select_related("school_class")
    return {row.pupil_id: row.school_class.grade_id for row in rows if row.ends_on is None}


def there(rows: Any, *, term: int | None) -> list[Any]:
    """The rows that were not deleted, of the term or of the whole year."""
    return [row for row in rows.select_related("term") if row.deleted_at is None and term in (None, row.term.number)]


def done(cast: SchoolCast) -> dict[str, set[int]]:
    """Who has what: grade 5 owes its visit once a year."""
    accepted = PlanAction.objects.filter(plan__year=cast.year, action="visit").first()
    assert accepted is not None
    grades = present(cast)
    visits = there(HomeVisit.objects, term=None)
    return {
        "visit": {
            v.pupil_id
            for v in visits
            if v.outcome in accepted.accepted_outcomes
            and (v.term.number == 1 or grades.get(v.pupil_id) == cast.class_five.grade_id)
        },
        "talk": {pupil.pk for t in there(HeartTalk.objects, term=1) for pupil in t.pupils.all()},
        "letter": {w.pupil_id for w in there(GrowthLetter.objects, term=1) if w.state in ("handed_in", "released")},
    }


def main(cast: SchoolCast) -> dict[int, set[int]]:
    """The main pupils of each slot."""
    found: dict[int, set[int]] = {}
    for row in Assignment.objects.filter(year=cast.year):
        if row.ends_on is None and row.kind == "main" and row.pupil_id in present(cast):
            found.setdefault(row.mentor_id, set()).add(row.pupil_id)
    return found


def counted(found: Any, codes: Any) -> dict[str, int]:
    sums = Counter(found)
    return {code: sums[code] for code in codes}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_is_what_the_rows_say(qingzhu: SchoolCast, seed: int) -> None:
    generate(qingzhu, seed)
    actor = qingzhu.actor(qingzhu.office)
    figures, rows = term_figures(actor, actor.calendar.now), staff_rows(actor, actor.calendar.now)
    _check_school(qingzhu, figures)
    _check_staff(qingzhu, rows)


def _check_school(cast: SchoolCast, figures: TermFigures) -> None:
    grades, held, fulfilled = present(cast), main(cast), done(cast)
    one, five = cast.class_one.grade_id, cast.class_five.grade_id
    by_grade = {block.grade.pk: block.tally for block in figures.dashboard.blocks}
    for grade in (one, five):
        pupils = {pupil for pupil, place in grades.items() if place == grade}
        assert by_grade[grade].pupils == len(pupils)
        assert by_grade[grade].mentored == len(pupils & set().union(*held.values()))
        expected = [(len(pupils & fulfilled[action]), len(pupils)) for action in ACTIONS]
        assert [(p.done, p.total) for p in by_grade[grade].actions] == expected
    windows = [(w.action, w.grade_ids, w.done, w.total) for w in figures.windows if w.action == "visit"]
    assert sorted(windows, key=lambda window: sorted(window[1])) == sorted(
        (
            ("visit", frozenset(g), sum(p in fulfilled["visit"] for p in grades if grades[p] in g),
             sum(grades[p] in g for p in grades))
            for g in ({one}, {five})
        ),
        key=lambda window: sorted(window[1]),
    )  # fmt: skip
    mentors = figures.mentors
    assert mentors.slots == len(held)
    assert list(mentors.loads) == sorted(len(pupils) for pupils in held.values())
    assert mentors.teachers == sum(m.mentor_id in held for m in MentorMember.objects.all())
    supported = {a.pupil_id for a in Assignment.objects.all() if a.kind == "supporting" and a.ends_on is None}
    assert mentors.supported == len(supported & set(grades))
    visits = there(HomeVisit.objects, term=1)
    assert (figures.visits.total, figures.visits.pupils) == (len(visits), len({v.pupil_id for v in visits}))
    assert figures.visits.forms == counted((v.form for v in visits), figures.visits.forms)
    assert figures.visits.outcomes == counted((v.outcome for v in visits), figures.visits.outcomes)
    talks = there(HeartTalk.objects, term=1)
    assert figures.talks.total == len(talks) == sum(figures.talks.forms.values())
    assert figures.talks.pupils == len({pupil.pk for t in talks for pupil in t.pupils.all()})
    assert figures.talks.forms == counted((t.form for t in talks), figures.talks.forms)
    assert figures.talks.occasions == counted((t.occasion for t in talks), figures.talks.occasions)
    assert figures.talks.strategies == counted((s for t in talks for s in t.strategies), figures.talks.strategies)
    assert figures.talks.home_contacted == sum(t.home_contacted for t in talks)
    letters = there(GrowthLetter.objects, term=1)
    states = Counter(w.state for w in letters)
    assert (figures.letters.handed_in, figures.letters.released, figures.letters.read, figures.letters.replies) == (
        states["handed_in"] + states["released"],
        states["released"],
        0,
        0,
    )
    assert [(t.topic, t.hours, t.came) for t in figures.trainings] == [
        ("培训0", Decimal("0.5"), 3),
        ("培训1", Decimal("1.5"), 3),
    ]


def _check_staff(cast: SchoolCast, rows: list[StaffRow]) -> None:
    held, fulfilled = main(cast), done(cast)
    visits, talks = there(HomeVisit.objects, term=1), there(HeartTalk.objects, term=1)
    names = [(row.teacher.pinyin or row.teacher.name, row.teacher.number) for row in rows]
    assert names == sorted(names)
    found = {row.teacher: row for row in rows}
    for teacher in Teacher.objects.filter(school=cast.school):
        mentor_id = MentorMember.objects.get(teacher=teacher).mentor_id
        own = held.get(mentor_id, set())
        took_part = [v for v in visits if teacher in v.teachers.all()]
        wrote = [t for t in talks if t.created_by_id == teacher.user_id]
        if teacher not in found:
            assert [own, took_part, wrote] == [set(), [], []]
            continue
        row = found[teacher]
        assert row.pupils == len(own)
        assert row.actions == tuple((len(own & fulfilled[action]), len(own)) for action in ACTIONS)
        assert (row.visits, row.talks) == (len(took_part), len(wrote))
        attended = [s for s in TrainingSession.objects.prefetch_related("teachers") if teacher in s.teachers.all()]
        assert (row.trainings, row.hours) == (len(attended), sum(s.hours or 0 for s in attended))
        assert bool(row.shared_with) == (mentor_id == cast.slot_shared.pk)


def test_the_list_of_teachers_takes_the_same_queries_for_one_pupil_and_for_many(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for records in (0, 3):
        for pupil in (*qingzhu.pupils, qingzhu.pupil_of_colleague)[:records]:
            visit(qingzhu, qingzhu.homeroom, pupil)
            talk(qingzhu, qingzhu.homeroom, pupil)
        actor = qingzhu.actor(qingzhu.office)
        calendar = actor.calendar.now
        calendar.rules.required  # noqa: B018 - read before
        with django_assert_num_queries(11):
            staff_rows(actor, calendar)


def test_days_of_a_year_belong_to_one_term_each(qingzhu: SchoolCast) -> None:
    """A referral of the winter holidays counts once."""
    calendar = qingzhu.actor(qingzhu.office).calendar.now
    spans = []
    for number in (1, 2):
        term = calendar.in_term(number)
        spans.append(term_span(term))
    (first, last), (second, end) = spans
    assert first == calendar.terms[0].starts_on - LEAD
    assert second - last == datetime.timedelta(days=1)
    assert end >= calendar.terms[1].ends_on


def test_the_roll_over_leaves_a_terms_figures_as_they_were(qingzhu: SchoolCast) -> None:
    generate(qingzhu, 3)
    # Who was moved on the very day of the roll-over would count with both.
    Assignment.objects.update(starts_on=SINCE)
    Assignment.objects.exclude(ends_on=None).update(ends_on=TODAY - datetime.timedelta(days=1))
    before = qingzhu.actor(qingzhu.office)
    report, rows = term_report(before, before.calendar.now), staff_rows(before, before.calendar.now)
    roll_year(qingzhu)
    after = qingzhu.actor(qingzhu.office)
    former = after.calendar.at("2026-1")
    assert former is not None
    assert (former.year, after.calendar.now.year) == (qingzhu.year, SchoolYear.objects.get(start_year=2027))
    assert term_report(after, former).sections == report.sections
    assert staff_rows(after, former) == rows
