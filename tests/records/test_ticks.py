"""A tick follows from the records: under a termly and a yearly plan, for every outcome, once for a shared slot."""

import datetime
import uuid

import pytest
from django.utils.timezone import localdate

from core.clock import now
from records.desk.services.notes import VisitData, update_visit
from records.enums import LetterState, TickState
from records.letters.services.writing import hand_in_letter
from records.models.records import GrowthLetter, HeartTalk, Tick
from records.services.ticks import rebuild_ticks
from schools.enums import NoteVisibility, PeriodKind, Preset, VisitOutcome
from schools.models import PlanAction
from tests.cast import TODAY, SchoolCast
from tests.plans import ask
from tests.records.builders import LETTER, letter, partner_of, talk, term_of, tick_states, visit


def make_yearly(cast: SchoolCast) -> None:
    """Visits and talks of this school are owed once a year, as in the Wuhu plan 五(三)."""
    actions = PlanAction.objects.filter(plan__year=cast.year, action__in=["visit", "talk"])
    assert actions.update(period=PeriodKind.YEAR) == 2


def test_without_records_there_is_no_tick(qingzhu: SchoolCast) -> None:
    assert Tick.objects.count() == 0
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []


def test_visit_talk_and_letter_each_turn_their_own_tick(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil)
    assert tick_states(qingzhu, pupil) == {"visit": "done"}
    talk(qingzhu, qingzhu.mentor, pupil)
    assert tick_states(qingzhu, pupil) == {"visit": "done", "talk": "done"}
    letter(qingzhu, qingzhu.mentor, pupil)
    assert tick_states(qingzhu, pupil) == {"visit": "done", "talk": "done", "letter": "done"}
    assert tick_states(qingzhu, qingzhu.pupils[1]) == {}


def test_a_termly_plan_owes_the_action_again_in_the_second_term(qingzhu: SchoolCast) -> None:
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert tick_states(qingzhu, qingzhu.pupils[0], term_number=1) == {"talk": "done"}
    assert tick_states(qingzhu, qingzhu.pupils[0], term_number=2) == {}
    assert tick_states(qingzhu, qingzhu.pupils[0], term_number=None) == {}


def test_a_yearly_plan_counts_talks_for_the_year_and_letters_for_the_term(qingzhu: SchoolCast) -> None:
    make_yearly(qingzhu)
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], term=term_of(qingzhu, 2))
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert tick_states(qingzhu, qingzhu.pupils[0], term_number=None) == {"talk": "done"}
    assert tick_states(qingzhu, qingzhu.pupils[0], term_number=1) == {"letter": "done"}
    assert tick_states(qingzhu, qingzhu.pupils[0], term_number=2) == {}


@pytest.mark.parametrize(
    "preset, outcome, state",
    [
        (Preset.PRIMARY_TERMLY, VisitOutcome.COMPLETED, TickState.DONE),
        (Preset.PRIMARY_TERMLY, VisitOutcome.DECLINED, TickState.DONE),
        (Preset.PRIMARY_TERMLY, VisitOutcome.POSTPONED, TickState.PLANNED),
        (Preset.SENIOR_YEARLY, VisitOutcome.COMPLETED, TickState.DONE),
        (Preset.SENIOR_YEARLY, VisitOutcome.DECLINED, TickState.PLANNED),
        (Preset.SENIOR_YEARLY, VisitOutcome.POSTPONED, TickState.PLANNED),
    ],
)
def test_the_plan_says_which_outcomes_fulfil_a_visit(
    qingzhu: SchoolCast, preset: Preset, outcome: VisitOutcome, state: TickState
) -> None:
    if preset == Preset.SENIOR_YEARLY:
        ask(qingzhu.year, "visit", accepted_outcomes=[VisitOutcome.COMPLETED])
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], outcome=outcome)
    assert tick_states(qingzhu, qingzhu.pupils[0]) == {"visit": state}


def test_a_postponed_visit_turns_to_done_by_the_visit_that_follows(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], outcome=VisitOutcome.POSTPONED)
    second = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    tick = Tick.objects.get()
    assert (tick.state, tick.done_count, tick.done_on) == ("done", 1, second.date)


def test_the_first_of_two_visits_dates_the_tick(qingzhu: SchoolCast) -> None:
    late = datetime.date(2026, 10, 12)
    early = datetime.date(2026, 8, 20)
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=late)
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=early)
    tick = Tick.objects.get()
    assert (tick.state, tick.done_count, tick.done_on) == ("done", 2, early)


def test_a_plan_that_wants_two_visits_is_fulfilled_by_the_second(qingzhu: SchoolCast) -> None:
    ask(qingzhu.year, "visit", count=2)
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=datetime.date(2026, 9, 3))
    assert tick_states(qingzhu, qingzhu.pupils[0]) == {"visit": "planned"}
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=datetime.date(2026, 10, 8))
    tick = Tick.objects.get()
    assert (tick.state, tick.done_on) == ("done", datetime.date(2026, 10, 8))


def test_a_visit_before_term_start_counts_for_the_term(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=datetime.date(2026, 8, 15))
    assert Tick.objects.get().done_on == datetime.date(2026, 8, 15)


def test_a_talk_with_two_pupils_turns_both_ticks(qingzhu: SchoolCast) -> None:
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    assert [tick_states(qingzhu, p) for p in qingzhu.pupils] == [{"talk": "done"}, {"talk": "done"}]
    assert HeartTalk.objects.count() == 1


def test_a_shared_slot_counts_once_whoever_logs(qingzhu: SchoolCast) -> None:
    partner = partner_of(qingzhu)
    visit(qingzhu, qingzhu.sharer, qingzhu.pupil_shared, date=datetime.date(2026, 9, 2))
    visit(qingzhu, partner, qingzhu.pupil_shared, date=datetime.date(2026, 9, 5))
    tick = Tick.objects.get()
    assert (tick.state, tick.done_count, tick.done_on) == ("done", 2, datetime.date(2026, 9, 2))
    written = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared, draft=True)
    again = hand_in_letter(
        actor=qingzhu.actor(partner),
        pupil=qingzhu.pupil_shared,
        term=term_of(qingzhu),
        body=LETTER,
        advice="",
        version=written.version,
        submission=uuid.uuid4(),
    )
    assert (again.pk, GrowthLetter.objects.count(), again.state) == (written.pk, 1, LetterState.HANDED_IN)


def test_editing_a_visit_moves_its_tick(qingzhu: SchoolCast) -> None:
    first = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    update_visit(
        actor=qingzhu.actor(qingzhu.mentor),
        visit=first,
        version=1,
        data=VisitData(date=datetime.date(2026, 9, 1), visibility=NoteVisibility.TEAM, outcome=VisitOutcome.POSTPONED),
        teachers=(),
    )
    tick = Tick.objects.get()
    assert (tick.state, tick.done_on) == ("planned", None)


def test_the_rebuild_finds_and_mends_a_tick_that_drifted(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    Tick.objects.filter(action="visit").update(state=TickState.PLANNED, done_on=None, done_count=0)
    found = rebuild_ticks(year=qingzhu.year, on=TODAY, check=True)
    assert [(d.pupil_id, d.action) for d in found] == [(qingzhu.pupils[0].pk, "visit")]
    assert tick_states(qingzhu, qingzhu.pupils[0]) == {"visit": "planned"}
    rebuild_ticks(year=qingzhu.year, on=TODAY)
    assert tick_states(qingzhu, qingzhu.pupils[0]) == {"visit": "done"}
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []


def test_a_letters_tick_is_dated_by_the_day_it_was_handed_in(qingzhu: SchoolCast) -> None:
    """A planted error, always the present day, went unnoticed by a tick that is reckoned again later."""
    pupil = qingzhu.pupils[0]
    written = letter(qingzhu, qingzhu.mentor, pupil)
    handed_in = now() - datetime.timedelta(days=9)
    GrowthLetter.objects.filter(pk=written.pk).update(handed_in_at=handed_in)
    rebuild_ticks(year=qingzhu.year, on=TODAY)
    assert Tick.objects.get(pupil=pupil, action="letter").done_on == localdate(handed_in)
