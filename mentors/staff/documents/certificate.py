"""A certificate with room for the seal, A4 landscape, one for each teacher: 聘书 by which a school appoints, 奖状."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.clock import chinese_date
from core.pdf import Manuscript, manuscript, set_pdf
from schools.contexts import Letterhead, PaperWords, filled
from schools.enums import Design

_WORDS: Final = PaperWords()
#: The text is set in the largest size in which it leaves room for the seal: (characters, lines) that a size holds.
SIZES: Final = (("large", 78, 3), ("middle", 140, 5), ("small", 220, 7), ("smallest", 10_000, 100))
#: A title of more characters is set smaller and closer.
LONG_TITLE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Who is appointed, or honoured. `text` is worded with `{姓名}`, `{学年}` and `{班级}`, each line a paragraph.

    The name is set larger where the text has it; a text without `{姓名}` is headed by it. The school's name with room
    for the seal and `on`, the day of the certificate (None: to be written by hand), stand below.
    """

    school: Letterhead
    name: str
    classes: tuple[str, ...]
    year: str
    on: date | None = None
    title: str = _WORDS.appointment_title
    text: str = _WORDS.appointment
    design: Design = Design.UPPER


@dataclass(frozen=True, slots=True)
class _Printed:
    certificate: Certificate
    # Paragraphs as pieces between which the name stands.
    paragraphs: tuple[tuple[str, ...], ...]
    headed: bool
    size: str
    date: str


def render_certificates(certificates: Sequence[Certificate]) -> bytes:
    """Return one PDF with a page for each, in the order given. Raises ValueError if there is none."""
    if not certificates:
        raise ValueError("no certificate to print")
    return set_pdf(_manuscript(certificates))


def _manuscript(certificates: Sequence[Certificate]) -> Manuscript:
    first = certificates[0]
    single = first.name if len(certificates) == 1 else ""
    school = first.school
    return manuscript(
        "staff/documents/certificate.html",
        {"pages": [_printed(item) for item in certificates], "school": school, "long_title": LONG_TITLE},
        title=" · ".join(part for part in (first.title, single, school.name) if part),
        author=school.name,
        stylesheets=("certificate.css",),
        assets=school.assets,
        recolour=school.recolour,
    )


def _printed(item: Certificate) -> _Printed:
    words = {"学年": item.year, "班级": "、".join(item.classes)}
    lines = [line.strip() for line in item.text.splitlines() if line.strip()]
    # Only the school's own words are filled in: a name that looks like a placeholder stays a name.
    pieces = tuple(tuple(filled(part, words) for part in re.split(re.escape("{姓名}"), line)) for line in lines)
    length = sum(len(part) for line in pieces for part in line) + len(item.name) * sum(len(line) - 1 for line in pieces)
    size = next(name for name, most, rows in SIZES if length <= most and len(lines) <= rows)
    headed = all(len(line) == 1 for line in pieces)
    return _Printed(item, pieces, headed, size, chinese_date(item.on) if item.on else "　　　　年　　月　　日")
