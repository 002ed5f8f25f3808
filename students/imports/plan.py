"""Pupil roster → plan of changes, and the one function that writes it.

Bulk only: the number of queries depends on the number of batches, not of rows.
"""

import datetime
from dataclasses import dataclass, field

from core.bulk import insert_rows
from core.importlog import ImportLog
from core.importplan import ChangeKind, Choice, ChoiceGroup, FieldChange, PlannedChange
from core.journal import note_changing, note_created
from core.pinyin import name_pinyin
from jobs.importers import ClassFinder, ImportPlan, ImportRequest, MovedPupil
from schools.labels import ClassKey
from schools.models import SchoolYear
from students.enums import EndReason, Gender
from students.imports.columns import COLUMNS
from students.imports.guardians import GuardianRow
from students.imports.matching import match, without_repeats
from students.imports.pupilrow import PupilRow
from students.imports.questions import ALL_GUARDIANS, Questions
from students.imports.rows import read_pupils
from students.imports.stored import StoredGuardian, StoredPupil, StoredRoster, read_stored
from students.models import Enrolment, Guardian, Pupil

BATCH = 1000
# More changes of class than this are proposed by pairs of classes: nobody ticks hundreds of boxes.
SINGLE_MOVES = 60
_MOVE = ChoiceGroup("转班", "只勾选确实转班的。不勾选的留在原班，其他变动照常导入；原来的导师不变。")
# Columns that new rows are inserted with, in this order.
_PUPIL = ("school_id", "name", "pinyin", "initials", "gender", "student_number", "remark")
_ENROLMENT = ("school_id", "year_id", "pupil_id", "school_class_id", "seat_number", "starts_on")
_GUARDIAN = ("school_id", "pupil_id", "position", "name", "relation", "phone")


def plan_students(request: ImportRequest) -> ImportPlan:
    """Compare the workbook with the stored roster of the request's year."""
    log = ImportLog()
    classes = ClassFinder(request, log)
    roster = read_stored(request.year)
    reading = read_pupils(request, classes=classes, log=log, known=roster.known)
    rows = without_repeats(reading.rows, log)
    writing = _Writing(request.year, request.actor.today, classes, roster.used_classes)
    plan = ImportPlan(log=log, write=writing.run, rows=reading.seen)
    pairs = match(rows, roster, log)
    questions = Questions(pairs, log)
    for row, stored in pairs:
        if stored is not None and _is_as_stored(row, stored):
            plan.unchanged += 1
            continue
        needs = questions.needed(row)
        subject = f"{row.school_class.label} {row.name}"
        if stored is None:
            writing.part(needs).new.append(row)
            plan.changes.append(PlannedChange(ChangeKind.NEW, subject, (), row.sheet, row.row, needs))
            continue
        fields = _compare(row, stored, writing, needs, log)
        if fields:
            plan.changes.append(PlannedChange(ChangeKind.CHANGED, subject, fields, row.sheet, row.row, needs))
        else:
            plan.unchanged += 1
    if reading.seen and not log.has_errors:
        matched = {stored.pk for _, stored in pairs if stored is not None}
        plan.changes.extend(_gone(rows, roster, matched))
    if not writing.new_contacts or not questions.compare_guardians(writing.new_contacts, roster.contacts):
        writing.agreed.add(ALL_GUARDIANS)
    plan.choices = (*writing.proposals(), *questions.choices())
    plan.moved = tuple(
        MovedPupil(stored.pk, row.name, row.school_class, row.sheet, row.row) for row, stored, _ in writing.moves
    )
    plan.new_classes = tuple(key.label for key in classes.new)
    plan.unknown_classes = tuple(key.label for key in classes.unknown)
    plan.columns, plan.fields = reading.columns, tuple((spec.key, spec.label) for spec in COLUMNS)
    plan.spellings, plan.unread_classes = classes.spellings, classes.unread
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
class _Part:
    """What is to be written together, once all that it needs is agreed to."""

    new: list[PupilRow] = field(default_factory=list)
    pupils: list[Pupil] = field(default_factory=list)
    seats: list[Enrolment] = field(default_factory=list)
    # (row, pupil key): pupils known to the school but in no class of this year.
    arrivals: list[tuple[PupilRow, int]] = field(default_factory=list)
    # (row, stored pupil, enrolment key) of changes of class; only those that a person ticks happen.
    moves: list[tuple[PupilRow, StoredPupil, int]] = field(default_factory=list)
    new_guardians: list[tuple[int, int, GuardianRow]] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)

    def add(self, other: "_Part") -> None:
        """Take in what another part holds."""
        for mine, more in (
            (self.new, other.new),
            (self.pupils, other.pupils),
            (self.seats, other.seats),
            (self.arrivals, other.arrivals),
            (self.moves, other.moves),
            (self.new_guardians, other.new_guardians),
            (self.guardians, other.guardians),
        ):
            mine.extend(more)  # type: ignore[arg-type]  # each pair is of one kind


@dataclass(slots=True)
class _Writing:
    """What is to be written, gathered while comparing, by the choices that it waits for."""

    year: SchoolYear
    today: datetime.date
    classes: ClassFinder
    used_classes: frozenset[ClassKey]
    parts: dict[frozenset[str], _Part] = field(default_factory=dict)
    # Keys that nobody needs to be asked about.
    agreed: set[str] = field(default_factory=set)
    # By pupil, a guardian's phone or name before and after.
    new_contacts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def part(self, needs: frozenset[str]) -> _Part:
        """Where to put what waits for these choices."""
        part = self.parts.get(needs)
        if part is None:
            part = self.parts[needs] = _Part()
        return part

    @property
    def moves(self) -> list[tuple[PupilRow, StoredPupil, int]]:
        """All changes of class."""
        return [move for part in self.parts.values() for move in part.moves]

    def proposals(self) -> tuple[Choice, ...]:
        """The changes of class to be ticked, one by one or, if they are many, by pairs of classes."""
        names: dict[str, list[str]] = {}
        labels: dict[str, str] = {}
        for key, (row, stored, _) in self._keyed_moves():
            names.setdefault(key, []).append(row.name)
            labels[key] = _from_to(row, stored)
        return tuple(
            Choice(key, f"{'、'.join(who[:10])}{f'等 {len(who)} 人' if len(who) > 10 else ''}：{labels[key]}", _MOVE)
            for key, who in names.items()
        )

    def _keyed_moves(self) -> list[tuple[str, tuple[PupilRow, StoredPupil, int]]]:
        moves = self.moves
        single = len(moves) <= SINGLE_MOVES
        return [(_move_key(row, stored, single=single), (row, stored, pk)) for row, stored, pk in moves]

    def run(self, accepted: frozenset[str]) -> None:
        """Write everything that is agreed to; the caller holds the transaction."""
        ticked = {id(row) for key, (row, _, _) in self._keyed_moves() if key in accepted}
        do = _Part()
        for needs, part in self.parts.items():
            if needs <= accepted | self.agreed:
                do.add(part)
        do.moves = [move for move in do.moves if id(move[0]) in ticked]
        self.classes.create_missing()
        created = insert_rows(Pupil, _PUPIL, [self._pupil(row) for row in do.new])
        note_created(Pupil, created)
        for row, pk in zip(do.new, created, strict=True):
            do.arrivals.append((row, pk))
            do.new_guardians.extend(
                (pk, position, guardian)
                for position, guardian in enumerate(row.guardians, start=1)
                if guardian is not None
            )
        if do.pupils:
            note_changing(Pupil, [pupil.pk for pupil in do.pupils])
            columns = ["name", "pinyin", "initials", "gender", "student_number", "remark"]
            Pupil.objects.bulk_update(do.pupils, columns, batch_size=BATCH)
        self._write_enrolments(do)
        if do.guardians:
            note_changing(Guardian, [guardian.pk for guardian in do.guardians])
            Guardian.objects.bulk_update(do.guardians, ["name", "relation", "phone"], batch_size=BATCH)
        school_id = self.year.school_id
        rows = [
            (school_id, pupil_id, position, guardian.name, guardian.relation, guardian.phone)
            for pupil_id, position, guardian in do.new_guardians
        ]
        note_created(Guardian, insert_rows(Guardian, _GUARDIAN, rows))

    def _write_enrolments(self, do: _Part) -> None:
        if do.seats:
            note_changing(Enrolment, [seat.pk for seat in do.seats])
            Enrolment.objects.bulk_update(do.seats, ["seat_number"], batch_size=BATCH)
        moved_on = max(self.today, self.year.starts_on)
        leaving = [pk for _, _, pk in do.moves]
        note_changing(Enrolment, leaving)
        for start in range(0, len(leaving), BATCH):
            Enrolment.objects.filter(pk__in=leaving[start : start + BATCH]).update(
                ends_on=moved_on, end_reason=EndReason.CLASS_CHANGE
            )
        places = [(row, pupil_id, self._starts_on(row)) for row, pupil_id in do.arrivals]
        places += [(row, stored.pk, moved_on) for row, stored, _ in do.moves]
        school_id, year_id = self.year.school_id, self.year.pk
        rows = [
            (school_id, year_id, pupil_id, self.classes.pk(row.school_class), row.seat, starts_on)
            for row, pupil_id, starts_on in places
        ]
        note_created(Enrolment, insert_rows(Enrolment, _ENROLMENT, rows))

    def _starts_on(self, row: PupilRow) -> datetime.date:
        """The first roster of a class is that of the year's first day; who comes later starts on the day."""
        if row.joined is not None and self.year.starts_on <= row.joined <= max(self.today, self.year.starts_on):
            return row.joined
        if row.school_class in self.used_classes:
            return max(self.today, self.year.starts_on)
        return self.year.starts_on

    def _pupil(self, row: PupilRow) -> tuple[object, ...]:
        reading = name_pinyin(row.name)
        pinyin, initials = reading.full[:200], reading.initials[:120]
        return (self.year.school_id, row.name, pinyin, initials, row.gender, row.number, row.remark)


def _move_key(row: PupilRow, stored: StoredPupil, *, single: bool) -> str:
    old, new = stored.school_class, row.school_class
    if single or old is None:
        return f"move:{stored.pk}"
    return f"move:{old.grade}-{old.number}:{new.grade}-{new.number}"


def _is_as_stored(row: PupilRow, stored: StoredPupil) -> bool:
    """Whether each value stands as the row has it, as nearly all do of a roster that is imported again."""
    if (
        row.name != stored.name
        or row.number != stored.number
        or row.school_class != stored.school_class
        or row.gender != stored.gender
        or row.remark != stored.remark
        or row.seat != stored.seat
    ):
        return False
    for guardian, old in zip(row.guardians, stored.guardians, strict=True):
        if guardian is not None and (old is None or old[1:] != guardian):
            return False
    return True


def _compare(
    row: PupilRow, stored: StoredPupil, writing: _Writing, needs: frozenset[str], log: ImportLog
) -> tuple[FieldChange, ...]:
    """The differences of one pupil, and their place in `writing`. What the row does not say stays as it is."""
    part = writing.part(needs)
    changes: list[FieldChange] = []
    new_name, new_number = row.name, row.number or stored.number
    new_gender, new_remark = row.gender or stored.gender, row.remark or stored.remark
    if new_name != stored.name:
        changes.append(FieldChange("姓名", stored.name, new_name))
    if new_number != stored.number:
        changes.append(FieldChange("学籍号", stored.number, new_number))
    if new_gender != stored.gender:
        changes.append(FieldChange("性别", _gender_label(stored.gender), _gender_label(new_gender)))
    if new_remark != stored.remark:
        changes.append(FieldChange("备注", stored.remark, new_remark))
    if changes:
        reading = name_pinyin(new_name)
        part.pupils.append(
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
    changes.extend(_compare_place(row, stored, part, log))
    for position, guardian in enumerate(row.guardians, start=1):
        if guardian is not None:
            changes.extend(_compare_guardian(position, guardian, stored, writing, needs))
    return tuple(changes)


def _compare_place(row: PupilRow, stored: StoredPupil, part: _Part, log: ImportLog) -> list[FieldChange]:
    if stored.school_class is None or stored.enrolment_pk is None:
        part.arrivals.append((row, stored.pk))
        return [FieldChange("班级", "", row.school_class.label)]
    if stored.school_class != row.school_class:
        part.moves.append((row, stored, stored.enrolment_pk))
        message = f"由{_from_to(row, stored)}。是转班的请在确认时打勾；不打勾就留在原班。"
        log.warning("class_changed", message, sheet=row.sheet, row=row.row, column="班级", value=row.name)
        return [FieldChange("班级", stored.school_class.label, row.school_class.label)]
    if row.seat is not None and row.seat != stored.seat:
        part.seats.append(Enrolment(pk=stored.enrolment_pk, seat_number=row.seat))
        return [FieldChange("序号", str(stored.seat or ""), str(row.seat))]
    return []


def _compare_guardian(
    position: int, row: GuardianRow, stored: StoredPupil, writing: _Writing, needs: frozenset[str]
) -> list[FieldChange]:
    old = stored.guardians[position - 1]
    if old is None:
        writing.part(needs).new_guardians.append((stored.pk, position, row))
        return [FieldChange(f"监护人{position}", "", " ".join(filter(None, (row.name, row.relation, row.phone))))]
    if row.name in ("", old.name) and row.relation in ("", old.relation) and row.phone in ("", old.phone):
        return []
    new = StoredGuardian(old.pk, row.name or old.name, row.relation or old.relation, row.phone or old.phone)
    changes = [
        FieldChange(f"监护人{position}{label}", was, becomes)
        for label, was, becomes in (
            ("姓名", old.name, new.name),
            ("关系", old.relation, new.relation),
            ("电话", old.phone, new.phone),
        )
        if was != becomes
    ]
    if changes:
        before = (old.phone, new.phone) if old.phone != new.phone else (old.name, new.name)
        if all(before) and before[0] != before[1]:
            writing.new_contacts[stored.name] = before
        writing.part(needs | {ALL_GUARDIANS}).guardians.append(
            Guardian(pk=new.pk, name=new.name, relation=new.relation, phone=new.phone)
        )
    return changes


def _from_to(row: PupilRow, stored: StoredPupil) -> str:
    return f"{stored.school_class.label if stored.school_class else ''}转到{row.school_class.label}"


def _gender_label(value: str) -> str:
    return Gender(value).label if value else ""
