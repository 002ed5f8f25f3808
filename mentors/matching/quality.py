"""How good a match is: what the draft of a round shows. Written without the solver, so that it can judge it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from mentors.enums import MentorMarkKind, PlacementHow
from mentors.matching.problem import Place, Problem
from mentors.matching.solve import Match, Placement


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of a match.

    `got` counts pupils by the rank of what they got, each rank listed that somebody could have got; `none_of_theirs`
    are pupils who handed in choices and got none, those placed by hand aside; `mean_rank` is of those who got a
    choice, None if nobody did; `loads` are pupils placed in this round by mentor.
    """

    got: Mapping[int, int]
    placed: int
    unplaced: int
    none_of_theirs: int
    mean_rank: float | None
    loads: Mapping[int, int]
    blocking_pairs: tuple[tuple[int, int], ...]


def quality(problem: Problem, match: Match) -> Quality:
    """The figures of `match` as an answer to `problem`."""
    choices = {pupil.key: pupil.choices for pupil in problem.pupils}
    ranks = Counter(p.rank for p in match.placements if p.rank is not None)
    given = match.mentors()
    loads = Counter(given.values())
    return Quality(
        got={rank: ranks[rank] for rank in range(1, max(map(len, choices.values()), default=0) + 1)},
        placed=len(given),
        unplaced=len(match.placements) - len(given),
        none_of_theirs=sum(
            p.rank is None and bool(choices[p.pupil]) and p.how is not PlacementHow.PINNED for p in match.placements
        ),
        mean_rank=sum(rank * count for rank, count in ranks.items()) / ranks.total() if ranks else None,
        loads={mentor.key: loads[mentor.key] for mentor in sorted(problem.mentors, key=lambda m: m.key)},
        blocking_pairs=blocking_pairs(problem, match),
    )


def blocking_pairs(problem: Problem, match: Match) -> tuple[tuple[int, int], ...]:
    """Pairs (pupil, mentor) who would both rather have each other, sorted; none in a two-sided round.

    The pupil listed the mentor, may get them and has a lower choice, a mentor not listed, or nobody. The mentor has a
    free place, or a pupil whom they like less by their own ranking and marks: a lottery number is nobody's wish.
    Pupils placed by hand are in no pair and are not displaced by one; nor are those who kept last year's mentor.
    """
    mentors = {mentor.key: mentor for mentor in problem.mentors}
    placements = {placement.pupil: placement for placement in match.placements}
    held: dict[int, list[Placement]] = {key: [] for key in mentors}
    for placement in match.placements:
        if placement.mentor in held:
            held[placement.mentor].append(placement)
    full = {key: len(held[key]) >= mentor.places for key, mentor in mentors.items()}
    likings = {key: _Liking(mentor) for key, mentor in mentors.items()}
    weakest = {
        key: max((likings[key](p.pupil) for p in held[key] if not _settled(p)), default=_NOBODY) for key in mentors
    }
    pairs = []
    for pupil in problem.pupils:
        placement = placements[pupil.key]
        if _settled(placement):
            continue
        for mentor in pupil.choices[: None if placement.rank is None else placement.rank - 1]:
            if mentor not in mentors or mentor not in pupil.open_to or not mentors[mentor].takes(pupil.key):
                continue
            if not full[mentor] or likings[mentor](pupil.key) < weakest[mentor]:
                pairs.append((pupil.key, mentor))
    return tuple(sorted(pairs))


_NOBODY = (-1, 0)


def _settled(placement: Placement) -> bool:
    return placement.how in {PlacementHow.PINNED, PlacementHow.KEPT}


class _Liking:
    """What a mentor thinks of a pupil, smaller is better; equal for pupils between whom they made no difference."""

    def __init__(self, mentor: Place) -> None:
        self._marks = mentor.marks
        self._ranked = {pupil: at for at, pupil in enumerate(mentor.ranking)}

    def __call__(self, pupil: int) -> tuple[int, int]:
        if pupil in self._ranked:
            return (0, self._ranked[pupil])
        return (1, 0) if self._marks.get(pupil) is MentorMarkKind.PREFERRED else (2, 0)
