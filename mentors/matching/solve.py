"""From a problem to a match, in four steps: by hand, carried on, by the rule, filled.

1. Pinned pupils stay where they were put, even beyond the places (the services that save a match keep the cap).
2. Kept pupils go to last year's mentor while there is room, unless their first choice is another one or the mentor
   marked them UNSUITABLE or is not open to them any more; if too many, by the tie-break.
3. The rule gives out what is left among the pupils' own choices.
4. With `fill`, pupils without one are spread evenly over mentors open to them. Nobody loses a choice for that.

Nothing fails: who cannot be placed has mentor None and a reason. Equal problems have equal matches.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from mentors.enums import MatchRule, MentorMarkKind, PlacementHow, PlacementReason
from mentors.matching.problem import Chooser, Place, Problem, turns
from mentors.matching.spread import Seeker, spread


@dataclass(frozen=True, slots=True)
class Placement:
    """What a pupil got: `rank` counts from 1 among their choices, None if the mentor is none of them.

    `reason` says for a FILL why it is none of theirs, for NONE why there is nobody; otherwise None.
    """

    pupil: int
    mentor: int | None
    rank: int | None
    how: PlacementHow
    reason: PlacementReason | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One placement for each pupil, in the order of the roster."""

    placements: tuple[Placement, ...]

    def mentors(self) -> dict[int, int]:
        """Mentor by pupil, of those who have one."""
        return {p.pupil: p.mentor for p in self.placements if p.mentor is not None}


def solve(problem: Problem) -> Match:
    """The match of `problem`; raises nothing for want of places."""
    work = _Work(problem)
    work.pin()
    work.keep()
    _RULES[problem.rule](work)
    if problem.fill:
        work.fill()
    return Match(tuple(work.placement(pupil) for pupil in problem.roster()))


class _Work:
    """The match while it grows."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.turn = turns(problem)
        self.mentors: Mapping[int, Place] = {m.key: m for m in sorted(problem.mentors, key=lambda m: m.key)}
        self.queue = sorted(problem.pupils, key=lambda p: self.turn[p.key])
        self.free = {m.key: m.places for m in problem.mentors}  # below 0 where more were put by hand
        self.got: dict[int, tuple[int, PlacementHow]] = {}

    def put(self, pupil: int, mentor: int, how: PlacementHow) -> None:
        self.got[pupil] = (mentor, how)
        if mentor in self.free:
            self.free[mentor] -= 1

    def waiting(self) -> list[Chooser]:
        """The pupils without a mentor, in turn."""
        return [p for p in self.queue if p.key not in self.got]

    def possible(self, pupil: Chooser, mentor: int) -> bool:
        """Whether the two may come together at all, room aside."""
        return mentor in pupil.open_to and mentor in self.mentors and self.mentors[mentor].takes(pupil.key)

    def wishes(self, pupil: Chooser) -> dict[int, int]:
        """Rank by mentor of those choices that are possible and have room."""
        return {
            mentor: rank
            for rank, mentor in enumerate(pupil.choices, 1)
            if self.possible(pupil, mentor) and self.free[mentor] > 0
        }

    def pin(self) -> None:
        for pupil in self.queue:
            if pupil.pinned is not None:
                self.put(pupil.key, pupil.pinned, PlacementHow.PINNED)

    def keep(self) -> None:
        for pupil in self.waiting():
            kept = pupil.kept
            if kept is None or (pupil.choices and pupil.choices[0] != kept):
                continue
            if self.possible(pupil, kept) and self.free[kept] > 0:
                self.put(pupil.key, kept, PlacementHow.KEPT)

    def fill(self) -> None:
        """Spread the rest: none of their own choices has room by now, so a fill never stands in a choice's way."""
        with_room = frozenset(mentor for mentor, free in self.free.items() if free > 0)
        refused: dict[int, set[int]] = {}
        for mentor in with_room:
            for pupil in self.mentors[mentor].marks:
                if not self.mentors[mentor].takes(pupil):
                    refused.setdefault(pupil, set()).add(mentor)
        seekers = [Seeker(p.key, (p.open_to & with_room) - refused.get(p.key, set())) for p in self.waiting()]
        loads = {}
        for key, place in self.mentors.items():
            limit = place.present + place.places
            loads[key] = (limit - self.free[key], limit)
        for pupil, mentor in spread(seekers, loads).items():
            self.put(pupil, mentor, PlacementHow.FILL)

    def placement(self, pupil: Chooser) -> Placement:
        mentor, how = self.got.get(pupil.key, (None, PlacementHow.NONE))
        rank = pupil.choices.index(mentor) + 1 if mentor in pupil.choices else None
        reason: PlacementReason | None = None
        if how is PlacementHow.FILL or (how is PlacementHow.NONE and not self.problem.fill):
            reason = self._why_none_of_theirs(pupil)
        elif how is PlacementHow.NONE:
            reason = PlacementReason.NO_PLACE
        return Placement(pupil.key, mentor, rank, how, reason)

    def _why_none_of_theirs(self, pupil: Chooser) -> PlacementReason:
        if not pupil.choices:
            return PlacementReason.NO_CHOICE
        if any(self.possible(pupil, mentor) for mentor in pupil.choices):
            return PlacementReason.CHOICES_FULL
        reached = any(mentor in pupil.open_to and mentor in self.mentors for mentor in pupil.choices)
        return PlacementReason.NOT_ACCEPTED if reached else PlacementReason.NOT_OPEN


def _in_turn(work: _Work) -> None:
    """Each pupil in turn takes the best choice that has room (random serial dictatorship if the lottery decides)."""
    for pupil in work.waiting():
        for mentor in work.wishes(pupil):
            work.put(pupil.key, mentor, PlacementHow.CHOICE)
            break


def _satisfaction(work: _Work) -> None:
    """Most pupils with one of their choices, then the least sum of ranks; then those first in turn fare best.

    The three wishes are digits of one cost. Rearranging passes each mentor once at most, so a step of a higher digit
    outweighs all that the lower one can save on the way; the totals stay far below what a double holds exactly.
    """
    pupils = work.waiting()
    options = [work.wishes(pupil) for pupil in pupils]
    worst = max((rank for wishes in options for rank in wishes.values()), default=0) + 1
    reach = len(work.mentors) + 2
    step = reach * worst * (len(pupils) + 1)
    out = reach * worst * (step + len(pupils))
    weights = [len(pupils) - at for at in range(len(pupils))]
    from mentors.matching.assignment import cheapest

    found = cheapest(
        [{m: rank * (step + weight) for m, rank in row.items()} for row, weight in zip(options, weights, strict=True)],
        {mentor: [0] * free for mentor, free in work.free.items()},
        [out + worst * weight for weight in weights],
    )
    for pupil, mentor in zip(pupils, found, strict=True):
        if mentor is not None:
            work.put(pupil.key, mentor, PlacementHow.CHOICE)


def _stable(work: _Work) -> None:
    """Deferred acceptance, the pupils proposing: no pupil and mentor would both rather have each other.

    A mentor holds on to the best so far and sends the least liked away, who asks at the next choice. The answer is the
    same in any order of asking, and nobody asks anywhere twice (Gale and Shapley, 1962; for many places Roth, 1984).
    """
    asks = {pupil.key: iter(work.wishes(pupil)) for pupil in work.waiting()}
    liked = {mentor: _liking(work, mentor) for mentor in work.mentors}
    # The least liked guest on top.
    guests: dict[int, list[tuple[int, int, int]]] = {mentor: [] for mentor in work.mentors}
    for first in asks:
        pupil: int | None = first
        while pupil is not None and (mentor := next(asks[pupil], None)) is not None:
            kind, place = liked[mentor](pupil)
            heappush(guests[mentor], (-kind, -place, pupil))
            pupil = heappop(guests[mentor])[2] if len(guests[mentor]) > work.free[mentor] else None
    for mentor, held in guests.items():
        for *_, guest in held:
            work.put(guest, mentor, PlacementHow.CHOICE)


def _liking(work: _Work, mentor: int) -> Callable[[int], tuple[int, int]]:
    """The order of a mentor: own ranking, then 优先, then 均可; turns decide among equals."""
    place = work.mentors[mentor]
    ranked = {pupil: at for at, pupil in enumerate(place.ranking)}

    def key(pupil: int) -> tuple[int, int]:
        if pupil in ranked:
            return (0, ranked[pupil])
        return (1 if place.marks.get(pupil) is MentorMarkKind.PREFERRED else 2, work.turn[pupil])

    return key


_RULES: Mapping[MatchRule, Callable[[_Work], None]] = {
    MatchRule.SATISFACTION: _satisfaction,
    MatchRule.LOTTERY: _in_turn,
    MatchRule.GIVEN: _in_turn,
    MatchRule.STABLE: _stable,
}
