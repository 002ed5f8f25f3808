"""心灵树洞卡 on the teachers' side: given to one teacher, read by nobody else, answered in any order, only counted."""

import datetime
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, User
from accounts.services import grant_role
from core.errors import DomainError
from mentors.models.slots import Teacher
from notices.models import Notice, OutboxMessage
from records.care.queries.tree_hole import tree_hole_counts
from records.care.services.tree_hole import (
    AS_WISHED,
    MOST_A_DAY,
    TreeHoleData,
    answer_tree_hole_card,
    close_tree_hole_card,
    decide_home,
    enter_tree_hole_card,
    hand_in_tree_hole_card,
    note_meeting,
    open_tree_hole_card,
    reopen_tree_hole_card,
)
from records.desk.models import RecordVersion
from records.enums import HomeContact, RecordKind, TreeHoleSubject, TreeHoleWish
from records.models.care import TreeHoleCard
from tests.cast import SINCE, TODAY, SchoolCast, TeacherFactory
from tests.records.builders import tick_states
from tests.records.care.builders import REPLY, SECRET, card, slip_for, teacher_of

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
DATA = TreeHoleData(subject=TreeHoleSubject.STUDY, text=SECRET, wish=TreeHoleWish.TALK)


def unmarked(response: Any) -> str:
    """The page without the marks around words of danger, which would cut a text in two."""
    return re.sub("</?mark[^>]*>", "", response.content.decode())


def body_of(client_of: ClientOf, user: User, name: str, *args: object) -> str:
    return unmarked(client_of(user).get(reverse(name, args=args)))


# --- Handing in -------------------------------------------------------------------------------------------------------
def test_a_card_reaches_any_teacher_and_the_notice_says_nothing_of_it(qingzhu: SchoolCast) -> None:
    given = card(qingzhu, qingzhu.colleague, qingzhu.pupils[0])
    told = list(Notice.objects.values_list("recipient__username", "title", "body", "link"))
    assert told == [("qingzhu-colleague", "您收到 1 张心灵树洞卡", "", f"/my/cards/{given.pk}/")]
    mails = [m.subject + m.body for m in OutboxMessage.objects.all()]
    assert [[mail.count(w) for w in (SECRET, "安可儿", "树洞")] for mail in mails] == [[0, 0, 0]]
    entry = AuditEntry.objects.get(verb="hand_in_card")
    assert (entry.detail, entry.user) == ({}, None)


def test_a_teacher_who_left_or_has_no_account_cannot_be_given_one(qingzhu: SchoolCast) -> None:
    without = Teacher.objects.get(school=qingzhu.school, name="石磊")
    Teacher.objects.filter(user=qingzhu.colleague).update(left_on=TODAY)
    codes = []
    for teacher in (without, teacher_of(qingzhu.colleague)):
        with pytest.raises(DomainError) as refused:
            give_to(qingzhu, teacher)
        codes.append(refused.value.code)
    assert (codes, TreeHoleCard.objects.count()) == (["no_such_teacher"] * 2, 0)


def give_to(cast: SchoolCast, teacher: Teacher) -> TreeHoleCard:
    return hand_in_tree_hole_card(
        slip=slip_for(cast, cast.pupils[0]), teacher=teacher, data=DATA, submission=uuid.uuid4()
    )


def test_a_teacher_of_another_school_cannot_be_given_one(qingzhu: SchoolCast, other: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        give_to(qingzhu, teacher_of(other.mentor))
    assert refused.value.code == "other_school"


def test_a_flood_of_cards_is_refused(qingzhu: SchoolCast) -> None:
    for _ in range(MOST_A_DAY):
        card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    with pytest.raises(DomainError) as refused:
        card(qingzhu, qingzhu.colleague, qingzhu.pupils[0])
    assert (refused.value.code, MOST_A_DAY) == ("too_many", 30)


def test_a_paper_card_is_entered_by_those_who_know_the_child_alone(qingzhu: SchoolCast, other: SchoolCast) -> None:
    """Any teacher could hand one in in any child's name."""
    TeacherFactory.create(school=qingzhu.school, user=qingzhu.office, name="德育韩")
    TeacherFactory.create(school=qingzhu.school, user=qingzhu.counsellor, name="温言")

    def entered_by(user: User) -> str:
        try:
            actor = qingzhu.actor(user)
            enter_tree_hole_card(actor=actor, pupil=qingzhu.pupils[0], data=DATA, submission=uuid.uuid4())
        except DomainError as refusal:
            return refusal.code
        return "entered"

    parts = ("mentor", "homeroom", "office", "counsellor", "colleague", "sharer")
    answers = {part: entered_by(getattr(qingzhu, part)) for part in parts}
    assert answers == dict.fromkeys(parts[:4], "entered") | dict.fromkeys(parts[4:], "not_allowed")
    assert entered_by(other.mentor) == "other_school"
    assert AuditEntry.objects.filter(verb="enter_card").count() == TreeHoleCard.objects.count() == 4


def test_a_paper_card_belongs_to_the_teacher_who_types_it_in(qingzhu: SchoolCast) -> None:
    key = uuid.uuid4()
    actor = qingzhu.actor(qingzhu.mentor)
    first, second = (
        enter_tree_hole_card(actor=actor, pupil=qingzhu.pupils[0], data=DATA, submission=key) for _ in range(2)
    )
    assert (first.pk, first.teacher.user, first.entered_by) == (second.pk, qingzhu.mentor, qingzhu.mentor)
    assert Notice.objects.count() == 0
    with pytest.raises(DomainError) as refused:
        enter_tree_hole_card(
            actor=qingzhu.actor(qingzhu.leader), pupil=qingzhu.pupils[0], data=DATA, submission=uuid.uuid4()
        )
    assert refused.value.code == "no_teacher"


def test_a_teacher_finds_the_own_pupils_by_name_initials_or_class_and_sees_names_only(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf
) -> None:
    client = client_of(qingzhu.sharer)
    url = reverse("tree_hole:new")
    found = [
        [row.pupil.name for row in client.get(url, query).context["rows"]]
        for query in ({"q": "安可"}, {"q": "范"}, {"class": qingzhu.class_five.pk}, {"class": other.class_one.pk}, {})
    ]
    assert found == [[], ["范思齐"], ["范思齐"], [], []]
    assert client.get(url, {"q": "安"}).content.decode().count("1380000") == 0


def test_a_paper_card_is_typed_in_on_the_page(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    typed = {"subject": "mind", "text": SECRET, "wish": "talk", "submission": str(uuid.uuid4()), "version": 0}
    url = reverse("tree_hole:paper", args=[qingzhu.pupils[0].pk])
    answered = client_of(qingzhu.mentor).post(url, typed)
    stored = TreeHoleCard.objects.get()
    assert (answered.status_code, answered.headers["Location"]) == (302, reverse("tree_hole:card", args=[stored.pk]))
    assert (stored.teacher.user, stored.may_tell_home, stored.text) == (qingzhu.mentor, False, SECRET)
    assert client_of(qingzhu.mentor).post(url, {"submission": str(uuid.uuid4()), "version": 0}).status_code == 422


# --- Who reads it -----------------------------------------------------------------------------------------------------
def test_only_the_receiver_reads_the_card_anywhere(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    given = card(qingzhu, qingzhu.colleague, qingzhu.pupils[0])
    addresses = [
        reverse("tree_hole:card", args=[given.pk]),
        reverse("tree_hole:inbox"),
        reverse("desk:pupil", args=[given.pupil_id]),
        reverse("office:tree_hole"),
        reverse("counsel:home"),
    ]
    people = [*qingzhu.people.items(), ("foreign", other.mentor)]
    found = {part: sum(unmarked(client_of(user).get(url)).count(SECRET) for url in addresses) for part, user in people}
    assert found == dict.fromkeys([part for part, _ in people], 0) | {"colleague": 1}


def test_others_are_refused_every_act(qingzhu: SchoolCast, other: SchoolCast) -> None:
    given = card(qingzhu, qingzhu.colleague, qingzhu.pupils[0])
    acts: list[Callable[[Any], Any]] = [
        lambda a: open_tree_hole_card(actor=a, card=given),
        lambda a: answer_tree_hole_card(actor=a, card=given, text=REPLY, version=1),
        lambda a: note_meeting(actor=a, card=given, on=TODAY, version=1),
        lambda a: decide_home(actor=a, card=given, contacted=False, reason="", version=1),
        lambda a: close_tree_hole_card(actor=a, card=given),
        lambda a: reopen_tree_hole_card(actor=a, card=given),
    ]

    def codes(actor: Any) -> list[str]:
        found = []
        for act in acts:
            with pytest.raises(DomainError) as refused:
                act(actor)
            found.append(refused.value.code)
        return found

    for user in (qingzhu.mentor, qingzhu.homeroom, qingzhu.office, qingzhu.counsellor):
        assert codes(qingzhu.actor(user)) == ["not_yours"] * 6
    assert codes(other.actor(other.colleague)) == ["not_yours"] + ["other_school"] * 5


def test_the_first_reading_is_kept_and_each_is_logged(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    given = card(qingzhu, qingzhu.colleague, qingzhu.pupils[0])
    client = client_of(qingzhu.colleague)
    inbox = unmarked(client.get(reverse("tree_hole:inbox")))
    given.refresh_from_db()
    assert (inbox.count("安可儿"), inbox.count(SECRET), given.opened_at) == (1, 0, None)
    client.get(reverse("tree_hole:card", args=[given.pk]))
    given.refresh_from_db()
    first = given.opened_at
    client.get(reverse("tree_hole:card", args=[given.pk]))
    given.refresh_from_db()
    assert (first is not None, given.opened_at) == (True, first)
    assert AuditEntry.objects.filter(verb="open_card", kind=AuditKind.READ).count() == 2


# --- Answering --------------------------------------------------------------------------------------------------------
def test_answer_meeting_and_home_come_in_any_order_and_then_it_is_put_away(qingzhu: SchoolCast) -> None:
    given, actor = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), qingzhu.actor(qingzhu.mentor)
    for early in ("nothing", "home only"):
        with pytest.raises(DomainError) as refused:
            close_tree_hole_card(actor=actor, card=given)
        assert (early, refused.value.code) == (early, "not_finished")
        if early == "nothing":
            decide_home(actor=actor, card=given, contacted=False, reason="", version=1)
    note_meeting(actor=actor, card=given, on=TODAY, version=2)
    answer_tree_hole_card(actor=actor, card=given, text=REPLY, version=3)
    closed = close_tree_hole_card(actor=actor, card=given)
    assert (closed.answer, closed.met_on, closed.home_reason, closed.version) == (REPLY, TODAY, AS_WISHED, 5)
    assert closed.closed_at is not None
    assert reopen_tree_hole_card(actor=actor, card=given).closed_at is None
    details = AuditEntry.objects.filter(target_type="records.treeholecard").exclude(verb="hand_in_card")
    assert list(details.order_by("pk").values_list("verb", "detail")) == [
        ("decide_card_home", {"version": 2}),
        ("meet_for_card", {"version": 3}),
        ("answer_card", {"version": 4}),
        ("close_card", {"version": 5}),
        ("reopen_card", {"version": 6}),
    ]


def test_who_only_wished_to_be_heard_needs_no_answer(qingzhu: SchoolCast) -> None:
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0], wish=TreeHoleWish.LISTEN)
    actor = qingzhu.actor(qingzhu.mentor)
    decide_home(actor=actor, card=given, contacted=False, reason="", version=1)
    assert close_tree_hole_card(actor=actor, card=given).closed_at is not None


def test_home_is_told_against_the_wish_only_with_a_reason(qingzhu: SchoolCast) -> None:
    given, actor = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), qingzhu.actor(qingzhu.mentor)
    with pytest.raises(DomainError) as refused:
        decide_home(actor=actor, card=given, contacted=True, reason=" ", version=1)
    told = decide_home(actor=actor, card=given, contacted=True, reason="担心你的安全", version=1)
    with pytest.raises(DomainError) as back:
        decide_home(actor=actor, card=given, contacted=False, reason="x", version=2)
    assert (refused.value.code, told.home_contact, back.value.code) == (
        "reason_missing",
        HomeContact.CONTACTED,
        "already_contacted",
    )


def test_silence_needs_a_reason_where_the_pupil_agreed(qingzhu: SchoolCast) -> None:
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0], may_tell_home=True)
    actor = qingzhu.actor(qingzhu.mentor)
    with pytest.raises(DomainError) as refused:
        decide_home(actor=actor, card=given, contacted=False, reason="", version=1)
    told = decide_home(actor=actor, card=given, contacted=True, reason="", version=1)
    assert (refused.value.code, told.home_contact) == ("reason_missing", HomeContact.CONTACTED)


def test_a_meeting_lies_neither_in_the_future_nor_long_before(qingzhu: SchoolCast) -> None:
    given, actor = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), qingzhu.actor(qingzhu.mentor)
    codes = []
    for day in (TODAY + datetime.timedelta(days=1), datetime.date(2026, 1, 1)):
        with pytest.raises(DomainError) as refused:
            note_meeting(actor=actor, card=given, on=day, version=1)
        codes.append(refused.value.code)
    assert codes == ["date_out_of_range"] * 2


def test_an_answer_is_kept_after_the_clock_was_set_back(qingzhu: SchoolCast) -> None:
    """`card_dates_ordered` refused it, and the page spoke of somebody else who had saved the same."""
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    given.handed_in_at += datetime.timedelta(days=2)
    given.save(update_fields=["handed_in_at"])
    answer_tree_hole_card(actor=qingzhu.actor(qingzhu.mentor), card=given, text=REPLY, version=1)
    assert TreeHoleCard.objects.get(pk=given.pk).answered_at == given.handed_in_at


def test_an_answer_from_an_old_page_is_not_written_over_the_newer_one(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    answer_tree_hole_card(actor=qingzhu.actor(qingzhu.mentor), card=given, text=REPLY, version=1)
    client, url = client_of(qingzhu.mentor), reverse("tree_hole:answer", args=[given.pk])
    typed = {"text": "另一封", "submission": str(uuid.uuid4()), "version": 1}
    refused = client.post(url, typed)
    body = refused.content.decode()
    given.refresh_from_db()
    assert (refused.status_code, given.answer, body.count(REPLY), body.count("另一封")) == (422, REPLY, 1, 1)
    assert client.post(url, {**typed, "version": 2}).status_code == 302


def test_a_meeting_offers_a_talk_only_to_those_who_record_for_the_pupil(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    shown = []
    for user in (qingzhu.mentor, qingzhu.sharer):
        given = card(qingzhu, user, qingzhu.pupils[0])
        note_meeting(actor=qingzhu.actor(user), card=given, on=TODAY, version=1)
        shown.append(body_of(client_of, user, "tree_hole:card", given.pk).count("把这次约谈登记为谈心"))
    form = client_of(qingzhu.mentor).get(
        reverse("desk:talk", args=[qingzhu.pupils[0].pk]), {"back": "pupil", "occasion": "card"}
    )
    assert (shown, form.context["form"]["occasion"].initial) == ([1, 0], "card")


def test_cards_leave_the_ticks_alone(qingzhu: SchoolCast) -> None:
    before = tick_states(qingzhu, qingzhu.pupils[0])
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    answer_tree_hole_card(actor=qingzhu.actor(qingzhu.mentor), card=given, text=REPLY, version=1)
    assert tick_states(qingzhu, qingzhu.pupils[0]) == before


def test_the_page_of_a_card_has_the_emergency_card_and_the_way_to_the_counsellor(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    given = card(qingzhu, qingzhu.sharer, qingzhu.pupils[0])
    body = body_of(client_of, qingzhu.sharer, "tree_hole:card", given.pk)
    refer = reverse("counsel:refer", args=[given.pupil_id]) + f"?card={given.pk}"
    assert [body.count(w) for w in ("紧急联系卡", refer, "一生一表")] == [1, 1, 0]
    answered = client_of(qingzhu.sharer).post(refer, {"text": "", "submission": str(uuid.uuid4()), "version": 0})
    assert (answered.status_code, answered.headers["Location"]) == (302, f"/my/cards/{given.pk}/")


# --- 德育室 -----------------------------------------------------------------------------------------------------------
def test_the_office_counts_by_subject_and_grade_and_names_nobody(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    card(qingzhu, qingzhu.colleague, qingzhu.pupils[1])
    card(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    answer_tree_hole_card(actor=qingzhu.actor(qingzhu.mentor), card=first, text=REPLY, version=1)
    days = {card.pk: n for n, card in enumerate(TreeHoleCard.objects.waiting().order_by("pk"), start=1)}
    for pk, n in days.items():
        row = TreeHoleCard.objects.get(pk=pk)
        TreeHoleCard.objects.filter(pk=pk).update(handed_in_at=row.handed_in_at - datetime.timedelta(days=3 * n))
    counts = tree_hole_counts(qingzhu.year)
    assert (counts.total, counts.answered, counts.waiting, counts.median_days, counts.oldest_days) == (3, 1, 2, 4, 6)
    assert counts.subjects == [("思想", 0), ("学习", 0), ("心理", 0), ("生活", 0), ("情绪", 3)]
    assert [count for _, count in counts.grades] == [2, 1]
    body = body_of(client_of, qingzhu.office, "office:tree_hole")
    names = ("安可儿", "白一诺", "范思齐", "林小满", "苏禾", "一（1）班", SECRET)
    assert [body.count(name) for name in names] == [0] * 7


def test_counts_stay_in_the_school(qingzhu: SchoolCast, other: SchoolCast) -> None:
    card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert tree_hole_counts(other.year).total == 0


INBOX_QUERIES = 10
CARD_QUERIES = 15


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_and_card_cost_the_same_queries_for_one_and_for_three(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    given = [card(qingzhu, qingzhu.mentor, pupil) for pupil in [*qingzhu.pupils, qingzhu.pupil_unassigned][:count]]
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(INBOX_QUERIES):
        listed = client.get(reverse("tree_hole:inbox"))
    with django_assert_num_queries(CARD_QUERIES):
        client.get(reverse("tree_hole:card", args=[given[0].pk]))
    assert len(listed.context["rows"]) == count


def test_waiting_cards_stand_first_the_oldest_on_top(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, second, third = (card(qingzhu, qingzhu.mentor, qingzhu.pupils[0]) for _ in range(3))
    answer_tree_hole_card(actor=qingzhu.actor(qingzhu.mentor), card=first, text=REPLY, version=1)
    listed = client_of(qingzhu.mentor).get(reverse("tree_hole:inbox"))
    assert [row[0].pk for row in listed.context["rows"]] == [second.pk, third.pk, first.pk]


def test_a_leader_who_is_a_teacher_has_an_inbox(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    grant_role(actor=qingzhu.system, user=qingzhu.sharer, role=Role.LEADER, school=qingzhu.school, starts_on=SINCE)
    given = card(qingzhu, qingzhu.sharer, qingzhu.pupils[0])
    assert body_of(client_of, qingzhu.sharer, "tree_hole:card", given.pk).count(SECRET) == 1


# --- History ----------------------------------------------------------------------------------------------------------
def test_a_card_keeps_what_its_answer_was_for_its_receiver_alone(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    given = card(qingzhu, qingzhu.colleague, qingzhu.pupils[0])
    actor = qingzhu.actor(qingzhu.colleague)
    answer_tree_hole_card(actor=actor, card=given, text="先深呼吸三次。", version=1)
    answer_tree_hole_card(actor=actor, card=given, text="先深呼吸五次。", version=2)
    kept = RecordVersion.objects.filter(kind=RecordKind.CARD, record_id=given.pk).order_by("version")
    assert [(v.version, v.fields["answer"], v.changed_by) for v in kept] == [
        (1, "", None),
        (2, "先深呼吸三次。", qingzhu.colleague),
        (3, "先深呼吸五次。", qingzhu.colleague),
    ]
    page = body_of(client_of, qingzhu.colleague, "tree_hole:history", given.pk)
    assert ("<del>三</del>" in page, "<ins>五</ins>" in page) == (True, True)
    others = ("office", "mentor", "homeroom", "admin", "counsellor", "leader")
    url = reverse("tree_hole:history", args=[given.pk])
    assert [client_of(getattr(qingzhu, part)).get(url).status_code for part in others] == [403] * 6
