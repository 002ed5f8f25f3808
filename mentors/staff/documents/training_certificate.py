"""培训证明: which trainings a teacher attended and how many hours they were, A4 portrait, one page for each."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.clock import chinese_date
from core.pdf import Manuscript, manuscript, set_pdf
from schools.contexts import Letterhead

TITLE: Final = "培训证明"


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """One training; `hours` None where nobody has said."""

    on: datetime.date
    topic: str
    kind: str
    hours: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCertificate:
    """What a teacher attended in a school year, or of it what is asked for; dated `on`."""

    school: Letterhead
    name: str
    year: str
    lines: tuple[TrainingLine, ...]
    on: datetime.date

    @property
    def hours(self) -> Decimal:
        """All hours together."""
        return sum((line.hours for line in self.lines if line.hours is not None), Decimal(0))


def render_training_certificates(certificates: Sequence[TrainingCertificate]) -> bytes:
    """Return one PDF with a page for each, in the order given. Raises ValueError if there is none."""
    if not certificates:
        raise ValueError("no certificate to print")
    return set_pdf(_manuscript(certificates))


def _manuscript(certificates: Sequence[TrainingCertificate]) -> Manuscript:
    school = certificates[0].school
    single = certificates[0].name if len(certificates) == 1 else ""
    return manuscript(
        "staff/documents/training_certificate.html",
        {"pages": [(one, chinese_date(one.on)) for one in certificates], "school": school, "title": TITLE},
        title=" · ".join(part for part in (TITLE, single, school.name) if part),
        author=school.name,
        stylesheets=("service_certificate.css",),
        assets=school.assets,
        recolour=school.recolour,
    )
