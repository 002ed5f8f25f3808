"""领导小组's page: one screen, its figures from the raw rows, the next fortnight, and the paper for the meeting."""

import datetime
import io
import uuid
from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from mentors.models.slots import Assignment, Mentor
from mentors.staff.models import TrainingSession
from records.care.services.referrals import refer
from records.enums import LetterState
from records.figures.queries.leader import LeaderPage, find_leader_page
from records.models.records import GrowthLetter
from schools.enums import KeyDateKind
from schools.models import KeyDate
from tests.cast import TODAY, SchoolCast
from tests.figures.generated import generate

SignIn = Callable[[User], Client]
DAY = datetime.timedelta(days=1)


def leader_page(cast: SchoolCast) -> LeaderPage:
    actor = cast.actor(cast.leader)
    return find_leader_page(actor, actor.calendar.now)


def coming(cast: SchoolCast) -> list[tuple[datetime.date, str]]:
    return [(one.day, one.what) for one in leader_page(cast).coming]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [4, 5])
def test_who_carries_more_than_the_cap_is_named_by_name_with_the_reason(qingzhu: SchoolCast, seed: int) -> None:
    made = generate(qingzhu, seed)
    load = Counter(a.mentor_id for a in Assignment.objects.filter(year=qingzhu.year, ends_on=None) if a.counts_in_load)
    over = {
        slot.names: load[slot.pk]
        for slot in Mentor.objects.filter(year=made.cast.year)
        if load[slot.pk] > 15 * slot.members.count()
    }
    found = leader_page(qingzhu)
    assert {one.names: one.load for one in found.heavy} == over
    assert [(one.names, one.places, one.reason) for one in found.heavy] == (
        [("邱实", 15, "新教师还没有到岗")] if "邱实" in over else []
    )


@pytest.mark.django_db
def test_some_generated_school_has_somebody_who_carries_too_much(qingzhu: SchoolCast) -> None:
    generate(qingzhu, 4)
    assert [one.names for one in leader_page(qingzhu).heavy] == ["邱实"]


@pytest.mark.django_db
def test_referrals_that_wait_are_a_number(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    mentor = qingzhu.actor(qingzhu.mentor)
    refer(actor=mentor, pupil=qingzhu.pupils[0], text="请帮助", submission=uuid.uuid4())
    refer(actor=other.actor(other.mentor), pupil=other.pupils[0], text="", submission=uuid.uuid4())
    page = client_of(qingzhu.leader).get(reverse("leader:page"))
    assert page.context["page"].referrals == 1
    assert "安可儿" not in page.content.decode()


@pytest.mark.django_db
def test_what_comes_within_a_fortnight_is_told_in_order_and_nothing_later(qingzhu: SchoolCast) -> None:
    term = qingzhu.year.terms.get(number=1)
    before = coming(qingzhu)
    for days, topic in ((14, "怎样谈心"), (15, "以后的")):
        TrainingSession.objects.create(school=qingzhu.school, term=term, date=TODAY + days * DAY, topic=topic)
    KeyDate.objects.create(
        school=qingzhu.school, year=qingzhu.year, kind=KeyDateKind.HOLIDAY, name="运动会",
        starts_on=TODAY + 2 * DAY, ends_on=TODAY + 2 * DAY,
    )  # fmt: skip
    for pupil in qingzhu.pupils:
        GrowthLetter.objects.create(
            school=qingzhu.school, pupil=pupil, term=term, mentor=qingzhu.slot, body="你好", created_by=qingzhu.mentor,
            state=LetterState.HANDED_IN, handed_in_at=timezone.now(), release_at=timezone.now() + 3 * DAY,
        )  # fmt: skip
    added = [
        (TODAY + 2 * DAY, "运动会"),
        (TODAY + 3 * DAY, "定时发布 2 封成长寄语"),
        (TODAY + 14 * DAY, "培训：怎样谈心"),
    ]
    assert coming(qingzhu) == sorted([*before, *added])
    assert [day for day, _ in before if not TODAY <= day <= TODAY + 14 * DAY] == []


@pytest.mark.django_db
def test_windows_that_open_or_end_soon_are_told_each_once(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.leader)
    calendar = actor.calendar.now
    wanted = set()
    for term in calendar.terms:
        for rule in calendar.rules.actions:
            if rule.required and not rule.any_day:
                for window in calendar.term_windows(rule, term):
                    if TODAY < window.opens_on <= TODAY + 14 * DAY:
                        wanted.add((window.opens_on, calendar.label(rule.action), "开始"))
                    if TODAY <= window.due_on <= TODAY + 14 * DAY:
                        wanted.add((window.due_on, calendar.label(rule.action), "截止"))
    told = [
        (day, what[: what.index(word)], word)
        for day, what in coming(qingzhu)
        for word in ("开始", "截止")
        if word in what
    ]
    assert sorted(told) == sorted(wanted)
    assert told


@pytest.mark.django_db
def test_the_page_asks_the_same_questions_whatever_the_size_of_the_school(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def count(number: int) -> None:
        with django_assert_num_queries(number):
            leader_page(qingzhu)

    count(16)
    generate(qingzhu, 4)
    # Names and reasons of who carries too much.
    count(20)


@pytest.mark.django_db
def test_the_paper_is_one_sheet_that_says_what_the_page_says_and_is_logged(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    generate(qingzhu, 4)
    response = client_of(qingzhu.leader).get(reverse("leader:paper"))
    pages = PdfReader(io.BytesIO(response.content)).pages
    text = "".join(pages[0].extract_text().split())
    tally = leader_page(qingzhu).dashboard.tally
    assert len(pages) == 1
    wanted = ("青竹小学", "截至2026年11月18日", "邱实", "新教师还没有到岗", "今后两周", f"{tally.pupils}人", "一年级")
    assert [words for words in wanted if words not in text] == []
    assert AuditEntry.objects.get(verb="print_leader_page").detail == {"term": "2026-1", "named": 1}


@pytest.mark.django_db
def test_the_leaders_begin_at_their_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    assert client_of(qingzhu.leader).get("/").wsgi_request.path == reverse("leader:page")
