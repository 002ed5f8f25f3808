"""Whatever stands around a table: each cell is read where it is, and nothing is made up."""

import io

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from core.workbooks import CellError, MergedRange, read_workbook

WIDTH, HEIGHT = 4, 5
TABLE = {(row, column): f"{row}-{column}" for row in range(HEIGHT) for column in range(WIDTH)}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    down=st.integers(0, 6),
    right=st.integers(0, 30),
    joined=st.tuples(st.integers(1, HEIGHT - 2), st.integers(0, WIDTH - 1), st.integers(1, 2)),
    failed=st.sets(st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1)), max_size=3),
    hidden_rows=st.sets(st.integers(0, HEIGHT - 1), max_size=3),
    hidden_columns=st.sets(st.integers(0, WIDTH - 1), max_size=2),
)
def test_a_table_is_read_the_same_from_any_corner(
    down: int,
    right: int,
    joined: tuple[int, int, int],
    failed: set[tuple[int, int]],
    hidden_rows: set[int],
    hidden_columns: set[int],
) -> None:
    top, at, more = joined
    bottom = min(top + more, HEIGHT - 1)
    covered = {(row, at) for row in range(top + 1, bottom + 1)}
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    expected: dict[tuple[int, int], object] = {}
    for place in TABLE.keys() - covered:
        row, column = place[0] + down + 1, place[1] + right
        sheet.cell(row, column + 1, "#N/A" if place in failed else TABLE[place])
        expected[row, column] = CellError("#N/A") if place in failed else TABLE[place]
    sheet.merge_cells(None, top + down + 1, at + right + 1, bottom + down + 1, at + right + 1)
    for number in hidden_rows:
        sheet.row_dimensions[number + down + 1].hidden = True
    for number in hidden_columns:
        sheet.column_dimensions[get_column_letter(number + right + 1)].hidden = True
    buffer = io.BytesIO()
    workbook.save(buffer)
    (read,) = read_workbook(buffer.getvalue(), file_name="a.xlsx").sheets
    assert {(row.number, c): cell for row in read.rows for c, cell in enumerate(row.cells) if cell != ""} == expected
    assert {row.number for row in read.rows if row.hidden} == {number + down + 1 for number in hidden_rows}
    assert read.merged == (MergedRange(top + down + 1, bottom + down + 1, at + right, at + right),)
    assert set(read.hidden_columns) == {number + right for number in hidden_columns}
