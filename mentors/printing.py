"""Badges 导师证 and certificates 聘书: from the slots to the PDF, on the spot or as one background job.

Whoever asked must still be of 德育室 when a worker gets to it.
"""

import uuid
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.queries import actor_for
from core.clock import cn_full_day, today
from core.errors import DomainError
from core.pdfpages import merge_pdfs
from jobs.keeping import kept_pdf
from jobs.models import Job, JobItem
from jobs.registry import NewFile, NewItem, Outcome, Step, file_name, register
from jobs.services import create_job
from mentors.documents.appointment import Appointment, appointment_manuscript
from mentors.documents.badge import PER_SHEET, Badge, render_badges
from mentors.models import MentorCard
from mentors.queries.badges import BadgeHolder, badge_holders
from schools.contexts import Letterhead, filled
from schools.models import SchoolYear
from schools.queries import current_year, paper_style

BADGES: Final = "mentor_badges"
PDF: Final = "application/pdf"
#: So many are made while one waits; more become a job.
ON_THE_SPOT: Final = 50
NO_MENTORS: Final = "还没有可以打印的导师。请先安排好导师，再打印导师证。"


def make_badges(year: SchoolYear, holders: Sequence[BadgeHolder]) -> bytes:
    """The PDF of the holders' badges in their order. Raises DomainError `nothing_to_print`."""
    if not holders:
        raise DomainError("nothing_to_print", NO_MENTORS)
    head = paper_style(year.school).head
    return render_badges([_badge(head, year, holder) for holder in holders])


def make_appointments(year: SchoolYear, holders: Sequence[BadgeHolder]) -> bytes:
    """The PDF of the holders' certificates in their order. Raises DomainError `nothing_to_print`."""
    if not holders:
        raise DomainError("nothing_to_print", NO_MENTORS)
    style = paper_style(year.school)
    day = cn_full_day(year.starts_on)
    papers = [
        Appointment(
            school=style.head,
            name=holder.teacher.name,
            text=filled(
                style.words.appointment,
                {
                    "姓名": holder.teacher.name,
                    "学年": str(year),
                    "班级": "、".join(school_class.label for school_class in holder.classes),
                },
            ),
            day=day,
            title=style.words.appointment_title,
        )
        for holder in holders
    ]
    return kept_pdf(appointment_manuscript(papers), school_id=year.school_id)


MAKERS: Final = {"badge": make_badges, "appointment": make_appointments}
TITLES: Final = {"badge": "导师证", "appointment": "聘书"}


def _badge(head: Letterhead, year: SchoolYear, holder: BadgeHolder) -> Badge:
    card = holder.card
    return Badge(
        school=head,
        name=holder.teacher.name,
        subject=holder.teacher.subject,
        classes=tuple(school_class.label for school_class in holder.classes),
        year=str(year),
        photo=_photo(card),
        # A code that opens nothing would only puzzle people.
        card_url=settings.SITE_URL + reverse("mentor_cards:shared", args=[card.key]) if card and card.is_shared else "",
    )


def _photo(card: MentorCard | None) -> bytes | None:
    if card is None or not card.photo:
        return None
    try:
        with card.photo.open("rb") as file:
            data: bytes = file.read()
    except FileNotFoundError:
        # Removed from the disk by hand: the badge prints with room to stick one on.
        return None
    return data


def order_badges(*, actor: Actor, year: SchoolYear, paper: str = "badge", job_id: uuid.UUID | None = None) -> Job:
    """Ask for the badges (or certificates: `paper` appointment) of all mentors of `year` as one file.

    Raises DomainError `nothing_to_print`.
    """
    holders = badge_holders(actor, year)
    if not holders:
        raise DomainError("nothing_to_print", NO_MENTORS)
    step = PER_SHEET * 5
    parts = [holders[at : at + step] for at in range(0, len(holders), step)]
    return create_job(
        actor=actor,
        kind=BADGES,
        items=[
            NewItem({"teachers": [h.teacher.pk for h in part]}, label=f"第 {at * step + 1}—{at * step + len(part)} 位")
            for at, part in enumerate(parts)
        ],
        params={"year": year.pk, "paper": paper},
        title=f"{year}{TITLES[paper]}",
        job_id=job_id,
    )


def make_part(item: JobItem) -> Outcome:
    """Five sheets of badges. Raises DomainError `not_allowed`, `nothing_to_print`."""
    job = item.job
    actor = actor_for(job.created_by, scope_key=f"school-{job.school_id}", on=today()) if job.created_by else None
    if actor is None or actor.school_id != job.school_id or not actor.has(Role.MORAL_OFFICE):
        raise DomainError("not_allowed", "提交人现在没有德育室的权限，没有生成文件。请由德育室重新提交。")
    year = current_year(job.school_id) if job.school_id is not None else None
    if year is None or year.pk != job.params["year"]:
        raise DomainError("nothing_to_print", "学年已经换了，请重新打印。")
    pdf = MAKERS[job.params.get("paper", "badge")](
        year, badge_holders(actor, year, teacher_ids=item.payload["teachers"])
    )
    return Outcome(files=[NewFile(file_name(f"{item.position:04}.pdf"), pdf, PDF)])


def join_parts(job: Job, step: Step) -> Outcome:
    """All sheets as one PDF named after the job."""
    parts = []
    for part in job.files.filter(final=False).order_by("item__position"):
        with part.file.open("rb") as source:
            parts.append(source.read())
        step.progress(len(parts), len(parts))
    merged = merge_pdfs(parts, title=job.title)
    return Outcome(files=[NewFile(file_name(f"{job.title}.pdf"), merged, PDF, final=True)])


def register_jobs() -> None:
    """Make the kind of job known; called in `MentorsConfig.ready`."""
    register(BADGES, title="导师证", run_item=make_part, finish=join_parts, roles=(Role.MORAL_OFFICE,))
