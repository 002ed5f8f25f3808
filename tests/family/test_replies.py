"""The family answers a letter with a few words, and learns that a letter was written by hand."""

import datetime

from django.test import Client
from django.urls import reverse

from records.desk.models import LetterReply
from records.letters.services.office import release_letters
from records.letters.services.replies import mark_reply_read
from records.letters.services.writing import mark_handwritten
from records.models.records import GrowthLetter
from students.models import FamilySlip
from tests.cast import SchoolCast
from tests.family.test_family_pages import TAIL, enter, letter_url, slip_of
from tests.records.builders import letter, released_letter, term_of


def said() -> list[str]:
    return list(LetterReply.objects.values_list("text", flat=True))


def opened(cast: SchoolCast, client: Client) -> tuple[FamilySlip, GrowthLetter]:
    """A released letter of the first pupil whose page the family may open."""
    found = released_letter(cast, cast.mentor, cast.pupils[0])
    slip = slip_of(cast, cast.pupils[0])
    assert enter(client, slip)[0] == 302
    return slip, found


def test_a_family_answers_and_changes_the_answer_until_it_was_read(qingzhu: SchoolCast, client: Client) -> None:
    slip, found = opened(qingzhu, client)
    page = client.post(letter_url(slip, found, "reply"), {"text": "谢谢老师。"}, follow=True).content.decode()
    assert [page.count(w) for w in ("回音已送到老师那里", "谢谢老师。</textarea>", "改好了，再发送")] == [1, 1, 1]
    client.post(letter_url(slip, found, "reply"), {"text": "孩子读了三遍。"})
    assert said() == ["孩子读了三遍。"]
    LetterReply.objects.update(read_at=LetterReply.objects.get().updated_at)
    page = client.get(letter_url(slip, found)).content.decode()
    assert [page.count(w) for w in ("读过了", "<textarea", "孩子读了三遍。")] == [1, 0, 1]
    late = client.post(letter_url(slip, found, "reply"), {"text": "再说一句"})
    assert (late.status_code, "老师已经读过您的回音" in late.content.decode(), said()) == (
        422,
        True,
        ["孩子读了三遍。"],
    )


def test_a_reply_is_read_after_the_clock_was_set_back(qingzhu: SchoolCast, client: Client) -> None:
    """`reply_dates_ordered` made an error of the page on which the mentor reads it."""
    _, one = opened(qingzhu, client)
    reply = LetterReply.objects.create(school=qingzhu.school, letter=one, text="谢谢老师")
    ahead = reply.created_at + datetime.timedelta(days=2)
    LetterReply.objects.update(created_at=ahead)
    mark_reply_read(actor=qingzhu.actor(qingzhu.mentor), reply=LetterReply.objects.get())
    assert LetterReply.objects.get().read_at == ahead


def test_an_empty_or_long_reply_is_explained_and_kept(qingzhu: SchoolCast, client: Client) -> None:
    slip, found = opened(qingzhu, client)
    empty = client.post(letter_url(slip, found, "reply"), {"text": " "})
    assert (empty.status_code, "请写一两句话再发送" in empty.content.decode()) == (422, True)
    long = client.post(letter_url(slip, found, "reply"), {"text": "谢" * 201})
    assert (long.status_code, "最多写 200 字，现在有 201 字" in long.content.decode()) == (422, True)
    assert said() == []


def test_without_the_slip_nobody_answers(qingzhu: SchoolCast, client: Client) -> None:
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    answer = client.post(letter_url(slip, found, "reply"), {"text": "谢谢"})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("family:slip", args=[slip.key]))
    assert said() == []


def test_a_family_answers_its_own_childs_released_letters_only(
    qingzhu: SchoolCast, other: SchoolCast, client: Client
) -> None:
    slip, _ = opened(qingzhu, client)
    strangers = [
        released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1]),
        letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague),
        released_letter(other, other.mentor, other.pupils[0]),
    ]
    assert [client.post(letter_url(slip, x, "reply"), {"text": "你好"}).status_code for x in strangers] == [404] * 3
    assert said() == []


def test_a_teacher_signed_in_does_not_answer_in_the_familys_place(qingzhu: SchoolCast, client: Client) -> None:
    slip, found = opened(qingzhu, client)
    client.force_login(qingzhu.mentor, backend="django.contrib.auth.backends.ModelBackend")
    enter(client, slip)
    answer = client.post(letter_url(slip, found, "reply"), {"text": "真好"}, follow=True)
    assert ("不能替家长写回音" in answer.content.decode(), said()) == (True, [])


def test_a_letter_by_hand_says_where_it_is(qingzhu: SchoolCast, client: Client) -> None:
    pupil = qingzhu.pupils[0]
    draft = letter(qingzhu, qingzhu.mentor, pupil, draft=True)
    mentor, office, term = qingzhu.actor(qingzhu.mentor), qingzhu.actor(qingzhu.office), term_of(qingzhu)
    mark_handwritten(actor=mentor, pupil=pupil, term=term, version=1, submission=draft.submission)
    release_letters(actor=office, term=term, letter_ids=[draft.pk])
    slip = slip_of(qingzhu, pupil)
    enter(client, slip, phone_tail=TAIL)
    page = client.get(letter_url(slip, draft)).content.decode()
    assert [page.count(w) for w in ("老师手写了一封信给你，请向老师领取", "下载 PDF")] == [1, 0]
    assert client.get(letter_url(slip, draft, "letter_pdf")).status_code == 404
