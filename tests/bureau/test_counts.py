"""The kept counts are what an independent count of the raw records says, whatever happened in between."""

import datetime
from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from core.clock import now
from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil
from records.bureau.enums import Measure
from records.bureau.models import CountedTerm, KeptCount, VisitDay
from records.bureau.queries.counting import count_year
from records.bureau.services.counting import recount_all, recount_changed, stale_schools
from records.enums import LetterState, TalkForm, VisitForm
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import ActionKind, PeriodKind, VisitOutcome
from schools.models import PlanAction
from students.enums import EndReason
from students.models import Enrolment
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.records.builders import letter, talk, visit
from tests.year.test_rollover import roll

#: What the writer of the counts calls.
COUNT = "records.bureau.services.counting.count_year"


def kept(cast: SchoolCast, grade: int | None = None, term: int = 1) -> dict[str, tuple[int, int]]:
    rows = KeptCount.objects.filter(school=cast.school, term__number=term)
    rows = rows.filter(grade=None) if grade is None else rows.filter(grade__number=grade)
    return {row.measure: (row.part, row.whole) for row in rows}


def by_hand(cast: SchoolCast, grade: int) -> dict[str, tuple[int, int]]:
    """The first term of a grade, counted child by child from the raw records, with no query of the product's."""
    places = Enrolment.objects.filter(year=cast.year, ends_on=None, school_class__grade__number=grade)
    pupils = [place.pupil for place in places.select_related("pupil")]
    rules = {r.action: r for r in PlanAction.objects.filter(plan__year=cast.year, required=True)}
    visits = [v for v in HomeVisit.objects.filter(deleted_at=None, term__number=1) if v.pupil in pupils]
    talks = list(HeartTalk.objects.filter(deleted_at=None, term__number=1).prefetch_related("pupils"))
    letters = GrowthLetter.objects.filter(deleted_at=None, term__number=1)
    handed = {LetterState.HANDED_IN, LetterState.RELEASED}

    def count_of(action: str, pupil: object) -> int:
        if action == ActionKind.VISIT:
            return sum(v.pupil == pupil and v.outcome in rules[action].accepted_outcomes for v in visits)
        if action == ActionKind.TALK:
            return sum(pupil in t.pupils.all() for t in talks)
        return sum(one.pupil == pupil and one.state in handed for one in letters)

    found = {
        str(action): (sum(count_of(action, p) >= rule.count for p in pupils), len(pupils))
        for action, rule in rules.items()
        if action in {ActionKind.VISIT, ActionKind.TALK, ActionKind.LETTER}
    }
    has_mentor = [p for p in pupils if p.assignments.filter(ends_on=None, kind="main", year=cast.year)]
    found[Measure.MENTORED.value] = len(has_mentor), len(pupils)
    came = [v for v in visits if v.outcome == VisitOutcome.COMPLETED]
    heard = [(t, p) for t in talks for p in t.pupils.all() if p in pupils]
    found[Measure.AT_HOME.value] = sum(v.form == VisitForm.HOME for v in came), len(came)
    found[Measure.FACE.value] = sum(t.form == TalkForm.FACE for t, _ in heard), len(heard)
    return {measure: pair for measure, pair in found.items() if pair[1]}


def work_of_a_term(cast: SchoolCast) -> None:
    """Visits of each outcome and form, shared talks, letters in two states, somebody who left and one who moved."""
    first, second = cast.pupils
    visit(cast, cast.mentor, first)
    visit(cast, cast.mentor, first, form=VisitForm.PHONE)
    visit(cast, cast.mentor, second, outcome=VisitOutcome.POSTPONED)
    visit(cast, cast.sharer, cast.pupil_shared, form=VisitForm.SCHOOL)
    talk(cast, cast.mentor, first, second)
    talk(cast, cast.mentor, first, form=TalkForm.PHONE)
    talk(cast, cast.sharer, cast.pupil_shared)
    letter(cast, cast.mentor, first)
    letter(cast, cast.mentor, second, draft=True)
    gone = EnrolmentFactory.create(school_class=cast.class_one)
    visit(cast, cast.homeroom, gone.pupil)
    Enrolment.objects.filter(pk=gone.pk).update(ends_on=TODAY, end_reason=EndReason.TRANSFER_OUT)
    place = Enrolment.objects.get(pupil=cast.pupil_of_colleague)
    visit(cast, cast.colleague, cast.pupil_of_colleague)
    Enrolment.objects.filter(pk=place.pk).update(ends_on=TODAY, end_reason=EndReason.CLASS_CHANGE)
    EnrolmentFactory.create(school_class=cast.class_five, pupil=cast.pupil_of_colleague, starts_on=TODAY)


def test_the_kept_counts_are_those_of_the_raw_records(qingzhu: SchoolCast) -> None:
    work_of_a_term(qingzhu)
    recount_all(today=TODAY)
    assert kept(qingzhu, 1) == by_hand(qingzhu, 1)
    assert kept(qingzhu, 5) == by_hand(qingzhu, 5)
    whole = Counter[str]()
    part = Counter[str]()
    for grade in (1, 5):
        for measure, (done, owed) in by_hand(qingzhu, grade).items():
            part[measure] += done
            whole[measure] += owed
    school = kept(qingzhu)
    assert school.pop(Measure.TRAINED) == (0, 5)
    assert school == {measure: (part[measure], whole[measure]) for measure in whole}


def test_a_yearly_action_counts_in_each_term_of_its_year_and_one_of_a_term_in_its_own(qingzhu: SchoolCast) -> None:
    PlanAction.objects.filter(plan__year=qingzhu.year, action=ActionKind.VISIT).update(period=PeriodKind.YEAR)
    first, _second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first)
    talk(qingzhu, qingzhu.mentor, first)
    recount_all(today=datetime.date(2027, 4, 1))
    found = [[kept(qingzhu, 1, term)[action] for action in (ActionKind.VISIT, ActionKind.TALK)] for term in (1, 2)]
    assert found == [[(1, 4), (1, 4)], [(1, 4), (0, 4)]]


def test_visits_are_counted_by_day_and_form(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[1], form=VisitForm.PHONE, date=TODAY)
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[1], outcome=VisitOutcome.DECLINED, date=TODAY)
    recount_all(today=TODAY)
    yesterday = TODAY - datetime.timedelta(days=1)
    assert sorted(VisitDay.objects.values_list("date", "form", "visits")) == [
        (yesterday, VisitForm.HOME, 1),
        (TODAY, VisitForm.PHONE, 1),
    ]


def test_a_record_makes_its_school_stale_and_no_other(qingzhu: SchoolCast, other: SchoolCast) -> None:
    """The audit is what tells: no writer marks anything, so none can forget to."""
    bureau, later = qingzhu.school.bureau, datetime.timedelta(hours=1)
    assert bureau is not None
    recount_all(today=TODAY)
    CountedTerm.objects.update(counted_at=CountedTerm.objects.first().counted_at + later)  # type: ignore[union-attr]
    assert list(stale_schools(bureau)) == []
    CountedTerm.objects.update(counted_at=CountedTerm.objects.first().counted_at - 2 * later)  # type: ignore[union-attr]
    assert list(stale_schools(bureau)) == [qingzhu.school]
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    before = kept(qingzhu, 1)[ActionKind.VISIT]
    recount_changed(today=TODAY)
    assert (before, kept(qingzhu, 1)[ActionKind.VISIT]) == ((0, 4), (1, 4))


def test_a_pupil_given_a_mentor_is_counted_in_the_next_minute(qingzhu: SchoolCast) -> None:
    recount_changed(today=TODAY)
    before = kept(qingzhu)[Measure.MENTORED]
    assign_pupil(
        actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupil_unassigned, mentor=qingzhu.slot,
        origin=AssignmentOrigin.OFFICE,
    )  # fmt: skip
    recount_changed(today=TODAY)
    assert (before, kept(qingzhu)[Measure.MENTORED]) == ((4, 5), (5, 5))


def test_the_year_after_a_roll_over_is_counted_in_the_next_minute(qingzhu: SchoolCast) -> None:
    """Seen: the bureau had no figures of the new year until the night, and `rebuild_ticks --check` told of each."""
    bureau = qingzhu.school.bureau
    assert bureau is not None
    recount_all(today=TODAY)
    done = roll(qingzhu)
    assert list(stale_schools(bureau)) == [qingzhu.school]
    recount_changed(today=TODAY)
    counted = CountedTerm.objects.filter(term__year=done.to_year).values_list("term__number", flat=True)
    assert list(counted) == [1]
    # It is not counted again and again because its terms are still to come.
    CountedTerm.objects.update(counted_at=now() + datetime.timedelta(hours=1))
    assert list(stale_schools(bureau)) == []


def test_the_command_proves_the_counts_and_mends_them(qingzhu: SchoolCast) -> None:
    recount_all(today=TODAY)
    CountedTerm.objects.update(counted_at=CountedTerm.objects.first().counted_at + datetime.timedelta(hours=1))  # type: ignore[union-attr]
    KeptCount.objects.filter(measure=Measure.VISIT, grade__number=1).update(part=2)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("rebuild_ticks", check=True, stdout=out)
    assert "(nothing changed)" in out.getvalue()
    assert out.getvalue().count("figure count") == 1
    call_command("rebuild_ticks", stdout=StringIO())
    assert kept(qingzhu, 1)[ActionKind.VISIT] == (0, 4)


@pytest.mark.parametrize("work", [0, 1])
def test_a_school_costs_the_same_to_count_whatever_is_in_it(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries, work: int
) -> None:
    if work:
        work_of_a_term(qingzhu)
    recount_all(today=TODAY)
    with django_assert_num_queries(27):
        recount_all(today=TODAY)


def test_nobody_who_saves_waits_while_a_school_is_counted(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting stood inside the transaction that writes: on SQLite each save of a talk waited for it."""
    depths = list[int]()

    def counted(*arguments: Any) -> Any:
        depths.append(len(connection.savepoint_ids))
        return count_year(*arguments)

    monkeypatch.setattr(COUNT, counted)
    recount_all(today=TODAY)
    # The test's own transaction is no savepoint.
    assert depths == [0]
    assert kept(qingzhu, 1)[ActionKind.VISIT] == (0, 4)


def test_a_count_that_comes_late_writes_over_no_newer_one(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers count the same school; the one that began first may be the last to write."""

    def overtaken(*arguments: Any) -> Any:
        found = count_year(*arguments)
        monkeypatch.setattr(COUNT, count_year)
        visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
        recount_all(today=TODAY)
        return found

    monkeypatch.setattr(COUNT, overtaken)
    moments = iter(now() + datetime.timedelta(seconds=n) for n in range(100))
    monkeypatch.setattr("records.bureau.services.counting.now", lambda: next(moments))
    recount_all(today=TODAY)
    assert kept(qingzhu, 1)[ActionKind.VISIT] == (1, 4)
