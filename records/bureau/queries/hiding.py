"""Which of a city's kept counts are shown: one table for each measure and term, hidden consistently over all of them.

The pupils of a grade are the same in every column, and what is owed once a year stands in both terms: what one table
hides, no other may show.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from records.bureau.enums import OF_PUPILS, Shown
from records.bureau.queries.suppression import CITY, Part, Place, hide, summed

#: Number of the term, and measure.
Table = tuple[int, str]
_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One leaf of a table. `yearly`: it is the same in both terms."""

    table: Table
    place: Place
    part: int
    whole: int
    yearly: bool


def hide_tables(figures: Iterable[Figure]) -> dict[Table, dict[Place, Shown]]:
    """What is shown of each place of each table."""
    leaves: dict[Table, dict[Place, Part]] = defaultdict(dict)
    changing: dict[Table, set[Place]] = defaultdict(set)
    for one in figures:
        leaves[one.table][one.place] = Part(one.part, one.whole)
        if not one.yearly:
            changing[one.table] |= {one.place[:length] for length in range(len(one.place) + 1)}
    grades = _grades(leaves)
    wholes: set[Place] = set()
    parts: dict[str, set[Place]] = defaultdict(set)
    shown: dict[Table, dict[Place, Shown]] = {}
    for _ in range(_ROUNDS):
        known = len(wholes), sum(map(len, parts.values()))
        for table, own in leaves.items():
            _number, measure = table
            also = wholes if measure in OF_PUPILS else ()
            shown[table] = hide(own, wholes=also, parts=parts[measure] - changing[table])
            for place, state in shown[table].items():
                if state == Shown.NOTHING and measure in OF_PUPILS:
                    wholes |= _with_sums(place, grades)
                elif state != Shown.WHOLLY and place not in changing[table]:
                    parts[measure].add(place)
        if known == (len(wholes), sum(map(len, parts.values()))):
            break
    return shown


def _grades(leaves: Mapping[Table, Mapping[Place, Part]]) -> dict[Hashable, set[frozenset[Place]]]:
    """By school: the sets of grades that its columns add up."""
    found: dict[Hashable, set[frozenset[Place]]] = defaultdict(set)
    for (_number, measure), own in leaves.items():
        if measure in OF_PUPILS:
            by_school: dict[Hashable, set[Place]] = defaultdict(set)
            for place in own:
                by_school[place[0]].add(place)
            for school, places in by_school.items():
                found[school].add(frozenset(places))
    return found


def _with_sums(place: Place, grades: Mapping[Hashable, set[frozenset[Place]]]) -> set[Place]:
    """`place`, and its school where two columns add up other grades: their difference would tell of it."""
    if place == CITY or len(grades[place[0]]) == 1:
        return {place}
    return {place, place[:1]}


def totals(figures: Iterable[Figure]) -> dict[Table, Part]:
    """The figures of the whole city."""
    leaves: dict[Table, dict[Place, Part]] = defaultdict(dict)
    for one in figures:
        leaves[one.table][one.place] = Part(one.part, one.whole)
    return {table: summed(own)[CITY] for table, own in leaves.items()}
