"""The files beside records."""

from accounts.actors import Actor
from records.desk.models import Attachment
from records.desk.querysets import AttachmentQuerySet
from records.kinds import kind_of
from records.models.records import Record


def school_files(actor: Actor) -> AttachmentQuerySet:
    """All present files of the actor's school with their records; what may be opened is asked of the rules."""
    rows = Attachment.objects.filter(school_id=actor.school_id or 0)
    return rows.select_related("visit__term__year", "talk__term__year", "letter__mentor", "letter__term__year")


def knows_record(actor: Actor, record: Record) -> bool:
    """Whether the actor may know of the record and it still stands. One query."""
    return bool(kind_of(record).model.objects.visible_to(actor).present().filter(pk=record.pk).exists())


def files_of(record: Record) -> list[Attachment]:
    """The present files beside a record. One query."""
    return list(Attachment.objects.present().filter(**{kind_of(record).key.value: record}))
