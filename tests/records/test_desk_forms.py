"""The short forms: pre-filled, saved with one tap, wrong input explained in place, nothing typed is lost."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.services.assignments import unassign_pupil
from records.desk.services.notes import TalkData, update_talk
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import LetterTone, NoteVisibility
from schools.models import Plan
from students.models import Enrolment, Pupil
from tests.cast import TODAY, SchoolCast
from tests.records.builders import LETTER, TEXT, letter, partner_of, released_letter, talk, tick_states, visit

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


def url_of(name: str, pupil: Pupil) -> str:
    return reverse(f"desk:{name}", args=[pupil.pk])


def filled(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would post from the form of `response` as it stands, with `changes`."""
    form = response.context["form"]
    values = {}
    for bound in form:
        value = bound.value()
        if value is not None and value is not False and value not in ("", []):
            values[bound.html_name] = [str(v) for v in value] if isinstance(value, list) else str(value)
    return values | changes


def words(response: Any) -> str:
    """The page's text without tags, for counting sentences."""
    return re.sub(r"<[^>]+>", "", response.content.decode())


def test_a_visit_saves_as_it_stands(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("visit", qingzhu.pupils[0])
    response = client.post(url, filled(client.get(url)))
    assert (response.status_code, response["Location"]) == (302, "/my/")
    saved = HomeVisit.objects.get()
    assert (saved.date, saved.form, saved.outcome, saved.visibility) == (TODAY, "home", "completed", "team")
    assert [t.name for t in saved.teachers.all()] == ["林小满"]
    assert tick_states(qingzhu, qingzhu.pupils[0]) == {"visit": "done"}
    assert words(client.get("/my/")).count("已登记安可儿的家访。") == 1


def test_a_talk_saves_as_it_stands_with_the_likely_occasion(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0])
    assert client.post(url, filled(client.get(url))).status_code == 302
    saved = HeartTalk.objects.get()
    # One week after the midterm exams.
    assert (saved.date, saved.form, saved.occasion, saved.text) == (TODAY, "face", "after_exam", "")


def test_the_form_offers_the_class_team_and_the_plans_readers(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    Plan.objects.filter(year=qingzhu.year).update(note_visibility=NoteVisibility.OFFICE)
    form = client_of(qingzhu.mentor).get(url_of("visit", qingzhu.pupils[0])).context["form"]
    assert [name for _, name in form.fields["teachers"].choices] == ["林小满", "何知秋", "苏禾"]
    assert form["visibility"].value() == "office"


def test_htmx_gets_the_turned_tick_and_an_empty_panel(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url, pupil = client_of(qingzhu.mentor), url_of("visit", qingzhu.pupils[0]), qingzhu.pupils[0]
    panel = client.get(url, headers=HTMX)
    assert panel.content.decode().count("<!doctype html>") == 0
    response = client.post(url, filled(panel), headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 200
    tick = re.search(rf'<a [^>]*id="tick-{pupil.pk}-visit"[^>]*>', page)
    assert tick is not None
    assert ("tick-done" in tick[0], 'hx-swap-oob="true"' in tick[0]) == (True, True)
    assert (page.count('id="desk-next"'), words(response).count("已登记安可儿的家访。")) == (1, 1)
    # Three ticks, what is next, the drafts, the message: all out of band, nothing is left for the panel: it closes.
    assert page.count("hx-swap-oob") == 6
    assert page.count("<form") == 0


def test_from_the_pupils_page_the_page_itself_is_renewed(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0]) + "?back=pupil"
    response = client.post(url, filled(client.get(url, headers=HTMX), text="聊了读书"), headers=HTMX)
    page = response.content.decode()
    assert (page.count('id="pupil-file"'), page.count("聊了读书"), page.count('id="desk-next"')) == (1, 1, 0)
    plain = client.post(url, filled(client.get(url)))
    assert plain["Location"] == url_of("pupil", qingzhu.pupils[0])


def test_a_homeroom_teacher_returns_to_the_pupils_page(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    from accounts.models import RoleGrant  # noqa: PLC0415 - this test alone takes a role away

    RoleGrant.objects.filter(user=qingzhu.homeroom, role="mentor").delete()
    client, url = client_of(qingzhu.homeroom), url_of("talk", qingzhu.pupils[0])
    response = client.post(url, filled(client.get(url)))
    assert (response.status_code, response["Location"]) == (302, url_of("pupil", qingzhu.pupils[0]))


def test_a_talk_is_saved_for_several_pupils_at_once(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0])
    page = client.get(url, headers=HTMX)
    assert [name for _, name in page.context["form"].fields["pupils"].choices] == ["白一诺"]
    response = client.post(url, filled(page, pupils=[str(qingzhu.pupils[1].pk)]), headers=HTMX)
    assert HeartTalk.objects.count() == 1
    assert [tick_states(qingzhu, p) for p in qingzhu.pupils] == [{"talk": "done"}] * 2
    assert response.content.decode().count('class="tick tick-done"') == 2
    assert words(response).count("已登记安可儿、白一诺的谈心。") == 1


def test_two_children_of_one_name_are_told_apart(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    from tests.records.test_desk_pages import add_pupils  # noqa: PLC0415 - a builder of the sister module

    for pupil in (twins := add_pupils(qingzhu, 2)):
        Pupil.objects.filter(pk=pupil.pk).update(name="赵一诺")
    form = client_of(qingzhu.mentor).get(url_of("talk", qingzhu.pupils[0])).context["form"]
    seats = [Enrolment.objects.get(pupil=p).seat_number for p in twins]
    expected = ["白一诺", *(f"赵一诺（一1班 {seat}号）" for seat in seats)]
    assert [name for _, name in form.fields["pupils"].choices] == expected


@pytest.mark.parametrize(
    "name, field, typed, sentence",
    [
        ("visit", "date", "2026-11-19", "这里不能填2026年11月19日，请填2026年6月1日到2026年11月18日之间的日期。"),
        ("visit", "date", "1999-01-01", "这里不能填1999年1月1日，请填2026年6月1日到2026年11月18日之间的日期。"),
        ("visit", "date", "昨天", "日期不对，请按“2026-09-03”的样子填写。"),
        ("visit", "date", "", "请选择日期。"),
        ("visit", "follow_up_on", "2026-01-01", "这里不能填2026年1月1日，请填2026年6月1日到2027年11月19日之间的日期。"),
        ("visit", "text", "字" * 5001, "最多写 5000 字，现在有 5001 字，请删减一些。"),
        ("talk", "date", "2026-11-19", "这里不能填2026年11月19日，请填2026年6月1日到2026年11月18日之间的日期。"),
    ],
)
def test_wrong_input_is_explained_on_top_and_at_the_field_and_kept(
    qingzhu: SchoolCast, client_of: ClientOf, name: str, field: str, typed: str, sentence: str
) -> None:
    client, url = client_of(qingzhu.mentor), url_of(name, qingzhu.pupils[0])
    post = filled(client.get(url), **{"text": "我写的话"} | {field: typed})
    response = client.post(url, post, headers=HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors == {field: [sentence]}
    assert words(response).count(sentence) == 2  # on top, and at the field
    assert response.content.decode().count(post["text"]) == 1
    assert (HomeVisit.objects.count(), HeartTalk.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "field, typed",
    [("outcome", "vanished"), ("way", "telepathy"), ("visibility", "everybody"), ("teachers", "999999")],
)
def test_choices_that_were_not_offered_are_refused(
    qingzhu: SchoolCast, client_of: ClientOf, field: str, typed: str
) -> None:
    client, url = client_of(qingzhu.mentor), url_of("visit", qingzhu.pupils[0])
    response = client.post(url, filled(client.get(url), **{field: typed}))
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert HomeVisit.objects.count() == 0


@pytest.mark.parametrize("submission", ["", "no-uuid"])
def test_a_form_without_its_key_asks_to_reload(qingzhu: SchoolCast, client_of: ClientOf, submission: str) -> None:
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0])
    response = client.post(url, filled(client.get(url), submission=submission, text="我写的话"))
    assert response.status_code == 422
    assert words(response).count("这个表单已经过期，请刷新页面后再填一次。") == 1
    assert response.content.decode().count("我写的话") == 1


def test_line_breaks_count_as_one_character(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0])
    text = "字\r\n" * 2499 + "字"
    assert client.post(url, filled(client.get(url), text=text)).status_code == 302
    assert HeartTalk.objects.get().text == "字\n" * 2499 + "字"


def test_a_double_click_saves_once(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("visit", qingzhu.pupils[0])
    post = filled(client.get(url))
    assert [client.post(url, post).status_code for _ in range(2)] == [302, 302]
    assert HomeVisit.objects.count() == 1


def test_the_back_button_never_swallows_a_new_text(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0])
    post = filled(client.get(url), text="第一次")
    client.post(url, post)
    response = client.post(url, post | {"text": "第二次"})
    assert (response.status_code, words(response).count("这份表单刚才已经保存过一次。")) == (422, 1)
    assert response.content.decode().count("第二次") == 1
    assert [t.text for t in HeartTalk.objects.all()] == ["第一次"]


def test_the_back_button_never_claims_pupils_who_were_added_later(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0])
    post = filled(client.get(url))
    client.post(url, post)
    response = client.post(url, post | {"pupils": [str(qingzhu.pupils[1].pk)]})
    assert (response.status_code, words(response).count("这份表单刚才已经保存过一次。")) == (422, 1)
    assert [[p.pk for p in t.pupils.all()] for t in HeartTalk.objects.all()] == [[qingzhu.pupils[0].pk]]


def test_a_date_before_the_term_says_where_it_counts(
    qingzhu: SchoolCast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.middleware.today", lambda: datetime.date(2027, 3, 1))
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0])
    client.post(url, filled(client.get(url), date="2026-12-30"))
    assert words(client.get("/my/")).count("已登记安可儿的谈心，按日期计入第一学期。") == 1
    assert tick_states(qingzhu, qingzhu.pupils[0], term_number=1) == {"talk": "done"}


def test_the_author_edits_and_others_do_not(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    stored = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    url = reverse("desk:visit_edit", args=[stored.pk])
    client = client_of(qingzhu.mentor)
    response = client.post(url, filled(client.get(url), text="改过了", guardians_met="母亲"))
    stored.refresh_from_db()
    assert (response.status_code, stored.text, stored.guardians_met, stored.version) == (302, "改过了", "母亲", 2)
    parts = (qingzhu.homeroom, qingzhu.colleague, other.mentor)
    assert [client_of(user).get(url).status_code for user in parts] == [403, 403, 404]


def test_a_conflict_shows_both_texts_and_the_next_save_wins(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    stored = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    url = reverse("desk:talk_edit", args=[stored.pk])
    client = client_of(qingzhu.mentor)
    post = filled(client.get(url), text="手机上写的")
    update_talk(
        actor=qingzhu.actor(qingzhu.mentor),
        talk=stored,
        version=1,
        data=TalkData(date=TODAY, visibility=NoteVisibility.TEAM, text="电脑上写的"),
    )
    response = client.post(url, post, headers=HTMX)
    page = words(response)
    assert response.status_code == 422
    seen = [page.count(w) for w in ("这条记录在别处改过", "电脑上写的", "手机上写的")]
    # The typed text stands beside the stored one, and in its field.
    assert seen == [1, 1, 2]
    again = client.post(url, filled(response), headers=HTMX)
    stored.refresh_from_db()
    assert (again.status_code, stored.text, stored.version) == (200, "手机上写的", 3)


def test_an_edit_sent_twice_is_no_conflict(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    stored = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    url = reverse("desk:visit_edit", args=[stored.pk])
    client = client_of(qingzhu.mentor)
    post = filled(client.get(url), text="改过了")
    assert [client.post(url, post).status_code for _ in range(2)] == [302, 302]
    stored.refresh_from_db()
    assert (stored.text, stored.version) == ("改过了", 2)


def test_a_letter_is_kept_as_a_draft_and_then_handed_in(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("letter_desk", qingzhu.pupils[0])
    client.post(url, filled(client.get(url), body="刚开了个头。", action="draft"))
    assert (GrowthLetter.objects.get().state, tick_states(qingzhu, qingzhu.pupils[0])) == (
        "draft",
        {"letter": "planned"},
    )
    page = client.get(url)
    assert page.context["form"]["body"].value() == "刚开了个头。"
    client.post(url, filled(page, body=LETTER, action="hand_in"))
    written = GrowthLetter.objects.get()
    assert (written.state, written.body, tick_states(qingzhu, qingzhu.pupils[0])) == (
        "handed_in",
        LETTER,
        {"letter": "done"},
    )


def test_enter_in_the_letter_form_hands_nothing_in(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("letter_desk", qingzhu.pupils[0])
    client.post(url, filled(client.get(url), body=LETTER))
    assert GrowthLetter.objects.get().state == "draft"


@pytest.mark.parametrize("action", ["draft", "hand_in"])
def test_an_empty_letter_is_explained_at_its_field(qingzhu: SchoolCast, client_of: ClientOf, action: str) -> None:
    client, url = client_of(qingzhu.mentor), url_of("letter_desk", qingzhu.pupils[0])
    response = client.post(url, filled(client.get(url), body="　\n ", action=action))
    assert response.status_code == 422
    assert response.context["form"].errors == {"body": ["寄语还没有写，写几句再保存。"]}
    assert GrowthLetter.objects.count() == 0


@pytest.mark.parametrize(
    "tone, fields", [(LetterTone.POSITIVE, ["body"]), (LetterTone.WITH_ADVICE, ["body", "advice"])]
)
def test_advice_is_asked_for_where_the_plan_wants_it(
    qingzhu: SchoolCast, client_of: ClientOf, tone: LetterTone, fields: list[str]
) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_tone=tone)
    form = client_of(qingzhu.mentor).get(url_of("letter_desk", qingzhu.pupils[0])).context["form"]
    assert [f.name for f in form.visible_fields()] == fields


def test_a_returned_letter_shows_the_reason(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    GrowthLetter.objects.filter(pk=written.pk).update(state="returned", return_reason="第二段写错了名字。")
    page = client_of(qingzhu.mentor).get(url_of("letter_desk", qingzhu.pupils[0]))
    assert words(page).count("德育室退回，请修改后再交：第二段写错了名字。") == 1


def test_a_released_letter_is_read_only(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client, url = client_of(qingzhu.mentor), url_of("letter_desk", qingzhu.pupils[0])
    page = client.get(url)
    assert (words(page).count(LETTER), page.content.decode().count("<textarea")) == (1, 0)
    late = {"body": "太晚了", "version": "1", "submission": "0b8f2f0e-0000-4000-8000-000000000000", "action": "draft"}
    response = client.post(url, late)
    assert (response.status_code, words(response).count("已经发布给家长，不能再改")) == (422, 1)
    assert GrowthLetter.objects.get().body == LETTER


def test_two_teachers_of_one_slot_do_not_overwrite_each_other(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    partner, url = partner_of(qingzhu), url_of("letter_desk", qingzhu.pupil_shared)
    first, second = client_of(qingzhu.sharer), client_of(partner)
    forms = [first.get(url), second.get(url)]
    first.post(url, filled(forms[0], body="陶老师写的。", action="draft"))
    response = second.post(url, filled(forms[1], body="石老师写的。", action="draft"))
    page = words(response)
    seen = [page.count(w) for w in ("这条记录在别处改过", "陶老师写的。", "石老师写的。")]
    assert (response.status_code, seen) == (422, [1, 1, 2])
    assert GrowthLetter.objects.get().body == "陶老师写的。"
    assert second.post(url, filled(response, action="draft")).status_code == 302
    assert GrowthLetter.objects.get().body == "石老师写的。"


def test_the_brief_is_saved_and_shown(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("brief", qingzhu.pupils[0]) + "?back=pupil"
    response = client.post(url, {"brief": "爱笑，喜欢\n画画"}, headers=HTMX)
    assert (response.status_code, words(response).count("爱笑，喜欢 画画")) == (200, 1)
    long = client.post(url, {"brief": "字" * 201}, headers=HTMX)
    assert long.context["form"].errors == {"brief": ["最多写 200 字，现在有 201 字，请删减一些。"]}
    assert (long.status_code, Enrolment.objects.get(pupil=qingzhu.pupils[0]).brief) == (422, "爱笑，喜欢 画画")


def test_a_pupil_who_left_meanwhile_is_refused_and_nothing_is_saved(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("talk", qingzhu.pupils[0])
    post = filled(client.get(url), pupils=[str(qingzhu.pupils[1].pk)])
    unassign_pupil(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[1], year=qingzhu.year)
    response = client.post(url, post)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["pupils"])
    assert HeartTalk.objects.count() == 0


def test_scripts_in_texts_come_out_as_text(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="<script>alert(1)</script>" + TEXT)
    page = client_of(qingzhu.mentor).get(url_of("pupil", qingzhu.pupils[0])).content.decode()
    assert (page.count("<script>alert"), page.count("&lt;script&gt;alert")) == (0, 1)


def test_a_form_opened_as_a_page_posts_as_a_page(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("visit", qingzhu.pupils[0])
    posts = [client.get(url, headers=headers).content.decode().count("hx-post") for headers in ({}, HTMX)]
    assert posts == [0, 1]
