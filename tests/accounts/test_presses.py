"""The same press sent again: after a while, after something else, after Back. Many at once: tests/roles."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Press, User
from accounts.services import presses
from core.clock import now
from core.processes import this_process
from students.models import Pupil
from tests.cast import SchoolCast

SignIn = Callable[[User], Client]


def new_pupil(cast: SchoolCast) -> dict[str, Any]:
    return {"name": "柳新", "school_class": cast.class_one.pk}


def pupils() -> int:
    return Pupil.objects.filter(name="柳新").count()


@pytest.mark.django_db
def test_the_second_press_gets_the_first_ones_answer_and_its_message(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, url = client_of(qingzhu.admin), reverse("manage:new_pupil")
    one, two = (client.post(url, new_pupil(qingzhu)) for _ in range(2))
    assert (one.status_code, two.status_code, one.headers["Location"]) == (302, 302, two.headers["Location"])
    page = client.get(two.headers["Location"]).content.decode()
    # Once: the browser shows the second answer, and the first one's message was still waiting.
    assert page.count('class="notice ') == 1
    assert (pupils(), AuditEntry.objects.filter(verb="add_pupil").count()) == (1, 1)


@pytest.mark.django_db
def test_what_was_refused_is_tried_again(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, url = client_of(qingzhu.admin), reverse("manage:new_pupil")
    assert [client.post(url, {"name": ""}).status_code for _ in range(2)] == [422, 422]
    assert Press.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("end,typed,expected", [("settle", True, (302, 1)), ("release", False, (422, 0))])
def test_what_was_done_is_answered_though_the_press_cannot_be_noted(
    qingzhu: SchoolCast, client_of: SignIn, monkeypatch: pytest.MonkeyPatch, end: str, typed: bool, expected: Any
) -> None:
    """The lock of SQLite was taken for 20 s behind the saving: it answered 500, and the saved form stood there as not
    saved.
    """

    def locked(*_args: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(f"accounts.middleware.{end}", locked)
    sent = new_pupil(qingzhu) if typed else {"name": ""}
    answer = client_of(qingzhu.admin).post(reverse("manage:new_pupil"), sent)
    assert (answer.status_code, pupils()) == expected


@pytest.mark.django_db
def test_a_button_that_is_meant_again_works_again(
    qingzhu: SchoolCast, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After ten seconds, or once something else was pressed: there and back and there."""
    client, url = client_of(qingzhu.mentor), reverse("notices:read_all")
    client.post(url)
    assert Press.objects.get().pk == (first := Press.objects.latest("pk").pk)
    client.post(url)
    assert Press.objects.latest("pk").pk == first
    client.post(reverse("accounts:choose_scope"), {"scope": "-"})
    client.post(url)
    assert Press.objects.latest("pk").pk > first + 1
    second = Press.objects.latest("pk").pk
    later = now() + datetime.timedelta(seconds=11)
    monkeypatch.setattr(presses, "now", lambda: later)
    client.post(url)
    assert Press.objects.latest("pk").pk > second


@pytest.mark.django_db
def test_a_form_that_was_filled_in_is_known_after_hours_by_its_own_key(
    qingzhu: SchoolCast, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back, and 保存 once more; or the answer was lost in a tunnel. From a page made anew it is another pupil."""
    client, url = client_of(qingzhu.admin), reverse("manage:new_pupil")
    keys = re.findall(r'name="press" value="(\w+)"', "".join(client.get(url).content.decode() for _ in range(2)))
    assert len(keys) == len(set(keys))
    client.post(url, new_pupil(qingzhu) | {"press": keys[0]})
    later = now() + datetime.timedelta(hours=5)
    monkeypatch.setattr(presses, "now", lambda: later)
    client.post(url, new_pupil(qingzhu) | {"press": keys[0]})
    assert pupils() == 1
    assert client.post(url, new_pupil(qingzhu) | {"press": keys[-1]}).status_code == 422  # 已有一位柳新


@pytest.mark.django_db
def test_one_persons_press_is_not_anothers(qingzhu: SchoolCast, client_of: SignIn) -> None:
    for user in (qingzhu.mentor, qingzhu.colleague):
        client_of(user).post(reverse("notices:read_all"))
    assert Press.objects.values("person").distinct().count() == 2


@pytest.mark.django_db
def test_presses_are_forgotten_after_a_day(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client_of(qingzhu.mentor).post(reverse("notices:read_all"))
    assert presses.forget_presses() == 0
    Press.objects.update(at=now() - datetime.timedelta(days=1, seconds=1))
    assert (presses.forget_presses(), Press.objects.count()) == (1, 0)


def begun(person: str, process: str) -> presses.Sent:
    """A press that `process` has claimed and not settled."""
    sent = presses.Sent(person=person, address="/somewhere/", body="", is_typed=False)
    Press.objects.filter(pk=presses.claim(sent).pk).update(process=process)
    return sent


@pytest.mark.both_databases
@pytest.mark.django_db
def test_what_a_killed_process_had_begun_is_done_by_the_next_press_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waited for 25 s and was refused for a minute more."""
    monkeypatch.setattr(presses, "_PATIENCE", 0.1)
    sent = begun("qingzhu", this_process() + "0")  # its number belongs to somebody who was started later
    assert presses.claim(sent).answer is None
    assert list(Press.objects.values_list("digest", "process")) == [(sent.digest, this_process())]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "process", [this_process(), "another-boot pid:[4026531836] 17 17", ""], ids=["this", "far", "none"]
)
def test_a_living_one_is_waited_for_and_one_elsewhere_for_its_time(
    monkeypatch: pytest.MonkeyPatch, process: str
) -> None:
    monkeypatch.setattr(presses, "_PATIENCE", 0.1)
    sent = begun("qingzhu", process)
    with pytest.raises(presses.StillRunning):
        presses.claim(sent)
    later = now() + datetime.timedelta(seconds=91)
    monkeypatch.setattr(presses, "now", lambda: later)
    assert presses.claim(sent).answer is None
