"""Many at once: the cap and the one-mentor rule hold, on SQLite and on PostgreSQL."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.errors import DomainError
from mentors.board.services.board import save_board, undo_board_save
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.rounds.models import BoardSave
from mentors.services.assignments import assign_pupil
from mentors.services.slots import create_mentor, set_team
from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit
from records.models.records import Tick
from records.services.ticks import rebuild_ticks
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


def saving(cast: SchoolCast, moves: dict[int, int], base: dict[int, int] | None = None) -> Callable[[], object]:
    """The act of a joint save of the class board, by the homeroom teacher of class one."""
    actor = cast.actor(cast.homeroom)

    def act() -> object:
        return save_board(actor=actor, school_class=cast.class_one, base=base or {}, wanted=moves)

    return act


def test_forty_saves_and_assignments_at_once_never_exceed_the_cap(qingzhu: SchoolCast, free_mentor: Mentor) -> None:
    team = [qingzhu.slot_homeroom, qingzhu.slot, qingzhu.slot_colleague, free_mentor]
    set_team(actor=qingzhu.system, school_class=qingzhu.class_one, mentors=team, leader=None)
    pupils = [enrolment.pupil for enrolment in EnrolmentFactory.create_batch(2 * TRIES, school_class=qingzhu.class_one)]
    # Every other one is a board save of three pupils; the rest are single taps.
    joint = [saving(qingzhu, {p.pk: free_mentor.pk for p in pupils[at : at + 3]}) for at in range(0, 60, 3)]
    single = [assigning(qingzhu, pupil, free_mentor) for pupil in pupils[60:]]

    outcomes = all_at_once([act for both in zip(joint, single, strict=True) for act in both])

    assert outcomes.total() == TRIES == outcomes[OK] + outcomes["cap_reached"]
    held = list(Assignment.objects.filter(mentor=free_mentor, ends_on=None).values_list("pupil_id", flat=True))
    free_mentor.refresh_from_db()
    assert free_mentor.load == len(held) == len(set(held)) == CAP
    # All or nothing: of each joint save all three came in, or none.
    saves = BoardSave.objects.all()
    assert {len(save.moves) for save in saves} <= {3}
    assert sorted(key for save in saves for key, *_ in save.moves) == sorted(
        pupil.pk for pupil in pupils[:60] if pupil.pk in held
    )


def test_two_boards_that_move_the_same_pupils_at_once_leave_one_winner(
    qingzhu: SchoolCast, free_mentor: Mentor
) -> None:
    team = [qingzhu.slot_homeroom, qingzhu.slot, qingzhu.slot_colleague, free_mentor]
    set_team(actor=qingzhu.system, school_class=qingzhu.class_one, mentors=team, leader=None)
    first, second = qingzhu.pupils
    base = dict.fromkeys([first.pk, second.pk], qingzhu.slot.pk)
    targets = [free_mentor.pk, qingzhu.slot_colleague.pk, qingzhu.slot_homeroom.pk]
    boards = [saving(qingzhu, dict.fromkeys(base, target), base) for target in targets]

    outcomes = all_at_once(boards * 4)

    # The winner's own further clicks find everything written.
    assert outcomes == {OK: 4, "changed_meanwhile": 8}
    save = BoardSave.objects.get()
    assert {after for _, _, after, _ in save.moves} == set(
        Assignment.objects.filter(pupil__in=qingzhu.pupils, ends_on=None).values_list("mentor_id", flat=True)
    )

    def undoing() -> object:
        actor = qingzhu.actor(qingzhu.homeroom)
        return undo_board_save(actor=actor, save=BoardSave.objects.get(pk=save.pk))

    assert all_at_once([undoing] * 8) == {OK: 8}
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
