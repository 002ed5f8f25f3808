"""What an import would do, as plain values: the same for the dry run, the preview page and the import itself."""

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

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


class PlannedChange(NamedTuple):
    """One subject of the import (`一（1）班 张三`) and what would change; unchanged subjects are only counted."""

    kind: ChangeKind
    subject: str
    fields: tuple[FieldChange, ...] = ()
    sheet: str = ""
    row: int | None = None
    # Keys of the choices without which it does not happen.
    needs: frozenset[str] = frozenset()

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
    """A question that an import asks of several rows at once.

    `ticked`: the boxes are ticked beforehand. `code`: that of the error that refuses a script which says nothing.
    """

    title: str
    help_text: str
    ticked: bool = False
    code: str = "choice_needed"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the importer proposes and a person decides, such as an office role; nothing happens unasked."""

    key: str
    label: str
    group: ChoiceGroup
    # A script that does not say yes is refused: so many of these hint at a fault in the file.
    weighty: bool = False

    def as_dict(self) -> dict[str, str]:
        """The stable JSON shape of the command line."""
        return {"key": self.key, "label": self.label, "question": self.group.title}


_FEW_RENAMES, _SINGLE_RENAMES = 5, 60
_RENAMES = ChoiceGroup(
    "改名",
    "号码相同，姓名不同。只勾选确实改名的；不勾选的这几行不导入。如果许多人都在这里，多半是姓名或号码错了行，请改好再上传。",
    code="names_changed_many",
)


def rename_choices(renames: Sequence[tuple[str, str, str]], *, rows: int) -> tuple[Choice, ...]:
    """The questions about `renames` (key, former name, new name) in a file of `rows`: none happens without a tick.

    More than five, or several that are over 2 % of the rows, are weighty; beyond sixty they are one question.
    """
    count = len(renames)
    many = count > _FEW_RENAMES or (count > 1 and count * 50 > rows)
    if count <= _SINGLE_RENAMES:
        return tuple(Choice(key, f"{old} → {new}", _RENAMES, many) for key, old, new in renames)
    shown = "、".join(f"{old} → {new}" for _, old, new in renames[:5])
    return (Choice("rename:all", f"{count} 人都改名：{shown}等", _RENAMES, weighty=True),)


def is_accepted(key: str, accepted: Container[str]) -> bool:
    """Whether a rename of `rename_choices` was said yes to, for itself or together with all others."""
    return key in accepted or "rename:all" in accepted


def fingerprint(
    changes: Iterable[PlannedChange], findings: Iterable[Finding], unchanged: int, choices: Iterable[Choice]
) -> str:
    """A hash of the whole preview: equal exactly if a second look would show the same."""
    digest = hashlib.sha256(str(unchanged).encode())
    for change in changes:
        fields = [(field.label, field.old, field.new) for field in change.fields]
        line = repr((str(change.kind), change.subject, change.sheet, change.row, fields))
        digest.update(line.encode("utf-8", "backslashreplace"))
    for found in findings:
        digest.update(repr(found).encode("utf-8", "backslashreplace"))
    for choice in choices:
        digest.update(repr((choice.key, choice.label)).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()
