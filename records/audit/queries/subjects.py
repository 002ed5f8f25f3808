"""Whom the entries of the audit concern: by name where that is open, and which entries concern a pupil."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import AuditEntry
from core.kept import kept
from schools.enums import NoteVisibility

#: A row of the audit's `target_type` and `target_id`.
Target = tuple[str, int]

_PUPIL_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "students.pupil": ("",),
    "students.enrolment": ("pupil__",),
    "students.familyslip": ("pupil__",),
    "mentors.handovernote": ("pupil__",),
    "records.homevisit": ("pupil__",),
    "records.hearttalk": ("pupils__",),
    "records.growthletter": ("pupil__",),
    "records.letterreply": ("letter__pupil__",),
    "records.attachment": ("visit__pupil__", "talk__pupils__", "letter__pupil__"),
    "records.visitplan": ("pupil__",),
    "records.visitwish": ("pupil__",),
}
"""By the label of a model: where the pupils stand whom a row of it concerns. What is missing here names nobody: who
takes part in a case meeting, whom a referral or a card is about, is closed to those who read the audit.
"""
_STAFF_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts.user": ("",),
    "mentors.teacher": ("",),
    "mentors.mentor": ("members__teacher__",),
    "mentors.mentorcard": ("teacher__",),
}
_OPEN: Final = {
    "records.homevisit": Q(visibility=NoteVisibility.TEAM),
    "records.hearttalk": Q(visibility=NoteVisibility.TEAM),
    "records.attachment": (Q(visit=None) | Q(visit__visibility=NoteVisibility.TEAM))
    & (Q(talk=None) | Q(talk__visibility=NoteVisibility.TEAM)),
}
"""Of restricted notes nobody is named here: elsewhere, too, they are no more than 有一条受限记录."""


def names_of(entries: Iterable[AuditEntry]) -> dict[Target, list[str]]:
    """The names of those whom these entries concern, by target. One query, none where nobody can be named."""
    keys: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.target_id is not None:
            keys[entry.target_type].add(entry.target_id)
    paths = {**_PUPIL_PATHS, **_STAFF_PATHS}
    parts = [
        _rows(label, path, "name").filter(pk__in=sorted(keys[label]))
        for label in sorted(keys)
        for path in paths.get(label, ())
    ]
    found: dict[Target, list[str]] = defaultdict(list)
    for label, key, name in _together(parts) if parts else ():
        found[label, key].append(name)
    return found


def concerning(pupil_ids: Collection[int], *, only: Collection[str] = tuple(_PUPIL_PATHS)) -> Q:
    """A condition on the audit's entries: those that concern one of these pupils. One query, run at once.

    `only` names the labels of models that are looked through.
    """
    keys: dict[str, list[int]] = defaultdict(list)
    for label, key, _pupil in _reader(tuple(only))(set(pupil_ids)):
        keys[label].append(key)
    condition = Q(pk__in=())
    for label, found in keys.items():
        condition |= Q(target_type=label, target_id__in=found)
    return condition


@cache
def _reader(labels: tuple[str, ...]) -> Callable[[set[int]], list[Any]]:
    @kept
    def read(pupil_ids: set[int]) -> QuerySet[Any, Any]:
        return _together(
            [
                _rows(label, path, "pk").filter(**{f"{path}pk__in": pupil_ids})
                for label in labels
                for path in _PUPIL_PATHS[label]
            ]
        )

    return read


def _rows(label: str, path: str, column: str) -> QuerySet[Any, Any]:
    rows = apps.get_model(label)._default_manager.filter(_OPEN.get(label, Q()), **{f"{path}pk__isnull": False})
    said = Cast(F(f"{path}{column}"), CharField(max_length=60))
    found: QuerySet[Any, Any] = rows.order_by().values_list(Value(label, CharField(max_length=60)), "pk", said)
    return found


def _together(parts: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    return parts[0].union(*parts[1:], all=True)
