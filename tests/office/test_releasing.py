"""Many letters go out at once: the question with its numbers, what stays, and the same press twice."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from notices.models import Notice
from records.letters.services.office import accept_letter, edit_letter_as_office, return_letter, schedule_release
from records.models.records import GrowthLetter
from tests.cast import SchoolCast
from tests.records.builders import letter

SignIn = Callable[[User], Client]
RELEASE = reverse("office:release")
ALL = {"scope": "all", "term": "1"}
MARK = "你考了98分。"


def states(*letters: GrowthLetter) -> list[str]:
    return [GrowthLetter.objects.get(pk=found.pk).state for found in letters]


def test_releasing_all_says_the_numbers_first(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Seen: one press sent 42 letters to the families, 40 of which nobody had proof-read."""
    read = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body=MARK)
    noted = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1], body=MARK)
    plain = letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=read, version=1)
    client = client_of(qingzhu.office)
    asked = client.post(RELEASE, ALL).content.decode()
    assert "3 封，其中 2 封还没有校对、1 封有提醒。" in asked
    assert states(read, noted, plain) == ["handed_in"] * 3
    page = client.post(RELEASE, ALL | {"sure": "1"}, follow=True).content.decode()
    assert ("已发布 3 封寄语" in page, states(read, noted, plain)) == (True, ["released"] * 3)


def test_a_class_and_several_ticked_ones_are_asked_about_too(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    elsewhere = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    client = client_of(qingzhu.office)
    place = client.post(RELEASE, ALL | {"place": f"c{qingzhu.class_one.pk}"}).content.decode()
    ticked = client.post(RELEASE, {"scope": "selected", "letters": [first.pk, second.pk], "term": "1"}).content.decode()
    assert ["2 封，其中 2 封还没有校对。" in page for page in (place, ticked)] == [True, True]
    assert f'<input type="hidden" name="letters" value="{second.pk}">' in ticked
    assert states(first, second, elsewhere) == ["handed_in"] * 3


def test_all_leaves_those_with_a_set_time(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Seen: 全部 took along letters that were set for the last day of term."""
    office = qingzhu.actor(qingzhu.office)
    later, now = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    at = timezone.now() + datetime.timedelta(days=3)
    schedule_release(actor=office, term=later.term, letter_ids=[later.pk], at=at)
    client = client_of(qingzhu.office)
    assert client.get(reverse("office:letters")).context["to_release"] == 1
    client.post(RELEASE, ALL | {"sure": "1"})
    assert states(later, now) == ["handed_in", "released"]
    assert GrowthLetter.objects.get(pk=later.pk).release_at == at
    # Ticked by hand it goes out at once: that is what ticking says.
    client.post(RELEASE, {"scope": "selected", "letters": [later.pk], "term": "1"})
    assert states(later) == ["released"]


def test_a_set_time_says_what_will_go_out_unread(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Sibling: letters that nobody had read went out by themselves at the set hour, and no page said so."""
    letters = [letter(qingzhu, qingzhu.mentor, pupil, body=MARK) for pupil in qingzhu.pupils]
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=letters[0], version=1)
    data = {"scope": "selected", "letters": [x.pk for x in letters], "term": "1", "day": "2026-11-20", "time": "17:00"}
    page = client_of(qingzhu.office).post(reverse("office:schedule"), data, follow=True).content.decode()
    assert "2 封，其中 1 封还没有校对、1 封有提醒。到时会照样发布" in page


def test_the_second_press_finds_all_done(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letters = [letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils]
    client = client_of(qingzhu.office)
    ticked = {"scope": "selected", "letters": [found.pk for found in letters], "term": "1"}
    # Each from a page of its own: the very same press sent again would get the first one's answer.
    presses: list[dict[str, Any]] = [ALL, ALL, ticked]
    pages = [
        client.post(RELEASE, {**data, "sure": "1", "press": str(number)}, follow=True)
        for number, data in enumerate(presses)
    ]
    words = [page.content.decode() for page in pages]
    assert ["没有要发布的寄语了" in word for word in words] == [False, True, True]
    assert ["请先勾选" in word for word in words] == [False] * 3
    counts = (
        AuditEntry.objects.filter(verb="release_letters").count(),
        Notice.objects.filter(kind="letters_released").count(),
    )
    assert counts == (1, 1)


@pytest.mark.parametrize("act", ["accept", "edit", "return"])
def test_the_same_press_twice_on_one_letter_is_done_once(qingzhu: SchoolCast, act: str) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    office = qingzhu.actor(qingzhu.office)
    for _press in range(2):
        if act == "accept":
            accept_letter(actor=office, letter=found, version=1)
        elif act == "edit":
            edit_letter_as_office(actor=office, letter=found, body="你很努力。", advice="", version=1)
        else:
            return_letter(actor=office, letter=found, reason="请改")
    verb = {"accept": "accept_letter", "edit": "edit_letter", "return": "return_letter"}[act]
    assert AuditEntry.objects.filter(verb=verb).count() == 1
