"""德育室's dashboard: this term from the school down to the pupil, in a handful of grouped queries.

Classes stand in teaching order and mentors in their team's order: the national rules of November 2025 forbid ranking
teachers, so nothing here sorts by completion.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from mentors.models.slots import Assignment
from mentors.staff.queries.training import TrainingTally, training_tally
from records.enums import TickState
from records.models.records import Tick
from schools.calendar import YearCalendar
from schools.enums import ActionKind, Anchor
from schools.models import Grade, SchoolClass, Term
from schools.queries import OwedAction, Window
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
class OpenWindow:
    """An action whose window is open on the day, and for how many it is still to be done."""

    progress: Progress
    window: Window
    days_left: int
    # Whether its last week has begun.
    is_due: bool


@dataclass(frozen=True, slots=True)
class Overdue:
    """An action whose window is over and that is still to be done for `open` pupils 已过期仍未完成."""

    action: ActionKind
    label: str
    term: Term
    window: Window
    open: int


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


def owed_actions(calendar: YearCalendar) -> tuple[OwedAction, ...]:
    """The required actions of the plan, in its order."""
    return tuple(a for a in calendar.rules.actions if a.required)


def _covered(calendar: YearCalendar) -> set[int]:
    """Grades that the plan covers: matched ones, and those that owe an action."""
    return set(calendar.rules.matching) | {g for a in owed_actions(calendar) for g in a.grade_ids}


def done_ticks(calendar: YearCalendar, action: OwedAction, prefix: str = "") -> Q:
    """Done ticks of the action in the term, or, for a yearly one, in the year."""
    return Q(
        **{
            f"{prefix}period": calendar.period_of(action),
            f"{prefix}action": action.action,
            f"{prefix}state": TickState.DONE,
        }
    )


def any_done(calendar: YearCalendar, prefix: str = "") -> Q:
    conditions = (done_ticks(calendar, action, prefix) for action in owed_actions(calendar))
    return reduce(or_, conditions, Q(pk__in=[]))


def covered_pupils(actor: Actor, calendar: YearCalendar) -> EnrolmentQuerySet:
    """The present pupils of all covered grades."""
    return Enrolment.objects.in_school(actor).lasting(calendar.year).filter(school_class__grade__in=_covered(calendar))


def has_mentor(calendar: YearCalendar) -> Exists:
    return Exists(Assignment.objects.lasting(calendar.year).main().filter(pupil=OuterRef("pupil")))


def covered_classes(actor: Actor, calendar: YearCalendar) -> SchoolClassQuerySet:
    """The classes of the covered grades in teaching order, grade at hand."""
    return SchoolClass.objects.visible_to(actor).of_year(calendar.year).filter(grade__in=_covered(calendar))


def find_dashboard(actor: Actor, calendar: YearCalendar, *, grade_id: int | None = None) -> Dashboard:
    """The term in figures, for the school or one grade: five queries whatever the number of classes.

    A pupil without a tick is open; a tick of a yearly action is the year's.
    """
    classes = list(covered_classes(actor, calendar))
    enrolments = covered_pupils(actor, calendar)
    if grade_id is not None:
        classes = [c for c in classes if c.grade_id == grade_id]
        enrolments = enrolments.filter(school_class__grade=grade_id)
    actions = owed_actions(calendar)
    counts: dict[str, Count] = {
        f"done_{a.action}": Count("pupil", filter=done_ticks(calendar, a, "pupil__ticks__"), distinct=True)
        for a in actions
    }
    figures: dict[int, Mapping[str, Any]] = {
        row["school_class_id"]: row
        for row in enrolments.values("school_class_id")
        .annotate(
            pupils=Count("pupil", distinct=True),
            touched=Count("pupil", filter=any_done(calendar, "pupil__ticks__"), distinct=True),
            **counts,
        )
        .order_by()
    }
    mentored = dict(
        enrolments.filter(has_mentor(calendar)).values_list("school_class_id").annotate(n=Count("pk")).order_by()
    )
    by_grade: dict[int, list[ClassRow]] = defaultdict(list)
    for school_class in classes:
        row = figures.get(school_class.pk, {})
        size = row.get("pupils", 0)
        owed = [a for a in actions if school_class.grade_id in a.grade_ids]
        progress = tuple(
            Progress(
                a.action,
                calendar.label(a.action),
                row.get(f"done_{a.action}", 0) if a in owed else 0,
                size if a in owed else 0,
            )
            for a in actions
        )
        untouched = size - row.get("touched", 0) if owed else 0
        tally = Tally(size, mentored.get(school_class.pk, 0), untouched, progress)
        by_grade[school_class.grade_id].append(ClassRow(school_class, tally))
    blocks = tuple(
        GradeBlock(rows[0].school_class.grade, tuple(rows), _sum(calendar, [r.tally for r in rows]))
        for rows in by_grade.values()
    )
    tally = _sum(calendar, [b.tally for b in blocks])
    return Dashboard(
        calendar,
        blocks,
        tally,
        _open_windows(calendar, tally, actor.today),
        find_overdue(calendar, enrolments),
        training_tally(actor, calendar.term),
    )


def _sum(calendar: YearCalendar, tallies: Sequence[Tally]) -> Tally:
    return Tally(
        pupils=sum(t.pupils for t in tallies),
        mentored=sum(t.mentored for t in tallies),
        untouched=sum(t.untouched for t in tallies),
        actions=tuple(
            Progress(
                action.action,
                calendar.label(action.action),
                sum(t.actions[index].done for t in tallies),
                sum(t.actions[index].total for t in tallies),
            )
            for index, action in enumerate(owed_actions(calendar))
        ),
    )


def _open_windows(calendar: YearCalendar, tally: Tally, today: datetime.date) -> tuple[OpenWindow, ...]:
    result: list[OpenWindow] = []
    for action, progress in zip(owed_actions(calendar), tally.actions, strict=True):
        # "Any time of the year" is no window that one could miss.
        if action.anchor == Anchor.YEAR or not progress.open:
            continue
        result += [
            OpenWindow(progress, window, (window.due_on - today).days, window.closes_soon(today))
            for window in calendar.windows(action)
            if window.contains(today)
        ]
    return tuple(sorted(result, key=lambda w: w.window.due_on))


def find_overdue(calendar: YearCalendar, enrolments: EnrolmentQuerySet) -> tuple[Overdue, ...]:
    """What was to be done by a day of this year that has passed and is still open for some of `enrolments`.

    One query, none while no window is over. The list behind a figure is `pupils_to_show` with the action, in its term.
    """
    over = calendar.over_windows()
    if not over:
        return ()
    counts = {
        f"open_{index}": Count(
            "pk",
            filter=Q(school_class__grade__in=owed.grade_ids)
            & ~Q(Exists(Tick.objects.filter(done_ticks(calendar.in_term(term.number), owed), pupil=OuterRef("pupil")))),
        )
        for index, (owed, term, _) in enumerate(over)
    }
    found = enrolments.order_by().aggregate(**counts)
    return tuple(
        Overdue(owed.action, calendar.label(owed.action), term, window, found[f"open_{index}"])
        for index, (owed, term, window) in enumerate(over)
        if found[f"open_{index}"]
    )


def grades_of(actor: Actor) -> QuerySet[Grade]:
    """The grades of the actor's school."""
    return Grade._default_manager.filter(school=actor.school_id or 0)
