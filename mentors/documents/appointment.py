"""聘书: the certificate by which a school appoints a mentor (Wuhu plan 五(二)): A4 landscape, room for the seal."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.pdf import Manuscript, manuscript, set_pdf
from schools.contexts import Letterhead

#: Titles, and texts, of more characters are set smaller.
LONG_TITLE, LONG_TEXT = 6, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What one certificate says. `text` is the whole sentence, placeholders filled; `day` is a written date."""

    school: Letterhead
    name: str
    text: str
    day: str
    title: str = "聘书"


@dataclass(frozen=True, slots=True)
class _Page:
    appointment: Appointment
    paragraphs: tuple[str, ...]
    long_title: bool
    long_text: bool


def appointment_manuscript(appointments: Sequence[Appointment]) -> Manuscript:
    """The manuscript of all certificates in the order given, a page each. Raises ValueError if there is none."""
    if not appointments:
        raise ValueError("no appointment to print")
    first = appointments[0]
    return manuscript(
        "documents/appointment.html",
        {"pages": [_page(one) for one in appointments]},
        title=f"{first.title} · {first.school.name}",
        author=first.school.name,
        stylesheets=("appointment.css",),
        assets=first.school.assets,
        recolour=first.school.recolour,
    )


def render_appointments(appointments: Sequence[Appointment]) -> bytes:
    """Return the PDF of all certificates. Raises ValueError if there is none."""
    return set_pdf(appointment_manuscript(appointments))


def _page(one: Appointment) -> _Page:
    lines = tuple(line.strip() for line in one.text.splitlines() if line.strip())
    return _Page(one, lines, len(one.title) > LONG_TITLE, len(one.text) > LONG_TEXT)
