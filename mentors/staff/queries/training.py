"""Reads about training sessions 研训 (Guyi plan 四(四)1)."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.actors import Actor
from core.kept import kept
from core.lists import ordered
from mentors.models.slots import MentorMember, Teacher
from mentors.staff.models import TrainingFile, TrainingSession
from mentors.staff.querysets import TrainingFileQuerySet
from schools.models import SchoolYear, Term


@dataclass(frozen=True, slots=True)
class TrainingTally:
    """The training of a term in figures; `next_on` is the nearest planned one."""

    held: int
    attendances: int
    next_on: datetime.date | None


def training_tally(actor: Actor, term: Term) -> TrainingTally:
    """How often the mentors were trained in `term` up to today, and how many came. One query."""
    sessions = _came(actor, term)
    held = [came for _, date, came in sessions if date <= actor.today]
    return TrainingTally(
        held=len(held),
        attendances=sum(held),
        next_on=min((date for _, date, _ in sessions if date > actor.today), default=None),
    )


@kept
def _came(actor: Actor, term: Term) -> QuerySet[TrainingSession, tuple[int, datetime.date, int]]:
    """The day of each session of `term`, and how many came."""
    rows = TrainingSession.objects.visible_to(actor).of_term(term).order_by()
    return rows.values_list("pk", "date").annotate(came=Count("teachers"))


@dataclass(frozen=True, slots=True)
class TermTraining:
    """A term on the list with its sessions, the latest first; `held` counts those up to today."""

    term: Term
    is_current: bool
    sessions: list[TrainingSession]
    held: int


def training_by_term(actor: Actor, terms: Sequence[Term], current: Term) -> list[TermTraining]:
    """The sessions of `terms`, the latest first. Each has `came`, `is_own` (attended by the actor) and `material`.

    One query.
    """
    by_term: dict[int, list[TrainingSession]] = {term.pk: [] for term in terms}
    for row in _sessions(actor, list(by_term)):
        by_term[row.term_id].append(row)
    return [
        TermTraining(
            term, term.pk == current.pk, by_term[term.pk], sum(s.date <= actor.today for s in by_term[term.pk])
        )
        for term in sorted(terms, key=lambda t: t.starts_on, reverse=True)
        if term.pk == current.pk or by_term[term.pk]
    ]


@kept
def _sessions(actor: Actor, term_ids: list[int]) -> QuerySet[TrainingSession]:
    own = Teacher.objects.filter(training_sessions=OuterRef("pk"), user_id=actor.user_id or 0)
    return (
        TrainingSession.objects.visible_to(actor)
        .filter(term__in=term_ids)
        .annotate(came=Count("teachers", distinct=True), is_own=Exists(own))
        .annotate(material=Count("files", filter=Q(files__removed_at=None), distinct=True))
    )


def sessions_visible_to(actor: Actor) -> QuerySet[TrainingSession]:
    """The sessions that the actor may know of, term and year at hand."""
    return TrainingSession.objects.visible_to(actor).select_related("term__year")


def files_visible_to(actor: Actor) -> TrainingFileQuerySet:
    """The material that the actor may open, taken away or not, its session at hand."""
    return TrainingFile.objects.visible_to(actor).select_related("session__term__year")


@kept
def present_files(session_id: int) -> TrainingFileQuerySet:
    """The material of a session that was not taken away. One query."""
    return TrainingFile.objects.filter(session_id=session_id).present()


@dataclass(frozen=True, slots=True)
class Attendant:
    """A teacher on the attendance page."""

    teacher: Teacher
    came: bool
    is_mentor: bool


def attendance_of(session: TrainingSession, year: SchoolYear) -> list[Attendant]:
    """Everybody who may have attended: the mentors of `year` first, then the others. Two queries."""
    came = set(session.teachers.values_list("pk", flat=True))
    slot = MentorMember.objects.filter(year=year, teacher=OuterRef("pk"))
    teachers = (
        Teacher.objects.filter(Q(left_on=None) | Q(pk__in=came), school_id=session.school_id)
        .annotate(is_mentor=Exists(slot))
        .order_by("-is_mentor", "pinyin", "number", "pk")
    )
    return [Attendant(t, t.pk in came, bool(getattr(t, "is_mentor", False))) for t in teachers]


def hours_of(sessions: Iterable[TrainingSession]) -> Decimal:
    """The hours 学时 of `sessions` together; those of which nobody has said any count as none."""
    return sum((session.hours for session in sessions if session.hours is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class YearTraining:
    """What a teacher attended in a school year, in the order of the days."""

    teacher: Teacher
    year: SchoolYear
    sessions: tuple[TrainingSession, ...]

    @property
    def hours(self) -> Decimal:
        """The hours of all together."""
        return hours_of(self.sessions)


#: How the page can be ordered: by number, or by name; never by how much somebody attended.
TRAINING_ORDERS: Final = {"number": ["number", "pk"], "name": ["pinyin", "pk"]}


def teachers_with_training(
    actor: Actor, year: SchoolYear, *, teacher_id: int | None = None, sort: str = ""
) -> QuerySet[Teacher]:
    """Who was there in `year`, by one of `TRAINING_ORDERS`, each with `attended`: the sessions of that year.

    Those who are there today, and whoever has left meanwhile and attended one; or the one with this key.
    """
    sessions = TrainingSession.objects.filter(term__year=year)
    teachers = Teacher.objects.visible_to(actor)
    if teacher_id is not None:
        teachers = teachers.filter(pk=teacher_id)
    return (
        teachers.filter(Q(left_on=None) | Exists(sessions.filter(teachers=OuterRef("pk"))))
        .order_by(*ordered(sort, TRAINING_ORDERS))
        .prefetch_related(
            Prefetch("training_sessions", sessions.order_by("date", "pk"), to_attr="attended"),
        )
    )


def training_of(teacher: Teacher, year: SchoolYear) -> YearTraining:
    """One teacher of `teachers_with_training` with what was attended. No query."""
    return YearTraining(teacher, year, tuple(getattr(teacher, "attended", ())))


def own_training(actor: Actor) -> list[YearTraining]:
    """What the actor attended, by year, the latest first. Two queries."""
    teacher = next(iter(_own_teacher(actor)), None)
    by_year: dict[SchoolYear, list[TrainingSession]] = {}
    for session in _attended(actor) if teacher is not None else ():
        by_year.setdefault(session.term.year, []).append(session)
    return [
        YearTraining(teacher, year, tuple(by_year[year]))
        for year in sorted(by_year, key=lambda year: -year.start_year)
        if teacher is not None
    ]


@kept
def _own_teacher(actor: Actor) -> QuerySet[Teacher]:
    return Teacher.objects.filter(user_id=actor.user_id or 0, school_id=actor.school_id or 0).order_by("pk")[:1]


@kept
def _attended(actor: Actor) -> QuerySet[TrainingSession]:
    rows = TrainingSession.objects.visible_to(actor).filter(teachers__user_id=actor.user_id or 0)
    return rows.select_related("term__year").order_by("date", "pk")
