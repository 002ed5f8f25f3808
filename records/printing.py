"""All of a school's papers as one background job: what an item is, how it is made, and the ZIP at the end.

An item is a mentor's book or a class, so that progress moves in steps that people know. Whoever asked must still be
of 德育室 when a worker gets to it, and reads as that person: a job opens nothing that its page would not.
"""

import uuid
from typing import Final

from accounts.actors import Actor
from accounts.enums import Role
from accounts.queries import actor_for
from core.clock import today
from core.errors import DomainError
from jobs.models import Job, JobItem
from jobs.registry import NewFile, NewItem, Outcome, Step, file_name, register, zip_parts
from jobs.services import create_job
from records.documents.growth_letter import render_letters
from records.documents.record_book import render_record_book
from records.documents.slips import render_slips
from records.queries.papers import BookSource
from records.queries.papers_letter import letter_contexts
from records.queries.print_lists import (
    class_for_job,
    class_pupils,
    classes_with_letters,
    classes_with_pupils,
    letters_for_print,
    mentor_for_job,
    mentors_for_print,
    slip_contexts,
    term_for_job,
)
from records.services.readings import note_readings
from schools.models import SchoolYear, Term
from students.services import issue_slips

BOOKS: Final = "record_books"
LETTERS: Final = "growth_letters"
SLIPS: Final = "family_slips"
PDF: Final = "application/pdf"


def _actor(job: Job) -> Actor:
    """Whoever asked for the job, with the roles of today. Raises DomainError `not_allowed`."""
    if job.created_by is not None:
        actor = actor_for(job.created_by, scope_key=f"school-{job.school_id}", on=today())
        if actor.school_id == job.school_id and actor.has(Role.MORAL_OFFICE):
            return actor
    raise DomainError("not_allowed", "提交人现在没有德育室的权限，没有生成文件。请由德育室重新提交。")


def order_books(*, actor: Actor, year: SchoolYear, mask_phones: bool = True, job_id: uuid.UUID | None = None) -> Job:
    """Ask for the record books of all mentors of `year`, one item each. Raises DomainError `nothing_to_print`."""
    mentors = list(mentors_for_print(actor, year))
    if not mentors:
        raise DomainError("nothing_to_print", "本学年还没有导师。请先导入导师匹配表，再打印记录本。")
    return create_job(
        actor=actor,
        kind=BOOKS,
        items=[NewItem({"mentor": m.pk}, label=m.names) for m in mentors],
        params={"year": year.pk, "mask_phones": mask_phones},
        title=f"{year}全校导师记录本",
        job_id=job_id,
    )


def order_letters(*, actor: Actor, term: Term, job_id: uuid.UUID | None = None) -> Job:
    """Ask for all finished letters of `term`, one item per class. Raises DomainError `nothing_to_print`."""
    classes = classes_with_letters(actor, term)
    if not classes:
        raise DomainError("nothing_to_print", "这个学期还没有已交的寄语。导师交稿后再打印。")
    return create_job(
        actor=actor,
        kind=LETTERS,
        items=[NewItem({"class": c.pk}, label=c.label) for c in classes],
        params={"term": term.pk},
        title=f"{term}全校寄语",
        job_id=job_id,
    )


def order_slips(*, actor: Actor, year: SchoolYear, job_id: uuid.UUID | None = None) -> Job:
    """Ask for the family slips of all classes with mentors. Raises DomainError `nothing_to_print`."""
    classes = classes_with_pupils(actor, year)
    if not classes:
        raise DomainError("nothing_to_print", "方案覆盖的年级还没有学生。请先导入学生名册，再打印凭条。")
    return create_job(
        actor=actor,
        kind=SLIPS,
        items=[NewItem({"class": c.pk}, label=c.label) for c in classes],
        params={"year": year.pk},
        title=f"{year}家长凭条",
        job_id=job_id,
    )


def make_book(item: JobItem) -> Outcome:
    """One mentor's book, filed under the class they lead, else their first."""
    actor = _actor(item.job)
    mentor = mentor_for_job(actor, item.payload["mentor"])
    source = BookSource(actor, mentor.year, [mentor])
    pdf = render_record_book(source.book(mentor, mask_phones=bool(item.job.params["mask_phones"])))
    note_readings(actor=actor, records=source.shown(mentor))
    name = file_name(source.folder(mentor), f"{'、'.join(mentor.names.split('/'))}-导师记录本.pdf")
    return Outcome(files=[NewFile(name, pdf, PDF)])


def make_class_letters(item: JobItem) -> Outcome:
    """A PDF for each pupil of one class, in the class's folder."""
    actor = _actor(item.job)
    school_class = class_for_job(actor, item.payload["class"])
    term = term_for_job(actor, item.job.params["term"])
    letters = letters_for_print(actor, term, school_class=school_class)
    if not letters:
        raise DomainError("nothing_to_print", "这个班现在没有已交的寄语，可能刚被退回修改。")
    width = len(str(len(letters)))
    files = []
    for number, context in enumerate(letter_contexts(letters, on=actor.today), start=1):
        # The number keeps the folder in handing-out order and two children of one name apart.
        name = f"{number:0{width}} {context.pupil_name}-{context.title}.pdf"
        files.append(NewFile(file_name(school_class.code, name), render_letters([context]), PDF))
    note_readings(actor=actor, records=letters)
    return Outcome(files=files)


def make_class_slips(item: JobItem) -> Outcome:
    """The slips of one class as sheets to be cut."""
    actor = _actor(item.job)
    school_class = class_for_job(actor, item.payload["class"])
    enrolments = class_pupils(actor, school_class)
    if not enrolments:
        raise DomainError("nothing_to_print", "这个班现在没有学生。")
    slips = issue_slips(actor=actor, pupils=[e.pupil for e in enrolments])
    pdf = render_slips(slip_contexts(school_class.year.school, school_class, enrolments, slips))
    return Outcome(files=[NewFile(file_name(f"{school_class.code}-家长凭条.pdf"), pdf, PDF)])


def pack(job: Job, step: Step) -> Outcome:
    """All papers of the job as one ZIP named after it."""
    return Outcome(files=[zip_parts(job, step, name=file_name(f"{job.title}.zip"))])


def register_jobs() -> None:
    """Make the three kinds of job known; called in `RecordsConfig.ready`."""
    office = (Role.MORAL_OFFICE,)
    register(BOOKS, title="全校导师记录本", run_item=make_book, finish=pack, roles=office)
    register(LETTERS, title="全校寄语", run_item=make_class_letters, finish=pack, roles=office)
    register(SLIPS, title="家长凭条", run_item=make_class_slips, finish=pack, roles=office)
