"""The people of an invented school: classes, pupils by cohort, families, teachers, slots and assignments.

A cohort is named by the grade that it is in this year; 7 and above have left. Its classes stay together, and three or
four teachers go along with each of them; those of a class that has left take over a new first one. Wants Django set up.
"""

import datetime
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from city import BUREAU, DAY, GRADES, NOW, START_YEAR, Shape
from django.contrib.auth.hashers import make_password
from django.db import models

from accounts.enums import Role
from accounts.models import RoleGrant, User
from core.bulk import insert_rows
from core.pinyin import name_pinyin
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment, Mentor, MentorMember, Teacher, TeamMember
from mentorship.demo.people import REMARKS, people
from schools.enums import MatchingMode, Module, Preset
from schools.models import Grade, Plan, SchoolClass, SchoolYear
from schools.plan_rules import read_plans
from schools.services import (
    copy_plan,
    create_classes,
    create_school,
    open_year,
    promote_classes,
    revise_plan,
    use_modules,
)
from students.enums import EndReason
from students.models import Enrolment, FamilySlip, Guardian, Pupil

PLACES = 15
#: When the last pupil of each class moved away.
LEFT_ON = DAY - datetime.timedelta(days=50)
MODES = {3: MatchingMode.TWO_SIDED, 5: MatchingMode.CHOICE}
OFFICE = (
    (Role.SCHOOL_ADMIN, "admin"),
    (Role.MORAL_OFFICE, "office"),
    (Role.COUNSELLOR, "counsellor"),
    (Role.LEADER, "leader"),
)
SUBJECTS = ("语文", "数学", "英语", "体育", "美术", "音乐", "科学")
_UNUSABLE = make_password(None)


class Held(dict[str, Any]):
    """A JSON value that a row can hold: `insert_rows` looks values up."""

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def write(model: type[models.Model], columns: str, rows: Sequence[tuple[Any, ...]]) -> Sequence[int]:
    """Insert rows of the columns named, and return their keys."""
    return insert_rows(model, columns.split(), rows)


def new_uuid(chance: random.Random) -> uuid.UUID:
    """A key of a form, from the seed."""
    return uuid.UUID(int=chance.getrandbits(128), version=4)


@dataclass(frozen=True, slots=True)
class Child:
    """A pupil by key and name."""

    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Tutor:
    """A teacher with an account."""

    teacher: int
    user: int
    name: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A mentor slot of one year with its pupils."""

    mentor: int
    tutor: Tutor
    pupils: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A class of one year with its team; the first is its homeroom teacher's."""

    pk: int
    grade: int
    number: int
    desks: tuple[Desk, ...]

    @property
    def pupils(self) -> list[Child]:
        """All of them, in the order of their seats."""
        return [child for desk in self.desks for child in desk.pupils]


@dataclass(slots=True)
class School:
    """What has been written of a school. `years` begin with the oldest, `rooms` goes by the year's key."""

    chance: random.Random
    pk: int
    code: str
    years: list[SchoolYear]
    staff: dict[Role, int] = field(default_factory=dict)
    tutors: list[Tutor] = field(default_factory=list)
    rooms: dict[int, list[Room]] = field(default_factory=dict)
    slips: dict[int, int] = field(default_factory=dict)

    @property
    def year(self) -> SchoolYear:
        """The present one."""
        return self.years[-1]


def write_people(shape: Shape, number: int) -> School:
    """School `number` of the city with everybody in it."""
    chance = random.Random(f"{shape.seed} {number}")  # noqa: S311 - invented people
    school = _open(shape, number, chance)
    _staff(school)
    crowd = people(chance)
    teams = {
        (grade, room): [next(crowd).name for _ in range(max(2, -(-shape.class_size(0) // (PLACES - 2))))]
        for grade in range(1, GRADES + 1)
        for room in range(1, shape.classes_a_grade + 1)
    }
    tutors = _tutors(school, teams)
    cohorts = _pupils(shape, school)
    for year in school.years:
        _place(school, year, tutors, cohorts)
    return school


def _open(shape: Shape, number: int, chance: random.Random) -> School:
    first = START_YEAR - shape.years + 1
    code = f"city-{number:03}"
    made, year = create_school(
        code=code,
        name=f"江城市第{number}小学",
        preset=Preset.PRIMARY_TERMLY,
        start_year=first,
        bureau_name=BUREAU,
    )
    use_modules(school=made, modules=list(Module))
    grades = {grade.number: grade.pk for grade in Grade.objects.filter(school=made)}
    plan = Plan.objects.get(year=year)
    # The whole school takes part; the preset that ships covers two grades.
    revise_plan(
        year=year,
        effective_from=plan.effective_from,
        title=plan.title,
        cap=PLACES,
        letter_label=plan.letter_label,
        letter_tone=plan.letter_tone,
        note_visibility=plan.note_visibility,
        matching={key: MODES.get(grade, MatchingMode.HOMEROOM) for grade, key in grades.items()},
        actions=[
            replace(rule, grade_ids=frozenset(grades.values()) if rule.required else rule.grade_ids)
            for rule in read_plans(Plan.objects.filter(pk=plan.pk))[year.pk][0].actions
        ],
    )
    rooms = range(1, shape.classes_a_grade + 1)
    create_classes(year=year, places=[(grade, room) for grade in grades for room in rooms])
    years = [year]
    for start in range(first + 1, START_YEAR + 1):
        year = open_year(school=made, start_year=start)
        copy_plan(year=year, source=Plan.objects.filter(year=years[-1]).order_by("version").last() or plan)
        promote_classes(source=years[-1], target=year)
        create_classes(year=year, places=[(1, room) for room in rooms])
        years.append(year)
    # As they are stored: which of them is the present one changed meanwhile.
    years = list(SchoolYear.objects.filter(school=made).select_related("school").order_by("start_year"))
    return School(chance, made.pk, code, years)


def _staff(school: School) -> None:
    crowd = people(school.chance)
    rows = [(f"{school.code}-{word}", next(crowd).name, school.pk, _UNUSABLE, NOW) for _, word in OFFICE]
    users = write(User, "username name school_id password created_at", rows)
    school.staff = {role: user for (role, _), user in zip(OFFICE, users, strict=True)}
    since = school.years[0].starts_on
    write(
        RoleGrant,
        "user_id role school_id starts_on",
        [(user, role, school.pk, since) for role, user in school.staff.items()],
    )
    write(Teacher, "school_id user_id number name pinyin initials phone subject duty", [
        (school.pk, user, f"A{at:03}", row[1], *_pinyin(row[1]), f"1390000{at:04}", "", role.label)
        for at, (role, user, row) in enumerate(zip(school.staff, users, rows, strict=True))
        # The leader teaches nothing and is an account alone.
        if role != Role.LEADER
    ])  # fmt: skip


def _pinyin(name: str) -> tuple[str, str]:
    read = name_pinyin(name)
    return read.full, read.initials


def _tutors(school: School, teams: dict[tuple[int, int], list[str]]) -> dict[tuple[int, int], list[Tutor]]:
    names = [name for team in teams.values() for name in team]
    users = write(
        User,
        "username name school_id password created_at",
        [(f"{school.code}-t{at:04}", name, school.pk, _UNUSABLE, NOW) for at, name in enumerate(names)],
    )
    teachers = write(
        Teacher,
        "school_id user_id number name pinyin initials phone subject",
        [
            (school.pk, user, f"T{at:04}", name, *_pinyin(name), f"1370000{at:04}", SUBJECTS[at % len(SUBJECTS)])
            for at, (user, name) in enumerate(zip(users, names, strict=True))
        ],
    )
    since = school.years[0].starts_on
    write(
        RoleGrant,
        "user_id role school_id starts_on",
        [(user, Role.MENTOR, school.pk, since) for user in users],
    )
    school.tutors = [Tutor(*row) for row in zip(teachers, users, names, strict=True)]
    rest = iter(school.tutors)
    return {place: [next(rest) for _ in team] for place, team in teams.items()}


def _pupils(shape: Shape, school: School) -> dict[tuple[int, int], list[Child]]:
    """Cohort and number of the class: its pupils; with guardians and slips."""
    chance, crowd = school.chance, people(school.chance)
    places: list[tuple[int, int]] = []
    rows: list[tuple[Any, ...]] = []
    guardians: list[tuple[str, ...]] = []
    for cohort in range(1, GRADES + shape.years):
        for room in range(1, shape.classes_a_grade + 1):
            for _ in range(shape.class_size((cohort - 1) % GRADES * shape.classes_a_grade + room - 1)):
                person, at = next(crowd), len(rows)
                rows.append(
                    (school.pk, person.name, *_pinyin(person.name), chance.choice(("male", "female")),
                     f"G{school.pk:04}{at:08}", chance.choice(REMARKS))
                )  # fmt: skip
                places.append((cohort, room))
                guardians.append((f"{person.surname}先生", "父亲", f"{person.surname}女士", "母亲"))
    keys = write(Pupil, "school_id name pinyin initials gender student_number remark", rows)
    write(Guardian, "school_id pupil_id position name relation phone", [
        (school.pk, key, position, names[position * 2 - 2], names[position * 2 - 1], f"13{position}{key:08}")
        for key, names in zip(keys, guardians, strict=True)
        for position in ((1, 2) if key % 5 else (2,))
    ])  # fmt: skip
    slips = write(FamilySlip, "school_id pupil_id key nonce created_at", [
        (school.pk, key, f"{chance.getrandbits(72):018x}", f"{chance.getrandbits(72):018x}", NOW) for key in keys
    ])  # fmt: skip
    school.slips = dict(zip(keys, slips, strict=True))
    found: dict[tuple[int, int], list[Child]] = {}
    for key, row, place in zip(keys, rows, places, strict=True):
        found.setdefault(place, []).append(Child(key, row[1]))
    return found


def _place(
    school: School,
    year: SchoolYear,
    tutors: dict[tuple[int, int], list[Tutor]],
    cohorts: dict[tuple[int, int], list[Child]],
) -> None:
    """Slots, teams, enrolments and assignments of one year; those of a former one are ended."""
    back = START_YEAR - year.start_year
    last_day = None if back == 0 else year.ends_on
    office = school.staff[Role.MORAL_OFFICE]
    classes = list(SchoolClass.objects.of_year(year))
    shares = [
        _shares(cohorts[made.grade.number + back, made.number], tutors[_team_of(made, back)], leaves=back == 0)
        for made in classes
    ]
    pairs = [pair for share in shares for pair in share.pairs]
    mentors = write(
        Mentor,
        "school_id year_id capacity load",
        [(school.pk, year.pk, PLACES, 0 if back else len(own)) for _, own in pairs],
    )
    write(
        MentorMember,
        "school_id mentor_id year_id teacher_id",
        [(school.pk, mentor, year.pk, tutor.teacher) for mentor, (tutor, _) in zip(mentors, pairs, strict=True)],
    )
    enrolled, grants, teams, assigned = [], [], [], []
    rest = iter(mentors)
    for made, share in zip(classes, shares, strict=True):
        desks = tuple(Desk(next(rest), tutor, own) for tutor, own in share.pairs)
        room = Room(made.pk, made.grade.number, made.number, desks)
        school.rooms.setdefault(year.pk, []).append(room)
        grants.append((desks[0].tutor.user, Role.HOMEROOM, school.pk, made.pk, year.starts_on, last_day))
        teams += [(school.pk, made.pk, desk.mentor, at == 0, at + 1) for at, desk in enumerate(desks)]
        reason = EndReason.NONE if back == 0 else EndReason.PROMOTED if room.grade < GRADES else EndReason.GRADUATED
        place = (school.pk, year.pk, made.pk, year.starts_on)
        enrolled += [(*place, child.pk, seat, last_day, reason) for seat, child in enumerate(room.pupils, start=1)]
        main = [(child.pk, desk.mentor, AssignmentKind.MAIN, last_day, True) for desk in desks for child in desk.pupils]
        # One child of each class has a supporting mentor beside; the plan does not count it.
        main.append((desks[0].pupils[0].pk, desks[1].mentor, AssignmentKind.SUPPORTING, last_day, False))
        if share.left is not None:
            seat = len(room.pupils) + 1
            enrolled.append((*place, share.left.pk, seat, LEFT_ON, EndReason.TRANSFER_OUT))
            main.append((share.left.pk, desks[-1].mentor, AssignmentKind.MAIN, LEFT_ON, True))
        assigned += [(school.pk, year.pk, year.starts_on, AssignmentOrigin.HOMEROOM, office, *row) for row in main]
    write(Enrolment, "school_id year_id school_class_id starts_on pupil_id seat_number ends_on end_reason", enrolled)
    write(RoleGrant, "user_id role school_id school_class_id starts_on ends_on", grants)
    write(TeamMember, "school_id school_class_id mentor_id is_leader position", teams)
    write(
        Assignment,
        "school_id year_id starts_on origin assigned_by_id pupil_id mentor_id kind ends_on counts_in_load",
        assigned,
    )


def _team_of(made: SchoolClass, back: int) -> tuple[int, int]:
    """Cohort and number that the class's teachers are named by."""
    return (made.grade.number + back - 1) % GRADES + 1, made.number


@dataclass(frozen=True, slots=True)
class _Share:
    """A class's pupils by teacher, and who left in the course of the year."""

    pairs: list[tuple[Tutor, tuple[Child, ...]]]
    left: Child | None


def _shares(pupils: list[Child], team: list[Tutor], *, leaves: bool) -> _Share:
    left = pupils[-1] if leaves else None
    stay = pupils[:-1] if leaves else pupils
    bounds = [at * len(stay) // len(team) for at in range(len(team) + 1)]
    pairs = [(tutor, tuple(stay[bounds[at] : bounds[at + 1]])) for at, tutor in enumerate(team)]
    return _Share(pairs, left)
