"""Where words of danger are told: to whoever has the text before their eyes, and to nobody else; nothing is sent."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from notices.models import Notice, OutboxMessage
from records.letters.services.replies import reply_to_letter
from schools.enums import NoteVisibility
from tests.cast import TODAY, SchoolCast
from tests.records.builders import released_letter, talk
from tests.records.care.builders import card

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
GRAVE = "我真的不想活了。\n<b>别告诉</b>妈妈。"
LOW = "最近三个星期都高兴不起来，什么都不想做。"
CALM = "同桌借给我一块新橡皮，开心。"
ASK = "请今天就联系心理老师"
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


def traces() -> tuple[int, int, int]:
    """Notices, messages that wait to be sent, and lines of the audit."""
    return Notice.objects.count(), OutboxMessage.objects.count(), AuditEntry.objects.count()


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


# --- A card -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text, asked, watched, marks",
    [(GRAVE, 1, 0, 1), (LOW, 0, 1, 1), (CALM, 0, 0, 0)],
    ids=["today", "watch", "nothing"],
)
def test_help_stands_directly_under_a_cards_text_and_says_how_soon(
    qingzhu: SchoolCast, client_of: ClientOf, text: str, asked: int, watched: int, marks: int
) -> None:
    """Seen: "我不想活了" looked like any other card, and help stood 1,600 px below."""
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text=text)
    body = page(client_of(qingzhu.mentor), "tree_hole:card", given.pk)
    counted = (body.count(ASK), body.count("值得多留意"), min(body.count("<mark"), 1))
    assert counted == (asked, watched, marks)
    order = [body.index(word) for word in ('class="hole-text"', 'id="help-title"', "紧急联系卡", 'id="answer-title"')]
    assert order == sorted(order)
    assert body.count("没有危险") == 0


def test_a_marked_text_stays_escaped(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text=GRAVE)
    body = page(client_of(qingzhu.mentor), "tree_hole:card", given.pk)
    assert [body.count(words) for words in ("<b>", "&lt;b&gt;")] == [0, 1]


def test_reading_a_grave_card_leaves_the_traces_of_any_other(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """Nothing is sent by itself, and no line of the audit says what was found."""
    left = []
    for text in (CALM, GRAVE):
        given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text=text)
        before = traces()
        page(client_of(qingzhu.mentor), "tree_hole:card", given.pk)
        page(client_of(qingzhu.mentor), "tree_hole:inbox")
        left.append(tuple(now - then for now, then in zip(traces(), before, strict=True)))
    assert left[0] == left[1]


def test_handing_in_a_grave_card_sends_what_any_other_sends(qingzhu: SchoolCast) -> None:
    left = []
    for text in (CALM, GRAVE):
        before = traces()
        card(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text=text)
        left.append(tuple(now - then for now, then in zip(traces(), before, strict=True)))
    assert left[0] == left[1]


def test_the_inbox_tells_its_holder_which_cards_ask_for_today(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    for pupil, text in zip([*qingzhu.pupils, qingzhu.pupil_unassigned], (GRAVE, LOW, CALM), strict=True):
        card(qingzhu, qingzhu.mentor, pupil, text=text)
    body = page(client_of(qingzhu.mentor), "tree_hole:inbox")
    assert (body.count("请今天联系心理老师"), body.count("不想活")) == (1, 0)


def test_nobody_who_may_not_read_a_card_learns_of_it(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    card(qingzhu, qingzhu.sharer, qingzhu.pupils[0], text=GRAVE)
    office, mentor = client_of(qingzhu.office), client_of(qingzhu.mentor)
    bodies = [
        page(office, "office:tree_hole"),
        *(page(c, "desk:pupil", qingzhu.pupils[0].pk) for c in (office, mentor)),
    ]
    assert [(body.count("请留意"), body.count("请今天")) for body in bodies] == [(0, 0)] * 3


# --- Talks and visits -------------------------------------------------------------------------------------------------
def save_talk(client: Client, cast: SchoolCast, **values: Any) -> str:
    """What the roster table answers to a talk saved in its panel."""
    data = {
        "date": TODAY.isoformat(),
        "way": "face",
        "occasion": "everyday",
        "visibility": "team",
        "submission": str(uuid.uuid4()),
        "version": 0,
        **values,
    }
    return client.post(reverse("desk:talk", args=[cast.pupils[0].pk]), data, headers=HTMX).content.decode()


@pytest.mark.parametrize(
    "values, offered, asked",
    [
        ({"text": "聊了读书和下周的比赛。"}, 0, 0),
        ({}, 0, 0),
        ({"occasion": "upheaval"}, 1, 0),
        ({"strategies": ["mind"]}, 1, 0),
        ({"text": "他说最近三个星期都睡不着，高兴不起来。"}, 1, 0),
        ({"text": "他说有时候真不想活了。"}, 1, 1),
    ],
    ids=["reading", "nothing written", "upheaval", "easing the mind", "watch", "today"],
)
def test_help_is_offered_after_a_talk_only_where_it_gives_reason(
    qingzhu: SchoolCast, client_of: ClientOf, values: dict[str, Any], offered: int, asked: int
) -> None:
    """Seen: "可能需要更多支持？" after every saved talk, so that nobody read it any more."""
    body = save_talk(client_of(qingzhu.mentor), qingzhu, **values)
    assert (body.count("需要心理老师帮助"), body.count(ASK)) == (offered, asked)


def test_a_grave_talk_leaves_the_traces_of_any_other(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, left = client_of(qingzhu.mentor), []
    for text in ("聊了读书。", "他说有时候真不想活了。"):
        before = traces()
        save_talk(client, qingzhu, text=text)
        left.append(tuple(now - then for now, then in zip(traces(), before, strict=True)))
    assert left == [(0, 0, 1), (0, 0, 1)]
    first, second = (entry.detail for entry in AuditEntry.objects.filter(verb="log_talk").order_by("pk"))
    assert first == second


@pytest.mark.parametrize(
    "text, told", [("聊了读书。", ""), (LOW, "watch"), ("他说不想活了。", "today")], ids=["nothing", "watch", "today"]
)
def test_the_writer_is_told_while_writing_and_nothing_of_it_is_kept(
    qingzhu: SchoolCast, client_of: ClientOf, text: str, told: str
) -> None:
    client, before = client_of(qingzhu.mentor), traces()
    data = {
        "key": f"talk/new/{qingzhu.pupils[0].pk}",
        "user": str(qingzhu.mentor.pk),
        "stamp": "bbbbbbbbbbbb.1",
        "seen": "",
        "content": {"text": [text]},
    }
    answer = client.post("/my/drafts/", json.dumps(data), content_type="application/json")
    assert (answer.json()["danger"], traces()) == (told, before)
    body = page(client, "desk:talk", qingzhu.pupils[0].pk)
    # The draft brought back into the form shows the same hint at once.
    assert (body.count('data-level="today"'), body.count('data-level="watch"')) == (told == "today", told == "watch")


def test_the_timeline_signs_what_its_reader_may_read_and_nothing_else(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    talk(qingzhu, qingzhu.mentor, pupil, text="他说不想活了。", visibility=NoteVisibility.AUTHOR)
    talk(qingzhu, qingzhu.mentor, pupil, text=LOW)
    counted = [
        (body.count("请留意：今天就联系"), body.count("请留意<"))
        for body in (page(client_of(user), "desk:pupil", pupil.pk) for user in (qingzhu.mentor, qingzhu.homeroom))
    ]
    assert counted == [(1, 1), (0, 1)]


# --- A family's reply -------------------------------------------------------------------------------------------------
def test_the_mentor_who_opens_a_reply_sees_what_it_gives_reason_for(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    reply_to_letter(letter=found, text="孩子昨晚说不想活了，我们一夜没睡。")
    body = page(client_of(qingzhu.mentor), "desk:letter_desk", found.pupil_id)
    assert (body.count(ASK), body.count("<mark")) == (1, 1)
