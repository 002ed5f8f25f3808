"""What the sheet of an announcement and the texts for a group are filled with."""

import datetime

from django.conf import settings
from django.db.models import Max, Min
from django.urls import reverse

from accounts.actors import Actor
from records.announcing.contexts import NoticePaper, how_to_open
from records.announcing.models import Announcement
from records.contexts import paragraphs
from schools.contexts import Letterhead
from schools.queries import paper_style
from students.models import FamilySlip


def slips_end_on(actor: Actor) -> datetime.date | None:
    """The last day of the school's slips, None where they end on several days or never. One query."""
    held = FamilySlip.objects.in_school(actor).filter(revoked_at=None, ends_on__gte=actor.today)
    days = held.aggregate(first=Min("ends_on"), last=Max("ends_on"))
    return days["first"] if days["first"] == days["last"] else None


def opening_of(actor: Actor) -> str:
    """How a family of the actor's school opens its page. One query."""
    return how_to_open(f"{settings.SITE_URL}{reverse('family:door')}", slips_end_on(actor))


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
