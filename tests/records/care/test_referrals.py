"""需要心理老师帮助: who may ask, who reads it, what the notices carry, and that nothing is lost or written over."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, RoleGrant, User
from accounts.services import create_user, grant_role
from core.errors import DomainError
from notices.models import Notice, OutboxMessage
from records.care.services.referrals import acknowledge, answer, close, refer, reopen, write_notes
from records.desk.models import Reading, RecordVersion
from records.enums import RecordKind
from records.models.care import Referral
from records.reminding.queries.digests import plan_digests
from records.reminding.services.sending import send_digests
from schools.enums import NoteVisibility
from tests.cast import SINCE, TODAY, SchoolCast
from tests.records.builders import TEXT, talk, visit
from tests.records.care.builders import SECRET, card, referral

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
NOTES = "约了周四第一次见面，先听他说。"


def second_counsellor(cast: SchoolCast) -> User:
    user = create_user(actor=cast.system, username=f"{cast.school.code}-second", name="安宁", school=cast.school)
    grant_role(actor=cast.system, user=user, role=Role.COUNSELLOR, school=cast.school, starts_on=SINCE)
    return user


def taken(cast: SchoolCast) -> Referral:
    made = referral(cast, cast.mentor, cast.pupils[0])
    return acknowledge(actor=cast.actor(cast.counsellor), referral=made)


def page(client_of: ClientOf, user: User, name: str, *args: Any) -> tuple[int, str]:
    response = client_of(user).get(reverse(name, args=args))
    return response.status_code, response.content.decode()


# --- Who may ask ------------------------------------------------------------------------------------------------------
def test_mentor_homeroom_and_office_may_refer_others_may_not(qingzhu: SchoolCast) -> None:
    answers = {}
    for part, user in qingzhu.people.items():
        if part == "bureau_user":
            continue
        try:
            referral(qingzhu, user, qingzhu.pupils[0])
            answers[part] = "referred"
        except DomainError as error:
            answers[part] = error.code
    assert answers == {
        "admin": "not_allowed",
        "office": "referred",
        "homeroom": "referred",
        "mentor": "referred",
        "colleague": "not_allowed",
        "sharer": "not_allowed",
        "counsellor": "not_allowed",
        "leader": "not_allowed",
    }


def test_the_receiver_of_a_card_may_refer_its_pupil(qingzhu: SchoolCast) -> None:
    card(qingzhu, qingzhu.colleague, qingzhu.pupils[0])
    made = referral(qingzhu, qingzhu.colleague, qingzhu.pupils[0])
    assert (made.pupil_id, made.created_by_id) == (qingzhu.pupils[0].pk, qingzhu.colleague.pk)


def test_a_pupil_of_another_school_is_refused(qingzhu: SchoolCast, other: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        referral(qingzhu, qingzhu.mentor, other.pupils[0])
    assert (refused.value.code, Referral.objects.count()) == ("other_school", 0)


def test_the_same_form_twice_is_one_referral_and_one_notice(qingzhu: SchoolCast) -> None:
    key = uuid.uuid4()
    actor = qingzhu.actor(qingzhu.mentor)
    first, second = (refer(actor=actor, pupil=qingzhu.pupils[0], text=SECRET, submission=key) for _ in range(2))
    assert (first.pk, Referral.objects.count(), Notice.objects.count()) == (second.pk, 1, 1)


def test_another_persons_form_key_is_refused(qingzhu: SchoolCast) -> None:
    made = referral(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    with pytest.raises(DomainError) as refused:
        refer(actor=qingzhu.actor(qingzhu.homeroom), pupil=qingzhu.pupils[0], text="", submission=made.submission)
    assert refused.value.code == "submission_taken"


# --- What leaves the house --------------------------------------------------------------------------------------------
def test_notices_and_mails_carry_neither_name_nor_content(qingzhu: SchoolCast) -> None:
    made = taken(qingzhu)
    answer(actor=qingzhu.actor(qingzhu.counsellor), referral=made, text="请多留意他的午休。", version=2)
    told = sorted(Notice.objects.values_list("recipient__username", "title", "body"))
    assert told == [
        ("qingzhu-counsellor", "您有 1 条转介待接收", ""),
        ("qingzhu-mentor", "心理老师回复了您的转介", ""),
        ("qingzhu-mentor", "您的转介已由心理老师接收", ""),
    ]
    words = [w for m in OutboxMessage.objects.all() for w in (SECRET, "安可儿", "午休") if w in m.subject + m.body]
    assert (OutboxMessage.objects.count(), words) == (3, [])


def test_the_audit_holds_keys_only(qingzhu: SchoolCast) -> None:
    made = taken(qingzhu)
    counsellor = qingzhu.actor(qingzhu.counsellor)
    write_notes(actor=counsellor, referral=made, notes=NOTES, version=2)
    close(actor=counsellor, referral=made)
    entries = AuditEntry.objects.filter(target_type="records.referral").order_by("pk").values_list("verb", "detail")
    assert list(entries) == [
        ("refer", {}),
        ("acknowledge_referral", {"version": 2}),
        ("write_referral_notes", {"version": 3}),
        ("close_referral", {"version": 4}),
    ]


def test_without_a_counsellor_the_referral_stays_and_the_office_is_told_without_content(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    RoleGrant.objects.filter(role=Role.COUNSELLOR).delete()
    url = reverse("counsel:refer", args=[qingzhu.pupils[0].pk])
    shown = client_of(qingzhu.mentor).get(url).content.decode()
    done = client_of(qingzhu.mentor).post(
        url, {"text": SECRET, "submission": str(uuid.uuid4()), "version": 0}, follow=True
    )
    told = list(Notice.objects.values_list("recipient__username", "title"))
    texts = "".join(Notice.objects.values_list("body", flat=True))
    assert (shown.count("学校还没有心理老师账号"), done.content.decode().count("转介已保存，但学校还没有")) == (1, 1)
    assert (told, Referral.objects.count()) == ([("qingzhu-office", "需要为心理老师开通账号")], 1)
    assert [texts.count(w) for w in (SECRET, "安可儿", "林小满")] == [0, 0, 0]


# --- Acknowledgement, answer, notes -----------------------------------------------------------------------------------
def test_the_author_sees_when_it_was_acknowledged_and_the_answer_but_not_the_notes(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    made = taken(qingzhu)
    counsellor = qingzhu.actor(qingzhu.counsellor)
    answer(actor=counsellor, referral=made, text="请多留意他的午休。", version=2)
    write_notes(actor=counsellor, referral=made, notes=NOTES, version=3)
    status, body = page(client_of, qingzhu.mentor, "counsel:sent", made.pk)
    seen = [body.count(w) for w in ("心理老师 温言 11月18日 10:0", "请多留意他的午休。", SECRET, NOTES)]
    assert (status, seen) == (200, [1, 1, 1, 0])


def test_a_second_counsellor_reads_the_referral_but_neither_notes_nor_acts(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    made = taken(qingzhu)
    write_notes(actor=qingzhu.actor(qingzhu.counsellor), referral=made, notes=NOTES, version=2)
    colleague = second_counsellor(qingzhu)
    status, body = page(client_of, colleague, "counsel:referral", made.pk)
    codes = []
    acts: list[Callable[[Any], Any]] = [
        lambda a: acknowledge(actor=a, referral=made),
        lambda a: answer(actor=a, referral=made, text="好", version=3),
        lambda a: write_notes(actor=a, referral=made, notes="好", version=3),
        lambda a: close(actor=a, referral=made),
        lambda a: reopen(actor=a, referral=made),
    ]
    for act in acts:
        with pytest.raises(DomainError) as refused:
            act(qingzhu.actor(colleague))
        codes.append(refused.value.code)
    assert (status, body.count(SECRET), body.count(NOTES)) == (200, 1, 0)
    assert codes == ["taken", "not_allowed", "not_allowed", "not_allowed", "not_allowed"]


def test_acknowledging_twice_is_once_and_a_closed_one_can_be_taken_up_again(qingzhu: SchoolCast) -> None:
    made = taken(qingzhu)
    counsellor = qingzhu.actor(qingzhu.counsellor)
    again = acknowledge(actor=counsellor, referral=made)
    closed = close(actor=counsellor, referral=made)
    opened = reopen(actor=counsellor, referral=made)
    assert [(r.state, r.closed_at is None) for r in (again, closed, opened)] == [
        ("acknowledged", True),
        ("closed", False),
        ("acknowledged", True),
    ]
    assert again.version == made.version


def test_two_tabs_conflict_and_both_texts_are_shown(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    made = taken(qingzhu)
    write_notes(actor=qingzhu.actor(qingzhu.counsellor), referral=made, notes=NOTES, version=2)
    client = client_of(qingzhu.counsellor)
    data = {"notes": "另一份", "submission": str(uuid.uuid4()), "version": 2}
    url = reverse("counsel:write", args=[made.pk])
    refused = client.post(url, data)
    body = refused.content.decode()
    made.refresh_from_db()
    assert (refused.status_code, made.notes, body.count(NOTES), body.count("另一份")) == (422, NOTES, 1, 1)
    assert body.count('name="version" value="3"') == 2
    assert client.post(url, {**data, "version": 3}).status_code == 302
    made.refresh_from_db()
    assert made.notes == "另一份"


# --- The pages --------------------------------------------------------------------------------------------------------
def test_nobody_but_counsellor_and_author_reads_the_text_anywhere(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf
) -> None:
    made = referral(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    addresses = [
        reverse("counsel:referral", args=[made.pk]),
        reverse("counsel:sent", args=[made.pk]),
        reverse("desk:pupil", args=[made.pupil_id]),
        reverse("counsel:home"),
    ]
    found = {
        part: [client_of(user).get(url).content.decode().count(SECRET) for url in addresses]
        for part, user in [*qingzhu.people.items(), ("foreign", other.counsellor)]
    }
    nowhere = [0, 0, 0, 0]
    assert found == dict.fromkeys([*qingzhu.people, "foreign"], nowhere) | {
        "counsellor": [1, 0, 0, 0],
        "mentor": [0, 1, 0, 0],
    }


def test_the_counsellor_of_another_school_gets_404(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    made = referral(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], visibility=NoteVisibility.COUNSELLOR)
    client = client_of(other.counsellor)
    gets: list[tuple[str, list[Any]]] = [("counsel:referral", [made.pk]), ("counsel:shared", ["visit", note.pk])]
    posts = ["counsel:acknowledge", "counsel:answer", "counsel:write", "counsel:close", "counsel:reopen"]
    answers = [client.get(reverse(name, args=args)).status_code for name, args in gets]
    answers += [client.post(reverse(name, args=[made.pk])).status_code for name in posts]
    assert answers == [404] * 7


def test_opening_a_referral_is_logged_and_its_list_shows_no_text(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    made = referral(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    status, body = page(client_of, qingzhu.counsellor, "counsel:home")
    assert (status, body.count("安可儿"), body.count("林小满老师"), body.count(SECRET)) == (200, 1, 1, 0)
    assert Reading.objects.count() == 0
    status, body = page(client_of, qingzhu.counsellor, "counsel:referral", made.pk)
    assert [body.count(w) for w in ("一（1）班　导师 林小满", SECRET, "紧急联系卡", "不是危机干预系统")] == [1, 1, 1, 1]
    assert list(Reading.objects.values_list("kind", "record_id", "user_id")) == [
        ("referral", made.pk, qingzhu.counsellor.pk)
    ]
    assert AuditEntry.objects.filter(verb="open_referral", kind=AuditKind.READ, target_id=made.pk).count() == 1


def test_the_counsellor_finds_only_shared_notes_and_reading_one_is_logged(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    pupil = qingzhu.pupils[0]
    shared = talk(qingzhu, qingzhu.mentor, pupil, visibility=NoteVisibility.COUNSELLOR, text="共享的话")
    for hidden in (NoteVisibility.TEAM, NoteVisibility.OFFICE, NoteVisibility.AUTHOR):
        talk(qingzhu, qingzhu.mentor, pupil, visibility=hidden)
    client = client_of(qingzhu.counsellor)
    listed = client.get(reverse("counsel:notes"))
    assert [item.note.pk for item in listed.context["notes"]] == [shared.pk]
    assert (listed.content.decode().count("共享的话"), Reading.objects.count()) == (0, 0)
    opened = client.get(reverse("counsel:shared", args=["talk", shared.pk])).content.decode()
    assert (opened.count("共享的话"), Reading.objects.filter(user=qingzhu.counsellor).count()) == (1, 1)
    hidden_note = talk(qingzhu, qingzhu.mentor, pupil)
    assert client.get(reverse("counsel:shared", args=["talk", hidden_note.pk])).status_code == 403
    assert TEXT not in client.get(reverse("counsel:notes")).content.decode()


def test_the_pupils_page_offers_help_beside_the_emergency_card(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    made = taken(qingzhu)
    _, own = page(client_of, qingzhu.mentor, "desk:pupil", made.pupil_id)
    _, homeroom = page(client_of, qingzhu.homeroom, "desk:pupil", made.pupil_id)
    counted = [[body.count(w) for w in ("需要心理老师帮助", "紧急联系卡", "已接收<")] for body in (own, homeroom)]
    # Nobody but the author learns that there is a referral.
    assert counted == [[1, 1, 2], [1, 1, 0]]


def test_the_panel_answers_with_the_message_and_the_pages_part(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    answered = client_of(qingzhu.mentor).post(
        reverse("counsel:refer", args=[qingzhu.pupils[0].pk]) + "?back=pupil",
        {"text": "", "submission": str(uuid.uuid4()), "version": 0},
        headers={"HX-Request": "true", "HX-Target": "panel"},
    )
    body = answered.content.decode()
    assert [body.count(w) for w in ("已转给心理老师", 'id="help"', "等待心理老师接收")] == [1, 1, 1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_counsellors_pages_cost_the_same_queries_for_one_and_for_three(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    pupils = [*qingzhu.pupils, qingzhu.pupil_unassigned][:count]
    made = [referral(qingzhu, qingzhu.homeroom, pupil) for pupil in pupils]
    for pupil in pupils:
        visit(qingzhu, qingzhu.homeroom, pupil, visibility=NoteVisibility.COUNSELLOR)
        talk(qingzhu, qingzhu.homeroom, pupil, visibility=NoteVisibility.COUNSELLOR)
    client = client_of(qingzhu.counsellor)
    with django_assert_num_queries(HOME_QUERIES):
        home = client.get(reverse("counsel:home"))
    with django_assert_num_queries(NOTES_QUERIES):
        notes = client.get(reverse("counsel:notes"))
    with django_assert_num_queries(REFERRAL_QUERIES):
        client.get(reverse("counsel:referral", args=[made[0].pk]))
    assert (len(home.context["lines"]), len(notes.context["notes"])) == (count, 2 * count)


HOME_QUERIES = 10
NOTES_QUERIES = 11
REFERRAL_QUERIES = 17


# --- The digest -------------------------------------------------------------------------------------------------------
def test_a_referral_that_nobody_took_is_told_once_the_next_day(qingzhu: SchoolCast) -> None:
    made = referral(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert [d.lines for d in plan_digests(qingzhu.school, on=TODAY) if d.user == qingzhu.counsellor] == []
    sent = [d for d in send_digests(on=tomorrow, schools=[qingzhu.school]) if d.user == qingzhu.counsellor]
    assert [(d.lines, d.count, d.referrals) for d in sent] == [(["还有 1 条转介没有接收"], 1, (made.pk,))]
    later = tomorrow + datetime.timedelta(days=1)
    assert [d for d in plan_digests(qingzhu.school, on=later) if d.user == qingzhu.counsellor] == []


def test_a_referral_that_was_taken_is_not_told(qingzhu: SchoolCast) -> None:
    taken(qingzhu)
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert [d for d in plan_digests(qingzhu.school, on=tomorrow) if d.user == qingzhu.counsellor] == []


def test_a_referral_keeps_its_history_for_the_counsellor_who_took_it(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = taken(qingzhu)
    actor = qingzhu.actor(qingzhu.counsellor)
    found.refresh_from_db()
    write_notes(actor=actor, referral=found, notes="约了周四。", version=found.version)
    found.refresh_from_db()
    write_notes(actor=actor, referral=found, notes="约了周五。", version=found.version)
    kept = RecordVersion.objects.filter(kind=RecordKind.REFERRAL, record_id=found.pk).order_by("version")
    assert [(v.fields["state"], v.fields["notes"], v.changed_by_id) for v in kept] == [
        ("open", "", found.created_by_id),
        ("acknowledged", "", qingzhu.counsellor.pk),
        ("acknowledged", "约了周四。", qingzhu.counsellor.pk),
        ("acknowledged", "约了周五。", qingzhu.counsellor.pk),
    ]
    status, body = page(client_of, qingzhu.counsellor, "counsel:history", found.pk)
    assert (status, "<ins>五</ins>" in body, "等待接收" in body) == (200, True, True)
    assert page(client_of, second_counsellor(qingzhu), "counsel:history", found.pk)[0] == 403
    assert page(client_of, qingzhu.mentor, "counsel:history", found.pk)[0] == 403
