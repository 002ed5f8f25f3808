"""Many at once: the cap and the one-mentor rule hold, on SQLite and on PostgreSQL."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models import Assignment, Mentor
from mentors.services import assign_pupil, create_mentor
from records.models import Tick
from records.services import TalkData, VisitData, log_talk, log_visit, rebuild_ticks
from schools.enums import NoteVisibility
from students.models import Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast, TeacherFactory

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

TRIES = 40
CAP = 15
OK = "assigned"


def all_at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """Start every act at the same moment, each on a connection of its own; `OK` or the error's code of each."""
    together = Barrier(len(acts), timeout=60)

    def run(act: Callable[[], object]) -> str:
        try:
            together.wait()
            act()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return OK

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return Counter(pool.map(run, acts))


@pytest.fixture
def free_mentor(qingzhu: SchoolCast) -> Mentor:
    """A mentor with 15 places and nobody in them."""
    teacher = TeacherFactory.create(school=qingzhu.school)
    mentor = create_mentor(actor=qingzhu.system, year=qingzhu.year, teachers=[teacher])
    assert (mentor.capacity, mentor.load) == (CAP, 0)
    return mentor


def assigning(cast: SchoolCast, pupil: Pupil, mentor: Mentor) -> Callable[[], object]:
    """The act of one request, which reads its own rows."""
    actor = cast.actor(cast.office)

    def act() -> object:
        return assign_pupil(
            actor=actor,
            pupil=Pupil.objects.get(pk=pupil.pk),
            mentor=Mentor.objects.get(pk=mentor.pk),
            origin=AssignmentOrigin.OFFICE,
        )

    return act


def test_of_forty_concurrent_assignments_exactly_fifteen_find_a_place(qingzhu: SchoolCast, free_mentor: Mentor) -> None:
    pupils = [enrolment.pupil for enrolment in EnrolmentFactory.create_batch(TRIES, school_class=qingzhu.class_one)]

    outcomes = all_at_once([assigning(qingzhu, pupil, free_mentor) for pupil in pupils])

    assert outcomes == {OK: CAP, "cap_reached": TRIES - CAP}
    free_mentor.refresh_from_db()
    assert free_mentor.load == CAP
    held = Assignment.objects.filter(mentor=free_mentor).values_list("pupil_id", flat=True)
    assert len(held) == len(set(held)) == CAP


def test_a_pupil_given_to_many_mentors_at_once_has_one_of_them(qingzhu: SchoolCast, free_mentor: Mentor) -> None:
    pupil = qingzhu.pupil_unassigned
    slots = [free_mentor, qingzhu.slot, qingzhu.slot_colleague, qingzhu.slot_homeroom] * 3

    outcomes = all_at_once([assigning(qingzhu, pupil, slot) for slot in slots])

    assert outcomes == {OK: len(slots)}
    assert Assignment.objects.filter(pupil=pupil, ends_on=None).count() == 1
    loads = {mentor.pk: mentor.load for mentor in Mentor.objects.filter(school=qingzhu.school)}
    counted = Counter(Assignment.objects.filter(ends_on=None).values_list("mentor_id", flat=True))
    assert loads == {key: counted[key] for key in loads}


def test_records_of_one_pupil_at_the_same_moment_are_all_kept_and_counted(qingzhu: SchoolCast) -> None:
    pupil, term = qingzhu.pupils[0], qingzhu.year.terms.get(number=1)
    actor = qingzhu.actor(qingzhu.mentor)

    def talking() -> object:
        data = TalkData(date=TODAY, visibility=NoteVisibility.TEAM)
        return log_talk(actor=actor, pupils=[pupil], term=term, data=data, submission=uuid.uuid4())

    def visiting() -> object:
        data = VisitData(date=TODAY, visibility=NoteVisibility.TEAM)
        return log_visit(actor=actor, pupil=pupil, term=term, data=data, teachers=[], submission=uuid.uuid4())

    assert all_at_once([talking, visiting] * 8) == {OK: 16}
    ticks = dict(Tick.objects.filter(pupil=pupil).values_list("action", "done_count"))
    assert ticks == {"talk": 8, "visit": 8}
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []
