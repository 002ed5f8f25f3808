"""The pupil's page: one timeline by all mentors over the years, its filters and pages, and what is due."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from mentors.team.models import HandOverNote
from records.desk.models import VisitWish
from records.models.records import HeartTalk
from records.papers.queries.books import record_book_context
from schools.enums import NoteVisibility
from tests.cast import TODAY, SchoolCast
from tests.records.builders import letter, talk, term_of, visit

ClientOf = Callable[[User], Client]

KINDS = ("受限记录", "家访</strong>", "谈心</strong>", "寄语</strong>", "交接说明</strong>")


def page_of(cast: SchoolCast, client_of: ClientOf, part: str = "mentor", **query: str | int) -> str:
    url = reverse("desk:pupil", args=[cast.pupils[0].pk])
    return client_of(cast.people[part]).get(url, query).content.decode()


def heads(page: str) -> list[str]:
    """What the timeline shows, from above: the kind of each entry."""
    line = page.partition('id="timeline"')[2]
    found = []
    for piece in line.split('<p class="entry')[1:]:
        head = piece.partition("</p>")[0]
        found += [
            w for w in ("受限记录", "家访</strong>", "谈心</strong>", "寄语</strong>", "交接说明</strong>") if w in head
        ][:1]
    return [word.removesuffix("</strong>") for word in found]


def test_all_kinds_stand_on_one_line_the_latest_first(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil, date=TODAY - datetime.timedelta(days=40))
    talk(qingzhu, qingzhu.homeroom, pupil, date=TODAY - datetime.timedelta(days=20))
    talk(qingzhu, qingzhu.homeroom, pupil, visibility=NoteVisibility.AUTHOR, date=TODAY - datetime.timedelta(days=30))
    letter(qingzhu, qingzhu.mentor, pupil)
    HandOverNote.objects.create(
        school=qingzhu.school, pupil=pupil, year=qingzhu.year, from_mentor=qingzhu.slot_colleague, text="喜欢画画",
        written_by=qingzhu.colleague,
    )  # fmt: skip
    page = page_of(qingzhu, client_of)
    assert heads(page) == ["交接说明", "寄语", "谈心", "受限记录", "家访"]
    assert heads(page_of(qingzhu, client_of, show="talk")) == ["谈心", "受限记录"]
    assert heads(page_of(qingzhu, client_of, show="handover")) == ["交接说明"]
    # The homeroom teacher reads the own note, and no hand-over note, which is for mentors.
    assert heads(page_of(qingzhu, client_of, "homeroom")) == ["寄语", "谈心", "谈心", "家访"]


def test_terms_are_pages(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    talk(qingzhu, qingzhu.mentor, pupil, text="这学期的话")
    earlier = talk(qingzhu, qingzhu.mentor, pupil, text="另一学期的话")
    HeartTalk.objects.filter(pk=earlier.pk).update(term=term_of(qingzhu, 2))
    page = page_of(qingzhu, client_of, term=term_of(qingzhu, 1).pk)
    assert (page.count("这学期的话"), page.count("另一学期的话"), page.count("timeline-terms")) == (1, 0, 1)
    page = page_of(qingzhu, client_of, term=term_of(qingzhu, 2).pk)
    assert (page.count("这学期的话"), page.count("另一学期的话")) == (0, 1)


@pytest.mark.parametrize("query", [{"term": "x"}, {"page": "999"}, {"show": "<script>"}, {"term": "9" * 30}])
def test_a_strange_address_shows_the_page(qingzhu: SchoolCast, client_of: ClientOf, query: dict[str, str]) -> None:
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="在这里")
    page = page_of(qingzhu, client_of, **query)
    assert (page.count("在这里"), page.count("<script>")) == (1, 0)


# On the first page stands the visit beside one long talk; beside three or more it waits on the second.
@pytest.mark.parametrize("count, queries", [(1, 26), (3, 25), (60, 25)])
def test_the_page_stays_small_whatever_was_recorded(
    qingzhu: SchoolCast,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
    queries: int,
) -> None:
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.homeroom, pupil)
    stored = talk(qingzhu, qingzhu.homeroom, *qingzhu.pupils, text="长" * 4000)
    copies = [
        HeartTalk(school=qingzhu.school, term=stored.term, created_by=qingzhu.homeroom, date=stored.date,
                  text=stored.text, visibility="team")
        for _ in range(count - 1)
    ]  # fmt: skip
    HeartTalk.objects.bulk_create(copies)
    HeartTalk.pupils.through._default_manager.bulk_create(
        HeartTalk.pupils.through(hearttalk=copy, pupil=pupil) for copy in copies
    )
    client, url = client_of(qingzhu.mentor), reverse("desk:pupil", args=[pupil.pk])
    with django_assert_num_queries(queries):
        page = client.get(url).content
    assert len(page) < 100_000


def test_what_is_due_is_told_until_something_later_is_recorded(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil, other_pupil = qingzhu.pupils
    soon = TODAY + datetime.timedelta(days=2)
    talk(qingzhu, qingzhu.mentor, pupil, follow_up_on=soon)
    talk(qingzhu, qingzhu.mentor, other_pupil, follow_up_on=TODAY + datetime.timedelta(days=9))
    # A restricted note's date is its author's.
    visit(qingzhu, qingzhu.homeroom, other_pupil, visibility=NoteVisibility.AUTHOR, follow_up_on=TODAY)
    home = client_of(qingzhu.mentor).get("/my/").content.decode()
    assert (home.count("11月20日跟进谈心"), home.count("跟进")) == (1, 1)
    assert page_of(qingzhu, client_of).count("11月20日（周五）跟进谈心") == 1
    talk(qingzhu, qingzhu.mentor, pupil, date=TODAY)
    home = client_of(qingzhu.mentor).get("/my/").content.decode()
    assert (home.count("跟进谈心"), page_of(qingzhu, client_of).count("跟进谈心")) == (0, 0)


def test_the_share_of_face_to_face_talks_is_shown(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, second = qingzhu.pupils
    talk(qingzhu, qingzhu.mentor, first, second)
    talk(qingzhu, qingzhu.mentor, first, form="online")
    talk(qingzhu, qingzhu.mentor, first, form="face")
    home = client_of(qingzhu.mentor).get("/my/").content.decode()
    # A talk with two pupils is one talk.
    assert home.count("减少“键对键”：本学期谈心面对面 67%") == 1


def test_the_familys_wish_is_for_the_mentors_and_the_homeroom_teacher(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    VisitWish.objects.create(
        school=qingzhu.school, pupil=qingzhu.pupils[0], term=term_of(qingzhu), text="周末下午都可以"
    )
    seen = {p: page_of(qingzhu, client_of, p).count("周末下午都可以") for p in ("mentor", "homeroom", "office")}
    assert seen == {"mentor": 1, "homeroom": 1, "office": 0}
    assert client_of(qingzhu.homeroom).get("/my/visits/plan/").content.decode().count("周末下午都可以") == 1


def test_a_joint_visit_stands_in_the_book_of_the_pupils_mentor_with_all_who_took_part(qingzhu: SchoolCast) -> None:
    teachers = [slot.members.get().teacher for slot in (qingzhu.slot, qingzhu.slot_homeroom, qingzhu.slot_colleague)]
    visit(qingzhu, qingzhu.homeroom, qingzhu.pupils[0], teachers=teachers)
    book = record_book_context(qingzhu.slot, qingzhu.year, actor=qingzhu.actor(qingzhu.mentor))
    first = next(p for p in book.pupils if p.name == "安可儿")
    entries = [entry for column in first.entries for slot in column for entry in slot]
    names = ("林小满", "何知秋", "苏禾")
    assert [[name for name in names if name in str(entry)] for entry in entries] == [list(names)]
