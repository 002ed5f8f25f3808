"""The inbox: one's own notices only."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.middleware import NOBODY
from accounts.models import User
from notices.context_processors import unread
from notices.models import Notice
from tests.notices.conftest import People, actor_of, remind

# Session, user, roles; the count of pages, the notices, the unread ones.
INBOX_QUERIES = 5


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_opening_marks_as_read_and_goes_where_it_points(people: People) -> None:
    notice = remind(people)
    assert notice is not None
    answer = client_of(people.mentor).get(reverse("notices:open", args=[notice.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert Notice.objects.unread().count() == 0


def test_others_notices_stay_closed(people: People) -> None:
    notice = remind(people)
    assert notice is not None
    url = reverse("notices:open", args=[notice.pk])
    answers = {user.username: client_of(user).get(url).status_code for user in (people.colleague, people.stranger)}
    assert answers == {"colleague": 403, "stranger": 404}
    assert Client().get(url).status_code == 302
    assert Notice.objects.unread().count() == 1


def test_the_inbox_shows_ones_own_notices_newest_first(people: People) -> None:
    first, second = remind(people), remind(people, key="second")
    remind(people, people.colleague)
    page = client_of(people.mentor).get(reverse("notices:inbox")).context["page"]
    assert list(page.object_list) == [second, first]


def test_marking_all_read_needs_a_post(people: People) -> None:
    remind(people)
    client = client_of(people.mentor)
    assert client.get(reverse("notices:read_all")).status_code == 405
    assert Notice.objects.unread().count() == 1
    assert client.post(reverse("notices:read_all")).status_code == 302
    assert Notice.objects.unread().count() == 0


def test_the_inbox_takes_the_same_queries_for_1_and_3(
    people: People, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(people.mentor)
    remind(people)
    with django_assert_num_queries(INBOX_QUERIES):
        client.get(reverse("notices:inbox"))
    remind(people, key="second")
    remind(people, key="third")
    with django_assert_num_queries(INBOX_QUERIES):
        client.get(reverse("notices:inbox"))


def test_the_unread_count_costs_nothing_until_it_is_shown_and_one_query_then(
    people: People, rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    remind(people)
    request = rf.get("/")
    request.actor = actor_of(people.mentor)  # type: ignore[attr-defined]  # set by the middleware otherwise
    with django_assert_num_queries(0):
        count = unread(request)["unread_notices"]
    with django_assert_num_queries(1):
        assert (count(), count()) == (1, 1)


@pytest.mark.django_db
def test_public_pages_count_nothing(rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        assert unread(request)["unread_notices"]() == 0
        request.actor = NOBODY  # type: ignore[attr-defined]  # set by the middleware otherwise
        assert unread(request)["unread_notices"]() == 0
