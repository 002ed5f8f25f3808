"""Pupil roster → plan of changes, and the one function that writes it.

Bulk only: the number of queries depends on the number of batches, not of rows.
"""

import datetime
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import models

from core.importlog import ImportLog
from core.importplan import ChangeKind, FieldChange, PlannedChange
from core.pinyin import name_pinyin
from jobs.importers import ClassFinder, ImportPlan, ImportRequest
from schools.labels import ClassKey
from schools.models import SchoolYear
from students.enums import EndReason, Gender
from students.imports.matching import match, without_repeats
from students.imports.rows import GuardianRow, PupilRow, read_pupils
from students.imports.stored import StoredGuardian, StoredPupil, StoredRoster, read_stored
from students.models import Enrolment, Guardian, Pupil

BATCH = 1000
M = TypeVar("M", bound=models.Model)


def plan_students(request: ImportRequest) -> ImportPlan:
    """Compare the workbook with the stored roster of the request's year."""
    log = ImportLog()
    classes = ClassFinder(request, log)
    reading = read_pupils(request.workbook, classes=classes, log=log)
    rows = without_repeats(reading.rows, log)
    roster = read_stored(request.year)
    writing = _Writing(request.year, request.actor.today, classes, roster.used_classes)
    plan = ImportPlan(log=log, write=writing.run, rows=reading.seen)
    matched: set[int] = set()
    for row, stored in match(rows, roster, log):
        if stored is None:
            writing.new.append(row)
            subject = f"{row.school_class.label} {row.name}"
            plan.changes.append(PlannedChange(ChangeKind.NEW, subject, (), row.sheet, row.row))
            continue
        matched.add(stored.pk)
        fields = _compare(row, stored, writing, log)
        if fields:
            subject = f"{row.school_class.label} {row.name}"
            plan.changes.append(PlannedChange(ChangeKind.CHANGED, subject, fields, row.sheet, row.row))
        else:
            plan.unchanged += 1
    if reading.seen and not log.has_errors:
        plan.changes.extend(_gone(rows, roster, matched))
    plan.new_classes = tuple(key.label for key in classes.new)
    plan.unknown_classes = tuple(key.label for key in classes.unknown)
    return plan


def _gone(rows: list[PupilRow], roster: StoredRoster, matched: set[int]) -> list[PlannedChange]:
    """Pupils of the classes in the workbook whom it does not name: told, never removed."""
    covered = {row.school_class for row in rows}
    return [
        PlannedChange(ChangeKind.GONE, f"{pupil.school_class.label} {pupil.name}")
        for pupil in roster.enrolled
        if pupil.school_class in covered and pupil.pk not in matched and pupil.school_class is not None
    ]


@dataclass(slots=True)
class _Writing:
    """What is to be written, gathered while comparing."""

    year: SchoolYear
    today: datetime.date
    classes: ClassFinder
    used_classes: frozenset[ClassKey]
    new: list[PupilRow] = field(default_factory=list)
    pupils: list[Pupil] = field(default_factory=list)
    seats: list[Enrolment] = field(default_factory=list)
    # (row, pupil key): pupils known to the school but in no class of this year.
    arrivals: list[tuple[PupilRow, int]] = field(default_factory=list)
    # (row, pupil key, enrolment key) of changes of class.
    moves: list[tuple[PupilRow, int, int]] = field(default_factory=list)
    new_guardians: list[tuple[int, int, GuardianRow]] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)

    def run(self, _accepted: frozenset[str]) -> None:
        """Write everything; the caller holds the transaction."""
        self.classes.create_missing()
        created = Pupil.objects.bulk_create([self._pupil(row) for row in self.new], batch_size=BATCH)
        for row, pupil in zip(self.new, created, strict=True):
            self.arrivals.append((row, pupil.pk))
            self.new_guardians.extend(
                (pupil.pk, position, guardian)
                for position, guardian in enumerate((g for g in row.guardians if g is not None), start=1)
            )
        if self.pupils:
            columns = ["name", "pinyin", "initials", "gender", "student_number", "remark"]
            Pupil.objects.bulk_update(self.pupils, columns, batch_size=BATCH)
        self._write_enrolments()
        if self.guardians:
            Guardian.objects.bulk_update(self.guardians, ["name", "relation", "phone"], batch_size=BATCH)
        Guardian.objects.bulk_create(
            [
                Guardian(
                    school_id=self.year.school_id,
                    pupil_id=pupil_id,
                    position=position,
                    name=guardian.name,
                    relation=guardian.relation,
                    phone=guardian.phone,
                )
                for pupil_id, position, guardian in self.new_guardians
            ],
            batch_size=BATCH,
        )

    def _write_enrolments(self) -> None:
        if self.seats:
            Enrolment.objects.bulk_update(self.seats, ["seat_number"], batch_size=BATCH)
        moved_on = max(self.today, self.year.starts_on)
        leaving = [pk for _, _, pk in self.moves]
        for start in range(0, len(leaving), BATCH):
            Enrolment.objects.filter(pk__in=leaving[start : start + BATCH]).update(
                ends_on=moved_on, end_reason=EndReason.CLASS_CHANGE
            )
        places = [(row, pupil_id, self._starts_on(row)) for row, pupil_id in self.arrivals]
        places += [(row, pupil_id, moved_on) for row, pupil_id, _ in self.moves]
        Enrolment.objects.bulk_create(
            [
                Enrolment(
                    school_id=self.year.school_id,
                    year_id=self.year.pk,
                    pupil_id=pupil_id,
                    school_class_id=self.classes.pk(row.school_class),
                    seat_number=row.seat,
                    starts_on=starts_on,
                )
                for row, pupil_id, starts_on in places
            ],
            batch_size=BATCH,
        )

    def _starts_on(self, row: PupilRow) -> datetime.date:
        """The first roster of a class is that of the year's first day; who comes later starts on the day."""
        if row.school_class in self.used_classes:
            return max(self.today, self.year.starts_on)
        return self.year.starts_on

    def _pupil(self, row: PupilRow) -> Pupil:
        reading = name_pinyin(row.name)
        return Pupil(
            school_id=self.year.school_id,
            name=row.name,
            pinyin=reading.full[:200],
            initials=reading.initials[:120],
            gender=row.gender,
            student_number=row.number,
            remark=row.remark,
        )


def _compare(row: PupilRow, stored: StoredPupil, writing: _Writing, log: ImportLog) -> tuple[FieldChange, ...]:
    """The differences of one pupil, and their place in `writing`. What the row does not say stays as it is."""
    changes: list[FieldChange] = []
    new_name, new_number = row.name, row.number or stored.number
    new_gender, new_remark = row.gender or stored.gender, row.remark or stored.remark
    if new_name != stored.name:
        changes.append(FieldChange("姓名", stored.name, new_name))
        message = f"学籍号相同，姓名由“{stored.name}”变为“{new_name}”。如果不是改名，请核对学籍号。"
        log.warning("name_changed", message, sheet=row.sheet, row=row.row, column="姓名", value=new_name)
    if new_number != stored.number:
        changes.append(FieldChange("学籍号", stored.number, new_number))
    if new_gender != stored.gender:
        changes.append(FieldChange("性别", _gender_label(stored.gender), _gender_label(new_gender)))
    if new_remark != stored.remark:
        changes.append(FieldChange("备注", stored.remark, new_remark))
    if changes:
        reading = name_pinyin(new_name)
        writing.pupils.append(
            Pupil(
                pk=stored.pk,
                name=new_name,
                pinyin=reading.full[:200],
                initials=reading.initials[:120],
                gender=new_gender,
                student_number=new_number,
                remark=new_remark,
            )
        )
    changes.extend(_compare_place(row, stored, writing, log))
    for position, guardian in enumerate(row.guardians, start=1):
        if guardian is not None:
            changes.extend(_compare_guardian(position, guardian, stored, writing))
    return tuple(changes)


def _compare_place(row: PupilRow, stored: StoredPupil, writing: _Writing, log: ImportLog) -> list[FieldChange]:
    if stored.school_class is None or stored.enrolment_pk is None:
        writing.arrivals.append((row, stored.pk))
        return [FieldChange("班级", "", row.school_class.label)]
    if stored.school_class != row.school_class:
        writing.moves.append((row, stored.pk, stored.enrolment_pk))
        message = f"由{stored.school_class.label}转到{row.school_class.label}，请确认是转班。"
        log.warning("class_changed", message, sheet=row.sheet, row=row.row, column="班级", value=row.name)
        return [FieldChange("班级", stored.school_class.label, row.school_class.label)]
    if row.seat is not None and row.seat != stored.seat:
        writing.seats.append(Enrolment(pk=stored.enrolment_pk, seat_number=row.seat))
        return [FieldChange("序号", str(stored.seat or ""), str(row.seat))]
    return []


def _compare_guardian(position: int, row: GuardianRow, stored: StoredPupil, writing: _Writing) -> list[FieldChange]:
    old = stored.guardians.get(position)
    if old is None:
        writing.new_guardians.append((stored.pk, position, row))
        return [FieldChange(f"监护人{position}", "", " ".join(filter(None, (row.name, row.relation, row.phone))))]
    new = StoredGuardian(old.pk, row.name or old.name, row.relation or old.relation, row.phone or old.phone)
    changes = [
        FieldChange(f"监护人{position}{label}", before, after)
        for label, before, after in (
            ("姓名", old.name, new.name),
            ("关系", old.relation, new.relation),
            ("电话", old.phone, new.phone),
        )
        if before != after
    ]
    if changes:
        writing.guardians.append(Guardian(pk=new.pk, name=new.name, relation=new.relation, phone=new.phone))
    return changes


def _gender_label(value: str) -> str:
    return Gender(value).label if value else ""
