"""What the sheet of an announcement is filled with."""

from accounts.actors import Actor
from records.announcing.contexts import NoticePaper
from records.announcing.models import Announcement
from records.contexts import paragraphs
from schools.contexts import Letterhead
from schools.queries import paper_style


def notice_paper(actor: Actor, announcement: Announcement) -> NoticePaper:
    """The sheet of `announcement`, grade and class at hand."""
    school = announcement.school
    return NoticePaper(
        school=paper_style(school).head if school is not None else Letterhead(name=actor.scope_name),
        title=announcement.title,
        paragraphs=tuple(paragraphs(announcement.text)),
        to_whom=announcement.to_whom if not announcement.for_families else f"各位{announcement.to_whom}",
        on=announcement.starts_on,
        for_families=announcement.for_families,
        receipt=announcement.needs_receipt,
    )
