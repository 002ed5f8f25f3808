"""The certificate of a commendation, in the bureau's own name."""

from typing import Final

from mentors.staff.documents.certificate import Certificate
from records.bureau.models import Commendation
from schools.contexts import Letterhead
from schools.days import start_year_of
from schools.enums import Design

TITLE: Final = "荣誉证书"


def certificate_of(found: Commendation) -> Certificate:
    """The certificate of a commendation (bureau and school at hand)."""
    whom = "{姓名}老师" if found.teacher_name else "{姓名}"
    return Certificate(
        school=Letterhead(name=found.bureau.name),
        name=found.teacher_name or found.school.name,
        classes=(),
        year=f"{start_year_of(found.given_on)}学年",
        on=found.given_on,
        title=TITLE,
        text=f"{found.school.name if found.teacher_name else ''}{whom}：{found.facts}\n特授予“{found.title}”称号。",
        design=Design.SENIOR,
    )
