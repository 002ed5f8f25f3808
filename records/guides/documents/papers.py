"""The texts as papers: an A5 page twice on a sheet, A4 pages, and 告家长书 with its receipt, for all or by name."""

from collections.abc import Sequence
from typing import Final

from django.template.loader import render_to_string
from django.utils.html import strip_tags

from core.pdf import Manuscript, manuscript, set_pdf
from records.guides.contexts import GUIDES, Facts, Guide, PupilNamed

LETTER: Final = GUIDES["to-parents"]
#: How often a form stands on its sheet.
COPIES: Final = {"half": 2}
#: A text of more characters is set in smaller type, so that it stays on its page: a school may have much to say in an
#: emergency.
ROOM: Final = {"half": 560, "letter": 700}


def guide_manuscript(guide: Guide, facts: Facts) -> Manuscript:
    """The manuscript of one text; an A5 page stands there twice, for its sheet. 告家长书 is the one for all."""
    if guide.form == LETTER.form:
        return letter_manuscript(facts, ())
    return manuscript(
        "guides/documents/guide.html",
        {
            "guide": guide,
            "school": facts,
            "on_paper": True,
            "copies": range(COPIES.get(guide.form, 1)),
            "tight": guide.form in COPIES and _length(guide, facts, None) > ROOM[guide.form],
        },
        title=f"{guide.title} · {facts.name}",
        author=facts.name,
        stylesheets=("guides.css", f"guides_{guide.form}.css"),
        assets=facts.head.assets,
        recolour=facts.head.recolour,
    )


def guide_pdf(guide: Guide, facts: Facts) -> bytes:
    """The paper as it is printed: what fits on A5 twice on an A4 sheet, to be cut."""
    from core.pdfpages import SIDE_BY_SIDE, impose

    pdf = set_pdf(guide_manuscript(guide, facts))
    return impose(pdf, SIDE_BY_SIDE) if guide.form in COPIES else pdf


def letter_manuscript(facts: Facts, pupils: Sequence[PupilNamed]) -> Manuscript:
    """告家长书, a sheet for each of `pupils` with name, class and mentor; without any, one sheet for all."""
    named = tuple(pupils) or (None,)
    tight = _length(LETTER, facts, named[0]) > ROOM[LETTER.form]
    return manuscript(
        "guides/documents/letter.html",
        {"guide": LETTER, "school": facts, "pupils": named, "on_paper": True, "tight": tight},
        title=f"{LETTER.title} · {facts.name}",
        author=facts.name,
        stylesheets=("guides.css", "guides_letter.css"),
        assets=facts.head.assets,
        recolour=facts.head.recolour,
    )


def _length(guide: Guide, facts: Facts, pupil: PupilNamed | None) -> int:
    """How many characters a text has, as this school says it."""
    words = render_to_string(guide.template, {"school": facts, "pupil": pupil, "on_paper": True})
    return len("".join(strip_tags(words).split()))
