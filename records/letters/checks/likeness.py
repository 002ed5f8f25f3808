"""Is a letter nearly the same as another? Signatures to find the few that may be, rapidfuzz to say how alike they are.

A signature is a MinHash over the text's four-character shingles: one byte of each of 96 minima. The share of equal
bytes of two signatures estimates how many shingles two letters have in common, whatever the order of their sentences.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from core.variants import fold_variants
from records.letters.checks.naming import given_of

#: First byte of a signature. Another way of signing takes another number; `manage.py sign_letters` signs anew.
VERSION: Final = 1
HASHES: Final = 96
SIZE: Final = 1 + HASHES
SHINGLE: Final = 4
#: Shorter texts say too little to be copied: 你很棒，继续加油.
SHORTEST: Final = 24
#: Two letters this much alike are nearly the same: a letter of three sentences with half of its words put in other
#: words just is. No pair of the good letters of the tests, nor a harmless letter and the last one, reaches half of it.
ALIKE: Final = 0.66
#: Shares of equal bytes from which letters are compared in full: the best of them, and no more.
CANDIDATE: Final = 0.1
CANDIDATES: Final = 10
#: A sentence counts as shared from this likeness on, if it has at least so many characters.
SAME_SENTENCE: Final = 0.9
SENTENCE_SHORTEST: Final = 8

_SENTENCE = re.compile(r"[^。！？!?；;…\n]+")
_NOT_WORDS = re.compile(r"[\W_]+")
_MASK = 0xFFFFFFFFFFFFFFFF


def normalise(text: str, pupil_name: str = "") -> str:
    """What is compared: letters and digits in one form of writing, without the pupil's own name."""
    for name in dict.fromkeys((pupil_name, given_of(pupil_name))):
        if len(name) > 1:
            text = text.replace(name, "")
    return _NOT_WORDS.sub("", fold_variants(unicodedata.normalize("NFKC", text).lower()))


def signature(body: str, pupil_name: str = "") -> bytes:
    """The signature of a letter to that pupil; empty if it is too short. The same on every machine."""
    text = normalise(body, pupil_name)
    if len(text) < SHORTEST:
        return b""
    points = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    shingles = np.zeros(len(points) - SHINGLE + 1, dtype=np.uint64)
    for at in range(SHINGLE):
        shingles = _mix(shingles * np.uint64(0x100000001B3) + points[at : len(points) - SHINGLE + 1 + at])
    factors, offsets = _hashes()
    minima = (shingles[:, None] * factors + offsets).min(axis=0)
    return bytes([VERSION]) + (_mix(minima) & np.uint64(0xFF)).astype(np.uint8).tobytes()


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = values ^ (values >> np.uint64(31))
    return mixed


@cache
def _hashes() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Odd factors and offsets, one pair for each minimum, always the same."""
    seeds = np.array([(number * 0x9E3779B97F4A7C15) & _MASK for number in range(1, 2 * HASHES + 1)], dtype=np.uint64)
    drawn = _mix(seeds)
    return drawn[:HASHES] | np.uint64(1), drawn[HASHES:]


def nearest(wanted: bytes, others: Sequence[bytes | memoryview]) -> list[int]:
    """Places in `others` of the signatures that may be nearly the same letter, the likeliest first, a few at most.

    Signatures of another version or size are passed over.
    """
    if len(wanted) != SIZE or not others:
        return []
    joined = b"".join(others)
    places: NDArray[np.intp] | None = None
    if len(joined) != SIZE * len(others) or any(len(other) != SIZE for other in others):
        places = np.array([at for at, other in enumerate(others) if len(other) == SIZE], dtype=np.intp)
        joined = b"".join(others[at] for at in places)
    rows = np.frombuffer(joined, dtype=np.uint8).reshape(-1, SIZE)
    equal = np.count_nonzero(rows == np.frombuffer(wanted, dtype=np.uint8), axis=1) - 1
    equal[rows[:, 0] != VERSION] = 0
    likely = np.flatnonzero(equal >= CANDIDATE * HASHES)
    best = likely[np.argsort(-equal[likely], kind="stable")[:CANDIDATES]]
    return [int(at) for at in (best if places is None else places[best])]


def ratio(first: str, second: str, *, names: tuple[str, str] = ("", "")) -> float:
    """How alike two letters are, 0 to 1, whatever the order of their sentences. `names`: whom they are written to."""
    one, two = _parts(first, names[0]), _parts(second, names[1])
    if min(sum(map(len, one)), sum(map(len, two))) < SHORTEST:
        return 0.0
    plain = fuzz.ratio("".join(one), "".join(two))
    ordered = fuzz.ratio("".join(sorted(one)), "".join(sorted(two)))
    return max(plain, ordered, _by_sentences(one, two)) / 100


def _parts(text: str, name: str) -> list[str]:
    """The sentences of `text` as they are compared."""
    return [part for part in (normalise(sentence, name) for sentence in _SENTENCE.findall(text)) if part]


def _by_sentences(one: list[str], two: list[str]) -> float:
    """The mean likeness of each sentence to the likest one over there, weighed by length, the lower of both ways."""
    scores = process.cdist(one, two, scorer=fuzz.ratio)
    return min(
        float(np.average(scores.max(axis=1), weights=[len(part) for part in one])),
        float(np.average(scores.max(axis=0), weights=[len(part) for part in two])),
    )


def shared_sentences(first: str, second: str, *, names: tuple[str, str] = ("", "")) -> list[str]:
    """The sentences of `first`, as they stand there, that `second` has too (nearly), the longest first."""
    others = [part for part in _parts(second, names[1]) if len(part) >= SENTENCE_SHORTEST]
    shared = []
    for found in _SENTENCE.findall(first):
        part = normalise(found, names[0])
        if len(part) >= SENTENCE_SHORTEST and process.extractOne(
            part, others, scorer=fuzz.ratio, score_cutoff=SAME_SENTENCE * 100
        ):
            shared.append(found.strip())
    return sorted(shared, key=len, reverse=True)
