"""Drafts: saved while typing, theirs alone, offered again, never written over unseen, gone with the saved record."""

import datetime
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.errors import DomainError
from mentors.services.assignments import unassign_pupil
from records.desk.models import Draft
from records.desk.services.drafts import (
    MOST_DRAFTS,
    DraftElsewhere,
    drop_draft,
    find_target,
    purge_drafts,
    save_draft,
    set_aside_draft,
)
from records.desk.services.notes import TalkData, update_talk
from records.models.records import HeartTalk, HomeVisit
from schools.enums import NoteVisibility
from students.models import Pupil
from tests.cast import TODAY, SchoolCast
from tests.records.builders import letter, talk, term_of, visit
from tests.records.test_desk_forms import HTMX, filled, url_of, words

ClientOf = Callable[[User], Client]
SAVE = "/my/drafts/"


def keep(cast: SchoolCast, by: User, key: str, text: str = "还没写完", **values: Any) -> Draft:
    """A draft of `by`, as the first page wrote it."""
    typed = {"content": {"text": [text]}, "stamp": "aaaaaaaaaaaa.1", **values}
    return save_draft(actor=cast.actor(by), key=key, **typed)


def send(client: Client, by: User, key: str, stamp: str = "bbbbbbbbbbbb.1", **values: Any) -> Any:
    """What the script posts."""
    data = {"key": key, "user": str(by.pk), "stamp": stamp, "seen": "", "content": {"text": ["写到一半"]}, **values}
    return client.post(SAVE, json.dumps(data), content_type="application/json")


def code_of(act: Callable[[], object]) -> str:
    try:
        act()
    except DomainError as error:
        return error.code
    return "done"


def test_what_is_typed_is_kept_and_told_with_its_time(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    answer = send(client_of(qingzhu.mentor), qingzhu.mentor, f"talk/new/{qingzhu.pupils[0].pk}")
    assert (answer.status_code, answer.json()["at"], answer.json()["day"]) == (200, "10:00", "11月18日 10:00")
    draft = Draft.objects.get()
    assert (draft.user, draft.pupil, draft.kind, draft.content) == (
        qingzhu.mentor,
        qingzhu.pupils[0],
        "talk",
        {"text": ["写到一半"]},
    )


def test_a_form_is_filled_with_its_draft_on_any_device_until_it_is_saved(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    pupil = qingzhu.pupils[0]
    content = {"text": ["聊了读书"], "place": ["图书角"], "home_contacted": ["on"], "strategies": ["study", "life"]}
    keep(qingzhu, qingzhu.mentor, f"talk/new/{pupil.pk}", content=content)
    client, url = client_of(qingzhu.mentor), url_of("talk", pupil)
    page = client.get(url)
    form = page.context["form"]
    shown = {name: form[name].value() for name in ("text", "place", "home_contacted", "strategies")}
    assert shown == {"text": "聊了读书", "place": "图书角", "home_contacted": True, "strategies": ["study", "life"]}
    assert words(page).count("已恢复 11月18日 10:00 未保存的草稿") == 1
    assert client.post(url, filled(page)).status_code == 302
    assert (HeartTalk.objects.get().text, Draft.objects.count()) == ("聊了读书", 0)
    assert words(client.get(url)).count("已恢复") == 0


@pytest.mark.parametrize("name", ["visit", "letter"])
def test_visits_and_letters_have_drafts_too(qingzhu: SchoolCast, client_of: ClientOf, name: str) -> None:
    pupil, term = qingzhu.pupils[0], term_of(qingzhu)
    key, field = (f"visit/new/{pupil.pk}", "text") if name == "visit" else (f"letter/{pupil.pk}/{term.pk}", "body")
    keep(qingzhu, qingzhu.mentor, key, content={field: ["写了一半的话"]})
    client, url = client_of(qingzhu.mentor), url_of("letter_desk" if name == "letter" else name, pupil)
    page = client.get(url)
    assert page.context["form"][field].value() == "写了一半的话"
    assert client.post(url, filled(page, action="draft")).status_code == 302
    assert Draft.objects.count() == 0


def test_without_the_script_the_forms_work_as_before(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.mentor), url_of("visit", qingzhu.pupils[0])
    assert client.post(url, filled(client.get(url))).status_code == 302
    assert (HomeVisit.objects.count(), Draft.objects.count()) == (1, 0)


def test_nobody_else_reads_drops_or_takes_back_a_draft(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf
) -> None:
    pupil = qingzhu.pupils[0]
    draft = keep(qingzhu, qingzhu.mentor, f"talk/new/{pupil.pk}", text="只有我知道")
    urls = [reverse(f"desk:{name}", args=[draft.pk]) for name in ("draft_drop", "draft_undo")]
    for part in ("homeroom", "office", "colleague"):
        client = client_of(qingzhu.people[part])
        assert [client.post(url).status_code for url in urls] == [404, 404]
    # The homeroom teacher opens the same form: it is empty, and so is their list.
    homeroom = client_of(qingzhu.homeroom)
    assert homeroom.get(url_of("talk", pupil)).content.decode().count("只有我知道") == 0
    assert homeroom.get("/my/").content.decode().count("没写完的草稿") == 0
    assert [client_of(other.mentor).post(url).status_code for url in urls] == [404, 404]
    assert Draft.objects.get().dropped_at is None


def test_a_draft_may_be_written_only_where_the_form_may(qingzhu: SchoolCast, other: SchoolCast) -> None:
    pupil, term = qingzhu.pupils[0], term_of(qingzhu)
    mine, theirs = visit(qingzhu, qingzhu.mentor, pupil), talk(qingzhu, qingzhu.homeroom, pupil)
    keys = {
        f"visit/new/{pupil.pk}": "done",
        f"talk/new/{qingzhu.pupil_of_colleague.pk}": "not_allowed",
        f"talk/new/{other.pupils[0].pk}": "not_allowed",
        f"visit/{mine.pk}": "done",
        f"talk/{theirs.pk}": "not_allowed",
        f"letter/{pupil.pk}/{term.pk}": "done",
        f"letter/{pupil.pk}/{term_of(other).pk}": "not_allowed",
        f"letter/{qingzhu.pupil_of_colleague.pk}/{term.pk}": "not_allowed",
        f"letter/{pupil.pk}": "not_allowed",
        "visit/new/x": "not_allowed",
        "../../etc": "not_allowed",
        "": "not_allowed",
    }
    actor = qingzhu.actor(qingzhu.mentor)
    assert {key: code_of(lambda key=key: find_target(actor, key)) for key in keys} == keys  # type: ignore[misc]


def test_another_teacher_at_the_same_computer_does_not_get_the_words(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    answer = send(client_of(qingzhu.homeroom), qingzhu.mentor, f"talk/new/{qingzhu.pupils[0].pk}")
    assert (answer.status_code, Draft.objects.count()) == (403, 0)
    assert answer.json()["message"] == "现在登录的是另一位老师，文字只留在本页，没有存成草稿。"


def test_who_lost_the_pupil_meanwhile_is_told_and_keeps_nothing_here(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    unassign_pupil(actor=qingzhu.actor(qingzhu.office), pupil=pupil, year=qingzhu.year)
    answer = send(client_of(qingzhu.mentor), qingzhu.mentor, f"talk/new/{pupil.pk}")
    assert (answer.status_code, Draft.objects.count()) == (403, 0)


@pytest.mark.parametrize(
    "values",
    [
        {"content": "text"},
        {"content": {"text": [1]}},
        {"content": {str(n): ["x"] for n in range(61)}},
        {"content": {"text": ["\ud800"]}},
        {"content": {"text": ["a\x00b"]}},
        {"content": {"version": [float("inf")]}},
        {"stamp": "no stamp"},
        {"stamp": "aaaaaaaaaaaa.12345678"},
    ],
)
def test_what_no_form_would_send_is_refused(qingzhu: SchoolCast, client_of: ClientOf, values: dict[str, Any]) -> None:
    client = client_of(qingzhu.mentor)
    answer = send(client, qingzhu.mentor, f"talk/new/{qingzhu.pupils[0].pk}", **values)
    assert (answer.status_code, Draft.objects.count()) == (400, 0)
    assert client.post(SAVE, b"\xff[", content_type="application/json").status_code == 400
    assert client.post(SAVE, b"[" * 100_000, content_type="application/json").status_code == 400


def test_a_version_that_no_column_holds_is_cut(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    content = {"text": ["写到一半"], "version": ["9" * 30]}
    answer = send(client_of(qingzhu.mentor), qingzhu.mentor, f"talk/new/{qingzhu.pupils[0].pk}", content=content)
    assert (answer.status_code, Draft.objects.get().base_version) == (200, 2**31 - 1)


def test_a_full_form_fits_and_a_flood_does_not(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, key = client_of(qingzhu.mentor), f"visit/new/{qingzhu.pupils[0].pk}"
    full = {"text": ["字" * 5000], "agreement": ["约" * 1000], "guardians_met": ["母" * 60]}
    assert send(client, qingzhu.mentor, key, content=full).status_code == 200
    answer = send(client, qingzhu.mentor, key, "bbbbbbbbbbbb.2", content={"text": ["字" * 7000]})
    assert (answer.status_code, answer.json()) == (413, {"message": "文字太长，草稿存不下。请删减一些，或先保存。"})
    assert Draft.objects.get().content == full


def test_two_pages_of_one_form_never_write_over_each_other(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, key = client_of(qingzhu.mentor), f"talk/new/{qingzhu.pupils[0].pk}"
    first = send(client, qingzhu.mentor, key, "aaaaaaaaaaaa.1", content={"text": ["手机上写的"]})
    clash = send(client, qingzhu.mentor, key, "bbbbbbbbbbbb.1", content={"text": ["电脑上写的"]})
    assert (clash.status_code, clash.json()["content"]) == (409, {"text": ["手机上写的"]})
    assert Draft.objects.get().content == {"text": ["手机上写的"]}
    # Shown and chosen over: now the other page is told.
    seen = clash.json()["stamp"]
    assert seen == first.json()["stamp"]
    chosen = send(client, qingzhu.mentor, key, "bbbbbbbbbbbb.2", seen=seen, content={"text": ["电脑上写的"]})
    assert chosen.status_code == 200
    assert send(client, qingzhu.mentor, key, "aaaaaaaaaaaa.2").status_code == 409


def test_an_older_save_of_the_same_page_that_arrives_late_changes_nothing(qingzhu: SchoolCast) -> None:
    key = f"talk/new/{qingzhu.pupils[0].pk}"
    keep(qingzhu, qingzhu.mentor, key, "第二次", stamp="aaaaaaaaaaaa.2")
    late = keep(qingzhu, qingzhu.mentor, key, "第一次", stamp="aaaaaaaaaaaa.1")
    assert (late.content, late.stamp) == ({"text": ["第二次"]}, "aaaaaaaaaaaa.2")


def test_a_save_that_arrives_after_the_form_leaves_no_ghost(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    saved = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    content = {"text": ["写到一半"], "submission": [str(saved.submission)]}
    key = f"talk/new/{qingzhu.pupils[0].pk}"
    answer = send(client_of(qingzhu.mentor), qingzhu.mentor, key, content=content)
    assert (answer.status_code, Draft.objects.count()) == (410, 0)


def test_a_form_that_arrives_while_its_last_draft_is_on_the_way_leaves_no_ghost(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clicking 保存 leaves the field: draft and form are sent at once. The talk was saved between look and writing."""
    key, submission = f"talk/new/{qingzhu.pupils[0].pk}", uuid.uuid4()
    begin = transaction.atomic

    def form_first() -> Any:
        monkeypatch.setattr("django.db.transaction.atomic", begin)
        talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
        HeartTalk.objects.update(submission=submission)
        return begin()

    monkeypatch.setattr("django.db.transaction.atomic", form_first)
    content = {"text": ["写到一半"], "submission": [str(submission)]}
    assert code_of(lambda: keep(qingzhu, qingzhu.mentor, key, content=content)) == "draft_saved"
    assert (HeartTalk.objects.count(), Draft.objects.count()) == (1, 0)


def test_a_form_waits_for_the_draft_that_is_being_written(qingzhu: SchoolCast) -> None:
    """Without the same lock the draft was written after the form had looked for it."""
    actor = qingzhu.actor(qingzhu.mentor)
    with CaptureQueriesContext(connection) as asked:
        drop_draft(actor=actor, key=f"talk/new/{qingzhu.pupils[0].pk}")
    first = next(query["sql"] for query in asked if query["sql"].startswith("SELECT"))
    assert 'FROM "accounts_user"' in first
    assert ("FOR NO KEY UPDATE" in first) == (connection.vendor == "postgresql")


def test_a_draft_that_says_nothing_new_is_dropped_on_opening(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    saved = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="同样的话")
    client, url = client_of(qingzhu.mentor), reverse("desk:talk_edit", args=[saved.pk])
    form = filled(client.get(url))
    content = {name: value if isinstance(value, list) else [value] for name, value in form.items()}
    keep(qingzhu, qingzhu.mentor, f"talk/{saved.pk}", content=content, base_version=1)
    assert words(client.get(url)).count("已恢复") == 0
    assert Draft.objects.count() == 0


def test_a_draft_of_an_older_version_shows_both(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    saved = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="起初的话")
    key = f"talk/{saved.pk}"
    client, url = client_of(qingzhu.mentor), reverse("desk:talk_edit", args=[saved.pk])
    form = filled(client.get(url), text="手机上没存的")
    content = {name: value if isinstance(value, list) else [value] for name, value in form.items()}
    keep(qingzhu, qingzhu.mentor, key, content=content, base_version=1)
    data = TalkData(date=saved.date, visibility=NoteVisibility.TEAM, text="电脑上存了的")
    update_talk(actor=qingzhu.actor(qingzhu.mentor), talk=saved, version=1, data=data)
    page = client.get(url)
    assert [words(page).count(w) for w in ("这条记录在别处改过", "手机上没存的", "电脑上存了的")] == [1, 2, 1]
    assert client.post(url, filled(page)).status_code == 302
    saved.refresh_from_db()
    assert (saved.text, saved.version, Draft.objects.count()) == ("手机上没存的", 3, 0)


def test_the_home_page_lists_what_is_not_finished(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, second = qingzhu.pupils
    keep(qingzhu, qingzhu.mentor, f"talk/new/{first.pk}")
    keep(qingzhu, qingzhu.mentor, f"letter/{second.pk}/{term_of(qingzhu).pk}")
    client = client_of(qingzhu.mentor)
    page = client.get("/my/")
    assert words(page).count("有 2 份没写完的草稿") == 1
    lines = [(line.label, line.url) for line in page.context["drafts"]]
    assert lines == [
        (f"{second.name}的成长寄语", url_of("letter_desk", second)),
        (f"{first.name}的谈心", url_of("talk", first)),
    ]


def test_a_dropped_draft_can_be_taken_back(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    draft = keep(qingzhu, qingzhu.mentor, f"talk/new/{pupil.pk}")
    client, undo = client_of(qingzhu.mentor), reverse("desk:draft_undo", args=[draft.pk])
    client.post(reverse("desk:draft_drop", args=[draft.pk]), {"next": "/my/"})
    page = client.get("/my/")
    assert (words(page).count("已放弃安可儿的谈心草稿。"), page.content.decode().count(f'action="{undo}"')) == (1, 1)
    assert words(client.get(url_of("talk", pupil))).count("已恢复") == 0
    assert client.post(undo)["Location"] == url_of("talk", pupil)
    assert words(client.get(url_of("talk", pupil))).count("已恢复") == 1


def test_dropping_in_the_panel_goes_on_with_the_form_as_it_was(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    url = url_of("talk", qingzhu.pupils[0])
    draft = keep(qingzhu, qingzhu.mentor, f"talk/new/{qingzhu.pupils[0].pk}")
    drop = reverse("desk:draft_drop", args=[draft.pk])
    client = client_of(qingzhu.mentor)
    assert client.post(drop, {"next": url}, headers=HTMX)["Location"] == url
    assert client.post(drop, {"next": "https://example.org/"})["Location"] == "/"


def test_the_oldest_draft_goes_for_the_two_hundred_and_first(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    long_ago = timezone.now() - datetime.timedelta(days=3)
    rows = [Draft(school=qingzhu.school, user=qingzhu.mentor, kind="talk", key=f"x/{n}") for n in range(MOST_DRAFTS)]
    Draft.objects.bulk_create(rows)
    Draft.objects.filter(key="x/7").update(updated_at=long_ago)
    keep(qingzhu, qingzhu.mentor, f"talk/new/{pupil.pk}")
    assert (Draft.objects.count(), Draft.objects.filter(key="x/7").count()) == (MOST_DRAFTS, 0)


def test_old_and_dropped_drafts_go_at_night(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    actor = qingzhu.actor(qingzhu.mentor)
    old, dropped, new = (
        keep(qingzhu, qingzhu.mentor, key)
        for key in (f"talk/new/{first.pk}", f"visit/new/{first.pk}", f"talk/new/{second.pk}")
    )
    set_aside_draft(actor=actor, draft=dropped)
    assert purge_drafts() == 0
    Draft.objects.filter(pk=old.pk).update(updated_at=timezone.now() - datetime.timedelta(days=61))
    Draft.objects.filter(pk=dropped.pk).update(dropped_at=timezone.now() - datetime.timedelta(hours=25))
    assert (purge_drafts(), list(Draft.objects.all())) == (2, [new])


def test_a_refused_save_keeps_the_draft(qingzhu: SchoolCast) -> None:
    saved = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    key = f"talk/{saved.pk}"
    keep(qingzhu, qingzhu.mentor, key)
    data = TalkData(date=TODAY, visibility=NoteVisibility.TEAM)
    actor = qingzhu.actor(qingzhu.mentor)
    act = lambda: update_talk(actor=actor, talk=saved, version=9, data=data, draft_key=key)  # noqa: E731
    assert (code_of(act), Draft.objects.count()) == ("changed_meanwhile", 1)
    drop_draft(actor=qingzhu.actor(qingzhu.homeroom), key=key)
    assert Draft.objects.count() == 1


def test_a_letter_already_begun_is_still_drafted(qingzhu: SchoolCast) -> None:
    begun = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], draft=True)
    content = {"body": ["又写了几句"], "submission": [str(begun.submission)]}
    keep(qingzhu, qingzhu.mentor, f"letter/{begun.pupil_id}/{begun.term_id}", content=content)
    with pytest.raises(DraftElsewhere):
        keep(qingzhu, qingzhu.mentor, f"letter/{begun.pupil_id}/{begun.term_id}", stamp="cccccccccccc.1")
    assert Pupil.objects.get(pk=begun.pupil_id).name == "安可儿"
