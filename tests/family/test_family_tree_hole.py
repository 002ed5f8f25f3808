"""心灵树洞 by slip: the slip is in the parents' hands, too, so only the session and the word 暗号 open a card."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from core.errors import DomainError
from records.care.services.tree_hole import (
    LOCKED,
    WRONG,
    TreeHoleData,
    answer_tree_hole_card,
    decide_home,
    hand_in_tree_hole_card,
    tree_hole_code,
)
from records.enums import TreeHoleSubject, TreeHoleWish
from records.models.care import TreeHoleCard
from schools.enums import ActionKind
from schools.models import PlanAction
from students.models import FamilySlip
from students.services import slip_code
from tests.cast import SchoolCast
from tests.family.test_family_pages import TAIL, slip_of
from tests.records.care.builders import REPLY, SECRET, card, teacher_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def slip(qingzhu: SchoolCast) -> FamilySlip:
    """The slip of the mentor's first pupil."""
    return slip_of(qingzhu, qingzhu.pupils[0])


def opened(slip: FamilySlip) -> Client:
    """A browser in which the slip was opened."""
    client = Client()
    client.post(reverse("family:slip", args=[slip.key]), {"code": slip_code(slip), "phone_tail": TAIL})
    return client


def door(slip: FamilySlip) -> str:
    return reverse("family:tree_hole", args=[slip.key])


def hand_in(client: Client, slip: FamilySlip, to: User, **typed: str) -> Any:
    url = reverse("family:tree_hole_new", args=[slip.key]) + f"?to={teacher_of(to).pk}"
    form = {"subject": "mood", "text": SECRET, "wish": "write", "submission": str(uuid.uuid4()), "version": "0"}
    return client.post(url, form | typed)


def page_of(client: Client, given: TreeHoleCard, slip: FamilySlip) -> str:
    return client.get(reverse("family:tree_hole_card", args=[slip.key, given.pk])).content.decode()


def test_only_grades_that_the_plan_names_find_the_tree_hole(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    """自选动作 of grade 3 (Guyi plan 四(三)2) stood on every family's page: the plan was not asked."""
    client = opened(slip)
    home = reverse("family:home", args=[slip.key])
    assert door(slip) in client.get(home).content.decode()
    rule = PlanAction.objects.get(plan__year=qingzhu.year, action=ActionKind.CARD)
    rule.grade_rows.filter(grade__number=1).delete()

    assert door(slip) not in client.get(home).content.decode()
    assert hand_in(client, slip, qingzhu.colleague).status_code == 404
    with pytest.raises(DomainError) as refused:
        hand_in_tree_hole_card(
            slip=slip,
            teacher=teacher_of(qingzhu.colleague),
            data=TreeHoleData(TreeHoleSubject.MOOD, SECRET, TreeHoleWish.WRITE),
            submission=uuid.uuid4(),
        )
    assert refused.value.code == "not_offered"
    # A plan that says nothing of cards leaves it to the school, which uses the module.
    rule.delete()
    assert door(slip) in client.get(home).content.decode()
    assert TreeHoleCard.objects.count() == 0


def test_a_pupil_hands_in_a_card_and_sees_the_word_once(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    client = opened(slip)
    answered = hand_in(client, slip, qingzhu.colleague)
    given = TreeHoleCard.objects.get()
    assert (answered.status_code, answered.headers["Location"]) == (
        302,
        reverse("family:tree_hole_handed_in", args=[slip.key]),
    )
    assert (given.teacher.user, given.pupil, given.entered_by, given.may_tell_home) == (
        qingzhu.colleague,
        qingzhu.pupils[0],
        None,
        False,
    )
    pages = [client.get(answered.headers["Location"]).content.decode() for _ in range(2)]
    assert [(page.count(tree_hole_code(given)), page.count(SECRET)) for page in pages] == [(1, 0), (0, 0)]


def test_a_card_is_shut_at_once_after_handing_in(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    """The card stayed open for 20 minutes in a phone that is handed on."""
    client = opened(slip)
    hand_in(client, slip, qingzhu.colleague)
    given = TreeHoleCard.objects.get()
    shut = client.get(reverse("family:tree_hole_card", args=[slip.key, given.pk]))
    assert (shut.status_code, shut.headers["Location"]) == (302, door(slip))
    assert len(client.get(door(slip)).context["cards"]) == 0


def test_nothing_that_a_child_typed_comes_back_with_the_page(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    """The phone's Back button brought the child's text back."""
    client = opened(slip)
    new = reverse("family:tree_hole_new", args=[slip.key]) + f"?to={teacher_of(qingzhu.mentor).pk}"
    pages = [client.get(new), client.get(door(slip))]
    assert [page.headers["Cache-Control"] for page in pages] == ["no-store, private"] * 2
    bodies = [page.content.decode() for page in pages]
    assert [(body.count('autocomplete="off" novalidate'), body.count("js/shut.js")) for body in bodies] == [(1, 1)] * 2


def test_cards_that_wait_are_no_secret_that_a_limit_tells(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    """Five waiting cards refused a sixth: a parent with the slip could count the child's."""
    for _ in range(5):
        card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    parent = opened(slip)
    answers = [hand_in(parent, slip, qingzhu.colleague).headers["Location"] for _ in range(6)]
    assert [answer.endswith("/card/handed-in/") for answer in answers] == [True] * 5 + [False]


def test_a_double_tap_is_one_card_with_one_word(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    client, key = opened(slip), str(uuid.uuid4())
    for _ in range(2):
        hand_in(client, slip, qingzhu.mentor, submission=key)
    given = TreeHoleCard.objects.get()
    page = client.get(reverse("family:tree_hole_handed_in", args=[slip.key])).content.decode()
    assert page.count(tree_hole_code(given)) == 1


def test_whoever_opens_the_slip_later_learns_nothing_of_a_card(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    empty = opened(slip).get(door(slip)).content.decode()
    hand_in(opened(slip), slip, qingzhu.colleague)
    given = TreeHoleCard.objects.get()
    parent = opened(slip)
    home = parent.get(reverse("family:home", args=[slip.key])).content.decode()
    shown = parent.get(door(slip)).content.decode()
    direct = parent.get(reverse("family:tree_hole_card", args=[slip.key, given.pk]))
    foreign = parent.get(reverse("family:tree_hole_card", args=[slip.key, given.pk + 1]))
    tokens = [line for line in shown.splitlines() if "csrfmiddlewaretoken" not in line]
    # Word for word the page of a child who never wrote a card.
    assert tokens == [line for line in empty.splitlines() if "csrfmiddlewaretoken" not in line]
    assert [home.count(w) for w in ("苏禾", SECRET, "有回信", "心灵树洞<")] == [0, 0, 0, 1]
    assert [(r.status_code, r.headers["Location"]) for r in (direct, foreign)] == [(302, door(slip))] * 2


def test_the_word_opens_the_card_with_its_answer_however_it_is_typed(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    answer_tree_hole_card(actor=qingzhu.actor(qingzhu.mentor), card=given, text=REPLY, version=1)
    client = opened(slip)
    code = tree_hole_code(given).upper()
    answered = client.post(door(slip), {"code": f" {code[:3]} {code[3:]}"})
    assert (answered.status_code, len(code)) == (302, 6)
    page = page_of(client, given, slip)
    assert [page.count(w) for w in (SECRET, REPLY, "记下这个暗号")] == [1, 1, 0]
    assert client.get(door(slip)).content.decode().count("有回信") == 1


def test_shutting_the_tree_hole_asks_for_the_word_again(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    client, given = opened(slip), card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client.post(door(slip), {"code": tree_hole_code(given)})
    assert len(client.get(door(slip)).context["cards"]) == 1
    client.post(reverse("family:tree_hole_leave", args=[slip.key]))
    assert client.get(reverse("family:tree_hole_card", args=[slip.key, given.pk])).status_code == 302
    assert len(client.get(door(slip)).context["cards"]) == 0


def test_an_opened_card_shuts_by_itself(qingzhu: SchoolCast, slip: FamilySlip, monkeypatch: pytest.MonkeyPatch) -> None:
    client, given = opened(slip), card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client.post(door(slip), {"code": tree_hole_code(given)})
    monkeypatch.setattr("records.family.views.tree_hole.OPEN_FOR", datetime.timedelta(seconds=-1))
    assert len(client.get(door(slip)).context["cards"]) == 0


def test_ten_wrong_words_an_hour_and_the_right_one_still_opens(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    answers = []
    for word in ["aaaaaa"] * 11 + [tree_hole_code(given)]:
        # A new browser each time: the count belongs to the slip.
        answered = opened(slip).post(door(slip), {"code": word})
        body = answered.content.decode()
        answers.append((answered.status_code, body.count(WRONG), body.count(LOCKED)))
    assert answers == [(422, 2, 0)] * 10 + [(429, 0, 2), (302, 0, 0)]


def test_without_cards_a_wrong_word_answers_and_locks_alike(slip: FamilySlip) -> None:
    statuses = [opened(slip).post(door(slip), {"code": "aaaaaa"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_the_lock_of_the_tree_hole_leaves_the_letters_open(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    for _ in range(11):
        opened(slip).post(door(slip), {"code": "aaaaaa"})
    assert opened(slip).get(reverse("family:letters", args=[slip.key])).status_code == 200


def test_another_childs_word_and_a_paper_card_open_nothing(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    foreign = card(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    own = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    paper = TreeHoleCard.objects.filter(pk=own.pk)
    paper.update(entered_by=qingzhu.mentor)
    statuses = [opened(slip).post(door(slip), {"code": tree_hole_code(one)}).status_code for one in (foreign, own)]
    assert statuses == [422, 422]


def test_the_pupil_is_told_honestly_that_home_was_told(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    decide_home(actor=qingzhu.actor(qingzhu.mentor), card=given, contacted=True, reason="听到你说不想活了", version=1)
    client = opened(slip)
    client.post(door(slip), {"code": tree_hole_code(given)})
    page = page_of(client, given, slip)
    assert page.count("为了你的安全，老师联系了家长。原因：听到你说不想活了") == 1


def test_own_mentor_and_homeroom_stand_first_and_others_are_found_by_name(
    qingzhu: SchoolCast, other: SchoolCast, slip: FamilySlip
) -> None:
    client, url = opened(slip), reverse("family:tree_hole_new", args=[slip.key])
    first = client.get(url)
    assert sorted(t.name for t in first.context["near"]) == ["何知秋", "林小满"]
    found = [[t.name for t in client.get(url, {"q": q}).context["found"]] for q in ("苏", "石磊", "温言", "")]
    # 石磊 has no account, 温言 is not on the roster of teachers.
    assert found == [["苏禾"], [], [], []]
    foreign = client.get(url, {"to": teacher_of(other.mentor).pk})
    assert (foreign.status_code, "found" in foreign.context) == (200, True)


def test_what_is_missing_is_told_and_the_text_stays(qingzhu: SchoolCast, slip: FamilySlip) -> None:
    refused = hand_in(opened(slip), slip, qingzhu.mentor, wish="", subject="")
    assert (refused.status_code, refused.content.decode().count(SECRET), TreeHoleCard.objects.count()) == (422, 1, 0)


def test_a_teacher_signed_in_on_the_device_does_not_write_in_the_childs_place(
    qingzhu: SchoolCast, slip: FamilySlip, client_of: Callable[[User], Client]
) -> None:
    client = client_of(qingzhu.homeroom)
    client.post(reverse("family:slip", args=[slip.key]), {"code": slip_code(slip), "phone_tail": TAIL})
    answered = hand_in(client, slip, qingzhu.mentor)
    assert (answered.status_code, TreeHoleCard.objects.count()) == (302, 0)


def test_pages_of_the_tree_hole_stay_in_no_cache_and_hold_the_emergency_card(
    qingzhu: SchoolCast, slip: FamilySlip
) -> None:
    client = opened(slip)
    given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client.post(door(slip), {"code": tree_hole_code(given)})
    new = reverse("family:tree_hole_new", args=[slip.key])
    urls = [
        door(slip),
        new,
        f"{new}?to={teacher_of(qingzhu.mentor).pk}",
        reverse("family:tree_hole_card", args=[slip.key, TreeHoleCard.objects.get().pk]),
    ]
    pages = [client.get(url) for url in urls]
    assert [(p.headers["Cache-Control"], p.content.decode().count("这里没有人时刻守着")) for p in pages] == [
        ("no-store, private", 1)
    ] * 4


DOOR_QUERIES = 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries_for_one_and_for_three(
    qingzhu: SchoolCast, slip: FamilySlip, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    client = opened(slip)
    for _ in range(count):
        given = card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
        client.post(door(slip), {"code": tree_hole_code(given)})
    with django_assert_num_queries(DOOR_QUERIES):
        assert len(client.get(door(slip)).context["cards"]) == count
