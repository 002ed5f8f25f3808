"""德育室's dashboard: this term from the school down to the pupil, in a handful of grouped queries.

Classes stand in teaching order and mentors in their team's order: the national rules of November 2025 forbid ranking
teachers, so nothing here sorts by completion.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final, TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from core.kept import kept
from core.keysets import KeySet
from mentors.models.slots import Assignment
from mentors.staff.queries.training import TrainingTally, training_tally
from records.desk.queries.year_records import TickLine
from records.enums import TickState
from records.models.records import Tick
from schools.calendar import YearCalendar
from schools.enums import ActionKind
from schools.models import Grade, SchoolClass, SchoolYear, Term
from schools.queries import Due, OwedAction, Window
from schools.querysets import SchoolClassQuerySet
from students.models import Enrolment
from students.querysets import EnrolmentQuerySet

#: With more classes the dashboard folds its grades.
FOLDED_FROM: Final = 24


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one action is; `total` counts only those who are owed it."""

    action: ActionKind
    label: str
    done: int
    total: int

    @property
    def open(self) -> int:
        """Those for whom it is still to be done."""
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of a class, a grade or the school. `untouched`: owed pupils for whom nothing was done yet."""

    pupils: int
    mentored: int
    untouched: int
    actions: tuple[Progress, ...]

    @property
    def unmentored(self) -> int:
        """Pupils without a mentor."""
        return self.pupils - self.mentored


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class on the dashboard."""

    school_class: SchoolClass
    tally: Tally


@dataclass(frozen=True, slots=True)
class GradeBlock:
    """A grade with its classes in teaching order."""

    grade: Grade
    rows: tuple[ClassRow, ...]
    tally: Tally

    @property
    def place(self) -> str:
        """As the list of pupils asks for the grade: `?place=`."""
        return f"g{self.grade.pk}"


@dataclass(frozen=True, slots=True)
class WindowGrades:
    """The grades that a window is for, where others have another one: in words, and as `?place=` if it is one."""

    label: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """An action whose window is open on the day, and for how many it is still to be done."""

    progress: Progress
    window: Window
    days_left: int
    # Whether its last week has begun.
    is_due: bool
    grades: WindowGrades = WindowGrades()


@dataclass(frozen=True, slots=True)
class Overdue:
    """An action whose window is over and that is still to be done for `open` pupils 已过期仍未完成.

    `is_before`: the window was over before the school began to write here 使用本系统以前, so that nobody is behind.
    """

    action: ActionKind
    label: str
    term: Term
    window: Window
    open: int
    grades: WindowGrades = WindowGrades()
    is_before: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One term of the school, or of one of its grades."""

    calendar: YearCalendar
    blocks: tuple[GradeBlock, ...]
    tally: Tally
    windows: tuple[OpenWindow, ...]
    overdue: tuple[Overdue, ...]
    # The mentors' training in the term, of the whole school.
    training: TrainingTally

    @property
    def is_long(self) -> bool:
        """More classes than a screen or two: grades are folded, and one jumps to them."""
        return sum(len(block.rows) for block in self.blocks) > FOLDED_FROM


#: From an enrolment to its grade.
OWN_GRADE: Final = "school_class__grade"


def _covered(calendar: YearCalendar) -> set[int]:
    """Grades that the plan covers: matched ones, and those that owe an action."""
    return set(calendar.rules.matching) | calendar.rules.grades_owing(*calendar.rules.required)


def owing(calendar: YearCalendar, *actions: ActionKind, grade: str = OWN_GRADE) -> Q:
    """Rows of pupils who are owed one of `actions` by the plan; `grade` leads from the row to their grade."""
    return Q(**{f"{grade}__in": calendar.rules.grades_owing(*actions)})


def done(calendar: YearCalendar, *actions: ActionKind, grade: str = OWN_GRADE) -> Q:
    """Rows, joined with their pupil's ticks, that are done with one of `actions` as the plan asks it of their grade.

    In the term, or, for what a grade owes once a year, in the year.
    """
    rules = [rule for action in actions for rule in calendar.rules.of(action, required=True)]
    conditions = (Q(**{f"{grade}__in": r.grade_ids}) & _done_ticks(calendar, r, "pupil__ticks__") for r in rules)
    return reduce(or_, conditions, Q(pk__in=[]))


def done_with(calendar: YearCalendar, rule: OwedAction) -> Q:
    """Enrolments of pupils of the rule's grades who are done with it."""
    ticks = Tick.objects.filter(_done_ticks(calendar, rule), pupil=OuterRef("pupil"))
    return Q(Exists(ticks), school_class__grade__in=rule.grade_ids)


def still_open(calendar: YearCalendar, rules: Iterable[OwedAction]) -> Q:
    """Enrolments of pupils for whom what one of `rules` asks of their grade is still to be done."""
    conditions = (Q(school_class__grade__in=rule.grade_ids) & ~done_with(calendar, rule) for rule in rules)
    return reduce(or_, conditions, Q(pk__in=[]))


def _done_ticks(calendar: YearCalendar, rule: OwedAction, prefix: str = "") -> Q:
    """Done ticks of the rule's action in the term, or, for a yearly one, in the year."""
    return Q(
        **{
            f"{prefix}period": calendar.period_of(rule),
            f"{prefix}action": rule.action,
            f"{prefix}state": TickState.DONE,
        }
    )


def covered_pupils(actor: Actor, calendar: YearCalendar) -> EnrolmentQuerySet:
    """The present pupils of all covered grades."""
    return Enrolment.objects.in_school(actor).lasting(calendar.year).filter(school_class__grade__in=_covered(calendar))


def has_mentor(calendar: YearCalendar) -> Exists:
    return Exists(Assignment.objects.lasting(calendar.year).main().filter(pupil=OuterRef("pupil")))


def covered_classes(actor: Actor, calendar: YearCalendar) -> list[SchoolClass]:
    """The classes of the covered grades in teaching order, grade at hand. One query."""
    return _classes(actor, calendar.year, _covered(calendar))


@kept
def _classes(actor: Actor, year: SchoolYear, grade_ids: Collection[int]) -> SchoolClassQuerySet:
    return SchoolClass.objects.visible_to(actor).of_year(year).filter(grade_id__in=grade_ids)


#: Ticks of one action in one period, by its key.
_Asked: TypeAlias = tuple[int, ActionKind]


def _asked(calendar: YearCalendar, rule: OwedAction) -> _Asked:
    return calendar.period_of(rule).pk, rule.action


def _asked_in(calendar: YearCalendar, due: Due) -> list[tuple[frozenset[int], _Asked]]:
    """Of which grades a window of any term asks what."""
    own = calendar.in_term(due.term.number)
    return [(rule.grade_ids, _asked(own, rule)) for rule in due.rules]


class _Pupils:
    """The pupils of a dashboard by keys: class by class, those with a mentor, those done with what is asked.

    Three plain reads of one table each, put together here. A join is what a database plans by its statistics, and these
    know nothing of a year or term that has just begun: the same figures then took PostgreSQL seconds.
    """

    def __init__(self, actor: Actor, calendar: YearCalendar, over: Iterable[Due]) -> None:
        asked = {_asked(calendar, rule) for rule in calendar.rules.actions if rule.required}
        asked |= {one for due in over for _, one in _asked_in(calendar, due)}
        self.of_class: dict[int, frozenset[int]] = dict(_by_class(actor, calendar.year))
        self.mentored: frozenset[int] = frozenset().union(*_mentored(calendar.year))
        done = _done_in({period for period, _ in asked})
        self.done: defaultdict[_Asked, frozenset[int]] = defaultdict(
            frozenset, {(period_id, action): pupils for period_id, action, pupils in done}
        )


_KEYS: Final = KeySet("pupil_id")


@kept
def _by_class(actor: Actor, year: SchoolYear) -> QuerySet[Enrolment, tuple[int, frozenset[int]]]:
    rows = Enrolment.objects.in_school(actor).lasting(year)
    return rows.order_by().values_list("school_class_id").annotate(keys=_KEYS)


@kept
def _mentored(year: SchoolYear) -> QuerySet[Any, Any]:
    rows = Assignment.objects.lasting(year).main()
    return rows.order_by().values("year_id").annotate(keys=_KEYS).values_list("keys", flat=True)


@kept
def _done_in(period_ids: Collection[int]) -> QuerySet[Tick, tuple[int, ActionKind, frozenset[int]]]:
    rows = Tick.objects.done().filter(period_id__in=period_ids)
    return rows.order_by().values_list("period_id", "action").annotate(keys=_KEYS)


def find_dashboard(actor: Actor, calendar: YearCalendar, *, grade_id: int | None = None) -> Dashboard:
    """The term in figures, for the school or one grade: five queries whatever the number of classes.

    A pupil without a tick is open; a tick of a yearly action is the year's.
    """
    classes = covered_classes(actor, calendar)
    if grade_id is not None:
        classes = [c for c in classes if c.grade_id == grade_id]
    over = calendar.over_windows()
    pupils = _Pupils(actor, calendar, over)
    required = calendar.rules.required
    asked = [(rule, pupils.done[_asked(calendar, rule)]) for rule in calendar.rules.actions if rule.required]
    by_grade: dict[int, list[ClassRow]] = defaultdict(list)
    for school_class in classes:
        own = pupils.of_class.get(school_class.pk, frozenset())
        done = {rule.action: own & keys for rule, keys in asked if school_class.grade_id in rule.grade_ids}
        progress = tuple(
            Progress(a, calendar.label(a), len(done.get(a, ())), len(own) if a in done else 0) for a in required
        )
        untouched = len(own.difference(*done.values())) if done else 0
        tally = Tally(len(own), len(own & pupils.mentored), untouched, progress)
        by_grade[school_class.grade_id].append(ClassRow(school_class, tally))
    blocks = tuple(
        GradeBlock(rows[0].school_class.grade, tuple(rows), _sum(calendar, [r.tally for r in rows]))
        for rows in by_grade.values()
    )
    still = [
        sum(
            len(pupils.of_class.get(school_class.pk, frozenset()) - pupils.done[one])
            for grades, one in _asked_in(calendar, due)
            for school_class in classes
            if school_class.grade_id in grades
        )
        for due in over
    ]
    return Dashboard(
        calendar,
        blocks,
        _sum(calendar, [b.tally for b in blocks]),
        _open_windows(calendar, blocks, actor.today),
        _overdue(calendar, over, still, [block.grade for block in blocks]),
        training_tally(actor, calendar.term),
    )


def _sum(calendar: YearCalendar, tallies: Sequence[Tally]) -> Tally:
    return Tally(
        pupils=sum(t.pupils for t in tallies),
        mentored=sum(t.mentored for t in tallies),
        untouched=sum(t.untouched for t in tallies),
        actions=tuple(
            Progress(
                action,
                calendar.label(action),
                sum(t.actions[index].done for t in tallies),
                sum(t.actions[index].total for t in tallies),
            )
            for index, action in enumerate(calendar.rules.required)
        ),
    )


def _open_windows(calendar: YearCalendar, blocks: Sequence[GradeBlock], today: datetime.date) -> tuple[OpenWindow, ...]:
    result = []
    for due in calendar.open_windows(calendar.rules, today):
        # "Any time of the year" is no window that one could miss.
        if due.term != calendar.term or all(rule.any_day for rule in due.rules):
            continue
        own = [block for block in blocks if block.grade.pk in due.grade_ids]
        tally = _sum(calendar, [block.tally for block in own])
        progress = next(p for p in tally.actions if p.action == due.action)
        if progress.open:
            left = (due.window.due_on - today).days
            grades = _grades(calendar, due, [block.grade for block in blocks])
            result.append(OpenWindow(progress, due.window, left, due.window.closes_soon(today), grades))
    return tuple(sorted(result, key=lambda w: w.window.due_on))


def _grades(calendar: YearCalendar, due: Due, grades: Sequence[Grade]) -> WindowGrades:
    """Which of `grades` the window is for, if others of them have another one for the same action."""
    own = [grade for grade in grades if grade.pk in due.grade_ids]
    if not calendar.rules.grades_owing(due.action) & {grade.pk for grade in grades} - due.grade_ids:
        return WindowGrades()
    return WindowGrades("、".join(grade.name for grade in own), f"g{own[0].pk}" if len(own) == 1 else "")


def find_overdue(
    calendar: YearCalendar,
    pupils: Mapping[int, int],
    ticks: Mapping[tuple[int, int, str], TickLine],
    grades: Sequence[Grade],
) -> tuple[Overdue, ...]:
    """What was to be done by a day of this year that has passed and is still open for some of `pupils`. No query.

    `pupils` are the grades' keys by theirs, `ticks` those of the year (`YearRecords.ticks`), `grades` the pupils' own.
    The list behind a figure is `pupils_to_show` with the action, in its term.
    """
    done = {place for place, tick in ticks.items() if tick.state == TickState.DONE}
    over = calendar.over_windows()
    still = [
        sum(
            grade in owing and (pupil, *asked) not in done
            for owing, asked in _asked_in(calendar, due)
            for pupil, grade in pupils.items()
        )
        for due in over
    ]
    return _overdue(calendar, over, still, grades)


def _overdue(
    calendar: YearCalendar, over: Iterable[Due], still: Iterable[int], grades: Sequence[Grade]
) -> tuple[Overdue, ...]:
    """Those of the windows that are `over` for whose pupils something is `still` open."""
    return tuple(
        Overdue(
            due.action,
            calendar.label(due.action),
            due.term,
            due.window,
            count,
            _grades(calendar, due, grades),
            calendar.closed_before(due.window),
        )
        for due, count in zip(over, still, strict=True)
        if count
    )


def grades_of(actor: Actor) -> QuerySet[Grade]:
    """The grades of the actor's school."""
    return Grade._default_manager.filter(school=actor.school_id or 0)
