"""Short ways to write problems: mentors are numbered from 100, pupils from 1."""

from collections.abc import Iterable, Mapping

from mentors.enums import MatchRule, MatchTieBreak, MentorMarkKind
from mentors.matching.problem import Chooser, Place, Problem

A, B, C, D = 101, 102, 103, 104


def pupil(
    key: int,
    *choices: int,
    open_to: Iterable[int] = (A, B, C, D),
    kept: int | None = None,
    pinned: int | None = None,
) -> Chooser:
    """A pupil whose place in the roster is their number."""
    return Chooser(key, (5, 1, key), choices, frozenset(open_to), kept=kept, pinned=pinned)


def mentor(
    key: int,
    places: int,
    *,
    marks: Mapping[int, MentorMarkKind] | None = None,
    ranking: tuple[int, ...] = (),
    present: int = 0,
) -> Place:
    """A mentor to whom all pupils are acceptable unless marked."""
    return Place(key, places, marks or {}, ranking, present)


def problem(
    pupils: Iterable[Chooser],
    mentors: Iterable[Place],
    *,
    rule: MatchRule = MatchRule.SATISFACTION,
    tie_break: MatchTieBreak = MatchTieBreak.ROSTER,
    seed: int = 1,
    fill: bool = True,
) -> Problem:
    """A problem whose ties go by the roster, so that results can be worked out by hand."""
    return Problem(tuple(pupils), tuple(mentors), rule, tie_break, seed, fill)
