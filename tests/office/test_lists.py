"""The office's lists: filtered, ordered, paged, ticked, and taken out with the same rows that the page shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.workbooks import cell_text, read_workbook
from mentors.enums import AssignmentOrigin
from mentors.models.slots import CapException, Mentor
from mentors.services.assignments import assign_pupil
from records.office.queries.mentors import loads, mentor_lines
from tests.cast import EnrolmentFactory, SchoolCast
from tests.pages import texts, tree
from tests.records.builders import letter, released_letter

SignIn = Callable[[User], Client]


def taken(client: Client, name: str, **typed: object) -> list[list[str]]:
    """The rows of a list's workbook."""
    response: Any = client.post(reverse(f"office:export_{name}"), {"as": "xlsx", "reason": "check", **typed})
    assert response.status_code == 200
    (sheet,) = read_workbook(b"".join(response.streaming_content), file_name="x.xlsx").sheets
    return [[cell_text(cell) for cell in row.cells] for row in sheet.rows][1:]


def shown(client: Client, name: str, **asked: str) -> list[str]:
    """Whose rows the page shows, in its order."""
    page = client.get(reverse(f"office:{name}"), asked)
    return [row.pupil.name if hasattr(row, "pupil") else name_of(row) for row in page.context["rows"]]


def name_of(row: Any) -> str:
    return str(row.mentor.names) if hasattr(row, "load") else str(row.enrolment.pupil.name)


# --- Pupils -----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_pupils_are_ordered_by_class_or_by_name_and_turned_round(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    by_class = ["安可儿", "白一诺", "曹子墨", "丁小雨", "范思齐"]
    for pupil, pinyin in zip(reversed(by_class), "abcde", strict=True):
        type(qingzhu.pupils[0]).objects.filter(name=pupil).update(pinyin=pinyin)
    assert shown(client, "pupils") == shown(client, "pupils", sort="nonsense") == by_class
    assert shown(client, "pupils", sort="name") == by_class[::-1]
    assert shown(client, "pupils", sort="-name") == by_class
    assert [row[2] for row in taken(client, "pupils", sort="name")] == by_class[::-1]


@pytest.mark.django_db
def test_a_heading_orders_by_one_press_and_turns_round_by_the_next(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)

    def heading(**asked: str) -> tuple[str, str]:
        page = tree(client.get(reverse("office:pupils"), asked))
        link = next(one for one in page.iter("a") if (one.get("href") or "").endswith("name"))
        return str(link.get("class")), str(link.get("href"))

    assert heading(show="none") == ("sort", "?show=none&sort=name")
    assert heading(sort="name", page="2") == ("sort sort-ascending", "?sort=-name")
    assert heading(sort="-name") == ("sort sort-descending", "?sort=name")


# --- Letters ----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_way_of_the_letters_goes_out_without_their_texts(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = qingzhu.pupils
    letter(qingzhu, qingzhu.mentor, first, body="你好，这是正文")
    released_letter(qingzhu, qingzhu.mentor, second)
    client = client_of(qingzhu.office)
    rows = taken(client, "letters", state="")
    assert [[row[2], row[4]] for row in rows] == [
        ["安可儿", "待校对"], ["白一诺", "已发布"], ["曹子墨", "未交"], ["丁小雨", "未交"], ["范思齐", "未交"],
    ]  # fmt: skip
    assert rows[1][5:8] == ["2026-11-18", "", "2026-11-18"]
    assert "正文" not in str(rows)
    # Without a state it is what the page begins with.
    assert [row[2] for row in taken(client, "letters")] == shown(client, "letters") == ["安可儿"]
    where = AuditEntry.objects.filter(verb="take_out_list").first()
    assert where is not None
    assert where.detail["where"] == {"term": "2026-1", "state": "handed_in", "place": "", "mentor": None}


@pytest.mark.django_db
def test_a_state_that_is_none_takes_no_letters_out(qingzhu: SchoolCast, client_of: SignIn) -> None:
    asked = {"as": "xlsx", "reason": "check", "state": "nonsense"}
    assert client_of(qingzhu.office).post(reverse("office:export_letters"), asked).status_code == 409


# --- Mentors ----------------------------------------------------------------------------------------------------------
def heavy(cast: SchoolCast) -> None:
    """`mentor` has sixteen pupils by an exception; `colleague` none."""
    Mentor.objects.filter(pk=cast.slot.pk).update(capacity=20)
    CapException.objects.create(
        school=cast.school, mentor=cast.slot, limit=20, reason="同事休假", granted_by=cast.office
    )
    for enrolment in EnrolmentFactory.create_batch(14, school_class=cast.class_one):
        assign_pupil(actor=cast.system, pupil=enrolment.pupil, mentor=cast.slot, origin=AssignmentOrigin.OFFICE)


@pytest.mark.django_db
def test_mentors_are_found_by_what_they_carry(qingzhu: SchoolCast, client_of: SignIn) -> None:
    heavy(qingzhu)
    client = client_of(qingzhu.leader)
    everybody = shown(client, "mentors")
    assert sorted(everybody) == sorted(["何知秋", "林小满", "苏禾", "陶然/石磊"])
    assert shown(client, "mentors", show="over") == ["林小满"]
    assert shown(client, "mentors", show="exception") == ["林小满"]
    assert shown(client, "mentors", show="none") == ["何知秋"]
    assert shown(client, "mentors", show="full") == []
    assert shown(client, "mentors", show="free") == everybody
    assert shown(client, "mentors", sort="-name") == everybody[::-1]
    assert shown(client, "mentors", sort="-load")[0] == "林小满"
    chips = texts(tree(client.get(reverse("office:mentors"))), "chip-count")
    assert chips == ["4", "1", "1", "0", "4", "1"]


@pytest.mark.django_db
def test_the_mentors_go_out_with_numbers_and_the_reason_and_ask_for_none(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    heavy(qingzhu)
    client = client_of(qingzhu.office)
    assert taken(client, "mentors", show="over", reason="") == [["林小满", "一（1）班", "16", "20", "4", "同事休假"]]
    assert taken(client, "mentors", pick=[qingzhu.slot.pk, other.slot.pk])[0][0] == "林小满"
    assert len(taken(client, "mentors", pick=[qingzhu.slot.pk, other.slot.pk])) == 1


@pytest.mark.django_db
def test_the_list_of_mentors_asks_the_same_questions_for_one_and_for_all(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = qingzhu.actor(qingzhu.office)
    calendar = actor.calendar.now
    assert calendar.rules.plan.cap == 15
    with django_assert_num_queries(2):
        found = loads(actor, calendar)
    for some in (found[:1], found):
        with django_assert_num_queries(7):
            lines = mentor_lines(actor, some)
            assert [(one.mentor.names, bool(one.classes)) for one in lines]
