"""家长凭条: the slips by which a family opens the letter, ten to an A4 page, to be cut apart."""

from collections.abc import Sequence
from itertools import groupby

from core.cutting import CutSlip, slip_sheets
from core.pdf import Manuscript, set_pdf
from records.contexts import Slip


def slip_manuscript(slips: Sequence[Slip], *, sheet_per_class: bool = True) -> Manuscript:
    """The manuscript of `slips`. Raises ValueError if there is none."""
    if not slips:
        raise ValueError("no slip to print")
    piles = [("", list(slips))]
    if sheet_per_class:
        piles = [(label, list(pile)) for label, pile in groupby(slips, key=lambda slip: slip.class_label)]
    school = slips[0].school
    return slip_sheets(
        "家长凭条",
        [(label, [_cut(slip) for slip in pile]) for label, pile in piles],
        school=school.name,
        assets=school.assets,
        recolour=school.recolour,
    )


def render_slips(slips: Sequence[Slip], *, sheet_per_class: bool = True) -> bytes:
    """Return the PDF of all `slips` in the order given, ten to an A4 page.

    `sheet_per_class` begins a new sheet with each class, so that a cut pile goes to one homeroom teacher.
    Raises ValueError if there is no slip.
    """
    return set_pdf(slip_manuscript(slips, sheet_per_class=sheet_per_class))


def _cut(slip: Slip) -> CutSlip:
    return CutSlip(
        mark=slip.class_label,
        name=slip.pupil_name,
        scan=f"打开{slip.pupil_name}同学寄语的二维码",
        how="扫码，用登记手机号后四位验证",
        code_label="凭条码",
        code=slip.code,
        url=slip.url,
        short_url=slip.short_url,
        valid_until=slip.valid_until,
        note=slip.note,
    )
