"""A list of pupils with their mentor → plan of assignments, within the one cap.

Pupils are matched by 学籍号, else by name and class if that is unique; mentors are slots that exist in the year. What
the list leaves open (no mentor written beneath one) is asked, and done only with a tick.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.actors import Actor
from core.importlog import ImportLog, Level, rows_text
from core.importplan import ChangeKind, Choice, ChoiceGroup, FieldChange, PlannedChange
from core.text import clean_text
from jobs.importers import ClassFinder, ImportPlan, ImportRequest
from mentors.enums import AssignmentOrigin
from mentors.roster.imports.blocks import find_blocks
from mentors.roster.imports.people import People
from mentors.roster.imports.rows import BlockReader
from mentors.roster.imports.shapes import COLUMNS, PairRow
from mentors.roster.imports.stored import Stored
from mentors.services.assignments import assign_pupils
from schools.models import SchoolYear

# More runs of blanks than this are asked by mentor: nobody ticks hundreds of boxes.
SINGLE_RUNS = 60
_CARRY = ChoiceGroup(
    "没有写导师的行",
    "勾选后，这些学生归上一行写的导师。不勾选的不变动。导师写在所带学生的中间或最后的表，请不要勾选，改为每一行写明导师。",
)

_CLASS = ChoiceGroup("没有写班级的行", "别的班有同名的学生。勾选后按上面写的班级；不勾选的不变动。")


def plan_pairs(request: ImportRequest, stored: Stored | None = None) -> ImportPlan:
    """Compare the list with the stored assignments. Six queries whatever its length."""
    log = ImportLog()
    classes = ClassFinder(request, log)
    stored = stored or Stored(request.actor, request.year)
    blocks, columns = find_blocks(request, stored, classes, log)
    rows: list[PairRow] = []
    seen = 0
    for block in blocks:
        reader = BlockReader(block, stored, classes, log)
        reader.read()
        rows += reader.rows
        seen += reader.seen
    if blocks and not seen and not log.has_errors:
        log.error("no_rows", "表头下面没有学生。请检查文件内容。")
    writing = _Writing(request.actor, request.year)
    plan = ImportPlan(log=log, write=writing.run, rows=seen)
    chosen: dict[int, PairRow] = {}
    mentors = _Mentors(stored, log)
    for row in sorted(rows, key=lambda row: row.run is not None):
        mentor, pupil = mentors.of(row), stored.pupil(row, log)
        if pupil is None or mentor is None:
            continue
        first = chosen.setdefault(pupil.pk, row)
        if first is not row:
            _repeated(row, first, log)
            continue
        mentors.count(row, mentor)
        before = stored.assigned.get(pupil.pk)
        if before == mentor:
            plan.unchanged += 1
            continue
        fields = (FieldChange("导师", stored.names(before) if before else "", stored.names(mentor)),)
        kind = ChangeKind.CHANGED if before else ChangeKind.NEW
        subject = f"{pupil.school_class.label} {pupil.name}"
        change = PlannedChange(kind, subject, fields, row.sheet, row.row)
        if row.run is None and not row.class_asked:
            plan.changes.append(change)
            writing.pairs[pupil.pk] = mentor
        else:
            writing.asked.append((row, change, pupil.pk, mentor))
    mentors.compare()
    _check_cap(writing.pairs, stored, log)
    if writing.asked:
        _tell_asked(writing, log)
        if not log.has_errors:
            _check_cap(writing.pairs | {pupil: mentor for *_, pupil, mentor in writing.asked}, stored, log, asked=True)
    writing.plan = plan
    plan.choices = tuple(writing.questions())
    plan.columns, plan.fields = columns, tuple((spec.key, spec.label) for spec in COLUMNS)
    plan.spellings, plan.unread_classes = classes.spellings, classes.unread
    return plan


class _Mentors:
    """The slot of each cell that names mentors, read once; their head counts against the pupils of the list."""

    def __init__(self, stored: Stored, log: ImportLog) -> None:
        self._stored = stored
        self._log = log
        self._read: dict[tuple[str, int, str], tuple[int | None, People]] = {}
        self._stated: dict[int, list[tuple[PairRow, int]]] = {}
        self._counted: Counter[int] = Counter()

    def of(self, row: PairRow) -> int | None:
        """The slot that the row's mentor means; what is wrong, or set aside, is logged once for each cell."""
        cell = (row.sheet, row.mentor_row, row.mentor)
        if cell not in self._read:
            people = self._stored.teachers(row.mentor)
            slot = self._stored.mentor(row, people, self._log)
            self._read[cell] = (slot, people)
            for word in people.aside if slot is not None else ():
                level = Level.WARNING if people.strange else Level.INFO
                message = "导师姓名旁边的这几个字不是姓名的一部分，没有导入。"
                self._log.add(
                    level,
                    "words_aside",
                    message,
                    value=word,
                    sheet=row.sheet,
                    row=row.mentor_row,
                    column=row.mentor_column,
                )
            if slot is not None and people.count is not None:
                self._stated.setdefault(slot, []).append((row, people.count))
        return self._read[cell][0]

    def count(self, row: PairRow, slot: int) -> None:
        """One more pupil of the list."""
        self._counted[slot] += 1

    def compare(self) -> None:
        """Say where a stated head count is not that of the list."""
        for slot, stated in self._stated.items():
            for row, count in stated:
                read = self._counted[slot]
                place = {"sheet": row.sheet, "column": row.mentor_column, "value": clean_text(row.mentor)}
                if read == count:
                    message = f"写着 {count} 人，与读到的学生数一致。"
                    self._log.info("headcount_aside", message, row=row.mentor_row, **place)
                else:
                    message = f"写着 {count} 人，这份名单里读到 {read} 人。请核对。"
                    self._log.warning("headcount_differs", message, row=row.mentor_row, **place)


def _tell_asked(writing: "_Writing", log: ImportLog) -> None:
    runs = [row for row, *_ in writing.asked if row.run is not None]
    message = f"共有 {len(runs)} 行没有写导师，不打勾就不变动；确认时打勾的，归上一行写的导师。"
    for row in runs:
        value = clean_text(row.mentor)
        log.warning("mentor_carried", message, sheet=row.sheet, row=row.row, column=row.mentor_column, value=value)
    classes = [row for row, *_ in writing.asked if row.class_asked]
    message = f"共有 {len(classes)} 行没有写班级，别的班有同名的学生，不打勾就不变动；确认时打勾的，按上面写的班级。"
    for row in classes:
        log.warning("class_carried", message, sheet=row.sheet, row=row.row, column="班级", value=row.name)


def _repeated(row: PairRow, first: PairRow, log: ImportLog) -> None:
    if clean_text(row.mentor) == clean_text(first.mentor):
        message = f"与第 {first.row} 行是同一名学生，只导入一次。"
        log.warning("row_repeated", message, sheet=row.sheet, row=row.row, column=row.pupil_column, value=row.name)
    else:
        message = f"与第 {first.row} 行是同一名学生，导师却不同。每名学生只有一位导师，请只留一行。"
        log.error(
            "mentor_contradicts", message, sheet=row.sheet, row=row.row, column=row.mentor_column, value=row.mentor
        )


@dataclass(slots=True)
class _Writing:
    """What is to be written, gathered while comparing."""

    actor: Actor
    year: SchoolYear
    pairs: dict[int, int] = field(default_factory=dict)
    # Row, change, pupil and mentor of what happens only with a tick.
    asked: list[tuple[PairRow, PlannedChange, int, int]] = field(default_factory=list)
    plan: ImportPlan | None = None
    # Each run of blanks is asked for itself, unless they are many.
    single: bool = True

    def questions(self) -> Iterable[Choice]:
        """One for each run of blanks or, if they are many, for each mentor."""
        self.single = len({id(row.run) for row, *_ in self.asked if row.run is not None}) <= SINGLE_RUNS
        asked: dict[str, list[PairRow]] = {}
        for row, *_ in self.asked:
            for key in self._keys(row):
                asked.setdefault(key, []).append(row)
        sheets = {row.sheet for row, *_ in self.asked}
        for key, rows in asked.items():
            where = f"{rows[0].sheet}：" if len(sheets) > 1 else ""
            numbers = rows_text(row.row for row in rows)
            who = f"（{len(rows)} 名学生）" if len(rows) > 1 else f"（{rows[0].name}）"
            if key.startswith("class:") and rows[0].school_class is not None:
                label = rows[0].school_class.label
                yield Choice(key, f"{where}第 {numbers} 行没有写班级，按上面写的“{label}”？{who}", _CLASS)
            else:
                mentor = clean_text(rows[0].mentor)
                yield Choice(key, f"{where}第 {numbers} 行没有写导师，沿用上一行的“{mentor}”？{who}", _CARRY)

    def _keys(self, row: PairRow) -> list[str]:
        """The questions on which a row depends."""
        keys = []
        if row.run is not None and self.single:
            keys.append(f"carry:{row.sheet}:{row.run.first}-{row.run.last}:{row.run.mentor}")
        elif row.run is not None:
            keys.append(f"carry:{row.sheet}:{clean_text(row.mentor)}")
        if row.class_asked and row.school_class is not None:
            keys.append(f"class:{row.sheet}:{row.school_class.label}")
        return keys

    def run(self, accepted: frozenset[str]) -> None:
        """Write everything; the caller holds the transaction."""
        for row, change, pupil, mentor in self.asked:
            if accepted.issuperset(self._keys(row)):
                self.pairs[pupil] = mentor
                if self.plan is not None:
                    self.plan.changes.append(change)
        if self.pairs:
            pairs = list(self.pairs.items())
            assign_pupils(actor=self.actor, year=self.year, pairs=pairs, origin=AssignmentOrigin.IMPORT)


def _check_cap(pairs: dict[int, int], stored: Stored, log: ImportLog, *, asked: bool = False) -> None:
    """Who would be pushed past the cap without an exception (1:15, Guyi plan 四(二)), and who has room.

    `asked`: with everything that is only asked, which refuses nothing yet.
    """
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
            if asked:
                message = f"如果全部打勾，{message}"
            level = Level.WARNING if asked else Level.ERROR
            log.add(level, "cap_reached", message, column="导师", value=stored.names(pk))
