"""A list of pupils with their mentor (班级, 姓名, 学籍号, 导师) → plan of assignments, within the one cap.

Pupils are matched by 学籍号, else by name and class if that is unique; mentors are slots that exist in the year.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from accounts.actors import Actor
from core.importlog import ImportLog
from core.importplan import ChangeKind, FieldChange, PlannedChange
from core.tablefinder import ColumnInFile, find_tables
from core.tablereader import TableReader
from core.text import clean_name, clean_text
from core.workbooks import ColumnSpec, Record, find_table
from jobs.importers import ClassFinder, ImportPlan, ImportRequest
from mentors.enums import AssignmentOrigin
from mentors.imports.matrix import SHARED
from mentors.models import Assignment, Mentor, MentorMember, Teacher
from mentors.services import assign_pupils
from schools.labels import ClassKey
from schools.models import SchoolYear
from students.models import Enrolment

COLUMNS = (
    ColumnSpec("name", "姓名", ("学生姓名", "学生名字", "学生", "名字"), required=True),
    ColumnSpec("number", "学籍号", ("全国学籍号", "学籍号码", "学生学籍号", "学号", "考号")),
    ColumnSpec("class", "班级", ("行政班", "所在班级", "班级名称", "班别", "班")),
    ColumnSpec("grade", "年级", ("所在年级", "年级名称")),
    ColumnSpec("mentor", "导师", ("导师姓名", "结对导师", "成长导师", "指导教师", "指导老师"), required=True),
    ColumnSpec("ordinal", "序号", ("编号", "座号")),
)


@dataclass(frozen=True, slots=True)
class PairRow:
    """One row: who is meant, and who shall be the mentor."""

    sheet: str
    row: int
    name: str
    number: str
    school_class: ClassKey | None
    mentor: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A pupil present in the year."""

    pk: int
    name: str
    school_class: ClassKey


def is_list(request: ImportRequest) -> bool:
    """Whether a sheet has headings for a pupil and a mentor, rather than classes across."""
    tables = (find_table(sheet, COLUMNS, mapping=request.options.mapping) for sheet in request.workbook.sheets)
    return any(
        table is not None and "mentor" in table.headings and table.headings.keys() & {"name", "number"}
        for table in tables
    )


def plan_pairs(request: ImportRequest) -> ImportPlan:
    """Compare the list with the stored assignments. Six queries whatever its length."""
    log = ImportLog()
    classes = ClassFinder(request, log)
    rows, seen, columns = _read(request, classes, log)
    stored = _Stored(request.actor, request.year)
    writing = _Writing(request.actor, request.year)
    plan = ImportPlan(log=log, write=writing.run, rows=seen)
    chosen: dict[int, PairRow] = {}
    for row in rows:
        pupil, mentor = stored.pupil(row, log), stored.mentor(row, log)
        if pupil is None or mentor is None:
            continue
        first = chosen.setdefault(pupil.pk, row)
        if first is not row:
            _repeated(row, first, log)
            continue
        subject = f"{pupil.school_class.label} {pupil.name}"
        before = stored.assigned.get(pupil.pk)
        if before == mentor:
            plan.unchanged += 1
            continue
        fields = (FieldChange("导师", stored.names(before) if before else "", stored.names(mentor)),)
        kind = ChangeKind.CHANGED if before else ChangeKind.NEW
        plan.changes.append(PlannedChange(kind, subject, fields, row.sheet, row.row))
        writing.pairs[pupil.pk] = mentor
    _check_cap(writing.pairs, stored, log)
    plan.columns, plan.fields = columns, tuple((spec.key, spec.label) for spec in COLUMNS)
    plan.spellings, plan.unread_classes = classes.spellings, classes.unread
    return plan


def _read(
    request: ImportRequest, classes: ClassFinder, log: ImportLog
) -> tuple[list[PairRow], int, tuple[ColumnInFile, ...]]:
    options = request.options
    found = find_tables(
        request.workbook,
        COLUMNS,
        log,
        example="“班级”“姓名”“导师”",
        mapping=options.mapping,
        take_hidden=options.take_hidden,
    )
    rows: list[PairRow] = []
    seen = 0
    for table in found.tables:
        reader = TableReader(table, log)
        if not reader.check_headings(COLUMNS):
            continue
        sheet_class = classes.parse(clean_text(table.sheet.name)) if "class" not in table.columns else None
        for record in table.records():
            name = clean_name(record.text("name"))
            number = reader.identifier(record, "number")
            if (not name and not number) or reader.is_foot(record, name):
                reader.skip(record, who="学生")
                continue
            seen += 1
            row = _row(reader, record, number, classes, sheet_class)
            if row is not None:
                rows.append(row)
    if found.tables and not seen and not log.has_errors:
        log.error("no_rows", "表头下面没有学生。请检查文件内容。")
    return rows, seen, tuple(found.columns.values())


def _row(
    reader: TableReader, record: Record, number: str | None, classes: ClassFinder, sheet_class: ClassKey | None
) -> PairRow | None:
    sound = reader.sound(record)
    name = reader.name(record, "name")
    key, label = sheet_class, clean_text(record.text("class"))
    if label and sound:
        grade, column = clean_text(record.text("grade")), reader.table.heading("class")
        key = classes.find(label, grade=grade, sheet=reader.sheet, row=record.row, column=column)
        sound = key is not None
    mentor = clean_text(record.text("mentor"))
    if not mentor:
        # Not everybody has a mentor yet; an empty cell takes nobody's away.
        message = "没有写导师，这一行没有变动。"
        reader.log.info("mentor_empty", message, sheet=reader.sheet, row=record.row, value=name or "")
    if not sound or name is None or number is None or not mentor:
        return None
    return PairRow(reader.sheet, record.row, name, number, key, mentor)


def _repeated(row: PairRow, first: PairRow, log: ImportLog) -> None:
    if row.mentor == first.mentor:
        message = f"与第 {first.row} 行是同一名学生，只导入一次。"
        log.warning("row_repeated", message, sheet=row.sheet, row=row.row, column="姓名", value=row.name)
    else:
        message = f"与第 {first.row} 行是同一名学生，导师却不同。每名学生只有一位导师，请只留一行。"
        log.error("mentor_contradicts", message, sheet=row.sheet, row=row.row, column="导师", value=row.mentor)


class _Stored:
    """Pupils, mentor slots and assignments as stored."""

    def __init__(self, actor: Actor, year: SchoolYear) -> None:
        self.by_number: dict[str, Enrolled] = {}
        self.by_place: dict[tuple[str, ClassKey], list[Enrolled]] = defaultdict(list)
        self.by_name: dict[str, list[Enrolled]] = defaultdict(list)
        enrolled = Enrolment.objects.of_year(year).active()
        columns = ("pupil_id", "pupil__name", "pupil__student_number", "school_class__grade__number")
        for pk, name, number, grade, class_number in enrolled.values_list(*columns, "school_class__number"):
            pupil = Enrolled(pk, name, ClassKey(grade, class_number))
            if number:
                self.by_number[number] = pupil
            self.by_place[(name, pupil.school_class)].append(pupil)
            self.by_name[name].append(pupil)
        self.mentors = {mentor.pk: mentor for mentor in Mentor.objects.of_year(year)}
        self.slot_of: dict[int, int] = {}
        self._names: dict[int, list[str]] = defaultdict(list)
        self._members: dict[int, set[int]] = defaultdict(set)
        members = MentorMember.objects.filter(year=year).select_related("teacher").order_by("position")
        for member in members:
            self.slot_of[member.teacher_id] = member.mentor_id
            self._names[member.mentor_id].append(member.teacher.name)
            self._members[member.mentor_id].add(member.teacher_id)
        self._teachers: dict[str, list[Teacher]] = defaultdict(list)
        for teacher in Teacher.objects.visible_to(actor).present():
            self._teachers[teacher.name].append(teacher)
            self._teachers[teacher.number].append(teacher)
        self.assigned = dict(Assignment.objects.active().main().filter(year=year).values_list("pupil_id", "mentor_id"))

    def names(self, mentor: int) -> str:
        """The names of a slot, as papers print them."""
        return "/".join(self._names[mentor])

    def pupil(self, row: PairRow, log: ImportLog) -> Enrolled | None:
        """The pupil that a row means; logs an error if there is none, or more than one."""
        if row.number and row.number in self.by_number:
            found = self.by_number[row.number]
            if row.name and row.name != found.name:
                message = f"学籍号是{found.name}的，姓名写的却不同。请改正后再上传。"
                log.error("name_contradicts", message, sheet=row.sheet, row=row.row, column="姓名", value=row.name)
                return None
            return found
        place = (row.name, row.school_class) if row.school_class is not None else None
        candidates = self.by_place.get(place, []) if place is not None else self.by_name.get(row.name, [])
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            message = "有不止一名同名学生，分不清是谁。请填写学籍号。"
            log.error("name_ambiguous", message, sheet=row.sheet, row=row.row, column="姓名", value=row.name)
        else:
            message = "学生名册里没有这名学生。请检查姓名和班级，或先导入学生名册。"
            log.error("pupil_unknown", message, sheet=row.sheet, row=row.row, column="姓名", value=row.name)
        return None

    def mentor(self, row: PairRow, log: ImportLog) -> int | None:
        """The slot that a cell means, `甲/乙` for a shared one; logs an error if there is none."""
        names = [name for part in SHARED.split(row.mentor) if (name := clean_name(part))]
        slots: set[int] = set()
        code, message = "", ""
        for name in names:
            teachers = self._teachers.get(name) or self._teachers.get(name.upper(), [])
            if not teachers:
                code, message = "teacher_unknown", "教师名册里没有这位老师。请先导入教师名册，或检查姓名。"
            elif len({teacher.pk for teacher in teachers}) > 1:
                code, message = "teacher_ambiguous", "有几位老师同名，分不清是谁。请在这一格改写工号。"
            elif teachers[0].pk not in self.slot_of:
                code, message = "slot_missing", "这位老师本学年还没有担任导师。请先导入导师团，或在班级页面加入。"
            else:
                slots.add(self.slot_of[teachers[0].pk])
        if not code and len(slots) == 1:
            return slots.pop()
        if not code:
            code, message = "slot_conflict", "这几位老师不在同一个导师名额里。每名学生只有一位导师，请只写一位。"
        log.error(code, message, sheet=row.sheet, row=row.row, column="导师", value=row.mentor)
        return None


@dataclass(slots=True)
class _Writing:
    """What is to be written, gathered while comparing."""

    actor: Actor
    year: SchoolYear
    pairs: dict[int, int] = field(default_factory=dict)

    def run(self, _accepted: frozenset[str]) -> None:
        """Write everything; the caller holds the transaction."""
        if self.pairs:
            pairs = list(self.pairs.items())
            assign_pupils(actor=self.actor, year=self.year, pairs=pairs, origin=AssignmentOrigin.IMPORT)


def _check_cap(pairs: dict[int, int], stored: _Stored, log: ImportLog) -> None:
    """Who would be pushed past the cap without an exception (1:15, Guyi plan 四(二)), and who has room."""
    change = Counter(pairs.values())
    change.subtract(Counter(stored.assigned[pupil] for pupil in pairs if pupil in stored.assigned))
    after = {pk: mentor.load + change[pk] for pk, mentor in stored.mentors.items()}
    free = {pk: mentor.capacity - after[pk] for pk, mentor in stored.mentors.items() if after[pk] < mentor.capacity}
    for pk, mentor in stored.mentors.items():
        if change[pk] > 0 and after[pk] > mentor.capacity:
            more = after[pk] - mentor.capacity
            hosts = "、".join(f"{stored.names(p)}（还可带 {places} 人）" for p, places in list(free.items())[:3])
            help_by = f"可把 {more} 名学生改给{hosts}，或" if hosts else ""
            message = (
                f"{stored.names(pk)}老师将有 {after[pk]} 名学生，超过上限 {mentor.capacity} 名。"
                f"{help_by}请德育室先批准超额，再重新核对。"
            )
            log.error("cap_reached", message, column="导师", value=stored.names(pk))
