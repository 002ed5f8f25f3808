"""Reading and writing workbooks, with no knowledge of what they hold."""

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
from core.workbooks.reader import read_workbook
from core.workbooks.tables import ColumnSpec, Record, Table, find_table, heading_key
from core.workbooks.writer import SheetToWrite, write_workbook

__all__ = [
    "Cell",
    "CellError",
    "ColumnSpec",
    "Limits",
    "MergedRange",
    "Record",
    "Row",
    "Sheet",
    "SheetToWrite",
    "Table",
    "Workbook",
    "WorkbookRefused",
    "cell_text",
    "find_table",
    "heading_key",
    "read_workbook",
    "write_workbook",
]
