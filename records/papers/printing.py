"""All of a school's papers as one background job: what an item is, how it is made, and the file at the end.

An item is a mentor's book or a class, so that progress moves in steps that people know. Whoever asked must still be
of 德育室 when a worker gets to it, and reads as that person: a job opens nothing that its page would not. A paper that
was set before, with the same content, is kept (`jobs.keeping`).
"""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Final

from accounts.actors import Actor
from accounts.enums import AuditKind, Role
from accounts.queries import actor_for
from accounts.services import audit
from core.clock import today
from core.errors import DomainError
from jobs.keeping import kept_pdf, kept_pdfs
from jobs.merging import PDF, merge_parts
from jobs.models import Job, JobItem
from jobs.registry import NewFile, NewItem, Outcome, Step, file_name, register, zip_parts
from jobs.services import create_job
from records.contexts import BookVersion, Letter
from records.desk.services.readings import note_readings
from records.enums import Bundle, LetterPaper
from records.models.records import GrowthLetter
from records.papers.documents.growth_card import growth_card_manuscript, growth_card_manuscripts
from records.papers.documents.growth_letter import letter_manuscript, letter_manuscripts
from records.papers.documents.record_book import book_manuscript
from records.papers.documents.runs import runs_of
from records.papers.documents.slips import slip_manuscript
from records.papers.queries.books import BookSource
from records.papers.queries.letters import growth_card_contexts, letter_contexts
from records.papers.queries.print_lists import (
    class_for_job,
    class_pupils,
    classes_with_letters,
    classes_with_pupils,
    letters_for_print,
    mentor_for_job,
    mentors_for_print,
    pupils_by_class,
    pupils_for_slips,
    slip_contexts,
    term_for_job,
)
from schools.models import SchoolYear, Term
from students.models import Enrolment
from students.services import issue_slips

BOOKS: Final = "record_books"
LETTERS: Final = "growth_letters"
SLIPS: Final = "family_slips"


def office_actor(job: Job) -> Actor:
    """Whoever asked for the job, with the roles of today. Raises DomainError `not_allowed`."""
    if job.created_by is not None:
        actor = actor_for(job.created_by, scope_key=f"school-{job.school_id}", on=today())
        if actor.school_id == job.school_id and actor.has(Role.MORAL_OFFICE):
            return actor
    raise DomainError("not_allowed", "提交人现在没有德育室的权限，没有生成文件。请由德育室重新提交。")


def order_books(
    *,
    actor: Actor,
    year: SchoolYear,
    mask_phones: bool = True,
    version: BookVersion = BookVersion.MIXED,
    bundle: Bundle = Bundle.ZIP,
    job_id: uuid.UUID | None = None,
) -> Job:
    """Ask for the record books of all mentors of `year`, one item each. Raises DomainError `nothing_to_print`."""
    mentors = mentors_for_print(actor, year)
    if not mentors:
        raise DomainError("nothing_to_print", "本学年还没有导师。请先导入导师匹配表，再打印记录本。")
    audit(
        actor=actor,
        verb="print_books",
        kind=AuditKind.READ,
        detail={"full_phones": not mask_phones, "books": len(mentors)},
    )
    return create_job(
        actor=actor,
        kind=BOOKS,
        items=[NewItem({"mentor": m.pk}, label=m.names) for m in mentors],
        params={"year": year.pk, "mask_phones": mask_phones, "version": version.value, "bundle": bundle.value},
        title=f"{year}全校导师记录本",
        job_id=job_id,
    )


def order_letters(
    *,
    actor: Actor,
    term: Term,
    paper: LetterPaper = LetterPaper.LETTER,
    bundle: Bundle = Bundle.ZIP,
    two_up: bool = False,
    job_id: uuid.UUID | None = None,
) -> Job:
    """Ask for all finished letters of `term`, as letters or cards, one item per class.

    `two_up` puts two on an A4 sheet, to be cut; only where all come in one file. Raises DomainError `nothing_to_print`.
    """
    classes = classes_with_letters(actor, term)
    if not classes:
        raise DomainError("nothing_to_print", "这个学期还没有已交的寄语。导师交稿后再打印。")
    return create_job(
        actor=actor,
        kind=LETTERS,
        items=[NewItem({"class": c.pk}, label=c.label) for c in classes],
        params={
            "term": term.pk,
            "paper": paper.value,
            "bundle": bundle.value,
            "two_up": two_up and bundle == Bundle.MERGED,
        },
        title=f"{term}全校{paper.label}",
        job_id=job_id,
    )


def order_slips(
    *,
    actor: Actor,
    year: SchoolYear,
    bundle: Bundle = Bundle.ZIP,
    only: Collection[int] | None = None,
    job_id: uuid.UUID | None = None,
) -> Job:
    """Ask for the family slips of all classes with mentors, of the pupils `only` (keys) where they are named.

    Raises DomainError `nothing_to_print`.
    """
    classes = classes_with_pupils(actor, year)
    places: dict[int, list[int]] = {}
    if only is not None:
        places = pupils_by_class(actor, classes, only)
        classes = [one for one in classes if one.pk in places]
    if not classes:
        raise DomainError("nothing_to_print", "方案覆盖的年级还没有学生。请先导入学生名册，再打印凭条。")
    return create_job(
        actor=actor,
        kind=SLIPS,
        items=[NewItem({"class": c.pk} | ({"pupils": places[c.pk]} if places else {}), label=c.label) for c in classes],
        params={"year": year.pk, "bundle": bundle.value},
        title=f"{year}家长凭条" + (f"（{len(only)} 人）" if only is not None else ""),
        job_id=job_id,
    )


def make_book(item: JobItem) -> Outcome:
    """One mentor's book, filed under the class they lead, else their first."""
    actor, params = office_actor(item.job), item.job.params
    mentor = mentor_for_job(actor, item.payload["mentor"])
    source = BookSource(actor, mentor.year, [mentor])
    book = source.book(
        mentor, mask_phones=bool(params["mask_phones"]), version=BookVersion(params.get("version", BookVersion.MIXED))
    )
    pdf = kept_pdf(book_manuscript(book), school_id=mentor.school_id)
    if book.version != BookVersion.BLANK:
        note_readings(actor=actor, records=source.shown(mentor))
    name = file_name(source.folder(mentor), f"{'、'.join(mentor.names.split('/'))}-{book.subtitle}.pdf")
    return Outcome(files=[NewFile(name, pdf, PDF)])


def make_class_letters(item: JobItem) -> Outcome:
    """The letters or cards of one class: a PDF for each pupil in the class's folder, or one of them all."""
    actor, params = office_actor(item.job), item.job.params
    school_class = class_for_job(actor, item.payload["class"])
    term = term_for_job(actor, params["term"])
    letters = letters_for_print(actor, term, school_class=school_class)
    if not letters:
        raise DomainError("nothing_to_print", "这个班现在没有已交的寄语，可能刚被退回修改。")
    paper, school_id = LetterPaper(params.get("paper", LetterPaper.LETTER)), school_class.school_id
    contexts = letter_papers(letters, paper=paper, actor=actor)
    if params.get("bundle") == Bundle.MERGED:
        pdf = letters_pdf(contexts, paper=paper, two_up=bool(params.get("two_up")), school_id=school_id)
        files = [NewFile(file_name(f"{school_class.code}-{paper.label}.pdf"), pdf, PDF)]
    else:
        papers = growth_card_manuscripts(contexts) if paper == LetterPaper.CARD else letter_manuscripts(contexts)
        names = _names(letters, class_pupils(actor, school_class))
        files = [
            NewFile(file_name(school_class.code, f"{name}-{context.title}.pdf"), pdf, PDF)
            for name, context, pdf in zip(names, contexts, kept_pdfs(papers, school_id=school_id), strict=True)
        ]
    note_readings(actor=actor, records=letters)
    return Outcome(files=files)


def letter_papers(letters: Sequence[GrowthLetter], *, paper: LetterPaper, actor: Actor) -> list[Letter]:
    """The contexts of `letters` as letters or as cards."""
    contexts = growth_card_contexts if paper == LetterPaper.CARD else letter_contexts
    return contexts(letters, on=actor.today)


def letters_pdf(contexts: Sequence[Letter], *, paper: LetterPaper, two_up: bool, school_id: int) -> bytes:
    """One PDF of all `contexts` (of `paper`) in their order; `two_up` puts two on an A4 sheet with cut marks."""
    from core.pdfpages import ONE_BELOW_THE_OTHER, SIDE_BY_SIDE, impose, merge_pdfs

    write, sheet = (
        (growth_card_manuscript, ONE_BELOW_THE_OTHER)
        if paper == LetterPaper.CARD
        else (letter_manuscript, SIDE_BY_SIDE)
    )
    papers = [write(run) for run in runs_of(contexts)]
    parts = [kept_pdf(one, school_id=school_id) for one in papers]
    pdf = parts[0] if len(parts) == 1 else merge_pdfs(parts, title=papers[0].title)
    return impose(pdf, sheet) if two_up else pdf


def _names(letters: Sequence[GrowthLetter], enrolments: Sequence[Enrolment]) -> list[str]:
    """The pupils' names for files, in the order of `letters`; two of one name in a class are told apart by number."""
    shared = {name for name, times in Counter(e.pupil.name for e in enrolments).items() if times > 1}
    seats = {e.pupil_id: e.seat_number or place for place, e in enumerate(enrolments, start=1)}
    return [
        f"{letter.pupil.name}（{seats[letter.pupil_id]}号）" if letter.pupil.name in shared else letter.pupil.name
        for letter in letters
    ]


def make_class_slips(item: JobItem) -> Outcome:
    """The slips of one class as sheets to be cut."""
    actor = office_actor(item.job)
    school_class = class_for_job(actor, item.payload["class"])
    enrolments = pupils_for_slips(actor, school_class)
    if (only := item.payload.get("pupils")) is not None:
        enrolments = [enrolment for enrolment in enrolments if enrolment.pupil_id in only]
    if not enrolments:
        raise DomainError("nothing_to_print", "这个班现在没有学生。")
    slips = issue_slips(actor=actor, pupils=[e.pupil for e in enrolments])
    contexts = slip_contexts(school_class.year.school, school_class, enrolments, slips)
    pdf = kept_pdf(slip_manuscript(contexts), school_id=school_class.school_id)
    return Outcome(files=[NewFile(file_name(f"{school_class.code}-家长凭条.pdf"), pdf, PDF)])


def pack(job: Job, step: Step) -> Outcome:
    """All papers of the job named after it: a ZIP, or one PDF in the order of the items, in volumes if it is long."""
    if job.params.get("bundle") != Bundle.MERGED:
        return Outcome(files=[zip_parts(job, step, name=file_name(f"{job.title}.zip"))])
    # A book begins on a leaf of its own; sheets with two letters are printed on one side.
    return Outcome(files=merge_parts(job, step, each_on_a_leaf=job.kind == BOOKS))


def asked_for(params: dict[str, Any]) -> str:
    """What tells two orders of the same papers apart: the book's version, full phones, how they come out."""
    words = [BookVersion(params["version"]).label] if "version" in params else []
    words += ["带完整电话"] if params.get("mask_phones") is False else []
    words += ["每张 A4 两份"] if params.get("two_up") else []
    words += ["一个 PDF" if params.get("bundle") == Bundle.MERGED else "压缩包"]
    return "，".join(words)


def register_jobs() -> None:
    """Make the three kinds of job known; called in `RecordsConfig.ready`."""
    office = (Role.MORAL_OFFICE,)
    register(BOOKS, title="全校导师记录本", run_item=make_book, finish=pack, roles=office, describe=asked_for)
    register(LETTERS, title="全校寄语", run_item=make_class_letters, finish=pack, roles=office, describe=asked_for)
    register(SLIPS, title="家长凭条", run_item=make_class_slips, finish=pack, roles=office, describe=asked_for)
