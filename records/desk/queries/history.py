"""修改记录 and 最近删除: what changed in a record, who opened it, and what was deleted lately."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import DateField, QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core.clock import cn_full_day
from core.kept import kept
from core.worddiff import Piece, mark_words
from mentors.models.slots import Teacher
from records.desk.models import Reading, RecordVersion
from records.enums import RecordKind, VersionAct
from records.kinds import Kind, kind_called, kind_of, record_kinds, word_for
from records.models.records import Record
from students.models import Pupil

#: By which role a reader is called, the first that fits.
_READER_ROLES: Final = (
    *(Role.MORAL_OFFICE, Role.COUNSELLOR, Role.HOMEROOM, Role.MENTOR, Role.LEADER, Role.SCHOOL_ADMIN),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One field in two versions, its differing words marked; without `before` the field was not there or not known."""

    label: str
    before: list[Piece]
    after: list[Piece]
    is_prose: bool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One version. `changes` is None where the reader may not see it; `cut`: what was before may not be seen."""

    version: RecordVersion
    who: str
    act: str
    changes: list[Change] | None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who opened a record, by role and name, and when last."""

    role: str
    name: str
    at: datetime.datetime


@dataclass(slots=True)
class _Names:
    teachers: dict[int, str] = field(default_factory=dict)
    pupils: dict[int, str] = field(default_factory=dict)


def find_record(actor: Actor, kind: str, pk: int) -> Record | None:
    """A record of the actor's school, a deleted one as well; what it shows is asked of the rules.

    None for a kind that is no record of a term, too.
    """
    found = next((known for known, _deletion in record_kinds() if known.key == kind), None)
    if found is None:
        return None
    rows = found.model._base_manager.filter(school_id=actor.school_id or 0, pk=pk)
    record: Record | None = rows.select_related("term__year", "created_by").first()
    return record


def pupils_of(record: Record) -> list[Pupil]:
    """With whom the record is."""
    return kind_of(record).pupils_of(record)


def versions_of(kind: RecordKind, pk: int) -> "Sequence[RecordVersion]":
    """All versions of one record, the latest first, to be paged."""
    return RecordVersion.objects.of(kind, pk)  # type: ignore[return-value]  # a queryset is sliced like a sequence


def last_writer(kind: RecordKind, pk: int) -> RecordVersion | None:
    """Who made the record what it is now; None for one that nobody changed since versions are kept."""
    return RecordVersion.objects.of(kind, pk).first()


def history_entries(
    versions: Sequence[RecordVersion], count: int, may_read: Callable[[dict[str, Any]], bool]
) -> list[HistoryEntry]:
    """The first `count` of `versions` (latest first), each with what changed since the one after it in the list."""
    names = _names_in(versions)
    entries = []
    for place, version in enumerate(versions[:count]):
        former = versions[place + 1] if place + 1 < len(versions) else None
        who = version.changed_by.name if version.changed_by is not None else "系统"
        act = str(VersionAct(version.act).label)
        if not may_read(version.fields):
            entries.append(HistoryEntry(version, who, act, None))
            continue
        cut = former is not None and not may_read(former.fields)
        before = former.fields if former is not None and not cut else {}
        changes = _changes(kind_called(version.kind), before, version.fields, names)
        entries.append(HistoryEntry(version, who, act, changes, cut))
    return entries


def _changes(kind: Kind, before: dict[str, Any], after: dict[str, Any], names: _Names) -> list[Change]:
    changes = []
    for name in kind.kept:
        old, new = (_worded(kind, name, fields.get(kind.column(name)), names) for fields in (before, after))
        if old != new:
            marked = mark_words(old, new) if before else ([], [Piece(new, False)])
            changes.append(Change(kind.word(name), *marked, is_prose=name in kind.prose))
    return changes


def _worded(kind: Kind, name: str, value: Any, names: _Names) -> str:
    if value in (None, "", []):
        return ""
    column = kind.model._meta.get_field(name)
    values = value if isinstance(value, list) else [value]
    if column.related_model is not None:
        known = names.teachers if column.related_model is Teacher else names.pupils
        return "、".join(known.get(key, "（已不在册）") for key in values)
    labels = kind.labels(name)
    if labels:
        return "、".join(labels.get(v, str(v)) for v in values)
    if isinstance(column, DateField):
        return cn_full_day(datetime.date.fromisoformat(value))
    return str(value)


def _names_in(versions: Iterable[RecordVersion]) -> _Names:
    teachers: set[int] = set()
    pupils: set[int] = set()
    for version in versions:
        teachers.update(version.fields.get("teachers") or ())
        pupils.update(version.fields.get("pupils") or ())
        pupils.update(key for key in (version.fields.get("pupil_id"),) if key is not None)
    return _Names(
        dict(Teacher.objects.filter(pk__in=teachers).values_list("pk", "name")) if teachers else {},
        dict(Pupil.objects.filter(pk__in=pupils).values_list("pk", "name")) if pupils else {},
    )


def readers_of(actor: Actor, kind: RecordKind, pk: int) -> list[Reader]:
    """Who opened the record, the latest first; for its author. Two queries."""
    readings = list(Reading.objects.of(kind, pk).filter(school_id=actor.school_id or 0))
    roles = roles_of_readers(actor, {reading.user_id for reading in readings})
    return [Reader(roles.get(r.user_id, ""), r.user.name, r.last_at) for r in readings]


def roles_of_readers(actor: Actor, users: Collection[int]) -> dict[int, str]:
    """By which role each of these people of the actor's school is called, where they have one. One query."""
    held: dict[int, set[str]] = defaultdict(set)
    for user_id, role in _grants_of_readers(actor, sorted(users)):
        held[user_id].add(role)
    return {key: next(str(role.label) for role in _READER_ROLES if role in mine) for key, mine in held.items()}


@kept
def _grants_of_readers(actor: Actor, users: list[int]) -> QuerySet[RoleGrant, tuple[int, str]]:
    rows = RoleGrant.objects.active(actor.today).filter(user__in=users, school=actor.school_id, role__in=_READER_ROLES)
    return rows.values_list("user_id", "role")


@dataclass(frozen=True, slots=True)
class DeletedLine:
    """One deleted record, with its text: it is the reader's own."""

    kind: RecordKind
    word: str
    record: Record
    who: str
    last_day: datetime.date


def deleted_keys(actor: Actor, since: datetime.datetime) -> list[tuple[datetime.datetime, RecordKind, int]]:
    """What the actor wrote and what was deleted after `since`, the latest first. Three queries."""
    if actor.user_id is None or actor.school_id is None:
        return []
    found: list[tuple[datetime.datetime, RecordKind, int]] = []
    for kind, _deletion in record_kinds():
        found += [(moment, kind.key, pk) for moment, pk in _deleted(actor, since, kind.key)]
    return sorted(found, key=lambda row: row[0], reverse=True)


@kept
def _deleted(actor: Actor, since: datetime.datetime, key: RecordKind) -> QuerySet[Any, Any]:
    kind, deletion = next(known for known in record_kinds() if known[0].key == key)
    rows: QuerySet[Any] = kind.model.objects.filter(
        deletion.own(actor), school_id=actor.school_id, deleted_at__gte=since
    )
    return rows.values_list("deleted_at", "pk")


def deleted_lines(
    actor: Actor, keys: Iterable[tuple[datetime.datetime, RecordKind, int]], kept: datetime.timedelta
) -> list[DeletedLine]:
    """One page of `deleted_keys` with texts and names. Six queries at most."""
    keys = list(keys)
    records: dict[tuple[RecordKind, int], Record] = {}
    wanted: dict[RecordKind, list[int]] = defaultdict(list)
    for _, kind, pk in keys:
        wanted[kind].append(pk)
    for known, _deletion in record_kinds():
        if not wanted[known.key]:
            continue
        rows = known.with_people(known.model.objects.filter(pk__in=wanted[known.key]).select_related("term"))
        records |= {(known.key, record.pk): record for record in rows}
    lines = []
    for moment, kind, pk in keys:
        record = records.get((kind, pk))
        if record is not None:
            who = "、".join(p.name for p in pupils_of(record))
            lines.append(DeletedLine(kind, word_for(actor, kind), record, who, (moment + kept).date()))
    return lines
