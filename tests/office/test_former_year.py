"""After the roll-over 德育室 still reaches the former year: its letters, classes, mentors and books."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from jobs.models import Job
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment
from mentors.services.assignments import assign_pupils
from mentors.year.services.draft import CarryOn, draw_rollover
from mentors.year.services.rollover import RollOverChoices, roll_over
from records.contexts import RecordBook
from records.enums import LetterState
from records.models.records import GrowthLetter
from schools.models import Grade
from schools.official import usual_dates
from tests.cast import SchoolCast
from tests.pages import tree
from tests.records.builders import letter

SignIn = Callable[[User], Client]
NAMES = ["安可儿", "白一诺", "曹子墨", "丁小雨"]


def roll_year(cast: SchoolCast, how: CarryOn = CarryOn.PUPILS) -> None:
    """Roll the cast's year over on the school day; `how` says what its mentors keep."""
    actor = cast.actor(cast.admin)
    grades = dict.fromkeys(Grade.objects.filter(school=cast.school).values_list("pk", flat=True), how)
    basis = draw_rollover(actor=actor, year=cast.year).basis
    choices = RollOverChoices(dates=usual_dates(2027), grades=grades, homerooms=True)
    roll_over(actor=actor, year=cast.year, choices=choices, basis=basis)


@pytest.fixture
def waiting(qingzhu: SchoolCast) -> GrowthLetter:
    """A letter that was handed in and not released when the year was rolled over."""
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    roll_year(qingzhu)
    return written


def hrefs(page: object) -> list[str]:
    return [link.get("href") or "" for link in tree(page).iter("a")]


def test_the_former_years_class_page_shows_that_year(
    qingzhu: SchoolCast, waiting: GrowthLetter, client_of: SignIn
) -> None:
    """Seen: the class was empty, with the terms of the new year."""
    page = client_of(qingzhu.office).get(reverse("office:class", args=[qingzhu.class_one.pk]))
    assert page.context["calendar"].year == qingzhu.year
    assert [row.pupil.name for row in page.context["rows"]] == NAMES
    assert [row.mentor.names if row.mentor else "" for row in page.context["rows"]] == ["林小满", "林小满", "苏禾", ""]
    assert [link for link in hrefs(page) if link.startswith("?term=") and "#" not in link] == [
        "?term=2026-1",
        "?term=2026-2",
    ]


def test_a_pupil_who_was_moved_on_the_day_of_the_roll_over_has_one_mentor_in_that_year(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    """Seen: the former mentor and the new one both counted the pupil in their figures of that year."""
    pupil = qingzhu.pupils[0]
    assign_pupils(
        actor=qingzhu.actor(qingzhu.office),
        year=qingzhu.year,
        pairs=[(pupil.pk, qingzhu.slot_colleague.pk)],
        origin=AssignmentOrigin.HOMEROOM,
    )
    roll_year(qingzhu)
    qingzhu.year.refresh_from_db()
    held = Assignment.objects.lasting(qingzhu.year).filter(pupil=pupil)
    assert [one.mentor_id for one in held] == [qingzhu.slot_colleague.pk]


def test_a_former_years_letter_is_released_from_the_list(
    qingzhu: SchoolCast, waiting: GrowthLetter, client_of: SignIn
) -> None:
    """Seen: the list knew this year's terms alone, and what had not been released could not be."""
    client = client_of(qingzhu.office)
    start = client.get(reverse("office:letters"))
    choices = start.context["form"].fields["term"].choices
    assert choices == [
        ("1", "第一学期"),
        ("2", "第二学期"),
        ("2026-1", "上学年第一学期"),
        ("2026-2", "上学年第二学期"),
    ]
    page = client.get(reverse("office:letters"), {"term": "2026-1"})
    assert [(row.enrolment.pupil.name, row.mentor.names) for row in page.context["rows"]] == [("安可儿", "林小满")]
    sent = {"term": "2026-1", "scope": "selected", "letters": [waiting.pk], "seen": page.context["seen"]}
    answer = client.post(reverse("office:release"), sent)
    assert answer.headers["Location"] == f"{reverse('office:letters')}?term=2026-1&told=1"
    waiting.refresh_from_db()
    assert waiting.state == LetterState.RELEASED


def test_a_former_years_letter_is_proof_read_with_that_years_classmates(
    qingzhu: SchoolCast, waiting: GrowthLetter, client_of: SignIn
) -> None:
    client = client_of(qingzhu.office)
    GrowthLetter.objects.filter(pk=waiting.pk).update(body="亲爱的白一诺：你很有耐心，老师很喜欢你。")
    page = client.get(reverse("office:letter", args=[waiting.pk]))
    assert page.context["calendar"].year == qingzhu.year
    assert page.context["owed"].school_class == qingzhu.class_one
    assert ["白一诺" in line.finding.message for line in page.context["findings"]] == [True]
    answer = client.post(reverse("office:accept_letter", args=[waiting.pk]), {"version": waiting.version})
    assert answer.headers["Location"] == f"{reverse('office:letters')}?term=2026-1"


def test_the_dashboard_counts_the_former_year(qingzhu: SchoolCast, waiting: GrowthLetter, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    start = client.get(reverse("office:dashboard"))
    assert [link for link in hrefs(start) if link.startswith("?")] == ["?term=2026-2", "?term=1", "?term=2"]
    page = client.get(reverse("office:dashboard"), {"term": "2026-1"})
    tally = page.context["dashboard"].tally
    assert (tally.pupils, tally.mentored) == (5, 4)
    assert [link for link in hrefs(page) if link.startswith("?")] == ["?term=", "?term=2026-1", "?term=2026-2"]


def test_a_former_years_mentor_page_shows_who_was_there_to_the_end(
    qingzhu: SchoolCast, waiting: GrowthLetter, client_of: SignIn
) -> None:
    page = client_of(qingzhu.office).get(reverse("office:mentor", args=[qingzhu.slot.pk])).context["page"]
    assert ([row.pupil.name for row in page.rows], page.load) == (NAMES[:2], 2)


def test_a_former_years_books_and_letters_are_printed_again(
    qingzhu: SchoolCast, waiting: GrowthLetter, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: 404 for the book; the roll-over comes in summer, before the year's last day, and left it without pupils."""
    printed: list[RecordBook] = []
    monkeypatch.setattr("records.papers.views.orders.book_manuscript", printed.append)
    monkeypatch.setattr("records.papers.views.orders.kept_pdf", lambda *args, **kwargs: b"%PDF")
    client = client_of(qingzhu.office)
    assert client.get(reverse("papers:book", args=[qingzhu.slot.pk])).status_code == 200
    assert [pupil.name for pupil in printed[0].pupils] == NAMES[:2]
    page = client.get(reverse("papers:index"), {"term": "2026-1"})
    assert [(row.school_class, row.pupils, row.letters) for row in page.context["overview"].classes] == [
        (qingzhu.class_one, 4, 1),
        (qingzhu.class_five, 1, 0),
    ]
    client.post(reverse("papers:all_books"), {"job": page.context["books_form"]["job"].value(), "term": "2026-1"})
    assert Job.objects.get(school=qingzhu.school).title == "2026学年全校导师记录本"


@pytest.mark.parametrize("term", ["2025-1", "2028-1", "x-1", "-1", "2026-", "9" * 5000 + "-1"])
def test_a_year_that_is_not_there_shows_the_present_one(qingzhu: SchoolCast, client_of: SignIn, term: str) -> None:
    page = client_of(qingzhu.office).get(reverse("office:dashboard"), {"term": term})
    assert page.context["calendar"].year == qingzhu.year


def test_another_schools_year_is_not_shown(
    qingzhu: SchoolCast, other: SchoolCast, waiting: GrowthLetter, client_of: SignIn
) -> None:
    page = client_of(other.office).get(reverse("office:dashboard"), {"term": "2026-1"})
    assert page.context["calendar"].year == other.year


def test_a_former_years_class_costs_a_fixed_number_of_queries(
    qingzhu: SchoolCast, waiting: GrowthLetter, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(qingzhu.office)
    with django_assert_num_queries(18):
        client.get(reverse("office:class", args=[qingzhu.class_one.pk]))
