"""成长激励卡: the letter's praise as a card to keep (Guyi plan, 四(四)2②), a lying A5 page in three designs by age.

Two cards stand on an A4 page with marks to cut between them. The card carries the letter's text; advice stays in the
letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.pdf import Manuscript, manuscript
from records.contexts import Letter, paragraphs
from records.papers.documents.growth_letter import Code, code_of, day_of, occasion_of, title_of
from records.papers.documents.runs import set_runs
from records.papers.letter_page import lines_of
from schools.enums import Design

#: Type sizes of `growth_card_<design>.css`, the lines that a card holds in each, and the characters on a line (one less
#: than it measures, for punctuation that may not begin a line).
SIZES: Final = {
    Design.LOWER: (("large", 5, 26), ("middle", 6, 31), ("small", 9, 39), ("least", 11, 46)),
    Design.UPPER: (("large", 6, 30), ("middle", 7, 35), ("small", 9, 42), ("least", 11, 48)),
    Design.SENIOR: (("large", 6, 32), ("middle", 7, 36), ("small", 9, 42), ("least", 11, 48)),
}
#: A text that needs a second card anyway is set in this size.
FLOWING: Final = "small"
#: Names and titles of more characters are set smaller.
LONG_NAME, LONG_TITLE = 6, 8


@dataclass(frozen=True, slots=True)
class _Page:
    letter: Letter
    body: tuple[str, ...]
    mentors: str
    date: str
    size: str
    long_name: bool
    long_title: bool
    occasion: str
    code: Code | None


def growth_card_manuscript(letters: Sequence[Letter]) -> Manuscript:
    """The manuscript of the cards of `letters`, of one design, in the order given, each beginning on a page of its own.

    A card without text prints ruled lines for handwriting. Raises ValueError if there is none, or if designs differ.
    """
    if not letters:
        raise ValueError("no card to print")
    first = letters[0]
    if any(letter.design != first.design for letter in letters):
        raise ValueError("cards of one manuscript have one design")
    return manuscript(
        "papers/documents/growth_card.html",
        {"pages": [_page(letter) for letter in letters]},
        title=title_of(letters),
        author=first.school.name,
        stylesheets=("growth_card.css", f"growth_card_{first.design.value}.css"),
        assets=first.school.assets,
        recolour=first.school.recolour,
    )


def growth_card_manuscripts(letters: Sequence[Letter]) -> list[Manuscript]:
    """A manuscript for each card, in their order, of whatever designs: for `core.pdf.set_each`."""
    return [growth_card_manuscript([letter]) for letter in letters]


def render_growth_cards(letters: Sequence[Letter], *, two_up: bool = False) -> bytes:
    """Return the PDF of the cards of `letters`, which may have different designs, in the order given.

    `two_up` puts two on an A4 page, with marks to cut between them. Raises ValueError if there is none.
    """
    from core.pdfpages import ONE_BELOW_THE_OTHER, impose

    if not letters:
        raise ValueError("no card to print")
    pdf = set_runs(letters, growth_card_manuscript, title=title_of(letters))
    return impose(pdf, ONE_BELOW_THE_OTHER) if two_up else pdf


def _page(letter: Letter) -> _Page:
    body = paragraphs(letter.body)
    fitting = (name for name, room, measure in SIZES[letter.design] if lines_of(body, measure) <= room)
    return _Page(
        letter=letter,
        body=body,
        mentors="　".join(letter.mentors),
        date=day_of(letter),
        size=next(fitting, FLOWING),
        long_name=len(letter.pupil_name) > LONG_NAME,
        long_title=len(letter.title) > LONG_TITLE,
        occasion=occasion_of(letter),
        code=code_of(letter),
    )
