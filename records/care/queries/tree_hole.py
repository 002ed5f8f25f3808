"""Reads of 心灵树洞卡: whom a card can be given to, a teacher's inbox, and 德育室's counts without a word or a name."""

import datetime
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core.clock import now, today
from core.kept import kept
from core.lists import ListColumn, ListOut
from core.search import named_like
from mentors.models.slots import Assignment, MentorMember, Teacher
from mentors.querysets.slots import TeacherQuerySet
from records.enums import TreeHoleSubject
from records.models.care import TreeHoleCard
from records.querysets.care import TreeHoleCardQuerySet
from schools.calendar import SchoolCalendar
from schools.enums import ActionKind, Module
from schools.models import Grade, SchoolClass, SchoolYear, Term
from students.models import Enrolment, FamilySlip
from students.querysets import PupilQuerySet

#: So many names one search shows to a pupil, or to a teacher who types in a paper card.
MOST_FOUND: Final = 20


def waited(since: datetime.datetime) -> str:
    """How long something has waited: 等了 2 天, 等了 3 小时, 刚刚."""
    passed = now() - since
    if passed.days:
        return f"等了 {passed.days} 天"
    hours = passed.seconds // 3600
    return f"等了 {hours} 小时" if hours else "刚刚"


def is_offered(slip: FamilySlip) -> bool:
    """Whether the pupil of `slip` finds the tree hole: the school uses it, and the plan names the grade or none.

    Guyi plan 四(三)2: 自选动作 in grade 3. Four queries.
    """
    calendar = SchoolCalendar(slip.school_id, today()).present
    if calendar is None or Module.TREE_HOLE not in slip.school.in_use:
        return False
    grades = {grade for owed in calendar.rules.of(ActionKind.CARD) for grade in owed.grade_ids}
    return not grades or not grades.isdisjoint(_grades_of_pupil(slip.pupil_id, calendar.year))


@kept
def _grades_of_pupil(pupil_id: int, year: SchoolYear) -> QuerySet[Enrolment, int]:
    here = Enrolment.objects.active().filter(pupil_id=pupil_id, year=year)
    return here.values_list("school_class__grade_id", flat=True)


def reachable_teachers(school_id: int, *, on: datetime.date) -> TeacherQuerySet:
    """Present teachers of a school who can sign in and so read a card on the day `on`."""
    held = RoleGrant.objects.active(on).filter(school_id=school_id, user_id=OuterRef("user_id"))
    return Teacher.objects.present().filter(Exists(held), school_id=school_id, user__is_active=True)


def is_teacher(actor: Actor) -> bool:
    """Whether the actor stands on the school's roster of teachers: whom a card can be given to. One query."""
    return actor.user_id is not None and bool(_on_roster(actor))


@kept
def _on_roster(actor: Actor) -> QuerySet[Teacher, int]:
    rows = Teacher.objects.visible_to(actor).present().filter(user_id=actor.user_id or 0)
    return rows.order_by().values_list("pk", flat=True)[:1]


@kept
def classes_of(year: SchoolYear) -> QuerySet[SchoolClass]:
    """The classes of `year` in teaching order. One query."""
    return SchoolClass.objects.of_year(year).select_related("grade").order_by("grade__number", "number")


def near_teachers(slip: FamilySlip, year: SchoolYear, *, on: datetime.date) -> list[Teacher]:
    """The pupil's own mentors and homeroom teacher, as far as a card reaches them. Three queries.

    Asked in one, every teacher of the school is held against both.
    """
    keys = {*_mentoring(slip.pupil_id, year), *_leading(slip.pupil_id, year, on)}
    return _reachable(slip.school_id, on, keys)


@kept
def _mentoring(pupil_id: int, year: SchoolYear) -> QuerySet[MentorMember, int]:
    mentors = Assignment.objects.active().filter(pupil_id=pupil_id, year=year)
    return MentorMember.objects.filter(mentor__in=mentors.values("mentor_id")).values_list("teacher_id", flat=True)


@kept
def _leading(pupil_id: int, year: SchoolYear, on: datetime.date) -> QuerySet[Teacher, int]:
    classes = Enrolment.objects.active().of_year(year).filter(pupil_id=pupil_id)
    leaders = RoleGrant.objects.active(on).filter(
        role=Role.HOMEROOM, school_class_id__in=classes.values("school_class_id")
    )
    return Teacher.objects.filter(user__in=leaders.values("user_id")).values_list("pk", flat=True)


@kept
def _reachable(school_id: int, on: datetime.date, keys: set[int]) -> TeacherQuerySet:
    return reachable_teachers(school_id, on=on).filter(pk__in=keys).order_by("pinyin", "pk")


def search_teachers(school_id: int, text: str, *, on: datetime.date) -> list[Teacher]:
    """Teachers whose name, pinyin or initials begin or contain `text`. One query, none without a text."""
    text = text.strip()
    if not text:
        return []
    found = reachable_teachers(school_id, on=on).filter(named_like(text))
    return list(found.order_by("pinyin", "pk")[:MOST_FOUND])


def tree_hole_cards_of_slip(slip: FamilySlip, keys: list[int]) -> list[TreeHoleCard]:
    """Those of the pupil's own cards with these keys, the latest first; paper cards are never among them."""
    rows = TreeHoleCard.objects.filter(pk__in=keys, pupil_id=slip.pupil_id, school_id=slip.school_id, entered_by=None)
    return list(rows.select_related("teacher", "school"))


def inbox(actor: Actor, term: Term | None) -> TreeHoleCardQuerySet:
    """The cards of a term, or all, that were given to the actor: those that wait first, the oldest of them on top; then
    the others.
    """
    rows = TreeHoleCard.objects.held_by(actor)
    return (
        (rows.filter(term=term) if term is not None else rows)
        .select_related("pupil")
        .annotate(
            done=Case(
                When(closed_at__isnull=False, then=Value(2)),
                When(Q(answered_at__isnull=False) | Q(met_on__isnull=False), then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            )
        )
        .order_by("done", "handed_in_at", "pk")
    )


def own_tree_hole_cards(actor: Actor) -> TreeHoleCardQuerySet:
    """The cards that the actor may open, with all that the page shows."""
    return TreeHoleCard.objects.held_by(actor).select_related("pupil", "teacher", "term__year", "school")


def class_labels(pupil_ids: set[int], year: SchoolYear) -> dict[int, str]:
    """The present class of each pupil in words. One query."""
    return {row.pupil_id: row.school_class.label for row in _places(pupil_ids, year)}


@kept
def _places(pupil_ids: set[int], year: SchoolYear) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.active().of_year(year).filter(pupil_id__in=pupil_ids)
    return rows.select_related("school_class__grade")


def find_enrolments(
    pupils: PupilQuerySet, year: SchoolYear, *, text: str = "", class_id: int | None = None
) -> list[Enrolment]:
    """Present ones of `pupils` by name, pinyin initials or class: names and classes only, the first twenty.

    For whoever types in a paper card. One query, none without a text or a class.
    """
    text = text.strip()
    if not text and class_id is None:
        return []
    rows: QuerySet[Enrolment] = Enrolment.objects.active().of_year(year).filter(pupil__in=pupils)
    if class_id is not None:
        rows = rows.filter(school_class_id=class_id)
    if text:
        rows = rows.filter(named_like(text, of="pupil__"))
    most = MOST_FOUND if class_id is None else 80
    return list(
        rows.select_related("pupil", "school_class__grade").order_by(
            "school_class__grade__number", "school_class__number", "seat_number", "pupil__pinyin", "pupil_id"
        )[:most]
    )


@dataclass(frozen=True, slots=True)
class TreeHoleCounts:
    """德育室's view of a year's cards: counts and waiting times, never a text, a pupil, a class or a teacher."""

    total: int
    answered: int
    waiting: int
    # Days that those still waiting have waited.
    median_days: int
    oldest_days: int
    subjects: list[tuple[str, int]]
    grades: list[tuple[str, int]]


def tree_hole_out(counts: TreeHoleCounts, year: SchoolYear) -> ListOut:
    """The counts of a year to export or print: by subject, and apart from it by grade."""
    number = ListColumn("张数", 8, number=True)
    grades = ListOut("cards_by_grade", "按年级", [ListColumn("年级", 20), number], counts.grades, False)
    about = f"{year}　收到 {counts.total} 张，已回应 {counts.answered} 张，等待回应 {counts.waiting} 张"
    note = "只有数量，没有内容、姓名和班级。"
    columns = [ListColumn("主题", 20), number]
    return ListOut(
        "cards", "心灵树洞卡统计", columns, counts.subjects, False,
        about=about, where={"year": year.start_year}, note=note, further=[grades],
    )  # fmt: skip


def tree_hole_counts(year: SchoolYear) -> TreeHoleCounts:
    """Counts by subject and, apart from it, by grade: crossed, a small cell would point at a child. Three queries."""
    cards = list(
        TreeHoleCard.objects.filter(school_id=year.school_id, term__year=year).values_list(
            "subject", "pupil_id", "handed_in_at", "answered_at", "met_on", "closed_at"
        )
    )
    grade_of = dict(
        Enrolment.objects.filter(year=year, pupil_id__in={card[1] for card in cards})
        .order_by("starts_on", "pk")
        .values_list("pupil_id", "school_class__grade_id")
    )
    moment = now()
    open_since = [card[2] for card in cards if card[3] is None and card[4] is None and card[5] is None]
    days = [(moment - since).days for since in open_since]
    subjects, grades = Counter(card[0] for card in cards), Counter(grade_of.get(card[1]) for card in cards)
    return TreeHoleCounts(
        total=len(cards),
        answered=len(cards) - len(days),
        waiting=len(days),
        median_days=int(statistics.median(days)) if days else 0,
        oldest_days=max(days, default=0),
        subjects=[(str(subject.label), subjects[subject.value]) for subject in TreeHoleSubject],
        grades=[
            (grade.name, grades[grade.pk])
            for grade in Grade.objects.filter(school_id=year.school_id)
            if grades.get(grade.pk)
        ],
    )
