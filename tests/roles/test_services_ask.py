"""Every service that takes an actor asks who that is: a page that forgets its role must not open a door.

All are called as a plain teacher of the same school who has nothing to do with what is named, and as one of another.
"""

import datetime
import importlib
import inspect
import pkgutil
import types
import typing
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import models, transaction

import accounts
import mentors
import records
import students
from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AuditEntry
from accounts.services import NewGrant
from core.clock import now
from core.errors import DomainError
from mentors.enums import SheetSource
from mentors.models.slots import Teacher
from schools.enums import MatchingMode
from tests.cast import TODAY, SchoolCast
from tests.roles.world import build_world

Service = Callable[..., object]

#: What a service says to somebody who must not: by role, by school, by ownership.
REFUSALS = frozenset({"not_allowed", "other_school", "not_yours", "no_slot", "not_a_member", "no_teacher", "forbidden"})
#: Those that answer something else, and why that is well.
ASKED_ELSEWHERE = {
    "accounts.services.audit.audit": "the log takes what every service says",
    "accounts.services.audit.audit_many": "likewise",
    "mentors.services.assignments.end_assignment": "a step of services that hold the mentors' locks and asked before",
    "mentors.services.slots.plan_today": "a reading of the plan",
    "mentors.staff.services.readiness.step_days": "bounds of a day",
    "mentors.staff.services.transfers.leaving_days": "bounds of a day",
    "mentors.staff.services.transfers.uncovered_classes": "a reading for a page that asked before",
    "records.announcing.services.receipts.read_announcement": "notes nothing where it does not address the actor",
    "records.bureau.services.city_plan.base_choices": "a reading of what the actor's bureau sees",
    "records.bureau.services.city_plan.own_differences": "a reading of the own school's plan",
    "records.bureau.services.city_plan.takings": "a reading of what the actor's bureau sees",
    "records.desk.services.deletion.may_delete": "the question itself",
    "records.desk.services.drafts.drop_draft": "the actor's own draft, found by the actor",
    "records.desk.services.drafts.note_in_draft": "the actor's own draft, found by the actor",
    "records.desk.services.drafts.save_draft": "the actor's own draft; which form is asked by `find_target`",
    "records.desk.services.readings.is_own": "the question itself",
    "records.desk.services.readings.note_reading_of": "a step of services that asked before",
    "records.desk.services.readings.note_readings": "a step of pages that show what the actor may see",
    "records.desk.services.versions.note_version": "a step of services that asked before",
    "records.desk.services.versions.note_versions": "likewise",
    "records.papers.services.book_handling.own_book": "the question itself",
    "records.recognition.services.awards.nominate": "any colleague may, where the round asks them",
    "records.recognition.services.notes.write_note": "every teacher writes notes of their own",
}
#: Those that want more than one row of a kind; their own tests ask as a stranger.
TRIED_ELSEWHERE = {
    "mentors.board.services.board.undo_board_save": "tests/mentors/test_board_saves.py",
    "mentors.board.services.supporting.end_supporting": "tests/mentors/test_supporting.py",
    "mentors.rounds.services.choices.remove_choices": "tests/mentors/choices/test_submitting.py",
    "mentors.rounds.services.choices.submit_choices": "tests/mentors/choices/test_submitting.py",
    "records.desk.services.attachments.add_attachment": "tests/records/test_attachments.py",
    "records.desk.services.deletion.restore_note": "tests/records/test_deletion.py",
    "records.letters.services.replies.mark_reply_read": "tests/family/test_replies.py",
}


def services() -> Iterator[tuple[str, Service]]:
    """Every public function of a services module that takes an actor by keyword, by its dotted name."""
    for app in (accounts, students, mentors, records):
        for found in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if "services" not in found.name.split("."):
                continue
            module = importlib.import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                own = function.__module__ == found.name and not name.startswith("_")
                if own and "actor" in inspect.signature(function).parameters:
                    yield f"{found.name}.{name}", function


def filled(function: Service, cast: SchoolCast) -> dict[str, Any]:
    """Arguments about the cast's school: a row for a table, a harmless value for the rest."""
    hints = typing.get_type_hints(inspect.unwrap(function))
    arguments = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "actor" or (parameter.default is not parameter.empty and name not in ("school", "pupils")):
            continue
        arguments[name] = value_for(name, hints.get(name), cast, without_account=function.__name__ == "open_account")
    return arguments


def value_for(name: str, hint: Any, cast: SchoolCast, *, without_account: bool = False) -> Any:
    """See `filled`."""
    named = {
        "pupil": cast.pupils[0],
        "pupil_id": cast.pupils[0].pk,
        "pupils": [cast.pupils[0]],
        "mentor": cast.slot,
        "mentors": [cast.slot],
        "leader": cast.slot,
        "pairs": [(cast.pupils[0].pk, cast.slot.pk)],
        "user": cast.mentor,
        "users": [cast.mentor],
        "teacher": Teacher.objects.get(school=cast.school, name="石磊") if without_account else cast.mentor.teacher,
        "teachers": [],
        "school": cast.school,
        "school_class": cast.class_one,
        "year": cast.year,
        "role": Role.LEADER,
        "grants": [NewGrant(cast.mentor.pk, Role.COUNSELLOR)],
        "names": {},
        "mode": next(iter(MatchingMode)),
        "source": SheetSource.PAPER,
        "at": now() + datetime.timedelta(days=1),
        "submission": uuid.uuid4(),
        "version": 1,
    }
    if name in named:
        return named[name]
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for kind in options:
        if isinstance(kind, type) and issubclass(kind, models.Model):
            rows = kind._default_manager.all()
            own = rows.filter(school=cast.school) if any(f.name == "school" for f in kind._meta.fields) else rows
            return own.order_by("pk").first()
        if kind is datetime.date:
            return TODAY
        if kind in (str, int, bool):
            return kind("1") if kind is not bool else True
    return mock.MagicMock()


def answer(function: Service, actor: Actor, cast: SchoolCast) -> str:
    """The code of the refusal; what else came of it in brackets. Nothing stays."""
    before = AuditEntry.objects.count()
    try:
        with transaction.atomic():
            try:
                function(actor=actor, **filled(function, cast))
                wrote = AuditEntry.objects.count() - before
                return f"(done, {wrote} lines)"
            finally:
                transaction.set_rollback(True)
    except DomainError as refusal:
        return refusal.code
    except PermissionDenied:
        return "not_allowed"
    except Exception as error:  # what was looked at before the actor
        return f"({type(error).__name__}: {error})"


@pytest.mark.parametrize("who", ["colleague", "stranger"])
def test_services_refuse_whoever_must_not(qingzhu: SchoolCast, other: SchoolCast, who: str) -> None:
    build_world(qingzhu, other)
    actor = qingzhu.actor(qingzhu.sharer) if who == "colleague" else other.actor(other.mentor)
    answers = {name: answer(function, actor, qingzhu) for name, function in services()}
    unasked = {name: said for name, said in answers.items() if said not in REFUSALS}
    assert {name: said for name, said in unasked.items() if name not in ASKED_ELSEWHERE | TRIED_ELSEWHERE} == {}


def test_the_exceptions_are_services_that_are_there() -> None:
    known = {name for name, _ in services()}
    assert sorted((ASKED_ELSEWHERE | TRIED_ELSEWHERE).keys() - known) == []
