"""Preparing and running a round: who may, what is refused, what stays."""

import datetime
from dataclasses import replace

import pytest

from core.clock import now
from core.errors import DomainError
from mentors.enums import MatchRule, ReadinessState, RoundState
from mentors.rounds.models import MatchingRound
from mentors.rounds.queries.running import Phase, candidates, open_to, participants, phase
from mentors.rounds.services.draft import draft_round
from mentors.rounds.services.running import (
    CandidateData,
    cancel_round,
    close_round,
    create_round,
    open_round,
    prolong_round,
    set_candidates,
    update_round,
)
from mentors.rounds.services.settings import RoundSettings, default_settings
from mentors.staff.models import ReadinessCase
from schools.enums import MatchingMode
from tests.cast import TODAY, SchoolCast
from tests.mentors.rounds.builders import chose, office, opened, over, set_up, slot_of


def test_a_round_starts_from_the_plan_and_the_teams_of_its_classes(qingzhu: SchoolCast) -> None:
    row = create_round(actor=office(qingzhu), year=qingzhu.year, grade=qingzhu.class_five.grade)
    assert (row.mode, row.rule, row.state, row.name) == ("choice", "satisfaction", "setup", "五年级意向征询")
    assert 100_000 <= row.seed < 1_000_000
    found = [(c.number, c.mentor.names, [k.label for k in c.classes.all()]) for c in candidates(row)]
    assert found == [(1, "陶然/石磊", ["五（1）班"])]


@pytest.mark.parametrize(
    "mode, rule",
    [
        (MatchingMode.CHOICE, MatchRule.SATISFACTION),
        (MatchingMode.TWO_SIDED, MatchRule.STABLE),
        (MatchingMode.CLUB, MatchRule.GIVEN),
        (MatchingMode.CARRY_ON, MatchRule.GIVEN),
    ],
)
def test_each_way_of_matching_has_its_usual_rule(qingzhu: SchoolCast, mode: MatchingMode, rule: MatchRule) -> None:
    row = create_round(actor=office(qingzhu), year=qingzhu.year, grade=qingzhu.class_one.grade, mode=mode)
    assert row.rule == rule


def test_a_grade_whose_homeroom_teachers_match_needs_another_way_first(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        create_round(actor=office(qingzhu), year=qingzhu.year, grade=qingzhu.class_one.grade)
    assert refused.value.code == "no_mode"


def test_a_second_round_of_a_grade_waits_for_the_first_one(qingzhu: SchoolCast) -> None:
    first = set_up(qingzhu, qingzhu.class_one)
    with pytest.raises(DomainError) as refused:
        set_up(qingzhu, qingzhu.class_one)
    assert refused.value.code == "round_running"
    cancel_round(actor=office(qingzhu), round=first)
    set_up(qingzhu, qingzhu.class_one)
    assert MatchingRound.objects.count() == 2


@pytest.mark.parametrize("part", ["admin", "homeroom", "mentor", "leader", "counsellor"])
def test_only_the_moral_office_runs_rounds(qingzhu: SchoolCast, part: str) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    actor = qingzhu.actor(qingzhu.people[part])
    for act in (open_round, close_round, cancel_round, draft_round):
        with pytest.raises(DomainError) as refused:
            act(actor=actor, round=row)
        assert refused.value.code == "not_allowed"


def test_another_school_s_office_is_refused_first(qingzhu: SchoolCast, other: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    with pytest.raises(DomainError) as refused:
        cancel_round(actor=office(other), round=row)
    assert refused.value.code == "other_school"


def test_a_teacher_who_pauses_is_no_candidate_and_nothing_says_why(qingzhu: SchoolCast) -> None:
    teacher = qingzhu.slot_colleague.members.get().teacher
    ReadinessCase.objects.create(
        school=qingzhu.school, teacher=teacher, state=ReadinessState.PAUSED, starts_on=TODAY, reason="-"
    )
    row = set_up(qingzhu, qingzhu.class_one)
    assert [c.mentor.names for c in candidates(row)] == ["何知秋", "林小满"]


def test_pupils_with_a_mentor_take_part_only_in_a_rematch(qingzhu: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    assert [e.pupil for e in participants(row)] == [qingzhu.pupil_unassigned]
    update_round(
        actor=office(qingzhu),
        round=row,
        settings=replace(default_settings(MatchingMode.CHOICE, row.grade), rematch=True),
    )
    row.refresh_from_db()
    assert [e.pupil.name for e in participants(row)] == ["安可儿", "白一诺", "曹子墨", "丁小雨"]


def test_a_mentor_is_open_to_one_class_several_or_the_grade(qingzhu: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    far = slot_of(qingzhu, "远道")
    wanted = [
        CandidateData(far.pk, whole_grade=True, number=7),
        CandidateData(qingzhu.slot.pk, class_ids=frozenset({qingzhu.class_one.pk})),
    ]
    set_candidates(actor=office(qingzhu), round=row, candidates=wanted)
    assert [(c.number, c.mentor_id) for c in candidates(row)] == [(2, qingzhu.slot.pk), (7, far.pk)]
    assert open_to(row) == {qingzhu.pupil_unassigned.pk: frozenset({far.pk, qingzhu.slot.pk})}


def test_numbers_may_be_swapped_until_the_choosing_begins(qingzhu: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    own = frozenset({qingzhu.class_one.pk})
    swapped = [
        CandidateData(qingzhu.slot.pk, class_ids=own, number=1),
        CandidateData(qingzhu.slot_homeroom.pk, class_ids=own, number=2),
    ]
    set_candidates(actor=office(qingzhu), round=row, candidates=swapped)
    assert [(c.number, c.mentor.names) for c in candidates(row)] == [(1, "林小满"), (2, "何知秋")]
    open_round(actor=office(qingzhu), round=row)
    back = [
        CandidateData(qingzhu.slot.pk, class_ids=own, number=2),
        CandidateData(qingzhu.slot_homeroom.pk, class_ids=own, number=1),
    ]
    with pytest.raises(DomainError) as refused:
        set_candidates(actor=office(qingzhu), round=row, candidates=back)
    assert refused.value.code == "numbers_fixed"


@pytest.mark.parametrize(
    "wanted, code",
    [
        ("twice", "twice"),
        ("foreign", "other_school"),
        ("nobody", "no_class"),
        ("same number", "number_twice"),
    ],
)
def test_senseless_candidates_are_refused(qingzhu: SchoolCast, other: SchoolCast, wanted: str, code: str) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    slot = CandidateData(qingzhu.slot.pk, whole_grade=True, number=1)
    rows = {
        "twice": [slot, slot],
        "foreign": [CandidateData(other.slot.pk, whole_grade=True)],
        "nobody": [CandidateData(qingzhu.slot.pk)],
        "same number": [slot, CandidateData(qingzhu.slot_colleague.pk, whole_grade=True, number=1)],
    }[wanted]
    with pytest.raises(DomainError) as refused:
        set_candidates(actor=office(qingzhu), round=row, candidates=rows)
    assert refused.value.code == code


def test_a_mentor_who_was_chosen_is_not_taken_away_while_pupils_choose(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    rest = [CandidateData(qingzhu.slot_colleague.pk, whole_grade=True)]
    with pytest.raises(DomainError) as refused:
        set_candidates(actor=office(qingzhu), round=row, candidates=rest)
    assert refused.value.code == "already_chosen"
    assert [c.mentor.names for c in candidates(row)] == ["何知秋", "林小满", "苏禾"]


def test_a_round_opens_only_when_every_class_has_someone_to_choose(qingzhu: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    set_candidates(actor=office(qingzhu), round=row, candidates=[])
    with pytest.raises(DomainError) as refused:
        open_round(actor=office(qingzhu), round=row)
    assert refused.value.code == "no_candidates"
    row.refresh_from_db()
    assert row.state == RoundState.SETUP


def test_the_dates_say_where_an_open_round_stands(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    hour = datetime.timedelta(hours=1)
    assert row.opens_at is not None
    assert row.closes_at is not None
    moments = (row.opens_at - hour, row.opens_at, row.closes_at - hour, row.closes_at)
    assert [phase(row, at) for at in moments] == [Phase.WAITING, Phase.CHOOSING, Phase.CHOOSING, Phase.OVER]


def test_a_round_is_closed_now_and_prolonged_again(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    row = close_round(actor=office(qingzhu), round=row)
    assert phase(row) is Phase.OVER
    row = prolong_round(actor=office(qingzhu), round=row, closes_at=now() + datetime.timedelta(days=1))
    assert phase(row) is Phase.CHOOSING
    with pytest.raises(DomainError) as refused:
        prolong_round(actor=office(qingzhu), round=row, closes_at=now() - datetime.timedelta(minutes=1))
    assert refused.value.code == "too_late"


def test_the_seed_stays_once_there_was_a_draft(qingzhu: SchoolCast) -> None:
    row = over(opened(qingzhu, qingzhu.class_one))
    row = draft_round(actor=office(qingzhu), round=row)
    settings = RoundSettings(name="新", seed=1, opens_at=row.opens_at, closes_at=row.closes_at)
    with pytest.raises(DomainError) as refused:
        update_round(actor=office(qingzhu), round=row, settings=settings)
    assert refused.value.code == "seed_fixed"


def test_another_rule_puts_the_draft_out_of_date(qingzhu: SchoolCast) -> None:
    row = draft_round(actor=office(qingzhu), round=over(opened(qingzhu, qingzhu.class_one)))
    settings = RoundSettings(name="新", rule=MatchRule.LOTTERY, opens_at=row.opens_at, closes_at=row.closes_at)
    row = update_round(actor=office(qingzhu), round=row, settings=settings)
    assert (row.drafted_at, row.digest, row.seed) == (None, "", 123456)


def test_a_rule_of_another_way_is_refused(qingzhu: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    with pytest.raises(DomainError) as refused:
        update_round(actor=office(qingzhu), round=row, settings=RoundSettings(name="新", rule=MatchRule.STABLE))
    assert refused.value.code == "rule_unfit"
