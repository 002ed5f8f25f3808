"""What a benchmark found, in the one shape that `bench/run` puts into its table."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

#: Names the file that figures are added to, a JSON object a line; nothing is kept where it is not set.
KEPT_IN = "BENCH_FIGURES"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, and what it stands beside: a floor (what the machine needs at the least) or a peer.

    `at_most` bounds the figure itself, `times` its ratio to `beside`, the value of what `beside_what` names.
    """

    what: str
    ours: float
    unit: str
    beside: float | None = None
    beside_what: str = ""
    at_most: float | None = None
    times: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to what it stands beside."""
        return self.ours / self.beside if self.beside else None

    @property
    def met(self) -> bool | None:
        """Whether all bounds hold; None if there are none."""
        if self.at_most is None and self.times is None:
            return None
        within = self.at_most is None or self.ours <= self.at_most
        return within and (self.times is None or self.ratio is None or self.ratio <= self.times)

    @property
    def bound(self) -> str:
        """The bounds in words."""
        said = [f"{self.times:g} ×"] if self.times is not None else []
        return " and ".join(said + ([f"{self.at_most:g} {self.unit}"] if self.at_most is not None else []))


def note(*figures: Figure) -> None:
    """Add `figures` to the file that `BENCH_FIGURES` names, for `bench/run`."""
    if kept := os.environ.get(KEPT_IN):
        with Path(kept).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(figure), ensure_ascii=False) + "\n" for figure in figures)


def noted(kept: Path) -> list[Figure]:
    """The figures of a file."""
    return [Figure(**json.loads(line)) for line in kept.read_text(encoding="utf-8").splitlines()]
