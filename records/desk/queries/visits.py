"""Planned visits, families' wishes, and the visits that a teacher took part in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from core.kept import kept
from mentors.models.slots import Assignment, Teacher, TeamMember
from records.desk.models import VisitPlan, VisitWish
from records.desk.queries.roster import DeskTick, roster_ticks
from records.desk.queries.year_records import read_year
from records.desk.querysets import VisitPlanQuerySet
from records.models.records import HomeVisit
from records.querysets.records import HomeVisitQuerySet
from schools.calendar import YearCalendar
from schools.models import SchoolClass, SchoolYear, Term
from students.models import Enrolment, FamilySlip, Pupil

#: So many of them the page shows.
MOST_PLANS: Final = 30


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A pupil of the class: the visit's tick, the open plan, the family's wish, the mentors' names."""

    enrolment: Enrolment
    tick: DeskTick
    plan: VisitPlan | None
    wish: str
    mentors: str

    @property
    def pupil(self) -> Pupil:
        """The pupil of the row."""
        return self.enrolment.pupil


def led_classes(actor: Actor, calendar: YearCalendar) -> list[SchoolClass]:
    """The classes that the actor leads this year. One query."""
    return _led_classes(actor, calendar.year)


@kept
def _led_classes(actor: Actor, year: SchoolYear) -> QuerySet[SchoolClass]:
    return SchoolClass.objects.visible_to(actor).of_year(year).filter(pk__in=actor.homeroom_class_ids)


def plan_rows(actor: Actor, calendar: YearCalendar, school_class: SchoolClass) -> list[PlanRow]:
    """The class with what is planned and wished; open ones first by date. Nine queries whatever its size."""
    enrolments = list(Enrolment.objects.in_school(actor).for_class_list(school_class))
    for enrolment in enrolments:
        enrolment.school_class = school_class
    keys = [e.pupil_id for e in enrolments]
    ticks = roster_ticks(calendar, enrolments, read_year(calendar, keys))
    plans = {
        p.pupil_id: p
        for p in open_plans(actor).filter(term=calendar.term, pupil_id__in=keys).prefetch_related("teachers")
    }
    wishes = wishes_of(actor, calendar.term, keys)
    names: dict[int, list[str]] = {}
    for pupil_id, name in (
        Assignment.objects.active()
        .filter(year=calendar.year, pupil_id__in=keys)
        .order_by("kind", "mentor__members__position")
        .values_list("pupil_id", "mentor__members__teacher__name")
    ):
        names.setdefault(pupil_id, []).append(name)
    return [
        PlanRow(
            e,
            ticks[e.pupil_id][0],
            plans.get(e.pupil_id),
            wishes.get(e.pupil_id, ""),
            "、".join(names.get(e.pupil_id, [])),
        )
        for e in enrolments
    ]


def class_team(actor: Actor, school_class: SchoolClass) -> list[Teacher]:
    """Who may be asked to join the class's visits: oneself first, then the team 导师团, leader first. Two queries."""
    members = (
        TeamMember.objects.filter(school_class=school_class)
        .order_by("-is_leader", "position", "pk")
        .values_list("mentor__members__teacher_id", flat=True)
    )
    order = {key: place for place, key in enumerate(members)}
    teachers = Teacher.objects.visible_to(actor).present()
    oneself = Q(user_id=actor.user_id) if actor.user_id is not None else Q(pk=None)
    found = teachers.filter(oneself | Q(pk__in=list(order)))
    return sorted(found, key=lambda t: (t.user_id != actor.user_id, order.get(t.pk, 0)))


def open_plans(actor: Actor) -> VisitPlanQuerySet:
    """The plans that the actor may know of and that wait, the next first."""
    return VisitPlan.objects.visible_to(actor).open().select_related("pupil")


@kept
def my_plans(actor: Actor, year: SchoolYear) -> VisitPlanQuerySet:
    """The planned visits in which the actor takes part, or which are for the own pupils: one more than `MOST_PLANS`."""
    if actor.user_id is None:
        return VisitPlan.objects.none()
    own = Assignment.objects.held_by(actor).active().filter(year=year)
    joined = VisitPlan.objects.filter(teachers__user_id=actor.user_id)
    mine = Q(pk__in=joined.values("pk")) | Q(pupil_id__in=own.values("pupil_id"))
    rows = VisitPlan.objects.visible_to(actor).open().filter(mine, term__year=year)
    return rows.select_related("pupil").prefetch_related("teachers")[: MOST_PLANS + 1]


def joined_visits(actor: Actor, term: Term | None) -> HomeVisitQuerySet:
    """The visits of a term, or all, in which the actor took part, the latest first; their texts stay on the pupils'
    pages.
    """
    if actor.school_id is None or actor.user_id is None:
        return HomeVisit.objects.none()
    rows = HomeVisit.objects.present().filter(school_id=actor.school_id, teachers__user_id=actor.user_id)
    rows = rows.filter(term=term) if term is not None else rows
    return rows.select_related("pupil", "term__year").prefetch_related("teachers").order_by("-date", "-pk")


def school_plans(actor: Actor) -> VisitPlanQuerySet:
    """All plans of the actor's school, to tell a forbidden one (403) from an unknown one (404)."""
    return VisitPlan.objects.filter(school_id=actor.school_id or 0)


def wishes_of(actor: Actor, term: Term, pupil_ids: Sequence[int]) -> dict[int, str]:
    """When families would like to be visited, by pupil. One query."""
    rows = VisitWish.objects.filter(school_id=actor.school_id or 0, term=term, pupil_id__in=pupil_ids)
    return dict(rows.values_list("pupil_id", "text"))


def wish_of_slip(slip: FamilySlip, term: Term) -> VisitWish | None:
    """What the slip's family has written for the term."""
    return next(iter(_wish_of(slip.pupil_id, slip.school_id, term.pk)), None)


@kept
def _wish_of(pupil_id: int, school_id: int, term_id: int) -> QuerySet[VisitWish]:
    return VisitWish.objects.filter(pupil_id=pupil_id, school_id=school_id, term_id=term_id)


def plan_of_slip(slip: FamilySlip, term: Term) -> VisitPlan | None:
    """When the school comes, as far as it is agreed."""
    return next(iter(_plan_of(slip.pupil_id, slip.school_id, term.pk)), None)


@kept
def _plan_of(pupil_id: int, school_id: int, term_id: int) -> VisitPlanQuerySet:
    rows = VisitPlan.objects.open().filter(pupil_id=pupil_id, school_id=school_id, term_id=term_id)
    return rows[:1]
