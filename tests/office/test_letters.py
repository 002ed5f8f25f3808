"""德育室's letters: who has handed in, reading, returning, releasing many."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from notices.models import Notice
from records.enums import LetterState
from records.letters.services.office import release_letters
from records.letters.services.writing import hand_in_letter
from records.models.records import GrowthLetter
from tests.cast import SchoolCast
from tests.records.builders import LETTER, letter, released_letter, tick_states

SignIn = Callable[[User], Client]
PANEL = {"HX-Request": "true", "HX-Target": "panel"}


def state(found: GrowthLetter) -> str:
    found.refresh_from_db()
    return found.state


def tabs(page: object) -> dict[str, int]:
    return {tab["label"]: tab["count"] for tab in page.context["tabs"]}  # type: ignore[attr-defined]  # a test response


# --- The list ---------------------------------------------------------------------------------------------------------
def test_the_list_counts_every_pupil_who_is_owed_a_letter(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1], draft=True)
    released_letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    page = client_of(qingzhu.office).get(reverse("office:letters"))
    assert tabs(page) == {
        "未交": 3,
        "待校对": 1,
        "有提醒": 0,
        "已校对": 0,
        "定时": 0,
        "退回": 0,
        "已发布": 1,
        "全部": 5,
    }
    assert [row.enrolment.pupil for row in page.context["rows"]] == [qingzhu.pupils[0]]


def test_the_list_can_be_narrowed_to_a_class_and_a_state(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    client = client_of(qingzhu.office)
    page = client.get(reverse("office:letters"), {"place": f"c{qingzhu.class_five.pk}"})
    assert [row.enrolment.pupil for row in page.context["rows"]] == [qingzhu.pupil_shared]
    assert tabs(page)["全部"] == 1
    everybody = client.get(reverse("office:letters"), {"state": ""})
    assert len(everybody.context["rows"]) == 5
    second = client.get(reverse("office:letters"), {"term": "2"})
    assert tabs(second) == {
        "未交": 5,
        "待校对": 0,
        "有提醒": 0,
        "已校对": 0,
        "定时": 0,
        "退回": 0,
        "已发布": 0,
        "全部": 5,
    }


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_letter_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    writers = [
        (qingzhu.mentor, qingzhu.pupils[0]),
        (qingzhu.mentor, qingzhu.pupils[1]),
        (qingzhu.colleague, qingzhu.pupil_of_colleague),
    ]
    for writer, pupil in writers[:count]:
        letter(qingzhu, writer, pupil)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(17):
        client.get(reverse("office:letters"))


# --- One letter -------------------------------------------------------------------------------------------------------
def test_the_office_reads_a_letter_and_that_is_logged(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    address = reverse("office:letter", args=[found.pk])
    assert LETTER in client.get(address).content.decode()
    panel = client.get(address, headers=PANEL).content.decode()
    assert (LETTER in panel, "<html" in panel) == (True, False)
    entries = AuditEntry.objects.filter(verb="open_letter", target_id=found.pk)
    assert [(e.kind, e.user) for e in entries] == [("read", qingzhu.office)] * 2


def test_a_draft_belongs_to_its_writer(qingzhu: SchoolCast, client_of: SignIn) -> None:
    draft = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], draft=True)
    client = client_of(qingzhu.office)
    assert client.get(reverse("office:letter", args=[draft.pk])).status_code == 403
    assert LETTER not in client.get(reverse("office:letters"), {"state": ""}).content.decode()


def test_returning_needs_a_reason_and_opens_the_tick_again(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    address = reverse("office:return_letter", args=[found.pk])
    refused = client.post(address, {"reason": " "}, headers=PANEL)
    assert (refused.status_code, "请写明退回的原因" in refused.content.decode()) == (422, True)
    assert (state(found), tick_states(qingzhu, qingzhu.pupils[0])["letter"]) == ("handed_in", "done")
    done = client.post(address, {"reason": "名字写错了"}, headers=PANEL).content.decode()
    assert (state(found), found.return_reason) == ("returned", "名字写错了")
    assert tick_states(qingzhu, qingzhu.pupils[0])["letter"] == "planned"
    assert f'<tr id="letter-{qingzhu.pupils[0].pk}" hx-swap-oob="true">' in done


def test_a_letter_is_released_from_its_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    address = reverse("office:letter", args=[found.pk])
    # Pressed twice: out once, and no error to whoever pressed.
    assert [client.post(address).status_code for _press in range(2)] == [302, 302]
    assert state(found) == LetterState.RELEASED
    assert AuditEntry.objects.filter(verb="release_letters").count() == 1


def test_a_text_that_was_handed_in_after_the_page_was_made_stays(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    address = reverse("office:letter", args=[found.pk])
    seen = client.get(address).context["seen"]
    hand_in_letter(
        actor=qingzhu.actor(qingzhu.mentor),
        pupil=found.pupil,
        term=found.term,
        body="换了一稿。",
        advice="",
        version=1,
        submission=found.submission,
    )
    posts = [
        client.post(address, {"seen": seen}),
        client.post(reverse("office:return_letter", args=[found.pk]), {"seen": seen, "reason": "请改"}),
        client.post(reverse("office:release"), {"scope": "selected", "letters": [found.pk], "term": "1", "seen": seen}),
        client.post(reverse("office:release"), {"scope": "all", "term": "1", "seen": seen, "sure": "1"}, follow=True),
    ]
    assert [p.status_code for p in posts] == [409, 409, 302, 200]
    assert "有 1 封没有发布：刚刚又交了一稿的" in posts[3].content.decode()
    assert state(found) == LetterState.HANDED_IN
    fresh = client.get(address).context["seen"]
    assert client.post(address, {"seen": fresh}).status_code == 302
    assert state(found) == LetterState.RELEASED


# --- Many letters -----------------------------------------------------------------------------------------------------
def test_the_ticked_letters_are_released_and_counted(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    client = client_of(qingzhu.office)
    page = client.post(
        reverse("office:release"), {"scope": "selected", "letters": [first.pk], "term": "1"}, follow=True
    )
    assert "已发布 1 封寄语" in page.content.decode()
    assert [state(first), state(second)] == ["released", "handed_in"]


def test_right_after_a_release_the_text_for_the_groups_is_at_hand(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    place = f"c{qingzhu.class_one.pk}"
    assert client.get(reverse("office:letters"), {"told": "1"}).context["copied"] == ""
    sent = {"scope": "selected", "letters": [found.pk], "term": "1", "place": place}
    page = client.post(reverse("office:release"), sent, follow=True)
    assert page.context["copied"].split("\n")[0] == "【青竹小学】一（1）班各位家长："
    assert found.pupil.name not in page.context["copied"]
    assert client.get(reverse("office:letters")).context["copied"] == ""


def test_all_of_a_class_are_released_and_no_other_class(qingzhu: SchoolCast, client_of: SignIn) -> None:
    in_class = [letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils]
    elsewhere = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    draft = letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, draft=True)
    place = f"c{qingzhu.class_one.pk}"
    page = client_of(qingzhu.office).post(
        reverse("office:release"), {"scope": "all", "place": place, "term": "1", "sure": "1"}, follow=True
    )
    assert "已发布 2 封寄语" in page.content.decode()
    assert [state(x) for x in (*in_class, elsewhere, draft)] == ["released", "released", "handed_in", "draft"]


def test_a_grade_is_released_at_once(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    fifth = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    place = f"g{qingzhu.class_five.grade_id}"
    client_of(qingzhu.office).post(
        reverse("office:release"), {"scope": "all", "place": place, "term": "1", "sure": "1"}
    )
    assert [state(first), state(fifth)] == ["handed_in", "released"]


def test_nothing_ticked_releases_nothing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    page = client.post(reverse("office:release"), {"scope": "selected", "term": "1"}, follow=True)
    assert "没有发布任何寄语" in page.content.decode()
    garbled = client.post(reverse("office:release"), {"scope": "selected", "letters": ["x"], "term": "1"})
    assert (garbled.status_code, state(found)) == (409, "handed_in")


def test_another_schools_letters_are_left_alone(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    foreign = letter(other, other.mentor, other.pupils[0])
    client = client_of(qingzhu.office)
    assert client.get(reverse("office:letter", args=[foreign.pk])).status_code == 404
    client.post(reverse("office:release"), {"scope": "selected", "letters": [foreign.pk], "term": "1"})
    client.post(reverse("office:release"), {"scope": "all", "term": "1", "sure": "1"})
    assert state(foreign) == "handed_in"


@pytest.mark.parametrize("part", ["leader", "homeroom", "mentor", "counsellor", "admin", "bureau_user"])
def test_nobody_else_reads_or_releases(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.people[part])
    answers = [
        client.get(reverse("office:letters")).status_code,
        client.get(reverse("office:letter", args=[found.pk])).status_code,
        client.post(reverse("office:letter", args=[found.pk])).status_code,
        client.post(reverse("office:return_letter", args=[found.pk]), {"reason": "x"}).status_code,
        client.post(reverse("office:release"), {"scope": "all", "term": "1", "sure": "1"}).status_code,
    ]
    assert (answers, state(found)) == ([403] * 5, "handed_in")


@pytest.mark.parametrize("mentors", [1, 2])
def test_a_release_to_many_mentors_tells_them_in_one_go(qingzhu: SchoolCast, mentors: int) -> None:
    """Seen: each mentor cost 7 queries more, inside the lock."""
    letters = [
        letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0]),
        letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague),
    ][:mentors]
    with CaptureQueriesContext(connection) as asked:
        release_letters(
            actor=qingzhu.actor(qingzhu.office), term=letters[0].term, letter_ids=[found.pk for found in letters]
        )
    of_notices = [query["sql"] for query in asked if "notices_" in query["sql"]]
    assert (Notice.objects.filter(kind="letters_released").count(), len(of_notices)) == (mentors, 3)
