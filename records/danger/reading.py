"""What a look at a text answers, and how a text is laid out for it: folded, with its clauses and sentences."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How soon an adult is asked to act. `NONE` means that no phrase was found, never that there is no danger."""

    NONE = 0
    WATCH = 1
    TODAY = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase of the text, from `start` to `end`, that gave rise to the level."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Danger:
    """What was found: the level and the phrases, in the order of the text and never overlapping."""

    level: Level
    marks: tuple[Mark, ...] = ()

    @property
    def is_today(self) -> bool:
        """Whether an adult is needed today."""
        return self.level is Level.TODAY

    @property
    def is_watch(self) -> bool:
        """Whether somebody should keep an eye on the child."""
        return self.level is Level.WATCH

    def __bool__(self) -> bool:
        return self.level is not Level.NONE


#: What stands farther away in a sentence without an end is no longer about the same.
_FAR = 150
#: A clause ends at each of these, a sentence at the stronger ones alone.
_CLAUSE = re.compile(r"[，。！？；,!?;\n…]+|(?<!\d)：|：(?!\d)")
_SENTENCE = re.compile(r"[。！？!?\n]+")
#: 想 死, 想.死, 想*死: single characters kept apart to get past a reader.
_SPACED = re.compile(r"(?<=[一-龥])[ .·*_\-~]+(?=[一-龥](?:[ .·*_\-~]|[^一-龥]|$))")
_SPELLED = str.maketrans(
    {
        "亖": "死",
        "妳": "你",
        "歿": "死",
        "⻔": "门",
        "(": "（",
        ")": "）",
        ":": "：",
        ",": "，",
        "!": "！",
        "?": "？",
        ";": "；",
    }
)
_IGNORED = re.compile("[\u200b-\u200f\ufe0f\u2060]")


@dataclass(frozen=True, slots=True)
class Laid:
    """A text laid out for looking: folded, the place of each of its characters in the original, its bounds."""

    text: str
    places: tuple[int, ...]
    clause_ends: tuple[int, ...]
    sentence_ends: tuple[int, ...]

    def clause(self, start: int, end: int) -> str:
        """The clauses that the stretch from `start` to `end` touches."""
        return _around(self.text, self.clause_ends, start, end)

    def sentence(self, start: int, end: int) -> str:
        """The sentences that the stretch touches."""
        return _around(self.text, self.sentence_ends, start, end)

    def mark(self, start: int, end: int) -> Mark:
        """The stretch as a phrase of the original."""
        return Mark(self.places[start], self.places[end - 1] + 1)


def lay_out(text: str) -> Laid:
    """`text` with widths and case folded, spaced-out characters closed up and invisible ones left out."""
    dropped = {place for found in _SPACED.finditer(text) for place in range(*found.span())}
    dropped |= {found.start() for found in _IGNORED.finditer(text)}
    characters, places = [], []
    for place, character in enumerate(text):
        if place in dropped:
            continue
        folded = unicodedata.normalize("NFKC", character).lower() if ord(character) > 126 else character.lower()
        for one in (folded if len(folded) == 1 else character).translate(_SPELLED):
            characters.append(one)
            places.append(place)
    plain = "".join(characters)
    return Laid(plain, tuple(places), _ends(_CLAUSE, plain), _ends(_SENTENCE, plain))


def _ends(mark: re.Pattern[str], text: str) -> tuple[int, ...]:
    return (0, *(found.end() for found in mark.finditer(text)), len(text))


def _around(text: str, ends: tuple[int, ...], start: int, end: int) -> str:
    first = ends[max(bisect_right(ends, start) - 1, 0)]
    last = bisect_right(ends, end - 1)
    stop = ends[last] if last < len(ends) else len(text)
    return text[max(first, start - _FAR) : min(stop, end + _FAR)]
