"""Matches worked out by hand."""

import subprocess
import sys

import pytest

from mentors.enums import MatchRule, MatchTieBreak, MentorMarkKind, PlacementHow, PlacementReason
from mentors.matching.problem import Problem, lottery_numbers, turns
from mentors.matching.solve import Match, Placement, solve
from tests.mentors.matching.builders import A, B, C, D, mentor, problem, pupil

UNSUITABLE, PREFERRED = MentorMarkKind.UNSUITABLE, MentorMarkKind.PREFERRED


def outcome(match: Match) -> list[tuple[int, int | None, int | None, PlacementHow, PlacementReason | None]]:
    return [(p.pupil, p.mentor, p.rank, p.how, p.reason) for p in match.placements]


def got(wanted: Problem) -> dict[int, int]:
    return solve(wanted).mentors()


def test_best_satisfaction_gives_more_pupils_a_choice_than_taking_turns() -> None:
    # In turn, 1 takes A and 2 takes B, so that nothing is left for 3. Only A-3, B-1, C-2 gives everybody a choice.
    pupils = [pupil(1, A, B), pupil(2, B, C), pupil(3, A)]
    mentors = [mentor(A, 1), mentor(B, 1), mentor(C, 1)]
    assert got(problem(pupils, mentors, rule=MatchRule.LOTTERY, fill=False)) == {1: A, 2: B}
    assert got(problem(pupils, mentors, rule=MatchRule.SATISFACTION, fill=False)) == {1: B, 2: C, 3: A}


def test_best_satisfaction_prefers_the_least_sum_of_ranks() -> None:
    # A-1 and B-2 make 1 + 3, B-1 and A-2 make 2 + 1, although 1 is first in the roster.
    pupils = [pupil(1, A, B), pupil(2, A, D, B)]
    mentors = [mentor(A, 1), mentor(B, 1)]
    assert got(problem(pupils, mentors)) == {1: B, 2: A}


def test_among_ways_of_the_same_sum_those_first_in_turn_fare_best() -> None:
    # A-1, C-2, D-3 and B-1, C-2, A-3 both make 1 + 1 + 2: 1 is before 3 in the roster, so 1 gets the first choice.
    pupils = [pupil(1, A, B, C, D), pupil(2, C, D, A, B), pupil(3, A, D, C)]
    mentors = [mentor(key, 1) for key in (A, B, C, D)]
    assert got(problem(pupils, mentors)) == {1: A, 2: C, 3: D}


@pytest.mark.parametrize("rule", [MatchRule.SATISFACTION, MatchRule.LOTTERY, MatchRule.STABLE, MatchRule.GIVEN])
def test_between_equals_the_roster_decides_if_it_breaks_the_ties(rule: MatchRule) -> None:
    pupils = [pupil(2, A, B), pupil(1, A, B)]
    assert got(problem(pupils, [mentor(A, 1), mentor(B, 1)], rule=rule)) == {1: A, 2: B}


@pytest.mark.parametrize("rule", [MatchRule.SATISFACTION, MatchRule.LOTTERY, MatchRule.STABLE, MatchRule.GIVEN])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_between_equals_the_smaller_lottery_number_decides(rule: MatchRule, seed: int) -> None:
    wanted = problem(
        [pupil(1, A), pupil(2, A)], [mentor(A, 1)], rule=rule, tie_break=MatchTieBreak.LOTTERY, seed=seed, fill=False
    )
    numbers = lottery_numbers(wanted)
    assert got(wanted) == {min(numbers, key=numbers.__getitem__): A}


def test_the_lottery_depends_on_the_seed_alone() -> None:
    pupils = [pupil(key) for key in range(1, 7)]
    drawn = lottery_numbers(problem(pupils, [], seed=3))
    assert drawn == {2: 1, 1: 2, 6: 3, 3: 4, 5: 5, 4: 6}
    assert lottery_numbers(problem(reversed(pupils), [mentor(A, 1)], seed=3, rule=MatchRule.STABLE)) == drawn
    assert lottery_numbers(problem(pupils, [], seed=4)) != drawn


def test_turns_follow_the_roster_or_the_lottery() -> None:
    pupils = [pupil(3), pupil(1), pupil(2)]
    assert turns(problem(pupils, [])) == {1: 1, 2: 2, 3: 3}
    by_lottery = problem(pupils, [], tie_break=MatchTieBreak.LOTTERY)
    assert turns(by_lottery) == lottery_numbers(by_lottery)


def test_a_two_sided_match_follows_ranking_then_marks_then_turn() -> None:
    # A ranks 4 and marks 3 as 优先: those two get A. B takes 1, in turn before 2. 2 is left with C.
    pupils = [pupil(1, A, B, C), pupil(2, A, B, C), pupil(3, A, B, C), pupil(4, A, B, C)]
    mentors = [mentor(A, 2, ranking=(4,), marks={3: PREFERRED}), mentor(B, 1), mentor(C, 1)]
    assert got(problem(pupils, mentors, rule=MatchRule.STABLE)) == {1: B, 2: C, 3: A, 4: A}


def test_a_two_sided_match_is_the_best_stable_one_for_the_pupils() -> None:
    # Two stable matches exist: pupils' first choices, or the mentors' first choices. The pupils propose.
    pupils = [pupil(1, A, B), pupil(2, B, A)]
    mentors = [mentor(A, 1, ranking=(2, 1)), mentor(B, 1, ranking=(1, 2))]
    assert got(problem(pupils, mentors, rule=MatchRule.STABLE)) == {1: A, 2: B}


def test_a_ranked_pupil_who_is_unsuitable_is_not_placed() -> None:
    wanted = problem(
        [pupil(1, A, open_to=[A])], [mentor(A, 1, ranking=(1,), marks={1: UNSUITABLE})], rule=MatchRule.STABLE
    )
    assert outcome(solve(wanted)) == [(1, None, None, PlacementHow.NONE, PlacementReason.NO_PLACE)]


@pytest.mark.parametrize("rule", list(MatchRule))
def test_each_fill_and_each_empty_hand_has_its_reason(rule: MatchRule) -> None:
    pupils = [
        pupil(1, A),
        pupil(2, A),  # full
        pupil(3),  # nothing handed in
        pupil(4, B),  # unsuitable to B
        pupil(5, D, open_to=[A, B, C]),  # D is not open to them
        pupil(6, 999),  # no such mentor takes part
        pupil(7, B, D, open_to=[A, B, C]),  # one unsuitable, one not open
    ]
    mentors = [mentor(A, 1), mentor(B, 0, marks={4: UNSUITABLE, 7: UNSUITABLE}), mentor(C, 10), mentor(D, 0)]
    expected = [
        (1, A, 1, PlacementHow.CHOICE, None),
        (2, C, None, PlacementHow.FILL, PlacementReason.CHOICES_FULL),
        (3, C, None, PlacementHow.FILL, PlacementReason.NO_CHOICE),
        (4, C, None, PlacementHow.FILL, PlacementReason.NOT_ACCEPTED),
        (5, C, None, PlacementHow.FILL, PlacementReason.NOT_OPEN),
        (6, C, None, PlacementHow.FILL, PlacementReason.NOT_OPEN),
        (7, C, None, PlacementHow.FILL, PlacementReason.NOT_ACCEPTED),
    ]
    assert outcome(solve(problem(pupils, mentors, rule=rule))) == expected
    unfilled = [
        row if row[3] is PlacementHow.CHOICE else (row[0], None, None, PlacementHow.NONE, row[4]) for row in expected
    ]
    assert outcome(solve(problem(pupils, mentors, rule=rule, fill=False))) == unfilled


@pytest.mark.parametrize("rule", list(MatchRule))
def test_without_any_place_left_the_reason_is_that(rule: MatchRule) -> None:
    pupils = [pupil(1, A), pupil(2, A), pupil(3, open_to=[])]
    assert outcome(solve(problem(pupils, [mentor(A, 1), mentor(B, 0)], rule=rule))) == [
        (1, A, 1, PlacementHow.CHOICE, None),
        (2, None, None, PlacementHow.NONE, PlacementReason.NO_PLACE),
        (3, None, None, PlacementHow.NONE, PlacementReason.NO_PLACE),
    ]


def test_kept_pupils_come_first_unless_their_first_choice_is_another() -> None:
    pupils = [
        pupil(1, A),
        pupil(2, kept=A),
        pupil(3, A, B, kept=A),
        pupil(4, B, A, kept=A),
        pupil(5, kept=A),  # no room left with A
    ]
    assert outcome(solve(problem(pupils, [mentor(A, 2), mentor(B, 2), mentor(C, 1)]))) == [
        (1, C, None, PlacementHow.FILL, PlacementReason.CHOICES_FULL),
        (2, A, None, PlacementHow.KEPT, None),
        (3, A, 1, PlacementHow.KEPT, None),
        (4, B, 1, PlacementHow.CHOICE, None),
        (5, B, None, PlacementHow.FILL, PlacementReason.NO_CHOICE),
    ]


def test_nobody_is_kept_where_the_two_no_longer_can() -> None:
    pupils = [pupil(1, kept=A), pupil(2, kept=A, open_to=[B]), pupil(3, kept=999)]
    mentors = [mentor(A, 3, marks={1: UNSUITABLE}), mentor(B, 3)]
    match = solve(problem(pupils, mentors, fill=False))
    assert match.placements == tuple(
        Placement(key, None, None, PlacementHow.NONE, PlacementReason.NO_CHOICE) for key in (1, 2, 3)
    )


def test_who_was_placed_by_hand_stays_whatever_the_rest_says() -> None:
    pupils = [
        pupil(1, B, A, pinned=A),
        pupil(2, pinned=A, open_to=[B]),  # not open, and beyond the places
        pupil(3, pinned=B, kept=A),  # unsuitable
        pupil(4, A, B),
        pupil(5, pinned=999),  # takes no part in the round
    ]
    assert outcome(solve(problem(pupils, [mentor(A, 1), mentor(B, 2, marks={3: UNSUITABLE})]))) == [
        (1, A, 2, PlacementHow.PINNED, None),
        (2, A, None, PlacementHow.PINNED, None),
        (3, B, None, PlacementHow.PINNED, None),
        (4, B, 2, PlacementHow.CHOICE, None),
        (5, 999, None, PlacementHow.PINNED, None),
    ]


def test_given_memberships_are_taken_as_they_stand() -> None:
    # Clubs: 1 and 2 belong to A's, 3 to B's; 4 carries on with B; nobody else gets anything without a fill.
    pupils = [pupil(1, A), pupil(2, A), pupil(3, B), pupil(4, kept=B), pupil(5)]
    wanted = problem(pupils, [mentor(A, 1), mentor(B, 2)], rule=MatchRule.GIVEN, fill=False)
    assert got(wanted) == {1: A, 3: B, 4: B}


def test_a_fill_finds_the_way_in_which_most_are_placed() -> None:
    # Greedily 1 would take A's only place, and 2 would be left out.
    pupils = [pupil(1, open_to=[A, B]), pupil(2, open_to=[A])]
    assert got(problem(pupils, [mentor(A, 1), mentor(B, 1)])) == {1: B, 2: A}


def test_a_fill_evens_the_loads_with_the_pupils_already_there() -> None:
    # A has 2 of 6, B none of 6, C none of 3: bars of 3/6, 3/6 and 1/3 or 2/3 after five more.
    mentors = [mentor(A, 4, present=2), mentor(B, 6), mentor(C, 3)]
    placed = list(got(problem([pupil(key) for key in range(1, 6)], mentors)).values())
    assert {key: placed.count(key) for key in (A, B, C)} == {A: 1, B: 3, C: 1}


def test_a_school_without_pupils_or_mentors_gets_an_empty_match() -> None:
    assert [solve(problem([], [mentor(A, 1)], rule=rule)).placements for rule in MatchRule] == [()] * 4
    assert [solve(problem([pupil(1, A)], [], rule=rule)).mentors() for rule in MatchRule] == [{}] * 4


def test_no_more_pupils_are_placed_than_places_when_these_are_negative() -> None:
    # After an exception was taken back, a mentor has more pupils than places.
    assert got(problem([pupil(1, A)], [mentor(A, -1, present=16)])) == {}


@pytest.mark.parametrize("rule", list(MatchRule))
def test_two_thousand_pupils_who_all_want_the_same_five_are_matched(rule: MatchRule) -> None:
    everybody = range(100, 240)
    pupils = [pupil(key, A, B, C, D, 105, open_to=everybody) for key in range(2000)]
    match = solve(problem(pupils, [mentor(key, 15) for key in everybody], rule=rule))
    assert [(p.mentor, p.rank) for p in match.placements[:75:15]] == [(A, 1), (B, 2), (C, 3), (D, 4), (105, 5)]
    assert [p.how for p in match.placements].count(PlacementHow.FILL) == 2000 - 75


def test_the_core_needs_neither_settings_nor_a_fixed_hash_seed() -> None:
    program = """
from django.conf import settings
from mentors.enums import MatchRule, MatchTieBreak
from mentors.matching.problem import Chooser, Place, Problem
from mentors.matching import quality, shortage, solve, spread
pupils = tuple(Chooser(k, (k,), (k % 3, (k + 1) % 3), frozenset(range(4))) for k in range(12))
mentors = tuple(Place(k, 3, {}) for k in range(4))
for rule in MatchRule:
    print(solve.solve(Problem(pupils, mentors, rule, MatchTieBreak.LOTTERY, 5)).mentors())
print(settings.configured)
"""
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(printed) == 1
    assert printed.pop().endswith("\nFalse\n")
