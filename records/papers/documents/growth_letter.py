"""成长寄语: a mentor's letter to one pupil (Guyi plan, 四(三)1; Wuhu plan, 五(三)), one A5 page or more.

Three designs by age (`schools.enums.Design`), each with a style sheet and a drawing of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from core.pdf import Manuscript, manuscript
from core.qr import qr_path
from records.contexts import Letter, paragraphs, written_day
from records.papers.documents.runs import set_runs
from records.papers.letter_page import LetterPage
from schools.enums import Design

#: A letter that needs a second page anyway has room for this one.
FLOWING = "middle"
#: Characters of a title that stand in one line at the first and at the second type size of a style sheet.
TITLE_SIZES = {Design.LOWER: (8, 12), Design.UPPER: (9, 13), Design.SENIOR: (8, 12)}
#: A school's name of more characters is set smaller.
LONG_SCHOOL = 15
#: Where the day is left to be written by hand.
OPEN_DAY = "　　　　年　　月　　日"


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code for a template: the side of its square and its path."""

    side: int
    path: str


@dataclass(frozen=True, slots=True)
class _Page:
    letter: Letter
    salutation: str
    body: tuple[str, ...]
    advice: tuple[str, ...]
    mentors: str
    date: str
    size: str
    title_class: str
    long_school: bool
    occasion: str
    ruled_lines: int
    code: Code | None


def letter_manuscript(letters: Sequence[Letter]) -> Manuscript:
    """The manuscript of all `letters`, of one design, in the order given, each beginning on a page of its own.

    A letter without a body prints ruled lines for handwriting. Raises ValueError if there is no letter, or if their
    designs differ.
    """
    if not letters:
        raise ValueError("no letter to print")
    first = letters[0]
    if any(letter.design != first.design for letter in letters):
        raise ValueError("letters of one manuscript have one design")
    return manuscript(
        "papers/documents/growth_letter.html",
        {"pages": [_page(letter) for letter in letters], "logo_address": "asset:logo"},
        title=title_of(letters),
        author=first.school.name,
        stylesheets=stylesheets(first.design),
        assets=first.school.assets,
        recolour=first.school.recolour,
    )


def letter_manuscripts(letters: Sequence[Letter]) -> list[Manuscript]:
    """A manuscript for each letter, in their order, of whatever designs: for `core.pdf.set_each`."""
    return [letter_manuscript([letter]) for letter in letters]


def render_letters(letters: Sequence[Letter], *, two_up: bool = False) -> bytes:
    """Return the PDF of all `letters`, which may have different designs, in the order given.

    `two_up` puts two A5 pages side by side on landscape A4, with marks to cut between them. Raises ValueError if there
    is no letter.
    """
    from core.pdfpages import SIDE_BY_SIDE, impose

    if not letters:
        raise ValueError("no letter to print")
    pdf = set_runs(letters, letter_manuscript, title=title_of(letters))
    return impose(pdf, SIDE_BY_SIDE) if two_up else pdf


def sheet_html(letter: Letter, *, logo_address: str = "") -> str:
    """One letter as HTML of the same template, without a page around it: what the letter desk shows while one types.

    `logo_address` is where the page finds the school's logo, if it has one.
    """
    return render_to_string(
        "papers/documents/_letter_sheet.html", {"page": _page(letter), "logo_address": logo_address}
    )


def fits(letter: Letter) -> bool:
    """Whether the letter prints on one page."""
    return LetterPage.of(letter).overflow(letter.body, letter.advice) == 0


def stylesheets(design: Design) -> tuple[str, ...]:
    """The style sheets of a letter of `design`, in `static/documents`."""
    return ("letter.css", f"letter_{design.value}.css")


def title_of(letters: Sequence[Letter]) -> str:
    """The title of a PDF with these letters or cards: the pupil's name is in it if there is only one."""
    first = letters[0]
    single = f" · {first.pupil_name}" if len(letters) == 1 else ""
    return f"{first.title}{single} · {first.school.name}"


def code_of(letter: Letter) -> Code | None:
    """The QR code of the family's page, if the letter prints one."""
    return Code(*qr_path(letter.family_url)) if letter.family_url else None


def occasion_of(letter: Letter) -> str:
    """Term and class, as far as they are known."""
    return "　".join(part for part in (letter.term, letter.class_label) if part)


def day_of(letter: Letter) -> str:
    """The day under a letter; what is written by hand has room for it."""
    return written_day(letter.on) or ("" if paragraphs(letter.body) else OPEN_DAY)


def title_class(title: str, design: Design) -> str:
    """The class of a heading that is too long for the first type size."""
    usual, long = TITLE_SIZES[design]
    return "" if len(title) <= usual else "long" if len(title) <= long else "longest"


def _page(letter: Letter) -> _Page:
    body, advice = paragraphs(letter.body), paragraphs(letter.advice)
    return _Page(
        letter=letter,
        salutation=letter.salutation or f"{letter.pupil_name}同学：",
        body=body,
        advice=advice,
        mentors="　".join(letter.mentors),
        date=day_of(letter),
        size=LetterPage.of(letter).size_for(body, advice) or FLOWING,
        title_class=title_class(letter.title, letter.design),
        long_school=len(letter.school.name) > LONG_SCHOOL,
        occasion=occasion_of(letter),
        ruled_lines=LetterPage.of(letter).ruled_lines,
        code=code_of(letter),
    )
