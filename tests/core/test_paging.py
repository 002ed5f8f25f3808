"""A list that fits on one page is asked once; the pages of a longer one are those of Django's paginator."""

from typing import Any

import pytest
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import QuerySet
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core.paging import list_page
from students.models import Pupil
from tests.cast import PupilFactory, SchoolCast

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

SIZE = 3


def pupils_of(school_id: int) -> QuerySet[Pupil]:
    return Pupil.objects.filter(school_id=school_id).order_by("pk")


def looked_at(page: Page[Any]) -> tuple[Any, ...]:
    return page.number, list(page), page.paginator.count, page.paginator.num_pages, page.has_other_pages()


def asked(cast: SchoolCast, number: str) -> tuple[tuple[Any, ...], int]:
    """What the page says, and the number of its queries."""
    request = RequestFactory().get("/", {"page": number} if number else {})
    with CaptureQueriesContext(connection) as queries:
        found = looked_at(list_page(request, SIZE, pupils_of, cast.school.pk))
    return found, len(queries)


@pytest.mark.parametrize("number", ["", "1", "2", "3", "99", "0", "-1", "zwei"])
def test_the_pages_are_those_of_a_plain_paginator(qingzhu: SchoolCast, number: str) -> None:
    PupilFactory.create_batch(SIZE, school=qingzhu.school)
    plain = Paginator(pupils_of(qingzhu.school.pk), SIZE).get_page(number or None)
    assert asked(qingzhu, number)[0] == looked_at(plain)


def test_what_fits_on_one_page_is_asked_once(qingzhu: SchoolCast) -> None:
    Pupil.objects.filter(school=qingzhu.school).exclude(pk__in=[p.pk for p in qingzhu.pupils]).delete()
    assert asked(qingzhu, "") == ((1, list(qingzhu.pupils), 2, 1, False), 1)
    assert asked(qingzhu, "7") == ((1, list(qingzhu.pupils), 2, 1, False), 1)


def test_a_longer_list_is_counted_and_its_first_page_is_at_hand(qingzhu: SchoolCast) -> None:
    assert [asked(qingzhu, number)[1] for number in ("1", "2")] == [2, 3]
