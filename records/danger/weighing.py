"""How a text sounds: what it holds, its characters by ones and twos above all, each with a weight learnt from texts.

A wording that nobody has written down as a pattern still has words of its kind around it, and a pattern is wrong where
everyday words stand around. `bench/weights.py` learns the weights; the checks of letters weigh their sentences too.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from records.danger.exceptions import TOPICS
from records.danger.patterns import Weight
from records.danger.reading import Laid
from records.danger.signs import EVERYDAY, SIGNS

WEIGHTS = Path(__file__).with_name("weights.json")
#: A longer text tells of more than one thing, a shorter one of none; there the patterns alone speak.
LONGEST, SHORTEST = 160, 6
_BLANK = re.compile(r"[\s＊]+")


@dataclass(frozen=True, slots=True)
class Scales:
    """What a text's names weigh, in hundredths, by kind of judgement; `bias` is there before any name."""

    kinds: tuple[str, ...]
    bias: tuple[int, ...]
    #: By name: the place of each kind for which it weighs anything, and how much.
    weights: dict[str, list[list[int]]]

    def sums(self, names: Iterable[str]) -> dict[str, int]:
        """By kind what `names` weigh together."""
        totals = list(self.bias)
        for name in names:
            for place, weight in self.weights.get(name, ()):
                totals[place] += weight
        return dict(zip(self.kinds, totals, strict=True))

    def heaviest(self, text: str, spans: Iterable[tuple[int, int]], kind: str) -> tuple[int, int]:
        """Which of the stretches of `text` weighs most for `kind`, the first of equals. Raises ValueError on none."""
        place = self.kinds.index(kind)

        def weight(span: tuple[int, int]) -> int:
            pairs = (pair for name in grams(text[slice(*span)]) for pair in self.weights.get(name, ()))
            return sum(weight for at, weight in pairs if at == place)

        return max(spans, key=weight)


@cache
def scales(path: Path) -> Scales:
    """The weights that lie at `path`, read once and only when a text is weighed."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Scales(tuple(stored["kinds"]), tuple(stored["bias"]), stored["weights"])


def grams(text: str) -> set[str]:
    """The characters of `text` and its pairs of characters; none over a blank or over what was blanked."""
    parts = _BLANK.split(text)
    return {*"".join(parts), *(one + two for part in parts for one, two in pairwise(part))}


def features(plain: str, found: dict[Weight, int]) -> Iterator[str]:
    """The names of what `plain` holds, each once: its grams, signs, everyday things, and what patterns `found`."""
    yield from grams(plain)
    for place, (strong, weak) in enumerate(SIGNS):
        if strong.search(plain):
            yield f"strong {place}"
        if weak.search(plain):
            yield f"weak {place}"
    yield from (f"everyday {place}" for place, words in enumerate(EVERYDAY) if words.search(plain))
    yield from (f"topic {name}" for name, words in TOPICS.items() if words.search(plain))
    for weight, count in found.items():
        if count:
            yield f"found {weight.value}"
        if count > 1:
            yield f"found {weight.value} again"


def signs(laid: Laid, plain: str) -> list[tuple[int, int]]:
    """Where the signs of `plain` stand; the clause that weighs most where it has none."""
    found = [sign.span() for kind in SIGNS if (sign := kind[0].search(plain) or kind[1].search(plain))]
    clauses = [(start, end) for start, end in pairwise(laid.clause_ends) if start < end]
    return found or [scales(WEIGHTS).heaviest(plain, clauses, "asked")]
