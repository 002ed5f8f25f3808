"""Which families a release has not reached: slips that were never opened, letters that nobody has read."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q

from accounts.actors import Actor
from accounts.enums import Role
from core.lists import ListColumn, ListOut
from records.enums import LetterState
from records.models.records import GrowthLetter
from schools.calendar import YearCalendar
from schools.enums import ActionKind
from schools.models import SchoolClass
from students.models import Enrolment, FamilySlip
from students.querysets import EnrolmentQuerySet

#: What the list can be narrowed to; without it stands who is in one of the two.
UNOPENED, UNREAD = "unopened", "unread"
#: So many rows are read at once for a file.
_AT_ONCE: Final = 500


def told_classes(actor: Actor, calendar: YearCalendar) -> list[SchoolClass]:
    """The classes that are owed letters, in teaching order: all for 德育室, the own ones for 班主任. One query."""
    grades = {grade for owed in calendar.rules.of(ActionKind.LETTER) for grade in owed.grade_ids}
    rows = SchoolClass.objects.visible_to(actor).of_year(calendar.year).filter(grade__in=grades)
    if not actor.has(Role.MORAL_OFFICE):
        rows = rows.filter(pk__in=sorted(actor.homeroom_class_ids))
    return list(rows)


def families_of(calendar: YearCalendar, classes: Collection[SchoolClass]) -> EnrolmentQuerySet:
    """The pupils of the classes in list order, with `has_slip`, `is_opened` (a slip of theirs, ever, by the family),
    `has_letter` (released in the term) and `is_read`.
    """
    slips = FamilySlip.objects.filter(pupil=OuterRef("pupil_id"))
    letters = GrowthLetter.objects.present().filter(
        pupil=OuterRef("pupil_id"), term=calendar.term, state=LetterState.RELEASED
    )
    return (
        Enrolment.objects.lasting(calendar.year)
        .filter(school_class__in=[one.pk for one in classes])
        .annotate(
            has_slip=Exists(slips.filter(revoked_at=None)),
            is_opened=Exists(slips.exclude(opened_on=None)),
            has_letter=Exists(letters),
            is_read=Exists(letters.exclude(read_at=None)),
        )
        .select_related("pupil", "school_class__grade")
        .in_list_order()
    )


_UNOPENED: Final = Q(("is_opened", False))
_UNREAD: Final = Q(("has_letter", True), ("is_read", False))


def not_reached(rows: EnrolmentQuerySet, show: str) -> EnrolmentQuerySet:
    """Those of `families_of` that `show` keeps: `UNOPENED`, `UNREAD`, else both."""
    return rows.filter({UNOPENED: _UNOPENED, UNREAD: _UNREAD}.get(show, _UNOPENED | _UNREAD))


@dataclass(frozen=True, slots=True)
class ClassTold:
    """How far a class's families were reached."""

    school_class: SchoolClass
    pupils: int
    unopened: int
    letters: int
    unread: int


def told_by_class(rows: EnrolmentQuerySet, classes: Collection[SchoolClass]) -> list[ClassTold]:
    """The figures of each class of `families_of`, in the order of `classes`. One query."""
    found = {
        key: counts
        for key, *counts in rows.order_by()
        .values_list(F("school_class_id"))
        .annotate(
            pupils=Count("pk"),
            unopened=Count("pk", filter=_UNOPENED),
            letters=Count("pk", filter=Q(("has_letter", True))),
            unread=Count("pk", filter=_UNREAD),
        )
    }
    return [ClassTold(one, *found[one.pk]) for one in classes if one.pk in found]


def told_out(rows: EnrolmentQuerySet, *, about: str, where: Mapping[str, object]) -> ListOut:
    """Those of `not_reached` as a list to export or print."""
    return ListOut(
        name="families_not_reached",
        title="还没有看到的家庭",
        columns=[
            ListColumn("班级", 12),
            ListColumn("座号", 6, number=True),
            ListColumn("姓名"),
            ListColumn("凭条", 14),
            ListColumn("寄语", 14),
        ],
        rows=_lines(rows),
        names_children=True,
        about=about,
        where=where,
        who=2,
    )


def slip_words(has_slip: bool, is_opened: bool) -> str:
    """How far a family came with its slip."""
    return "打开过" if is_opened else "没打开过" if has_slip else "还没有凭条"


def letter_words(has_letter: bool, is_read: bool) -> str:
    """How far a letter came."""
    return "读过" if is_read else "没读" if has_letter else "还没发布"


def _lines(rows: EnrolmentQuerySet) -> Iterator[list[str | int | None]]:
    for row in rows.iterator(chunk_size=_AT_ONCE):
        told = vars(row)
        yield [
            row.school_class.label,
            row.seat_number,
            row.pupil.name,
            slip_words(told["has_slip"], told["is_opened"]),
            letter_words(told["has_letter"], told["is_read"]),
        ]
