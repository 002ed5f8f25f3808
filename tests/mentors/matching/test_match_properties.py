"""What holds for every match, found out by checkers that know nothing of the solver."""

import dataclasses
import itertools
from fractions import Fraction
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from mentors.enums import MatchRule, MatchTieBreak, MentorMarkKind, PlacementHow
from mentors.matching.problem import Chooser, Place, Problem, turns
from mentors.matching.quality import blocking_pairs, quality
from mentors.matching.solve import Match, solve
from mentors.matching.spread import Seeker, even_fill, spread

MENTORS = (11, 12, 13, 14)
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)
SETTLED = {PlacementHow.PINNED, PlacementHow.KEPT}


@st.composite
def problems(draw: st.DrawFn, *, rule: MatchRule | None = None, most: int = 8) -> Problem:
    mentors = draw(st.permutations(MENTORS))[: draw(st.integers(1, len(MENTORS)))]
    some = st.sets(st.sampled_from(MENTORS)).map(frozenset)
    maybe = st.none() | st.sampled_from(MENTORS)
    keys = draw(st.lists(st.integers(1, 99), unique=True, max_size=most))
    pupils = tuple(
        Chooser(
            key,
            (draw(st.integers(1, 3)),),
            tuple(draw(st.permutations(MENTORS))[: draw(st.integers(0, 4))]),
            draw(st.just(frozenset(MENTORS)) | some),
            kept=draw(maybe),
            pinned=draw(maybe) if draw(st.integers(0, 3)) == 0 else None,
        )
        for key in keys
    )
    marks = st.dictionaries(st.sampled_from(keys), st.sampled_from(MentorMarkKind)) if keys else st.just({})
    places = tuple(
        Place(
            key,
            draw(st.integers(0, 4)),
            draw(marks),
            tuple(draw(st.permutations(keys))[: draw(st.integers(0, 2))]),
            draw(st.integers(0, 3)),
        )
        for key in mentors
    )
    return Problem(
        pupils,
        places,
        rule or draw(st.sampled_from(MatchRule)),
        draw(st.sampled_from(MatchTieBreak)),
        draw(st.integers(0, 1000)),
        draw(st.booleans()),
    )


@st.composite
def crowded(draw: st.DrawFn) -> Problem:
    """One place with each mentor and several pupils for it, so that giving one a choice moves others."""
    choices = draw(st.lists(st.permutations(MENTORS), min_size=4, max_size=5))
    wanted = [draw(st.integers(1, 4)) for _ in choices]
    pupils = tuple(
        Chooser(key, (key,), tuple(some[:most]), frozenset(MENTORS))
        for key, (some, most) in enumerate(zip(choices, wanted, strict=True))
    )
    mentors = tuple(Place(key, 1, {}) for key in MENTORS)
    return Problem(
        pupils, mentors, MatchRule.SATISFACTION, draw(st.sampled_from(MatchTieBreak)), draw(st.integers(0, 99)), False
    )


def free_after(problem: Problem, match: Match, hows: set[PlacementHow]) -> dict[int, int]:
    """Places left by mentor once those placed in one of these ways are in."""
    free = {mentor.key: mentor.places for mentor in problem.mentors}
    for placement in match.placements:
        if placement.how in hows and placement.mentor in free:
            free[placement.mentor] = max(free[placement.mentor] - 1, 0)
    return free


def can(problem: Problem, pupil: Chooser, mentor: int) -> bool:
    marks = {m.key: m.marks for m in problem.mentors}
    return mentor in marks and mentor in pupil.open_to and marks[mentor].get(pupil.key) is not MentorMarkKind.UNSUITABLE


@EXAMPLES
@given(problems())
def test_each_pupil_appears_once_in_the_order_of_the_roster(problem: Problem) -> None:
    expected = [p.key for p in sorted(problem.pupils, key=lambda p: (p.order, p.key))]
    assert [placement.pupil for placement in solve(problem).placements] == expected


@EXAMPLES
@given(problems())
def test_no_mentor_is_above_the_limit_but_by_those_placed_by_hand(problem: Problem) -> None:
    match = solve(problem)
    for mentor in problem.mentors:
        hows = [p.how for p in match.placements if p.mentor == mentor.key]
        assert len(hows) <= max(mentor.places, hows.count(PlacementHow.PINNED))


@EXAMPLES
@given(problems())
def test_nobody_is_placed_where_it_is_not_open_or_not_accepted_but_by_hand(problem: Problem) -> None:
    pupils = {pupil.key: pupil for pupil in problem.pupils}
    for placement in solve(problem).placements:
        pupil = pupils[placement.pupil]
        if pupil.pinned is not None:
            assert (placement.mentor, placement.how) == (pupil.pinned, PlacementHow.PINNED)
        elif placement.mentor is not None:
            assert can(problem, pupil, placement.mentor)


@EXAMPLES
@given(problems())
def test_what_is_said_of_a_placement_fits_it(problem: Problem) -> None:
    pupils = {pupil.key: pupil for pupil in problem.pupils}
    for placement in solve(problem).placements:
        choices = pupils[placement.pupil].choices
        assert placement.rank == (choices.index(placement.mentor) + 1 if placement.mentor in choices else None)
        assert (placement.mentor is None) == (placement.how is PlacementHow.NONE)
        assert (placement.reason is None) == (placement.how in SETTLED | {PlacementHow.CHOICE})
        if placement.how is PlacementHow.CHOICE:
            assert placement.rank is not None
        if placement.how is PlacementHow.FILL:
            assert placement.rank is None


@EXAMPLES
@given(problems(), st.randoms(use_true_random=False))
def test_the_same_problem_has_the_same_match_whatever_the_order(problem: Problem, chance: Random) -> None:
    pupils, mentors = list(problem.pupils), list(problem.mentors)
    chance.shuffle(pupils)
    chance.shuffle(mentors)
    marked = tuple(dataclasses.replace(m, marks=dict(reversed(list(m.marks.items())))) for m in mentors)
    shuffled = dataclasses.replace(problem, pupils=tuple(pupils), mentors=marked)
    assert solve(shuffled) == solve(problem)


@EXAMPLES
@given(problems(rule=MatchRule.STABLE))
def test_a_two_sided_match_is_stable_even_where_only_the_tie_break_decides(problem: Problem) -> None:
    match = solve(problem)
    turn = turns(problem)
    placements = {p.pupil: p for p in match.placements}
    mentors = {m.key: m for m in problem.mentors}

    def liking(mentor: Place, pupil: int) -> tuple[int, int]:
        if pupil in mentor.ranking:
            return (0, mentor.ranking.index(pupil))
        return (1 if mentor.marks.get(pupil) is MentorMarkKind.PREFERRED else 2, turn[pupil])

    pairs = []
    for pupil, mentor in itertools.product(problem.pupils, mentors.values()):
        mine = placements[pupil.key]
        if mine.how in SETTLED or mentor.key not in pupil.choices or not can(problem, pupil, mentor.key):
            continue
        if mine.rank is not None and mine.rank <= pupil.choices.index(mentor.key) + 1:
            continue
        theirs = [p for p in match.placements if p.mentor == mentor.key]
        movable = [p.pupil for p in theirs if p.how not in SETTLED]
        if len(theirs) < mentor.places or any(liking(mentor, pupil.key) < liking(mentor, other) for other in movable):
            pairs.append((pupil.key, mentor.key))
    assert pairs == []
    assert blocking_pairs(problem, match) == ()


@EXAMPLES
@given(problems(rule=MatchRule.STABLE))
def test_where_mentors_wish_nothing_the_two_sided_rule_is_taking_turns(problem: Problem) -> None:
    open_minded = tuple(dataclasses.replace(m, marks={}, ranking=()) for m in problem.mentors)
    stable = dataclasses.replace(problem, mentors=open_minded)
    assert solve(stable) == solve(dataclasses.replace(stable, rule=MatchRule.LOTTERY))


def chosen(match: Match) -> tuple[int, int]:
    """How many have one of their choices, as a loss, and the sum of their ranks: smaller is better."""
    ranks = [p.rank for p in match.placements if p.rank is not None]
    return -len(ranks), sum(ranks)


@EXAMPLES
@given(problems(rule=MatchRule.SATISFACTION))
def test_best_satisfaction_is_never_worse_than_taking_turns_or_than_a_stable_match(problem: Problem) -> None:
    best = chosen(solve(problem))
    assert best <= chosen(solve(dataclasses.replace(problem, rule=MatchRule.LOTTERY)))
    assert best <= chosen(solve(dataclasses.replace(problem, rule=MatchRule.STABLE)))


@EXAMPLES
@given(crowded() | problems(rule=MatchRule.SATISFACTION, most=5))
def test_best_satisfaction_is_the_best_of_all_ways(problem: Problem) -> None:
    match = solve(problem)
    free = free_after(problem, match, SETTLED)
    hows = {p.pupil: p.how for p in match.placements}
    seekers = [p for p in problem.pupils if hows[p.key] not in SETTLED]
    turn = turns(problem)
    order = sorted(turn[p.key] for p in seekers)
    worst = 1 + max(
        (rank for p in seekers for rank, m in enumerate(p.choices, 1) if can(problem, p, m) and free[m] > 0), default=0
    )
    options: list[list[int | None]] = [[None, *(m for m in p.choices if can(problem, p, m))] for p in seekers]

    def value(way: tuple[int | None, ...]) -> tuple[int, int, int]:
        ranks = [0 if m is None else p.choices.index(m) + 1 for p, m in zip(seekers, way, strict=True)]
        # Among equals the earlier in turn weigh more.
        weights = [len(seekers) - order.index(turn[p.key]) for p in seekers]
        ties = sum(w * (r or worst) for w, r in zip(weights, ranks, strict=True))
        return ranks.count(0), sum(ranks), ties

    ways = (way for way in itertools.product(*options) if all(way.count(m) <= free[m] for m in free))
    given_to = {p.pupil: p.mentor for p in match.placements if p.how is PlacementHow.CHOICE}
    assert value(tuple(given_to.get(p.key) for p in seekers)) == min(map(value, ways))


@EXAMPLES
@given(problems())
def test_a_fill_places_as_many_as_any_way_could(problem: Problem) -> None:
    match = solve(dataclasses.replace(problem, fill=True))
    free = free_after(problem, match, SETTLED | {PlacementHow.CHOICE})
    slots = [mentor for mentor, places in free.items() for _ in range(places)]
    hows = {p.pupil: p.how for p in match.placements}
    rest = [p for p in problem.pupils if hows[p.key] in {PlacementHow.FILL, PlacementHow.NONE}]
    edges = np.array([[can(problem, p, m) for m in slots] for p in rest], dtype=int).reshape(len(rest), len(slots))
    most = int((maximum_bipartite_matching(csr_array(edges), perm_type="column") >= 0).sum()) if edges.size else 0
    assert list(hows.values()).count(PlacementHow.FILL) == most


@EXAMPLES
@given(problems())
def test_a_fill_takes_no_choice_from_anybody(problem: Problem) -> None:
    filled = solve(dataclasses.replace(problem, fill=True))
    bare = solve(dataclasses.replace(problem, fill=False))
    for before, after in zip(bare.placements, filled.placements, strict=True):
        if before.how is not PlacementHow.NONE:
            assert after == before


@EXAMPLES
@given(problems())
def test_the_figures_add_up(problem: Problem) -> None:
    match = solve(problem)
    found = quality(problem, match)
    assert found.placed + found.unplaced == len(problem.pupils)
    assert sum(found.got.values()) == sum(p.rank is not None for p in match.placements)
    assert sum(found.loads.values()) == sum(p.mentor in found.loads for p in match.placements)


loads = st.tuples(st.integers(0, 5), st.integers(0, 5))


@EXAMPLES
@given(
    st.lists(
        st.tuples(st.frozensets(st.sampled_from((1, 2, 3))), st.frozensets(st.sampled_from((1, 2, 3)))), max_size=5
    ),
    st.fixed_dictionaries({1: loads, 2: loads, 3: loads}),
)
def test_a_spread_places_most_then_most_in_their_team_then_evenly(
    sets: list[tuple[frozenset[int], frozenset[int]]], mentors: dict[int, tuple[int, int]]
) -> None:
    seekers = [Seeker(key, team, others) for key, (team, others) in enumerate(sets)]

    def value(way: tuple[int | None, ...]) -> tuple[int, int, Fraction]:
        elsewhere = sum(m is not None and m not in s.team for s, m in zip(seekers, way, strict=True))
        bars = [Fraction((load + way.count(m)) ** 2, limit or 1) for m, (load, limit) in mentors.items()]
        return way.count(None), elsewhere, sum(bars, Fraction())

    options: list[list[int | None]] = [[None, *sorted(s.team | s.others)] for s in seekers]
    ways = [
        way
        for way in itertools.product(*options)
        if all(way.count(m) <= max(limit - load, 0) for m, (load, limit) in mentors.items())
    ]
    placed = spread(seekers, mentors)
    assert value(tuple(placed.get(s.key) for s in seekers)) == min(map(value, ways))


@EXAMPLES
@given(st.lists(st.integers(1, 50), unique=True), st.dictionaries(st.integers(1, 5), loads))
def test_filling_the_board_evenly_is_the_spread_of_pupils_who_may_go_anywhere(
    pupils: list[int], mentors: dict[int, tuple[int, int]]
) -> None:
    seekers = [Seeker(key, frozenset(mentors)) for key in pupils]
    filled, spread_out = even_fill(pupils, mentors), spread(seekers, mentors)
    assert list(filled) == pupils[: len(filled)]
    assert set(filled) == set(spread_out)
    bars = [
        sum(Fraction((load + list(way.values()).count(m)) ** 2, limit or 1) for m, (load, limit) in mentors.items())
        for way in (filled, spread_out)
    ]
    assert bars[0] == bars[1]
