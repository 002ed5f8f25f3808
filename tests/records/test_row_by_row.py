"""What narrows a list narrows the question of who may see it: how SQLite without statistics looks rows up.

Seen: in a school of 3,000 pupils with two years of records a pupil's page took 26 s and the letter desk 13 s (600
pupils, one year: 0.2 and 0.1 s). `visible_to` asked for the keys of all records first; and among indexes that SQLite
knows nothing of it took the school's, or the term's, which in one school select everything.
"""

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import QuerySet

from mentors.models.slots import Assignment
from records.desk.queries.timeline import records_of
from records.desk.queries.year_records import talks_of_year, visits_of_year
from records.models.records import GrowthLetter, HeartTalk
from schools.owned import SchoolOwned
from tests.cast import SchoolCast
from tests.records.builders import letter, talk, term_of

on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="asks how SQLite plans")


@pytest.fixture(autouse=True)
def never_counted(db: None) -> None:
    """What SQLite remembers of tables that another test had counted is forgotten."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE sqlite_schema")
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")


def looked_up(rows: QuerySet[Any, Any]) -> tuple[str, bool]:
    """By which columns the first table is searched, and whether some list of keys is made before."""
    plan = rows.order_by().explain().splitlines()
    found = re.search(r"\((.*)\)$", plan[0])
    return found[1] if found else plan[0], any("LIST SUBQUERY" in line for line in plan)


@on_sqlite
@pytest.mark.parametrize("who", ["mentor", "homeroom"])
@pytest.mark.parametrize("kind", ["visit", "talk", "letter", "handover", "meeting"])
def test_a_pupils_records_are_looked_up_by_the_pupil(qingzhu: SchoolCast, who: str, kind: str) -> None:
    actor = qingzhu.actor(qingzhu.people[who])
    rows = records_of(actor, qingzhu.pupils[0], all_years=True)[kind]
    assert looked_up(rows) == ("pupil_id=?", False)


@on_sqlite
def test_a_pupils_assignments_are_looked_up_by_the_pupil(qingzhu: SchoolCast) -> None:
    rows = Assignment.objects.visible_to(qingzhu.actor(qingzhu.mentor)).filter(pupil=qingzhu.pupils[0])
    assert looked_up(rows) == ("pupil_id=?", False)


@on_sqlite
def test_a_years_visits_and_talks_of_some_pupils_are_looked_up_by_the_pupils(qingzhu: SchoolCast) -> None:
    calendar = qingzhu.actor(qingzhu.mentor).calendar.present
    assert calendar is not None
    keys = [p.pk for p in qingzhu.pupils]
    looked = [looked_up(part(calendar.year, keys))[0] for part in (visits_of_year, talks_of_year)]
    assert looked == ["pupil_id=?", "pupil_id=?"]


def test_a_talk_with_several_own_pupils_comes_once(qingzhu: SchoolCast) -> None:
    held = talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    for part in ("mentor", "homeroom"):
        assert list(HeartTalk.objects.visible_to(qingzhu.actor(qingzhu.people[part]))) == [held]


def test_what_is_visible_can_be_counted_changed_and_joined(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    rows = GrowthLetter.objects.visible_to(qingzhu.actor(qingzhu.mentor)).of_term(term_of(qingzhu))
    plain = rows.order_by()
    assert (rows.count(), plain.union(plain).count(), rows.update(return_reason="看过"), rows.get()) == (1, 1, 1, found)


def test_no_table_has_an_index_of_the_school_alone() -> None:
    owned = [model for model in apps.get_models() if issubclass(model, SchoolOwned)]
    with_index = []
    for model in owned:
        field = model._meta.get_field("school")
        if field.db_index and not field.unique:  # type: ignore[attr-defined]  # the stubs know no db_index
            with_index.append(model.__name__)
    assert (len(owned) > 40, with_index) == (True, [])


@pytest.mark.django_db
def test_the_migrations_leave_none_either() -> None:
    """Asked of the database, since one operation for many tables makes them."""
    alone = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if issubclass(model, SchoolOwned):
                found = connection.introspection.get_constraints(cursor, model._meta.db_table).values()
                alone += [model for c in found if c["index"] and not c["unique"] and c["columns"] == ["school_id"]]
    assert alone == []
