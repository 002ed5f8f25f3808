"""The one door: wrong tries are counted against whoever makes them, and shut nobody else out."""

import datetime
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import system_actor
from accounts.enums import DoorKind
from accounts.models import DoorTry, User
from accounts.passwords import NotToBeGuessed
from accounts.services import create_user, issue_password
from accounts.services.door import (
    ACCOUNT_SLIP,
    CARD,
    FORGOTTEN,
    OPENING,
    SIGN_IN,
    SLIP,
    SLIP_PHONE,
    Answer,
    Door,
    Visitor,
    forget_tries,
    knock,
)
from core.addresses import client_address
from tests.cast import SINCE, SchoolCast

pytestmark = pytest.mark.django_db

DOOR = "/account/sign-in/"
PASSWORD = "window-squirrel-7"


def tried(door: Door, source: str, subject: str = "it", *, right: bool = False, known: bool = False) -> str:
    return knock(door, subject=subject, visitor=Visitor(source, known), is_right=lambda: right).value


def sign_in(username: str, password: str, address: str, client: Client | None = None) -> int:
    answer = (client or Client()).post(DOOR, {"username": username, "password": password}, REMOTE_ADDR=address)
    return answer.status_code


@pytest.fixture
def staff(db: None) -> list[User]:
    """30 accounts with consecutive names; the door reckons with the real clock, so not the cast."""
    nobody = system_actor(school_id=None, today=SINCE)
    return [
        create_user(actor=nobody, username=f"t{number:02}", name="林小满", school=None, password=PASSWORD)
        for number in range(30)
    ]


def test_every_kind_of_door_has_one_policy() -> None:
    assert [door.kind for door in (SIGN_IN, SLIP, SLIP_PHONE, CARD, ACCOUNT_SLIP, FORGOTTEN, OPENING)] == list(DoorKind)


@pytest.mark.parametrize("door", [SLIP, CARD])
def test_what_cannot_be_guessed_is_tried_ten_times_a_subject_and_thirty_times_an_address(door: Door) -> None:
    """150 tries on 30 slips in 8 s from one address went through."""
    at_one = [tried(door, "stranger") for _ in range(12)]
    assert at_one == ["wrong"] * 10 + ["shut"] * 2
    at_others = [tried(door, "stranger", f"other {n}") for n in range(20)]
    assert at_others == ["wrong"] * 18 + ["shut"] * 2
    assert DoorTry.objects.count() == 30


@pytest.mark.parametrize("door", [SIGN_IN, SLIP, SLIP_PHONE, CARD])
def test_a_stranger_shuts_nobody_out(door: Door) -> None:
    """A stranger's tries locked slips and accounts for their owners."""
    for _ in range(40):
        tried(door, "stranger")
    assert (tried(door, "stranger", right=True), tried(door, "owner", right=True)) == ("shut", "right")


@pytest.mark.parametrize("door", [SIGN_IN, SLIP_PHONE])
def test_what_can_be_guessed_shuts_to_unknown_devices_when_tried_from_everywhere(door: Door) -> None:
    for number in range(60):
        tried(door, f"stranger {number}")
    answers = [tried(door, "new", right=True), tried(door, "phone", right=True, known=True)]
    assert answers == ["shut", "right"]


def test_what_was_got_right_in_the_end_does_not_count() -> None:
    for number in range(30):
        tried(SIGN_IN, "school", f"teacher {number}")
        assert tried(SIGN_IN, "school", f"teacher {number}", right=True) == "right"
    assert DoorTry.objects.count() == 0


def test_a_known_device_has_limits_of_its_own() -> None:
    assert [tried(SIGN_IN, "device", known=True) for _ in range(9)] == ["wrong"] * 8 + ["shut"]


def test_tries_are_forgotten() -> None:
    tried(SLIP, "stranger")
    for _ in range(9):
        tried(SLIP, "stranger")
    DoorTry.objects.update(at=timezone.now() - datetime.timedelta(minutes=61))
    assert tried(SLIP, "stranger") == "wrong"
    DoorTry.objects.update(at=timezone.now() - datetime.timedelta(days=3))
    assert (forget_tries(), DoorTry.objects.count()) == (11, 0)


def test_a_try_that_is_shut_is_neither_judged_nor_written(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(8):
        tried(SIGN_IN, "stranger")
    secret = mock.Mock(return_value=True)
    # One count says it: nothing is written and taken out again.
    with django_assert_num_queries(1):
        answer = knock(SIGN_IN, subject="it", visitor=Visitor("stranger"), is_right=secret)
    assert (answer, secret.call_count, DoorTry.objects.count()) == (Answer.SHUT, 0, 8)


@pytest.mark.parametrize(
    "kind,most,minutes,tries",
    [
        (DoorKind.SIGN_IN, 8, 15, [("it", "me")]),
        (DoorKind.SIGN_IN, 20, 60, [(f"name {n}", "me") for n in range(20)]),
        (DoorKind.SIGN_IN, 50, 60, [("it", f"source {n}") for n in range(50)]),
        (DoorKind.SLIP, 30, 60, [(f"slip {n}", "me") for n in range(30)]),
        (DoorKind.SLIP, 10, 60, [("it", f"source {n}") for n in range(10)]),
        (DoorKind.SLIP_PHONE, 10, 60, [("it", "me")]),
        (DoorKind.SLIP_PHONE, 30, 24 * 60, [("it", f"source {n}") for n in range(30)]),
        (DoorKind.CARD, 30, 60, [(f"card {n}", "me") for n in range(30)]),
        (DoorKind.CARD, 10, 60, [("it", f"source {n}") for n in range(10)]),
    ],
)
def test_each_limit_ends_with_its_time(kind: DoorKind, most: int, minutes: int, tries: list[tuple[str, str]]) -> None:
    """Planted: a quarter of an hour of sixteen minutes, and no test noticed."""
    door = {door.kind: door for door in (SIGN_IN, SLIP, SLIP_PHONE, CARD)}[kind]
    moment = datetime.timedelta(seconds=5)
    answers = []
    for age in (datetime.timedelta(minutes=minutes) - moment, datetime.timedelta(minutes=minutes) + moment):
        DoorTry.objects.all().delete()
        DoorTry.objects.bulk_create(
            DoorTry(door=door.kind, subject=subject, source=source, at=timezone.now() - age)
            for subject, source in (tries * most)[:most]
        )
        answers.append(tried(door, "me"))
    assert answers == ["shut", "wrong"]


def test_the_ninth_wrong_password_is_refused_whatever_the_spelling(staff: list[User]) -> None:
    spellings = ("t00", "T00", " t00", "t00 ")
    statuses = [sign_in(spellings[n % 4], "wrong", "203.0.113.9") for n in range(9)]
    assert statuses == [422] * 8 + [429]
    assert [sign_in(spelling, PASSWORD, "203.0.113.9") for spelling in spellings] == [429] * 4
    assert sign_in("t00", PASSWORD, "198.51.100.4") == 302


def test_a_staff_of_consecutive_names_is_not_locked_and_25_names_are_slowed(staff: list[User]) -> None:
    """Anybody could lock all teachers; 25 names from one address were never slowed."""
    statuses = [sign_in(f"t{n:02}", "wrong", "203.0.113.9") for n in range(25)]
    assert statuses == [422] * 20 + [429] * 5
    assert [sign_in(user.username, PASSWORD, "198.51.100.4") for user in staff] == [302] * 30


def test_a_device_that_was_let_in_before_is_not_shut_out_behind_the_same_address(staff: list[User]) -> None:
    own = Client()
    assert sign_in("t00", PASSWORD, "203.0.113.9", own) == 302
    own.post("/account/sign-out/")
    for n in range(30):
        sign_in(f"t{n:02}", "wrong", "203.0.113.9")
    assert (sign_in("t00", PASSWORD, "203.0.113.9"), sign_in("t00", PASSWORD, "203.0.113.9", own)) == (429, 302)


@pytest.mark.parametrize(
    "proxies, remote, forwarded, believed",
    [
        ([], "203.0.113.9", "198.51.100.4", "203.0.113.9"),
        (["10.0.0.0/8"], "203.0.113.9", "198.51.100.4", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "192.0.2.66, 198.51.100.4", "198.51.100.4"),
        (["10.0.0.0/8"], "10.0.0.1", "192.0.2.66, 198.51.100.4, 10.0.0.2", "198.51.100.4"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["unix"], "", "198.51.100.4", "198.51.100.4"),
        ([], "", "198.51.100.4", "unknown"),
        ([], "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        ([], "::ffff:198.51.100.4", "", "198.51.100.4"),
    ],
)
def test_only_an_own_proxy_is_believed(
    settings: object, proxies: list[str], remote: str, forwarded: str, believed: str
) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]  # pytest-django's settings
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == believed


def test_a_first_password_ends(staff: list[User]) -> None:
    """First passwords never ended: a slip of paper from September opened the account in June."""
    user = staff[0]
    first = issue_password(actor=system_actor(school_id=None, today=SINCE), user=user)
    days = user.first_password_until - timezone.now()  # type: ignore[operator]  # it has just been set
    assert days.days == 13
    User.objects.filter(pk=user.pk).update(first_password_until=timezone.now() - datetime.timedelta(minutes=1))
    page = Client().post(DOOR, {"username": "t00", "password": first})
    assert (page.status_code, page.content.decode().count("这个初始密码已经过期")) == (422, 1)


@pytest.mark.parametrize(
    "password",
    [
        "qingzhu1", "Qingzhu2026", "qingzhu.123", "QZ-mentor88", "qingzhu-mentor1", "linxiaoman1", "xiaoman1998",
        "lxm19880808", "qzxx1234", "qingzhuxiaoxue", "woaini1314", "qwer1234", "1qaz2wsx", "admin888",
        "laoshi123", "a1234567", "abc12345", "password1", "aaaa1111", "5201314a", "Passw0rd",
    ],
)  # fmt: skip
def test_what_is_easily_guessed_is_no_password(qingzhu: SchoolCast, password: str) -> None:
    """`qingzhu1` passed."""
    with pytest.raises(ValidationError):
        NotToBeGuessed().validate(password, qingzhu.mentor)


@pytest.mark.parametrize(
    "password", ["chuangtai-songshu", "window-squirrel-7", "8#4kP!9z2m", "窗台松鼠跳舞", "qingzhu-songshu-chuangtai"]
)
def test_what_is_hard_to_guess_is_one(qingzhu: SchoolCast, password: str) -> None:
    NotToBeGuessed().validate(password, qingzhu.mentor)
