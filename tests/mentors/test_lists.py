"""The lists of the school's people that go out; who takes part in training first stands in none of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.workbooks import cell_text, read_workbook
from mentors.staff.services.readiness import open_case
from mentors.staff.services.training import TrainingData, create_session
from tests.cast import TODAY, SchoolCast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


def taken(client: Client, name: str, **typed: object) -> list[list[str]]:
    """The rows of the first sheet of a list's workbook."""
    response: Any = client.post(reverse(name), {"as": "xlsx", "reason": "check", **typed})
    assert response.status_code == 200
    sheets = read_workbook(b"".join(response.streaming_content), file_name="x.xlsx").sheets
    return [[cell_text(cell) for cell in row.cells] for row in sheets[0].rows]


def test_who_mentors_goes_out_by_number_and_tells_nothing_of_readiness(qingzhu: SchoolCast, client_of: SignIn) -> None:
    waiting = qingzhu.slot_colleague.members.get().teacher
    plain = taken(client_of(qingzhu.office), "readiness:export")
    open_case(actor=qingzhu.actor(qingzhu.office), teacher=waiting, starts_on=TODAY)
    assert taken(client_of(qingzhu.office), "readiness:export") == plain
    assert ["林小满", "一（1）班", "2"] in [[row[0], row[3], row[4]] for row in plain[1:]]
    refused = client_of(qingzhu.office).post(reverse("readiness:export"), {"as": "xlsx", "show": "training"})
    assert refused.status_code == 409


def test_people_go_out_by_the_filters_or_as_ticked_with_their_state(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    admin = client_of(qingzhu.admin)
    mentor, foreign = (cast.slot.members.get().teacher for cast in (qingzhu, other))
    rows = taken(admin, "manage:export_people", pick=[mentor.pk, foreign.pk])
    assert rows[0] == ["姓名", "工号", "任教", "职务", "角色", "学生", "账号"]
    assert [[row[0], row[4], row[5]] for row in rows[1:]] == [["林小满", "导师", "2"]]
    assert {row[0] for row in taken(admin, "manage:export_people", role="homeroom")[1:]} == {"何知秋"}
    assert admin.post(reverse("manage:export_people"), {"reason": "check", "state": "x"}).status_code == 409


def test_hours_go_out_by_number_with_the_trainings(qingzhu: SchoolCast, client_of: SignIn) -> None:
    session = create_session(actor=qingzhu.actor(qingzhu.office), data=TrainingData(date=TODAY, topic="怎样谈心"))
    session.hours = 2
    session.save()
    session.teachers.add(qingzhu.slot.members.get().teacher)
    rows = taken(client_of(qingzhu.office), "training:export")
    assert [row[2:5] for row in rows if row[0] == "林小满"] == [["1", "2", "2026-11-18 怎样谈心"]]
    assert [row[1] for row in rows[1:]] == sorted(row[1] for row in rows[1:])


def test_cards_go_out_as_numbers(qingzhu: SchoolCast, client_of: SignIn) -> None:
    rows = taken(client_of(qingzhu.office), "office:export_cards")
    assert rows == [["主题", "张数"], ["思想", "0"], ["学习", "0"], ["心理", "0"], ["生活", "0"], ["情绪", "0"]]
