"""Reads that span the school tables, and the plan as one value; what holds on which day: `schools.calendar`."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import chinese_calendar
from django.db.models import QuerySet

from core.text import typed_key
from schools.contexts import Letterhead, PaperStyle, PaperWords
from schools.enums import ActionKind, Anchor, Design, KeyDateKind, MatchingMode, PeriodKind
from schools.models import (
    Grade,
    KeyDate,
    PaperSettings,
    Plan,
    School,
)
from schools.querysets import Scope

#: A window closes soon in its last week: then mentors are reminded, and pages turn amber.
DUE_SOON: Final = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OwedAction:
    """One action of a plan version, detached from the database."""

    action: ActionKind
    period: PeriodKind
    count: int
    required: bool
    anchor: Anchor
    opens_days: int
    due_days: int
    accepted_outcomes: frozenset[str]
    grade_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Window:
    """The days, both included, in which an action is to be done."""

    opens_on: datetime.date
    due_on: datetime.date

    def contains(self, day: datetime.date) -> bool:
        """Whether `day` lies in the window."""
        return self.opens_on <= day <= self.due_on

    def closes_soon(self, day: datetime.date) -> bool:
        """Whether `day` lies in the window and its last week has begun."""
        return self.contains(day) and self.due_on - day <= DUE_SOON


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What a plan version asks for: the one value that ticks, pages, papers and reminders read."""

    plan: Plan
    actions: tuple[OwedAction, ...]
    matching: dict[int, MatchingMode]

    def covers(self, grade_id: int) -> bool:
        """Whether the pupils of the grade have mentors under this plan."""
        return grade_id in self.matching

    def find(self, action: ActionKind) -> OwedAction | None:
        """The plan's rule for `action`, if it has one."""
        return next((a for a in self.actions if a.action == action), None)


def schools_of_bureau(bureau_id: int) -> list[School]:
    """The schools that a bureau compares, by code."""
    return list(School.objects.filter(bureau_id=bureau_id).order_by("code"))


def find_school(code: str) -> School | None:
    """The school with this code, however it is typed."""
    return School.objects.filter(code=typed_key(code)).first()


def schools_visible_to(actor: Scope) -> QuerySet[School]:
    """One's own school, or the schools of one's bureau."""
    return School.objects.visible_to(actor)


def grades_of(school: School) -> list[Grade]:
    """The grades of a school, the youngest first."""
    return list(Grade.objects.filter(school=school).order_by("number"))


def is_school_day(day: datetime.date, key_dates: Iterable[KeyDate] = ()) -> bool:
    """Whether teachers work on `day`: the official calendar, weekdays for years it does not know, minus holidays."""
    if any(d.kind == KeyDateKind.HOLIDAY and d.starts_on <= day <= d.ends_on for d in key_dates):
        return False
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def paper_settings(school: School) -> PaperSettings | None:
    """What the school has set for its papers, None if nothing yet. One query."""
    return PaperSettings.objects.filter(school=school).first()


def paper_style(school: School) -> PaperStyle:
    """How the school's papers look and speak, with its logo's bytes. One query."""
    return style_of(school, paper_settings(school))


def style_of(school: School, settings: PaperSettings | None) -> PaperStyle:
    """As `paper_style`, from the school's settings already at hand."""
    if settings is None:
        return PaperStyle(head=Letterhead(name=school.name), words=PaperWords(book_title=school.book_title))
    return PaperStyle(
        head=Letterhead(name=school.name, logo=_logo(settings), colour=settings.colour),
        words=PaperWords(
            book_title=school.book_title,
            book_subtitle=settings.book_subtitle,
            salutation=settings.salutation,
            closing=settings.closing,
            card_title=settings.card_title,
            card_motto=settings.card_motto,
            tree_hole_title=settings.tree_hole_title,
            tree_hole_intro=settings.tree_hole_intro,
            slip_note=settings.slip_note,
            appointment_title=settings.appointment_title,
            appointment=settings.appointment,
            signed_by_hand=settings.signed_by_hand,
            family_code=settings.family_code,
            design=Design(settings.design) if settings.design else None,
        ),
    )


def _logo(settings: PaperSettings) -> bytes | None:
    if not settings.logo:
        return None
    try:
        with settings.logo.open("rb") as stored:
            data: bytes = stored.read()
    except FileNotFoundError:
        # Removed from the disk by hand: papers print without it.
        return None
    return data
