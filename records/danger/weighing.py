"""How a text sounds: what it holds, its characters by ones and twos above all, each with a weight learnt from texts.

A wording that nobody has written down as a pattern still has words of its kind around it, and a pattern is wrong where
everyday words stand around. `bench/weights.py` learns the weights; the checks of letters weigh their sentences too.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
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
#: All that a name weighs lies in one number, so many bits for each kind: a letter has thousands of names to add up.
_BITS = 24
_HALF, _MASK = 1 << (_BITS - 1), (1 << _BITS) - 1


@dataclass(frozen=True, slots=True)
class Scales:
    """What a text's names weigh, in hundredths, by kind of judgement; `bias` is there before any name."""

    kinds: tuple[str, ...]
    bias: tuple[int, ...]
    #: By name, `packed`.
    weights: dict[str, int]

    def sums(self, names: Iterable[str]) -> dict[str, int]:
        """By kind what `names` weigh together."""
        get = self.weights.get
        total = sum(get(name, 0) for name in names) + packed((place, _HALF) for place in range(len(self.kinds)))
        return {
            kind: (total >> _BITS * place & _MASK) - _HALF + bias
            for place, (kind, bias) in enumerate(zip(self.kinds, self.bias, strict=True))
        }

    def heaviest(self, text: str, spans: Iterable[tuple[int, int]], kind: str, longest: int = 2) -> tuple[int, int]:
        """Which of the stretches of `text` weighs most for `kind`, the first of equals. Raises ValueError on none."""
        return max(spans, key=lambda span: self.sums(grams(text[slice(*span)], longest))[kind])


@cache
def scales(path: Path) -> Scales:
    """The weights that lie at `path`, read once and only when a text is weighed."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    weights = {name: packed(pairs) for name, pairs in stored["weights"].items()}
    return Scales(tuple(stored["kinds"]), tuple(stored["bias"]), weights)


def packed(pairs: Iterable[Sequence[int]]) -> int:
    """The weights of a name as one number: of each kind its place, and what the name weighs for it."""
    return sum(weight << _BITS * place for place, weight in pairs)


def grams(text: str, longest: int = 2) -> set[str]:
    """The characters of `text`, its twos and so on up to `longest`; none over a blank or over what was blanked."""
    parts = _BLANK.split(text)
    return {
        part[at : at + length]
        for part in parts
        for length in range(1, longest + 1)
        for at in range(len(part) - length + 1)
    }


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
