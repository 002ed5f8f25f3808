"""告家长书 by name for a whole school as one background job, a class an item."""

import uuid
from typing import Final

from accounts.actors import Actor
from accounts.enums import AuditKind, Role
from accounts.services import audit
from core.errors import DomainError
from jobs.keeping import kept_pdf
from jobs.merging import PDF
from jobs.models import Job, JobItem
from jobs.registry import NewFile, NewItem, Outcome, file_name, register
from jobs.services import create_job
from records.enums import Bundle
from records.guides.contexts import PupilNamed
from records.guides.documents.papers import LETTER, letter_manuscript
from records.guides.queries import facts_for, pupils_named
from records.papers.printing import asked_for, office_actor, pack
from records.papers.queries.print_lists import class_for_job, classes_with_pupils
from schools.models import SchoolClass, SchoolYear

LETTERS: Final = "letters_to_parents"


def order_letters(
    *, actor: Actor, year: SchoolYear, bundle: Bundle = Bundle.MERGED, job_id: uuid.UUID | None = None
) -> Job:
    """Ask for 告家长书 of all classes whose grades the plan covers. Raises DomainError `nothing_to_print`."""
    classes = classes_with_pupils(actor, year)
    if not classes:
        raise DomainError("nothing_to_print", "方案覆盖的年级还没有学生。请先导入学生名册，再打印告家长书。")
    return create_job(
        actor=actor,
        kind=LETTERS,
        items=[NewItem({"class": c.pk}, label=c.label) for c in classes],
        params={"year": year.pk, "bundle": bundle.value},
        title=f"{year}{LETTER.title}",
        job_id=job_id,
    )


def class_letters(actor: Actor, school_class: SchoolClass, pupils: list[PupilNamed]) -> bytes:
    """The letters of one class in list order, one sheet a pupil; that they were printed is noted."""
    paper = letter_manuscript(facts_for(actor).for_grade(school_class.grade_id), pupils)
    audit(
        actor=actor,
        verb="print_letters_to_parents",
        target=school_class,
        kind=AuditKind.READ,
        detail={"pupils": len(pupils)},
    )
    return kept_pdf(paper, school_id=school_class.school_id)


def make_class_letters(item: JobItem) -> Outcome:
    """The letters of one class as one PDF."""
    actor = office_actor(item.job)
    school_class = class_for_job(actor, item.payload["class"])
    pupils = pupils_named(actor, school_class)
    if not pupils:
        raise DomainError("nothing_to_print", "这个班现在没有学生。")
    pdf = class_letters(actor, school_class, pupils)
    return Outcome(files=[NewFile(file_name(f"{school_class.code}-{LETTER.title}.pdf"), pdf, PDF)])


def register_jobs() -> None:
    """Make the kind of job known; called in `RecordsConfig.ready`."""
    register(
        LETTERS,
        title=LETTER.title,
        run_item=make_class_letters,
        finish=pack,
        roles=(Role.MORAL_OFFICE,),
        describe=asked_for,
    )
