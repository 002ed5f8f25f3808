"""How much an A5 page of 成长寄语 holds, reckoned without setting it: the document chooses its type size by this."""

from collections.abc import Sequence

from records.contexts import paragraphs

#: Type sizes of `growth_letter.css`, the lines of body text that an A5 page holds, and the characters on a line: one
#: less than it measures, for punctuation that may not begin a line takes a character along.
SIZES = (("large", 13, 23), ("middle", 16, 26), ("small", 20, 28))
HEADING_LINES = 2
INDENT = 2


def lines_of(texts: Sequence[str], measure: int) -> int:
    """The lines that paragraphs take up with `measure` characters to a line."""
    return sum(-(-(len(text) + INDENT) // measure) for text in texts)


def size_for(body: Sequence[str], advice: Sequence[str]) -> str | None:
    """The largest type size in which the paragraphs stay on one page; None if there is none."""
    for size, room, _measure in SIZES:
        if _lines(body, advice, size) <= room:
            return size
    return None


def fits_page(body: str, advice: str = "") -> bool:
    """Whether a letter with these texts prints on one page."""
    return overflow(body, advice) == 0


def overflow(body: str, advice: str = "") -> int:
    """How many lines of the smallest type size do not fit on the page; 0 if the letter fits."""
    size, room, _measure = SIZES[-1]
    return max(0, _lines(paragraphs(body), paragraphs(advice), size) - room)


def _lines(body: Sequence[str], advice: Sequence[str], size: str) -> int:
    measure = next(measure for name, _room, measure in SIZES if name == size)
    return lines_of((*body, *advice), measure) + HEADING_LINES * bool(advice)
