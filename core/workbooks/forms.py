"""Workbooks to fill in: text columns that keep every digit, drop-downs, an example row, notes on a second sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.workbooks.writer import Value

# Importers pass over a row whose name begins so.
EXAMPLE_MARK = "示例："
NOTES_SHEET = "填写说明"


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column: its heading, width in characters, the values of its drop-down, and what to say about it.

    `text` keeps digits as typed. A drop-down that is not `strict` also takes other values.
    """

    heading: str
    width: int = 12
    text: bool = True
    needed: bool = False
    choices: tuple[str, ...] = ()
    strict: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A table to fill in (`example`) or filled (`rows`), with notes about the whole."""

    name: str
    columns: Sequence[FormColumn]
    rows: Iterable[Sequence[Value]] = ()
    example: Sequence[Value] = ()
    notes: Sequence[str] = field(default_factory=tuple)


def write_form(form: FormSheet) -> bytes:
    """An `.xlsx` with the table on the first sheet and notes on the second; all text is text, never a formula."""
    from core.workbooks.filling import form_workbook

    return form_workbook(form)
