"""导师工作证明: how long a teacher has been a mentor, and of how many pupils; A4 portrait, one page for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import chinese_date
from core.pdf import Manuscript, manuscript, set_pdf
from records.settling.contexts import ServiceCertificate

TITLE = "导师工作证明"


@dataclass(frozen=True, slots=True)
class _Printed:
    certificate: ServiceCertificate
    # Before and after the name.
    said: str
    date: str
    with_supported: bool


def certificates_manuscript(certificates: Sequence[ServiceCertificate]) -> Manuscript:
    """One manuscript with a page for each, in the order given. Raises ValueError if there is none."""
    if not certificates:
        raise ValueError("no certificate to print")
    first = certificates[0]
    parts = [TITLE, first.name if len(certificates) == 1 else "", first.school.name]
    return manuscript(
        "settling/documents/service_certificate.html",
        {"pages": [_printed(one) for one in certificates], "school": first.school, "title": TITLE},
        title=" · ".join(part for part in parts if part),
        author=first.school.name,
        stylesheets=("service_certificate.css",),
        assets=first.school.assets,
        recolour=first.school.recolour,
    )


def render_certificates(certificates: Sequence[ServiceCertificate]) -> bytes:
    """Return the PDF. Raises ValueError as above."""
    return set_pdf(certificates_manuscript(certificates))


def _printed(one: ServiceCertificate) -> _Printed:
    first, last, count = one.years[0].year, one.years[-1].year, len(one.years)
    if count == 1:
        span = f"于{first}" if not one.lasts else f"自{first}起"
    else:
        span = f"自{first}至{last}共 {count} 个学年"
    pupils = f"指导学生 {one.pupils} 名" if count == 1 else f"先后指导学生 {one.pupils} 名"
    what = f"担任导师，{pupils}。" if one.pupils else "担任辅助导师。"
    said = f"{span}在我校全员导师制工作中{what}"
    return _Printed(one, said, chinese_date(one.on), any(year.supported for year in one.years))
