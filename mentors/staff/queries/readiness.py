"""Reads about readiness 暂不适合, hand-over notes, and who belongs to whom."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.actors import Actor
from core.lists import ordered
from core.search import named_like
from mentors.enums import ReadinessState
from mentors.models.slots import MentorMember, Teacher
from mentors.staff.models import ReadinessCase
from schools.models import SchoolYear

#: Filters of the page about the teachers: all, not yet mentors, not yet ready (paused or training), mentors.
SHOW: Final = ("", "without", "training", "mentors")


@dataclass(frozen=True, slots=True)
class TeacherRow:
    """A teacher on 德育室's page: the slot of this year, if any, and the open case, if any."""

    teacher: Teacher
    slot: MentorMember | None
    case: ReadinessCase | None

    @property
    def holds_pupils(self) -> bool:
        """Whether somebody who takes part in training first still has pupils."""
        return self.case is not None and self.slot is not None and self.slot.mentor.load > 0


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far 全体教师原则上都要担任导师 (Wuhu plan 五(二)) has come."""

    teachers: int
    mentors: int
    # Without a slot; `waiting` of them take part in training first.
    without: int
    waiting: int
    not_ready: int
    # Not ready, and still with pupils: somebody must take them over.
    with_pupils: list[Teacher]


def _slots(year: SchoolYear | None) -> QuerySet[MentorMember]:
    return MentorMember.objects.filter(year=year, mentor__capacity__gt=0)


def readiness_of(actor: Actor, year: SchoolYear | None) -> Readiness:
    """The figures of the page. Two queries."""
    held = _slots(year).filter(teacher=OuterRef("pk"))
    not_ready = ReadinessCase.objects.visible_to(actor).open().filter(teacher=OuterRef("pk"))
    pupils = held.filter(mentor__load__gt=0)
    rows = (
        Teacher.objects.visible_to(actor)
        .present()
        .annotate(is_mentor=Exists(held), is_waiting=Exists(not_ready), has_pupils=Exists(pupils))
        .order_by("number", "pk")
    )
    flags = list(rows.values_list("is_mentor", "is_waiting"))
    return Readiness(
        teachers=len(flags),
        mentors=sum(is_mentor for is_mentor, _ in flags),
        without=sum(not is_mentor for is_mentor, _ in flags),
        waiting=sum(waiting and not is_mentor for is_mentor, waiting in flags),
        not_ready=sum(waiting for _, waiting in flags),
        with_pupils=list(rows.filter(is_waiting=True, has_pupils=True)),
    )


#: How the page can be ordered: those not ready first, then those without a slot; by name; by number.
READINESS_ORDERS: Final = {
    "need": ["-is_waiting", "is_mentor", "number", "pk"],
    "name": ["pinyin", "pk"],
    "number": ["number", "pk"],
}


def readiness_teachers(
    actor: Actor, year: SchoolYear | None, *, show: str = "", text: str = "", sort: str = ""
) -> QuerySet[Teacher]:
    """The present teachers for a page of `readiness_rows`, by one of `READINESS_ORDERS`."""
    held = _slots(year).filter(teacher=OuterRef("pk"))
    not_ready = ReadinessCase.objects.visible_to(actor).open().filter(teacher=OuterRef("pk"))
    teachers = (
        Teacher.objects.visible_to(actor)
        .present()
        .annotate(is_mentor=Exists(held), is_waiting=Exists(not_ready))
        .order_by(*ordered(sort, READINESS_ORDERS))
    )
    if show == "without":
        teachers = teachers.filter(is_mentor=False)
    elif show == "training":
        teachers = teachers.filter(is_waiting=True)
    elif show == "mentors":
        teachers = teachers.filter(is_mentor=True)
    text = text.strip()
    if text:
        teachers = teachers.filter(named_like(text) | Q(number__istartswith=text))
    return teachers.prefetch_related(
        Prefetch(
            "memberships",
            _slots(year).select_related("mentor").prefetch_related("mentor__teams__school_class__grade"),
            to_attr="slots",
        ),
        Prefetch("readiness_cases", ReadinessCase.objects.visible_to(actor).open(), to_attr="open_cases"),
    )


def readiness_rows(teachers: list[Teacher]) -> list[TeacherRow]:
    """The rows of a page of `readiness_teachers`."""
    return [
        TeacherRow(
            teacher,
            next(iter(getattr(teacher, "slots", ())), None),
            next(iter(getattr(teacher, "open_cases", ())), None),
        )
        for teacher in teachers
    ]


def present_teachers(actor: Actor) -> QuerySet[Teacher]:
    """The teachers of the actor's school who have not left."""
    return Teacher.objects.visible_to(actor).present()


def cases_visible_to(actor: Actor) -> QuerySet[ReadinessCase]:
    """The cases that the actor may know of, teacher at hand."""
    return ReadinessCase.objects.visible_to(actor).select_related("teacher", "created_by")


def open_case_of(actor: Actor, teacher: Teacher) -> ReadinessCase | None:
    """The teacher's open case, if the actor may know of it."""
    return ReadinessCase.objects.visible_to(actor).open().filter(teacher=teacher).first()


def past_cases(actor: Actor, teacher: Teacher) -> list[ReadinessCase]:
    """The teacher's closed cases, the latest first."""
    return list(cases_visible_to(actor).filter(teacher=teacher, state=ReadinessState.READY))
