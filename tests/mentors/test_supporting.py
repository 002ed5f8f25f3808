"""Supporting mentors 多对一, shared slots counted once, and what the plan makes of both."""

import datetime
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEntry
from core.errors import DomainError
from mentors.board.services.supporting import add_supporting, end_supporting, move_pupil
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.services.assignments import assign_pupil, assign_pupils, recount_loads, withdraw_pupil
from mentors.services.slots import apply_plan_cap, create_mentor, grant_exception
from mentors.staff.services.transfers import draw_leaving, reinstate_teacher, retire_teacher
from mentors.year.services.draft import CarryOn, draw_rollover
from mentors.year.services.rollover import RollOverChoices, roll_over, undo_rollover
from schools.models import Grade, Plan
from schools.services import TermDates
from students.enums import EndReason
from tests.cast import TODAY, SchoolCast, TeacherFactory
from tests.mentors.builders import enrol, fill


def load(mentor: Mentor) -> int:
    return Mentor.objects.get(pk=mentor.pk).load


def capacity(mentor: Mentor) -> int:
    return Mentor.objects.get(pk=mentor.pk).capacity


def settings(cast: SchoolCast, **changes: object) -> None:
    Plan.objects.filter(year=cast.year).update(**changes)


def agreed(cast: SchoolCast) -> bool:
    """Whether all loads are what the assignments say."""
    return recount_loads(year=cast.year, check=True) == []


# --- Adding and ending ------------------------------------------------------------------------------------------------
def test_a_supporting_mentor_is_added_with_date_author_and_reason(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    added = add_supporting(
        actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague, reason=" 需要心理老师一起关心 "
    )
    row = Assignment.objects.get(pk=added.pk)
    assert (row.kind, row.origin, row.starts_on, row.ends_on, row.assigned_by_id, row.reason, row.counts_in_load) == (
        AssignmentKind.SUPPORTING,
        AssignmentOrigin.OFFICE,
        TODAY,
        None,
        qingzhu.office.pk,
        "需要心理老师一起关心",
        False,
    )
    assert AuditEntry.objects.get(verb="add_supporting").detail == {"mentor": qingzhu.slot_colleague.pk}
    assert Assignment.objects.active().main().get(pupil=qingzhu.pupils[0]).mentor == qingzhu.slot


def test_the_homeroom_teacher_adds_one_for_the_own_class_and_nobody_else_does(qingzhu: SchoolCast) -> None:
    own = add_supporting(actor=qingzhu.actor(qingzhu.homeroom), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    assert own.origin == AssignmentOrigin.HOMEROOM
    for part in ("mentor", "leader", "admin", "counsellor"):
        with pytest.raises(DomainError) as refused:
            add_supporting(
                actor=qingzhu.actor(qingzhu.people[part]), pupil=qingzhu.pupils[1], mentor=qingzhu.slot_colleague
            )
        assert refused.value.code == "not_allowed"
    with pytest.raises(DomainError) as refused:
        add_supporting(actor=qingzhu.actor(qingzhu.homeroom), pupil=qingzhu.pupil_shared, mentor=qingzhu.slot_colleague)
    assert refused.value.code == "not_allowed"


def test_the_same_one_again_changes_nothing(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    office = qingzhu.actor(qingzhu.office)
    first = add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    again = add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    assert (again.pk, load(qingzhu.slot_colleague)) == (first.pk, 2)


def test_the_main_mentor_is_no_supporting_one(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot)
    assert refused.value.message == "林小满老师已经是这位同学的导师，请另选一位作为辅助导师。"


def test_a_teacher_who_left_supports_nobody(qingzhu: SchoolCast) -> None:
    retire_teacher(actor=qingzhu.actor(qingzhu.admin), teacher=qingzhu.colleague.teacher, left_on=TODAY)
    with pytest.raises(DomainError) as refused:
        add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    assert refused.value.code == "mentor_left"


def test_another_schools_mentors_and_pupils_are_out_of_reach(qingzhu: SchoolCast, other: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    for pupil, mentor in ((qingzhu.pupils[0], other.slot), (other.pupils[0], qingzhu.slot_colleague)):
        with pytest.raises(DomainError) as refused:
            add_supporting(actor=office, pupil=pupil, mentor=mentor)
        assert refused.value.code == "other_school"
    theirs = add_supporting(actor=other.actor(other.office), pupil=other.pupils[0], mentor=other.slot_colleague)
    with pytest.raises(DomainError) as refused:
        end_supporting(actor=office, assignment=theirs)
    assert refused.value.code == "other_school"


def test_an_ended_one_stays_in_the_history_and_ends_once(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    added = add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    end_supporting(actor=office, assignment=added)
    end_supporting(actor=office, assignment=added)
    assert Assignment.objects.get(pk=added.pk).ends_on == TODAY
    assert AuditEntry.objects.filter(verb="end_supporting").count() == 1
    main = Assignment.objects.active().main().get(pupil=qingzhu.pupils[0])
    with pytest.raises(DomainError) as refused:
        end_supporting(actor=office, assignment=main)
    assert refused.value.code == "not_supporting"


# --- What counts ------------------------------------------------------------------------------------------------------
def test_a_supported_pupil_takes_no_place_unless_the_plan_says_so(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    fill(qingzhu, qingzhu.slot_colleague, 15)
    add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    assert load(qingzhu.slot_colleague) == 15
    settings(qingzhu, supporting_counts=True)
    with pytest.raises(DomainError) as refused:
        add_supporting(actor=office, pupil=qingzhu.pupils[1], mentor=qingzhu.slot_colleague)
    assert refused.value.code == "cap_reached"
    assert "苏禾老师已有 15 名学生，达到上限 15 名。" in refused.value.message
    assert agreed(qingzhu)


def test_a_counted_one_takes_a_place_and_gives_it_back(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    office = qingzhu.actor(qingzhu.office)
    added = add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    assert load(qingzhu.slot_colleague) == 2
    # What it took is given back, also where the plan was changed in between and could not be followed.
    settings(qingzhu, supporting_counts=False)
    end_supporting(actor=office, assignment=added)
    assert load(qingzhu.slot_colleague) == 1
    assert agreed(qingzhu)


def test_a_supporting_mentor_becomes_the_main_one_in_the_place_already_taken(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    office = qingzhu.actor(qingzhu.office)
    fill(qingzhu, qingzhu.slot_colleague, 14)
    add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    assert load(qingzhu.slot_colleague) == 15
    move_pupil(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    assert (load(qingzhu.slot_colleague), load(qingzhu.slot)) == (15, 1)
    add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot)
    assign_pupils(
        actor=office,
        year=qingzhu.year,
        pairs=[(qingzhu.pupils[0].pk, qingzhu.slot.pk)],
        origin=AssignmentOrigin.OFFICE,
    )
    assert (load(qingzhu.slot_colleague), load(qingzhu.slot)) == (14, 2)
    assert agreed(qingzhu)


def test_a_pupil_who_leaves_gives_all_places_back(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    office = qingzhu.actor(qingzhu.office)
    add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    withdraw_pupil(actor=office, pupil=qingzhu.pupils[0], year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    assert (load(qingzhu.slot), load(qingzhu.slot_colleague)) == (1, 1)
    assert agreed(qingzhu)


def test_loads_are_mended_by_what_counts(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    Mentor.objects.filter(pk=qingzhu.slot_colleague.pk).update(load=0)
    assert recount_loads(year=qingzhu.year) == [qingzhu.slot_colleague.pk]
    assert load(qingzhu.slot_colleague) == 2


def test_the_database_lets_no_main_pupil_go_uncounted(qingzhu: SchoolCast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.active().main().filter(pupil=qingzhu.pupils[0]).update(counts_in_load=False)


# --- A new version of the plan ----------------------------------------------------------------------------------------
def test_counting_supporting_ones_is_switched_on_and_off(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    settings(qingzhu, supporting_counts=True)
    assert apply_plan_cap(actor=qingzhu.system, year=qingzhu.year) == 1
    assert load(qingzhu.slot_colleague) == 2
    assert agreed(qingzhu)
    settings(qingzhu, supporting_counts=False)
    assert apply_plan_cap(actor=qingzhu.system, year=qingzhu.year) == 1
    assert load(qingzhu.slot_colleague) == 1
    assert agreed(qingzhu)
    assert apply_plan_cap(actor=qingzhu.system, year=qingzhu.year) == 0


def test_counting_them_is_refused_where_somebody_would_be_above_the_capacity(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    fill(qingzhu, qingzhu.slot_colleague, 15)
    added = add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    settings(qingzhu, supporting_counts=True)
    with pytest.raises(DomainError) as refused:
        apply_plan_cap(actor=qingzhu.system, year=qingzhu.year)
    assert refused.value.message == (
        "有导师现有 16 名学生（连同辅助指导的学生），超过新的上限 15 名。请先调整学生或批准超额，再修改方案。"
    )
    assert (load(qingzhu.slot_colleague), Assignment.objects.get(pk=added.pk).counts_in_load) == (15, False)
    grant_exception(actor=office, mentor=qingzhu.slot_colleague, limit=16, reason="辅助一名学生")
    assert apply_plan_cap(actor=qingzhu.system, year=qingzhu.year) == 1
    assert (load(qingzhu.slot_colleague), capacity(qingzhu.slot_colleague)) == (16, 16)


def test_a_shared_slot_counts_as_two_or_as_one(qingzhu: SchoolCast) -> None:
    assert capacity(qingzhu.slot_shared) == 30
    settings(qingzhu, shared_counts_once=True)
    assert apply_plan_cap(actor=qingzhu.system, year=qingzhu.year) == 1
    assert [capacity(m) for m in (qingzhu.slot, qingzhu.slot_shared)] == [15, 15]
    two = create_mentor(
        actor=qingzhu.system,
        year=qingzhu.year,
        teachers=TeacherFactory.create_batch(2, school=qingzhu.school),
    )
    assert capacity(two) == 15
    office = qingzhu.actor(qingzhu.office)
    grant_exception(actor=office, mentor=qingzhu.slot_shared, limit=17, reason="两位一起带")
    fill(qingzhu, qingzhu.slot_shared, 17)
    settings(qingzhu, shared_counts_once=False)
    apply_plan_cap(actor=qingzhu.system, year=qingzhu.year)
    assert (capacity(qingzhu.slot_shared), capacity(two)) == (30, 30)


def test_a_shared_slot_above_one_share_is_not_counted_as_one(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot_shared, 16)
    settings(qingzhu, shared_counts_once=True)
    with pytest.raises(DomainError) as refused:
        apply_plan_cap(actor=qingzhu.system, year=qingzhu.year)
    assert refused.value.message.startswith("有导师现有 16 名学生，超过新的上限 15 名。")


# --- Leaving and coming back ------------------------------------------------------------------------------------------
def test_one_of_two_leaves_a_slot_that_counts_once_and_all_pupils_stay(qingzhu: SchoolCast) -> None:
    settings(qingzhu, shared_counts_once=True)
    apply_plan_cap(actor=qingzhu.system, year=qingzhu.year)
    fill(qingzhu, qingzhu.slot_shared, 15)
    admin = qingzhu.actor(qingzhu.admin)
    assert draw_leaving(actor=admin, teacher=qingzhu.sharer.teacher).open_pupils == []
    retire_teacher(actor=admin, teacher=qingzhu.sharer.teacher, left_on=TODAY)
    assert (load(qingzhu.slot_shared), capacity(qingzhu.slot_shared)) == (15, 15)
    assert agreed(qingzhu)


def test_of_a_shared_slot_those_supported_keep_their_places_when_one_leaves(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    apply_plan_cap(actor=qingzhu.system, year=qingzhu.year)
    fill(qingzhu, qingzhu.slot_shared, 20)
    for pupil in qingzhu.pupils:
        add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=pupil, mentor=qingzhu.slot_shared)
    admin = qingzhu.actor(qingzhu.admin)
    drawn = draw_leaving(actor=admin, teacher=qingzhu.sharer.teacher)
    assert (len(drawn.open_pupils), drawn.staying) == (7, 13)
    retire_teacher(actor=admin, teacher=qingzhu.sharer.teacher, left_on=TODAY)
    assert (load(qingzhu.slot_shared), capacity(qingzhu.slot_shared)) == (15, 15)
    assert Assignment.objects.active().supporting().filter(mentor=qingzhu.slot_shared).count() == 2
    assert agreed(qingzhu)


def test_more_supported_pupils_than_places_are_released_when_one_leaves(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    for pupil in enrol(qingzhu.class_one, 17):
        add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=pupil, mentor=qingzhu.slot_shared)
    retire_teacher(actor=qingzhu.actor(qingzhu.admin), teacher=qingzhu.sharer.teacher, left_on=TODAY)
    assert (load(qingzhu.slot_shared), capacity(qingzhu.slot_shared)) == (15, 15)
    assert agreed(qingzhu)


def test_pupils_go_to_the_successor_who_supported_them(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    office, admin = qingzhu.actor(qingzhu.office), qingzhu.actor(qingzhu.admin)
    add_supporting(actor=office, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    add_supporting(actor=office, pupil=qingzhu.pupil_of_colleague, mentor=qingzhu.slot)
    retire_teacher(actor=admin, teacher=qingzhu.mentor.teacher, left_on=TODAY, successor=qingzhu.slot_colleague)
    assert (load(qingzhu.slot), capacity(qingzhu.slot), load(qingzhu.slot_colleague)) == (0, 0, 3)
    assert not Assignment.objects.active().supporting().exists()
    assert agreed(qingzhu)
    reinstate_teacher(actor=admin, teacher=qingzhu.mentor.teacher)
    assert capacity(qingzhu.slot) == 15


# --- Roll-over --------------------------------------------------------------------------------------------------------
NEXT_YEAR = TermDates(
    first_start=datetime.date(2027, 9, 1),
    first_end=datetime.date(2028, 1, 21),
    second_start=datetime.date(2028, 2, 21),
    second_end=datetime.date(2028, 6, 30),
)


@pytest.mark.parametrize("counts, loads", [(False, (2, 1)), (True, (2, 2))])
def test_supporting_mentors_go_up_and_count_as_the_plan_says(
    qingzhu: SchoolCast, counts: bool, loads: tuple[int, int]
) -> None:
    settings(qingzhu, supporting_counts=counts)
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    # Grade 1 goes up into grade 2, which the plan covers for once.
    plan = Plan.objects.get(year=qingzhu.year)
    two = Grade.objects.get(school=qingzhu.school, number=2)
    plan.plan_grades.create(school=qingzhu.school, grade=two, matching="homeroom")
    admin = qingzhu.actor(qingzhu.admin)
    draft = draw_rollover(actor=admin, year=qingzhu.year)
    choices = RollOverChoices(dates=NEXT_YEAR, grades={two.pk: CarryOn.PUPILS})
    done = roll_over(actor=admin, year=qingzhu.year, choices=choices, basis=draft.basis)

    def new_load(mentor: Mentor) -> int:
        teacher = mentor.members.get().teacher_id
        return Mentor.objects.get(year=done.to_year, members__teacher_id=teacher).load

    assert (new_load(qingzhu.slot), new_load(qingzhu.slot_colleague)) == loads
    assert recount_loads(year=done.to_year, check=True) == []
    undo_rollover(actor=admin, rollover=done)
    assert (load(qingzhu.slot), load(qingzhu.slot_colleague)) == loads
    assert agreed(qingzhu)


def test_a_shared_slot_that_counts_once_carries_no_more_than_its_places(qingzhu: SchoolCast) -> None:
    settings(qingzhu, shared_counts_once=True, cap=2)
    grant_exception(actor=qingzhu.actor(qingzhu.office), mentor=qingzhu.slot_shared, limit=3, reason="两位一起带")
    Mentor.objects.filter(pk=qingzhu.slot_shared.pk).update(capacity=3)
    for pupil in enrol(qingzhu.class_five, 2):
        assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot_shared, origin=AssignmentOrigin.HOMEROOM)
    six = Grade.objects.get(school=qingzhu.school, number=6)
    Plan.objects.get(year=qingzhu.year).plan_grades.create(school=qingzhu.school, grade=six, matching="homeroom")
    draft = draw_rollover(actor=qingzhu.actor(qingzhu.admin), year=qingzhu.year)
    carried = draft.carried({six.pk: CarryOn.PUPILS})
    assert list(carried.main.values()) == [qingzhu.slot_shared.pk] * 2


# --- Moving -----------------------------------------------------------------------------------------------------------
def test_a_move_is_dated_keeps_its_reason_and_leaves_the_former_one_in_the_history(qingzhu: SchoolCast) -> None:
    Assignment.objects.filter(pupil=qingzhu.pupils[0]).update(starts_on=TODAY - datetime.timedelta(days=30))
    move_pupil(
        actor=qingzhu.actor(qingzhu.homeroom),
        pupil=qingzhu.pupils[0],
        mentor=qingzhu.slot_colleague,
        reason=" 与学生商量后调整 ",
    )
    rows = Assignment.objects.filter(pupil=qingzhu.pupils[0]).order_by("pk")
    assert [(a.mentor_id, a.ends_on, a.origin, a.reason) for a in rows] == [
        (qingzhu.slot.pk, TODAY, AssignmentOrigin.HOMEROOM, ""),
        (qingzhu.slot_colleague.pk, None, AssignmentOrigin.HOMEROOM, "与学生商量后调整"),
    ]
    assert agreed(qingzhu)


def test_a_move_stops_at_the_cap(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot_colleague, 15)
    with pytest.raises(DomainError) as refused:
        move_pupil(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    assert refused.value.code == "cap_reached"
    assert Assignment.objects.active().main().get(pupil=qingzhu.pupils[0]).mentor == qingzhu.slot


@pytest.mark.django_db(transaction=True)
def test_at_the_last_place_only_one_of_many_is_added(qingzhu: SchoolCast) -> None:
    settings(qingzhu, supporting_counts=True)
    fill(qingzhu, qingzhu.slot_colleague, 14)
    pupils = enrol(qingzhu.class_one, 6)
    office = qingzhu.actor(qingzhu.office)
    start, answers = Barrier(len(pupils)), []

    def add(at: int) -> None:
        start.wait()
        try:
            add_supporting(actor=office, pupil=pupils[at], mentor=qingzhu.slot_colleague)
            answers.append("added")
        except DomainError as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=add, args=(at,)) for at in range(len(pupils))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["added"] + ["cap_reached"] * 5
    assert load(qingzhu.slot_colleague) == 15
    assert agreed(qingzhu)
