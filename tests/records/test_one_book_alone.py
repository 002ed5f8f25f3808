"""The page of one record book reads that book, not the whole school's, and once.

With 240 books it took 86 ms of processor where 48 took 38, and showed the same (bench/pages.py).
"""

from collections import Counter
from collections.abc import Callable

import pytest
from django.db.models import Model
from django.db.models.signals import post_init
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.models.slots import TeamMember
from records.enums import BookStep
from records.papers.models import BookHandling
from records.papers.services.book_handling import mark_books
from schools.models import Term
from tests.cast import SINCE, SchoolCast

pytestmark = pytest.mark.django_db


def test_the_page_of_one_book_reads_no_other(qingzhu: SchoolCast, client_of: Callable[[User], Client]) -> None:
    slots = [qingzhu.slot.pk, qingzhu.slot_colleague.pk, qingzhu.slot_shared.pk]
    mark_books(
        actor=qingzhu.actor(qingzhu.office),
        term=Term.objects.get(year=qingzhu.year, number=1),
        mentors=slots,
        step=BookStep.ISSUED,
        on=SINCE,
    )
    made: Counter[type[Model]] = Counter()

    def count(sender: type[Model], **_: object) -> None:
        made[sender] += 1

    client = client_of(qingzhu.office)
    post_init.connect(count)
    try:
        page = client.get(reverse("papers:handling_book", kwargs={"pk": qingzhu.slot.pk}))
    finally:
        post_init.disconnect(count)
    book = page.context["book"]
    assert (book.mentor, book.pupils, book.handling.issued_on, book.school_class) == (
        qingzhu.slot,
        2,
        SINCE,
        qingzhu.class_one,
    )
    assert (made[BookHandling], made[TeamMember]) == (1, 1)
