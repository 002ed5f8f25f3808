"""One talk with several pupils: who was there can be changed later, and the ticks of all follow, both ways."""

import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.errors import DomainError
from records.desk.models import RecordVersion
from records.desk.services.notes import TalkData, update_talk
from records.models.records import HeartTalk
from schools.enums import NoteVisibility
from students.models import Pupil
from tests.cast import TODAY, SchoolCast
from tests.records.builders import talk, tick_states

ClientOf = Callable[[User], Client]


def change(cast: SchoolCast, stored: HeartTalk, *pupils: Pupil, by: User | None = None) -> HeartTalk:
    data = TalkData(date=TODAY, visibility=NoteVisibility.TEAM)
    return update_talk(
        actor=cast.actor(by or cast.mentor), talk=stored, version=stored.version, data=data, pupils=list(pupils)
    )


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the form and what must be chosen."""
    hidden = dict(re.findall(r'<input type="hidden" name="(submission|version)" value="([^"]+)"', page))
    return hidden | {"date": TODAY.isoformat(), "way": "face", "occasion": "everyday", "visibility": "team"}


def test_a_pupil_who_joins_gets_the_tick_and_one_who_leaves_loses_it(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    stored = talk(qingzhu, qingzhu.mentor, first)
    stored = change(qingzhu, stored, first, second)
    assert [tick_states(qingzhu, p).get("talk", "open") for p in qingzhu.pupils] == ["done", "done"]
    stored = change(qingzhu, stored, second)
    assert [tick_states(qingzhu, p).get("talk", "open") for p in qingzhu.pupils] == ["open", "done"]
    versions = RecordVersion.objects.filter(kind="talk", record_id=stored.pk).order_by("version")
    assert [v.fields["pupils"] for v in versions] == [[first.pk], [first.pk, second.pk], [second.pk]]


def test_nobody_else_can_be_added(qingzhu: SchoolCast, other: SchoolCast) -> None:
    first = qingzhu.pupils[0]
    stored = talk(qingzhu, qingzhu.mentor, first)
    codes = []
    for pupils in ([first, qingzhu.pupil_of_colleague], [first, other.pupils[0]], []):
        with pytest.raises(DomainError) as refused:
            change(qingzhu, stored, *pupils)
        codes.append(refused.value.code)
    with pytest.raises(DomainError) as refused:
        change(qingzhu, stored, first, by=qingzhu.colleague)
    assert [*codes, refused.value.code] == ["not_allowed", "other_school", "no_pupil", "not_allowed"]
    assert list(stored.pupils.all()) == [first]


def test_the_form_changes_with_whom_it_was_and_ignores_a_forged_key(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, second = qingzhu.pupils
    stored = talk(qingzhu, qingzhu.mentor, first)
    client, url = client_of(qingzhu.mentor), reverse("desk:talk_edit", args=[stored.pk])
    typed = form_of(client.get(url).content.decode())
    forged = client.post(url, typed | {"pupils": [first.pk, qingzhu.pupil_of_colleague.pk]})
    assert (forged.status_code, list(stored.pupils.all())) == (422, [first])
    none = client.post(url, typed)
    # At the top of the form, and beside the field.
    assert (none.status_code, none.content.decode().count("请至少选择一位学生。")) == (422, 2)
    response = client.post(url, typed | {"pupils": [first.pk, second.pk]})
    assert (response.status_code, set(stored.pupils.all())) == (302, {first, second})
    page = client.get("/my/").content.decode()
    signs = [re.search(rf'<a class="tick tick-(\w+)[^>]*id="tick-{p.pk}-talk"', page) for p in (first, second)]
    assert [sign[1] for sign in signs if sign is not None] == ["done", "done"]


def test_a_class_can_be_taken_at_once(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    stored = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    page = client_of(qingzhu.mentor).get(reverse("desk:talk_edit", args=[stored.pk])).content.decode()
    group = page.partition("data-pick-group")[2].partition("</fieldset>")[0]
    assert (page.count("data-pick-group"), page.count("data-pick-all"), group.count('type="checkbox"')) == (1, 1, 2)


def test_the_other_pupils_are_named_only_to_those_who_may_see_them(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, _second = qingzhu.pupils
    # The homeroom teacher talks with pupils of two mentors.
    talk(qingzhu, qingzhu.homeroom, first, qingzhu.pupil_of_colleague)
    url = reverse("desk:pupil", args=[first.pk])
    pages = {p: client_of(qingzhu.people[p]).get(url).content.decode() for p in ("mentor", "homeroom", "office")}
    seen = {p: (page.count("与另外 1 位同学一起"), page.count("曹子墨")) for p, page in pages.items()}
    assert seen == {"mentor": (1, 0), "homeroom": (1, 1), "office": (1, 1)}


def test_a_talk_takes_two_taps_and_no_typing(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """A tap on the open tick gets the form; a tap on 保存 sends it as it was filled in."""
    client, pupil = client_of(qingzhu.mentor), qingzhu.pupils[0]
    home = client.get("/my/").content.decode()
    link = re.search(rf'id="tick-{pupil.pk}-talk"[^>]*hx-get="([^"]+)"', home)
    assert link is not None
    form = client.get(link[1]).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", [])}
    assert {k: sent[k] for k in ("date", "way", "occasion")} == {"date": TODAY, "way": "face", "occasion": "after_exam"}
    assert client.post(link[1], sent).status_code == 302
    stored = HeartTalk.objects.get()
    assert (stored.date, stored.form, list(stored.pupils.all())) == (TODAY, "face", [pupil])
    assert isinstance(stored.submission, uuid.UUID)
