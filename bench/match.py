"""How long a grade takes to match, and how near the best each rule comes, in the same run.

    .venv/bin/python bench/match.py [PUPILS] [MENTORS]

2,000 pupils choose 5 of 140 mentors each, some mentors far oftener than others. For each case and rule it prints the
seconds and the quality beside the optimum of the linear assignment on the same preferences, computed directly with
`scipy.optimize.linear_sum_assignment`. Cases: open (15 places each), tight (exactly one place per pupil), and two-sided
(mentors mark 优先 and 不合适), where the blocking pairs are counted.
"""

import argparse
import itertools
import random
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from figures import Figure, note
from scipy.optimize import linear_sum_assignment

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mentors.enums import MatchRule, MatchTieBreak, MentorMarkKind
from mentors.matching.problem import Chooser, Place, Problem
from mentors.matching.quality import quality
from mentors.matching.solve import solve

PUPILS, MENTORS, CHOICES, CAP = 2_000, 140, 5, 15
WANTED = 2.0  # seconds
POPULARITY = 0.8  # exponent of Zipf's law


class Figures(NamedTuple):
    """What is compared: pupils with their first choice, with any choice, and the mean rank of those."""

    first: int
    chosen: int
    mean: float

    def __str__(self) -> str:
        return f"{self.first:>6}{self.chosen:>8}{self.mean:>8.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pupils", nargs="?", type=int, default=PUPILS)
    parser.add_argument("mentors", nargs="?", type=int, default=MENTORS)
    wanted = parser.parse_args()
    pupils = _choosers(wanted.pupils, wanted.mentors)
    spread_out = [
        wanted.pupils // wanted.mentors + (at < wanted.pupils % wanted.mentors) for at in range(wanted.mentors)
    ]
    slowest = 0.0
    for title, places, two_sided in (
        (f"open: {CAP} places each", [CAP] * wanted.mentors, False),
        ("tight: as many places as pupils", spread_out, False),
        (f"two-sided: {CAP} places each, with marks", [CAP] * wanted.mentors, True),
    ):
        slowest = max(slowest, _case(title, pupils, _mentors(pupils, places, marked=two_sided)))
    print(f"slowest rule: {slowest:.2f} s (wanted: under {WANTED} s)")
    note(Figure(f"the slowest rule, {wanted.pupils} pupils", slowest, "s", at_most=WANTED))


def _case(title: str, pupils: tuple[Chooser, ...], mentors: tuple[Place, ...]) -> float:
    """Prints a table; returns the seconds of the slowest rule."""
    print(f"\n{title} ({len(pupils)} pupils, {len(mentors)} mentors, {sum(m.places for m in mentors)} places)")
    print(f"{'':<16}{'s':>6}{'first':>6}{'chosen':>8}{'mean':>8}{'nobody':>8}{'blocking':>10}{'of the optimum':>32}")
    clock = time.perf_counter()
    best = _optimum(pupils, mentors)
    print(f"{'scipy alone':<16}{time.perf_counter() - clock:>6.2f}{best}")
    slowest = 0.0
    for rule, tie_break in itertools.product(
        (MatchRule.SATISFACTION, MatchRule.LOTTERY, MatchRule.STABLE), (MatchTieBreak.LOTTERY, MatchTieBreak.ROSTER)
    ):
        problem = Problem(pupils, mentors, rule, tie_break, seed=7)
        clock = time.perf_counter()
        match = solve(problem)
        took = time.perf_counter() - clock
        slowest = max(slowest, took)
        found = quality(problem, match)
        figures = Figures(found.got[1], sum(found.got.values()), found.mean_rank or 0.0)
        ratios = f"first {figures.first / best.first:.3f}, mean rank {figures.mean / best.mean:.3f}"
        name = f"{rule.value[:12]}/{tie_break.value[0]}"
        print(f"{name:<16}{took:>6.2f}{figures}{found.unplaced:>8}{len(found.blocking_pairs):>10}{ratios:>32}")
        if rule is MatchRule.STABLE:
            assert not found.blocking_pairs
        if rule is MatchRule.SATISFACTION:
            assert (figures.chosen, round(figures.mean, 9)) == (best.chosen, round(best.mean, 9))
    return slowest


def _choosers(pupils: int, mentors: int) -> tuple[Chooser, ...]:
    chance = random.Random(11)  # noqa: S311 - invented choices
    weights = list(itertools.accumulate(1 / (at + 1) ** POPULARITY for at in range(mentors)))
    everybody = frozenset(range(mentors))
    made = []
    for key in range(pupils):
        choices: dict[int, None] = {}
        while len(choices) < min(CHOICES, mentors):
            choices[chance.choices(range(mentors), cum_weights=weights)[0]] = None
        made.append(Chooser(key, (key // 45, key % 45), tuple(choices), everybody))
    return tuple(made)


def _mentors(pupils: tuple[Chooser, ...], places: list[int], *, marked: bool) -> tuple[Place, ...]:
    chance = random.Random(12)  # noqa: S311 - invented marks
    marks: dict[int, dict[int, MentorMarkKind]] = {at: {} for at in range(len(places))}
    if marked:
        for pupil in pupils:
            for mentor in pupil.choices:
                drawn = chance.random()
                marks[mentor][pupil.key] = (
                    MentorMarkKind.PREFERRED
                    if drawn < 0.3
                    else MentorMarkKind.UNSUITABLE
                    if drawn > 0.97
                    else MentorMarkKind.ACCEPTABLE
                )
    return tuple(Place(at, count, marks[at]) for at, count in enumerate(places))


def _optimum(pupils: tuple[Chooser, ...], mentors: tuple[Place, ...]) -> Figures:
    """Most pupils with a choice, then the least sum of ranks: one dense assignment, nothing of the project's solver."""
    slots = [mentor for mentor in mentors for _ in range(mentor.places)]
    out = (CHOICES + 1) * (len(pupils) + 1)
    cost = np.full((len(pupils), max(len(slots), len(pupils))), out)
    for row, pupil in enumerate(pupils):
        ranks = {mentor: rank for rank, mentor in enumerate(pupil.choices, 1)}
        for column, mentor in enumerate(slots):
            if mentor.key in ranks and mentor.takes(pupil.key):
                cost[row, column] = ranks[mentor.key]
    rows, columns = linear_sum_assignment(cost)
    ranks_got = [int(rank) for rank in cost[rows, columns] if rank < out]
    return Figures(ranks_got.count(1), len(ranks_got), sum(ranks_got) / len(ranks_got))


if __name__ == "__main__":
    main()
