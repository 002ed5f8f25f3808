"""Reads that span teachers, mentors, classes and pupils."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AccountSlip, RoleGrant, User
from core.clock import now
from core.kept import kept
from core.search import named_like
from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, CapException, Mentor, MentorMember, RollOver, Teacher, TeamMember
from mentors.querysets.slots import MentorQuerySet
from schools.calendar import YearCalendar
from schools.models import SchoolClass, SchoolYear
from students.models import Enrolment, Pupil


def mentor_of(actor: Actor, year: SchoolYear) -> Mentor | None:
    """The slot that the actor holds or shares in `year`, with its names."""
    return Mentor.objects.of_year(year).of_user(actor.user_id).with_names().first()


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A pupil on the class board and the mentor they have, if any."""

    enrolment: Enrolment
    mentor_id: int | None


@dataclass(frozen=True, slots=True)
class ClassBoard:
    """The class board 班主任协商: the team's mentors across, the pupils down."""

    school_class: SchoolClass
    mentors: list[Mentor]
    rows: list[BoardRow]

    @property
    def unassigned(self) -> int:
        """Pupils without a mentor."""
        return sum(1 for row in self.rows if row.mentor_id is None)


def class_board(school_class: SchoolClass) -> ClassBoard:
    """The board of one class: four queries whatever its size. Mentors of other classes who hold a pupil come last."""
    enrolments = _on_board(school_class.year, school_class.pk)
    held = dict(_held(school_class.year, [e.pupil_id for e in enrolments]))
    mentors = _team(school_class)
    guests = set(held.values()) - {m.pk for m in mentors}
    if guests:
        mentors += Mentor.objects.filter(pk__in=guests).with_names().order_by("pk")
    return ClassBoard(school_class, mentors, [BoardRow(e, held.get(e.pupil_id)) for e in enrolments])


@kept
def _on_board(year: SchoolYear, class_id: int) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.lasting(year).filter(school_class_id=class_id)
    return rows.select_related("pupil").in_list_order()


@kept
def _held(year: SchoolYear, pupil_ids: Collection[int]) -> QuerySet[Assignment, tuple[int, int]]:
    rows = Assignment.objects.lasting(year).filter(kind=AssignmentKind.MAIN, pupil_id__in=pupil_ids)
    return rows.values_list("pupil_id", "mentor_id")


def main_mentors(year: SchoolYear, pupil_ids: Collection[int]) -> dict[int, Mentor]:
    """The main mentors of these pupils in `year` by the pupil's key, names at hand. Three queries."""
    return {row.pupil_id: row.mentor for row in _mains(year, pupil_ids)}


@kept
def _mains(year: SchoolYear, pupil_ids: Collection[int]) -> QuerySet[Assignment]:
    rows = Assignment.objects.lasting(year).main().filter(pupil_id__in=pupil_ids)
    return rows.select_related("mentor").prefetch_related("mentor__members__teacher")


@kept
def _team(school_class: SchoolClass) -> MentorQuerySet:
    return Mentor.objects.for_board(school_class)


def teams_of_year(year: SchoolYear, *, class_ids: Collection[int] | None = None) -> dict[int, list[TeamMember]]:
    """The teams 导师团 of all classes of `year` (or of `class_ids`), leader first, by class key. Three queries."""
    teams: dict[int, list[TeamMember]] = defaultdict(list)
    for member in _members_of_teams(year, class_ids):
        teams[member.school_class_id].append(member)
    return dict(teams)


@kept
def _members_of_teams(year: SchoolYear, class_ids: Collection[int] | None) -> QuerySet[TeamMember]:
    members = TeamMember.objects.filter(school_class__year=year)
    if class_ids is not None:
        members = members.filter(school_class__in=class_ids)
    return members.select_related("mentor").prefetch_related("mentor__members__teacher")


def colleagues_with_room(mentor: Mentor, *, limit: int = 3) -> list[Mentor]:
    """Mentors in a common team with free places, the emptiest first: whom to ask when `mentor` is full."""
    teams = TeamMember.objects.filter(mentor=mentor).values("school_class_id")
    near = Mentor.objects.filter(teams__school_class_id__in=teams).exclude(pk=mentor.pk).with_names().distinct()
    return sorted((m for m in near if m.free > 0), key=lambda m: (-m.free, m.pk))[:limit]


@dataclass(frozen=True, slots=True)
class ClassOverview:
    """A class on the overview: how many pupils have a mentor, its homeroom teacher and its team."""

    school_class: SchoolClass
    covered: bool
    pupils: int
    assigned: int
    homeroom: str
    team: list[TeamMember]

    @property
    def unassigned(self) -> int:
        """Pupils without a mentor."""
        return self.pupils - self.assigned


def class_overviews(
    year: SchoolYear, *, on: datetime.date, class_ids: Collection[int] | None = None
) -> list[ClassOverview]:
    """The classes of `year` (or those of `class_ids`) in teaching order. Ten queries whatever their number."""
    counts = {class_id: (pupils, assigned) for class_id, pupils, assigned in _class_sizes(year, class_ids)}
    homerooms = dict(_homeroom_names(year, class_ids, on))
    teams = teams_of_year(year, class_ids=class_ids)
    rules = YearCalendar(year, on).plan_on(on)
    return [
        ClassOverview(
            school_class,
            rules is not None and rules.covers(school_class.grade_id),
            *counts.get(school_class.pk, (0, 0)),
            homerooms.get(school_class.pk, ""),
            teams.get(school_class.pk, []),
        )
        for school_class in _classes(year, class_ids)
    ]


@kept
def _classes(year: SchoolYear, class_ids: Collection[int] | None) -> QuerySet[SchoolClass]:
    classes = SchoolClass.objects.of_year(year)
    return classes if class_ids is None else classes.filter(pk__in=class_ids)


@kept
def _class_sizes(year: SchoolYear, class_ids: Collection[int] | None) -> QuerySet[Enrolment, tuple[int, int, int]]:
    has_mentor = Assignment.objects.active().main().filter(pupil_id=OuterRef("pupil_id"), year=year)
    rows = Enrolment.objects.active().filter(school_class__in=_classes.build(year, class_ids).order_by().values("pk"))
    return (
        rows.annotate(has_mentor=Exists(has_mentor))
        .values("school_class_id")
        .annotate(pupils=Count("pk"), assigned=Count("pk", filter=Q(has_mentor=True)))
        .values_list("school_class_id", "pupils", "assigned")
    )


@kept
def _homeroom_names(
    year: SchoolYear, class_ids: Collection[int] | None, on: datetime.date
) -> QuerySet[RoleGrant, tuple[int, str]]:
    rows = RoleGrant.objects.active(on).own().filter(role=Role.HOMEROOM)
    rows = rows.filter(school_class__in=_classes.build(year, class_ids).order_by().values("pk"))
    # Of two the later one is named.
    return rows.order_by("starts_on").values_list("school_class_id", "user__name")


def classes_visible_to(actor: Actor) -> QuerySet[SchoolClass]:
    """The classes that the actor may know of, grade and year at hand, in teaching order."""
    return SchoolClass.objects.visible_to(actor).select_related("grade", "year").order_by("grade__number", "number")


def mentors_visible_to(actor: Actor) -> MentorQuerySet:
    """The mentors that the actor may know of, with their names."""
    return Mentor.objects.visible_to(actor).with_names()


def accounts_visible_to(actor: Actor) -> QuerySet[User]:
    """The accounts of the actor's school, the school at hand."""
    return User.objects.visible_to(actor).select_related("school")


def mentors_for_choice(year: SchoolYear) -> list[Mentor]:
    """All slots of `year` with their names and classes, ordered by class: for a list to choose one from."""

    def place(mentor: Mentor) -> tuple[int, int, int]:
        classes = [team.school_class for team in mentor.teams.all()]
        first = min(((c.grade.number, c.number) for c in classes), default=(99, 0))
        return (*first, mentor.pk)

    return sorted(_with_places(year), key=place)


@kept
def _with_places(year: SchoolYear) -> QuerySet[Mentor]:
    # Slots without places were held by teachers who have left.
    teams = TeamMember.objects.select_related("school_class__grade").order_by("school_class_id")
    return (
        Mentor.objects.of_year(year)
        .filter(capacity__gt=0)
        .prefetch_related("members__teacher", Prefetch("teams", teams))
    )


def cap_exceptions(actor: Actor, year: SchoolYear) -> list[CapException]:
    """The exceptions of `year` that the actor may see, valid ones first, with the mentors' names and classes."""
    return sorted(_cap_exceptions(actor, year), key=lambda e: (e.revoked_at is not None, -e.pk))


@kept
def _cap_exceptions(actor: Actor, year: SchoolYear) -> QuerySet[CapException]:
    rows = CapException.objects.visible_to(actor).filter(mentor__year=year).select_related("mentor", "granted_by")
    return rows.prefetch_related("mentor__members__teacher", "mentor__teams__school_class__grade")


def with_people_details(
    teachers: QuerySet[Teacher], *, year: SchoolYear | None, on: datetime.date
) -> QuerySet[Teacher]:
    """Account, present roles and this year's slot of each teacher at hand: five further queries."""
    return teachers.select_related("user", "school").prefetch_related(
        Prefetch("user__grants", active_grants(on), to_attr="present_grants"),
        Prefetch(
            "memberships",
            MentorMember.objects.filter(year=year)
            .select_related("mentor")
            .prefetch_related("mentor__teams__school_class__grade"),
            to_attr="slots",
        ),
    )


def active_grants(on: datetime.date) -> QuerySet[RoleGrant]:
    """Grants that hold on `on`, with their class, in the order of their roles."""
    return RoleGrant.objects.active(on).select_related("school_class__grade", "acting_for").order_by("role", "pk")


def acting_grants(actor: Actor) -> list[RoleGrant]:
    """For whom the actor acts 代理 as 导师 today, and until when. No query where for nobody."""
    if not actor.stands_for:
        return []
    rows = RoleGrant.objects.active(actor.today).filter(school=actor.school_id, role=Role.MENTOR)
    return list(rows.filter(user=actor.user_id, acting_for__in=actor.stands_for).order_by("pk"))


def namesakes(actor: Actor, name: str) -> list[str]:
    """Where the school's present pupils of this name are: 一（1）班, in list order. One query, none without a name."""
    year = actor.calendar.year
    if not name or year is None:
        return []
    places = Enrolment.objects.in_school(actor).active().of_year(year).filter(pupil__name__iexact=name)
    return [place.school_class.label for place in places.select_related("school_class__grade").in_list_order()[:5]]


def open_homerooms(class_ids: Iterable[int]) -> dict[int, RoleGrant]:
    """Who is homeroom teacher 班主任 until further notice, by the class's key; account at hand. One query."""
    rows = RoleGrant.objects.filter(role=Role.HOMEROOM, ends_on=None, school_class_id__in=list(class_ids))
    return {grant.school_class_id or 0: grant for grant in rows.select_related("user")}


def grants_of(user: User) -> QuerySet[RoleGrant]:
    """All roles of a person in their school, past ones too, the latest first."""
    return (
        RoleGrant.objects.filter(user=user, bureau=None)
        .select_related("school_class__grade", "user", "acting_for")
        .order_by("-starts_on", "-pk")
    )


#: How a list of teachers can be ordered: by number with those who have left last, by name.
TEACHER_ORDERS: Final = {"number": ["has_left", "number", "pk"], "name": ["pinyin", "pk"]}


def find_teachers(
    actor: Actor,
    *,
    year: SchoolYear | None,
    text: str = "",
    role: str = "",
    present_only: bool = False,
) -> QuerySet[Teacher]:
    """Colleagues whose name, pinyin, initials or number begin or contain `text`, with account, roles and slot."""
    teachers = Teacher.objects.visible_to(actor)
    if present_only:
        teachers = teachers.present()
    text = text.strip()
    if text:
        teachers = teachers.filter(named_like(text) | Q(number__istartswith=text))
    if role:
        held = RoleGrant.objects.active(actor.today).filter(role=role, bureau=None)
        teachers = teachers.filter(user_id__in=held.values("user_id"))
    # Not by the day itself: where it is empty stands first in SQLite and last in PostgreSQL.
    teachers = teachers.annotate(has_left=Q(left_on__isnull=False))
    return with_people_details(teachers, year=year, on=actor.today).order_by(*TEACHER_ORDERS["number"])


def all_teachers(actor: Actor, year: SchoolYear | None) -> QuerySet[Teacher]:
    """As `find_teachers`, without looking for anybody."""
    return find_teachers(actor, year=year)


def accounts_without_teacher(actor: Actor) -> QuerySet[User]:
    """Accounts of the school that belong to no teacher of the roster, e.g. an office account."""
    return (
        User.objects.visible_to(actor)
        .filter(teacher=None)
        .prefetch_related(
            Prefetch("grants", active_grants(actor.today), to_attr="present_grants"),
            Prefetch("slips", AccountSlip.objects.open(now()), to_attr="open_slips"),
        )
        .order_by("username")
    )


def has_pupils(actor: Actor) -> bool:
    """Whether the actor is somebody's mentor today. One query."""
    return Assignment.objects.held_by(actor).active().exists()


def all_pupils(actor: Actor, year: SchoolYear | None) -> QuerySet[Pupil]:
    """As `find_pupils`, without looking for anybody."""
    return find_pupils(actor, year=year)


# States of a pupil on the admin's list.
PRESENT, GONE = "present", "gone"
# By class and seat; pupils without a place last.
_BY_PLACE = (
    F("place__school_class__grade__number").asc(nulls_last=True),
    "place__school_class__number",
    "place__seat_number",
    "pinyin",
    "pk",
)


def find_pupils(
    actor: Actor,
    *,
    year: SchoolYear | None,
    text: str = "",
    class_id: int | None = None,
    state: str = "",
) -> QuerySet[Pupil]:
    """The school's pupils by class and seat, with place, guardians and mentor of `year` at hand: six further queries.

    Each has `places` (the present enrolment, if any) and `mains` (the present main assignment). For admins only.
    """
    pupils = Pupil.objects.in_school(actor) if actor.has(Role.SCHOOL_ADMIN) else Pupil.objects.none()
    pupils = pupils.annotate(
        place=FilteredRelation("enrolments", condition=Q(enrolments__year=year, enrolments__ends_on=None))
    )
    if text := text.strip():
        pupils = pupils.filter(named_like(text) | Q(student_number__icontains=text))
    if class_id is not None:
        pupils = pupils.filter(Q(("place__school_class_id", class_id)))
    if state in (PRESENT, GONE):
        pupils = pupils.filter(Q(("place__isnull", state == GONE)))
    return with_pupil_details(pupils, year).order_by(*_BY_PLACE)


def with_pupil_details(pupils: QuerySet[Pupil], year: SchoolYear | None) -> QuerySet[Pupil]:
    """Guardians, `places` and `mains` of `year` at hand, as `find_pupils` says."""
    mains = Assignment.objects.active().main().filter(year=year)
    return pupils.prefetch_related(
        "guardians",
        Prefetch(
            "enrolments",
            Enrolment.objects.active().filter(year=year).select_related("school_class__grade"),
            to_attr="places",
        ),
        Prefetch("assignments", mains.prefetch_related("mentor__members__teacher"), to_attr="mains"),
    )


def enrolment_history(pupil: Pupil) -> list[Enrolment]:
    """All places of a pupil, the latest first."""
    rows = Enrolment.objects.filter(pupil=pupil).select_related("year", "school_class__grade")
    return list(rows.order_by("-starts_on", "-pk"))


def years_of_school(actor: Actor) -> list[SchoolYear]:
    """The school years of the actor's school, the latest first, their terms at hand. Two queries."""
    return list(SchoolYear.objects.visible_to(actor).order_by("-start_year").prefetch_related("terms"))


def rollovers_visible_to(actor: Actor) -> QuerySet[RollOver]:
    """The roll-overs that the actor may know of, the latest first, years and author at hand."""
    rows = RollOver.objects.visible_to(actor).select_related("from_year", "to_year", "done_by")
    return rows.order_by("-from_year__start_year")
