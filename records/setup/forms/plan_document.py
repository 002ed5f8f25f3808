"""The form of the plan as a document: its parts, and the leading group a row for each person; files beside it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.forms import BoundField

from core.fields import ProseField
from core.saving import VersionedForm
from records.desk.forms.conflict import ConflictRow, differing
from records.setup.contexts import DocumentContent, GroupMember
from records.setup.enums import DocumentPart, GroupPlace
from records.setup.models import PlanDocument
from records.setup.queries.plan_document import content_of
from records.setup.services.plan_document import MOST_MEMBERS, PART_LENGTH, clean_content, document_problems

#: Empty rows that stand ready below the group.
SPARE_ROWS: Final = 3
#: What is typed of a person, its word and how long it may be.
_TYPED: Final = {"name": ("姓名", 60), "office": ("职务", 30), "duties": ("分工", 200)}
_ROW: Final = re.compile(r"member(\d{1,3})_name")


class PlanDocumentForm(VersionedForm):
    """Everything that a version says itself. Rows of the group without a name, office and duties are not there."""

    field_of: ClassVar = {"empty": DocumentPart.GOALS.value}

    def __init__(
        self,
        content: DocumentContent,
        *,
        version: int,
        data: Mapping[str, Any] | None = None,
        draft: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        stored = self.as_fields(content)
        # Instead of the stored version: a person who was taken out of the draft does not come back.
        self.typed = {name: values[0] for name, values in (draft or {}).items() if values}
        super().__init__(data, initial={"version": version, **(self.typed or stored)})
        for part in DocumentPart:
            self.fields[part.value] = ProseField(label=part.label, max_length=PART_LENGTH, rows=6)
        self.rows = range(max(len(content.members) + SPARE_ROWS, self._sent_rows()))
        for row in self.rows:
            self._add_row(row)

    def _sent_rows(self) -> int:
        """How many rows were sent, none beyond what can be kept."""
        found = (int(match[1]) + 1 for name in (*self.data, *self.typed) if (match := _ROW.fullmatch(name)))
        return min(max(found, default=0), MOST_MEMBERS + SPARE_ROWS)

    def _add_row(self, row: int) -> None:
        who = f"第 {row + 1} 人"
        self.fields[f"member{row}_place"] = forms.ChoiceField(
            label=f"{who}的组内职务", choices=GroupPlace, required=False, initial=GroupPlace.MEMBER
        )
        for name, (word, length) in _TYPED.items():
            field = forms.CharField(label=f"{who}的{word}", max_length=length, required=False)
            field.error_messages["max_length"] = "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。"
            if name == "name":
                field.widget.attrs |= {"list": "group-names", "autocomplete": "off"}
            self.fields[f"member{row}_{name}"] = field

    @staticmethod
    def as_fields(content: DocumentContent) -> dict[str, Any]:
        """`content` by the names of the form's fields."""
        fields: dict[str, Any] = {part.value: content.parts.get(part, "") for part in DocumentPart}
        for row, one in enumerate(content.members):
            fields |= {f"member{row}_place": one.place.value, f"member{row}_name": one.name}
            fields |= {f"member{row}_office": one.office, f"member{row}_duties": one.duties}
        return fields

    @property
    def part_fields(self) -> list[BoundField]:
        """The texts in the order of print."""
        return [self[part.value] for part in DocumentPart]

    @property
    def member_rows(self) -> list[list[BoundField]]:
        """The group, a list of fields for each row."""
        return [[self[f"member{row}_{name}"] for name in ("place", *_TYPED)] for row in self.rows]

    def clean(self) -> dict[str, Any]:
        """What speaks against it stands at its part or at the person's name."""
        data = super().clean() or {}
        rows = [row for row in self.rows if any((data.get(f"member{row}_{name}") or "").strip() for name in _TYPED)]
        members = tuple(
            GroupMember(
                GroupPlace(data.get(f"member{row}_place") or GroupPlace.MEMBER),
                *(data.get(f"member{row}_{name}") or "" for name in _TYPED),
            )
            for row in rows
        )
        self.content = DocumentContent({part: data.get(part.value) or "" for part in DocumentPart}, members)
        for problem in document_problems(self.content):
            place = problem.place
            name = place.value if isinstance(place, DocumentPart) else f"member{rows[place]}_name"
            if name not in self.errors:
                self.add_error(name, forms.ValidationError(problem.message, code=problem.code))
        return data

    def is_what(self, stored: PlanDocument) -> bool:
        """Whether `stored` holds what was typed."""
        return content_of(stored) == clean_content(self.content)

    def against(self, stored: DocumentContent) -> list[ConflictRow]:
        """What differs from a version that somebody else has saved meanwhile, part by part and person by person."""
        # The place of nobody is no difference.
        empty = {name: "" for name in self.fields if not name.endswith("_place")}
        return differing(self, empty | self.as_fields(stored))
