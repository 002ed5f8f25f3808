"""What a round refuses, word for word: code and sentence, and that nothing was written.

Planted errors changed codes and sentences, and no test noticed: a page would have shown None.
"""

import datetime
from collections.abc import Callable

import pytest

from accounts.models import AuditEntry
from core.clock import now
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.rounds.models import MatchingRound, Placement
from mentors.rounds.queries.problem import round_problem
from mentors.rounds.services.draft import draft_round, place_pupil, unpin
from mentors.rounds.services.publish import publish_round
from mentors.rounds.services.running import cancel_round, close_round, open_round, prolong_round, set_candidates
from mentors.services.assignments import assign_pupil
from schools.enums import MatchingMode
from students.models import Enrolment
from tests.cast import SchoolCast
from tests.mentors.builders import enrol
from tests.mentors.rounds.builders import chose, office, opened, over, set_up


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code, refusal.value.message


def test_before_there_is_a_draft_nobody_is_placed(qingzhu: SchoolCast) -> None:
    row, pupil = opened(qingzhu, qingzhu.class_one), qingzhu.pupil_unassigned
    no_draft = ("no_draft", "草案还没有生成，或设置改过了。请先生成草案。")
    acts = (
        lambda: place_pupil(actor=office(qingzhu), round=row, pupil=pupil, mentor=qingzhu.slot),
        lambda: place_pupil(actor=office(qingzhu), round=row, pupil=pupil, mentor=None),
        lambda: unpin(actor=office(qingzhu), round=row, pupil=pupil),
    )
    assert [refused(act) for act in acts] == [no_draft] * 3
    over(row)
    assert refused(lambda: publish_round(actor=office(qingzhu), round=row)) == (
        "no_draft",
        "还没有可以公布的草案，请先生成草案。",
    )
    assert Placement.objects.count() == 0


def test_a_draft_wants_somebody_to_match_and_somebody_to_match_with(qingzhu: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    assert refused(lambda: draft_round(actor=office(qingzhu), round=row)) == (
        "not_opened",
        "征询还没有开始，还不能生成草案。请先开始征询。",
    )
    open_round(actor=office(qingzhu), round=row)
    assign_pupil(
        actor=qingzhu.system,
        pupil=qingzhu.pupil_unassigned,
        mentor=qingzhu.slot,
        origin=AssignmentOrigin.OFFICE,
    )
    assert refused(lambda: draft_round(actor=office(qingzhu), round=row)) == (
        "no_participants",
        "一年级的学生都有导师了，没有需要匹配的学生。",
    )
    set_candidates(actor=office(qingzhu), round=row, candidates=[])
    assert refused(lambda: draft_round(actor=office(qingzhu), round=row)) == (
        "no_candidates",
        "还没有候选导师，请先选定候选导师。",
    )
    assert AuditEntry.objects.filter(verb="draft_round").count() == 0


def test_where_nobody_has_room_no_other_mentor_is_named(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    first, second = enrol(qingzhu.class_one, 2)
    for slot in (qingzhu.slot, qingzhu.slot_colleague, qingzhu.slot_homeroom):
        slot.refresh_from_db()
        Mentor.objects.filter(pk=slot.pk).update(capacity=slot.load + 1)
    for pupil, mentor in ((first, qingzhu.slot), (second, qingzhu.slot_colleague)):
        chose(row, pupil, mentor)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot_homeroom)
    row = draft_round(actor=office(qingzhu), round=row)
    before = list(Placement.objects.order_by("pk").values_list("pupil_id", "mentor_id", "how"))
    said = refused(lambda: place_pupil(actor=office(qingzhu), round=row, pupil=first, mentor=qingzhu.slot_colleague))
    assert said == (
        "no_place",
        "苏禾老师在草案里的名额已满。请改选其他导师，或先把一位同学调走，或为苏禾老师批准超额。",
    )
    assert list(Placement.objects.order_by("pk").values_list("pupil_id", "mentor_id", "how")) == before


def test_who_is_no_candidate_or_not_in_the_draft_is_told_apart(qingzhu: SchoolCast, other: SchoolCast) -> None:
    row = draft_round(actor=office(qingzhu), round=opened(qingzhu, qingzhu.class_one))
    pupil = qingzhu.pupil_unassigned

    def place(who: object, mentor: object) -> tuple[str, str]:
        return refused(lambda: place_pupil(actor=office(qingzhu), round=row, pupil=who, mentor=mentor))  # type: ignore[arg-type]

    assert [
        place(pupil, qingzhu.slot_shared),
        place(qingzhu.pupil_shared, qingzhu.slot),
        place(other.pupil_unassigned, qingzhu.slot),
        place(pupil, other.slot),
        refused(lambda: unpin(actor=office(qingzhu), round=row, pupil=other.pupil_unassigned)),
    ] == [
        ("not_a_candidate", "这位导师不在候选名单里，请先加入候选导师。"),
        ("not_in_draft", "这位学生不在草案里，请重新生成草案。"),
        ("other_school", "这位学生或导师不属于本校。"),
        ("other_school", "这位学生或导师不属于本校。"),
        ("other_school", "这位学生不属于本校。"),
    ]


def test_what_is_cancelled_or_published_stays_so(qingzhu: SchoolCast) -> None:
    given_up = cancel_round(actor=office(qingzhu), round=opened(qingzhu, qingzhu.class_one))
    assert refused(lambda: publish_round(actor=office(qingzhu), round=given_up)) == (
        "cancelled",
        "这轮匹配已经取消，不能公布。",
    )
    assert refused(lambda: open_round(actor=office(qingzhu), round=given_up)) == (
        "cancelled",
        "这轮匹配已经取消。需要时请另建一轮。",
    )
    row = over(opened(qingzhu, qingzhu.class_one))
    row = publish_round(actor=office(qingzhu), round=draft_round(actor=office(qingzhu), round=row))
    assert refused(lambda: draft_round(actor=office(qingzhu), round=row)) == (
        "published",
        "结果已经公布，不能再改。个别调整请在“安排导师”里进行。",
    )
    assert refused(lambda: cancel_round(actor=office(qingzhu), round=row)) == (
        "published",
        "结果已经公布，不能取消。个别调整请在“安排导师”里进行。",
    )
    assert Assignment.objects.active().filter(pupil=qingzhu.pupil_unassigned).count() == 1


def test_choosing_is_opened_closed_and_prolonged_in_its_time(qingzhu: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one)
    later = now() + datetime.timedelta(days=5)
    early = [
        refused(lambda: close_round(actor=office(qingzhu), round=row)),
        refused(lambda: prolong_round(actor=office(qingzhu), round=row, closes_at=later)),
    ]
    open_round(actor=office(qingzhu), round=row)
    assert [
        *early,
        refused(lambda: prolong_round(actor=office(qingzhu), round=row, closes_at=now())),
        refused(
            lambda: prolong_round(
                actor=office(qingzhu), round=row, closes_at=now() + datetime.timedelta(days=3, minutes=-1)
            )
        ),
    ] == [
        ("not_open_yet", "征询还没有开始，不需要截止。"),
        ("not_open_yet", "征询还没有开始，请在设置里改截止时间。"),
        ("too_late", "新的截止时间要晚于现在。"),
        ("too_late", "新的截止时间要晚于原来的。要提前结束，请用“现在截止”。"),
    ]
    prolong_round(actor=office(qingzhu), round=row, closes_at=later)
    assert MatchingRound.objects.get(pk=row.pk).closes_at == later
    assert [e.detail for e in AuditEntry.objects.filter(verb="prolong_round")] == [{"closes_at": later.isoformat()}]


@pytest.mark.parametrize("mode", [MatchingMode.CLUB, MatchingMode.CARRY_ON])
def test_a_round_that_asks_nobody_is_not_opened(qingzhu: SchoolCast, mode: MatchingMode) -> None:
    row = set_up(qingzhu, qingzhu.class_one, mode=mode)
    assert refused(lambda: open_round(actor=office(qingzhu), round=row)) == (
        "asks_nobody",
        "这种匹配方式不需要征询，可以直接生成草案。",
    )


def test_opening_at_once_is_done_once(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the second press of the same moment opened the round again, and told every mentor again."""
    row = set_up(qingzhu, qingzhu.class_one, mode=MatchingMode.TWO_SIDED, opens_at=now() + datetime.timedelta(days=1))
    moment = now()
    monkeypatch.setattr("mentors.rounds.services.running.now", lambda: moment)
    for _press in range(2):
        row = open_round(actor=office(qingzhu), round=row, at_once=True)
    assert (row.state, row.opens_at) == ("open", moment)
    assert AuditEntry.objects.filter(verb="open_round").count() == 1


def test_a_pupil_without_a_seat_comes_after_the_others_of_the_class(qingzhu: SchoolCast) -> None:
    """Planted: every seat counted as the last one, and none as no number at all."""
    late = enrol(qingzhu.class_one, 1)[0]
    Enrolment.objects.filter(pupil=late).update(seat_number=None)
    Enrolment.objects.filter(pupil=qingzhu.pupil_unassigned).update(seat_number=7)
    asked = round_problem(opened(qingzhu, qingzhu.class_one))
    assert {p.key: p.order for p in asked.problem.pupils} == {
        qingzhu.pupil_unassigned.pk: (1, 7),
        late.pk: (1, 9999),
    }
