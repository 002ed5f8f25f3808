"""导师证: badges of 86 × 54 mm, ten to an A4 page with cut marks (Wuhu plan 五(二): mentors are appointed)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from core.cutting import sheets
from core.pdf import Manuscript, manuscript, set_pdf
from core.qr import qr_square
from schools.contexts import Letterhead
from schools.enums import Design

#: Blank modules left around a code: the white of the badge gives it the rest.
MARGIN: Final = 1
#: A name of more characters is set smaller, so that it stays in its line; a very long one takes two.
LONG_NAME: Final = 5
VERY_LONG_NAME: Final = 8
#: So many characters stand in a line beside the code, or across the badge; more than so many lines are set smaller.
MEASURE_BESIDE_CODE: Final = 8
MEASURE: Final = 14
LINES: Final = 4
#: Of more classes only so many are named, then their number.
CLASSES: Final = 4
#: So many characters of a school's name stand in one line beside the word 导师证; a longer one is set smaller.
LONG_SCHOOL: Final = 12


@dataclass(frozen=True, slots=True)
class Badge:
    """What one badge shows. `photo` is a JPEG, PNG or None; `mentor_card_url` opens the shared card, or is empty."""

    school: Letterhead
    name: str
    subject: str
    classes: tuple[str, ...]
    year: str
    photo: bytes | None = None
    mentor_card_url: str = ""
    design: Design = Design.UPPER


@dataclass(frozen=True, slots=True)
class _Printed:
    badge: Badge
    photo: str
    view: str
    path: str
    name_size: str
    classes: tuple[str, ...]
    dense: bool


def render_badges(badges: Sequence[Badge]) -> bytes:
    """Return the PDF of all `badges` in the order given. Raises ValueError if there is none."""
    return set_pdf(badge_manuscript(badges))


def badge_manuscript(badges: Sequence[Badge]) -> Manuscript:
    """The manuscript of `badges` of one school. Raises ValueError if there is none."""
    if not badges:
        raise ValueError("no badge to print")
    school = badges[0].school
    assets = {f"photo{at}": badge.photo for at, badge in enumerate(badges) if badge.photo is not None}
    printed = [_printed(badge, f"photo{at}" if badge.photo is not None else "") for at, badge in enumerate(badges)]
    return manuscript(
        "staff/documents/badge.html",
        {"sheets": sheets([("", printed)]), "school": school, "long_school": len(school.name) > LONG_SCHOOL},
        title=f"导师证 · {school.name}",
        author=school.name,
        stylesheets=("badge.css",),
        assets=assets | school.assets,
        recolour=school.recolour,
    )


def _printed(badge: Badge, photo: str) -> _Printed:
    view, path = "", ""
    if badge.mentor_card_url:
        view, path = qr_square(badge.mentor_card_url, MARGIN)
    size = "very-long" if len(badge.name) > VERY_LONG_NAME else "long" if len(badge.name) > LONG_NAME else ""
    measure = MEASURE_BESIDE_CODE if path else MEASURE
    classes = _classes(badge.classes)
    rows = ceil(len(badge.subject) / measure) + ceil(sum(map(len, classes)) / measure) + 1
    return _Printed(badge, photo, view, path, size, classes, rows > LINES)


def _classes(labels: tuple[str, ...]) -> tuple[str, ...]:
    if len(labels) <= CLASSES:
        return tuple(f"{label}、" for label in labels[:-1]) + labels[-1:]
    first = labels[: CLASSES - 1]
    return (*(f"{label}、" for label in first[:-1]), f"{first[-1]}等 {len(labels)} 个班")
