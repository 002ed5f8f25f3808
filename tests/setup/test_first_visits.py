"""Each role's first visit: three sentences and one thing to do, gone for good once closed."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from accounts.services import close_first_visit, grant_role
from core.errors import DomainError
from mentorship.first_visits import FIRST_VISITS
from tests.cast import SINCE, SchoolCast
from tests.pages import by_class, text, texts, tree

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HOMES = {
    "admin": ("/manage/people/", "管理员，您好"),
    "office": ("/office/", "德育室，您好"),
    "leader": ("/leader/", "领导小组，您好"),
    "mentor": ("/my/", "导师，您好"),
    "homeroom": ("/classes/", "班主任，您好"),
    "counsellor": ("/counsel/", "心理老师，您好"),
    "bureau_user": ("/bureau/", "教育局，您好"),
}


@pytest.fixture
def new(qingzhu: SchoolCast) -> SchoolCast:
    """The cast, of whom nobody has been here before."""
    User.objects.update(first_visits=[])
    return qingzhu


@pytest.mark.parametrize("part", HOMES)
def test_each_role_is_greeted_at_home_and_never_again_once_closed(
    part: str, new: SchoolCast, client_of: ClientOf
) -> None:
    client, (home, title) = client_of(new.people[part]), HOMES[part]
    page = client.get("/")
    assert (page.wsgi_request.path, texts(tree(page), "first-visit-title")) == (home, [title])
    # A form without an address would be sent to `/`, which takes none.
    assert [form for form in tree(page).iter("form") if form.get("method") == "post" and not form.get("action")] == []
    (words,) = by_class(tree(page), "first-visit")
    assert len(list(words.iter("p"))) == 3
    link = next(words.iter("a")).get("href", "")
    assert client.get(link).status_code == 200

    form = next(words.iter("form"))
    sent = {field.get("name"): field.get("value") for field in form.iter("input") if field.get("type") == "hidden"}
    answer = client.post(form.get("action", ""), sent)

    assert (answer.status_code, answer["Location"]) == (302, home)
    assert texts(tree(client.get(home)), "first-visit") == []


def test_who_has_several_roles_is_told_of_each_in_turn(new: SchoolCast, client_of: ClientOf) -> None:
    grant_role(
        actor=new.system, user=new.mentor, role=Role.HOMEROOM, school=new.school, school_class=new.class_five,
        starts_on=SINCE,
    )  # fmt: skip
    client = client_of(new.mentor)
    told = []
    for role in ("mentor", "homeroom"):
        told += texts(tree(client.get("/my/")), "first-visit-title")
        client.post("/account/first-visit/", {"role": role})
    assert (told, texts(tree(client.get("/my/")), "first-visit-title")) == (["导师，您好", "班主任，您好"], [])


def test_it_is_on_no_other_page(new: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(new.office)
    assert [texts(tree(client.get(url)), "first-visit") for url in ("/plan/", "/inbox/", "/papers/")] == [[], [], []]


def test_nobody_closes_what_is_said_to_another_role_or_is_led_elsewhere(new: SchoolCast, client_of: ClientOf) -> None:
    with pytest.raises(DomainError) as refused:
        close_first_visit(actor=new.actor(new.mentor), role=Role.MORAL_OFFICE)
    assert refused.value.code == "not_allowed"
    client = client_of(new.mentor)
    answer = client.post("/account/first-visit/", {"role": "mentor", "next": "https://evil.invalid/"})
    assert answer["Location"] == "/"
    assert client.post("/account/first-visit/", {"role": "king"}).status_code == 404
    assert User.objects.get(pk=new.mentor.pk).first_visits == ["mentor"]


def test_every_role_has_its_words_once() -> None:
    assert sorted(visit.role for visit in FIRST_VISITS) == sorted(Role)
    assert {len(visit.sentences) for visit in FIRST_VISITS} == {3}


def test_a_heading_says_to_whom(new: SchoolCast, client_of: ClientOf) -> None:
    page = tree(client_of(new.counsellor).get("/counsel/"))
    assert "本系统不是危机干预系统" in text(by_class(page, "first-visit")[0])
