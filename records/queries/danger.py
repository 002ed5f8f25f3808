"""Words of danger in a record's running texts, looked for while somebody who may read them does. Nothing is stored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from records.danger import Danger, look
from records.enums import Occasion, RecordKind, Strategy
from records.kinds import kind_called, kind_of
from records.models.care import TreeHoleCard
from records.models.records import HeartTalk, Note


def danger_of(record: Any) -> Danger:
    """What the running texts of a record give reason for; of a card, the pupil's own."""
    names = ("text",) if isinstance(record, TreeHoleCard) else kind_of(record).prose
    return _read(getattr(record, name) for name in names)


def danger_typed(kind: str, content: Mapping[str, Sequence[str]]) -> Danger:
    """The same of what a form holds, as its draft keeps it: a list of values by field."""
    return _read(value for name in kind_called(RecordKind(kind)).prose for value in content.get(name, ()))


def calls_for_help(note: Note) -> bool:
    """Whether what a talk or visit was about is a reason to offer 心理老师, whatever its words.

    A heavy change in the child's life, or a talk that was there to ease its mind.
    """
    return isinstance(note, HeartTalk) and (note.occasion == Occasion.UPHEAVAL or Strategy.MIND in note.strategies)


def _read(texts: Iterable[str]) -> Danger:
    return look("\n".join(texts))
