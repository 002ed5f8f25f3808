"""The history of records: who wrote what when; each version holds all fields as they were from then.

A record that was written before there were versions gets its former state as its first one when it is changed.
"""

import datetime
from collections.abc import Collection
from typing import Any, Final

from accounts.actors import Actor
from records.enums import RecordKind, VersionAct
from records.models import GrowthLetter, HeartTalk, HomeVisit, RecordVersion, Referral, TreeHoleCard

VersionedRecord = HomeVisit | HeartTalk | GrowthLetter
# What reaches a trusted teacher or the counsellor: nobody else ever reads its history.
ConfidedRecord = TreeHoleCard | Referral

_COLUMNS: Final[dict[RecordKind, tuple[str, ...]]] = {
    RecordKind.VISIT: (
        "date", "form", "outcome", "guardians_met", "text", "agreement", "visibility", "follow_up_on", "pupil_id",
    ),
    RecordKind.TALK: (
        "date", "form", "occasion", "place", "strategies", "text", "home_contacted", "visibility", "follow_up_on",
    ),
    RecordKind.LETTER: ("body", "advice", "state", "return_reason", "handwritten", "pupil_id"),
    RecordKind.CARD: ("answer", "met_on", "home_contact", "home_reason"),
    RecordKind.REFERRAL: ("state", "answer", "notes"),
}  # fmt: skip


_KINDS: Final[dict[type, RecordKind]] = {
    HomeVisit: RecordKind.VISIT,
    HeartTalk: RecordKind.TALK,
    GrowthLetter: RecordKind.LETTER,
    TreeHoleCard: RecordKind.CARD,
    Referral: RecordKind.REFERRAL,
}


def kind_of(record: VersionedRecord | ConfidedRecord) -> RecordKind:
    """Which kind a record is."""
    return _KINDS[type(record)]


def fields_of(record: VersionedRecord | ConfidedRecord) -> dict[str, Any]:
    """All fields of the record as they stand, ready for JSON; people by their keys."""
    fields: dict[str, Any] = {}
    for name in _COLUMNS[kind_of(record)]:
        value = getattr(record, name)
        fields[name] = value.isoformat() if hasattr(value, "isoformat") else value
    if isinstance(record, HomeVisit):
        fields["teachers"] = sorted(record.teachers.values_list("pk", flat=True))
    if isinstance(record, HeartTalk):
        fields["pupils"] = sorted(record.pupils.values_list("pk", flat=True))
    return fields


def keep_former(record: VersionedRecord | ConfidedRecord) -> None:
    """Before a change, while the row is locked and as it was: an old record's present state becomes its first version.

    Records that have versions already stay as they are. One query, or two.
    """
    kind = kind_of(record)
    if RecordVersion.objects.of(kind, record.pk).exists():
        return
    author, written = _origin(record)
    first = RecordVersion.objects.create(
        school_id=record.school_id,
        kind=kind,
        record_id=record.pk,
        version=record.version,
        act=VersionAct.CREATED,
        fields=fields_of(record),
        changed_by_id=author,
    )
    # The column takes the present moment by itself; what is kept here is older.
    RecordVersion.objects.filter(pk=first.pk).update(changed_at=written)


def _origin(record: VersionedRecord | ConfidedRecord) -> tuple[int | None, datetime.datetime]:
    """Who wrote the record as it stands, and when; a card by slip was written by nobody with an account."""
    if isinstance(record, TreeHoleCard):
        return record.entered_by_id, record.handed_in_at
    if isinstance(record, Referral):
        return record.created_by_id, record.created_at
    return record.created_by_id, record.created_at if record.version == 1 else record.updated_at


def note_version(*, actor: Actor, record: VersionedRecord | ConfidedRecord, act: VersionAct) -> RecordVersion:
    """In the transaction that wrote `record`, after its people were set: what it is from now on.

    The record's `version` went up with the write; one number is never noted twice (IntegrityError).
    """
    return RecordVersion.objects.create(
        school_id=record.school_id,
        kind=kind_of(record),
        record_id=record.pk,
        version=record.version,
        act=act,
        fields=fields_of(record),
        changed_by_id=actor.user_id,
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
