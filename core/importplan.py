"""What an import would do, as plain values: the same for the dry run, the preview page and the import itself."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.importlog import Finding
from core.text import without_identity


class ChangeKind(StrEnum):
    """What happens to one subject. GONE only tells: what a file lacks is never removed."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, old → new, in words for people."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One subject of the import (`一（1）班 张三`) and what would change; unchanged subjects are only counted."""

    kind: ChangeKind
    subject: str
    fields: tuple[FieldChange, ...] = ()
    sheet: str = ""
    row: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The shape kept with a preview."""
        return {
            "kind": str(self.kind),
            "subject": without_identity(self.subject),
            "sheet": self.sheet,
            "row": self.row,
            "fields": [
                [field.label, without_identity(field.old), without_identity(field.new)] for field in self.fields
            ],
        }


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """A question that an import asks of several rows at once. `ticked`: the boxes are ticked beforehand."""

    title: str
    help_text: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the importer proposes and a person decides, such as an office role; nothing happens unasked."""

    key: str
    label: str
    group: ChoiceGroup

    def as_dict(self) -> dict[str, str]:
        """The stable JSON shape of the command line."""
        return {"key": self.key, "label": self.label, "question": self.group.title}


def fingerprint(changes: Iterable[PlannedChange], findings: Iterable[Finding], unchanged: int) -> str:
    """A hash of the whole preview: equal exactly if a second look would show the same."""
    digest = hashlib.sha256(str(unchanged).encode())
    for change in changes:
        fields = [(field.label, field.old, field.new) for field in change.fields]
        line = repr((str(change.kind), change.subject, change.sheet, change.row, fields))
        digest.update(line.encode("utf-8", "backslashreplace"))
    for found in findings:
        digest.update(repr(found).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()
