"""The workbook 本学期已完成 → plan of records that are brought in from paper.

What was done on a day that nobody noted is put on the day by which the plan wanted it, or, while that is still to come,
on the term's first day; it is the same record however often the list comes in. Equal records are never doubled.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Value

from core.clock import cn_day
from core.importlog import CellPlace, ImportLog
from core.importplan import ChangeKind, FieldChange, PlannedChange
from jobs.importers import ClassFinder, ImportPlan, ImportRequest
from records.desk.imports.people import PaperPeople
from records.desk.imports.rows import COLUMNS, DoneRow, read_done
from records.desk.services.paper import PaperRecord, bring_in
from records.enums import LetterState
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.calendar import YearCalendar
from schools.enums import ActionKind, VisitOutcome
from schools.models import SchoolYear, Term

Key = tuple[int, ActionKind]
_DONE: Final = VisitOutcome.COMPLETED


@dataclass(slots=True)
class StoredDone:
    """The days of a year's present records by pupil and action, and in which terms; letters by their state."""

    days: dict[Key, set[datetime.date]] = field(default_factory=lambda: defaultdict(set))
    terms: dict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))
    letters: dict[tuple[int, int], str] = field(default_factory=dict)

    @classmethod
    def of(cls, year: SchoolYear) -> "StoredDone":
        """Read them. Three queries."""
        stored = cls()
        visits = HomeVisit.objects.present().filter(term__year=year).order_by()
        talks = HeartTalk.pupils.through._default_manager.filter(
            hearttalk__deleted_at=None, hearttalk__term__year=year
        ).order_by()
        for action, rows in (
            (ActionKind.VISIT, visits.values_list("pupil_id", "date", "term_id", "outcome")),
            (ActionKind.TALK, talks.values_list("pupil_id", "hearttalk__date", "hearttalk__term_id", Value(_DONE))),
        ):
            for pupil_id, day, term_id, outcome in rows:
                stored.days[pupil_id, action].add(day)
                if outcome == _DONE:
                    stored.terms[pupil_id, action].add(term_id)
        letters = GrowthLetter.objects.present().filter(term__year=year).order_by()
        stored.letters = {(p, t): state for p, t, state in letters.values_list("pupil_id", "term_id", "state")}
        return stored


def plan_done(request: ImportRequest) -> ImportPlan:
    """Compare the list with the records of the request's year. Ten queries whatever its length."""
    log = ImportLog()
    classes = ClassFinder(request, log)
    people = PaperPeople(request, classes)
    done = read_done(request, classes=classes, people=people, log=log)
    planner = _Planner(request, StoredDone.of(request.year), log)

    def write(_accepted: frozenset[str]) -> None:
        bring_in(actor=request.actor, year=request.year, records=planner.records)

    plan = ImportPlan(log=log, write=write, rows=done.seen, columns=done.columns)
    # Days first: a √ beside them says nothing more.
    fields: dict[int, list[FieldChange]] = {id(row): planner.dated(row) for row in done.rows}
    for row in done.rows:
        fields[id(row)] += planner.undated(row)
    for row in done.rows:
        if found := fields[id(row)]:
            plan.changes.append(PlannedChange(ChangeKind.NEW, row.pupil.subject, tuple(found), row.sheet, row.row))
        else:
            plan.unchanged += 1
    planner.tell()
    plan.fields = tuple((spec.key, spec.label) for spec in COLUMNS)
    plan.spellings, plan.unread_classes = classes.spellings, classes.unread
    return plan


class _Planner:
    def __init__(self, request: ImportRequest, stored: StoredDone, log: ImportLog) -> None:
        self.records: list[PaperRecord] = []
        self._calendar = request.actor.calendar.of(request.year)
        self._today = request.actor.today
        self._stored = stored
        self._log = log
        # Where each pupil's day, and letter of a term, stands first in the list.
        self._first: dict[tuple[int, ActionKind, datetime.date], int] = {}
        self._letter: dict[tuple[int, int], tuple[int, datetime.date]] = {}
        self._fallback: dict[tuple[ActionKind, int], datetime.date] = {}

    def dated(self, row: DoneRow) -> list[FieldChange]:
        """What the row's days add."""
        changes = []
        for action, days in row.days.items():
            for day in days:
                term = self._calendar.term_for(day)
                if self._take(row, action, day, term):
                    changes.append(self._add(row, action, day, term))
        return changes

    def undated(self, row: DoneRow) -> list[FieldChange]:
        """What a √ without a day adds, where nothing of the term is known yet."""
        changes = []
        for action in row.undated:
            term = self._calendar.term
            if term.pk in self._stored.terms[row.pupil.pk, action] or not self._may_write(row, action, term):
                continue
            day = self._day_of(action, row.pupil.grade_id)
            message = f"打“√”没有写日期的，按{cn_day(day)}登记。知道日期的，请改写成日期。"
            self._log.info("day_unknown", message, **self._place(row, action), value=row.pupil.name)
            self._stored.terms[row.pupil.pk, action].add(term.pk)
            changes.append(self._add(row, action, day, term))
        return changes

    def tell(self) -> None:
        """Where the records come to stand."""
        if self.records:
            message = "导入的记录都标明“纸质补录”，记在导师名下，本人可以补写内容；不会提醒老师，也不会通知家长。"
            self._log.info("from_paper", message)

    def _take(self, row: DoneRow, action: ActionKind, day: datetime.date, term: Term) -> bool:
        """Whether the day is new; what stands there twice is told."""
        if action == ActionKind.LETTER:
            if self._letter.setdefault((row.pupil.pk, term.pk), (row.row, day)) != (row.row, day):
                message = "一个学期只有一份书面反馈，这里写了不止一个日期。请只留一个。"
                self._log.error("letter_twice", message, **self._place(row, action), value=row.pupil.name)
                return False
            return self._may_write(row, action, term)
        first = self._first.setdefault((row.pupil.pk, action, day), row.row)
        if first != row.row:
            message = f"与第 {first} 行是同一名学生的同一天，只导入一次。"
            self._log.warning("row_repeated", message, **self._place(row, action), value=row.pupil.name)
            return False
        self._stored.terms[row.pupil.pk, action].add(term.pk)
        return day not in self._stored.days[row.pupil.pk, action]

    def _may_write(self, row: DoneRow, action: ActionKind, term: Term) -> bool:
        """Whether a letter of the term can be put down; everything else always."""
        if action != ActionKind.LETTER:
            return True
        state = self._stored.letters.get((row.pupil.pk, term.pk))
        if state in (LetterState.DRAFT, LetterState.RETURNED):
            message = "导师正在这里写这一份，没有改动。写在纸上的，请导师点“已手写完成”。"
            self._log.warning("letter_begun", message, **self._place(row, action), value=row.pupil.name)
        if state is None and row.credited.slot_id is None:
            message = "这名学生和这位老师本学年都没有导师名额，书面反馈不知道归谁。请先安排导师。"
            self._log.error("slot_missing", message, **self._place(row, action), value=row.pupil.name)
            return False
        return state is None

    def _add(self, row: DoneRow, action: ActionKind, day: datetime.date, term: Term) -> FieldChange:
        who = row.credited
        self.records.append(
            PaperRecord(
                action=action,
                pupil_id=row.pupil.pk,
                term=term,
                date=day,
                author_id=who.author_id,
                teacher_ids=who.teachers if action == ActionKind.VISIT else (),
                mentor_id=(who.slot_id or 0) if action == ActionKind.LETTER else 0,
            )
        )
        if action == ActionKind.LETTER:
            self._stored.letters[row.pupil.pk, term.pk] = LetterState.HANDED_IN
        label = self._calendar.label(action)
        elsewhere = "" if term == self._calendar.term else f"，算{term.short_name}"
        return FieldChange(label, "", f"{label} {cn_day(day)}{elsewhere}")

    def _day_of(self, action: ActionKind, grade_id: int) -> datetime.date:
        """As `day_unnoted`, reckoned once for each grade."""
        key = (action, grade_id)
        if key not in self._fallback:
            self._fallback[key] = day_unnoted(self._calendar, action, grade_id, self._today)
        return self._fallback[key]

    def _place(self, row: DoneRow, action: ActionKind) -> CellPlace:
        return {"sheet": row.sheet, "row": row.row, "column": row.headings[action]}


def day_unnoted(calendar: YearCalendar, action: ActionKind, grade_id: int, today: datetime.date) -> datetime.date:
    """Where something of the term stands that was done on a day nobody noted; never in the future.

    The last day of the grade's latest window of the term that is over, else the term's first day.
    """
    owed = calendar.rules.owed(action, grade_id)
    over = [w.due_on for w in calendar.windows(owed) if w.due_on < today] if owed is not None else []
    within_term = [day for day in over if calendar.term_for(day) == calendar.term]
    return max(within_term, default=min(calendar.term.starts_on, today))
