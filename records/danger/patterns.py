"""How a pattern is written: slots in braces, `~` for a gap inside of a clause, `≈` for one inside of a sentence."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from records.danger.slots import SLOTS


class Weight(Enum):
    """What a pattern says by itself. Two hints together say as much as one plain wording."""

    #: An adult today; only its own clause can excuse it.
    FIRM = "firm"
    #: An adult today; a topic of its sentence (a game, a book) excuses it.
    TODAY = "today"
    #: Alone: keep an eye on it. Two of them, or one with two faint ones: today.
    HINT = "hint"
    #: Alone: nothing. Three of them count as two hints.
    FAINT = "faint"
    #: Keep an eye on it, however many.
    WATCH = "watch"
    #: Alone: nothing. Two of them: keep an eye on it.
    LOW = "low"


class Wording:
    """A wording with its slots and gaps, compiled by the first text that is looked at.

    All of them take 0.4 s, and few processes ever look at one.
    """

    def __init__(self, written: str) -> None:
        self._written = written

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As that of `re.Pattern`."""
        return self.compiled.search(text, start, end)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As that of `re.Pattern`."""
        return self.compiled.finditer(text)

    def sub(self, change: Callable[[re.Match[str]], str], text: str) -> str:
        """As that of `re.Pattern`."""
        return self.compiled.sub(change, text)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """What it comes to."""
        spelled = _SLOT.sub(lambda slot: f"(?:{SLOTS[slot[1]]})", self._written)
        return re.compile(spelled.replace("~", _GAP).replace("≈", _WIDE_GAP))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of wording: what it weighs, and the kinds of topic that excuse it by name."""

    weight: Weight
    wording: Wording
    excused_by: frozenset[str] = frozenset()


_SLOT = re.compile(r"\{([a-z_]+)\}")
_GAP = "(?:[^，。！？；,!?;：\\n]{0,7}?)"
_WIDE_GAP = "(?:[^。！？!?\\n]{0,18}?)"

#: The topics that excuse whatever is not named otherwise.
COMMON = "game story lesson fun"


def patterns(
    weight: Weight, wordings: Iterable[str], excused_by: str = "", common: str = COMMON
) -> tuple[Pattern, ...]:
    """Patterns of one weight, with the topics that excuse them, apart by spaces: `common` and `excused_by`.

    A topic excuses by its sentence; `name_clause` by its clause alone, and so do the common ones of a firm pattern.
    """
    if weight in {Weight.WATCH, Weight.LOW}:
        common = ""
    elif weight is Weight.FIRM:
        common = " ".join(f"{topic}_clause" for topic in common.split())
    topics = frozenset((common + " " + excused_by).split())
    return tuple(Pattern(weight, Wording(wording), topics) for wording in wordings)
