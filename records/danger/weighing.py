"""How a short text sounds that says nothing outright: what it holds, each with a weight learnt from the corpus.

An image that nobody has written down as a pattern still has words of its kind around it, and none of the everyday ones.
`bench/danger_weights.py` learns the weights and writes `weights.json`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from records.danger.exceptions import TOPICS
from records.danger.reading import Laid
from records.danger.signs import EVERYDAY, SIGNS

#: By level asked for (today, asked at all): a name of `features` to its weight, in hundredths.
_WEIGHTS: dict[str, dict[str, int]] = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))
#: A longer text tells of more than one thing, a shorter one of none; there the patterns alone speak.
LONGEST, SHORTEST = 160, 6


@dataclass(frozen=True, slots=True)
class Sound:
    """How much a text sounds as if an adult were needed today, or as if somebody should be asked at all."""

    today: int = 0
    asked: int = 0


def features(plain: str) -> Iterator[str]:
    """The names of what `plain` holds, each once: its characters, the kinds of its signs, its everyday things."""
    yield "bias"
    yield from {character for character in plain if character not in " ＊\n"}
    for place, (strong, weak) in enumerate(SIGNS):
        if strong.search(plain):
            yield f"strong {place}"
        if weak.search(plain):
            yield f"weak {place}"
    yield from (f"everyday {place}" for place, words in enumerate(EVERYDAY) if words.search(plain))
    yield from (f"topic {name}" for name, words in TOPICS.items() if words.search(plain))


def sound(plain: str) -> Sound:
    """How `plain`, a text with titles and ordinary words blanked, sounds."""
    if not SHORTEST <= len(plain) <= LONGEST:
        return Sound()
    held = list(features(plain))
    today, asked = (sum(_WEIGHTS[level].get(name, 0) for name in held) for level in ("today", "asked"))
    return Sound(today, asked)


def signs(laid: Laid, plain: str) -> list[tuple[int, int]]:
    """Where the signs of `plain` stand; the clause that weighs most where it has none."""
    found = [sign.span() for kind in SIGNS if (sign := kind[0].search(plain) or kind[1].search(plain))]
    if found:
        return found
    weights = _WEIGHTS["today"]
    clauses = [(start, end) for start, end in pairwise(laid.clause_ends) if start < end]
    return [max(clauses, key=lambda clause: sum(weights.get(one, 0) for one in set(plain[slice(*clause)])))]
