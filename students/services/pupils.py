"""One pupil at a time: transfer in, correction of data, return after a withdrawal."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.errors import DomainError
from core.phones import normalise_phone
from core.pinyin import name_pinyin
from core.text import clean_key, clean_name, clean_text
from schools.models import SchoolClass
from students.models import Enrolment, Guardian, Pupil

MOST_GUARDIANS = 3


@dataclass(frozen=True, slots=True)
class GuardianData:
    """A guardian as typed; one without name and phone is none."""

    name: str = ""
    relation: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PupilData:
    """A pupil's basics as typed, guardians in the order in which they are rung."""

    name: str
    gender: str = ""
    student_number: str = ""
    remark: str = ""
    guardians: Sequence[GuardianData] = ()


def _may_keep_roster(actor: Actor, school_id: int) -> None:
    if actor.school_id != school_id:
        raise DomainError("other_school", "这位学生或这个班级不属于本校。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以修改名册。")


def _fill(pupil: Pupil, data: PupilData) -> None:
    """Put `data` into `pupil`, cleaned as the import does. Raises DomainError `name_missing`, `number_taken`."""
    name = clean_name(data.name)
    if not name:
        raise DomainError("name_missing", "请填写学生姓名。")
    number = clean_key(data.student_number).upper()
    if number:
        holder = Pupil.objects.filter(school_id=pupil.school_id, student_number=number).exclude(pk=pupil.pk).first()
        if holder is not None:
            raise DomainError(
                "number_taken",
                f"学籍号{number}已经属于{holder.name}。如果是同一名学生登记了两次，请用“合并”。",
            )
    reading = name_pinyin(name)
    pupil.name, pupil.pinyin, pupil.initials = name, reading.full[:200], reading.initials[:120]
    pupil.gender, pupil.student_number, pupil.remark = data.gender, number, clean_text(data.remark)[:200]


def _write_guardians(pupil: Pupil, guardians: Sequence[GuardianData]) -> None:
    rows = []
    for data in guardians:
        name, phone = clean_name(data.name), clean_key(data.phone)
        if name or phone:
            number = normalise_phone(phone).number if phone else ""
            rows.append((name, clean_text(data.relation)[:20], number[:20]))
    if len(rows) > MOST_GUARDIANS:
        raise DomainError("guardians_too_many", f"最多登记 {MOST_GUARDIANS} 位监护人。")
    Guardian.objects.filter(pupil=pupil).delete()
    Guardian.objects.bulk_create(
        Guardian(school_id=pupil.school_id, pupil=pupil, position=at, name=name, relation=relation, phone=phone)
        for at, (name, relation, phone) in enumerate(rows, start=1)
    )


@transaction.atomic
def add_pupil(*, actor: Actor, school_class: SchoolClass, data: PupilData, seat_number: int | None = None) -> Enrolment:
    """Transfer in 转入: a new pupil in `school_class` from today on (before the year starts: from its first day).

    Raises DomainError `other_school`, `not_allowed`, `name_missing`, `number_taken`, `guardians_too_many`.
    """
    _may_keep_roster(actor, school_class.school_id)
    pupil = Pupil(school_id=school_class.school_id)
    _fill(pupil, data)
    pupil.save()
    _write_guardians(pupil, data.guardians)
    enrolment = _enrol(actor, pupil, school_class, seat_number)
    audit(actor=actor, verb="add_pupil", target=pupil, detail={"class": school_class.pk})
    return enrolment


def _enrol(actor: Actor, pupil: Pupil, school_class: SchoolClass, seat_number: int | None) -> Enrolment:
    return Enrolment.objects.create(
        school_id=school_class.school_id,
        year_id=school_class.year_id,
        pupil=pupil,
        school_class=school_class,
        seat_number=seat_number,
        starts_on=max(actor.today, school_class.year.starts_on),
    )


@transaction.atomic
def edit_pupil(*, actor: Actor, pupil: Pupil, data: PupilData) -> Pupil:
    """Correct a pupil's basics and guardians; the guardians become exactly those of `data`.

    Raises DomainError `other_school`, `not_allowed`, `name_missing`, `number_taken`, `guardians_too_many`.
    """
    _may_keep_roster(actor, pupil.school_id)
    locked = Pupil.objects.select_for_update().get(pk=pupil.pk)
    before = (locked.name, locked.gender, locked.student_number, locked.remark)
    _fill(locked, data)
    locked.save()
    _write_guardians(locked, data.guardians)
    after = (locked.name, locked.gender, locked.student_number, locked.remark)
    fields = ("name", "gender", "student_number", "remark")
    changed = [field for field, old, new in zip(fields, before, after, strict=True) if old != new]
    audit(actor=actor, verb="edit_pupil", target=locked, detail={"fields": changed, "guardians": len(data.guardians)})
    return locked


@transaction.atomic
def reinstate_pupil(*, actor: Actor, pupil: Pupil, school_class: SchoolClass) -> Enrolment:
    """A pupil who had left comes back into `school_class`; a mentor is chosen anew.

    Coming back into the same class on the day of leaving takes the withdrawal back.
    Raises DomainError `other_school`, `not_allowed`, `still_enrolled`.
    """
    _may_keep_roster(actor, pupil.school_id)
    _may_keep_roster(actor, school_class.school_id)
    Pupil.objects.select_for_update().get(pk=pupil.pk)
    rows = Enrolment.objects.filter(pupil=pupil, year_id=school_class.year_id)
    if rows.active().exists():
        raise DomainError("still_enrolled", "这位学生现在就在册。要换班请用“转班”。")
    last = rows.filter(school_class=school_class, ends_on__gte=actor.today).order_by("-pk").first()
    if last is not None:
        last.ends_on, last.end_reason = None, ""
        last.save(update_fields=["ends_on", "end_reason"])
    else:
        last = _enrol(actor, pupil, school_class, None)
    audit(actor=actor, verb="reinstate_pupil", target=pupil, detail={"class": school_class.pk})
    return last
