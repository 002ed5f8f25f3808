"""Figures of a match, and the pairs that would both rather have each other."""

from mentors.enums import MatchRule, MentorMarkKind, PlacementHow
from mentors.matching.quality import blocking_pairs, quality
from mentors.matching.solve import Match, Placement, solve
from tests.mentors.matching.builders import A, B, C, mentor, problem, pupil


def given(*pairs: tuple[int, int | None, int | None, PlacementHow]) -> Match:
    return Match(tuple(Placement(*pair) for pair in pairs))


def test_the_figures_of_a_match() -> None:
    pupils = [
        pupil(1, A, B),
        pupil(2, A, B),
        pupil(3, A),
        pupil(4),
        pupil(5, A, pinned=C),
        pupil(6, open_to=[]),
    ]
    wanted = problem(pupils, [mentor(A, 1), mentor(B, 1), mentor(C, 3, present=2)])
    found = quality(wanted, solve(wanted))
    assert found.got == {1: 1, 2: 1}
    assert (found.placed, found.unplaced, found.none_of_theirs, found.mean_rank) == (5, 1, 1, 1.5)
    assert found.loads == {A: 1, B: 1, C: 3}


def test_a_round_in_which_nobody_chose_has_no_mean_rank() -> None:
    wanted = problem([pupil(1)], [mentor(A, 1)])
    found = quality(wanted, solve(wanted))
    assert (found.got, found.mean_rank, found.placed, found.none_of_theirs) == ({}, None, 1, 0)


def test_a_free_place_and_a_pupil_who_wants_it_block() -> None:
    wanted = problem([pupil(1, A, B)], [mentor(A, 1), mentor(B, 1)])
    assert blocking_pairs(wanted, given((1, B, 2, PlacementHow.CHOICE))) == ((1, A),)
    assert blocking_pairs(wanted, given((1, C, None, PlacementHow.FILL))) == ((1, A), (1, B))
    assert blocking_pairs(wanted, given((1, None, None, PlacementHow.NONE))) == ((1, A), (1, B))
    assert blocking_pairs(wanted, given((1, A, 1, PlacementHow.CHOICE))) == ()


def test_a_pupil_whom_the_mentor_likes_better_blocks_an_equal_one_does_not() -> None:
    pupils = [pupil(1, A, B), pupil(2, A, B)]
    match = given((1, B, 2, PlacementHow.CHOICE), (2, A, 1, PlacementHow.CHOICE))
    mentors = [mentor(B, 1)]
    assert blocking_pairs(problem(pupils, [*mentors, mentor(A, 1)]), match) == ()
    preferred = mentor(A, 1, marks={1: MentorMarkKind.PREFERRED})
    assert blocking_pairs(problem(pupils, [*mentors, preferred]), match) == ((1, A),)
    ranked = mentor(A, 1, marks={1: MentorMarkKind.PREFERRED}, ranking=(2,))
    assert blocking_pairs(problem(pupils, [*mentors, ranked]), match) == ()
    both_ranked = mentor(A, 1, ranking=(1, 2))
    assert blocking_pairs(problem(pupils, [*mentors, both_ranked]), match) == ((1, A),)


def test_no_pair_blocks_that_could_not_come_together() -> None:
    match = given((1, None, None, PlacementHow.NONE))
    assert blocking_pairs(problem([pupil(1, A, open_to=[B])], [mentor(A, 1)]), match) == ()
    assert blocking_pairs(problem([pupil(1, A)], [mentor(A, 1, marks={1: MentorMarkKind.UNSUITABLE})]), match) == ()
    assert blocking_pairs(problem([pupil(1, A)], [mentor(B, 1)]), match) == ()


def test_pupils_placed_by_hand_or_kept_neither_block_nor_give_way() -> None:
    pupils = [pupil(1, A, B, pinned=B), pupil(2, A, B), pupil(3, A, kept=A)]
    mentors = [mentor(A, 1, marks={1: MentorMarkKind.PREFERRED, 2: MentorMarkKind.PREFERRED}), mentor(B, 2)]
    match = given((1, B, 2, PlacementHow.PINNED), (2, B, 2, PlacementHow.CHOICE), (3, A, 1, PlacementHow.KEPT))
    assert blocking_pairs(problem(pupils, mentors), match) == ()
    chosen = given((1, B, 2, PlacementHow.PINNED), (2, B, 2, PlacementHow.CHOICE), (3, A, 1, PlacementHow.CHOICE))
    assert blocking_pairs(problem(pupils, mentors), chosen) == ((2, A),)


def test_best_satisfaction_can_leave_a_blocking_pair_where_the_two_sided_rule_leaves_none() -> None:
    # A has one place and prefers 1; the least sum of ranks gives it to 2, who listed nobody else.
    pupils = [pupil(1, A, B), pupil(2, A)]
    mentors = [mentor(A, 1, marks={1: MentorMarkKind.PREFERRED}), mentor(B, 1)]
    pairs = {}
    for rule in (MatchRule.SATISFACTION, MatchRule.STABLE):
        wanted = problem(pupils, mentors, rule=rule)
        pairs[rule] = quality(wanted, solve(wanted)).blocking_pairs
    assert pairs == {MatchRule.SATISFACTION: ((1, A),), MatchRule.STABLE: ()}
