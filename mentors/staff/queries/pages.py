"""One page of the lists of people and pupils: its keys as the list finds them, all that it shows by kept queries."""

import datetime
from collections.abc import Callable, Collection
from typing import Any

from django.core.paginator import Page
from django.db.models import Q, QuerySet

from accounts.actors import Actor
from core.clock import now
from core.kept import kept
from mentors.models.slots import Teacher
from mentors.queries.people import with_people_details, with_pupil_details
from mentors.staff.queries.accounts import with_account_state
from schools.models import SchoolYear
from students.models import Pupil


def people_of_page(actor: Actor, page: Page[Teacher]) -> Page[Teacher]:
    """A page of `find_teachers` `with_account_state`, with all that those have at hand."""
    return _filled(page, lambda keys: _people(keys, actor.calendar.year, actor.today, now()))


def pupils_of_page(actor: Actor, page: Page[Pupil]) -> Page[Pupil]:
    """A page of `find_pupils`, with all that those have at hand."""
    return _filled(page, lambda keys: _pupils(keys, actor.calendar.year))


def _filled(page: Page[Any], read: Callable[[list[int]], list[Any]]) -> Page[Any]:
    found: Any = page.object_list
    keys = list(found.values_list("pk", flat=True))
    rows = {row.pk: row for row in read(keys)}
    # Two pupils may be made one between the two looks.
    page.object_list = [rows[key] for key in keys if key in rows]
    return page


@kept
def _people(
    keys: Collection[int], year: SchoolYear | None, on: datetime.date, at: datetime.datetime
) -> QuerySet[Teacher]:
    rows = with_people_details(Teacher.objects.filter(pk__in=keys), year=year, on=on)
    return with_account_state(rows.annotate(has_left=Q(left_on__isnull=False)), at=at)


@kept
def _pupils(keys: Collection[int], year: SchoolYear | None) -> QuerySet[Pupil]:
    return with_pupil_details(Pupil.objects.filter(pk__in=keys), year)
