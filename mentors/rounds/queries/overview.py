"""The overview of rounds: grades with their running round, and what a draft counts."""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from core.kept import kept
from mentors.enums import RoundState
from mentors.models.slots import Assignment, Mentor, MentorMember, Teacher, TeamMember
from mentors.rounds.models import ChoiceSheet, MatchingRound, Placement
from mentors.rounds.queries.running import Phase, paused_teacher_ids, phase, rounds_visible_to
from schools.enums import MatchingMode
from schools.models import Grade, SchoolYear
from schools.queries import grades_of
from students.models import Enrolment


@dataclass(frozen=True, slots=True)
class GradeLine:
    """A grade of the plan: how it is matched, who has no mentor, the running round, and the finished ones."""

    grade: Grade
    mode: MatchingMode | None
    pupils: int
    unassigned: int
    running: MatchingRound | None
    phase: Phase | None
    handed_in: int
    finished: list[MatchingRound]


def grade_lines(actor: Actor, year: SchoolYear, *, at: datetime.datetime) -> list[GradeLine]:
    """The grades that the plan covers or that had rounds, the youngest first. Eight queries whatever their number."""
    rules = actor.calendar.of(year).plan_on(actor.today)
    rounds: dict[int, list[MatchingRound]] = defaultdict(list)
    for row in rounds_visible_to(actor).filter(year=year):
        rounds[row.grade_id].append(row)
    handed_in: Counter[int] = Counter(
        dict(ChoiceSheet.objects.filter(round__year=year).values_list("round_id").annotate(n=Count("pk")))
    )
    has_mentor = Assignment.objects.active().main().filter(pupil_id=OuterRef("pupil_id"), year=year)
    counts = {
        grade_id: (pupils, unassigned)
        for grade_id, pupils, unassigned in Enrolment.objects.active()
        .filter(year=year)
        .annotate(has_mentor=Exists(has_mentor))
        .values("school_class__grade_id")
        .annotate(pupils=Count("pk"), unassigned=Count("pk", filter=Q(has_mentor=False)))
        .values_list("school_class__grade_id", "pupils", "unassigned")
    }
    lines = []
    for grade in grades_of(year.school):
        mode = rules.matching.get(grade.pk) if rules is not None else None
        rows = rounds[grade.pk]
        if mode is None and not rows:
            continue
        running = next((r for r in rows if r.state in (RoundState.SETUP, RoundState.OPEN)), None)
        lines.append(
            GradeLine(
                grade,
                mode,
                *counts.get(grade.pk, (0, 0)),
                running,
                phase(running, at) if running is not None else None,
                handed_in[running.pk] if running is not None else 0,
                [r for r in rows if r is not running],
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class DraftCounts:
    """A draft in three numbers, and how many pupils each mentor gets."""

    total: int
    placed: int
    first: int

    @property
    def open(self) -> int:
        """Pupils without a mentor."""
        return self.total - self.placed


def draft_counts(round: MatchingRound) -> DraftCounts:
    """The numbers of the round's draft, of the published match. One query."""
    found = Placement.objects.filter(round=round).aggregate(
        total=Count("pk"), placed=Count("pk", filter=Q(mentor__isnull=False)), first=Count("pk", filter=Q(rank=1))
    )
    return DraftCounts(found["total"], found["placed"], found["first"])


def other_mentors(round: MatchingRound) -> list[Mentor]:
    """Slots of the year that can still be added to the round's candidates, the grade's own team first."""
    teams: dict[int, list[int]] = defaultdict(list)
    for mentor_id, grade_id in TeamMember.objects.filter(school_class__year=round.year_id).values_list(
        "mentor_id", "school_class__grade_id"
    ):
        teams[mentor_id].append(grade_id)

    def far(mentor: Mentor) -> tuple[bool, int, int]:
        grades = teams[mentor.pk]
        return (round.grade_id not in grades, len(grades), mentor.pk)

    return sorted(_others(round), key=far)


@kept
def _others(round: MatchingRound) -> QuerySet[Mentor]:
    return Mentor.objects.filter(year=round.year_id, capacity__gt=0).exclude(candidacies__round=round).with_names()


def free_teachers(year: SchoolYear) -> list[Teacher]:
    """Present teachers who hold no slot of `year` and could be asked to mentor, by name."""
    held = MentorMember.objects.filter(year=year).values("teacher_id")
    rows = Teacher.objects.present().filter(school=year.school_id).exclude(pk__in=held)
    away = paused_teacher_ids(year)
    return [t for t in rows.order_by("pinyin", "number") if t.pk not in away]


def paused_names(mentors: list[Mentor], year: SchoolYear) -> list[str]:
    """Of these slots, those of which a teacher does not mentor for the time being; for 德育室's own page."""
    away = paused_teacher_ids(year)
    return [m.names for m in mentors if any(member.teacher_id in away for member in m.members.all())]


def choice_counts(round: MatchingRound) -> Counter[int]:
    """How often each mentor was named, at whatever rank. One query."""
    rows = round.sheets.values_list("choices__mentor_id").annotate(n=Count("pk"))
    return Counter({key: n for key, n in rows if key is not None})
