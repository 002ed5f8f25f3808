"""Which figures of a city are not shown, so that no group under five can be read, or reckoned from what is shown.

Pure. The figures of one measure form a tree: the city, its schools, their grades; each is the sum of those below it.
A small group is hidden, and with it as many others of its row or column as are wanted for that more than one value of
each hidden figure fits all that is shown, the words "不足 5" and "差不足 5" included. Which others is decided by size
alone, the smallest first, so that the same figures always hide the same.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from records.bureau.enums import FEWEST, Shown

#: A place in the tree: () is the city, (school,) a school, (school, grade) a grade.
Place = tuple[Hashable, ...]
CITY: Final[Place] = ()
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
            # Fewer values than are possible, for the whole is hidden too: what is safe so is safe.
            shown[place], spans[place] = Shown.NOTHING, (0, one.whole)
        elif is_small(one.part):
            shown[place], spans[place] = Shown.FEW, (1, FEWEST - 1)
        elif is_small(rest):
            shown[place], spans[place] = Shown.NEARLY, (one.whole - FEWEST + 1, one.whole - 1)
        elif place in parts:
            shown[place], spans[place] = Shown.WHOLE, (0, one.whole)
    tree = _Tree(
        {place: one.part for place, one in figures.items()},
        sizes={place: one.whole for place, one in figures.items()},
        widest={place: (0, one.whole) for place, one in figures.items()},
    )
    for place, span in tree.protected(spans).items():
        if place not in hidden and spans.get(place) != span:
            shown[place] = Shown.WHOLE
    return shown


@dataclass(slots=True)
class _Tree:
    """Values whose sums are told. `widest`: what a hidden one can be at all."""

    values: Mapping[Place, int]
    sizes: Mapping[Place, int] = field(default_factory=dict)
    widest: Mapping[Place, tuple[int, int]] = field(default_factory=dict)
    children: dict[Place, list[Place]] = field(default_factory=lambda: defaultdict(list))
    order: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sizes = self.sizes or self.values
        self.order = sorted(self.values, key=len)
        for place in self.values:
            if place:
                self.children[place[:-1]].append(place)
        for rows in self.children.values():
            rows.sort(key=lambda place: (self.sizes[place], str(place[-1])))

    def protected(self, hidden: Mapping[Place, tuple[int, int]]) -> dict[Place, tuple[int, int]]:
        """`hidden` (place → what is told of its value) and what has to be hidden with them, or told less of."""
        found = dict(hidden)
        for _ in range(_ROUNDS):
            known = self._known({place: found.get(place, (one, one)) for place, one in self.values.items()})
            # That nobody is among them tells of no group.
            solved = {place for place in found if known[place][0] == known[place][1] and self.values[place]}
            if not solved:
                return found
            seen = set()
            for place in sorted(solved, key=lambda one: (-len(one), str(one))):
                if place[:-1] not in seen:
                    self._loosen(place, found)
                    seen.add(place[:-1])
        # Never met: nothing below the city is left.
        return {place: self._span(place) for place in self.values}

    def _span(self, place: Place) -> tuple[int, int]:
        return self.widest.get(place, (0, _MUCH))

    def _known(self, told: Mapping[Place, tuple[int, int]]) -> dict[Place, tuple[int, int]]:
        """The narrowest span of each value that follows from what is told: up the tree, then down; exact for a tree."""
        up = dict(told)
        for place in reversed(self.order):
            if rows := self.children.get(place):
                low, high = sum(up[one][0] for one in rows), sum(up[one][1] for one in rows)
                up[place] = max(up[place][0], low), min(up[place][1], high)
        known = dict(up)
        for place in self.order:
            if rows := self.children.get(place):
                low, high = sum(up[one][0] for one in rows), sum(up[one][1] for one in rows)
                for one in rows:
                    least = known[place][0] - (high - up[one][1])
                    most = known[place][1] - (low - up[one][0])
                    known[one] = max(up[one][0], least), min(up[one][1], most)
        return known

    def _loosen(self, place: Place, found: dict[Place, tuple[int, int]]) -> None:
        """Hide one more figure beside, below or above `place`, or tell less of those that are hidden."""
        if self.children.get(place) and self._add(self.children[place], found):
            return
        if not place:
            return
        rows = self.children[place[:-1]]
        if self._add(rows, found):
            return
        told_less = False
        for one in rows:
            if one in found and found[one] != self._span(one):
                found[one], told_less = self._span(one), True
        if not told_less and place[:-1] not in found:
            found[place[:-1]] = self._span(place[:-1])

    def _add(self, rows: Iterable[Place], found: dict[Place, tuple[int, int]]) -> bool:
        for one in rows:
            if one not in found and self.sizes[one]:
                found[one] = self._span(one)
                return True
        return False
