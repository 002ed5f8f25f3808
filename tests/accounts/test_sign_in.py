"""Signing in and out, the lock after wrong passwords, first passwords, and several scopes."""

import datetime
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry, RoleGrant, User
from accounts.services import create_user, end_role, grant_role, issue_password
from core.clock import now
from core.errors import DomainError
from tests.cast import SINCE, SchoolCast

SignIn = Callable[[User], Client]
DOOR = "/account/sign-in/"


@pytest.fixture
def password(qingzhu: SchoolCast) -> str:
    """The mentor's password."""
    qingzhu.mentor.set_password("bamboo-grove-7")
    qingzhu.mentor.save()
    return "bamboo-grove-7"


def enter(client: Client, username: str, password: str, **more: str) -> tuple[int, str]:
    response = client.post(DOOR, {"username": username, "password": password, **more})
    return response.status_code, response.headers.get("Location", "")


def test_a_mentor_arrives_at_the_own_pupils(qingzhu: SchoolCast, password: str, client: Client) -> None:
    assert enter(client, "qingzhu-mentor", password) == (302, "/")
    assert client.get("/").wsgi_request.path == "/my/"
    assert AuditEntry.objects.filter(verb="sign_in", user=qingzhu.mentor, school=qingzhu.school).count() == 1


def test_capitals_and_blanks_in_the_name_do_not_matter(qingzhu: SchoolCast, password: str, client: Client) -> None:
    assert enter(client, " Qingzhu-Mentor ", password) == (302, "/")


@pytest.mark.parametrize(
    "target,arrival",
    [("/inbox/", "/inbox/"), ("https://example.invalid/", "/"), ("//x.y/", "/"), ("23:59", "/"), ("start", "/")],
)
def test_afterwards_to_the_page_that_was_asked_for_on_this_site_only(
    qingzhu: SchoolCast, password: str, client: Client, target: str, arrival: str
) -> None:
    """A word with a colon ended in a server error: it was taken for the name of an address."""
    assert enter(client, "qingzhu-mentor", password, next=target) == (302, arrival)


def test_wrong_passwords_say_no_more_than_that(qingzhu: SchoolCast, password: str, client: Client) -> None:
    pages = [
        client.post(DOOR, {"username": name, "password": "wrong"}).content.decode()
        for name in ("qingzhu-mentor", "nobody")
    ]
    assert [page.count("账号或密码不对，请再试一次。") for page in pages] == [1, 1]


def test_a_post_after_the_session_ended_leads_home_and_not_to_an_empty_page(
    qingzhu: SchoolCast, client: Client
) -> None:
    assert client.post("/papers/books/").headers["Location"] == f"{DOOR}?next=/"
    assert client.get("/inbox/").headers["Location"] == f"{DOOR}?next=/inbox/"


def test_an_expired_session_keeps_what_htmx_posts_and_sends_what_it_gets(qingzhu: SchoolCast, client: Client) -> None:
    htmx = {"HX-Request": "true"}
    got, posted = client.get("/my/", headers=htmx), client.post("/my/", headers=htmx)
    assert (got.status_code, got.headers.get("HX-Redirect")) == (401, DOOR)
    assert (posted.status_code, posted.headers.get("HX-Redirect")) == (401, None)


def test_a_first_password_is_changed_before_anything_else(qingzhu: SchoolCast, client: Client) -> None:
    first = issue_password(actor=qingzhu.actor(qingzhu.admin), user=qingzhu.mentor)
    enter(client, "qingzhu-mentor", first)
    change = reverse("accounts:change_password")
    assert client.get("/my/").headers["Location"] == change
    form = {"old": first, "new": "a-long-bamboo-9", "again": "a-long-bamboo-9"}
    assert client.post(change, form | {"again": "another"}).status_code == 422
    assert client.post(change, form | {"new": first, "again": first}).status_code == 422
    assert client.post(change, form | {"new": "12345678", "again": "12345678"}).status_code == 422
    assert client.post(change, form).status_code == 302
    assert client.get("/my/").status_code == 200
    client.post(reverse("accounts:sign_out"))
    assert enter(client, "qingzhu-mentor", "a-long-bamboo-9") == (302, "/")


def test_a_person_with_two_schools_chooses(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    visitor = create_user(actor=other.system, username="both", name="双城", school=other.school)
    grant_role(actor=other.system, user=visitor, role=Role.LEADER, school=other.school, starts_on=SINCE)
    RoleGrant.objects.create(user=visitor, role=Role.LEADER, school=qingzhu.school, starts_on=SINCE)
    client = client_of(visitor)
    assert client.get("/office/grades/0/").status_code == 404
    assert client.get(reverse("office:class", args=[other.class_one.pk])).status_code == 404
    client.post(reverse("accounts:choose_scope"), {"scope": f"school-{other.school.pk}"})
    assert client.get(reverse("office:class", args=[other.class_one.pk])).status_code == 200
    assert client.get(reverse("office:class", args=[qingzhu.class_one.pk])).status_code == 404
    client.post(reverse("accounts:choose_scope"), {"scope": "school-999"})
    assert client.get(reverse("office:class", args=[other.class_one.pk])).status_code == 200


def test_the_last_admin_stays_and_a_closed_account_is_no_admin(qingzhu: SchoolCast) -> None:
    own = RoleGrant.objects.get(user=qingzhu.admin)
    second = create_user(actor=qingzhu.system, username="second", name="备用", school=qingzhu.school)
    grant_role(actor=qingzhu.system, user=second, role=Role.SCHOOL_ADMIN, school=qingzhu.school, starts_on=SINCE)
    second.is_active = False
    second.save()
    with pytest.raises(DomainError) as refused:
        end_role(actor=qingzhu.actor(qingzhu.admin), grant=own)
    assert refused.value.code == "last_admin"
    second.is_active = True
    second.save()
    end_role(actor=qingzhu.actor(qingzhu.admin), grant=own)
    assert qingzhu.actor(qingzhu.admin).roles == frozenset()


def test_a_session_that_is_over_or_gone_opens_nothing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.mentor)
    assert client.get("/my/").status_code == 200
    Session.objects.update(expire_date=now() - datetime.timedelta(seconds=1))
    over = client.get("/my/")
    assert (over.status_code, over.headers["Location"].split("?")[0]) == (302, DOOR)
    again = client_of(qingzhu.mentor)
    Session.objects.all().delete()
    assert again.get("/my/").status_code == 302


def test_an_account_that_is_gone_or_shut_is_nobody(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.colleague)
    assert client.get("/my/").status_code == 200
    User.objects.filter(pk=qingzhu.colleague.pk).update(is_active=False)
    assert client.get("/my/").status_code == 302
    with pytest.raises(User.DoesNotExist):
        User.objects.get(pk=10**9)
