"""Pupils in bulk for the tests of the cap."""

from mentors.enums import AssignmentOrigin
from mentors.models.slots import Mentor
from mentors.services.assignments import assign_pupil
from schools.models import SchoolClass
from students.models import Pupil
from tests.cast import EnrolmentFactory, SchoolCast


def enrol(school_class: SchoolClass, count: int) -> list[Pupil]:
    """`count` further pupils of the class, without mentors."""
    return [EnrolmentFactory.create(school_class=school_class).pupil for _ in range(count)]


def fill(cast: SchoolCast, mentor: Mentor, up_to: int) -> list[Pupil]:
    """Further pupils of class one for `mentor`, until it has `up_to` of them."""
    mentor.refresh_from_db()
    added = enrol(cast.class_one, up_to - mentor.load)
    for pupil in added:
        assign_pupil(actor=cast.system, pupil=pupil, mentor=mentor, origin=AssignmentOrigin.HOMEROOM)
    mentor.refresh_from_db()
    return added
