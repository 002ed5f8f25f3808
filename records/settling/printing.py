"""期末材料 as one background job: report (PDF and Word), workbook, the classes' summaries, the teachers' papers.

Each comes by itself and all in one ZIP. Whoever asked must still hold the role when a worker gets to it; what names
people was asked for with a reason, and is logged when it is made.
"""

import uuid
from collections.abc import Callable, Collection
from typing import Any, Final

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.queries import actor_for
from accounts.services import audit
from core.clock import today
from core.errors import DomainError
from core.lists import ListOut
from jobs.enums import ListShape, TakenFor
from jobs.keeping import kept_pdf
from jobs.lists import take_out
from jobs.merging import PDF, merge_parts
from jobs.models import Job, JobItem
from jobs.registry import NewFile, NewItem, Outcome, Step, file_name, register, zip_results
from jobs.services import create_job
from mentors.models.slots import Teacher
from records.office.queries.dashboard import covered_classes
from records.papers.documents.class_summary import class_summary_manuscript
from records.papers.queries.class_summary import class_summary
from records.papers.queries.print_lists import class_for_job, term_for_job
from records.settling.documents.service_certificate import certificates_manuscript
from records.settling.documents.term_report import report_manuscript
from records.settling.enums import Material
from records.settling.queries.certificates import certificates, mentors_of
from records.settling.queries.report import term_report
from records.settling.queries.tables import staff_out, term_key, workbook_out
from records.settling.querysets import SETTLERS
from records.settling.rules import materials_for
from schools.calendar import YearCalendar

KIND: Final = "term_material"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: So many certificates are set at a time.
PER_PART: Final = 25
#: What names people, and so is asked for with a reason.
NAMING: Final = frozenset({Material.WORKBOOK, Material.CLASSES, Material.STAFF})


def order_material(
    *,
    actor: Actor,
    calendar: YearCalendar,
    materials: Collection[Material],
    reason: str = "",
    words: str = "",
    job_id: uuid.UUID | None = None,
) -> Job:
    """Ask for `materials` of the calendar's term. Raises DomainError `not_allowed`, `nothing_chosen`, `no_reason`."""
    chosen = [material for material in Material if material in materials]
    if not set(chosen) <= set(materials_for(actor)):
        raise DomainError("not_allowed", "期末材料由德育室和领导小组生成；教师的材料由德育室生成。")
    if not chosen:
        raise DomainError("nothing_chosen", "请至少选择一项材料。")
    if NAMING & set(chosen) and reason not in TakenFor:
        raise DomainError("no_reason", "材料里有学生或教师的姓名，请先选择用途。")
    audit(
        actor=actor,
        verb="order_term_material",
        kind=AuditKind.READ,
        detail={
            "term": term_key(calendar),
            "materials": [str(one) for one in chosen],
            "reason": reason,
            "words": words,
        },
    )
    return create_job(
        actor=actor,
        kind=KIND,
        items=[item for material in chosen for item in _items(actor, calendar, material)],
        params={"term": calendar.term.pk, "materials": [str(one) for one in chosen], "reason": reason, "words": words},
        title=f"{calendar.term}期末材料",
        job_id=job_id,
    )


def _items(actor: Actor, calendar: YearCalendar, material: Material) -> list[NewItem]:
    """A class or some teachers are an item each, so that progress moves."""
    if material == Material.CLASSES:
        classes = covered_classes(actor, calendar)
        return [NewItem({"make": str(material), "class": one.pk}, f"{one.label}{material.label}") for one in classes]
    if material == Material.CERTIFICATES:
        keys = list(mentors_of(actor, calendar.year).values_list("pk", flat=True))
        parts = [keys[at : at + PER_PART] for at in range(0, len(keys), PER_PART)]
        return [
            NewItem({"make": str(material), "teachers": part}, f"{material.label}（{number}）")
            for number, part in enumerate(parts, start=1)
        ]
    return [NewItem({"make": str(material)}, str(material.label))]


def make_item(item: JobItem) -> Outcome:
    """One item of the job. Raises DomainError `not_allowed`."""
    material = Material(item.payload["make"])
    actor = _actor(item.job, material)
    calendar = actor.calendar.of_term(term_for_job(actor, item.job.params["term"]))
    return _MAKERS[material](actor, calendar, item)


def _actor(job: Job, material: Material) -> Actor:
    """Whoever asked, with the roles of today. Raises DomainError `not_allowed`."""
    if job.created_by is not None:
        actor = actor_for(job.created_by, scope_key=f"school-{job.school_id}", on=today())
        if actor.school_id == job.school_id and material in materials_for(actor):
            return actor
    raise DomainError("not_allowed", "提交人现在没有这项权限，没有生成文件。请由德育室重新提交。")


def _report(actor: Actor, calendar: YearCalendar, _item: JobItem) -> Outcome:
    from records.settling.documents.term_report_word import WORD, report_word

    report = term_report(actor, calendar)
    pdf = kept_pdf(report_manuscript(report), school_id=calendar.year.school_id)
    return Outcome(
        files=[
            NewFile(file_name(f"{report.title}.pdf"), pdf, PDF, final=True),
            NewFile(file_name(f"{report.title}.docx"), report_word(report), WORD, final=True),
        ]
    )


def _workbook(actor: Actor, calendar: YearCalendar, item: JobItem) -> Outcome:
    return _table(actor, workbook_out(actor, calendar), calendar, Material.WORKBOOK, item)


def _staff(actor: Actor, calendar: YearCalendar, item: JobItem) -> Outcome:
    return _table(actor, staff_out(actor, calendar), calendar, Material.STAFF, item)


def _table(actor: Actor, table: ListOut, calendar: YearCalendar, material: Material, item: JobItem) -> Outcome:
    params = item.job.params
    with take_out(
        actor=actor, table=table, shape=ListShape.XLSX, reason=params["reason"], words=params["words"]
    ) as file:
        data = file.read()
    return Outcome(files=[NewFile(file_name(f"{calendar.term}{material.label}.xlsx"), data, XLSX, final=True)])


def _class(actor: Actor, calendar: YearCalendar, item: JobItem) -> Outcome:
    school_class = class_for_job(actor, item.payload["class"])
    summary = class_summary(actor, calendar, school_class)
    audit(
        actor=actor,
        verb="print_class_summary",
        target=school_class,
        kind=AuditKind.READ,
        detail={"term": calendar.term.number, "pupils": len(summary.pupils)},
    )
    pdf = kept_pdf(class_summary_manuscript(summary), school_id=school_class.school_id)
    return Outcome(files=[NewFile(file_name(str(Material.CLASSES), f"{item.position:04}.pdf"), pdf, PDF)])


def _certificates(actor: Actor, calendar: YearCalendar, item: JobItem) -> Outcome:
    teachers = mentors_of(actor, calendar.year).filter(pk__in=item.payload["teachers"])
    found = certificates(actor, calendar.year, list(teachers))
    if not found:
        return Outcome()
    note_certificates(actor, calendar, len(found))
    pdf = kept_pdf(certificates_manuscript(found), school_id=calendar.year.school_id)
    return Outcome(files=[NewFile(file_name(str(Material.CERTIFICATES), f"{item.position:04}.pdf"), pdf, PDF)])


def note_certificates(actor: Actor, calendar: YearCalendar, count: int, *, of: Teacher | None = None) -> None:
    """That certificates were made is logged."""
    detail = {"year": calendar.year.start_year, "certificates": count}
    audit(actor=actor, verb="print_service_certificates", target=of, kind=AuditKind.READ, detail=detail)


_MAKERS: Final[dict[Material, Callable[[Actor, YearCalendar, JobItem], Outcome]]] = {
    Material.REPORT: _report,
    Material.WORKBOOK: _workbook,
    Material.CLASSES: _class,
    Material.CERTIFICATES: _certificates,
    Material.STAFF: _staff,
}


def pack(job: Job, step: Step) -> Outcome:
    """The classes' summaries and the certificates as one PDF each, and all of the material in one ZIP."""
    term = job.title.removesuffix("期末材料")
    merged = [
        file
        for material in (Material.CLASSES, Material.CERTIFICATES)
        for file in merge_parts(job, step, chapters=False, under=str(material), titled=f"{term}{material.label}")
    ]
    archive = zip_results(job, step, name=file_name(f"{job.title}.zip"), further=merged)
    return Outcome(files=[archive, *merged])


def asked_for(params: dict[str, Any]) -> str:
    """Which materials a job makes."""
    return "、".join(str(Material(one).label) for one in params.get("materials", ()))


def register_jobs() -> None:
    """Make the kind of job known; called in `RecordsConfig.ready`."""
    register(KIND, title="期末材料", run_item=make_item, finish=pack, roles=SETTLERS, describe=asked_for)
