"""The class board's joint save and its undo: all moves or none, never above the limit, and history kept."""

import datetime
from collections.abc import Mapping

import pytest

from accounts.models import AuditEntry
from core.errors import DomainError
from mentors.board.services.board import ChangedMeanwhile, save_board, undo_board_save
from mentors.board.services.supporting import add_supporting
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.rounds.models import BoardSave
from mentors.rules import CapReached
from mentors.services.assignments import assign_pupil, recount_loads, withdraw_pupil
from students.enums import EndReason
from students.models import Pupil
from tests.cast import SINCE, TODAY, SchoolCast
from tests.mentors.builders import fill


def held(cast: SchoolCast) -> dict[int, int | None]:
    """The mentor by pupil of class one."""
    pupils = Pupil.objects.filter(enrolments__school_class=cast.class_one, enrolments__ends_on=None)
    open_ones = dict(Assignment.objects.active().main().values_list("pupil_id", "mentor_id"))
    return {pupil.pk: open_ones.get(pupil.pk) for pupil in pupils}


def save(
    cast: SchoolCast, moves: Mapping[Pupil, Mentor | None], *, base: dict[int, int | None] | None = None
) -> BoardSave | None:
    """The homeroom teacher's save of `moves` on top of `base`, or of what is there."""
    base = held(cast) if base is None else base
    wanted = base | {pupil.pk: mentor.pk if mentor else None for pupil, mentor in moves.items()}
    return save_board(actor=cast.actor(cast.homeroom), school_class=cast.class_one, base=base, wanted=wanted)


def loads(cast: SchoolCast) -> list[int]:
    slots = (cast.slot_homeroom, cast.slot, cast.slot_colleague)
    return [Mentor.objects.get(pk=slot.pk).load for slot in slots]


# --- Saving -----------------------------------------------------------------------------------------------------------
def test_a_save_writes_all_moves_together_and_only_these(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    before = {a.pk for a in Assignment.objects.all()}

    others: dict[Pupil, Mentor | None] = {qingzhu.pupil_unassigned: qingzhu.slot, qingzhu.pupil_of_colleague: None}
    saved = save(qingzhu, {first: qingzhu.slot_homeroom, **others})

    assert saved is not None
    assert held(qingzhu) == {
        first.pk: qingzhu.slot_homeroom.pk,
        second.pk: qingzhu.slot.pk,
        qingzhu.pupil_of_colleague.pk: None,
        qingzhu.pupil_unassigned.pk: qingzhu.slot.pk,
    }
    assert loads(qingzhu) == [1, 2, 0]
    assert recount_loads(year=qingzhu.year, check=True) == []
    assert Assignment.objects.exclude(pk__in=before).count() == 2
    assert {(p, b, a) for p, b, a, _ in saved.moves} == {
        (first.pk, qingzhu.slot.pk, qingzhu.slot_homeroom.pk),
        (qingzhu.pupil_unassigned.pk, None, qingzhu.slot.pk),
        (qingzhu.pupil_of_colleague.pk, qingzhu.slot_colleague.pk, None),
    }


def test_a_move_is_dated_and_the_former_mentor_stays_in_the_history(qingzhu: SchoolCast) -> None:
    save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_colleague})
    rows = Assignment.objects.filter(pupil=qingzhu.pupils[0]).order_by("pk")
    assert [(a.mentor_id, a.starts_on, a.ends_on) for a in rows] == [
        (qingzhu.slot.pk, SINCE, TODAY),
        (qingzhu.slot_colleague.pk, TODAY, None),
    ]


def test_the_origin_tells_homeroom_teacher_from_office(qingzhu: SchoolCast) -> None:
    save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_colleague})
    base = held(qingzhu)
    save_board(
        actor=qingzhu.actor(qingzhu.office),
        school_class=qingzhu.class_one,
        base=base,
        wanted=base | {qingzhu.pupil_unassigned.pk: qingzhu.slot.pk},
    )
    rows = Assignment.objects.active().filter(pupil__in=[qingzhu.pupils[0], qingzhu.pupil_unassigned]).order_by("pk")
    assert [a.origin for a in rows] == [AssignmentOrigin.HOMEROOM, AssignmentOrigin.OFFICE]


def test_a_second_click_writes_nothing(qingzhu: SchoolCast) -> None:
    base = held(qingzhu)
    assert save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_colleague}, base=base) is not None
    assert save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_colleague}, base=base) is None
    assert (BoardSave.objects.count(), loads(qingzhu)) == (1, [0, 1, 2])


def test_two_full_mentors_swap_pupils(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot, 15)
    fill(qingzhu, qingzhu.slot_colleague, 15)
    save(
        qingzhu,
        {qingzhu.pupils[0]: qingzhu.slot_colleague, qingzhu.pupil_of_colleague: qingzhu.slot},
    )
    now = held(qingzhu)
    assert now[qingzhu.pupils[0].pk] == qingzhu.slot_colleague.pk
    assert now[qingzhu.pupil_of_colleague.pk] == qingzhu.slot.pk
    assert loads(qingzhu) == [0, 15, 15]


def test_one_pupil_too_many_refuses_the_whole_save(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot, 14)
    before = held(qingzhu)
    moves = {
        qingzhu.pupil_unassigned: qingzhu.slot,
        qingzhu.pupil_of_colleague: qingzhu.slot,
        qingzhu.pupils[0]: qingzhu.slot,
    }
    with pytest.raises(CapReached) as refused:
        save(qingzhu, moves)
    assert refused.value.message.startswith(
        "林小满老师只剩 1 个名额，放不下 2 名学生。请改选其他导师（何知秋老师还有 15 个名额"
    )
    assert (held(qingzhu), BoardSave.objects.count()) == (before, 0)


def test_a_pupil_whom_somebody_else_moved_meanwhile_refuses_the_save_and_is_named(qingzhu: SchoolCast) -> None:
    base = held(qingzhu)
    pupil = qingzhu.pupils[0]
    assign_pupil(
        actor=qingzhu.actor(qingzhu.office), pupil=pupil, mentor=qingzhu.slot_homeroom, origin=AssignmentOrigin.OFFICE
    )
    with pytest.raises(ChangedMeanwhile) as refused:
        save(qingzhu, {pupil: qingzhu.slot_colleague, qingzhu.pupil_unassigned: qingzhu.slot}, base=base)
    assert (refused.value.code, refused.value.pupil_ids) == ("changed_meanwhile", frozenset({pupil.pk}))
    assert refused.value.message.startswith("安可儿的导师刚由别人调整过。")
    assert held(qingzhu) == base | {pupil.pk: qingzhu.slot_homeroom.pk}


def test_another_pupils_move_meanwhile_does_not_hinder_the_save(qingzhu: SchoolCast) -> None:
    base = held(qingzhu)
    assign_pupil(
        actor=qingzhu.system, pupil=qingzhu.pupils[1], mentor=qingzhu.slot_homeroom, origin=AssignmentOrigin.OFFICE
    )
    assert save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_colleague}, base=base) is not None
    assert held(qingzhu)[qingzhu.pupils[1].pk] == qingzhu.slot_homeroom.pk


def test_a_pupil_who_left_the_class_refuses_the_save(qingzhu: SchoolCast) -> None:
    base = held(qingzhu)
    pupil = qingzhu.pupil_unassigned
    withdraw_pupil(actor=qingzhu.actor(qingzhu.admin), pupil=pupil, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    with pytest.raises(DomainError) as refused:
        save(qingzhu, {pupil: qingzhu.slot, qingzhu.pupils[0]: qingzhu.slot_colleague}, base=base)
    assert refused.value.code == "not_in_class"


def test_a_pupil_of_another_class_cannot_be_moved_from_this_board(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        save(qingzhu, {qingzhu.pupil_shared: qingzhu.slot})
    assert refused.value.code == "not_in_class"
    assert qingzhu.pupil_shared.name not in refused.value.message


@pytest.mark.parametrize("which", ["of another class", "of another school", "unknown"])
def test_only_the_team_and_present_guests_get_pupils(qingzhu: SchoolCast, other: SchoolCast, which: str) -> None:
    key = {"of another class": qingzhu.slot_shared.pk, "of another school": other.slot.pk}.get(which, 10**17)
    base = held(qingzhu)
    with pytest.raises(DomainError) as refused:
        save_board(
            actor=qingzhu.actor(qingzhu.homeroom),
            school_class=qingzhu.class_one,
            base=base,
            wanted=base | {qingzhu.pupil_unassigned.pk: key},
        )
    assert refused.value.code == "not_in_team"


def test_a_guest_who_has_a_pupil_of_the_class_can_get_another(qingzhu: SchoolCast) -> None:
    assign_pupil(
        actor=qingzhu.system, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_shared, origin=AssignmentOrigin.OFFICE
    )
    save(qingzhu, {qingzhu.pupil_unassigned: qingzhu.slot_shared})
    assert held(qingzhu)[qingzhu.pupil_unassigned.pk] == qingzhu.slot_shared.pk


def test_a_supporting_mentor_who_becomes_the_main_one_stops_supporting(qingzhu: SchoolCast) -> None:
    supporting = Assignment.objects.create(
        school=qingzhu.school,
        year=qingzhu.year,
        pupil=qingzhu.pupils[0],
        mentor=qingzhu.slot_colleague,
        kind=AssignmentKind.SUPPORTING,
        counts_in_load=True,
        origin=AssignmentOrigin.OFFICE,
        starts_on=SINCE,
    )
    recount_loads(year=qingzhu.year)
    saved = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_colleague})
    supporting.refresh_from_db()
    assert (supporting.ends_on, loads(qingzhu)) == (TODAY, [0, 1, 2])
    assert saved is not None
    undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=saved)
    supporting.refresh_from_db()
    assert (supporting.ends_on, loads(qingzhu)) == (None, [0, 2, 2])
    assert recount_loads(year=qingzhu.year, check=True) == []


@pytest.mark.parametrize("part", ["mentor", "colleague", "counsellor", "leader", "admin"])
def test_others_cannot_save(qingzhu: SchoolCast, part: str) -> None:
    with pytest.raises(DomainError) as refused:
        save_board(actor=qingzhu.actor(qingzhu.people[part]), school_class=qingzhu.class_one, base={}, wanted={})
    assert refused.value.code == "not_allowed"


def test_another_school_cannot_save(qingzhu: SchoolCast, other: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        save_board(actor=other.actor(other.office), school_class=qingzhu.class_one, base={}, wanted={})
    assert refused.value.code == "other_school"


def test_the_journal_names_keys_only(qingzhu: SchoolCast) -> None:
    saved = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_colleague})
    assert saved is not None
    undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=saved)
    entries = AuditEntry.objects.filter(verb__contains="board").order_by("pk")
    assert [(e.verb, e.detail) for e in entries] == [
        ("save_board", {"save": saved.pk, "count": 1}),
        ("undo_board_save", {"save": saved.pk}),
    ]


# --- Undo -------------------------------------------------------------------------------------------------------------
def test_an_undo_brings_everything_back_as_if_nothing_had_been(qingzhu: SchoolCast) -> None:
    before, first = held(qingzhu), Assignment.objects.active().get(pupil=qingzhu.pupils[0])
    saved = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_homeroom, qingzhu.pupil_unassigned: qingzhu.slot})
    assert saved is not None
    undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=saved)
    assert (held(qingzhu), loads(qingzhu)) == (before, [0, 2, 1])
    # The same row goes on, with its own beginning; the taken-back one lasted no day.
    assert Assignment.objects.active().get(pupil=qingzhu.pupils[0]) == first
    short = Assignment.objects.filter(pupil=qingzhu.pupil_unassigned).get()
    assert (short.starts_on, short.ends_on) == (TODAY, TODAY)
    assert recount_loads(year=qingzhu.year, check=True) == []


def test_a_second_undo_changes_nothing(qingzhu: SchoolCast) -> None:
    saved = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_homeroom})
    assert saved is not None
    for _ in range(2):
        undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=BoardSave.objects.get(pk=saved.pk))
    assert loads(qingzhu) == [0, 2, 1]


def test_saves_are_taken_back_the_latest_first(qingzhu: SchoolCast) -> None:
    before = held(qingzhu)
    one = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_homeroom})
    two = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_colleague})
    assert one is not None
    assert two is not None
    actor = qingzhu.actor(qingzhu.homeroom)
    with pytest.raises(DomainError) as refused:
        undo_board_save(actor=actor, save=one)
    assert refused.value.code == "not_latest"
    undo_board_save(actor=actor, save=two)
    undo_board_save(actor=actor, save=one)
    assert held(qingzhu) == before


def test_what_somebody_else_changed_since_is_not_undone_and_is_named(qingzhu: SchoolCast) -> None:
    saved = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_homeroom, qingzhu.pupil_unassigned: qingzhu.slot})
    assert saved is not None
    assign_pupil(
        actor=qingzhu.system,
        pupil=qingzhu.pupil_unassigned,
        mentor=qingzhu.slot_colleague,
        origin=AssignmentOrigin.OFFICE,
    )
    before = held(qingzhu)
    with pytest.raises(ChangedMeanwhile) as refused:
        undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=saved)
    assert refused.value.message == "丁小雨的导师刚由别人调整过。不能整体撤销，请直接移动卡片，再保存。"
    assert held(qingzhu) == before


def test_a_former_mentor_who_supports_the_pupil_since_hinders_the_undo(qingzhu: SchoolCast) -> None:
    saved = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_homeroom})
    assert saved is not None
    add_supporting(actor=qingzhu.actor(qingzhu.homeroom), pupil=qingzhu.pupils[0], mentor=qingzhu.slot)
    before = held(qingzhu)
    with pytest.raises(ChangedMeanwhile) as refused:
        undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=saved)
    assert refused.value.message == "安可儿的导师刚由别人调整过。不能整体撤销，请直接移动卡片，再保存。"
    assert held(qingzhu) == before


def test_an_undo_stays_within_the_cap(qingzhu: SchoolCast) -> None:
    saved = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_homeroom})
    fill(qingzhu, qingzhu.slot, 15)
    assert saved is not None
    with pytest.raises(CapReached):
        undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=saved)
    assert loads(qingzhu) == [1, 15, 1]


def test_yesterdays_save_is_not_undone(qingzhu: SchoolCast) -> None:
    saved = save(qingzhu, {qingzhu.pupils[0]: qingzhu.slot_homeroom})
    assert saved is not None
    saved.saved_at -= datetime.timedelta(days=1)
    with pytest.raises(DomainError) as refused:
        undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=saved)
    assert refused.value.code == "too_late"


def test_a_pupil_who_left_since_hinders_the_undo(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupil_unassigned
    saved = save(qingzhu, {pupil: qingzhu.slot})
    assert saved is not None
    withdraw_pupil(actor=qingzhu.actor(qingzhu.admin), pupil=pupil, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    with pytest.raises(DomainError) as refused:
        undo_board_save(actor=qingzhu.actor(qingzhu.homeroom), save=saved)
    assert refused.value.code == "not_in_class"
