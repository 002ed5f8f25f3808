"""Who has opened a text that is not their own; its author sees it (domain: logged access, visible to the author)."""

from collections.abc import Collection, Iterable
from typing import Any

from accounts.actors import Actor
from core.clock import now
from records.desk.models import Reading
from records.enums import RecordKind
from records.kinds import kind_of
from records.models.records import GrowthLetter, Record


def note_readings(*, actor: Actor, records: Iterable[Record | None]) -> int:
    """The actor was shown the texts of these records: one query for all of them, none if all are their own or empty.

    Records without a text, None (one that the actor may not read) and one's own are left out. A letter is one's own
    if one holds its slot: its mentor's members with their teachers need to be at hand. How many were noted.
    """
    return _note(
        actor,
        {
            (kind_of(record).key, record.pk)
            for record in records
            if record is not None and _has_text(record) and not is_own(actor, record)
        },
    )


def note_reading_of(*, actor: Actor, kind: RecordKind, record_id: int) -> None:
    """The same for a record of another kind (a card, a referral) that is not the actor's own."""
    _note(actor, {(kind, record_id)})


def _note(actor: Actor, read: Collection[tuple[RecordKind, int]]) -> int:
    if actor.user_id is None or actor.school_id is None or not read:
        return 0
    who: dict[str, Any] = {"school_id": actor.school_id, "user_id": actor.user_id}
    who |= dict.fromkeys(("first_at", "last_at"), now())
    Reading.objects.bulk_create(
        [Reading(kind=kind, record_id=pk, **who) for kind, pk in sorted(read)],
        update_conflicts=True,
        unique_fields=["kind", "record_id", "user"],
        update_fields=["last_at"],
        batch_size=500,
    )
    return len(read)


def is_own(actor: Actor, record: Record) -> bool:
    """Whether the actor wrote the record, or holds the slot that writes this letter."""
    if record.created_by_id == actor.user_id:
        return True
    if not isinstance(record, GrowthLetter):
        return False
    return any(member.teacher.user_id == actor.user_id for member in record.mentor.members.all())


def _has_text(record: Record) -> bool:
    return any(getattr(record, name) for name in kind_of(record).prose)
