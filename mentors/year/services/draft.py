"""What a roll-over would do, read once: the preview shows it and the roll-over writes it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core.errors import DomainError
from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, CapException, Mentor, MentorMember, TeamMember
from schools.enums import SchoolSystem
from schools.grades import ends_stage, next_grades
from schools.models import Grade, Plan, SchoolClass, SchoolYear
from schools.queries import PlanRules
from students.models import Enrolment


class CarryOn(StrEnum):
    """What of a class's mentors goes up with it."""

    PUPILS = "pupils"
    TEAM = "team"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Place:
    """A pupil in a class of the former year, in the order of the class list."""

    pupil_id: int
    class_id: int
    seat: int | None
    brief: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A present teacher who holds or shares a slot."""

    teacher_id: int
    user_id: int | None


@dataclass(frozen=True, slots=True)
class TeamSeat:
    """A slot in a class's team."""

    class_id: int
    mentor_id: int
    is_leader: bool
    position: int


@dataclass(slots=True)
class Carried:
    """What is carried on under some choices: former slot keys, team seats, and pupils with their slot."""

    slots: set[int] = field(default_factory=set)
    team: list[TeamSeat] = field(default_factory=list)
    main: dict[int, int] = field(default_factory=dict)
    supporting: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GradeStep:
    """One grade going up, as the preview shows it; `target` is None for the leavers."""

    grade: Grade
    target: Grade | None
    classes: int
    pupils: int
    covered: bool
    team_slots: int
    kept: int
    # Pupils who had a mentor that cannot go on with them: the mentor left, or an exception from the cap lapses.
    released: int
    system: SchoolSystem

    @property
    def leaves_stage(self) -> bool:
        """Whether its pupils take leave of a stage 学段, inside of the school or with it."""
        return ends_stage(self.grade.number, self.system)

    @property
    def missing(self) -> int | None:
        """The number of the grade that its pupils would go up to, had the school one: nobody leaves in mid-stage."""
        return None if self.target is not None or self.leaves_stage else self.grade.number + 1

    @property
    def options(self) -> tuple[CarryOn, ...]:
        """What can be chosen: nothing to carry without a covered grade and mentors."""
        if not self.covered or not (self.team_slots or self.kept):
            return ()
        return tuple(CarryOn) if self.kept else (CarryOn.TEAM, CarryOn.NOTHING)

    @property
    def usual(self) -> CarryOn:
        """What the form begins with: as much as can be, but other teachers where another stage begins."""
        return CarryOn.NOTHING if self.leaves_stage else self.options[0]

    @property
    def unmatched(self) -> int:
        """Pupils of a covered grade who need a mentor even if all that can be is carried on."""
        return self.pupils - self.kept if self.covered else 0


@dataclass(slots=True)
class Draft:
    """The former year as a roll-over needs it, and the steps of its grades. `basis` changes when any of it does."""

    rules: PlanRules
    steps: list[GradeStep]
    places: list[Place]
    # Former class → key of the grade it goes to, for all but the leavers.
    targets: dict[int, int]
    holders: dict[int, list[Holder]]
    team: list[TeamSeat]
    mains: dict[int, int]
    supporting: list[tuple[int, int]]
    origins: dict[tuple[int, int], str]
    homerooms: dict[int, int]
    basis: str = ""

    @property
    def promoted(self) -> int:
        """Pupils who go up."""
        return sum(place.class_id in self.targets for place in self.places)

    @property
    def graduated(self) -> int:
        """Pupils who leave the school."""
        return len(self.places) - self.promoted

    def carried(self, choices: Mapping[int, CarryOn]) -> Carried:
        """What `choices` (by the key of the new grade) carry on: only where mentor and pupil still can."""
        result = Carried()
        team_classes: set[int] = set()
        pupil_classes: set[int] = set()
        for class_id, grade_id in self.targets.items():
            choice = choices.get(grade_id, CarryOn.NOTHING) if self.rules.covers(grade_id) else CarryOn.NOTHING
            if choice is not CarryOn.NOTHING:
                team_classes.add(class_id)
            if choice is CarryOn.PUPILS:
                pupil_classes.add(class_id)
        for seat in self.team:
            if seat.class_id in team_classes and self.holders.get(seat.mentor_id):
                result.team.append(seat)
                result.slots.add(seat.mentor_id)
        plan = self.rules.plan
        room = {key: plan.places(len(holders)) for key, holders in self.holders.items()}
        present: set[int] = set()
        for place in self.places:
            if place.class_id not in pupil_classes:
                continue
            present.add(place.pupil_id)
            slot = self.mains.get(place.pupil_id)
            if slot is not None and room.get(slot, 0) > 0:
                room[slot] -= 1
                result.main[place.pupil_id] = slot
                result.slots.add(slot)
        for pupil_id, slot in self.supporting:
            if pupil_id in present and self.holders.get(slot) and (room[slot] > 0 or not plan.supporting_counts):
                room[slot] -= plan.supporting_counts
                result.supporting.append((pupil_id, slot))
                result.slots.add(slot)
        return result


def draw_rollover(*, actor: Actor, year: SchoolYear) -> Draft:
    """What rolling `year` over would find. A dozen queries whatever its size. Raises DomainError `other_school`,
    `not_allowed`, `no_plan`.
    """
    if year.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以升级学年。")
    # What holds today: a version that is yet to come was written for the year that ends.
    rules = actor.calendar.of(year).plan_on(actor.today)
    if rules is None:
        raise DomainError("no_plan", "本学年还没有方案，请管理员先建立方案。")
    grades = {grade.number: grade for grade in Grade.objects.filter(school_id=year.school_id)}
    following = next_grades(grades)
    classes = list(SchoolClass.objects.of_year(year))
    enrolled = Enrolment.objects.active().of_year(year).in_list_order()
    assignments = list(
        Assignment.objects.active()
        .filter(year=year)
        .order_by("pk")
        .values_list("pupil_id", "mentor_id", "kind", "origin")
    )
    holders: dict[int, list[Holder]] = defaultdict(list)
    for mentor_id, teacher_id, user_id in (
        MentorMember.objects.filter(year=year, teacher__left_on=None)
        .order_by("mentor_id", "position")
        .values_list("mentor_id", "teacher_id", "teacher__user_id")
    ):
        holders[mentor_id].append(Holder(teacher_id, user_id))
    draft = Draft(
        rules=rules,
        steps=[],
        places=[Place(*row) for row in enrolled.values_list("pupil_id", "school_class_id", "seat_number", "brief")],
        targets={c.pk: grades[following[c.grade.number]].pk for c in classes if c.grade.number in following},
        holders=dict(holders),
        team=[
            TeamSeat(*row)
            for row in TeamMember.objects.filter(school_class__year=year)
            .order_by("school_class_id", "position", "pk")
            .values_list("school_class_id", "mentor_id", "is_leader", "position")
        ],
        mains={pupil: mentor for pupil, mentor, kind, _ in assignments if kind == AssignmentKind.MAIN},
        supporting=[(pupil, mentor) for pupil, mentor, kind, _ in assignments if kind == AssignmentKind.SUPPORTING],
        origins={(pupil, mentor): origin for pupil, mentor, _, origin in assignments},
        homerooms=dict(
            RoleGrant.objects.filter(
                role=Role.HOMEROOM, school_class__year=year, ends_on=None, starts_on__lte=actor.today
            )
            .filter(user__is_active=True)
            .values_list("school_class_id", "user_id")
        ),
    )
    draft.steps = _steps(draft, grades, classes, SchoolSystem(year.school.system))
    draft.basis = _hash(
        rules.plan.pk,
        draft.places,
        # A grade that was added since the preview lets a class go up that would have left.
        sorted(draft.targets.items()),
        sorted(draft.holders.items()),
        draft.team,
        assignments,
        sorted(draft.homerooms.items()),
    )
    return draft


def _steps(
    draft: Draft, grades: Mapping[int, Grade], classes: Iterable[SchoolClass], system: SchoolSystem
) -> list[GradeStep]:
    by_grade: dict[int, set[int]] = defaultdict(set)
    for school_class in classes:
        by_grade[school_class.grade.number].add(school_class.pk)
    carried = draft.carried(dict.fromkeys(draft.targets.values(), CarryOn.PUPILS))
    following = next_grades(grades)
    steps = []
    for number in sorted(by_grade):
        keys, target = by_grade[number], grades.get(following.get(number, 0))
        pupils = [place.pupil_id for place in draft.places if place.class_id in keys]
        kept = sum(pupil in carried.main for pupil in pupils)
        covered = target is not None and draft.rules.covers(target.pk)
        steps.append(
            GradeStep(
                grade=grades[number],
                target=target,
                classes=len(keys),
                pupils=len(pupils),
                covered=covered,
                team_slots=len({seat.mentor_id for seat in carried.team if seat.class_id in keys}),
                kept=kept,
                released=sum(pupil in draft.mains for pupil in pupils) - kept if covered else 0,
                system=system,
            )
        )
    return steps


def state_of(year: SchoolYear) -> str:
    """A hash of all that people change in a year: equal means that nothing was written in between. Nine queries."""
    return _hash(
        list(SchoolClass.objects.filter(year=year).order_by("pk").values_list("pk", "grade_id", "number")),
        list(Plan.objects.filter(year=year).order_by("pk").values_list("pk", flat=True)),
        list(
            Enrolment.objects.of_year(year)
            .order_by("pk")
            .values_list("pk", "pupil_id", "school_class_id", "seat_number", "brief", "ends_on")
        ),
        list(
            Assignment.objects.filter(year=year)
            .order_by("pk")
            .values_list("pk", "pupil_id", "mentor_id", "kind", "ends_on")
        ),
        list(Mentor.objects.of_year(year).order_by("pk").values_list("pk", "capacity", "load")),
        list(MentorMember.objects.filter(year=year).order_by("pk").values_list("pk", "mentor_id", "teacher_id")),
        list(
            TeamMember.objects.filter(school_class__year=year)
            .order_by("pk")
            .values_list("pk", "school_class_id", "mentor_id", "is_leader")
        ),
        list(CapException.objects.filter(mentor__year=year).order_by("pk").values_list("pk", "revoked_at")),
        list(
            RoleGrant.objects.filter(school_class__year=year)
            .order_by("pk")
            .values_list("pk", "school_class_id", "user_id", "ends_on")
        ),
    )


def _hash(*parts: object) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode())
    return digest.hexdigest()
