"""Reads that span the school tables, and the plan as one value; what holds on which day: `schools.calendar`."""

import datetime
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import PROTECT, QuerySet, Subquery
from django.db.models.fields.reverse_related import ForeignObjectRel

from core.kept import kept
from core.pinyin import syllables
from core.text import clean_key, typed_key
from schools.contexts import DateSpan, Letterhead, PaperStyle, PaperWords, WindowRule
from schools.enums import (
    ActionKind,
    Anchor,
    Design,
    GradeNaming,
    MatchingMode,
    PeriodKind,
    SchoolKind,
    SchoolSystem,
)
from schools.grades import kind_of
from schools.labels import GradeName, GradeSense
from schools.models import (
    Grade,
    Plan,
    PlanActionGrade,
    PlanGrade,
    School,
    SchoolYear,
    Term,
)
from schools.paper_settings import PaperSettings
from schools.querysets import Scope

#: A window closes soon in its last week: then mentors are reminded, and pages turn amber.
DUE_SOON: Final = datetime.timedelta(days=7)


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


@dataclass(frozen=True, slots=True)
class Due:
    """An action in one window of a term: the rules that have this window, each for other grades."""

    action: ActionKind
    term: Term
    window: Window
    rules: tuple[OwedAction, ...]

    @property
    def grade_ids(self) -> frozenset[int]:
        """The grades that the window is for."""
        return frozenset().union(*(rule.grade_ids for rule in self.rules))


def due_together(found: Iterable[tuple[OwedAction, Term, Window]]) -> list[Due]:
    """Rules of one action that have the same window of a term are told together."""
    rules: dict[tuple[ActionKind, Term, Window], list[OwedAction]] = defaultdict(list)
    for owed, term, window in found:
        rules[owed.action, term, window].append(owed)
    return [Due(*key, tuple(together)) for key, together in rules.items()]


def begun_term(terms: Sequence[Term], day: datetime.date) -> Term:
    """The last of `terms`, in order, that has begun by `day`; before the first one, the first."""
    return next((term for term in reversed(terms) if term.starts_on <= day), terms[0])


def action_windows(action: OwedAction, term: Term, exams: Sequence[DateSpan]) -> list[Window]:
    """The windows of `action` in `term`, by their ends, each once. `exams` are those of the term."""
    found = {window for rule in action.windows for window in _rule_windows(rule, term, exams)}
    return sorted(found, key=lambda window: (window.due_on, window.opens_on))


def _rule_windows(rule: WindowRule, term: Term, exams: Sequence[DateSpan]) -> list[Window]:
    opens, due = datetime.timedelta(days=rule.opens_days), datetime.timedelta(days=rule.due_days)
    if rule.anchor == Anchor.TERM_START:
        return [Window(term.starts_on + opens, term.starts_on + due)]
    if rule.anchor == Anchor.TERM_END:
        return [Window(term.ends_on + opens, term.ends_on + due)]
    if rule.anchor == Anchor.EXAMS:
        # A talk after the last exam still has to fit into the term.
        return [Window(d.starts_on + opens, min(d.ends_on + due, max(d.ends_on, term.ends_on))) for d in exams]
    return [Window(term.starts_on, term.ends_on)]


def schools_of_bureau(bureau_id: int) -> list[School]:
    """The schools that a bureau compares, by code."""
    return list(School.objects.filter(bureau_id=bureau_id).order_by("code"))


def prepared_year(actor: Scope, start_year: int) -> SchoolYear | None:
    """The year `start_year` of the actor's school, where its calendar was set before the school goes up into it."""
    return SchoolYear.objects.visible_to(actor).prepared().filter(start_year=start_year).first()


def find_school(code: str) -> School | None:
    """The school with this code, however it is typed."""
    return School.objects.filter(code=typed_key(code)).first()


def schools_visible_to(actor: Scope) -> QuerySet[School]:
    """One's own school, or the schools of one's bureau."""
    return School.objects.visible_to(actor)


def grades_of(school: School) -> list[Grade]:
    """The grades of a school, the youngest first."""
    return _grades_of(school.pk)


@kept
def _grades_of(school_id: int) -> QuerySet[Grade]:
    return Grade.objects.filter(school_id=school_id).order_by("number")


def grades_visible_to(actor: Scope) -> QuerySet[Grade]:
    """The grades of the actor's own school."""
    return Grade.objects.filter(school=actor.school_id)


def former_years(actor: Scope) -> list[SchoolYear]:
    """The years of the actor's own school before the present one, the latest first. One query."""
    present = SchoolYear.objects.current().filter(school=actor.school_id or 0).values("start_year")[:1]
    rows = SchoolYear.objects.filter(school=actor.school_id or 0, start_year__lt=Subquery(present))
    return list(rows.select_related("school").order_by("-start_year"))


#: How what keeps a grade in its place is called, where its table has no name for people.
_HANGING = {"schoolclass": "班级", "matchinground": "匹配轮次", "announcement": "公告"}


def hanging_on(grade: Grade) -> list[str]:
    """What keeps a grade from being taken away, in words: 2 个班级. A query for each table that names grades.

    What the plan says of it keeps nobody: without a class there is nobody to whom it applies.
    """
    found = []
    for relation in Grade._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.related_model in (PlanGrade, PlanActionGrade):
            continue
        rows = relation.related_model._base_manager.filter(**{relation.field.name: grade})
        if relation.on_delete is PROTECT and (count := rows.count()):
            meta = relation.related_model._meta
            found.append(f" {count} 个{_HANGING.get(str(meta.model_name), meta.verbose_name)}")
    return found


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


def paper_settings(school: School) -> PaperSettings | None:
    """What the school has set for its papers, None if nothing yet. One query."""
    return next(iter(_paper_settings(school.pk)), None)


@kept
def _paper_settings(school_id: int) -> QuerySet[PaperSettings]:
    return PaperSettings.objects.filter(school_id=school_id)


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


#: What many schools are called by; it tells nothing in a code.
_KINDS_IN_NAMES: Final = re.compile("(?:实验|中心)?(?:小学|初级中学|高级中学|职业学校|中学|学校)$")
_LONGEST_CODE: Final = 24


def usual_code(name: str, taken: Iterable[str]) -> str:
    """The code that a school of this name would have, numbered where it is `taken`: 青竹小学 → qingzhu, qingzhu2.

    `""` where nothing of the name can be read.
    """
    name = clean_key(name)
    short = _KINDS_IN_NAMES.sub("", name) or name
    code = ""
    for syllable in syllables(short):
        plain = "".join(sign for sign in syllable if sign.isascii() and sign.isalnum())
        if len(code) + len(plain) > _LONGEST_CODE:
            break
        code += plain
    known = set(taken)
    if not code or code not in known:
        return code
    return next(numbered for n in itertools.count(2) if (numbered := f"{code}{n}") not in known)
