"""Groups under five: what the bureau is shown never tells of them, and never lets them be reckoned."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from records.bureau.enums import Shown
from records.bureau.queries.hiding import Figure, hide_tables
from records.bureau.queries.suppression import CITY, Part, Place, hide, is_small, summed

HIDDEN_PART = set(Shown) - {Shown.WHOLLY}


def sharpest(
    leaves: Mapping[Place, Part], shown: Mapping[Place, Shown]
) -> dict[tuple[Place, str], tuple[float, float]]:
    """Least and most that each hidden figure can be, by linear programming over all that is shown: an own way."""
    figures, names = summed(leaves), sorted(leaves)
    size = len(names)

    def below(place: Place, offset: int) -> list[float]:
        row = [0.0] * (2 * size)
        for at, leaf in enumerate(names):
            if leaf[: len(place)] == place:
                row[offset + at] = 1.0
        return row

    equal: list[list[float]] = []
    equals: list[float] = []
    less: list[list[float]] = []
    lesses: list[float] = []
    rows = {place: (below(place, 0), below(place, size)) for place in figures}
    for place, one in figures.items():
        part, whole = rows[place]
        state = shown[place]
        if state != Shown.NOTHING:
            equal.append(whole)
            equals.append(one.whole)
        if state == Shown.WHOLLY:
            equal.append(part)
            equals.append(one.part)
        elif state == Shown.FEW:
            less += [part, [-x for x in part]]
            lesses += [4, -1]
        elif state == Shown.NEARLY:
            rest = [w - p for p, w in zip(part, whole, strict=True)]
            less += [rest, [-x for x in rest]]
            lesses += [4, -1]
    for leaf in names:
        part, whole = rows[leaf]
        less.append([p - w for p, w in zip(part, whole, strict=True)])
        lesses.append(0)
    wanted = {}
    for place in figures:
        part, whole = rows[place]
        if shown[place] in HIDDEN_PART:
            wanted[place, "part"] = part
        if shown[place] == Shown.NOTHING:
            wanted[place, "rest"] = [w - p for p, w in zip(part, whole, strict=True)]
            wanted[place, "whole"] = whole
    spans = {}
    for key, row in wanted.items():
        ends = []
        for sign in (1, -1):
            answer = linprog(
                sign * np.array(row),
                A_ub=np.array(less),
                b_ub=lesses,
                A_eq=np.array(equal) if equal else None,
                b_eq=equals or None,
                bounds=(0, 10_000),
            )
            assert answer.success
            ends.append(sign * answer.fun)
        spans[key] = ends[0], ends[1]
    return spans


def solved(leaves: Mapping[Place, Part], shown: Mapping[Place, Shown]) -> list[tuple[Place, str]]:
    """The hidden figures of which one value alone is possible. Nobody is no group: where a part or a rest is none, that
    may be told.
    """
    own = summed(leaves)
    none = {place for place, one in own.items() if one.part in (0, one.whole)}
    return [
        (place, what)
        for (place, what), (least, most) in sharpest(leaves, shown).items()
        if most - least < 0.5 and place not in none
    ]


figures = st.integers(0, 60).flatmap(
    lambda whole: st.one_of(st.integers(0, min(6, whole)), st.integers(max(0, whole - 6), whole), st.integers(0, whole))
    .map(lambda part: Part(part, whole))
)  # fmt: skip
small = st.integers(0, 7).flatmap(lambda whole: st.integers(0, whole).map(lambda part: Part(part, whole)))
cities = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(1, 4)), st.one_of(figures, small), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(cities)
def test_no_hidden_figure_can_be_solved_for(leaves: dict[Place, Part]) -> None:
    shown = hide(leaves)
    for place, one in summed(leaves).items():
        if shown[place] == Shown.WHOLLY:
            assert not is_small(one.part)
            assert not is_small(one.whole - one.part)
        if shown[place] != Shown.NOTHING:
            assert not is_small(one.whole)
    assert solved(leaves, shown) == []


@settings(max_examples=20, deadline=None, derandomize=True)
@given(cities, st.data())
def test_what_is_hidden_for_another_tables_sake_stays_hidden(leaves: dict[Place, Part], data: st.DataObject) -> None:
    """The year's figures stand in both terms: hidden in one, they are hidden in the other, and protected there too."""
    also = data.draw(st.sets(st.sampled_from(sorted(leaves)), max_size=2))
    shown = hide(leaves, parts=also)
    assert all(shown[place] != Shown.WHOLLY for place in also)
    assert solved(leaves, shown) == []


#: Of the pupils of a grade: how many there are; who was visited in the year, talked to in each term.
grades = st.one_of(st.integers(1, 7), st.integers(1, 60)).flatmap(
    lambda whole: st.tuples(st.just(whole), *[st.one_of(st.integers(0, min(6, whole)), st.integers(0, whole))] * 3)
)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.dictionaries(st.tuples(st.integers(1, 3), st.integers(1, 3)), grades, min_size=1, max_size=6))
def test_what_one_table_hides_no_other_shows(city: dict[Place, tuple[int, int, int, int]]) -> None:
    """The pupils are the same in every column, and what is owed once a year is the same in both terms."""
    found = [
        Figure((term, measure), place, part, whole, yearly)
        for place, (whole, visited, *talked) in city.items()
        for term in (1, 2)
        for measure, part, yearly in (("visit", visited, True), ("talk", talked[term - 1], False))
    ]
    shown = hide_tables(found)
    for table, states in shown.items():
        leaves = {one.place: Part(one.part, one.whole) for one in found if one.table == table}
        assert solved(leaves, states) == []
    for place in shown[1, "visit"]:
        assert len({states[place] == Shown.NOTHING for states in shown.values()}) == 1
        assert len({shown[term, "visit"][place] == Shown.WHOLLY for term in (1, 2)}) == 1


def test_nothing_is_hidden_where_no_group_is_small() -> None:
    leaves: dict[Place, Part] = {("a", 1): Part(30, 40), ("a", 2): Part(0, 40), ("b", 1): Part(50, 50)}
    assert set(hide(leaves).values()) == {Shown.WHOLLY}


@pytest.mark.parametrize(
    "leaves, expected",
    [
        # A grade of three: its neighbour in size goes with it, the third is read.
        (
            {("a", 1): Part(2, 3), ("a", 2): Part(20, 30), ("a", 3): Part(20, 40)},
            {("a", 1): "nothing", ("a", 2): "nothing", ("a", 3): "", ("a",): "", CITY: ""},
        ),
        # Two are visited in one grade: the smaller of the others hides its part alone.
        (
            {("a", 1): Part(2, 40), ("a", 2): Part(20, 30), ("a", 3): Part(20, 40)},
            {("a", 1): "few", ("a", 2): "whole", ("a", 3): "", ("a",): "", CITY: ""},
        ),
        # One school of one grade: there is nobody beside it, so the city's own figure says no more.
        ({("a", 1): Part(3, 40)}, {("a", 1): "few", ("a",): "few", CITY: "few"}),
        # Four and four of eight: the words alone would give it away.
        (
            {("a", 1): Part(4, 40), ("a", 2): Part(4, 40)},
            {("a", 1): "whole", ("a", 2): "whole", ("a",): "", CITY: ""},
        ),
    ],
)
def test_the_smallest_neighbour_is_hidden_with_a_small_group(
    leaves: dict[Place, Part], expected: dict[Place, str]
) -> None:
    assert {place: state.value for place, state in hide(leaves).items()} == expected
