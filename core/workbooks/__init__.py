"""Reading and writing workbooks, with no knowledge of what they hold."""

from core.workbooks.forms import EXAMPLE_MARK, NOTES_SHEET, FormColumn, FormSheet, write_form
from core.workbooks.model import (
    Cell,
    CellError,
    Limits,
    MergedRange,
    Row,
    Sheet,
    Workbook,
    WorkbookRefused,
    cell_text,
)
from core.workbooks.packed import Parsed
from core.workbooks.reader import opened, parse_workbook, read_workbook
from core.workbooks.tables import (
    Column,
    ColumnSpec,
    Meanings,
    Record,
    Table,
    by_specs,
    column_letters,
    find_table,
    heading_key,
    is_turned,
)
from core.workbooks.writer import SheetToWrite, write_workbook, write_workbook_to

__all__ = [
    "EXAMPLE_MARK",
    "NOTES_SHEET",
    "Cell",
    "CellError",
    "Column",
    "ColumnSpec",
    "FormColumn",
    "FormSheet",
    "Limits",
    "Meanings",
    "MergedRange",
    "Parsed",
    "Record",
    "Row",
    "Sheet",
    "SheetToWrite",
    "Table",
    "Workbook",
    "WorkbookRefused",
    "by_specs",
    "cell_text",
    "column_letters",
    "find_table",
    "heading_key",
    "is_turned",
    "opened",
    "parse_workbook",
    "read_workbook",
    "write_form",
    "write_workbook",
    "write_workbook_to",
]
