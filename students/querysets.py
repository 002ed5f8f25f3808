"""Querysets of the pupil tables, named for the screens that use them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Prefetch, Q, QuerySet

from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from students.enums import EndReason

if TYPE_CHECKING:
    from schools.models import SchoolClass, SchoolYear
    from students.models import Enrolment, FamilySlip, Guardian, Pupil  # noqa: F401  # named in quotes below

# Roles that see every pupil of their school by name.
WHOLE_SCHOOL = (Role.MORAL_OFFICE, Role.LEADER, Role.SCHOOL_ADMIN)
# How the roll-over ends the enrolments of the former year, and nothing else does.
ROLLED_OVER = (EndReason.PROMOTED, EndReason.GRADUATED)


def lasting(year: SchoolYear, prefix: str = "") -> Q:
    """That an enrolment of `year` (at the path `prefix`) is open, or was until the year was rolled over."""
    still_open = Q(**{f"{prefix}ends_on": None})
    return still_open if year.is_current else still_open | Q(**{f"{prefix}end_reason__in": ROLLED_OVER})


class PupilQuerySet(OfSchoolQuerySet["Pupil"]):
    pass


class FamilySlipQuerySet(OfSchoolQuerySet["FamilySlip"]):
    def valid(self, on: datetime.date) -> Self:
        """Those that open something on the day `on`: neither revoked nor over, and of a pupil who is still here."""
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=on), revoked_at=None, pupil__enrolments__ends_on=None
        ).distinct()


class EnrolmentQuerySet(OfSchoolQuerySet["Enrolment"]):
    def active(self) -> Self:
        """Pupils who are still in that class."""
        return self.filter(ends_on=None)

    def of_year(self, year: SchoolYear) -> Self:
        """Enrolments of `year`."""
        return self.filter(year=year)

    def lasting(self, year: SchoolYear) -> Self:
        """The pupils of `year`: the present ones, or of a former year those who were there to its end."""
        return self.of_year(year).filter(lasting(year))

    def for_class_list(self, school_class: SchoolClass) -> Self:
        """The class as its list shows it: present pupils by seat number."""
        return self.active().filter(school_class=school_class).select_related("pupil").in_list_order()

    def in_list_order(self) -> Self:
        """Grade, class, seat number, then pinyin."""
        return self.order_by(
            "school_class__grade__number",
            "school_class__number",
            "seat_number",
            "pupil__pinyin",
            "pupil_id",
        )

    def with_guardians(self, guardians: QuerySet[Guardian]) -> Self:
        """The guardians of each pupil prefetched, first one first."""
        return self.prefetch_related(Prefetch("pupil__guardians", queryset=guardians.order_by("position")))
