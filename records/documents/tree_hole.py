"""心灵树洞卡: the card a pupil takes, fills in and hands to a teacher they trust (Guyi plan, 四(三)2 and annex 3).

Blank: nothing of a pupil is printed. Two to an A4 page in large type for the youngest, four for the others.
"""

from dataclasses import dataclass
from typing import Final

from core.pdf import Manuscript, manuscript, set_pdf
from records.contexts import paragraphs
from records.enums import CardSubject, CardWish
from schools.contexts import Letterhead, PaperWords
from schools.enums import Design

_WORDS: Final = PaperWords()


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHoleCards:
    """Sheets of blank cards. `subjects` and `wishes` are boxes to tick.

    `emergency` is whom to turn to at once (the school's own words; empty: that line is left out).
    """

    school: Letterhead
    title: str = _WORDS.tree_hole_title
    intro: str = _WORDS.tree_hole_intro
    design: Design = Design.UPPER
    sheets: int = 1
    subjects: tuple[str, ...] = tuple(str(label) for label in CardSubject.labels)
    wishes: tuple[str, ...] = tuple(str(label) for label in CardWish.labels)
    emergency: str = ""


@dataclass(frozen=True, slots=True)
class _Form:
    """How a card is divided, in millimetres as `tree_hole.css` sets it.

    Only used to give the ruled lines what the texts leave: estimates are enough, they err on the small side.
    `room` is what head, rows and instructions leave; the measures are characters in a line.
    """

    size: str
    per_sheet: int
    room: float
    rule: float
    intro_measure: int
    intro_line: float
    foot_measure: int
    foot_line: float


#: Two lying A5 cards, or four lying A6 cards to a page.
_FORMS: Final = {
    Design.LOWER: _Form("halves", 2, 66.0, 11.0, 28, 7.0, 54, 4.9),
    Design.UPPER: _Form("quarters", 4, 48.0, 8.5, 26, 5.6, 46, 3.8),
    Design.SENIOR: _Form("quarters", 4, 48.5, 7.5, 26, 5.6, 46, 3.8),
}
#: For a school with so much to say in an emergency that the card would have no room to write: A5, small type below.
_ROOMIER: Final = {
    Design.LOWER: _Form("halves", 2, 66.0, 8.5, 28, 7.0, 66, 3.8),
    Design.UPPER: _Form("halves", 2, 82.0, 8.5, 40, 5.6, 66, 3.8),
    Design.SENIOR: _Form("halves", 2, 82.0, 8.5, 40, 5.6, 66, 3.8),
}
#: Fewer lines are no room to write.
LEAST_LINES: Final = 3


def tree_hole_manuscript(cards: TreeHoleCards) -> Manuscript:
    """The manuscript of `cards.sheets` equal sheets. Raises ValueError for less than one sheet."""
    if cards.sheets < 1:
        raise ValueError("no sheet to print")
    emergency = paragraphs(cards.emergency)
    form = _FORMS[cards.design]
    lines = _lines(form, cards.intro, emergency)
    if compact := lines < LEAST_LINES:
        form = _ROOMIER[cards.design]
        lines = _lines(form, cards.intro, emergency)
    return manuscript(
        "documents/tree_hole.html",
        {
            "cards": cards,
            "school": cards.school,
            "size": form.size,
            "sheets": range(1, cards.sheets + 1),
            "places": range(form.per_sheet),
            "lines": range(max(lines, LEAST_LINES)),
            "emergency": emergency,
            "compact": compact,
        },
        title=f"{cards.title} · {cards.school.name}",
        author=cards.school.name,
        stylesheets=("tree_hole.css",),
        assets=cards.school.assets,
        recolour=cards.school.recolour,
    )


def render_tree_hole_cards(cards: TreeHoleCards) -> bytes:
    """Return the PDF of blank cards with cut marks. Raises ValueError for less than one sheet."""
    return set_pdf(tree_hole_manuscript(cards))


def _lines(form: _Form, intro: str, emergency: tuple[str, ...]) -> int:
    used = _rows(intro, form.intro_measure) * form.intro_line
    used += sum(_rows(line, form.foot_measure) for line in emergency) * form.foot_line
    return int((form.room - used) / form.rule)


def _rows(text: str, measure: int) -> int:
    return -(-len(text) // measure)
