"""Filling places so that as many as possible get one and the load bars rise evenly.

原则上不超过 1:15 (Guyi plan, 四(二); Wuhu plan, 五(二)). Even means even relative to the limit: a slot of two people
takes twice as many. The measure is the sum of load²/limit, so the next pupil costs (2 × load + 1)/limit.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

_FINE = 1_000_000  # steps in which the price of a place is counted; dear enough to keep 14/15 and 15/16 apart


@dataclass(frozen=True, slots=True)
class Seeker:
    """A pupil without a mentor: those of `team` (own class) are tried before the `others`."""

    key: int
    team: frozenset[int]
    others: frozenset[int] = field(default_factory=frozenset)


def spread(seekers: Sequence[Seeker], mentors: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """Mentor by pupil: most pupils placed, then most in their own team, then loads even; none beyond the limit.

    `mentors` has (load, limit) of each, as the bar 12/15 shows it. Where places do not suffice, earlier seekers come
    first among equals. Who gets none is missing from the answer.
    """
    prices = {
        key: [_FINE * (2 * at + 1) // limit for at in range(load, limit)] for key, (load, limit) in mentors.items()
    }
    # A rearrangement passes each mentor once at most: so much can it save at the lower level.
    reach = len(mentors) + 2
    beyond_team = reach * 2 * _FINE
    out = reach * (beyond_team + 2 * _FINE) + len(seekers)
    options = [{**dict.fromkeys(s.others, beyond_team), **dict.fromkeys(s.team, 0)} for s in seekers]
    from mentors.matching.assignment import cheapest

    found = cheapest(options, prices, [out + len(seekers) - at for at in range(len(seekers))])
    return {s.key: mentor for s, mentor in zip(seekers, found, strict=True) if mentor is not None}


def even_fill(pupils: Sequence[int], mentors: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """Mentor by pupil for 均匀分配 on the class board: each in the order given to the least loaded mentor.

    `mentors` has (load, limit) of each; loads count relative to the limit, the smaller key first among equals. Pupils
    for whom no place is left are missing from the answer.
    """
    heap = [(Fraction(2 * load + 1, limit), key, load, limit) for key, (load, limit) in mentors.items() if load < limit]
    heapq.heapify(heap)
    placed: dict[int, int] = {}
    for pupil in pupils:
        if not heap:
            break
        _, key, load, limit = heap[0]
        placed[pupil] = key
        if load + 1 < limit:
            heapq.heapreplace(heap, (Fraction(2 * load + 3, limit), key, load + 1, limit))
        else:
            heapq.heappop(heap)
    return placed


def propose(leaving: Sequence[Seeker], mentors: Mapping[int, tuple[int, int]]) -> dict[int, int | None]:
    """Where the pupils of a leaving mentor fit: own team first, evenly; None for whom no place is left."""
    placed = spread(leaving, mentors)
    return {seeker.key: placed.get(seeker.key) for seeker in leaving}
