"""成长寄语: a mentor's letter to one pupil (Guyi plan, 四(三)1; Wuhu plan, 五(三)), one A5 page or more."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from core.pdf import Manuscript, manuscript, set_pdf
from core.pdfpages import SIDE_BY_SIDE, impose
from records.contexts import Letter, paragraphs, written_day
from records.lettercheck.page import size_for

#: A letter that needs a second page anyway has room for this one.
FLOWING = "middle"


@dataclass(frozen=True, slots=True)
class _Page:
    letter: Letter
    salutation: str
    body: tuple[str, ...]
    advice: tuple[str, ...]
    mentors: str
    date: str
    size: str


def letter_manuscript(letters: Sequence[Letter]) -> Manuscript:
    """The manuscript of all `letters`, of one design, in the order given, each beginning on a page of its own.

    A letter without a body prints ruled lines for handwriting. Raises ValueError if there is no letter.
    """
    if not letters:
        raise ValueError("no letter to print")
    first = letters[0]
    single = f" · {first.pupil_name}" if len(letters) == 1 else ""
    return manuscript(
        "documents/growth_letter.html",
        {"pages": [_page(letter) for letter in letters]},
        title=f"{first.title}{single} · {first.school.name}",
        author=first.school.name,
        stylesheets=("growth_letter.css",),
        assets=first.school.assets,
        recolour=first.school.recolour,
    )


def render_letters(letters: Sequence[Letter], *, two_up: bool = False) -> bytes:
    """Return the PDF of all `letters`.

    `two_up` puts two A5 pages side by side on landscape A4, with marks to cut between them. Raises ValueError if there
    is no letter.
    """
    pdf = set_pdf(letter_manuscript(letters))
    return impose(pdf, SIDE_BY_SIDE) if two_up else pdf


def sheet_html(letter: Letter) -> str:
    """One letter as HTML of the same template, without a page around it: what the letter desk shows while one types."""
    return render_to_string("documents/_letter_sheet.html", {"page": _page(letter), "is_preview": True})


def fits(letter: Letter) -> bool:
    """Whether the letter prints on one page."""
    return size_for(paragraphs(letter.body), paragraphs(letter.advice)) is not None


def _page(letter: Letter) -> _Page:
    body, advice = paragraphs(letter.body), paragraphs(letter.advice)
    return _Page(
        letter=letter,
        salutation=letter.salutation or f"{letter.pupil_name}同学：",
        body=body,
        advice=advice,
        mentors="　".join(letter.mentors),
        date=written_day(letter.on),
        size=size_for(body, advice) or FLOWING,
    )
