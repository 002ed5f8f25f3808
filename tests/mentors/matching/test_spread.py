"""Filling evenly, and proposing places for the pupils of a leaving mentor."""

from mentors.matching.spread import Seeker, even_fill, propose, spread
from tests.mentors.matching.builders import A, B, C


def test_each_pupil_goes_to_the_least_loaded_mentor_in_the_order_given() -> None:
    assert even_fill([7, 3, 5], {B: (1, 15), A: (2, 15)}) == {7: B, 3: A, 5: B}


def test_a_slot_of_two_people_takes_twice_as_many() -> None:
    placed = list(even_fill(range(9), {A: (0, 15), B: (0, 30)}).values())
    assert (placed.count(A), placed.count(B)) == (3, 6)


def test_pupils_for_whom_no_place_is_left_are_left_over() -> None:
    assert even_fill([1, 2, 3], {A: (14, 15), B: (15, 15), C: (2, 0)}) == {1: A}
    assert even_fill([1], {}) == {}


def test_the_pupils_of_a_leaving_mentor_go_to_their_own_class_first() -> None:
    # A and B are of the class: one place each. C has many, and is tried last.
    pupils = [Seeker(key, frozenset({A, B}), frozenset({C})) for key in (1, 2, 3, 4)]
    assert propose(pupils, {A: (14, 15), B: (14, 15), C: (0, 15)}) == {1: A, 2: B, 3: C, 4: C}


def test_within_the_class_the_pupils_are_spread_evenly() -> None:
    pupils = [Seeker(key, frozenset({A, B}), frozenset({C})) for key in (1, 2, 3, 4)]
    placed = list(propose(pupils, {A: (10, 15), B: (8, 15), C: (0, 15)}).values())
    assert (placed.count(A), placed.count(B), placed.count(C)) == (1, 3, 0)


def test_a_place_of_another_class_is_taken_if_otherwise_somebody_stays_without() -> None:
    # 2 can go nowhere but to A, so 1 makes room and goes to C, who is of another class.
    pupils = [Seeker(1, frozenset({A}), frozenset({C})), Seeker(2, frozenset({A}))]
    assert propose(pupils, {A: (14, 15), C: (0, 15)}) == {1: C, 2: A}


def test_the_proposal_says_for_whom_no_place_is_left() -> None:
    pupils = [Seeker(1, frozenset({A})), Seeker(2, frozenset({A})), Seeker(3, frozenset())]
    assert propose(pupils, {A: (14, 15)}) == {1: A, 2: None, 3: None}


def test_a_mentor_named_in_both_sets_counts_as_of_the_class() -> None:
    seeker = Seeker(1, frozenset({A}), frozenset({A, B}))
    assert spread([seeker], {A: (10, 15), B: (0, 15)}) == {1: A}
