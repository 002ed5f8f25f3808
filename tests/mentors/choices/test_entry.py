"""Paper forms: printed for a class, typed in row by row or as one form, by those who may and into open rounds alone."""

import io
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from core.errors import DomainError
from mentors.models.slots import Teacher
from mentors.rounds.forms.entry import find_mentor, row_choices
from mentors.rounds.models import ChoiceSheet, MatchingRound
from mentors.rounds.queries.choices import Face, OpenMentor
from students.models import Pupil
from tests.cast import SchoolCast
from tests.mentors.builders import enrol
from tests.mentors.choices.builders import asking_round, by_slip, candidate, chosen, publish, slip_of

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]


def url(found: MatchingRound, cast: SchoolCast, name: str = "grid", **more: int) -> str:
    return reverse(f"entry:{name}", kwargs={"pk": found.pk, "school_class": cast.class_one.pk} | more)


def type_row(
    client: Client, cast: SchoolCast, found: MatchingRound, pupil: Pupil, *cells: str, version: int = 0
) -> tuple[int, dict[str, Any]]:
    """Saves one row as the page's script does."""
    typed = {f"c{rank}": cell for rank, cell in enumerate(cells, start=1)} | {"version": str(version)}
    answer = client.post(url(found, cast, "row", pupil=pupil.pk), typed)
    return answer.status_code, answer.json()


def open_mentor(number: int, name: str, initials: str) -> OpenMentor:
    return OpenMentor(number * 100, number, (Face(name, "", None),), f" {initials} ")


TEAM = [
    open_mentor(1, "林小满", "lxm"),
    open_mentor(2, "林小曼", "lxm"),
    open_mentor(3, "单于飞", "cyf dyf"),
    open_mentor(12, "苏禾", "sh"),
]


@pytest.mark.parametrize(
    "typed,number",
    [("1", 1), ("01", 1), ("１２", 12), ("sh", 12), ("SH", 12), ("s", 12), ("dyf", 3), ("禾", 12), ("林小曼", 2)],
)
def test_a_mentor_is_meant_by_number_initials_or_a_part_of_the_name(typed: str, number: int) -> None:
    assert find_mentor(typed, TEAM).number == number


@pytest.mark.parametrize(
    "typed,sentence",
    [
        ("4", "没有 4 号。"),
        ("0", "没有 0 号。"),
        ("王", "没有找到“王”。"),
        ("lxm", "“lxm”可能是1 号林小满、2 号林小曼，请输入编号。"),
    ],
)
def test_what_means_nobody_or_several_is_said(typed: str, sentence: str) -> None:
    with pytest.raises(DomainError) as caught:
        find_mentor(typed, TEAM)
    assert caught.value.message == sentence


def test_a_row_closes_at_its_end_but_has_no_gap() -> None:
    assert [c.mentor_id for c in row_choices(["3", "1", ""], TEAM)] == [300, 100]
    assert row_choices(["", " "], TEAM) == []
    with pytest.raises(DomainError) as caught:
        row_choices(["", "1"], TEAM)
    assert caught.value.code == "gap"


def test_a_row_is_saved_on_its_own(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu)
    pupil = qingzhu.pupil_unassigned
    status, answer = type_row(client_of(qingzhu.homeroom), qingzhu, found, pupil, "3", "2")
    assert (status, answer) == (
        200,
        {"cells": ["3", "2"], "names": ["苏禾", "林小满"], "version": 1, "source": "paper"},
    )
    assert chosen(ChoiceSheet.objects.get()) == [qingzhu.slot_colleague.pk, qingzhu.slot.pk]


@pytest.mark.parametrize(
    "cells,code",
    [(("9",), "unknown_mentor"), (("1", "1"), "twice"), (("", "1"), "gap")],
)
def test_a_wrong_row_is_explained_and_not_saved(
    qingzhu: SchoolCast, client_of: ClientOf, cells: tuple[str, ...], code: str
) -> None:
    found = asking_round(qingzhu)
    status, answer = type_row(client_of(qingzhu.homeroom), qingzhu, found, qingzhu.pupil_unassigned, *cells)
    assert (status, answer["code"], answer["version"], ChoiceSheet.objects.count()) == (422, code, 0, 0)


def test_a_row_that_changed_meanwhile_comes_back_as_it_is_now(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu)
    pupil = qingzhu.pupil_unassigned
    by_slip(slip_of(qingzhu, pupil), found, qingzhu.slot)
    client = client_of(qingzhu.homeroom)
    status, answer = type_row(client, qingzhu, found, pupil, "3")
    assert (status, answer["code"], answer["cells"], answer["source"]) == (422, "changed_meanwhile", ["2", ""], "slip")
    assert type_row(client, qingzhu, found, pupil, "3", version=1)[0] == 200


def test_an_emptied_row_is_taken_back(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu)
    client, pupil = client_of(qingzhu.homeroom), qingzhu.pupil_unassigned
    type_row(client, qingzhu, found, pupil, "3")
    status, answer = type_row(client, qingzhu, found, pupil, "", "", version=1)
    assert (status, answer["version"], ChoiceSheet.objects.count()) == (200, 0, 0)


def test_a_pupil_who_is_not_asked_has_no_row(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu)
    client = client_of(qingzhu.homeroom)
    answers = [client.post(url(found, qingzhu, "row", pupil=p.pk), {"c1": "1"}) for p in qingzhu.pupils]
    assert [a.status_code for a in answers] == [404, 404]


def test_a_published_round_is_only_looked_at(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu, rematch=True)
    client = client_of(qingzhu.office)
    publish(found)
    page = client.get(url(found, qingzhu)).content.decode()
    assert (page.count("保存全部"), page.count("data-cell"), page.count("disabled")) == (
        0,
        page.count("data-cell"),
        page.count("data-cell"),
    )


def test_without_script_good_rows_are_kept_and_wrong_ones_explained(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu)
    first, second = qingzhu.pupil_unassigned, enrol(qingzhu.class_one, 2)[0]
    typed = {f"v{first.pk}": "0", f"p{first.pk}_1": "3", f"v{second.pk}": "0", f"p{second.pk}_1": "77"}
    answer = client_of(qingzhu.homeroom).post(url(found, qingzhu), typed)
    page = answer.content.decode()
    assert (answer.status_code, page.count("没有 77 号。"), page.count('value="77"')) == (422, 1, 1)
    assert [s.pupil for s in ChoiceSheet.objects.all()] == [first]
    typed |= {f"v{first.pk}": "1", f"p{second.pk}_1": "2"}
    assert client_of(qingzhu.homeroom).post(url(found, qingzhu), typed).status_code == 302
    assert list(ChoiceSheet.objects.order_by("pk").values_list("pupil_id", "version")) == [
        (first.pk, 1),
        (second.pk, 1),
    ]


def test_the_page_shows_who_handed_in_by_slip_and_counts(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu)
    enrol(qingzhu.class_one, 2)
    by_slip(slip_of(qingzhu, qingzhu.pupil_unassigned), found, qingzhu.slot)
    answer = client_of(qingzhu.homeroom).get(url(found, qingzhu))
    page = answer.content.decode()
    assert (len(answer.context["rows"]), answer.context["done"], page.count("已由凭条提交")) == (3, 1, 1)


def test_who_may_open_the_grid(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu)
    foreign = asking_round(other)
    row = {"pupil": qingzhu.pupil_unassigned.pk}
    parts = ("office", "homeroom", "mentor", "leader", "admin")
    statuses = {
        part: (
            (client := client_of(qingzhu.people[part])).get(url(found, qingzhu)).status_code,
            client.get(url(found, qingzhu, "ballots")).status_code,
            client.post(url(found, qingzhu, "row", **row), {"c1": "1", "version": "0"}).status_code,
        )
        for part in parts
    }
    assert statuses == {
        "office": (200, 200, 200),
        "homeroom": (200, 200, 422),  # the office was first
        "mentor": (403, 403, 403),
        "leader": (403, 403, 403),
        "admin": (403, 403, 403),
    }
    office = client_of(qingzhu.office)
    mixed = reverse("entry:grid", args=[foreign.pk, qingzhu.class_one.pk])
    wrong_grade = reverse("entry:grid", args=[found.pk, qingzhu.class_five.pk])
    assert [office.get(address).status_code for address in (url(foreign, other), mixed, wrong_grade)] == [404, 404, 404]
    assert client_of(other.office).get(url(found, qingzhu)).status_code == 404
    # A homeroom teacher of another class of the same school is told that it is not theirs.
    elsewhere = asking_round(qingzhu, school_class=qingzhu.class_five)
    wrong = reverse("entry:grid", args=[elsewhere.pk, qingzhu.class_five.pk])
    assert client_of(qingzhu.homeroom).get(wrong).status_code == 403


def test_a_row_of_nobody_in_the_class_is_not_found(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    """A row that is saved reads its own pupil alone; a number that no column holds is nobody's."""
    found, client = asking_round(qingzhu), client_of(qingzhu.homeroom)
    keys = (qingzhu.pupil_of_colleague.pk, qingzhu.pupils[0].pk, other.pupil_unassigned.pk, 10**20)
    rows = [client.post(url(found, qingzhu, "row", pupil=key), {"c1": "1", "version": "0"}) for key in keys]
    assert [answer.status_code for answer in rows] == [404, 404, 404, 404]


def test_a_long_class_costs_the_queries_of_a_short_one(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = asking_round(qingzhu)
    client = client_of(qingzhu.homeroom)
    by_slip(slip_of(qingzhu, qingzhu.pupil_unassigned), found, qingzhu.slot)
    with django_assert_num_queries(11):
        client.get(url(found, qingzhu))
    for pupil in enrol(qingzhu.class_one, 2):
        by_slip(slip_of(qingzhu, pupil), found, qingzhu.slot, qingzhu.slot_colleague)
    with django_assert_num_queries(11):
        client.get(url(found, qingzhu))


def test_the_paper_form_names_the_pupil_and_numbers_the_mentors(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    found = asking_round(qingzhu, max_choices=3)
    candidate(found, qingzhu.slot_shared, 11)
    Teacher.objects.filter(user=qingzhu.mentor).update(subject="音乐")
    enrol(qingzhu.class_one, 2)
    answer = client_of(qingzhu.homeroom).get(url(found, qingzhu, "ballots"))
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = pages[0].extract_text().replace("\n", "").replace(" ", "")
    words = ("丁小雨", "第一志愿", "第三志愿", "11陶然/石磊", "2林小满音乐", "2026年11月20日", "一（1）班")
    # Two pupils a page, three pupils: the first page has two forms.
    assert (len(pages), [text.count(word) for word in words]) == (2, [1, 2, 2, 2, 2, 2, 2])
    # What would not print is said first.
    Teacher.objects.filter(user=qingzhu.mentor).update(name="林小\U0001fae0")
    said = client_of(qingzhu.homeroom).get(url(found, qingzhu, "ballots"))
    assert (said.status_code, "林小\U0001fae0" in said.content.decode()) == (409, True)


def test_a_class_without_candidates_or_pupils_gets_a_sentence_instead_of_paper(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    found = asking_round(qingzhu)
    client = client_of(qingzhu.homeroom)
    found.candidates.all().delete()
    answers = [client.get(url(found, qingzhu, "ballots"))]
    qingzhu.pupil_unassigned.enrolments.all().delete()
    answers.append(client.get(url(found, qingzhu, "ballots")))
    words = ("还没有面向这个班的候选导师", "这个班没有要征询的同学")
    assert [(a.status_code, a.content.decode().count(w)) for a, w in zip(answers, words, strict=True)] == [
        (409, 1),
        (409, 1),
    ]
