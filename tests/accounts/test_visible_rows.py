"""`get_visible_or_404`: a kept query answers each actor for themselves, and refuses as the rows say."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.http import get_visible_or_404
from records.querysets.records import pupils_in_reach, pupils_to_record
from schools.models import SchoolYear
from students.models import Pupil
from tests.cast import SchoolCast

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def outcome(rows: Any, actor: Actor, *given: Any, **lookup: Any) -> Pupil | int:
    """The row, or the status of the refusal."""
    try:
        found: Pupil = get_visible_or_404(rows, actor, *given, **lookup)
    except PermissionDenied:
        return 403
    except Http404:
        return 404
    return found


def test_the_answer_is_each_actors_own(qingzhu: SchoolCast, other: SchoolCast) -> None:
    mine, no_longer_there = qingzhu.pupils[0], qingzhu.pupil_shared.pk + 1_000_000
    actors = [qingzhu.actor(qingzhu.mentor), qingzhu.actor(qingzhu.colleague), other.actor(other.mentor)]
    found = [outcome(pupils_in_reach, actor, pk=mine.pk) for actor in actors]
    assert found == [mine, 403, 404]
    assert found == [outcome(pupils_in_reach(actor), actor, pk=mine.pk) for actor in actors]
    assert [outcome(pupils_in_reach, actor, pk=no_longer_there) for actor in actors] == [404, 404, 404]
    assert [outcome(pupils_in_reach, actor, pk=mine.pk, school_id=mine.school_id) for actor in actors] == found


def test_what_is_given_besides_the_actor_belongs_to_the_rows(qingzhu: SchoolCast) -> None:
    actor, mine = qingzhu.actor(qingzhu.mentor), qingzhu.pupils[0]
    assert outcome(pupils_to_record, actor, qingzhu.year, pk=mine.pk) == mine
    assert outcome(pupils_to_record, actor, SchoolYear(pk=qingzhu.year.pk + 1_000_000), pk=mine.pk) == 403


def test_the_second_look_is_not_put_together_again(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, colleague = qingzhu.actor(qingzhu.mentor), qingzhu.actor(qingzhu.colleague)
    monkeypatch.setattr("core.kept.CHECKS", 1)
    get_visible_or_404(pupils_in_reach, actor, pk=qingzhu.pupils[0].pk)

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(SQLCompiler, "as_sql", refuse)
    with CaptureQueriesContext(connection) as asked:
        get_visible_or_404(pupils_in_reach, colleague, pk=qingzhu.pupil_of_colleague.pk)
    assert len(asked) == 1
