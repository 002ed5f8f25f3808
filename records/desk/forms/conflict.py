"""Two versions of one form side by side: what is stored, and what was typed, with the differing words marked."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from core.clock import cn_full_day
from core.worddiff import Piece, mark_words


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One field that differs."""

    label: str
    theirs: list[Piece]
    mine: list[Piece]
    is_prose: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """What stands against the typed text: who saved it when (empty if not known), and the fields that differ."""

    rows: list[ConflictRow]
    who: str = ""
    at: datetime.datetime | None = None


def differing(form: forms.Form, stored: Mapping[str, Any]) -> list[ConflictRow]:
    """The visible fields whose value in `form` is not the one in `stored` (named as the form names them)."""
    rows = []
    for bound in form.visible_fields():
        if bound.name not in stored:
            continue
        theirs, mine = (in_words(bound.field, value) for value in (stored[bound.name], bound.value()))
        if theirs != mine:
            left, right = mark_words(theirs, mine)
            # Without the hint of the field's label: 记几句（可不填）.
            label = str(bound.label).partition("（")[0]
            rows.append(ConflictRow(label, left, right, isinstance(bound.field.widget, forms.Textarea)))
    return rows


def same_values(fields: Mapping[str, forms.Field], one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Whether two sets of values say the same in all visible fields."""
    return all(
        in_words(field, one.get(name)) == in_words(field, two.get(name))
        for name, field in fields.items()
        if not field.widget.is_hidden
    )


def in_words(field: forms.Field, value: Any) -> str:
    """A field's value as a person reads it: the labels of choices, days in Chinese, 是 and 否."""
    if isinstance(field, forms.BooleanField):
        return "是" if value else "否"
    if value in (None, "", [], ()):
        return ""
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in list(field.choices)}  # type: ignore[arg-type]  # flat pairs
        values = value if isinstance(value, (list, tuple)) else [value]
        # In the order of the choices, however they were ticked.
        known = [label for key, label in labels.items() if key in {str(v) for v in values}]
        return "、".join(known or sorted(str(v) for v in values))
    if isinstance(field, forms.DateField):
        try:
            return cn_full_day(datetime.date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value).replace("\r\n", "\n").strip()
