"""Badges 导师证 and certificates of appointment 聘书: from the slots to the PDF, on the spot or as one background job;
account slips 账号条, always on the spot.

Whoever asked must still be of 德育室 when a worker gets to it.
"""

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.queries import actor_for
from core.clock import today
from core.cutting import PER_SHEET
from core.errors import DomainError
from jobs.merging import PDF, merge_parts
from jobs.models import Job, JobItem
from jobs.registry import NewFile, NewItem, Outcome, Step, file_name, register
from jobs.services import create_job
from mentors.models.slots import Teacher
from mentors.staff.documents.account_slip import AccountPaper, render_account_slips
from mentors.staff.documents.badge import Badge, render_badges
from mentors.staff.documents.certificate import Certificate, render_certificates
from mentors.staff.documents.training_certificate import TrainingCertificate, TrainingLine
from mentors.staff.models import MentorCard
from mentors.staff.queries.badges import BadgeHolder, badge_holders
from mentors.staff.queries.training import YearTraining
from mentors.staff.services.new_schools import print_first_slips
from mentors.staff.services.people import print_account_slips
from schools.contexts import Letterhead, PaperStyle
from schools.enums import Design
from schools.models import School, SchoolYear
from schools.queries import grades_of, paper_style

#: So many are made while one waits; more become a job.
ON_THE_SPOT: Final = 50


@dataclass(frozen=True, slots=True)
class TeacherPaper:
    """A paper of which every mentor gets one.

    `kind` names its jobs and the audit's verb, `name` is what people call it, `render` sets it for some holders as of a
    day; `per_part` is how many a job makes at a time.
    """

    kind: str
    name: str
    per_part: int
    render: Callable[[PaperStyle, SchoolYear, Sequence[BadgeHolder], datetime.date], bytes]

    @property
    def nobody(self) -> str:
        """What to say where there is no mentor yet."""
        return f"还没有可以打印的导师。请先安排好导师，再打印{self.name}。"


def make_papers(paper: TeacherPaper, year: SchoolYear, holders: Sequence[BadgeHolder], on: datetime.date) -> bytes:
    """The PDF of the holders' papers in their order. Raises DomainError `nothing_to_print`."""
    if not holders:
        raise DomainError("nothing_to_print", paper.nobody)
    return paper.render(paper_style(year.school), year, holders, on)


def _badges(style: PaperStyle, year: SchoolYear, holders: Sequence[BadgeHolder], _on: datetime.date) -> bytes:
    last_grade = grades_of(year.school)[-1].number
    return render_badges([_badge(style, year, last_grade, holder) for holder in holders])


def _badge(style: PaperStyle, year: SchoolYear, last_grade: int, holder: BadgeHolder) -> Badge:
    card = holder.mentor_card
    return Badge(
        school=style.head,
        name=holder.teacher.name,
        subject=holder.teacher.subject,
        classes=tuple(school_class.label for school_class in holder.classes),
        year=str(year),
        photo=_photo(card),
        # A code that opens nothing would only puzzle people.
        mentor_card_url=settings.SITE_URL + reverse("mentor_cards:shared", args=[card.key])
        if card and card.is_shared
        else "",
        design=_design(style, last_grade, holder),
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


def _appointments(style: PaperStyle, year: SchoolYear, holders: Sequence[BadgeHolder], on: datetime.date) -> bytes:
    last_grade = grades_of(year.school)[-1].number
    return render_certificates(
        [
            Certificate(
                school=style.head,
                name=holder.teacher.name,
                classes=tuple(school_class.label for school_class in holder.classes),
                year=str(year),
                on=on,
                title=style.words.appointment_title,
                text=style.words.appointment,
                design=_design(style, last_grade, holder),
            )
            for holder in holders
        ]
    )


def _design(style: PaperStyle, last_grade: int, holder: BadgeHolder) -> Design:
    """By the grade of the first class; without a class by the school's last grade."""
    if holder.classes:
        return style.words.design_for(holder.classes[0].grade.number)
    return style.words.design_for(last_grade)


def make_account_slips(
    *, actor: Actor, teachers: Sequence[Teacher], users: Sequence[User] = (), seed: str = ""
) -> bytes:
    """New account slips 账号条 of teachers and of other accounts as one PDF; see `print_account_slips`.

    The PDF goes into one answer, never into a job's files or among the kept papers: it alone holds the codes.
    """
    slips = print_account_slips(actor=actor, teachers=teachers, users=users, seed=seed)
    numbers = {teacher.user_id: teacher.number for teacher in Teacher.objects.filter(user__in=[s.user for s in slips])}
    head = paper_style(School.objects.get(pk=actor.school_id or 0)).head
    return render_account_slips(
        [
            AccountPaper(
                school=head,
                name=slip.user.name,
                number=numbers.get(slip.user.pk, ""),
                username=slip.user.username,
                code=slip.code,
                url=settings.SITE_URL + reverse("accounts:first_slip", args=[slip.key]),
                short_url=settings.SITE_URL + reverse("accounts:first"),
                valid_until=timezone.localdate(slip.valid_until),
            )
            for slip in slips
        ]
    )


def make_first_slips(*, actor: Actor, seed: str = "") -> bytes:
    """The account slips of the administrators for whom a bureau's schools wait, as one PDF; each names its school.

    See `print_first_slips`; the PDF goes into one answer, as above.
    """
    slips = print_first_slips(actor=actor, seed=seed)
    return render_account_slips(
        [
            AccountPaper(
                school=Letterhead(name=actor.scope_name),
                name=slip.user.name,
                number=slip.user.school.name if slip.user.school is not None else "",
                username=slip.user.username,
                code=slip.code,
                url=settings.SITE_URL + reverse("accounts:first_slip", args=[slip.key]),
                short_url=settings.SITE_URL + reverse("accounts:first"),
                valid_until=timezone.localdate(slip.valid_until),
            )
            for slip in slips
        ]
    )


def training_certificates(rows: Sequence[YearTraining], on: datetime.date) -> list[TrainingCertificate]:
    """The certificates 培训证明 of what teachers of one school attended, dated `on`, in their order. One query."""
    head = paper_style(rows[0].year.school).head
    return [
        TrainingCertificate(
            school=head,
            name=row.teacher.name,
            year=str(row.year),
            lines=tuple(TrainingLine(s.date, s.topic, s.get_kind_display(), s.hours) for s in row.sessions),
            on=on,
        )
        for row in rows
    ]


BADGES: Final = TeacherPaper("mentor_badges", "导师证", PER_SHEET * 5, _badges)
APPOINTMENTS: Final = TeacherPaper("mentor_appointments", "聘书", 50, _appointments)
_PAPERS: Final = {paper.kind: paper for paper in (BADGES, APPOINTMENTS)}


def order_papers(
    paper: TeacherPaper, *, actor: Actor, year: SchoolYear, on: datetime.date, job_id: uuid.UUID | None = None
) -> Job:
    """Ask for the papers of all mentors of `year`, dated `on`, as one file. Raises DomainError `nothing_to_print`."""
    holders = badge_holders(actor, year)
    if not holders:
        raise DomainError("nothing_to_print", paper.nobody)
    step = paper.per_part
    parts = [holders[at : at + step] for at in range(0, len(holders), step)]
    return create_job(
        actor=actor,
        kind=paper.kind,
        items=[
            NewItem({"teachers": [h.teacher.pk for h in part]}, label=f"第 {at * step + 1}—{at * step + len(part)} 位")
            for at, part in enumerate(parts)
        ],
        params={"year": year.pk, "on": on.isoformat()},
        title=f"{year}{paper.name}",
        job_id=job_id,
    )


def make_part(item: JobItem) -> Outcome:
    """One part of a job. Raises DomainError `not_allowed`, `nothing_to_print`."""
    job = item.job
    actor = actor_for(job.created_by, scope_key=f"school-{job.school_id}", on=today()) if job.created_by else None
    if actor is None or actor.school_id != job.school_id or not actor.has(Role.MORAL_OFFICE):
        raise DomainError("not_allowed", "提交人现在没有德育室的权限，没有生成文件。请由德育室重新提交。")
    year = actor.calendar.year
    if year is None or year.pk != job.params["year"]:
        raise DomainError("nothing_to_print", "学年已经换了，请重新打印。")
    holders = badge_holders(actor, year, teacher_ids=item.payload["teachers"])
    pdf = make_papers(_PAPERS[job.kind], year, holders, datetime.date.fromisoformat(job.params["on"]))
    return Outcome(files=[NewFile(file_name(f"{item.position:04}.pdf"), pdf, PDF)])


def join_parts(job: Job, step: Step) -> Outcome:
    """All parts as one PDF named after the job."""
    return Outcome(files=merge_parts(job, step, chapters=False))


def register_jobs() -> None:
    """Make the kinds of job known; called in `MentorsConfig.ready`."""
    for paper in _PAPERS.values():
        register(paper.kind, title=paper.name, run_item=make_part, finish=join_parts, roles=(Role.MORAL_OFFICE,))
