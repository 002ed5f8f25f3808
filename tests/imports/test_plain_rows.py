"""A row that is taken at one look is the row that its readers make, cell by cell, and they would have said nothing."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.importlog import ImportLog
from core.workbooks import Row, Sheet, Workbook, WorkbookRefused, read_workbook
from jobs.importers import ImportOptions, ImportRequest
from students.imports import plan
from students.imports import rows as reader
from students.imports.matching import without_repeats
from students.imports.pupilrow import PupilRow
from tests.examples import costly
from tests.imports.conftest import ROSTERS, Desk

FILES = sorted(path for folder in (ROSTERS, ROSTERS.parent.parent / "cases" / "found") for path in folder.iterdir())
OPTIONS = ImportOptions(create_classes=True)
# Cells that are plain, and such as nearly are; the first one of each column is the commonest.
COLUMNS = {
    "姓名": [
        "王小明",
        "李一",
        "无",
        "合计",
        "说明",
        "姓名",
        "示例",
        "父",
        "王一转学",
        "王 一",
        "欧阳一一",
        "例",
        "备注",
        "",
    ],
    "学籍号": ["G350101201901011234", "A1", "", "0", "12", "g1", "无", "1.0", "同上", "＃1"],
    "性别": ["男", "女", "", "1", "未知", "无", "M"],
    "班级": ["一（1）班", "102", "一<1>", "", "1.1", "火箭班", "无", "一(1)班\x1f"],
    "座号": ["", "7", "007", "0", "十", "12345"],
    "监护人1姓名": [
        "张三",
        "",
        "父亲张三",
        "离异",
        "去世",
        "父",
        "父离",
        "本人",
        "张三李四王",
        "无",
        "否",
        "暂无",
        "已故",
        "李 四",
    ],
    "监护人1关系": ["父亲", "", "无", "父/母", "其他"],
    "监护人1电话": ["13912345678", "", "12345", "无", "139 1234 5678", "021-59120000"],
    "备注": ["", "转学", "无", "示例", "父母离异"],
}


def read(desk: Desk, workbook: Workbook, *, at_one_look: bool) -> tuple[object, ...]:
    """The rows that are read, and all that the preview says, with or without the look at whole rows."""
    request = ImportRequest(desk.actor, desk.year, workbook, OPTIONS, "一（3）班.xlsx")
    rows: list[PupilRow] = []
    with (
        mock.patch.object(plan, "without_repeats", side_effect=partial(_noting, rows)),
        nullcontext() if at_one_look else mock.patch.object(reader, "plain_reader", return_value=None),
    ):
        found = plan.plan_students(request)
    return rows, found.changes, found.log.findings, found.choices, found.rows, found.unchanged, found.spellings


def _noting(noted: list[PupilRow], rows: list[PupilRow], log: ImportLog) -> list[PupilRow]:
    noted.extend(map(replace, rows))
    return without_repeats(rows, log)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_roster_reads_the_same(desk: Desk, path: Path) -> None:
    try:
        workbook = read_workbook(path.read_bytes(), file_name=path.name)
    except WorkbookRefused:
        return
    assert read(desk, workbook, at_one_look=True) == read(desk, workbook, at_one_look=False)


def roster(*rows: tuple[str, ...]) -> Workbook:
    return Workbook("xlsx", (Sheet("名册", tuple(Row(at, row) for at, row in enumerate(rows, 1))),))


def test_each_odd_cell_in_a_plain_row_reads_the_same(desk: Desk) -> None:
    plain = tuple(cells[0] for cells in COLUMNS.values())
    odd = [(*plain[:at], cell, *plain[at + 1 :]) for at, cells in enumerate(COLUMNS.values()) for cell in cells]
    workbook = roster(tuple(COLUMNS), plain, *odd)
    assert read(desk, workbook, at_one_look=True) == read(desk, workbook, at_one_look=False)


@st.composite
def rosters(draw: st.DrawFn) -> Workbook:
    columns = draw(st.lists(st.sampled_from([*COLUMNS]), min_size=2, max_size=9, unique=True))
    column = {name: st.one_of(st.just(COLUMNS[name][0]), st.sampled_from(COLUMNS[name])) for name in columns}
    rows = draw(st.lists(st.tuples(*(column[name] for name in columns)), min_size=1, max_size=8))
    return roster(tuple(columns), *rows)


@settings(
    max_examples=costly(150),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(workbook=rosters())
def test_rows_of_nearly_plain_cells_read_the_same(desk: Desk, workbook: Workbook) -> None:
    assert read(desk, workbook, at_one_look=True) == read(desk, workbook, at_one_look=False)


def test_only_the_first_row_of_a_class_is_read_cell_by_cell(desk: Desk) -> None:
    """It says what the label means; were the others read so too, a large roster would take twice as long."""
    header = ("姓名", "学籍号", "性别", "班级", "座号", "父亲姓名", "父亲电话", "监护人2姓名", "监护人2关系")
    rows = [
        ("王一", "G1", "女", "一（1）班", "3", "王大", "13900000001", "李一", "母亲"),
        ("王二", "", "", "一（1）班", "", "", "", "李二", ""),
        ("王三", "G3", "男", "一（1）班", "", "", "13900000003", "", "母亲"),
    ]
    workbook = roster(header, *rows)
    with mock.patch.object(reader, "PupilRow", wraps=PupilRow) as made:
        found = read(desk, workbook, at_one_look=True)
    assert made.call_count == 1
    assert found == read(desk, workbook, at_one_look=False)
