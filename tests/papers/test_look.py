"""What a page needs to show a paper in the school's own look: style sheets, drawings, logo."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.colours import recolouring
from records.papers.services.settings import PaperChange, save_paper_settings
from schools.contexts import PaperWords
from schools.queries import paper_style
from tests.cast import SchoolCast
from tests.core.test_pictures import picture

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]
RED = "#8c2f39"


def set_red(cast: SchoolCast, logo: bytes | None = None) -> None:
    change = PaperChange(words=PaperWords(), colour=RED, logo=logo, seen_version=0)
    save_paper_settings(actor=cast.actor(cast.office), school=cast.school, change=change)


def address(name: str, colour: str = RED) -> str:
    return reverse("papers:look", args=[f"0123456789ab-{colour[1:]}", name])


def test_the_letter_desk_shows_the_sheet_in_the_school_s_shades(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.mentor)
    preview = reverse("desk:letter_preview", args=[qingzhu.pupils[0].pk])
    before = client.post(preview).context
    assert before["css"] == ["/static/documents/letter.css", "/static/documents/letter_lower.css"]
    set_red(qingzhu)
    after = client.post(preview).context
    found = [client.get(where) for where in (*after["css"], after["drawing"])]
    assert [(answer.status_code, answer["Content-Type"]) for answer in found] == [
        (200, "text/css"),
        (200, "text/css"),
        (200, "image/svg+xml"),
    ]
    words = "".join(answer.content.decode() for answer in found)
    said = {(green in words, red in words) for green, red in recolouring(RED).items()}
    assert said <= {(False, True), (False, False)}
    assert (False, True) in said


def test_the_sheet_shows_the_logo_once_there_is_one(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.mentor)
    preview = reverse("desk:letter_preview", args=[qingzhu.pupils[0].pk])
    assert "<img" not in client.post(preview, {"body": "你把伞让给了同学。"}).content.decode()
    set_red(qingzhu, logo=picture("PNG", (40, 40)))
    logo = paper_style(qingzhu.school).head.logo
    where = client.post(preview, {"body": "你把伞让给了同学。"}).content.decode().split('<img class="logo" src="')[1]
    answer = client.get(where.split('"')[0])
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/png", logo)


def test_another_school_does_not_see_the_logo(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    set_red(qingzhu, logo=picture("PNG", (40, 40)))
    where = reverse("papers:logo", args=["0123456789ab"])
    assert [client_of(user).get(where).status_code for user in (qingzhu.mentor, other.mentor)] == [200, 404]


@pytest.mark.parametrize(
    "where",
    [
        address("nothing.css"),
        address("letter.css", "#zzzzzz"),
        address("..") + "/css/app.css",
        "/papers/look/0123456789ab-8c2f39/..%2Fcss%2Fapp.css",
        "/papers/look/short/letter.css",
    ],
)
def test_nothing_but_the_papers_own_files_is_given(qingzhu: SchoolCast, client_of: SignIn, where: str) -> None:
    client = client_of(qingzhu.mentor)
    assert (client.get(address("letter.css")).status_code, client.get(where).status_code) == (200, 404)
