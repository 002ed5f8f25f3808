"""The search of the home page asks for the list alone."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import SchoolCast


@pytest.mark.django_db
def test_the_search_answers_with_the_list_alone(qingzhu: SchoolCast, client_of: Callable[[User], Client]) -> None:
    client = client_of(qingzhu.mentor)
    headers = {"HX-Request": "true", "HX-Target": "roster"}
    found = client.get("/my/", {"q": qingzhu.pupils[0].name}, headers=headers).content.decode()
    assert ("<!doctype" in found.lower(), found.count('id="roster"'), found.count("<html")) == (False, 1, 0)
    assert [pupil.name in found for pupil in qingzhu.pupils] == [True, False]


@pytest.mark.django_db
def test_a_form_that_a_script_sends_is_told_where_to_go_and_stays_when_nobody_is_signed_in(
    qingzhu: SchoolCast, client_of: Callable[[User], Client]
) -> None:
    sent = client_of(qingzhu.mentor).post("/inbox/read-all/", headers={"X-Stay": "1"})
    assert (sent.status_code, sent.headers["X-Location"], "Location" in sent.headers) == (204, "/inbox/", False)
    assert Client().post("/inbox/read-all/", headers={"X-Stay": "1"}).status_code == 401
