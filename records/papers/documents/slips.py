"""家长凭条: the slips by which a family opens the letter, ten to an A4 page, to be cut apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from core.pdf import Manuscript, manuscript, set_pdf
from core.qr import QUIET, qr_path
from records.contexts import Slip, written_day

PER_SHEET = 10
#: Blank modules left around a code: the white of the slip gives it the rest.
MARGIN = 2
#: A school's name of more characters is set smaller, in two lines.
LONG_SCHOOL = 14
#: A name of more characters is set smaller, so that name and class fit beside the code.
LONG_NAME = 7


@dataclass(frozen=True, slots=True)
class _Printed:
    slip: Slip
    view: str
    path: str
    valid_until: str
    long_name: bool


@dataclass(frozen=True, slots=True)
class _Sheet:
    class_label: str
    number: int
    total: int
    slips: tuple[_Printed, ...]


def slip_manuscript(slips: Sequence[Slip], *, sheet_per_class: bool = True) -> Manuscript:
    """The manuscript of `slips`. Raises ValueError if there is none."""
    if not slips:
        raise ValueError("no slip to print")
    school = slips[0].school
    return manuscript(
        "papers/documents/slips.html",
        {
            "sheets": _sheets(slips, sheet_per_class),
            "school": school,
            "long_school": len(school.name) > LONG_SCHOOL,
        },
        title=f"家长凭条 · {school.name}",
        author=school.name,
        stylesheets=("slips.css",),
        assets=school.assets,
        recolour=school.recolour,
    )


def render_slips(slips: Sequence[Slip], *, sheet_per_class: bool = True) -> bytes:
    """Return the PDF of all `slips` in the order given, ten to an A4 page.

    `sheet_per_class` begins a new sheet with each class, so that a cut pile goes to one homeroom teacher.
    Raises ValueError if there is no slip.
    """
    return set_pdf(slip_manuscript(slips, sheet_per_class=sheet_per_class))


def _sheets(slips: Sequence[Slip], sheet_per_class: bool) -> list[_Sheet]:
    piles: list[tuple[str, list[Slip]]]
    if sheet_per_class:
        piles = [(label, list(pile)) for label, pile in groupby(slips, key=lambda slip: slip.class_label)]
    else:
        piles = [("", list(slips))]
    sheets = []
    for label, pile in piles:
        total = -(-len(pile) // PER_SHEET)
        for number in range(total):
            part = pile[number * PER_SHEET : (number + 1) * PER_SHEET]
            sheets.append(_Sheet(label, number + 1, total, tuple(map(_printed, part))))
    return sheets


def _printed(slip: Slip) -> _Printed:
    side, path = qr_path(slip.url)
    cut = QUIET - MARGIN
    view = f"{cut} {cut} {side - 2 * cut} {side - 2 * cut}"
    return _Printed(slip, view, path, written_day(slip.valid_until), len(slip.pupil_name) > LONG_NAME)
