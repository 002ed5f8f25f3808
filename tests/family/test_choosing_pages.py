"""A pupil chooses mentors with a slip, on any phone and without an account: what each page says, and what it hides."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from mentors.models.slots import Teacher
from mentors.rounds.models import ChoiceSheet, MatchingRound
from mentors.rounds.services.mentor_cards import MentorCardData, save_mentor_card
from students.models import FamilySlip
from tests.cast import SCHOOL_DAY, SchoolCast
from tests.mentors.choices.builders import (
    DAY,
    asking_round,
    by_slip,
    candidate,
    chosen,
    close,
    open_with,
    publish,
    slip_of,
)
from tests.records.builders import released_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def slip(qingzhu: SchoolCast) -> FamilySlip:
    """Of 丁小雨, who has no mentor."""
    return slip_of(qingzhu, qingzhu.pupil_unassigned)


def url(slip: FamilySlip, name: str = "mentors") -> str:
    return reverse(f"choose:{name}", args=[slip.key])


def page(client: Client, slip: FamilySlip, name: str = "mentors", query: str = "") -> str:
    answer = client.get(url(slip, name) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, slip: FamilySlip, *keys: int, **more: str) -> tuple[int, str]:
    answer = client.post(url(slip), {f"choice{rank}": key for rank, key in enumerate(keys, start=1)} | more)
    return answer.status_code, answer.content.decode()


def test_the_slip_leads_straight_to_choosing_if_nothing_else_is_there(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    asking_round(qingzhu)
    assert open_with(client, slip) == url(slip)


def test_with_letters_too_there_is_a_home(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    asking_round(qingzhu, rematch=True)
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    home = reverse("family:home", args=[slip.key])
    assert open_with(client, slip) == home
    text = client.get(home).content.decode()
    links = [url(slip), url(slip, "mine"), reverse("family:letters", args=[slip.key])]
    assert [text.count(f'href="{link}"') for link in links] == [1, 1, 1]
    assert [text.count(words) for words in ("11月20日（周五） 10:00 截止", "林小满老师", "1 封")] == [1, 1, 1]


def test_after_publication_the_slip_leads_to_the_mentor(qingzhu: SchoolCast, client: Client) -> None:
    publish(asking_round(qingzhu))
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    assert open_with(client, slip) == url(slip, "mine")
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert open_with(client, slip) == reverse("family:home", args=[slip.key])


def test_the_cards_say_who_the_mentors_are_and_nothing_of_loads(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    found = asking_round(qingzhu)
    candidate(found, qingzhu.slot_shared, 4)
    teacher = Teacher.objects.get(user=qingzhu.mentor)
    Teacher.objects.filter(pk=teacher.pk).update(subject="音乐")
    save_mentor_card(actor=qingzhu.actor(qingzhu.mentor), teacher=teacher, data=MentorCardData("养多肉", "慢慢来"))
    open_with(client, slip)
    text = page(client, slip)
    shown = [text.count(f"{name}<small>") for name in ("何知秋", "林小满", "苏禾", "陶然", "石磊")]
    assert (shown, text.count("养多肉"), text.count("“慢慢来”"), text.count("音乐")) == ([1, 1, 1, 1, 1], 1, 1, 1)
    assert [text.count(word) for word in ("/15", "名额", "安可儿", "人选")] == [0, 0, 0, 0]


def test_only_the_mentors_of_the_own_class_are_shown(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    candidate(asking_round(qingzhu), qingzhu.slot_shared, 4, qingzhu.class_five)
    open_with(client, slip)
    assert page(client, slip).count("陶然") == 0


def test_a_plain_form_hands_in_and_shows_what_was_chosen(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    found = asking_round(qingzhu)
    open_with(client, slip)
    status, _ = post(client, slip, qingzhu.slot_colleague.pk, qingzhu.slot.pk, reason1="会讲故事")
    text = page(client, slip)
    words = ("已收到你的志愿</h1>", "苏禾", "林小满", "会讲故事", "11月20日（周五） 10:00 以前都可以修改")
    assert (status, [text.count(word) for word in words]) == (302, [1, 1, 1, 1, 1])
    assert ChoiceSheet.objects.get().round == found
    again = page(client, slip, query="?edit=1")
    assert [again.count(part) for part in ('value="会讲故事"', " selected>")] == [1, 2]


def test_a_double_post_counts_once_and_a_second_device_wins(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    asking_round(qingzhu)
    phone, tablet = client, Client()
    open_with(phone, slip)
    open_with(tablet, slip)
    for _ in range(2):
        assert post(phone, slip, qingzhu.slot.pk)[0] == 302
    assert ChoiceSheet.objects.get().version == 1
    post(tablet, slip, qingzhu.slot_colleague.pk)
    sheet = ChoiceSheet.objects.get()
    assert (sheet.version, chosen(sheet)) == (2, [qingzhu.slot_colleague.pk])


def test_ranks_left_out_in_between_close_up(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    asking_round(qingzhu)
    open_with(client, slip)
    client.post(url(slip), {"choice1": "", "choice2": qingzhu.slot.pk})
    assert list(ChoiceSheet.objects.get().choices.values_list("rank", "mentor_id")) == [(1, qingzhu.slot.pk)]


def test_refusals_are_said_on_the_form_which_keeps_what_was_written(
    qingzhu: SchoolCast, other: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    candidate(asking_round(qingzhu), qingzhu.slot_shared, 4, qingzhu.class_five)
    open_with(client, slip)
    slot = qingzhu.slot.pk
    answers = [
        (post(client, slip), "还没有选导师，请至少选一位。"),
        (post(client, slip, slot, slot), "同一位导师只能选一次，请换一位。"),
        (post(client, slip, slot, reason1="好" * 101), "理由最多 100 个字"),
        (post(client, slip, qingzhu.slot_shared.pk), "有一位导师现在不能选，请刷新页面再选。"),
        (post(client, slip, other.slot.pk), "有一位导师现在不能选，请刷新页面再选。"),
    ]
    assert [(status, text.count(sentence)) for (status, text), sentence in answers] == [
        (422, count)
        for count in (1, 1, 2, 2, 2)  # what is about a field stands there and on top
    ]
    assert (ChoiceSheet.objects.count(), answers[1][0][1].count(" selected>")) == (0, 2)


def test_whoever_hands_in_after_the_end_is_told_when_it_was(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    close(asking_round(qingzhu))
    open_with(client, slip)
    status, text = post(client, slip, qingzhu.slot.pk)
    assert (status, text.count("征询已在11月18日（周三） 09:59截止"), ChoiceSheet.objects.count()) == (422, 1, 0)


@pytest.mark.parametrize(
    "changes,sentence",
    [
        ({"opens_at": SCHOOL_DAY + DAY}, "11月19日（周四） 10:00 开始，11月20日（周五） 10:00 截止。"),
        ({"closes_at": SCHOOL_DAY - DAY / 2}, "没有收到你的志愿。"),
        ({"state": "setup"}, "现在没有选导师的安排"),
        ({"state": "cancelled"}, "现在没有选导师的安排"),
        ({"state": "published", "published_at": SCHOOL_DAY}, "还没有安排到你的导师，请问一问班主任。"),
    ],
)
def test_before_and_after_the_dates_a_sentence_says_what_is(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client, changes: dict[str, Any], sentence: str
) -> None:
    asking_round(qingzhu, **changes)
    open_with(client, slip)
    text = page(client, slip)
    # The only form is the button that ends the looking.
    assert (text.count(sentence), text.count("<form")) == (1, 1)


def test_after_the_end_the_choices_are_still_shown(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    found = asking_round(qingzhu)
    by_slip(slip, found, qingzhu.slot_colleague)
    close(found)
    open_with(client, slip)
    text = page(client, slip)
    assert [text.count(words) for words in ("你的志愿都收到了", "苏禾", "修改志愿")] == [1, 1, 0]


def test_a_pupil_with_a_mentor_sees_the_mentor(qingzhu: SchoolCast, client: Client) -> None:
    asking_round(qingzhu)
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    open_with(client, slip)
    answer = client.get(url(slip))
    assert (answer.status_code, answer.headers["Location"]) == (302, url(slip, "mine"))
    text = page(client, slip, "mine")
    assert [text.count(words) for words in ("安可儿的导师", "林小满<small>", "悄悄告诉德育室", "苏禾")] == [1, 1, 1, 0]
    status, refused = post(client, slip, qingzhu.slot_colleague.pk)
    assert (status, refused.count("已经有导师了"), ChoiceSheet.objects.count()) == (422, 2, 0)


def test_in_a_rematch_a_pupil_with_a_mentor_chooses_too(qingzhu: SchoolCast, client: Client) -> None:
    asking_round(qingzhu, rematch=True)
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    open_with(client, slip)
    assert post(client, slip, qingzhu.slot_colleague.pk)[0] == 302
    assert page(client, slip, "mine").count("这次重新选导师") == 1


@pytest.mark.parametrize("name", ["mentors", "mine", "wish"])
def test_a_slip_opens_no_other_pupils_pages(qingzhu: SchoolCast, slip: FamilySlip, client: Client, name: str) -> None:
    asking_round(qingzhu)
    open_with(client, slip)
    sibling = slip_of(qingzhu, qingzhu.pupils[1])
    for answer in (client.get(url(sibling, name)), client.post(url(sibling, name), {"choice1": qingzhu.slot.pk})):
        assert answer.status_code in (302, 405)
        if answer.status_code == 302:
            assert answer.headers["Location"] == reverse("family:slip", args=[sibling.key])
    assert ChoiceSheet.objects.count() == 0


def test_no_page_is_kept_by_a_shared_phone(qingzhu: SchoolCast, client: Client) -> None:
    asking_round(qingzhu, rematch=True)
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    open_with(client, slip)
    answers = [client.get(url(slip, name)) for name in ("mentors", "mine", "wish")]
    answers.append(client.get(reverse("family:home", args=[slip.key])))
    assert [a.headers["Cache-Control"] for a in answers] == ["no-store, private"] * 4
    # Pages with a form keep their own origin, or the CSRF check would refuse the post.
    policies = [a.headers["Referrer-Policy"] for a in answers]
    assert policies == ["same-origin"] * 4


def test_a_post_without_csrf_token_is_refused(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    asking_round(qingzhu)
    open_with(client, slip)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(url(slip), {"choice1": qingzhu.slot.pk}).status_code == 403


def test_many_mentors_cost_the_queries_of_few(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = asking_round(qingzhu)
    found.candidates.filter(number__gt=1).delete()
    open_with(client, slip)
    with django_assert_num_queries(8):
        client.get(url(slip))
    candidate(found, qingzhu.slot, 2)
    candidate(found, qingzhu.slot_shared, 3)
    with django_assert_num_queries(8):
        client.get(url(slip))


def test_the_wording_depends_on_who_learns_of_the_choice(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    asking_round(qingzhu)
    open_with(client, slip)
    assert page(client, slip).count("只有德育室和班主任看得到你选了谁。") == 1
    MatchingRound.objects.update(mode="two_sided", rule="stable")
    assert page(client, slip).count("你选的老师会知道你选了他/她，也能看到你写的理由，不知道是第几志愿。") == 1
