"""Reads that span the school tables, and the plan as one value; what holds on which day: `schools.calendar`."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

import chinese_calendar
from django.db.models import F, QuerySet
from django.utils.functional import SimpleLazyObject

from core.text import typed_key
from schools.contexts import Letterhead, PaperStyle, PaperWords, WindowRule
from schools.enums import (
    ActionKind,
    Anchor,
    Design,
    GradeNaming,
    KeyDateKind,
    MatchingMode,
    PeriodKind,
    SchoolKind,
    SchoolSystem,
)
from schools.grades import kind_of
from schools.labels import GradeName, GradeSense
from schools.models import (
    Grade,
    KeyDate,
    PaperSettings,
    Plan,
    PlanGrade,
    School,
)
from schools.querysets import Scope

#: A window closes soon in its last week: then mentors are reminded, and pages turn amber.
DUE_SOON: Final = datetime.timedelta(days=7)
_ACTION_COLUMNS: Final = ("pk", "action", "period", "count", "required", "accepted_outcomes")
_ORDER: Final = tuple(ActionKind)
_WINDOW_COLUMNS: Final = ("pk", "anchor", "opens_days", "due_days")


@dataclass(frozen=True, slots=True)
class OwedAction:
    """One rule of a plan version, detached from the database; of one action there may be several, for other grades."""

    action: ActionKind
    period: PeriodKind
    count: int
    required: bool
    windows: tuple[WindowRule, ...]
    accepted_outcomes: frozenset[str]
    grade_ids: frozenset[int]

    @property
    def any_day(self) -> bool:
        """Whether every day of the term or year will do: there is no window that one could miss."""
        return all(window.anchor == Anchor.YEAR for window in self.windows)


@dataclass(frozen=True, slots=True)
class Window:
    """The days, both included, in which an action is to be done."""

    opens_on: datetime.date
    due_on: datetime.date

    def contains(self, day: datetime.date) -> bool:
        """Whether `day` lies in the window."""
        return self.opens_on <= day <= self.due_on

    def closes_soon(self, day: datetime.date) -> bool:
        """Whether `day` lies in the window and its last week has begun."""
        return self.contains(day) and self.due_on - day <= DUE_SOON


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What a plan version asks for: the one value that ticks, pages, papers and reminders read."""

    plan: Plan
    actions: tuple[OwedAction, ...]
    matching: dict[int, MatchingMode]

    def covers(self, grade_id: int) -> bool:
        """Whether the pupils of the grade have mentors under this plan."""
        return grade_id in self.matching

    def owed(self, action: ActionKind, grade_id: int) -> OwedAction | None:
        """What the plan asks of a grade, if it asks for `action` there."""
        return next((a for a in self.actions if a.action == action and grade_id in a.grade_ids), None)

    def of(self, action: ActionKind, *, required: bool = False) -> tuple[OwedAction, ...]:
        """The rules for `action`, each for other grades; with `required` only those of 规定动作."""
        return tuple(a for a in self.actions if a.action == action and (a.required or not required))

    def grades_owing(self, *actions: ActionKind) -> frozenset[int]:
        """The grades of which any of `actions` is required."""
        return frozenset().union(*(a.grade_ids for a in self.actions if a.required and a.action in actions))

    @property
    def required(self) -> tuple[ActionKind, ...]:
        """The required actions 规定动作, each once, in the record book's order."""
        return tuple(dict.fromkeys(a.action for a in self.actions if a.required))


def read_plans(plans: QuerySet[Plan]) -> dict[int, tuple[PlanRules, ...]]:
    """The versions `plans` by the key of their year, with their rules and these with grades and windows. One query."""
    columns = {f"owed_{name}": F(f"actions__{name}") for name in _ACTION_COLUMNS}
    columns |= {f"window_{name}": F(f"actions__windows__{name}") for name in _WINDOW_COLUMNS}
    rows: Sequence[Any] = list(
        plans.annotate(**columns, owed_grade=F("actions__grade_rows__grade_id")).order_by(
            "effective_from", "version", "actions__pk", "actions__windows__pk"
        )
    )
    actions: dict[int, dict[int, Any]] = {}
    grades: dict[int, set[int]] = defaultdict(set)
    windows: dict[int, dict[int, WindowRule]] = defaultdict(dict)
    for row in rows:
        owed = actions.setdefault(row.pk, {})
        if row.owed_pk is not None:
            owed.setdefault(row.owed_pk, row)
            grades[row.owed_pk].update(() if row.owed_grade is None else (row.owed_grade,))
            if row.window_pk is not None and row.window_pk not in windows[row.owed_pk]:
                rule = WindowRule(Anchor(row.window_anchor), row.window_opens_days, row.window_due_days)
                windows[row.owed_pk][row.window_pk] = rule

    def read_modes() -> dict[int, dict[int, MatchingMode]]:
        modes: dict[int, dict[int, MatchingMode]] = {pk: {} for pk in actions}
        known = PlanGrade.objects.filter(plan__in=actions)
        for plan_id, grade_id, mode in known.values_list("plan_id", "grade_id", "matching"):
            modes[plan_id][grade_id] = MatchingMode(mode)
        return modes

    # The modes of matching, which few pages show, are read when they are asked for: of all versions at once.
    modes = cast(dict[int, dict[int, MatchingMode]], SimpleLazyObject(read_modes))
    found: dict[int, list[PlanRules]] = {}
    for plan in {row.pk: row for row in reversed(rows)}.values():
        matching = cast(dict[int, MatchingMode], SimpleLazyObject(partial(_modes_of, modes, plan.pk)))
        rules = [_owed(row, windows[pk].values(), grades[pk]) for pk, row in actions[plan.pk].items()]
        # In the order of the record book, whatever was added to the plan last.
        rules.sort(key=lambda rule: _ORDER.index(rule.action))
        found.setdefault(plan.year_id, []).insert(0, PlanRules(plan, tuple(rules), matching))
    return {year_id: tuple(versions) for year_id, versions in found.items()}


def _modes_of(modes: dict[int, dict[int, MatchingMode]], plan_id: int) -> dict[int, MatchingMode]:
    return modes[plan_id]


def _owed(row: Any, windows: Iterable[WindowRule], grade_ids: Iterable[int]) -> OwedAction:
    return OwedAction(
        action=ActionKind(row.owed_action),
        period=PeriodKind(row.owed_period),
        count=row.owed_count,
        required=row.owed_required,
        windows=tuple(windows),
        accepted_outcomes=frozenset(row.owed_accepted_outcomes),
        grade_ids=frozenset(grade_ids),
    )


def schools_of_bureau(bureau_id: int) -> list[School]:
    """The schools that a bureau compares, by code."""
    return list(School.objects.filter(bureau_id=bureau_id).order_by("code"))


def find_school(code: str) -> School | None:
    """The school with this code, however it is typed."""
    return School.objects.filter(code=typed_key(code)).first()


def schools_visible_to(actor: Scope) -> QuerySet[School]:
    """One's own school, or the schools of one's bureau."""
    return School.objects.visible_to(actor)


def grades_of(school: School) -> list[Grade]:
    """The grades of a school, the youngest first."""
    return list(Grade.objects.filter(school=school).order_by("number"))


def grade_sense(school: School) -> GradeSense:
    """What the school means by a grade, for reading class labels. One query."""
    return sense_of(school, grades_of(school))


def sense_of(school: School, grades: Iterable[Grade]) -> GradeSense:
    """As `grade_sense`, from the school's grades already at hand, saved or not."""
    return GradeSense(
        grades=tuple(GradeName(grade.number, grade.name, grade.short_name) for grade in grades),
        system=SchoolSystem(school.system),
        vocational=school.naming == GradeNaming.VOCATIONAL,
    )


def kinds_of(schools: Iterable[School]) -> dict[int, SchoolKind]:
    """What each school is called by its grades (小学, 九年一贯 …), by the school's key. One query."""
    wanted = {school.pk: school for school in schools}
    numbers: dict[int, list[int]] = {pk: [] for pk in wanted}
    for pk, number in Grade.objects.filter(school__in=wanted).order_by().values_list("school_id", "number"):
        numbers[pk].append(number)
    return {
        pk: kind_of(numbers[pk], SchoolSystem(school.system), GradeNaming(school.naming))
        for pk, school in wanted.items()
    }


def is_school_day(day: datetime.date, key_dates: Iterable[KeyDate] = ()) -> bool:
    """Whether teachers work on `day`: the official calendar, weekdays for years it does not know, minus holidays."""
    if any(d.kind == KeyDateKind.HOLIDAY and d.starts_on <= day <= d.ends_on for d in key_dates):
        return False
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def paper_settings(school: School) -> PaperSettings | None:
    """What the school has set for its papers, None if nothing yet. One query."""
    return PaperSettings.objects.filter(school=school).first()


def paper_style(school: School) -> PaperStyle:
    """How the school's papers look and speak, with its logo's bytes. One query."""
    return style_of(school, paper_settings(school))


def style_of(school: School, settings: PaperSettings | None) -> PaperStyle:
    """As `paper_style`, from the school's settings already at hand."""
    if settings is None:
        return PaperStyle(head=Letterhead(name=school.name), words=PaperWords(book_title=school.book_title))
    return PaperStyle(
        head=Letterhead(name=school.name, logo=_logo(settings), colour=settings.colour),
        words=PaperWords(
            book_title=school.book_title,
            book_subtitle=settings.book_subtitle,
            salutation=settings.salutation,
            closing=settings.closing,
            card_title=settings.card_title,
            card_motto=settings.card_motto,
            tree_hole_title=settings.tree_hole_title,
            tree_hole_intro=settings.tree_hole_intro,
            slip_note=settings.slip_note,
            appointment_title=settings.appointment_title,
            appointment=settings.appointment,
            signed_by_hand=settings.signed_by_hand,
            family_code=settings.family_code,
            design=Design(settings.design) if settings.design else None,
        ),
    )


def _logo(settings: PaperSettings) -> bytes | None:
    if not settings.logo:
        return None
    try:
        with settings.logo.open("rb") as stored:
            data: bytes = stored.read()
    except FileNotFoundError:
        # Removed from the disk by hand: papers print without it.
        return None
    return data
