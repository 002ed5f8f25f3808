"""What a school says of itself: its name, and whom one calls in need."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from accounts.queries import actor_for
from core.errors import DomainError
from records.setup.services.school import change_school
from schools.models import School
from tests.cast import TODAY, SchoolCast
from tests.pages import text, tree

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
URL = "/school/"
CARD = "心理老师办公室 0553-1234567\n德育室 0553-7654321（工作日）"


def test_the_card_shows_the_schools_own_numbers_in_its_order_and_they_can_be_tapped(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    """Every school showed one text from the code."""
    answer = client_of(qingzhu.office).post(URL, {"name": "青竹小学", "emergency_card": f" {CARD}\n\n"}, follow=True)

    assert School.objects.get(pk=qingzhu.school.pk).emergency_card == CARD
    page = answer.content.decode()
    assert [part.split('"')[0] for part in page.split('href="tel:')[1:]] == ["05531234567", "05537654321"]
    assert "学校信息已保存。" in text(tree(answer))
    care = client_of(qingzhu.mentor).get(f"/counsel/pupils/{qingzhu.pupils[0].pk}/refer/")
    assert [part.split('"')[0] for part in care.content.decode().split('href="tel:')[1:]] == [
        "05531234567",
        "05537654321",
    ]


def test_the_name_stands_at_once_on_the_pages_of_everybody(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client_of(qingzhu.admin).post(URL, {"name": "青竹实验小学", "emergency_card": CARD})

    assert "青竹实验小学" in text(tree(client_of(qingzhu.mentor).get("/plan/")))


def test_what_is_changed_is_logged_once_and_the_same_again_is_nothing(qingzhu: SchoolCast) -> None:
    actor = actor_for(qingzhu.office, scope_key=None, on=TODAY)
    for _ in range(2):
        change_school(actor=actor, school=qingzhu.school, name="青竹小学", emergency_card=CARD)

    entry = AuditEntry.objects.get(verb="change_school")
    assert (entry.target_id, entry.detail) == (qingzhu.school.pk, {"changed": ["emergency_card"]})


@pytest.mark.parametrize(
    "typed, field",
    [({"name": " ", "emergency_card": CARD}, "name"), ({"name": "青竹小学", "emergency_card": "\n"}, "emergency_card")],
)
def test_neither_is_ever_empty(typed: dict[str, str], field: str, qingzhu: SchoolCast, client_of: ClientOf) -> None:
    before = School.objects.values("name", "emergency_card").get(pk=qingzhu.school.pk)
    answer = client_of(qingzhu.office).post(URL, typed)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert School.objects.values("name", "emergency_card").get(pk=qingzhu.school.pk) == before


def test_a_mentor_and_another_school_change_nothing(qingzhu: SchoolCast, other: SchoolCast) -> None:
    for user, code in ((qingzhu.mentor, "not_allowed"), (other.office, "other_school")):
        with pytest.raises(DomainError) as refused:
            change_school(
                actor=actor_for(user, scope_key=None, on=TODAY), school=qingzhu.school, name="别的", emergency_card=CARD
            )
        assert refused.value.code == code
    assert School.objects.get(pk=qingzhu.school.pk).name == qingzhu.school.name
