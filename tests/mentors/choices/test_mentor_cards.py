"""Mentor cards: each teacher writes the own one; photos lie behind a check; leavers' cards are shown to nobody."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.errors import DomainError
from mentors.models.slots import Teacher
from mentors.rounds.services.mentor_cards import MentorCardData, save_mentor_card
from mentors.staff.models import MentorCard
from tests.cast import SCHOOL_DAY, SchoolCast
from tests.core.test_pictures import photographed, picture
from tests.mentors.choices.builders import DAY, asking_round, close, open_with, slip_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]

ClientOf = Callable[[User], Client]


def teacher_of(user: User) -> Teacher:
    return Teacher.objects.get(user=user)


def card(cast: SchoolCast, user: User, *, photo: bool = True, shared: bool = False, hobbies: str = "") -> MentorCard:
    data = MentorCardData(hobbies=hobbies, is_shared=shared, photo=picture() if photo else None)
    return save_mentor_card(actor=cast.actor(user), teacher=teacher_of(user), data=data)


def files(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*.jpg"))


def test_a_teacher_writes_the_own_card(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.mentor)
    upload = SimpleUploadedFile("我家.jpg", photographed(), content_type="image/jpeg")
    answer = client.post(
        reverse("mentor_cards:mine"), {"hobbies": "长跑", "sentence": "你好", "is_shared": "on", "photo": upload}
    )
    stored = MentorCard.objects.get()
    assert (answer.status_code, stored.teacher.user, stored.hobbies, stored.sentence, stored.is_shared) == (
        302,
        qingzhu.mentor,
        "长跑",
        "你好",
        True,
    )
    assert (stored.photo.read().count(b"SecretPhone"), "我家" in (stored.photo.name or "")) == (0, False)
    page = client.get(reverse("mentor_cards:mine")).content.decode()
    assert page.count(reverse("mentor_cards:photo", args=[stored.pk])) == 1


def test_nobody_writes_anothers_card(qingzhu: SchoolCast, other: SchoolCast) -> None:
    for cast, user in ((qingzhu, qingzhu.colleague), (qingzhu, qingzhu.office), (other, other.mentor)):
        with pytest.raises(DomainError) as caught:
            save_mentor_card(
                actor=cast.actor(user), teacher=teacher_of(qingzhu.mentor), data=MentorCardData(hobbies="x")
            )
        assert caught.value.code == "not_allowed"


def test_a_new_photo_takes_the_place_of_the_old_file_and_a_removed_one_leaves_none(
    qingzhu: SchoolCast, own_folder: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    counts = []
    actor, teacher = qingzhu.actor(qingzhu.mentor), teacher_of(qingzhu.mentor)
    for data in (
        MentorCardData(photo=picture()),
        MentorCardData(photo=picture("PNG")),
        MentorCardData(),
        MentorCardData(remove_photo=True),
    ):
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
            save_mentor_card(actor=actor, teacher=teacher, data=data)
        counts.append(files(own_folder))
    assert (counts, MentorCard.objects.get().photo.name) == ([1, 1, 1, 0], "")


def test_a_write_that_fails_leaves_no_file(
    qingzhu: SchoolCast, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the last step")

    monkeypatch.setattr("mentors.rounds.services.mentor_cards.audit", fail)
    with pytest.raises(RuntimeError):
        card(qingzhu, qingzhu.mentor)
    assert files(own_folder) == 0


def test_a_file_that_is_no_picture_is_said_at_the_field(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    upload = SimpleUploadedFile("photo.jpg", b"<script>alert(1)</script>", content_type="image/jpeg")
    answer = client_of(qingzhu.mentor).post(reverse("mentor_cards:mine"), {"hobbies": "长跑", "photo": upload})
    page = answer.content.decode()
    assert (answer.status_code, page.count("这个文件不是照片"), page.count('value="长跑"')) == (422, 2, 1)
    assert MentorCard.objects.count() == 0


def test_too_long_a_sentence_is_refused(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    answer = client_of(qingzhu.mentor).post(reverse("mentor_cards:mine"), {"sentence": "好" * 121})
    assert (answer.status_code, answer.content.decode().count("最多 120 个字")) == (422, 2)


def test_an_account_without_a_teacher_is_told_so(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.office)
    answers = [client.get(reverse("mentor_cards:mine")), client.post(reverse("mentor_cards:mine"), {"hobbies": "x"})]
    assert [a.status_code for a in answers] == [200, 403]
    assert answers[0].content.decode().count("这个账号没有名片") == 1


def test_the_photo_is_for_the_own_school(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    url = reverse("mentor_cards:photo", args=[card(qingzhu, qingzhu.mentor).pk])
    answers = [client.get(url) for client in (client_of(qingzhu.leader), client_of(other.office), Client())]
    assert [a.status_code for a in answers] == [200, 404, 302]
    assert (answers[0].headers["Content-Type"], answers[0].headers["Cache-Control"]) == (
        "image/jpeg",
        "private, max-age=300",
    )


def test_a_slip_opens_photos_of_those_who_can_be_chosen_and_of_the_own_mentor(
    qingzhu: SchoolCast, client: Client
) -> None:
    found = asking_round(qingzhu)
    slip = slip_of(qingzhu, qingzhu.pupil_unassigned)
    open_one, closed_one = card(qingzhu, qingzhu.mentor), card(qingzhu, qingzhu.sharer)

    def status(shown: MentorCard) -> int:
        return client.get(reverse("choose:photo", args=[slip.key, shown.pk])).status_code

    assert status(open_one) == 302, "the slip is not opened yet"
    open_with(client, slip)
    assert [status(open_one), status(closed_one)] == [200, 404]
    close(found)
    assert status(open_one) == 200, "what was chosen is still shown"
    found.delete()
    assert status(open_one) == 404
    # A pupil of that mentor sees it without any round.
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    open_with(client, slip)
    assert [status(open_one), status(closed_one)] == [200, 404]


def test_before_the_round_opens_its_cards_are_not_shown(qingzhu: SchoolCast, client: Client) -> None:
    asking_round(qingzhu, opens_at=SCHOOL_DAY + DAY)
    slip = slip_of(qingzhu, qingzhu.pupil_unassigned)
    open_with(client, slip)
    shown = card(qingzhu, qingzhu.mentor)
    assert client.get(reverse("choose:photo", args=[slip.key, shown.pk])).status_code == 404
    assert client.get(reverse("choose:mentors", args=[slip.key])).content.decode().count("林小满") == 0


def test_the_badges_code_opens_a_card_that_is_shared(qingzhu: SchoolCast, client: Client) -> None:
    shared = card(qingzhu, qingzhu.mentor, shared=True, hobbies="长跑")
    hidden = card(qingzhu, qingzhu.colleague, hobbies="合唱")
    names = ("mentor_cards:shared", "mentor_cards:shared_photo")
    urls = [reverse(name, args=[c.key]) for c in (shared, hidden) for name in names]
    assert [client.get(url).status_code for url in urls] == [200, 200, 404, 404]
    page = client.get(urls[0]).content.decode()
    assert [page.count(word) for word in ("林小满", "长跑", "青竹小学")] == [1, 1, 1]


def test_a_leavers_card_is_shown_to_nobody(qingzhu: SchoolCast, client: Client, client_of: ClientOf) -> None:
    asking_round(qingzhu)
    slip = slip_of(qingzhu, qingzhu.pupil_unassigned)
    open_with(client, slip)
    shown = card(qingzhu, qingzhu.mentor, shared=True)
    Teacher.objects.filter(user=qingzhu.mentor).update(left_on=datetime.date(2026, 11, 1))
    answers = [
        client.get(reverse("mentor_cards:shared", args=[shown.key])),
        client.get(reverse("mentor_cards:shared_photo", args=[shown.key])),
        client.get(reverse("choose:photo", args=[slip.key, shown.pk])),
        client_of(qingzhu.office).get(reverse("mentor_cards:photo", args=[shown.pk])),
    ]
    assert [a.status_code for a in answers] == [404, 404, 404, 404]
    assert client.get(reverse("choose:mentors", args=[slip.key])).content.decode().count("林小满") == 0


def test_a_photo_whose_file_is_gone_is_not_found(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    stored = card(qingzhu, qingzhu.mentor)
    stored.photo.storage.delete(stored.photo.name or "")
    assert client_of(qingzhu.mentor).get(reverse("mentor_cards:photo", args=[stored.pk])).status_code == 404
