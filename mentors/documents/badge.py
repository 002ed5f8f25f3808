"""导师证: badges of 86 × 54 mm, ten to an A4 page with cut marks (Wuhu plan 五(二): mentors are appointed)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.pdf import Manuscript, manuscript, set_pdf
from core.qr import qr_path
from schools.contexts import Letterhead

PER_SHEET: Final = 10
#: A name of more characters is set smaller, so that it stays beside the code, or without one in its line.
LONG_NAME: Final = 3
VERY_LONG_NAME: Final = 5
#: How many more fit where there is no code.
WITHOUT_CODE: Final = 2


@dataclass(frozen=True, slots=True)
class Badge:
    """What one badge shows. `photo` is a JPEG or PNG, or None; `card_url` opens the shared mentor card, or is empty."""

    school: Letterhead
    name: str
    subject: str
    classes: tuple[str, ...]
    year: str
    photo: bytes | None = None
    card_url: str = ""


@dataclass(frozen=True, slots=True)
class _Printed:
    badge: Badge
    photo: str
    # The code without the greater part of its blank border, which the white of the badge gives it.
    inner: int
    path: str
    name_size: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    number: int
    total: int
    badges: tuple[_Printed, ...]


def render_badges(badges: Sequence[Badge]) -> bytes:
    """Return the PDF of all `badges` in the order given. Raises ValueError if there is none."""
    return set_pdf(badge_manuscript(badges))


def badge_manuscript(badges: Sequence[Badge]) -> Manuscript:
    """The manuscript of `badges`. Raises ValueError if there is none."""
    if not badges:
        raise ValueError("no badge to print")
    assets = {f"photo{at}": badge.photo for at, badge in enumerate(badges) if badge.photo is not None}
    printed = [_printed(badge, f"photo{at}" if badge.photo is not None else "") for at, badge in enumerate(badges)]
    total = -(-len(printed) // PER_SHEET)
    sheets = [_Sheet(at + 1, total, tuple(printed[at * PER_SHEET : (at + 1) * PER_SHEET])) for at in range(total)]
    school = badges[0].school
    return manuscript(
        "documents/badge.html",
        {"sheets": sheets},
        title=f"导师证 · {school.name}",
        author=school.name,
        stylesheets=("badge.css",),
        assets=assets | school.assets,
        recolour=school.recolour,
    )


def _printed(badge: Badge, photo: str) -> _Printed:
    side, path = qr_path(badge.card_url) if badge.card_url else (0, "")
    length = len(badge.name) - (0 if path else WITHOUT_CODE)
    size = "very-long" if length > VERY_LONG_NAME else "long" if length > LONG_NAME else ""
    return _Printed(badge, photo, side - 6, path, size)
