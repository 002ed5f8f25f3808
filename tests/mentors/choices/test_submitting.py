"""What is handed in, by slip and from paper, is kept once, in order, in time, and only of mentors who are open."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.enums import RoundState, SheetSource
from mentors.rounds.models import ChoiceSheet, MatchingRound
from mentors.rounds.services.choices import ChoiceData, remove_choices, submit_choices
from students.models import FamilySlip, Pupil
from students.services import revoke_slip
from tests.cast import SCHOOL_DAY, SchoolCast
from tests.mentors.choices.builders import DAY, asking_round, by_slip, candidate, chosen, close, publish, slip_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(qingzhu: SchoolCast) -> MatchingRound:
    return asking_round(qingzhu)


@pytest.fixture
def slip(qingzhu: SchoolCast) -> FamilySlip:
    """Of 丁小雨, who has no mentor."""
    return slip_of(qingzhu, qingzhu.pupil_unassigned)


def refusal(act: Callable[[], object]) -> str:
    """The code with which `act` is refused."""
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value.code


def from_paper(
    cast: SchoolCast, user: User, found: MatchingRound, pupil: Pupil, *keys: int, seen_version: int | None = None
) -> ChoiceSheet:
    return submit_choices(
        round=found,
        pupil=pupil,
        choices=[ChoiceData(key) for key in keys],
        source=SheetSource.PAPER,
        actor=cast.actor(user),
        seen_version=seen_version,
    )


def test_choices_are_kept_in_order_with_their_reasons(
    qingzhu: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    sheet = by_slip(slip, found, qingzhu.slot_colleague, qingzhu.slot, reason=" 会  讲故事 ")
    assert list(sheet.choices.values_list("rank", "mentor_id", "reason")) == [
        (1, qingzhu.slot_colleague.pk, "会 讲故事"),
        (2, qingzhu.slot.pk, "会 讲故事"),
    ]
    assert (sheet.source, sheet.entered_by_id, sheet.version) == ("slip", None, 1)
    entry = AuditEntry.objects.filter(verb="submit_choices").get()
    assert (entry.user_id, entry.school_id, entry.target_id, entry.detail) == (
        None,
        qingzhu.school.pk,
        slip.pupil_id,
        {"round": found.pk, "source": "slip", "version": 1, "choices": 2},
    )


def test_the_same_again_changes_nothing_and_another_one_replaces(
    qingzhu: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    first = by_slip(slip, found, qingzhu.slot)
    assert by_slip(slip, found, qingzhu.slot).version == 1
    second = by_slip(slip, found, qingzhu.slot_colleague, qingzhu.slot)
    assert (second.pk, second.version) == (first.pk, 2)
    assert chosen(second) == [qingzhu.slot_colleague.pk, qingzhu.slot.pk]
    assert ChoiceSheet.objects.count() == 1


def test_what_does_not_fit_is_refused_and_leaves_nothing(
    qingzhu: SchoolCast, other: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    # Open to class five alone, which is not of this grade: nobody of class one may choose them.
    candidate(found, qingzhu.slot_shared, 9, qingzhu.class_five)
    slot, peer = qingzhu.slot, qingzhu.slot_colleague
    assert [
        refusal(lambda: by_slip(slip, found)),
        refusal(lambda: by_slip(slip, found, slot, slot)),
        refusal(lambda: by_slip(slip, found, slot, peer, qingzhu.slot_homeroom)),
        refusal(lambda: by_slip(slip, found, qingzhu.slot_shared)),
        refusal(lambda: by_slip(slip, found, other.slot)),
        refusal(lambda: by_slip(slip, found, slot, reason="好" * 101)),
    ] == ["nothing_chosen", "twice", "too_many", "not_open", "not_open", "reason_too_long"]
    assert ChoiceSheet.objects.count() == 0


def test_only_the_own_valid_slip_hands_in(
    qingzhu: SchoolCast, other: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    choices = [ChoiceData(qingzhu.slot.pk)]
    foreign = slip_of(other, other.pupil_unassigned)
    sibling = slip_of(qingzhu, qingzhu.pupils[0])
    revoke_slip(actor=qingzhu.actor(qingzhu.office), slip=slip)
    slip.refresh_from_db()

    def hand_in(pupil: Pupil, by: FamilySlip | None) -> Callable[[], object]:
        return lambda: submit_choices(round=found, pupil=pupil, choices=choices, source=SheetSource.SLIP, slip=by)

    mine = qingzhu.pupil_unassigned
    assert [
        refusal(hand_in(mine, slip)),
        refusal(hand_in(mine, sibling)),
        refusal(hand_in(mine, None)),
        refusal(hand_in(other.pupil_unassigned, foreign)),
    ] == ["not_allowed", "not_allowed", "not_allowed", "other_school"]


def test_a_pupil_with_a_mentor_is_asked_only_when_everybody_is_matched_anew(
    qingzhu: SchoolCast, found: MatchingRound
) -> None:
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    assert refusal(lambda: by_slip(slip, found, qingzhu.slot_colleague)) == "not_asked"
    MatchingRound.objects.update(rematch=True)
    assert chosen(by_slip(slip, found, qingzhu.slot_colleague)) == [qingzhu.slot_colleague.pk]
    assert refusal(lambda: by_slip(slip_of(qingzhu, qingzhu.pupil_shared), found, qingzhu.slot)) == "not_asked"


@pytest.mark.parametrize(
    "changes,code",
    [
        ({"opens_at": SCHOOL_DAY + DAY}, "not_yet"),
        ({"closes_at": SCHOOL_DAY - DAY / 2}, "choosing_over"),
        ({"state": RoundState.SETUP}, "not_started"),
        ({"state": RoundState.CANCELLED}, "not_started"),
        ({"state": RoundState.PUBLISHED, "published_at": SCHOOL_DAY}, "published"),
    ],
)
def test_outside_of_its_dates_a_round_takes_nothing(
    qingzhu: SchoolCast, found: MatchingRound, slip: FamilySlip, changes: dict[str, object], code: str
) -> None:
    MatchingRound.objects.update(**changes)
    assert refusal(lambda: by_slip(slip, found, qingzhu.slot)) == code


def test_whoever_is_late_by_a_moment_is_told_when_it_ended(
    qingzhu: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    # `found` was read while the round was open: the page's own copy.
    close(found)
    with pytest.raises(DomainError) as caught:
        by_slip(slip, found, qingzhu.slot)
    assert caught.value.message == "征询已在11月18日（周三） 09:59截止，这次没有存上。有困难请联系班主任。"


def test_paper_is_typed_in_until_the_round_is_published(qingzhu: SchoolCast, found: MatchingRound) -> None:
    pupil = qingzhu.pupil_unassigned
    close(found)
    sheet = from_paper(qingzhu, qingzhu.homeroom, found, pupil, qingzhu.slot.pk)
    assert (sheet.source, sheet.entered_by_id) == ("paper", qingzhu.homeroom.pk)
    assert from_paper(qingzhu, qingzhu.office, found, pupil, qingzhu.slot_colleague.pk).version == 2
    publish(found)
    assert refusal(lambda: from_paper(qingzhu, qingzhu.office, found, pupil, qingzhu.slot.pk)) == "published"


@pytest.mark.parametrize("part", ["mentor", "colleague", "counsellor", "leader", "admin"])
def test_only_the_homeroom_teacher_and_the_office_type_paper_in(
    qingzhu: SchoolCast, found: MatchingRound, part: str
) -> None:
    user = qingzhu.people[part]
    pupil = qingzhu.pupil_unassigned
    assert refusal(lambda: from_paper(qingzhu, user, found, pupil, qingzhu.slot.pk)) == "not_allowed"
    assert refusal(lambda: remove_choices(actor=qingzhu.actor(user), round=found, pupil=pupil)) == "not_allowed"


def test_another_schools_office_is_refused(qingzhu: SchoolCast, other: SchoolCast, found: MatchingRound) -> None:
    pupil = qingzhu.pupil_unassigned
    assert refusal(lambda: from_paper(other, other.office, found, pupil, qingzhu.slot.pk)) == "other_school"


def test_paper_over_a_slip_keeps_the_reasons_of_those_who_stay(
    qingzhu: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    by_slip(slip, found, qingzhu.slot, reason="会讲故事")
    sheet = from_paper(
        qingzhu, qingzhu.homeroom, found, slip.pupil, qingzhu.slot_colleague.pk, qingzhu.slot.pk, seen_version=1
    )
    assert list(sheet.choices.values_list("reason", flat=True)) == ["", "会讲故事"]


def test_a_sheet_that_came_in_meanwhile_is_not_overwritten_unseen(
    qingzhu: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    by_slip(slip, found, qingzhu.slot)
    late = refusal(
        lambda: from_paper(qingzhu, qingzhu.homeroom, found, slip.pupil, qingzhu.slot_colleague.pk, seen_version=0)
    )
    assert (late, chosen(ChoiceSheet.objects.get())) == ("changed_meanwhile", [qingzhu.slot.pk])


def test_a_row_typed_for_the_wrong_pupil_is_taken_back_but_a_slip_stays(
    qingzhu: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    homeroom = qingzhu.actor(qingzhu.homeroom)
    from_paper(qingzhu, qingzhu.homeroom, found, slip.pupil, qingzhu.slot.pk)
    remove_choices(actor=homeroom, round=found, pupil=slip.pupil, seen_version=1)
    assert ChoiceSheet.objects.count() == 0
    by_slip(slip, found, qingzhu.slot)
    assert refusal(lambda: remove_choices(actor=homeroom, round=found, pupil=slip.pupil)) == "slip_stays"


def test_who_may_read_the_sheets(
    qingzhu: SchoolCast, other: SchoolCast, found: MatchingRound, slip: FamilySlip
) -> None:
    by_slip(slip, found, qingzhu.slot)
    people = {part: qingzhu.actor(user) for part, user in qingzhu.people.items()} | {"other": other.actor(other.office)}
    readers = [part for part, actor in people.items() if ChoiceSheet.objects.visible_to(actor).exists()]
    assert readers == ["office", "homeroom"]


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_leave_one_sheet(qingzhu: SchoolCast) -> None:
    found, slip = asking_round(qingzhu), slip_of(qingzhu, qingzhu.pupil_unassigned)
    mentors = [qingzhu.slot, qingzhu.slot_colleague]

    def device(number: int) -> int:
        try:
            return by_slip(slip, found, mentors[number % 2]).version
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(device, range(8)))
    sheet = ChoiceSheet.objects.get()
    assert (sheet.version, sheet.choices.count()) == (max(versions), 1)


def test_the_clock_of_the_sheet_is_the_handing_in(qingzhu: SchoolCast, found: MatchingRound, slip: FamilySlip) -> None:
    sheet = by_slip(slip, found, qingzhu.slot)
    assert abs(sheet.submitted_at - timezone.now()) < datetime.timedelta(minutes=1)
