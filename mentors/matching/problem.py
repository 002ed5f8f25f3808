"""What a matching round asks: pupils with choices, mentors with places and wishes, a rule, a tie-break, a seed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from mentors.enums import MatchRule, MatchTieBreak, MentorMarkKind


@dataclass(frozen=True, slots=True)
class Chooser:
    """One pupil.

    `order` is the place in the roster; `choices` are mentors, first choice first, no repeats; `open_to` are the mentors
    whom this pupil may get at all. `kept` is last year's mentor: placed first, if both still can and the first choice
    is no other. `pinned` was placed by hand and stays whatever the rest says.
    """

    key: int
    order: tuple[int, ...]
    choices: tuple[int, ...]
    open_to: frozenset[int]
    kept: int | None = None
    pinned: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One mentor: free `places` for this round, beside the `present` pupils they already have.

    `marks` by pupil, missing means ACCEPTABLE. `ranking` are pupils in the mentor's own order: those come before the
    PREFERRED, those before the ACCEPTABLE; the UNSUITABLE are never placed, unless by hand.
    """

    key: int
    places: int
    marks: Mapping[int, MentorMarkKind]
    ranking: tuple[int, ...] = ()
    present: int = 0

    def takes(self, pupil: int) -> bool:
        """Whether the mentor would have this pupil."""
        return self.marks.get(pupil) is not MentorMarkKind.UNSUITABLE


@dataclass(frozen=True, slots=True)
class Problem:
    """All that decides a match: equal problems have equal matches, whatever the order of the two tuples."""

    pupils: tuple[Chooser, ...]
    mentors: tuple[Place, ...]
    rule: MatchRule
    tie_break: MatchTieBreak
    seed: int
    fill: bool = True

    def roster(self) -> tuple[Chooser, ...]:
        """The pupils in the order of the roster."""
        return tuple(sorted(self.pupils, key=lambda pupil: (pupil.order, pupil.key)))


def lottery_numbers(problem: Problem) -> dict[int, int]:
    """The number that each pupil draws, 1 to n: by the seed alone, so that a school can print and repeat it."""
    keys = sorted(pupil.key for pupil in problem.pupils)
    random.Random(f"{problem.seed}").shuffle(keys)  # noqa: S311 - a draw that anybody can repeat, not a secret
    return {key: number for number, key in enumerate(keys, 1)}


def turns(problem: Problem) -> dict[int, int]:
    """The turn of each pupil, 1 first, by the tie-break of the problem."""
    if problem.tie_break is MatchTieBreak.LOTTERY:
        return lottery_numbers(problem)
    return {pupil.key: turn for turn, pupil in enumerate(problem.roster(), 1)}
