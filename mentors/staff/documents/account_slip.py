"""账号条: the slips with which teachers sign in for the first time, ten to an A4 page, to be cut apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.cutting import CutSlip, slip_sheets
from core.pdf import Manuscript, set_pdf
from schools.contexts import Letterhead


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPaper:
    """What one slip shows. `url` goes into the QR code, `short_url` is what one types; neither holds a name."""

    school: Letterhead
    name: str
    number: str
    username: str
    code: str
    url: str
    short_url: str
    valid_until: date


def account_slip_manuscript(papers: Sequence[AccountPaper]) -> Manuscript:
    """The manuscript of `papers` of one school. Raises ValueError if there is none."""
    if not papers:
        raise ValueError("no slip to print")
    school = papers[0].school
    return slip_sheets(
        "账号条",
        [("", [_cut(paper) for paper in papers])],
        school=school.name,
        assets=school.assets,
        recolour=school.recolour,
    )


def render_account_slips(papers: Sequence[AccountPaper]) -> bytes:
    """Return the PDF of all `papers` in the order given. Raises ValueError if there is none.

    It is made for one answer and kept nowhere: the codes on it open accounts.
    """
    return set_pdf(account_slip_manuscript(papers))


def _cut(paper: AccountPaper) -> CutSlip:
    return CutSlip(
        mark=paper.number,
        name=paper.name,
        scan=f"{paper.name}第一次登录的二维码",
        how="扫码，输入登录码，设自己的密码",
        account=paper.username,
        code_label="登录码",
        code=paper.code,
        url=paper.url,
        short_url=paper.short_url,
        valid_until=paper.valid_until,
        note="只能用一次",
    )
