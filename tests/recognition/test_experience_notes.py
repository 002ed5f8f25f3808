"""经验分享 (W24, W27): anonymous cases, looked through for names, read by 德育室, published, passed on, withdrawn."""

import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.errors import DomainError
from notices.models import Notice
from records.recognition.checks import mentions_in
from records.recognition.enums import NoteState
from records.recognition.models import ExperienceNote
from records.recognition.services.notes import (
    NoteData,
    change_note,
    hand_in_note,
    pass_on_note,
    publish_note,
    return_note,
    withdraw_note,
    write_note,
)
from tests.cast import SchoolCast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
DATA = NoteData("不肯开口的孩子", "小A整天不说话。", "每天早上和他打招呼。", "坚持，不催。", may_pass_on=True)


def written(cast: SchoolCast, data: NoteData = DATA, by: User | None = None) -> ExperienceNote:
    return write_note(actor=cast.actor(by or cast.mentor), data=data, submission=uuid.uuid4())


def handed_in(cast: SchoolCast, data: NoteData = DATA) -> ExperienceNote:
    note = written(cast, data)
    assert hand_in_note(actor=cast.actor(cast.mentor), note=note) == []
    return note


def code(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


def state_of(note: ExperienceNote) -> str:
    note.refresh_from_db()
    return note.state


# --- What tells who a child is ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text,found",
    [
        ("小A今天笑了。", []),
        ("安可儿今天笑了。", ["安可儿"]),
        ("我对可儿说：别急。", ["可儿"]),
        ("白一诺的妈妈来了。", ["白一诺"]),
        # Of a class that the author does not know, the whole name alone.
        ("范思齐不来上课。", ["范思齐"]),
        ("思齐不来上课。", []),
        # A name that is a word, and a word that is in a name.
        ("孩子们很高兴，白云飘过。", []),
        ("电话是 138-0013-8000。", ["138-0013-8000"]),
        ("电话是１３８００１３８０００。", ["13800138000"]),
        ("证件 11010120190101123X 在这里。", ["11010120190101123X"]),
        ("2026-11-18 那天，他第一次举手。", []),
        ("用了20260901到20261118的记录。", []),
        ("三（2）班的孩子。", ["（2）班"]),
        ("三年级的孩子，一共30人。", []),
    ],
)
def test_what_tells_who_a_child_is_is_found(text: str, found: list[str]) -> None:
    known = {"安可儿", "白一诺"}
    mentions = mentions_in({"done": text}, known=known, everyone=known | {"范思齐", "高兴", "白云"})
    assert [mention.text for mention in mentions] == found


def test_numbers_must_go_and_names_may_mean_nobody() -> None:
    mentions = mentions_in({"done": "安可儿 13800138000"}, known={"安可儿"}, everyone={"安可儿"})
    assert [(mention.text, mention.must_go) for mention in mentions] == [("13800138000", True), ("安可儿", False)]


# --- Services ---------------------------------------------------------------------------------------------------------
def test_a_note_that_names_a_pupil_is_not_handed_in_until_it_was_looked_at(qingzhu: SchoolCast) -> None:
    note = written(qingzhu, NoteData("一次家访", "安可儿整天不说话。", "家访。", "信任。"))
    mentor = qingzhu.actor(qingzhu.mentor)
    assert [one.text for one in hand_in_note(actor=mentor, note=note)] == ["安可儿"]
    assert state_of(note) == NoteState.DRAFT
    assert hand_in_note(actor=mentor, note=note, known=["安可儿"]) == []
    assert state_of(note) == NoteState.HANDED_IN
    assert [notice.recipient for notice in Notice.objects.filter(kind="experience_note")] == [qingzhu.office]


def test_a_number_is_never_waved_aside(qingzhu: SchoolCast) -> None:
    note = written(qingzhu, NoteData("一次家访", "电话 13800138000。", "家访。", "信任。"))
    found = hand_in_note(actor=qingzhu.actor(qingzhu.mentor), note=note, known=["13800138000"])
    assert ([one.text for one in found], state_of(note)) == (["13800138000"], NoteState.DRAFT)


def test_a_note_without_all_its_parts_is_not_handed_in(qingzhu: SchoolCast) -> None:
    note = written(qingzhu, NoteData("题目", "情况"))
    with pytest.raises(DomainError) as refusal:
        hand_in_note(actor=qingzhu.actor(qingzhu.mentor), note=note)
    assert refusal.value.message == "还没有写“老师做了什么”“什么起了作用”，写好再提交。"


def test_the_way_of_a_note(qingzhu: SchoolCast) -> None:
    mentor, office = qingzhu.actor(qingzhu.mentor), qingzhu.actor(qingzhu.office)
    note = handed_in(qingzhu)
    assert code(lambda: change_note(actor=mentor, note=note, version=1, data=DATA)) == "not_allowed"
    return_note(actor=office, note=note, remark="请写细一点")
    assert code(lambda: publish_note(actor=office, note=note)) == "moved_on"
    change_note(actor=mentor, note=note, version=1, data=DATA)
    hand_in_note(actor=mentor, note=note)
    assert code(lambda: pass_on_note(actor=office, note=note)) == "moved_on"
    publish_note(actor=office, note=note)
    pass_on_note(actor=office, note=note)
    assert state_of(note) == NoteState.PUBLISHED
    withdraw_note(actor=mentor, note=note)
    assert (state_of(note), note.published_at, note.passed_on_at) == (NoteState.WITHDRAWN, None, None)
    told = Notice.objects.filter(recipient=qingzhu.mentor, kind="experience_note").order_by("pk")
    assert [notice.title for notice in told] == ["您的经验分享有一条修改意见", "您的经验分享已在校内发布，谢谢您"]
    done = AuditEntry.objects.filter(verb__endswith="_experience_note").order_by("pk")
    assert list(done.values_list("verb", flat=True)) == [
        f"{verb}_experience_note"
        for verb in ("write", "hand_in", "return", "change", "hand_in", "publish", "pass_on", "withdraw")
    ]


def test_without_the_authors_consent_nothing_goes_to_the_bureau(qingzhu: SchoolCast) -> None:
    note, office = handed_in(qingzhu, NoteData("题目", "甲", "乙", "丙")), qingzhu.actor(qingzhu.office)
    publish_note(actor=office, note=note)
    assert code(lambda: pass_on_note(actor=office, note=note)) == "moved_on"


def test_one_writes_in_the_own_note_alone_and_the_office_alone_publishes(
    qingzhu: SchoolCast, other: SchoolCast
) -> None:
    note = handed_in(qingzhu)
    colleague, stranger = qingzhu.actor(qingzhu.colleague), other.actor(other.office)
    calls = (
        partial(change_note, note=note, version=1, data=DATA),
        partial(hand_in_note, note=note),
        partial(withdraw_note, note=note),
        partial(return_note, note=note, remark="改"),
        partial(publish_note, note=note),
        partial(pass_on_note, note=note),
    )
    assert [code(partial(call, actor=colleague)) for call in calls] == ["not_allowed"] * 6
    assert [code(partial(call, actor=stranger)) for call in calls] == ["other_school"] * 6


def test_the_same_form_sent_twice_is_one_note(qingzhu: SchoolCast) -> None:
    key, actor = uuid.uuid4(), qingzhu.actor(qingzhu.mentor)
    notes = [write_note(actor=actor, data=DATA, submission=key) for _ in range(2)]
    assert notes[0].pk == notes[1].pk
    other = partial(write_note, actor=qingzhu.actor(qingzhu.colleague), data=DATA, submission=key)
    assert code(other) == "submission_taken"


# --- Who reads it -----------------------------------------------------------------------------------------------------
def test_who_reads_a_note_in_each_of_its_states(qingzhu: SchoolCast, other: SchoolCast) -> None:
    note, office = written(qingzhu), qingzhu.actor(qingzhu.office)
    author, colleague = qingzhu.actor(qingzhu.mentor), qingzhu.actor(qingzhu.colleague)
    actors = {"author": author, "office": office, "colleague": colleague}
    actors |= {"bureau": qingzhu.actor(qingzhu.bureau_user), "other": other.actor(other.office)}

    def readers() -> list[str]:
        return [name for name, actor in actors.items() if ExperienceNote.objects.visible_to(actor).exists()]

    seen = [readers()]
    hand_in_note(actor=qingzhu.actor(qingzhu.mentor), note=note)
    seen.append(readers())
    publish_note(actor=office, note=note)
    seen.append(readers())
    pass_on_note(actor=office, note=note)
    seen.append(readers())
    withdraw_note(actor=qingzhu.actor(qingzhu.mentor), note=note)
    seen.append(readers())
    assert seen == [
        ["author"],
        ["author", "office"],
        ["author", "office", "colleague"],
        ["author", "office", "colleague", "bureau"],
        ["author"],
    ]


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_the_page_asks_about_names_before_it_hands_in(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.mentor)
    form = {
        "title": "一次家访",
        "situation": "安可儿不说话。",
        "done": "家访。",
        "helped": "信任。",
        "submission": str(uuid.uuid4()),
        "version": "0",
    }
    url = client.post(reverse("recognition:note_new"), form)["Location"]
    hand_in = f"{url}hand-in/"
    asked = client.post(hand_in)
    assert (asked.status_code, [one.text for one in asked.context["mentions"]]) == (422, ["安可儿"])
    assert client.post(hand_in, {"known": ["安可儿"]}).status_code == 302
    page = client_of(qingzhu.office).get(url)
    assert [one.text for one in page.context["mentions"]] == ["安可儿"]


def test_colleagues_learn_the_author_only_if_the_author_wants(qingzhu: SchoolCast, client_of: SignIn) -> None:
    for data in (DATA, NoteData("署名的", "甲", "乙", "丙", is_signed=True)):
        publish_note(actor=qingzhu.actor(qingzhu.office), note=handed_in(qingzhu, data))
    client = client_of(qingzhu.colleague)
    assert client.get(reverse("recognition:notes")).content.decode().count("林小满") == 1
    notes = ExperienceNote.objects.order_by("pk")
    pages = [client.get(reverse("recognition:note", args=[note.pk])).content.decode() for note in notes]
    assert [page.count("林小满") for page in pages] == [0, 1]


def test_two_who_change_a_note_at_once_see_both_texts(qingzhu: SchoolCast, client_of: SignIn) -> None:
    note = written(qingzhu)
    change_note(actor=qingzhu.actor(qingzhu.mentor), note=note, version=1, data=NoteData("新题目", "甲"))
    form = {"title": "旧题目", "situation": "乙", "submission": str(uuid.uuid4()), "version": "1"}
    page = client_of(qingzhu.mentor).post(reverse("recognition:note_edit", args=[note.pk]), form)
    assert (page.status_code, page.context["stored"].title) == (422, "新题目")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_note_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        note = handed_in(qingzhu, NoteData(f"第{number}篇", "甲", "乙", "丙"))
        publish_note(actor=qingzhu.actor(qingzhu.office), note=note)
    client = client_of(qingzhu.colleague)
    with django_assert_num_queries(5):
        client.get(reverse("recognition:notes"))
