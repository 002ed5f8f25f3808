"""Which figures of a city are not shown, so that no group under five can be read, or reckoned from what is shown.

Pure. The figures of one measure form a tree: the city, its schools, their grades; each is the sum of those below it.
A small group is hidden, and with it as many others of its row or column as are wanted for that more than one value of
each hidden figure fits all that is shown, the words "不足 5" and "差不足 5" included. Which others is decided by size
alone, the smallest first, so that the same figures always hide the same.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from records.bureau.enums import FEWEST, Shown

#: A place in the tree: () is the city, (school,) a school, (school, grade) a grade.
Place = tuple[Hashable, ...]
CITY: Final[Place] = ()
#: Least and most that a value can be.
Span = tuple[int, int]
_GROUP: Final = "hidden"
_MUCH: Final = 10**9
_ROUNDS: Final = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole."""

    part: int
    whole: int


def summed(leaves: Mapping[Place, Part]) -> dict[Place, Part]:
    """The figures of all places above `leaves`, and theirs."""
    found: dict[Place, Part] = dict(leaves)
    sums: dict[Place, list[int]] = defaultdict(lambda: [0, 0])
    for place, one in leaves.items():
        for length in range(len(place)):
            sums[place[:length]][0] += one.part
            sums[place[:length]][1] += one.whole
    found.update({place: Part(*pair) for place, pair in sums.items()})
    return found


def is_small(count: int) -> bool:
    """Whether a group of so many is not to be told; none at all is no group."""
    return 0 < count < FEWEST


def hide(
    leaves: Mapping[Place, Part], *, wholes: Collection[Place] = (), parts: Collection[Place] = ()
) -> dict[Place, Shown]:
    """What of each place is shown. `wholes` and `parts` are places that are hidden anyhow, for another table's sake."""
    figures = summed(leaves)
    small = {place for place, one in figures.items() if is_small(one.whole)}
    tree = _Tree({place: one.whole for place, one in figures.items()})
    hidden = tree.protected(dict.fromkeys({*small, *(p for p in wholes if p in figures)}, (0, _MUCH)))
    shown = dict.fromkeys(figures, Shown.WHOLLY)
    spans: dict[Place, tuple[int, int]] = {}
    for place, one in figures.items():
        rest = one.whole - one.part
        if place in hidden:
            shown[place], spans[place] = Shown.NOTHING, (0, _MUCH)
        elif is_small(one.part):
            shown[place], spans[place] = Shown.FEW, (1, FEWEST - 1)
        elif is_small(rest):
            shown[place], spans[place] = Shown.NEARLY, (one.whole - FEWEST + 1, one.whole - 1)
        elif place in parts:
            shown[place], spans[place] = Shown.WHOLE, (0, one.whole)
    tree = _Tree(
        {place: one.part for place, one in figures.items()},
        {place: one.whole for place, one in figures.items()},
        {place: (0, _MUCH if place in hidden else one.whole) for place, one in figures.items()},
    )
    tree.bind(hidden)
    for place, span in tree.protected(spans).items():
        if place not in hidden and spans.get(place) != span:
            shown[place] = Shown.WHOLE
    return shown


class _Tree:
    """Values whose sums are told. `sizes`: the smallest are hidden first; `widest`: what a hidden one can be at all."""

    def __init__(
        self,
        values: Mapping[Place, int],
        sizes: Mapping[Place, int] | None = None,
        widest: Mapping[Place, Span] | None = None,
    ) -> None:
        self._values = values
        self._sizes = sizes or values
        self._widest = widest or {}
        self._bound: dict[Place, Span] = {}
        self._parent = {place: place[:-1] for place in values if place}
        self._arrange()

    def bind(self, hidden: Collection[Place]) -> None:
        """The parts of places whose wholes are hidden are together no more than those wholes, where their sum is told.

        They stand under a place of their own then, which nobody is shown.
        """
        for parent, rows in list(self._children.items()):
            own = [place for place in rows if place in hidden]
            if own:
                group = (*parent, _GROUP)
                most = _MUCH if parent in hidden else sum(self._sizes[place] for place in own)
                self._bound[group] = 0, most
                self._parent[group] = parent
                self._parent.update(dict.fromkeys(own, group))
        self._arrange()

    def _arrange(self) -> None:
        self._children: dict[Place, list[Place]] = defaultdict(list)
        for place, parent in self._parent.items():
            self._children[parent].append(place)
        for rows in self._children.values():
            rows.sort(key=lambda place: (self._sizes.get(place, 0), str(place[-1])))
        # Each after its parent.
        places = [*self._values, *self._bound]
        self._order = sorted(places, key=lambda place: (len(place), self._parent.get(place) in self._bound))

    def protected(self, hidden: Mapping[Place, Span]) -> dict[Place, Span]:
        """`hidden` (place → what is told of its value) and what has to be hidden with them, or told less of."""
        found = dict(hidden)
        for _ in range(_ROUNDS):
            told = {place: found.get(place, (one, one)) for place, one in self._values.items()}
            known = self._known(told | self._bound)
            # That nobody is among them tells of no group.
            solved = {place for place in found if known[place][0] == known[place][1] and self._values[place]}
            if not solved:
                return found
            seen: set[Place] = set()
            for place in sorted(solved, key=lambda one: (-len(one), str(one))):
                if place[:-1] not in seen:
                    self._loosen(place, found)
                    seen.add(place[:-1])
        # Never met: nothing below the city is left.
        return {place: self._span(place) for place in self._values}

    def _span(self, place: Place) -> Span:
        return self._widest.get(place, (0, _MUCH))

    def _known(self, told: Mapping[Place, Span]) -> dict[Place, Span]:
        """The narrowest span of each value that follows from what is told: up the tree, then down; exact for a tree."""
        up = dict(told)
        for place in reversed(self._order):
            if rows := self._children.get(place):
                low, high = sum(up[one][0] for one in rows), sum(up[one][1] for one in rows)
                up[place] = max(up[place][0], low), min(up[place][1], high)
        known = dict(up)
        for place in self._order:
            if rows := self._children.get(place):
                low, high = sum(up[one][0] for one in rows), sum(up[one][1] for one in rows)
                for one in rows:
                    least = known[place][0] - (high - up[one][1])
                    most = known[place][1] - (low - up[one][0])
                    known[one] = max(up[one][0], least), min(up[one][1], most)
        return known

    def _loosen(self, place: Place, found: dict[Place, Span]) -> None:
        """Hide one more figure below, beside or above `place`, or tell less of those that are hidden."""
        if self._add(self._children.get(place, ()), found) or not place:
            return
        rows = self._children[self._parent[place]]
        beside = self._children[place[:-1]]
        if self._add(rows, found) or self._add(beside, found):
            return
        told_less = False
        for one in {*rows, *beside} & found.keys():
            if found[one] != self._span(one):
                found[one], told_less = self._span(one), True
        if not told_less and place[:-1] not in found:
            found[place[:-1]] = self._span(place[:-1])

    def _add(self, rows: Iterable[Place], found: dict[Place, Span]) -> bool:
        for one in rows:
            if one not in found and self._sizes.get(one):
                found[one] = self._span(one)
                return True
        return False
