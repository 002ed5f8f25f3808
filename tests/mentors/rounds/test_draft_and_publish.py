"""The draft, adjusting it, publishing it, and the grade 5 of the Guyi plan."""

from dataclasses import replace
from threading import Event, Thread

import pytest
from django.db import connection

from core.errors import DomainError
from mentors.board.services.board import save_board
from mentors.enums import AssignmentOrigin, PlacementHow
from mentors.models.slots import Assignment, Mentor
from mentors.rounds.models import MatchingRound, Placement
from mentors.rounds.queries.draft import draft_line, draft_view, proposed_exceptions, recheck
from mentors.rounds.queries.running import candidates
from mentors.rounds.queries.shortage import draft_rooms
from mentors.rounds.services.clubs import add_members, change_club, create_club, remove_member
from mentors.rounds.services.draft import draft_round, place_pupil, unpin
from mentors.rounds.services.places import add_round_mentors, grant_exceptions, open_mentors
from mentors.rounds.services.publish import draft_outdated, publish_round
from mentors.rounds.services.running import CandidateData, set_candidates
from mentors.services.assignments import assign_pupil, withdraw_pupil
from mentors.services.slots import set_team
from mentors.staff.services.transfers import change_class
from notices.models import Notice
from schools.enums import MatchingMode
from schools.services import create_class
from students.enums import EndReason
from tests.cast import SINCE, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.mentors.builders import enrol
from tests.mentors.rounds.builders import chose, grade_five, office, opened, over, set_up, slot_of


def _lines(cast: SchoolCast) -> dict[str, tuple[str | None, str]]:
    names = {m.pk: m.names for m in Mentor.objects.with_names()}
    return {
        p.pupil.name: (names[p.mentor_id] if p.mentor_id else None, p.how)
        for p in Placement.objects.select_related("pupil")
    }


def test_a_draft_gives_the_first_choice_and_says_so(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot_colleague, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=over(row))
    assert _lines(qingzhu) == {"丁小雨": ("苏禾", "choice")}
    view = draft_view(row, office(qingzhu))
    assert [(f.label, f.count, f.percent) for f in view.figures] == [("第一志愿", 1, 100), ("第二志愿", 0, 0)]
    assert [(load.mentor.names, load.total, load.limit) for load in view.loads] == [
        ("何知秋", 0, 15),
        ("林小满", 2, 15),
        ("苏禾", 2, 15),
    ]


def test_the_same_round_drafted_again_is_the_same_to_the_last_bit(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    for pupil in enrol(qingzhu.class_one, 40):
        chose(row, pupil, qingzhu.slot, qingzhu.slot_colleague)
    row = draft_round(actor=office(qingzhu), round=over(row))
    first, lines = row.digest, _lines(qingzhu)
    assert recheck(row).same
    row = draft_round(actor=office(qingzhu), round=row)
    assert (row.digest, _lines(qingzhu)) == (first, lines)


def test_reckoning_again_tells_how_many_would_differ(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=row)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot_colleague)
    found = recheck(row)
    assert (found.same, found.different) == (False, 1)


def test_a_pupil_placed_by_hand_stays_when_the_draft_is_made_again(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    pupil = qingzhu.pupil_unassigned
    chose(row, pupil, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=row)
    place_pupil(actor=office(qingzhu), round=row, pupil=pupil, mentor=qingzhu.slot_homeroom)
    row = draft_round(actor=office(qingzhu), round=row)
    assert _lines(qingzhu) == {"丁小雨": ("何知秋", "pinned")}
    place_pupil(actor=office(qingzhu), round=row, pupil=pupil, mentor=None)
    row = draft_round(actor=office(qingzhu), round=row)
    assert _lines(qingzhu) == {"丁小雨": (None, "none")}
    row.refresh_from_db()
    assert recheck(row).same
    unpin(actor=office(qingzhu), round=row, pupil=pupil)
    assert _lines(qingzhu) == {"丁小雨": ("林小满", "choice")}


def test_nobody_is_placed_by_hand_where_the_draft_is_full(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    pupils = enrol(qingzhu.class_one, 13)
    for pupil in pupils:
        chose(row, pupil, qingzhu.slot)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot_colleague)
    row = draft_round(actor=office(qingzhu), round=row)
    with pytest.raises(DomainError) as refused:
        place_pupil(actor=office(qingzhu), round=row, pupil=qingzhu.pupil_unassigned, mentor=qingzhu.slot)
    assert refused.value.message == (
        "林小满老师在草案里的名额已满。请改选其他导师（何知秋老师还有 15 个名额、苏禾老师还有 13 个名额），"
        "或先把一位同学调走，或为林小满老师批准超额。"
    )


def test_publishing_makes_assignments_once(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    late = enrol(qingzhu.class_one, 1)[0]
    row = draft_round(actor=office(qingzhu), round=over(row))
    publish_round(actor=office(qingzhu), round=row)
    again = publish_round(actor=office(qingzhu), round=row)
    assert again.state == "published"
    found = Assignment.objects.active().filter(pupil__in=[qingzhu.pupil_unassigned, late]).order_by("pupil_id")
    assert [(a.mentor_id, a.origin) for a in found] == [
        (qingzhu.slot.pk, AssignmentOrigin.CHOICE),
        (qingzhu.slot_homeroom.pk, AssignmentOrigin.OFFICE),
    ]
    assert {m.names: m.load for m in Mentor.objects.filter(year=qingzhu.year).with_names()} == {
        "何知秋": 1,
        "林小满": 3,
        "苏禾": 1,
        "陶然/石磊": 1,
    }


def test_notices_have_numbers_and_no_names(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=over(row))
    publish_round(actor=office(qingzhu), round=row)
    found = {(n.recipient, n.title, n.body, n.link) for n in Notice.objects.filter(kind="match")}
    assert found == {
        (qingzhu.mentor, "一年级意向征询的结果已经公布", "这一轮有 1 位学生选定了您，请在“我的学生”里查看。", "/my/"),
        (
            qingzhu.homeroom,
            "一（1）班的导师匹配结果已经公布",
            "一（1）班参加匹配的 1 位同学，都有了导师。",
            f"/classes/{qingzhu.class_one.pk}/",
        ),
    }


def test_nothing_is_published_while_pupils_choose(qingzhu: SchoolCast) -> None:
    row = draft_round(actor=office(qingzhu), round=opened(qingzhu, qingzhu.class_one))
    with pytest.raises(DomainError) as refused:
        publish_round(actor=office(qingzhu), round=row)
    assert refused.value.code == "still_choosing"


@pytest.mark.parametrize(
    "change, said",
    [
        ("joined", "新增了 1 位需要匹配的同学"),
        ("left", "有 1 位同学离开本年级或已经有了导师"),
        ("assigned", "有 1 位同学离开本年级或已经有了导师"),
        ("chose", "有 1 位同学提交、改过或撤回了意向"),
        ("took back", "有 1 位同学提交、改过或撤回了意向"),
    ],
)
def test_a_draft_out_of_date_is_not_published(qingzhu: SchoolCast, change: str, said: str) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    pupil = qingzhu.pupil_unassigned
    sheet = chose(row, pupil, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=over(row))
    match change:
        case "joined":
            enrol(qingzhu.class_one, 1)
        case "left":
            withdraw_pupil(actor=qingzhu.system, pupil=pupil, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
        case "assigned":
            assign_pupil(actor=office(qingzhu), pupil=pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
        case "chose":
            chose(row, pupil, qingzhu.slot_colleague)
        case _:
            sheet.delete()
    before = Assignment.objects.count()
    with pytest.raises(DomainError) as refused:
        publish_round(actor=office(qingzhu), round=row)
    assert refused.value.message == f"生成草案以后，{said}。请重新生成草案，看过以后再公布。"
    assert Assignment.objects.count() == before


def test_a_pupil_who_changed_class_is_not_given_to_a_mentor_of_the_former_one(qingzhu: SchoolCast) -> None:
    two = create_class(year=qingzhu.year, grade_number=1, number=2)
    set_team(actor=qingzhu.system, school_class=two, mentors=[slot_of(qingzhu, "二班导师")], leader=None)
    row = opened(qingzhu, qingzhu.class_one)
    pupil = qingzhu.pupil_unassigned
    chose(row, pupil, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=over(row))
    change_class(actor=qingzhu.actor(qingzhu.admin), pupil=pupil, school_class=two, keep_mentor=True)
    with pytest.raises(DomainError) as refused:
        publish_round(actor=office(qingzhu), round=row)
    assert refused.value.message == (
        "生成草案以后，有 1 位同学换了班，安排的导师不面向新的班。请重新生成草案，看过以后再公布。"
    )
    row = draft_round(actor=office(qingzhu), round=row)
    publish_round(actor=office(qingzhu), round=row)
    assert Assignment.objects.active().get(pupil=pupil).mentor.names == "二班导师"


@pytest.mark.parametrize("change", ["joined", "left", "moved", "led by another"])
def test_a_club_round_follows_the_clubs_of_the_day_it_is_published(qingzhu: SchoolCast, change: str) -> None:
    actor, pupil, late = office(qingzhu), qingzhu.pupil_unassigned, enrol(qingzhu.class_one, 1)[0]
    chess, song = (
        create_club(actor=actor, year=qingzhu.year, name=name, mentor=mentor)
        for name, mentor in (("棋社", qingzhu.slot), ("合唱团", qingzhu.slot_colleague))
    )
    add_members(actor=actor, club=chess, pupil_ids=[pupil.pk])
    row = set_up(qingzhu, qingzhu.class_one, mode=MatchingMode.CLUB, fill=False)
    set_candidates(
        actor=actor,
        round=row,
        candidates=[CandidateData(m.pk, whole_grade=True) for m in (qingzhu.slot, qingzhu.slot_colleague)],
    )
    row = draft_round(actor=actor, round=row)
    assert draft_outdated(row) == []
    match change:
        case "joined":
            add_members(actor=actor, club=song, pupil_ids=[late.pk])
        case "left":
            remove_member(actor=actor, club=chess, pupil_id=pupil.pk)
        case "moved":
            remove_member(actor=actor, club=chess, pupil_id=pupil.pk)
            add_members(actor=actor, club=song, pupil_ids=[pupil.pk])
        case _:
            change_club(actor=actor, club=chess, name="棋社", mentor=qingzhu.slot_colleague)
    with pytest.raises(DomainError) as refused:
        publish_round(actor=actor, round=row)
    assert refused.value.message == ("生成草案以后，有 1 位同学加入、离开或换了社团。请重新生成草案，看过以后再公布。")
    row = draft_round(actor=actor, round=row)
    assert draft_outdated(row) == []


@pytest.mark.parametrize("mode", [MatchingMode.CHOICE, MatchingMode.CLUB])
def test_the_line_of_one_pupil_is_the_one_of_the_whole_draft(qingzhu: SchoolCast, mode: MatchingMode) -> None:
    """A page that adjusts one pupil read the whole grade and its lottery."""
    actor, late = office(qingzhu), enrol(qingzhu.class_one, 2)
    chess = create_club(actor=actor, year=qingzhu.year, name="棋社", mentor=qingzhu.slot)
    add_members(actor=actor, club=chess, pupil_ids=[late[0].pk])
    if mode == MatchingMode.CLUB:
        row = set_up(qingzhu, qingzhu.class_one, mode=mode)
    else:
        row = opened(qingzhu, qingzhu.class_one)
        chose(row, late[0], qingzhu.slot_colleague, qingzhu.slot)
    row = draft_round(actor=actor, round=row)
    place_pupil(actor=actor, round=row, pupil=late[1], mentor=None)
    view, rows = draft_view(row, actor), candidates(row)
    alone = [draft_line(row, v.enrolment.pupil_id, rows) for v in view.lines]
    assert alone == [replace(v, number=None) for v in view.lines]
    assert draft_rooms(row) == {load.mentor.pk: (load.room, load.placed) for load in view.loads}
    assert draft_line(row, qingzhu.pupil_shared.pk, rows) is None


def test_a_round_that_asks_nobody_does_not_say_that_nobody_answered(qingzhu: SchoolCast) -> None:
    actor, late = office(qingzhu), enrol(qingzhu.class_one, 1)[0]
    chess = create_club(actor=actor, year=qingzhu.year, name="棋社", mentor=qingzhu.slot)
    add_members(actor=actor, club=chess, pupil_ids=[qingzhu.pupil_unassigned.pk])
    row = set_up(qingzhu, qingzhu.class_one, mode=MatchingMode.CLUB, fill=False)
    view = draft_view(draft_round(actor=actor, round=row), actor)
    assert {line.enrolment.pupil: (line.outcome, line.why) for line in view.lines} == {
        qingzhu.pupil_unassigned: ("按社团", ""),
        late: ("还没有导师", "没有参加社团"),
    }
    assert [(f.label, f.count) for f in view.figures] == [("按社团", 1), ("还没有导师", 1)]


def test_whoever_is_no_candidate_any_more_keeps_no_place_by_hand(qingzhu: SchoolCast) -> None:
    row = draft_round(actor=office(qingzhu), round=opened(qingzhu, qingzhu.class_one))
    place_pupil(actor=office(qingzhu), round=row, pupil=qingzhu.pupil_unassigned, mentor=qingzhu.slot)
    set_candidates(
        actor=office(qingzhu), round=row, candidates=[CandidateData(qingzhu.slot_colleague.pk, whole_grade=True)]
    )
    draft_round(actor=office(qingzhu), round=row)
    assert _lines(qingzhu) == {"丁小雨": ("苏禾", "fill")}


def test_places_granted_after_publication_make_no_pair_of_the_protocol_blocking(qingzhu: SchoolCast) -> None:
    Mentor.objects.filter(pk=qingzhu.slot.pk).update(capacity=3)
    row = opened(qingzhu, qingzhu.class_one, mode=MatchingMode.TWO_SIDED)
    for pupil in (qingzhu.pupil_unassigned, *enrol(qingzhu.class_one, 2)):
        chose(row, pupil, qingzhu.slot, qingzhu.slot_colleague)
    row = draft_round(actor=office(qingzhu), round=over(row))
    row = publish_round(actor=office(qingzhu), round=row)
    Mentor.objects.filter(pk=qingzhu.slot.pk).update(capacity=15)
    row = MatchingRound.objects.get(pk=row.pk)
    assert draft_view(row, office(qingzhu)).blocking == []


@pytest.mark.django_db(transaction=True)
def test_a_homeroom_teacher_and_the_publication_do_not_overwrite_each_other(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil, row = qingzhu.pupil_unassigned, opened(qingzhu, qingzhu.class_one)
    chose(row, pupil, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=over(row))
    checked, saved = Event(), Event()
    answers: dict[str, str] = {}

    def slowly(found: MatchingRound) -> list[str]:
        reasons = draft_outdated(found)
        checked.set()
        saved.wait(0.5)
        return reasons

    def publishes() -> None:
        try:
            answers["publish"] = publish_round(actor=office(qingzhu), round=row).state
        finally:
            connection.close()

    def saves() -> None:
        checked.wait()
        try:
            wanted = {pupil.pk: qingzhu.slot_colleague.pk}
            actor = qingzhu.actor(qingzhu.homeroom)
            save_board(actor=actor, school_class=qingzhu.class_one, base={pupil.pk: None}, wanted=wanted)
        except DomainError as error:
            answers["board"] = error.code
        finally:
            saved.set()
            connection.close()

    monkeypatch.setattr("mentors.rounds.services.publish.draft_outdated", slowly)
    threads = [Thread(target=publishes), Thread(target=saves)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"publish": "published", "board": "changed_meanwhile"}
    assert Assignment.objects.active().main().get(pupil=pupil).mentor == qingzhu.slot


def test_a_mentor_filled_meanwhile_stops_the_whole_and_is_named(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=over(row))
    for enrolment in EnrolmentFactory.create_batch(13, school_class=qingzhu.class_five):
        assign_pupil(actor=qingzhu.system, pupil=enrolment.pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    with pytest.raises(DomainError) as refused:
        publish_round(actor=office(qingzhu), round=row)
    assert refused.value.code == "cap_reached"
    assert refused.value.message.startswith("没有公布：林小满老师已有 15 名学生，达到上限 15 名。")
    assert not Assignment.objects.filter(pupil=qingzhu.pupil_unassigned).exists()
    row.refresh_from_db()
    assert row.state == "open"


def test_two_pupils_of_full_mentors_change_places_in_a_rematch(qingzhu: SchoolCast) -> None:
    Mentor.objects.filter(pk=qingzhu.slot.pk).update(capacity=2)
    Mentor.objects.filter(pk=qingzhu.slot_colleague.pk).update(capacity=1)
    row = opened(qingzhu, qingzhu.class_one, rematch=True)
    first, second = qingzhu.pupils
    chose(row, first, qingzhu.slot_colleague)
    chose(row, second, qingzhu.slot)
    chose(row, qingzhu.pupil_of_colleague, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=over(row))
    publish_round(actor=office(qingzhu), round=row)
    found = dict(Assignment.objects.active().main().values_list("pupil__name", "mentor_id"))
    assert found == {
        "安可儿": qingzhu.slot_colleague.pk,
        "白一诺": qingzhu.slot.pk,
        "曹子墨": qingzhu.slot.pk,
        "丁小雨": qingzhu.slot_homeroom.pk,
        "范思齐": qingzhu.slot_shared.pk,
    }
    loads = dict(Mentor.objects.values_list("pk", "load"))
    assert (loads[qingzhu.slot.pk], loads[qingzhu.slot_colleague.pk]) == (2, 1)


def test_a_rematch_leaves_alone_what_had_ended_before(qingzhu: SchoolCast) -> None:
    """Planted: the former places of the whole year were ended once more, and their mentors lost a pupil each."""
    first, _second = qingzhu.pupils
    assign_pupil(actor=qingzhu.system, pupil=first, mentor=qingzhu.slot_homeroom, origin=AssignmentOrigin.OFFICE)
    ended = Assignment.objects.filter(pupil=first, mentor=qingzhu.slot)
    ended.update(ends_on=SINCE)
    row = opened(qingzhu, qingzhu.class_one, rematch=True)
    chose(row, first, qingzhu.slot_colleague)
    publish_round(actor=office(qingzhu), round=draft_round(actor=office(qingzhu), round=over(row)))
    assert ended.get().ends_on == SINCE
    open_ones = Assignment.objects.filter(ends_on=None).values_list("mentor_id", flat=True)
    loads = dict(Mentor.objects.filter(year=qingzhu.year).values_list("pk", "load"))
    assert loads == {key: list(open_ones).count(key) for key in loads}


def test_a_round_without_questions_goes_straight_to_the_draft(qingzhu: SchoolCast) -> None:
    row = set_up(qingzhu, qingzhu.class_one, mode=MatchingMode.CARRY_ON, opens_at=None, closes_at=None, fill=True)
    row = draft_round(actor=office(qingzhu), round=row)
    publish_round(actor=office(qingzhu), round=row)
    assert Assignment.objects.active().get(pupil=qingzhu.pupil_unassigned).origin == AssignmentOrigin.OFFICE


def test_the_number_of_queries_of_a_draft_does_not_grow(
    qingzhu: SchoolCast, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    row = opened(qingzhu, qingzhu.class_one)
    chose(row, qingzhu.pupil_unassigned, qingzhu.slot)
    row = draft_round(actor=office(qingzhu), round=row)
    actor = office(qingzhu)
    with django_assert_num_queries(19):  # type: ignore[operator]  # a context manager of pytest-django
        draft_view(row, actor)
    for pupil in enrol(qingzhu.class_one, 20):
        chose(row, pupil, qingzhu.slot, qingzhu.slot_colleague)
    row = draft_round(actor=actor, round=row)
    with django_assert_num_queries(18):  # type: ignore[operator]  # as above
        assert draft_view(row, actor).total == 21


class TestGradeFive:
    """The case of the Guyi plan: 185 pupils, 12 slots, the last one shared and counted once."""

    def _drafted(self, cast: SchoolCast, *, whole_grade: bool = True) -> tuple[MatchingRound, list[Mentor]]:
        classes, mentors = grade_five(cast)
        row = opened(cast, classes[0])
        if whole_grade:
            every = [CandidateData(m.pk, whole_grade=True) for m in mentors]
            set_candidates(actor=office(cast), round=row, candidates=every)
        return draft_round(actor=office(cast), round=over(row)), mentors

    def test_five_places_are_missing_and_the_rest_is_placed(self, qingzhu: SchoolCast) -> None:
        row, _ = self._drafted(qingzhu)
        view = draft_view(row, office(qingzhu))
        assert view.shortage is not None
        assert view.shortage.sentence == (
            "第五年级 185 人、12 位导师，上限 15：缺 5 个名额。再增 1 位导师，或批准 5 个超额。"
        )
        assert (view.total, view.quality.placed, view.quality.unplaced) == (185, 180, 5)
        assert {load.total for load in view.loads} == {15}

    def test_one_more_mentor_makes_it_whole(self, qingzhu: SchoolCast) -> None:
        row, _ = self._drafted(qingzhu)
        teacher = TeacherFactory.create(school=qingzhu.school, name="新导师")
        add_round_mentors(actor=office(qingzhu), round=row, teachers=[teacher])
        row.refresh_from_db()
        view = draft_view(row, office(qingzhu))
        assert (view.shortage, view.quality.placed, view.quality.unplaced) == (None, 185, 0)
        assert max(load.total for load in view.loads) == 15

    def test_five_exceptions_make_it_whole(self, qingzhu: SchoolCast) -> None:
        row, _ = self._drafted(qingzhu)
        view = draft_view(row, office(qingzhu))
        extra = proposed_exceptions(view, 5)
        assert sorted(extra.values()) == [1, 1, 1, 1, 1]
        grant_exceptions(actor=office(qingzhu), round=row, extra=extra, reason="名额不足")
        row.refresh_from_db()
        view = draft_view(row, office(qingzhu))
        assert (view.shortage, view.quality.placed) == (None, 185)
        publish_round(actor=office(qingzhu), round=row)
        loads = sorted(Mentor.objects.filter(candidacies__round=row).values_list("load", flat=True))
        assert loads == [15] * 7 + [16] * 5

    def test_closed_classes_are_opened_to_the_grade(self, qingzhu: SchoolCast) -> None:
        row, mentors = self._drafted(qingzhu, whole_grade=False)
        view = draft_view(row, office(qingzhu))
        assert view.shortage is not None
        # 32, 32, 31, 33, 31 for 30 places each; the last class has four to spare.
        assert (view.quality.unplaced, view.shortage.missing, view.shortage.movable) == (9, 5, 4)
        hosts = [key for host in view.shortage.hosts for key in host.mentors]
        assert set(hosts) <= {mentors[-1].pk, mentors[-2].pk}
        open_mentors(actor=office(qingzhu), round=row, mentor_ids=hosts)
        row.refresh_from_db()
        view = draft_view(row, office(qingzhu))
        assert (view.quality.placed, view.quality.unplaced) == (180, 5)


def test_an_unplaced_pupil_stays_open_and_is_listed(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, qingzhu.class_one, fill=False)
    row = draft_round(actor=office(qingzhu), round=over(row))
    publish_round(actor=office(qingzhu), round=row)
    row.refresh_from_db()
    assert not Assignment.objects.active().filter(pupil=qingzhu.pupil_unassigned).exists()
    view = draft_view(row, office(qingzhu))
    assert [(line.enrolment.pupil.name, line.placement.how) for line in view.lines] == [("丁小雨", PlacementHow.NONE)]
