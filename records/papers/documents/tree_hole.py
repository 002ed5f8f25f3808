"""心灵树洞卡: the card a pupil takes, fills in and hands to a teacher they trust (Guyi plan, 四(三)2 and annex 3).

Blank: nothing of a pupil is printed. Two to an A4 page in large type for the youngest, four for the others.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

from core.pdf import Manuscript, manuscript, set_pdf
from records.contexts import paragraphs
from records.enums import TreeHoleSubject, TreeHoleWish
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
    subjects: tuple[str, ...] = tuple(str(label) for label in TreeHoleSubject.labels)
    wishes: tuple[str, ...] = tuple(str(label) for label in TreeHoleWish.labels)
    emergency: str = ""


@dataclass(frozen=True, slots=True)
class _Form:
    """How a card is divided, in millimetres as `tree_hole.css` sets it.

    Only used to give the ruled lines what the texts leave: estimates are enough, they err on the small side.
    `room` is what head, rows and instructions leave; the measures are characters in a line. The head counts in
    characters of the school's name; one of the title is as wide as `title_weight` of them.
    """

    size: str
    per_sheet: int
    room: float
    rule: float
    head_measure: int
    title_weight: float
    head_line: float
    intro_measure: int
    intro_line: float
    foot_measure: int
    foot_line: float


#: Two lying A5 cards, or four lying A6 cards to a page.
_FORMS: Final = {
    Design.LOWER: _Form("halves", 2, 64.5, 10.5, 36, 2.9, 18.0, 28, 7.0, 54, 4.9),
    Design.UPPER: _Form("quarters", 4, 42.7, 8.0, 30, 2.3, 9.5, 27, 5.6, 47, 3.8),
    Design.SENIOR: _Form("quarters", 4, 44.7, 7.5, 30, 2.3, 9.5, 27, 5.6, 47, 3.8),
}
#: For a school with so much to say in an emergency that the card would have no room to write: A5, small type below.
_ROOMIER: Final = {
    Design.LOWER: _Form("halves", 2, 64.0, 8.0, 36, 2.9, 18.0, 28, 7.0, 70, 3.5),
    Design.UPPER: _Form("halves", 2, 86.0, 8.0, 42, 2.3, 11.0, 40, 5.6, 70, 3.5),
    Design.SENIOR: _Form("halves", 2, 86.0, 8.0, 42, 2.3, 11.0, 40, 5.6, 70, 3.5),
}
#: In characters of the school's name.
LOGO_AND_GAP: Final = 3
#: Fewer lines are no room to write.
LEAST_LINES: Final = 3


def tree_hole_manuscript(cards: TreeHoleCards) -> Manuscript:
    """The manuscript of one sheet, whatever `cards.sheets` says."""
    emergency = paragraphs(cards.emergency)
    form = _FORMS[cards.design]
    lines = _lines(form, cards, emergency)
    if compact := lines < LEAST_LINES:
        form = _ROOMIER[cards.design]
        lines = _lines(form, cards, emergency)
    return manuscript(
        "papers/documents/tree_hole.html",
        {
            "cards": cards,
            "school": cards.school,
            "size": form.size,
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
    """Return the PDF of `cards.sheets` equal sheets with cut marks. Raises ValueError for less than one sheet."""
    from core.pdfpages import merge_pdfs

    if cards.sheets < 1:
        raise ValueError("no sheet to print")
    paper = tree_hole_manuscript(cards)
    sheet = set_pdf(paper)
    if cards.sheets == 1:
        return sheet
    # Fifty sheets that are set take seven seconds, copies of one less than one.
    names = [f"第 {number} 张" for number in range(1, cards.sheets + 1)]
    return merge_pdfs([sheet] * cards.sheets, title=paper.title, chapters=names)


def _lines(form: _Form, cards: TreeHoleCards, emergency: tuple[str, ...]) -> int:
    head = len(cards.title) * form.title_weight + LOGO_AND_GAP + len(cards.school.name)
    used = (ceil(head / form.head_measure) - 1) * form.head_line
    used += ceil(len(cards.intro) / form.intro_measure) * form.intro_line
    used += sum(ceil(len(line) / form.foot_measure) for line in emergency) * form.foot_line
    return int((form.room - used) / form.rule)
