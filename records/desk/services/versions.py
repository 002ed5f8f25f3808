"""The history of records: who wrote what when; each version holds all fields as they were from then.

A record that was written before there were versions gets its former state as its first one when it is changed.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from django.db import models

from accounts.actors import Actor
from core.journal import note_created
from records.desk.models import RecordVersion
from records.enums import RecordKind, VersionAct
from records.kinds import kind_of

_ASKED: Final[Mapping[str, Iterable[int]]] = {}


def fields_of(record: models.Model, people: Mapping[str, Iterable[int]] = _ASKED) -> dict[str, Any]:
    """All fields of the record that versions keep, as they stand, ready for JSON; people by their keys.

    `people` are those whom the caller has at hand, by field; of others the database is asked.
    """
    kind = kind_of(record)
    return {
        kind.column(name): sorted(people[name]) if name in people else _plain(getattr(record, kind.column(name)))
        for name in kind.kept
    }


def _plain(value: Any) -> Any:
    if isinstance(value, models.Manager):
        return sorted(value.values_list("pk", flat=True))
    return value.isoformat() if isinstance(value, datetime.date) else value


def keep_former(record: Any) -> None:
    """Before a change, while the row is locked and as it was: an old record's present state becomes its first version.

    Records that have versions already stay as they are. One query, or two.
    """
    kind = kind_of(record)
    if RecordVersion.objects.of(kind.key, record.pk).exists():
        return
    # A card by slip was written by nobody with an account.
    written = getattr(record, kind.written)
    first = _keep(record, VersionAct.CREATED, getattr(record, f"{kind.author}_id"))
    if record.version > 1:
        written = getattr(record, "updated_at", written)
    # The column takes the present moment by itself; what is kept here is older.
    RecordVersion.objects.filter(pk=first.pk).update(changed_at=written)


def note_version(
    *, actor: Actor, record: Any, act: VersionAct, people: Mapping[str, Iterable[int]] = _ASKED
) -> RecordVersion:
    """In the transaction that wrote `record`, after its people were set: what it is from now on.

    `people` as in `fields_of`. The record's `version` went up with the write; one number is never noted twice
    (IntegrityError).
    """
    return _keep(record, act, actor.user_id, people)


def note_versions(*, actor: Actor, records: Iterable[tuple[Any, Mapping[str, Iterable[int]]]], act: VersionAct) -> None:
    """As `note_version` for many records, each with its people at hand: no query for each."""
    rows = [_version(record, act, actor.user_id, people) for record, people in records]
    note_created(RecordVersion, [row.pk for row in RecordVersion.objects.bulk_create(rows, batch_size=500)])


def _keep(
    record: Any, act: VersionAct, user_id: int | None, people: Mapping[str, Iterable[int]] = _ASKED
) -> RecordVersion:
    row = _version(record, act, user_id, people)
    row.save(force_insert=True)
    return row


def _version(
    record: Any, act: VersionAct, user_id: int | None, people: Mapping[str, Iterable[int]] = _ASKED
) -> RecordVersion:
    return RecordVersion(
        school_id=record.school_id,
        kind=kind_of(record).key,
        record_id=record.pk,
        version=record.version,
        act=act,
        fields=fields_of(record, people),
        changed_by_id=user_id,
    )


def drop_versions(kind: RecordKind, record_ids: Collection[int]) -> None:
    """The records are gone for good, and their history with them."""
    RecordVersion.objects.filter(kind=kind, record_id__in=record_ids).delete()


def replace_person(*, kind: RecordKind, record_ids: Collection[int], name: str, old: int, new: int) -> None:
    """Two entries of one person became one: the versions of these records name the kept one.

    `name` is the field that held the person: `pupil_id`, `pupils` or `teachers`.
    """
    changed = []
    for version in RecordVersion.objects.filter(kind=kind, record_id__in=record_ids):
        value = version.fields.get(name)
        if isinstance(value, list) and old in value:
            version.fields[name] = sorted({new if key == old else key for key in value})
        elif value == old:
            version.fields[name] = new
        else:
            continue
        changed.append(version)
    RecordVersion.objects.bulk_update(changed, ["fields"], batch_size=200)
