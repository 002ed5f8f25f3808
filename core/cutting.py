"""Papers that are cut apart: several to an A4 sheet, each sheet with its place in the pile."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

from core.clock import cn_full_day
from core.pdf import Manuscript, manuscript
from core.qr import qr_square

T = TypeVar("T")

#: Slips and badges alike.
PER_SHEET: Final = 10
#: Blank modules left around a code: the white of the slip gives it the rest.
_MARGIN: Final = 2
#: A name of more characters is set smaller, so that name and class fit beside the code.
_LONG_NAME: Final = 7
#: A school's name of more characters is set smaller, in two lines.
_LONG_SCHOOL: Final = 14


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """One sheet of a pile named `label`: what is cut from it, and which of how many it is."""

    label: str
    number: int
    total: int
    cuts: tuple[T, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSlip:
    """What one slip of `components/documents/cut_slips.html` says; `url` is in its QR code, whose title is `scan`.

    `mark` stands beside the kind of slip: a class, a 工号. `account` is the name to sign in with, if it names one.
    """

    mark: str
    name: str
    scan: str
    how: str
    code_label: str
    code: str
    url: str
    short_url: str
    account: str = ""
    valid_until: date | None = None
    note: str = ""

    @property
    def long_name(self) -> bool:
        """Whether the name is set smaller."""
        return len(self.name) > _LONG_NAME

    @property
    def until(self) -> str:
        """The last day as it is written."""
        return cn_full_day(self.valid_until) if self.valid_until else ""

    @property
    def qr(self) -> tuple[str, str]:
        """View box and path of the code."""
        return qr_square(self.url, _MARGIN)


def sheets(piles: Iterable[tuple[str, Sequence[T]]]) -> list[Sheet[T]]:
    """Each pile on sheets of its own, `PER_SHEET` to one."""
    made = []
    for label, pile in piles:
        parts = [tuple(pile[at : at + PER_SHEET]) for at in range(0, len(pile), PER_SHEET)]
        made += [Sheet(label, at + 1, len(parts), part) for at, part in enumerate(parts)]
    return made


def slip_sheets(
    kind: str,
    piles: Iterable[tuple[str, Sequence[CutSlip]]],
    *,
    school: str,
    assets: Mapping[str, bytes],
    recolour: Mapping[str, str],
) -> Manuscript:
    """The manuscript of slips called `kind`, each pile on sheets of its own, in the look of the school of that name."""
    return manuscript(
        "components/documents/cut_slips.html",
        {
            "kind": kind,
            "sheets": sheets(piles),
            "school": {"name": school, "logo": "logo" in assets},
            "long_school": len(school) > _LONG_SCHOOL,
        },
        title=f"{kind} · {school}",
        author=school,
        stylesheets=("slips.css",),
        assets=assets,
        recolour=recolour,
    )
