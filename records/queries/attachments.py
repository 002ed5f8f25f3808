"""The files beside records."""

from accounts.actors import Actor
from records.enums import RecordKind
from records.models import Attachment, GrowthLetter, HeartTalk, HomeVisit
from records.queries.history import Record
from records.querysets import AttachmentQuerySet

_MODELS = {RecordKind.VISIT: HomeVisit, RecordKind.TALK: HeartTalk, RecordKind.LETTER: GrowthLetter}


def school_files(actor: Actor) -> AttachmentQuerySet:
    """All present files of the actor's school with their records; what may be opened is asked of the rules."""
    rows = Attachment.objects.filter(school_id=actor.school_id or 0)
    return rows.select_related("visit__term__year", "talk__term__year", "letter__mentor", "letter__term__year")


def knows_record(actor: Actor, record: Record) -> bool:
    """Whether the actor may know of the record and it still stands. One query."""
    return type(record).objects.visible_to(actor).present().filter(pk=record.pk).exists()


def files_of(record: Record) -> list[Attachment]:
    """The present files beside a record. One query."""
    name = "visit" if isinstance(record, HomeVisit) else "talk" if isinstance(record, HeartTalk) else "letter"
    return list(Attachment.objects.present().filter(**{name: record}))
