"""What differs between two texts, in pieces that a page can mark: Chinese by characters, other words whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_SENTENCE = re.compile(r"[^。！？；!?;\n]*[。！？；!?;\n]+|[^。！？；!?;\n]+")
_WORD = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
#: Beyond so many comparisons a changed passage is marked as a whole.
MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `changed` if the other text has something else, or nothing, in its place."""

    text: str
    changed: bool


def mark_words(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts cut into pieces, in their order; joined they are the texts again.

    Whole sentences are compared first and the words of changed ones then, so that long texts stay quick.
    """
    left: list[Piece] = []
    right: list[Piece] = []
    first, second = _SENTENCE.findall(old), _SENTENCE.findall(new)
    for same, a, b in _steps(first, second):
        if same:
            left.append(Piece(a, False))
            right.append(Piece(b, False))
            continue
        words_a, words_b = _WORD.findall(a), _WORD.findall(b)
        if len(words_a) * len(words_b) > MOST:
            left.append(Piece(a, True))
            right.append(Piece(b, True))
            continue
        for equal, c, d in _calm(_steps(words_a, words_b)):
            left.append(Piece(c, not equal))
            right.append(Piece(d, not equal))
    return _joined(left), _joined(right)


def _steps(a: Sequence[str], b: Sequence[str]) -> list[tuple[bool, str, str]]:
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [(tag == "equal", "".join(a[i:j]), "".join(b[k:m])) for tag, i, j, k, m in codes]


def _calm(steps: list[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    """A single character left between two changes reads as changed, too: else a text looks like confetti."""
    last = len(steps) - 1
    return [(same and not (0 < place < last and len(a) == 1), a, b) for place, (same, a, b) in enumerate(steps)]


def _joined(pieces: list[Piece]) -> list[Piece]:
    result: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if result and result[-1].changed == piece.changed:
            result[-1] = Piece(result[-1].text + piece.text, piece.changed)
        else:
            result.append(piece)
    return result
