"""The cast is what its description says."""

from collections.abc import Callable

from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from core.clock import today
from mentors.models.slots import Mentor
from tests.cast import TODAY, SchoolCast


def test_each_person_has_exactly_the_role_of_their_part(qingzhu: SchoolCast) -> None:
    roles = {part: qingzhu.actor(user).roles for part, user in qingzhu.people.items()}
    assert roles == {
        "admin": {Role.SCHOOL_ADMIN},
        "office": {Role.MORAL_OFFICE},
        "homeroom": {Role.HOMEROOM, Role.MENTOR},
        "mentor": {Role.MENTOR},
        "colleague": {Role.MENTOR},
        "sharer": {Role.MENTOR},
        "counsellor": {Role.COUNSELLOR},
        "leader": {Role.LEADER},
        "bureau_user": {Role.BUREAU},
    }


def test_loads_and_capacities_follow_the_assignments_and_the_plan(qingzhu: SchoolCast) -> None:
    rows = Mentor.objects.filter(school=qingzhu.school).order_by("pk").values_list("load", "capacity")
    assert list(rows) == [(0, 15), (2, 15), (1, 15), (1, 30)]


def test_two_schools_stand_side_by_side_and_the_clock_is_on_the_school_day(
    qingzhu: SchoolCast, other: SchoolCast
) -> None:
    assert qingzhu.school.bureau_id != other.school.bureau_id
    assert {u.school_id for u in other.people.values()} == {other.school.pk, None}
    assert today() == TODAY


def test_client_of_signs_in(qingzhu: SchoolCast, client_of: Callable[[User], Client]) -> None:
    request = HttpRequest()
    request.session = client_of(qingzhu.office).session
    assert get_user(request) == qingzhu.office
