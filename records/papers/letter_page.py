"""How much an A5 page of 成长寄语 holds, reckoned without setting it: the document chooses its type size by this."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from records.contexts import Letter, paragraphs
from schools.enums import Design

INDENT: Final = 2
#: Advice stands beside a line, which costs it a character or two.
ADVICE_NARROWER: Final = 2


@dataclass(frozen=True, slots=True)
class Size:
    """A type size of a style sheet, with what a page holds in it, in lines of body text.

    `room` are the lines of a plain letter; `measure` the characters on a line, one less than it holds, for
    punctuation that may not begin a line takes a character along. `heading`, `code` and `hand` are the lines that the
    heading of advice, the family's code and a line to sign on cost.
    """

    name: str
    room: int
    measure: int
    heading: int
    code: int
    hand: int


#: The type sizes of `letter_<design>.css`, from the largest down.
SIZES: Final = {
    Design.LOWER: (
        Size("large", 8, 17, 2, 1, 1),
        Size("middle", 10, 19, 2, 1, 1),
        Size("small", 12, 23, 2, 1, 1),
        Size("least", 14, 26, 2, 1, 1),
    ),
    Design.UPPER: (
        Size("large", 13, 23, 2, 2, 1),
        Size("middle", 16, 26, 2, 2, 1),
        Size("small", 19, 28, 2, 2, 1),
    ),
    Design.SENIOR: (
        Size("large", 13, 24, 2, 2, 1),
        Size("middle", 15, 26, 2, 2, 1),
        Size("small", 18, 29, 2, 2, 1),
    ),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """The ruled lines of a sheet for handwriting, in millimetres of `letter_<design>.css`.

    `room` is the page below the title; `line` a line of printed text, of `measure` characters; `foot` the signature,
    `coded_foot` the one with the family's code beside it; `pitch` from one ruled line to the next.
    """

    most: int
    pitch: float
    room: float
    line: float
    measure: int
    foot: float
    coded_foot: float


RULINGS: Final = {
    Design.LOWER: Ruling(8, 12, 135, 10.8, 17, 16, 24.5),
    Design.UPPER: Ruling(12, 9, 145, 9, 23, 18, 25),
    Design.SENIOR: Ruling(10, 9, 134, 8.1, 24, 18, 26),
}


def lines_of(texts: Sequence[str], measure: int) -> int:
    """The lines that paragraphs take up with `measure` characters to a line."""
    return sum(-(-(len(text) + INDENT) // measure) for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage:
    """The page that a letter is printed on: its design, and what else takes room there."""

    design: Design = Design.UPPER
    salutation: str = ""
    closing: str = ""
    has_code: bool = False
    signed_by_hand: bool = False

    @classmethod
    def of(cls, letter: Letter) -> "LetterPage":
        """The page of one letter."""
        return cls(
            design=letter.design,
            salutation=letter.salutation,
            closing=letter.closing,
            has_code=bool(letter.family_url),
            signed_by_hand=letter.signed_by_hand,
        )

    def size_for(self, body: Sequence[str], advice: Sequence[str]) -> str | None:
        """The name of the largest type size in which the paragraphs stay on one page; None if there is none."""
        return next((size.name for size in SIZES[self.design] if self._over(size, body, advice) <= 0), None)

    @property
    def ruled_lines(self) -> int:
        """How many lines for handwriting the page has room for, beside what is printed on it."""
        ruling = RULINGS[self.design]
        printed = 1 + max(0, len(self.salutation) - 1) // ruling.measure
        if self.closing:
            printed += lines_of([self.closing], ruling.measure)
        foot = ruling.coded_foot if self.has_code else ruling.foot
        return min(ruling.most, int((ruling.room - printed * ruling.line - foot) // ruling.pitch))

    def overflow(self, body: str, advice: str = "") -> int:
        """How many lines of the smallest type size do not fit on the page; 0 if the letter fits."""
        return max(0, self._over(SIZES[self.design][-1], paragraphs(body), paragraphs(advice)))

    def _over(self, size: Size, body: Sequence[str], advice: Sequence[str]) -> int:
        lines = lines_of(body, size.measure)
        if advice:
            lines += lines_of(advice, size.measure - ADVICE_NARROWER) + size.heading
        if self.closing:
            lines += lines_of([self.closing], size.measure)
        # The salutation is not indented; its first line is always there.
        lines += max(0, len(self.salutation) - 1) // size.measure
        return lines + size.code * self.has_code + size.hand * self.signed_by_hand - size.room
