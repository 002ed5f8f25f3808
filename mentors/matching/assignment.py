"""The one optimisation that choosing and filling share: least total cost, after placing as many as can be placed.

Each mentor is a row of slots with a price each, and every seeker has a further "slot" of staying out that costs more
than any rearrangement can save: so a full matching always exists, and the cheapest one places the most. Costs are
whole numbers that a double holds exactly. `min_weight_full_bipartite_matching` works on the edges alone: 2,000 pupils
with 5 choices take about 0.03 s, where `linear_sum_assignment` on the dense matrix takes 0.1 to 0.5 s.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

Costs = NDArray[np.float64]
Columns = NDArray[np.int64]


def cheapest(
    options: Sequence[Mapping[int, int]], prices: Mapping[int, Sequence[int]], staying_out: Sequence[int]
) -> list[int | None]:
    """The mentor of each seeker, None for those who stay out.

    `options` has for each seeker what each mentor costs; `prices` has for each mentor what each slot costs, never
    falling (so slots fill in order), all at least 0 and none beyond the number of free places; `staying_out` is what
    it costs to leave the seeker without one. Among equally cheap answers the order of the seekers decides.
    """
    if not options:
        return []
    owners, spans = _slots(options, prices)
    edges = _Edges(spans)
    for at, (row, out) in enumerate(zip(options, staying_out, strict=True)):
        edges.add(row, len(owners) + at, out)
    _, columns = min_weight_full_bipartite_matching(edges.matrix(len(owners) + len(options)))
    return [owners[column] if column < len(owners) else None for column in columns.tolist()]


def _slots(
    options: Sequence[Mapping[int, int]], prices: Mapping[int, Sequence[int]]
) -> tuple[list[int], dict[int, tuple[Columns, Costs]]]:
    """The mentor that each column stands for, and the columns of each mentor with their prices."""
    wanted: dict[int, int] = {}
    for row in options:
        for mentor in row:
            wanted[mentor] = wanted.get(mentor, 0) + 1
    owners: list[int] = []
    spans: dict[int, tuple[Columns, Costs]] = {}
    for mentor in sorted(wanted):
        cut = prices.get(mentor, ())[: wanted[mentor]]
        if cut:
            spans[mentor] = (np.arange(len(owners), len(owners) + len(cut)), np.array(cut, dtype=np.float64))
            owners.extend([mentor] * len(cut))
    return owners, spans


class _Edges:
    """Collects the rows of the sparse matrix; equal rows, which a fill has by the hundred, are laid out once."""

    def __init__(self, spans: dict[int, tuple[Columns, Costs]]) -> None:
        self._spans = spans
        self._seen: dict[tuple[tuple[int, int], ...], tuple[Columns, Costs]] = {}
        self._columns: list[Columns] = []
        self._costs: list[Costs] = []
        self._ends = [0]

    def add(self, row: Mapping[int, int], last_column: int, last_cost: int) -> None:
        columns, costs = self._laid_out(tuple(sorted(row.items())))
        self._columns.append(np.append(columns, last_column))
        self._costs.append(np.append(costs, last_cost + 1))
        self._ends.append(self._ends[-1] + len(columns) + 1)

    def matrix(self, width: int) -> csr_array:
        parts = np.concatenate(self._costs), np.concatenate(self._columns), np.array(self._ends)
        return csr_array(parts, shape=(len(self._ends) - 1, width))

    def _laid_out(self, row: tuple[tuple[int, int], ...]) -> tuple[Columns, Costs]:
        if row not in self._seen:
            spans = [(*self._spans[mentor], cost) for mentor, cost in row if mentor in self._spans]
            # One more for all: a sparse matrix takes a cost of 0 for "no edge".
            self._seen[row] = (
                np.concatenate([np.empty(0, dtype=np.int64), *(columns for columns, _, _ in spans)]),
                np.concatenate([np.empty(0), *(prices + (cost + 1) for _, prices, cost in spans)]),
            )
        return self._seen[row]
