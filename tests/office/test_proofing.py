"""德育室 reads letters one by one, changes a word, and releases at a set time: the pages."""

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from records.letters.services.office import OWN, accept_letter, schedule_release
from records.letters.services.replies import reply_to_letter
from records.letters.services.writing import mark_handwritten
from records.models.records import GrowthLetter
from tests.cast import SINCE, SchoolCast
from tests.records.builders import LETTER, letter, released_letter, term_of

SignIn = Callable[[User], Client]
PANEL = {"HX-Request": "true", "HX-Target": "panel"}
LIST = reverse("office:letters")


def url_of(found: GrowthLetter, name: str = "letter") -> str:
    return reverse(f"office:{name}", args=[found.pk])


def again(found: GrowthLetter) -> GrowthLetter:
    return GrowthLetter.objects.get(pk=found.pk)


def listed(client: Client, **query: str) -> list[int]:
    return [row.letter.pk for row in client.get(LIST, query).context["rows"]]


def test_each_state_has_its_list(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    third = letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    office, client = qingzhu.actor(qingzhu.office), client_of(qingzhu.office)
    accept_letter(actor=office, letter=second, version=1)
    at = timezone.now() + datetime.timedelta(days=2)
    schedule_release(actor=office, term=third.term, letter_ids=[third.pk], at=at)
    assert [listed(client, state=s) for s in ("handed_in", "accepted", "scheduled")] == [
        [first.pk], [second.pk], [third.pk]
    ]  # fmt: skip
    assert "定时 11月20日" in client.get(LIST, {"state": "scheduled"}).content.decode()
    assert listed(client, state="accepted", mentor=str(qingzhu.slot.pk)) == [second.pk]
    assert listed(client, state="accepted", mentor=str(qingzhu.slot_colleague.pk)) == []


def test_accepting_goes_on_to_the_next_letter_that_waits(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    client = client_of(qingzhu.office)
    page = client.get(url_of(first))
    assert (page.context["following"], page.context["waiting"]) == (second, 1)
    done = client.post(url_of(first, "accept_letter"), {"version": "1", "then": "next"})
    assert (done.status_code, done.headers["Location"]) == (302, url_of(second))
    last = client.post(url_of(second, "accept_letter"), {"version": "1", "then": "next"})
    assert last.headers["Location"] == LIST
    assert [again(x).accepted_by for x in (first, second)] == [qingzhu.office] * 2
    panel = client.post(url_of(first, "accept_letter"), {"version": "1"}, headers=PANEL).content.decode()
    assert f'<tr id="letter-{first.pupil_id}" hx-swap-oob="true">' in panel


def test_an_old_page_accepts_nothing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    GrowthLetter.objects.filter(pk=found.pk).update(version=2, body="新稿。")
    answer = client_of(qingzhu.office).post(url_of(found, "accept_letter"), {"version": "1"})
    assert (answer.status_code, "又交了一稿" in answer.content.decode()) == (409, True)
    assert again(found).accepted_at is None


def test_an_edit_is_shown_word_by_word_and_accepted(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="你很有耐心。", advice="多读书。")
    client = client_of(qingzhu.office)
    refused = client.post(url_of(found, "edit_letter"), {"version": "1", "body": "你很有耐心。", "advice": "多读书。"})
    assert (refused.status_code, "文字没有改动" in refused.content.decode()) == (422, True)
    data = {"version": "1", "body": "你特别有耐心。", "advice": "多读书。"}
    assert client.post(url_of(found, "edit_letter"), data).status_code == 302
    assert (again(found).body, again(found).advice, again(found).version) == ("你特别有耐心。", "多读书。", 2)
    page = client.get(url_of(found)).content.decode()
    assert [page.count(w) for w in ("<del>很</del>", "<ins>特别</ins>", "直接改几个字")] == [1, 1, 1]
    late = client.post(url_of(found, "edit_letter"), data | {"body": "再改。"})
    assert (late.status_code, late.context["proof_form"]["body"].value()) == (422, "再改。")
    assert again(found).body == "你特别有耐心。"


def test_the_office_sees_what_the_checks_find(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="你考了98分。")
    assert client_of(qingzhu.office).get(url_of(found)).content.decode().count("<mark>98分</mark>") == 1


def test_one_does_not_inspect_ones_own(qingzhu: SchoolCast, client_of: SignIn) -> None:
    grant_role(
        actor=qingzhu.system, user=qingzhu.mentor, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE
    )
    own = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    theirs = letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    client = client_of(qingzhu.mentor)
    page = client.get(url_of(own)).content.decode()
    assert [page.count(w) for w in (OWN, "校对通过", "发布给家长", "退回修改")] == [1, 0, 0, 0]
    posts = {
        "letter": {}, "accept_letter": {"version": "1"}, "edit_letter": {"version": "1", "body": "改。"},
        "return_letter": {"reason": "改"},
    }  # fmt: skip
    answers = [client.post(url_of(own, name), data) for name, data in posts.items()]
    assert [(a.status_code, OWN in a.content.decode()) for a in answers] == [(409, True)] * 4
    client.post(reverse("office:release"), {"scope": "all", "term": "1", "sure": "1"})
    assert (again(own).state, again(theirs).state) == ("handed_in", "released")


def test_a_time_is_set_for_the_accepted_ones_and_cancelled(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=first, version=1)
    client = client_of(qingzhu.office)
    data = {"scope": "accepted", "term": "1", "day": "2026-11-20", "time": "17:00"}
    page = client.post(reverse("office:schedule"), data, follow=True).content.decode()
    assert "1 封寄语将在 11月20日 17:00 发布" in page
    moments = [again(x).release_at for x in (first, second)]
    assert [m and timezone.localtime(m).isoformat() for m in moments] == ["2026-11-20T17:00:00+08:00", None]
    for wrong in ({"day": "2026-11-17"}, {"day": ""}, {"time": "x"}):
        refused = client.post(reverse("office:schedule"), data | {"scope": "all"} | wrong, follow=True)
        assert "没有安排定时发布" in refused.content.decode()
    assert again(second).release_at is None
    client.post(reverse("office:unschedule"), {"scope": "selected", "letters": [first.pk], "term": "1"})
    assert again(first).release_at is None


def test_the_accepted_ones_are_released_and_the_unread_stay(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=first, version=1)
    client_of(qingzhu.office).post(reverse("office:release"), {"scope": "accepted", "term": "1", "sure": "1"})
    assert [again(x).state for x in (first, second)] == ["released", "handed_in"]


def test_the_office_sees_that_a_family_answered_and_not_what(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    reply_to_letter(letter=found, text="悄悄话")
    client = client_of(qingzhu.office)
    pages = [client.get(LIST, {"state": "released"}).content.decode(), client.get(url_of(found)).content.decode()]
    assert [("有回音" in page, "悄悄话" in page) for page in pages] == [(True, False), (True, False)]


def test_a_letter_by_hand_is_accepted_without_a_text(qingzhu: SchoolCast, client_of: SignIn) -> None:
    mentor, pupil = qingzhu.actor(qingzhu.mentor), qingzhu.pupils[0]
    key = letter(qingzhu, qingzhu.mentor, pupil, draft=True).submission
    found = mark_handwritten(actor=mentor, pupil=pupil, term=term_of(qingzhu), version=1, submission=key)
    client = client_of(qingzhu.office)
    page = client.get(url_of(found)).content.decode()
    assert [page.count(w) for w in ("这一封是手写的", "直接改几个字", LETTER)] == [1, 0, 0]
    client.post(url_of(found, "accept_letter"), {"version": "2"})
    assert again(found).accepted_by == qingzhu.office


@pytest.mark.parametrize("part", ["leader", "homeroom", "mentor", "counsellor", "admin", "bureau_user"])
def test_nobody_else_proofs(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn, part: str) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client, stranger = client_of(qingzhu.people[part]), client_of(other.office)
    urls = [url_of(found, name) for name in ("accept_letter", "edit_letter")]
    bulk = [reverse(f"office:{name}") for name in ("schedule", "unschedule")]
    assert [client.post(url, {"version": "1", "body": "x"}).status_code for url in urls + bulk] == [403] * 4
    assert [stranger.post(url, {"version": "1", "body": "x"}).status_code for url in urls] == [404] * 2
    assert (again(found).version, again(found).accepted_at) == (1, None)


@pytest.mark.parametrize("count", [1, 3])
def test_reading_a_letter_and_the_list_cost_as_much_whatever_waits(
    qingzhu: SchoolCast, client_of: SignIn, count: int
) -> None:
    """Seen: 33 queries for one letter, 22 for the list."""
    writers = [
        (qingzhu.mentor, qingzhu.pupils[0]),
        (qingzhu.mentor, qingzhu.pupils[1]),
        (qingzhu.colleague, qingzhu.pupil_of_colleague),
    ]
    letters = [letter(qingzhu, writer, pupil) for writer, pupil in writers[:count]]
    client = client_of(qingzhu.office)
    with CaptureQueriesContext(connection) as of_letter:
        page = client.get(url_of(letters[0]))
    with CaptureQueriesContext(connection) as of_list:
        assert client.get(LIST).status_code == 200
    assert page.context["waiting"] == count - 1
    assert (len(of_letter), len(of_list)) == (14, 17)
