"""A small named cast: one school with one person of each role, and builders for more pupils and teachers.

Everything that has a service is written by it; pupils and teachers, who come from rosters, are built by factories.
All people are invented.
"""

import datetime
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from factory.declarations import LazyAttribute, RelatedFactory, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.actors import Actor, system_actor
from accounts.enums import Role
from accounts.models import User
from accounts.queries import actor_for
from accounts.services import create_user, grant_role
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Mentor, Teacher
from mentors.services.assignments import assign_pupil
from mentors.services.slots import create_mentor, set_team
from schools.enums import ActionKind, FirstWeeks, Module, Preset
from schools.models import Grade, PlanAction, School, SchoolClass, SchoolYear
from schools.services import create_class, create_school, show_first_weeks, use_modules
from students.models import Enrolment, Guardian, Pupil

# A Wednesday in the middle of the first term of the year 2026, between the exams.
SCHOOL_DAY = datetime.datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = SCHOOL_DAY.date()
# Roles and enrolments of the cast begin here: on the first day of the school year.
SINCE = datetime.date(2026, 9, 1)


class TeacherFactory(DjangoModelFactory[Teacher]):
    """A teacher on the roster. Wants `school`."""

    class Meta:
        model = Teacher

    number = Sequence(lambda n: f"T{n:04}")
    name = Sequence(lambda n: f"教师{n}")


class GuardianFactory(DjangoModelFactory[Guardian]):
    """The mother, with a phone whose last four digits are the sequence."""

    class Meta:
        model = Guardian

    school = SelfAttribute("pupil.school")
    name = LazyAttribute(lambda guardian: f"{guardian.pupil.name}妈妈")
    relation = "母亲"
    phone = Sequence(lambda n: f"1380000{n % 10_000:04}")


class PupilFactory(DjangoModelFactory[Pupil]):
    """A pupil without a class, with one guardian. Wants `school`."""

    class Meta:
        model = Pupil
        skip_postgeneration_save = True

    student_number = Sequence(lambda n: f"G2026{n:06}")
    name = Sequence(lambda n: f"学生{n}")
    guardian = RelatedFactory(GuardianFactory, factory_related_name="pupil")


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    """A pupil in a class. Wants `school_class`; the pupil is made unless given (`pupil__name` and so on)."""

    class Meta:
        model = Enrolment

    school = SelfAttribute("school_class.school")
    year = SelfAttribute("school_class.year")
    pupil = SubFactory(PupilFactory, school=SelfAttribute("..school"))
    seat_number = LazyAttribute(
        lambda enrolment: Enrolment.objects.filter(school_class=enrolment.school_class).count() + 1
    )
    starts_on = SINCE


@dataclass(frozen=True, slots=True)
class SchoolCast:
    """Who takes part. Names of fields say what a person is; `mentor` holds no other role."""

    school: School
    year: SchoolYear
    # Grade 1 with the homeroom teacher; grade 5, whose second slot two teachers share.
    class_one: SchoolClass
    class_five: SchoolClass
    admin: User
    office: User
    homeroom: User
    mentor: User
    colleague: User
    sharer: User
    counsellor: User
    leader: User
    bureau_user: User
    # The slots: the homeroom teacher's (团长), `mentor`'s, `colleague`'s, and the one that two teachers share.
    slot_homeroom: Mentor
    slot: Mentor
    slot_colleague: Mentor
    slot_shared: Mentor
    # `mentor`'s two pupils, `colleague`'s one, one without a mentor (all in class_one), and one in the shared slot.
    pupils: tuple[Pupil, Pupil]
    pupil_of_colleague: Pupil
    pupil_unassigned: Pupil
    pupil_shared: Pupil

    @property
    def people(self) -> dict[str, User]:
        """Everybody with an account by the name of their part."""
        parts = ("admin", "office", "homeroom", "mentor", "colleague", "sharer", "counsellor", "leader", "bureau_user")
        return {part: getattr(self, part) for part in parts}

    def actor(self, user: User) -> Actor:
        """`user` as an actor on the school day."""
        return actor_for(user, scope_key=None, on=TODAY)

    @property
    def system(self) -> Actor:
        """The software itself, acting in this school on the school day."""
        return system_actor(school_id=self.school.pk, today=TODAY)


def build_school(code: str, name: str, *, preset: Preset, bureau_name: str) -> SchoolCast:
    """The whole cast of one school; user names begin with `code`."""
    school, year = create_school(code=code, name=name, preset=preset, start_year=2026, bureau_name=bureau_name)
    use_modules(school=school, modules=list(Module))
    # Long past its first weeks.
    show_first_weeks(school=school, state=FirstWeeks.DONE)
    _offer_tree_hole(year)
    system = system_actor(school_id=school.pk, today=SINCE)
    class_one = create_class(year=year, grade_number=1, number=1)
    class_five = create_class(year=year, grade_number=5, number=1)

    def person(part: str, person_name: str, role: Role, **scope: Any) -> User:
        in_school = role != Role.BUREAU
        user = create_user(
            actor=system,
            username=f"{code}-{part}",
            name=person_name,
            school=school if in_school else None,
            email=f"{part}@{code}.invalid",
        )
        # They have all been here before.
        user.first_visits = list(Role.values)
        user.save(update_fields=["first_visits"])
        grant_role(
            actor=system,
            user=user,
            role=role,
            school=school if in_school else None,
            bureau=None if in_school else school.bureau,
            starts_on=SINCE,
            **scope,
        )
        return user

    def teacher(user: User) -> Teacher:
        return TeacherFactory.create(school=school, user=user, name=user.name, number=f"{code}-{user.username}")

    homeroom = person("homeroom", "何知秋", Role.HOMEROOM, school_class=class_one)
    mentor = person("mentor", "林小满", Role.MENTOR)
    colleague = person("colleague", "苏禾", Role.MENTOR)
    sharer = person("sharer", "陶然", Role.MENTOR)
    slot_homeroom = create_mentor(actor=system, year=year, teachers=[teacher(homeroom)])
    slot = create_mentor(actor=system, year=year, teachers=[teacher(mentor)])
    slot_colleague = create_mentor(actor=system, year=year, teachers=[teacher(colleague)])
    slot_shared = create_mentor(
        actor=system,
        year=year,
        teachers=[teacher(sharer), TeacherFactory.create(school=school, name="石磊")],
    )
    set_team(
        actor=system,
        school_class=class_one,
        mentors=[slot_homeroom, slot, slot_colleague],
        leader=slot_homeroom,
    )
    set_team(actor=system, school_class=class_five, mentors=[slot_shared], leader=None)

    def pupil(school_class: SchoolClass, pupil_name: str, held_by: Mentor | None) -> Pupil:
        enrolled = EnrolmentFactory.create(school_class=school_class, pupil__name=pupil_name).pupil
        if held_by is not None:
            assign_pupil(actor=system, pupil=enrolled, mentor=held_by, origin=AssignmentOrigin.HOMEROOM)
        return enrolled

    return SchoolCast(
        school=school,
        year=year,
        class_one=class_one,
        class_five=class_five,
        admin=person("admin", "管一鸣", Role.SCHOOL_ADMIN),
        office=person("office", "德育韩", Role.MORAL_OFFICE),
        homeroom=homeroom,
        mentor=mentor,
        colleague=colleague,
        sharer=sharer,
        counsellor=person("counsellor", "温言", Role.COUNSELLOR),
        leader=person("leader", "程远", Role.LEADER),
        bureau_user=person("bureau", "鲁望", Role.BUREAU),
        slot_homeroom=slot_homeroom,
        slot=slot,
        slot_colleague=slot_colleague,
        slot_shared=slot_shared,
        pupils=(pupil(class_one, "安可儿", slot), pupil(class_one, "白一诺", slot)),
        pupil_of_colleague=pupil(class_one, "曹子墨", slot_colleague),
        pupil_unassigned=pupil(class_one, "丁小雨", None),
        pupil_shared=pupil(class_five, "范思齐", slot_shared),
    )


def _offer_tree_hole(year: SchoolYear) -> None:
    """The cast's grades write cards too, not the third alone as in the plan that ships."""
    rule = PlanAction.objects.filter(plan__year=year, action=ActionKind.CARD).first()
    if rule is not None:
        for grade in Grade.objects.filter(school_id=year.school_id, number__in=(1, 5)):
            rule.grade_rows.create(school_id=year.school_id, plan_id=rule.plan_id, action=rule.action, grade=grade)
