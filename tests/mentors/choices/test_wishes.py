"""A quiet wish reaches 德育室 and nobody else: neither the mentor nor the homeroom teacher learns of it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, User
from accounts.services import grant_role
from core.errors import DomainError
from mentors.rounds.queries.wishes import wishes_to_handle
from mentors.rounds.services.wishes import answer_wish, hand_in_wish
from mentors.staff.models import MentorWish
from notices.models import Notice
from students.models import FamilySlip
from tests.cast import SINCE, SchoolCast
from tests.mentors.choices.builders import open_with, slip_of

pytestmark = pytest.mark.django_db

TEXT = "我和老师聊不到一起"
ClientOf = Callable[[User], Client]


@pytest.fixture
def slip(qingzhu: SchoolCast) -> FamilySlip:
    return slip_of(qingzhu, qingzhu.pupils[0])


def test_the_family_hands_it_in_and_may_change_the_words(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    open_with(client, slip)
    url = reverse("choose:wish", args=[slip.key])
    assert client.get(url).content.decode().count("只有德育室会看到，导师和班主任看不到") == 1
    for text in ("", TEXT):
        answer = client.post(url, {"text": text})
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("choose:mine", args=[slip.key]))
    wish = MentorWish.objects.get()
    assert (wish.pupil, wish.text, wish.state) == (qingzhu.pupils[0], TEXT, "open")
    assert client.get(url).content.decode().count(TEXT) == 1


def test_the_notice_goes_to_the_office_once_without_a_name(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    hand_in_wish(slip=slip, text=TEXT)
    hand_in_wish(slip=slip, text="还是想换")
    notice = Notice.objects.get()
    assert (notice.recipient, notice.title, notice.body, notice.link) == (
        qingzhu.office,
        "有一位同学希望换导师",
        "内容只有德育室能看到。",
        "/rounds/wishes/",
    )


def test_the_log_says_nothing_of_the_pupil(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    wish = hand_in_wish(slip=slip, text=TEXT)
    entry = AuditEntry.objects.get(verb="hand_in_wish")
    assert (entry.target_type, entry.target_id, entry.user_id, entry.detail) == (
        "mentors.mentorwish",
        wish.pk,
        None,
        {},
    )


def test_without_a_mentor_there_is_nothing_to_change(qingzhu: SchoolCast, client: Client) -> None:
    slip = slip_of(qingzhu, qingzhu.pupil_unassigned)
    open_with(client, slip)
    assert client.post(reverse("choose:wish", args=[slip.key]), {"text": "x"}).status_code == 404
    with pytest.raises(DomainError) as caught:
        hand_in_wish(slip=slip, text="x")
    assert (caught.value.code, MentorWish.objects.count()) == ("no_mentor", 0)


def test_too_long_a_text_is_refused(slip: FamilySlip, client: Client) -> None:
    open_with(client, slip)
    answer = client.post(reverse("choose:wish", args=[slip.key]), {"text": "好" * 301})
    assert (answer.status_code, MentorWish.objects.count()) == (422, 0)


def test_the_office_reads_it_and_the_reading_is_noted(
    qingzhu: SchoolCast, slip: FamilySlip, client_of: ClientOf
) -> None:
    wish = hand_in_wish(slip=slip, text=TEXT)
    page = client_of(qingzhu.office).get(reverse("wishes:list")).content.decode()
    assert [page.count(word) for word in ("安可儿", "一（1）班", "林小满", TEXT)] == [1, 1, 1, 1]
    entry = AuditEntry.objects.get(kind=AuditKind.READ)
    assert (entry.user, entry.verb, entry.detail) == (qingzhu.office, "read_wishes", {"wishes": [wish.pk]})


def test_nobody_else_reads_it(qingzhu: SchoolCast, other: SchoolCast, slip: FamilySlip, client_of: ClientOf) -> None:
    wish = hand_in_wish(slip=slip, text=TEXT)
    parts = ("homeroom", "mentor", "admin", "leader", "counsellor")
    clients = [client_of(qingzhu.people[part]) for part in parts]
    answer = reverse("wishes:answer", args=[wish.pk])
    assert [c.get(reverse("wishes:list")).status_code for c in clients] == [403] * 5
    assert [c.post(answer, {f"wish{wish.pk}-answer": "好"}).status_code for c in clients] == [403] * 5
    stranger = client_of(other.office)
    assert stranger.get(reverse("wishes:list")).content.decode().count(TEXT) == 0
    assert stranger.post(answer, {f"wish{wish.pk}-answer": "好"}).status_code == 404
    assert MentorWish.objects.get().state == "open"


@pytest.mark.parametrize("part", ["mentor", "homeroom"])
def test_a_member_of_the_office_whom_it_concerns_does_not_learn_of_it(
    qingzhu: SchoolCast, slip: FamilySlip, client_of: ClientOf, part: str
) -> None:
    user = qingzhu.people[part]
    grant_role(actor=qingzhu.system, user=user, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE)
    wish = hand_in_wish(slip=slip, text=TEXT)
    assert [notice.recipient for notice in Notice.objects.all()] == [qingzhu.office]
    client = client_of(user)
    assert client.get(reverse("wishes:list")).content.decode().count("安可儿") == 0
    assert client.post(reverse("wishes:answer", args=[wish.pk]), {}).status_code == 403
    with pytest.raises(DomainError) as caught:
        answer_wish(actor=qingzhu.actor(user), wish=wish, answer="好")
    assert caught.value.code == "not_allowed"


def test_the_answer_is_seen_on_the_family_page(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client, client_of: ClientOf
) -> None:
    wish = hand_in_wish(slip=slip, text=TEXT)
    office, url = client_of(qingzhu.office), reverse("wishes:answer", args=[wish.pk])
    empty = office.post(url, {f"wish{wish.pk}-answer": ""})
    assert (empty.status_code, empty.content.decode().count("请写一句答复")) == (422, 2)  # on top, and at the field
    assert office.post(url, {f"wish{wish.pk}-answer": "下周起换成苏老师。"}).status_code == 302
    assert wishes_to_handle(qingzhu.actor(qingzhu.office)) == []
    open_with(client, slip)
    page = client.get(reverse("choose:mine", args=[slip.key])).content.decode()
    assert (page.count("下周起换成苏老师。"), page.count("想换一位导师？悄悄告诉德育室")) == (1, 1)
    # A later wish is a new one, with a notice of its own.
    hand_in_wish(slip=slip, text="")
    assert (MentorWish.objects.count(), Notice.objects.count()) == (2, 2)


def test_many_wishes_cost_the_queries_of_one(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(qingzhu.office)
    for pupils in ([qingzhu.pupils[0]], [qingzhu.pupils[1], qingzhu.pupil_of_colleague]):
        for pupil in pupils:
            hand_in_wish(slip=slip_of(qingzhu, pupil), text=TEXT)
        with django_assert_num_queries(14):
            client.get(reverse("wishes:list"))


def test_an_answer_is_given_once(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    wish = hand_in_wish(slip=slip, text=TEXT)
    office = qingzhu.actor(qingzhu.office)
    answer_wish(actor=office, wish=wish, answer="好")
    with pytest.raises(DomainError) as caught:
        answer_wish(actor=office, wish=wish, answer="不")
    assert (caught.value.code, MentorWish.objects.get().answer) == ("handled", "好")


def test_where_the_office_is_one_person_the_wish_is_not_lost(qingzhu: SchoolCast) -> None:
    # The only member of the office becomes the pupil's homeroom teacher as well.
    grant_role(
        actor=qingzhu.system,
        user=qingzhu.office,
        role=Role.HOMEROOM,
        school=qingzhu.school,
        school_class=qingzhu.class_five,
        starts_on=SINCE,
    )
    wish = hand_in_wish(slip=slip_of(qingzhu, qingzhu.pupil_shared), text=TEXT)
    assert [row.wish for row in wishes_to_handle(qingzhu.actor(qingzhu.office))] == [wish]
