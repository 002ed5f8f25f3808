"""Reads of matching rounds: who takes part, who can be chosen by whom, how far the choosing has come."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core.clock import now
from core.kept import kept
from mentors.enums import RoundState
from mentors.models.slots import Assignment, Mentor, TeamMember
from mentors.querysets.slots import AssignmentQuerySet
from mentors.rounds.models import ChoiceSheet, MatchingRound, Placement, RoundMentor
from mentors.rounds.querysets import MatchingRoundQuerySet, RoundMentorQuerySet
from mentors.staff.models import ReadinessCase
from schools.models import Grade, SchoolClass, SchoolYear
from students.models import Enrolment
from students.querysets import EnrolmentQuerySet


class Phase(StrEnum):
    """Where a round stands at a moment: its state, and while it is open its dates."""

    SETUP = "setup"
    WAITING = "waiting"
    CHOOSING = "choosing"
    OVER = "over"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


def phase(round: MatchingRound, at: datetime.datetime | None = None) -> Phase:
    """Where the round stands at the moment `at` (default: now)."""
    if round.state != RoundState.OPEN:
        return Phase(round.state)
    moment = at or now()
    if round.opens_at is not None and moment < round.opens_at:
        return Phase.WAITING
    return Phase.CHOOSING if is_choosing(round, moment) else Phase.OVER


def is_choosing(round: MatchingRound, at: datetime.datetime) -> bool:
    """Whether choices can be handed in at the moment `at`."""
    return (
        round.state == RoundState.OPEN
        and round.opens_at is not None
        and round.closes_at is not None
        and round.opens_at <= at < round.closes_at
    )


def rounds_visible_to(actor: Actor) -> MatchingRoundQuerySet:
    """The rounds that the actor may know of, year and grade at hand."""
    return MatchingRound.objects.visible_to(actor).select_related("year__school", "grade", "school")


def running_round(year: SchoolYear, grade: Grade) -> MatchingRound | None:
    """The grade's unfinished round, of which there is one at most."""
    return MatchingRound.objects.of_year(year).running().filter(grade=grade).first()


def round_classes(round: MatchingRound) -> list[SchoolClass]:
    """The classes of the round's grade and year in teaching order."""
    return _classes_of_grade(round.year_id, round.grade_id)


@kept
def _classes_of_grade(year_id: int, grade_id: int) -> QuerySet[SchoolClass]:
    return SchoolClass.objects.filter(year=year_id, grade=grade_id).select_related("grade")


def taking_part(round: MatchingRound) -> EnrolmentQuerySet:
    """The places of those who take part: the grade's pupils, without those who have a main mentor unless `rematch`.

    Of a published round those whom it placed or left open.
    """
    return _taking_part(round, published=round.state == RoundState.PUBLISHED)


def _taking_part(round: MatchingRound, *, published: bool) -> EnrolmentQuerySet:
    rows = Enrolment.objects.active().filter(year=round.year_id, school_class__grade=round.grade_id)
    if published:
        return rows.filter(Exists(Placement.objects.filter(round=round, pupil=OuterRef("pupil"))))
    return rows if round.rematch else rows.filter(~Exists(_settled(round)))


def _settled(round: MatchingRound) -> AssignmentQuerySet:
    return Assignment.objects.active().main().filter(year=round.year_id, pupil=OuterRef("pupil"))


def participants(round: MatchingRound) -> list[Enrolment]:
    """Who takes part, in list order. One query."""
    return _participants(round, published=round.state == RoundState.PUBLISHED)


@kept
def _participants(round: MatchingRound, *, published: bool) -> QuerySet[Enrolment]:
    return _taking_part(round, published=published).select_related("pupil", "school_class__grade").in_list_order()


def count_handed_in(round: MatchingRound) -> tuple[int, int]:
    """How many take part, and how many of them have handed in. One query."""
    sheet = ChoiceSheet.objects.filter(round=round, pupil=OuterRef("pupil"))
    found = taking_part(round).aggregate(total=Count("pk"), handed_in=Count("pk", filter=Exists(sheet)))
    return found["total"], found["handed_in"]


def takes_part(round: MatchingRound, pupil_id: int) -> Enrolment | None:
    """The pupil's place if they take part in the round. One query."""
    return next((e for e in _participants_among(round, [pupil_id])), None)


def _participants_among(round: MatchingRound, keys: Collection[int]) -> list[Enrolment]:
    rows = Enrolment.objects.active().filter(year=round.year_id, school_class__grade=round.grade_id, pupil_id__in=keys)
    if not round.rematch:
        rows = rows.filter(~Exists(_settled(round)))
    return list(rows.select_related("pupil", "school_class__grade"))


def candidates(round: MatchingRound) -> list[RoundMentor]:
    """The mentors who can be chosen, by number; names, cards and classes at hand. Six queries."""
    return _candidates(round.pk)


@kept
def _candidates(round_id: int) -> RoundMentorQuerySet:
    return RoundMentor.objects.filter(round_id=round_id).with_names().order_by("number")


def open_to_class(candidate: RoundMentor, class_id: int) -> bool:
    """Whether pupils of the class may choose this mentor (wants `classes` at hand)."""
    return candidate.whole_grade or any(c.pk == class_id for c in candidate.classes.all())


def open_to(round: MatchingRound) -> dict[int, frozenset[int]]:
    """The mentors (keys) that each participant (key of the pupil) may choose. Three queries."""
    rows = list(RoundMentor.objects.filter(round=round).prefetch_related("classes"))
    return open_by_pupil(participants(round), rows)


def open_by_pupil(enrolments: Iterable[Enrolment], rows: Collection[RoundMentor]) -> dict[int, frozenset[int]]:
    """As `open_to`, from rows at hand."""
    by_class: dict[int, frozenset[int]] = {}
    answer = {}
    for enrolment in enrolments:
        key = enrolment.school_class_id
        if key not in by_class:
            by_class[key] = frozenset(row.mentor_id for row in rows if open_to_class(row, key))
        answer[enrolment.pupil_id] = by_class[key]
    return answer


@dataclass(frozen=True, slots=True)
class Room:
    """A mentor's free `places` in a round, beside the `present` pupils who do not take part in it."""

    places: int
    present: int


def rooms(round: MatchingRound, mentors: Iterable[Mentor]) -> dict[int, Room]:
    """Room by mentor key: capacity − load, the main pupils who take part not counted. One query at most."""
    held: Counter[int] = Counter()
    # Otherwise nobody who takes part has a mentor.
    if round.rematch or round.state == RoundState.PUBLISHED:
        held.update(dict(_held(round, published=round.state == RoundState.PUBLISHED)))
    answer = {}
    for mentor in mentors:
        present = mentor.load - held[mentor.pk]
        answer[mentor.pk] = Room(max(mentor.capacity - present, 0), present)
    return answer


@kept
def _held(round: MatchingRound, *, published: bool) -> QuerySet[Assignment, tuple[int, int]]:
    pupils = _taking_part(round, published=published).values("pupil_id")
    rows = Assignment.objects.active().main().filter(year=round.year_id, pupil__in=pupils)
    return rows.values_list("mentor_id").annotate(n=Count("pk"))


def paused_teacher_ids(year: SchoolYear) -> set[int]:
    """Teachers who do not mentor for the time being; only for defaults and for 德育室's own pages."""
    return set(ReadinessCase.objects.open().filter(school=year.school_id).values_list("teacher_id", flat=True))


def grade_team(year: SchoolYear, grade: Grade) -> dict[int, list[int]]:
    """Mentor keys in the teams of the grade's classes, in order of class and team, with those class keys."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = (
        TeamMember.objects.filter(school_class__year=year, school_class__grade=grade, mentor__capacity__gt=0)
        .order_by("school_class__number", "-is_leader", "position")
        .values_list("mentor_id", "school_class_id")
    )
    for mentor_id, class_id in rows:
        found[mentor_id].append(class_id)
    return dict(found)


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """How far a class has come with handing in."""

    school_class: SchoolClass
    total: int
    handed_in: int
    missing: list[Enrolment]

    @property
    def open(self) -> int:
        """How many have not handed in."""
        return len(self.missing)


def progress(round: MatchingRound, *, class_ids: Collection[int] | None = None) -> list[ClassProgress]:
    """Handed in and missing by class, the classes in teaching order; `class_ids` narrows. Three queries."""
    sheets = set(ChoiceSheet.objects.filter(round=round).values_list("pupil_id", flat=True))
    by_class: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in participants(round):
        by_class[enrolment.school_class_id].append(enrolment)
    return [
        ClassProgress(
            school_class,
            total=len(by_class[school_class.pk]),
            handed_in=sum(e.pupil_id in sheets for e in by_class[school_class.pk]),
            missing=[e for e in by_class[school_class.pk] if e.pupil_id not in sheets],
        )
        for school_class in round_classes(round)
        if class_ids is None or school_class.pk in class_ids
    ]


def homeroom_teachers(class_ids: Collection[int], on: datetime.date) -> list[RoleGrant]:
    """The 班主任 roles of these classes that hold on `on`, person and class at hand. One query."""
    rows = RoleGrant.objects.active(on).filter(role=Role.HOMEROOM, school_class_id__in=class_ids)
    return list(rows.select_related("user", "school_class__grade").order_by("school_class_id", "pk"))


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many of a class take part in a round, and how many have handed in."""

    school_class: SchoolClass
    total: int
    handed_in: int

    @property
    def open(self) -> int:
        """How many have not handed in."""
        return self.total - self.handed_in


@dataclass(frozen=True, slots=True)
class RunningRound:
    """A running round as the overview of classes shows it: where it stands and how many are still to hand in."""

    round: MatchingRound
    phase: Phase
    classes: list[ClassCount]

    @property
    def total(self) -> int:
        """Participants shown."""
        return sum(c.total for c in self.classes)

    @property
    def handed_in(self) -> int:
        """Of them handed in."""
        return sum(c.handed_in for c in self.classes)

    @property
    def open(self) -> int:
        """Of them still missing."""
        return self.total - self.handed_in


def running_rounds(actor: Actor, year: SchoolYear, *, at: datetime.datetime) -> list[RunningRound]:
    """The unfinished rounds of `year` that concern the actor: all for 德育室, the own classes for 班主任.

    Three queries whatever their number.
    """
    office = can_see_whole_round(actor)
    if not office and not actor.homeroom_class_ids:
        return []
    rows = _running(actor, year)
    if not rows:
        return []
    own = None if office else actor.homeroom_class_ids
    counts = {key: tuple(figures) for key, *figures in _counted(year, [row.pk for row in rows], own)}
    found: dict[int, list[SchoolClass]] = defaultdict(list)
    for school_class in _classes(list(counts)):
        found[school_class.grade_id].append(school_class)
    running = []
    for row in rows:
        # Without `rematch` whoever has a mentor stays away.
        figures = [(c, counts[c.pk][:2] if row.rematch else counts[c.pk][2:]) for c in found[row.grade_id]]
        classes = [ClassCount(c, total, handed_in) for c, (total, handed_in) in figures if total]
        if office or classes:
            running.append(RunningRound(row, phase(row, at), classes))
    return running


@kept
def _running(actor: Actor, year: SchoolYear) -> MatchingRoundQuerySet:
    return rounds_visible_to(actor).of_year(year).running().order_by("grade__number")


@kept
def _counted(
    year: SchoolYear, round_ids: Collection[int], class_ids: Collection[int] | None
) -> QuerySet[Enrolment, tuple[int, int, int, int, int]]:
    """Of each class of the rounds' grades how many there are and have handed in, all and those without a mentor."""
    rounds = MatchingRound.objects.filter(pk__in=round_ids)
    rows = Enrolment.objects.active().filter(year=year, school_class__grade__in=rounds.values("grade"))
    if class_ids is not None:
        rows = rows.filter(school_class__in=class_ids)
    sheet = ChoiceSheet.objects.filter(
        round__in=round_ids, round__grade=OuterRef("school_class__grade"), pupil=OuterRef("pupil")
    )
    settled = Assignment.objects.active().main().filter(year=year, pupil=OuterRef("pupil"))
    by_class = rows.annotate(sheet=Exists(sheet), free=~Exists(settled)).order_by().values("school_class_id")
    figures = {
        "pupils": Count("pk"),
        "handed_in": Count("pk", filter=Q(sheet=True)),
        "all_free": Count("pk", filter=Q(free=True)),
        "free_handed_in": Count("pk", filter=Q(free=True, sheet=True)),
    }
    return by_class.annotate(**figures).values_list("school_class_id", *figures)


@kept
def _classes(class_ids: Collection[int]) -> QuerySet[SchoolClass]:
    return SchoolClass.objects.filter(pk__in=class_ids).select_related("grade").order_by("number")


def can_see_whole_round(actor: Actor) -> bool:
    """Whether the actor sees all classes of a round: 德育室."""
    return actor.has(Role.MORAL_OFFICE)
