"""Whatever stands in a workbook: findings or a refusal, never an exception; a dry run says what the import does."""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from core.workbooks import (
    Cell,
    CellError,
    MergedRange,
    Row,
    Sheet,
    Workbook,
    WorkbookRefused,
    read_workbook,
    write_workbook,
)
from core.workbooks.writer import SheetToWrite
from jobs.enums import ImportKind
from jobs.importers import ImportOptions, ImportRequest, importer_for
from jobs.previews import report_of
from tests.examples import costly
from tests.imports.conftest import ROSTERS, Desk
from tests.imports.snapshot import snapshot

HEADINGS = [
    *("姓名", "学生姓名", "班级", "年级", "学籍号", "学号", "性别", "序号", "座号", "备注", "电话", "家长1", "关系"),
    *(
        "监护人2姓名",
        "父亲电话",
        "转入日期",
        "工号",
        "手机号",
        "职务",
        "班主任班级",
        "导师",
        "导师团长",
        "身份证号",
        "",
    ),
]
TYPICAL = [
    *("甲", "乙", "王 一", "王一(转)", "黃一", "黄一", "王\u202e一", "王\ue000", "𠮷", "长" * 70, "\x00", "\ud800"),
    *("一<1>", "一（2）班", "101", "1.1", "火箭班", "一年级", "男", "女", "?", "G1", "G2", "'00123", "T1", "甲/乙"),
    *("13800138000", "13800138000、13900139000", "1.38E+10", "021-59120000", "2026.9.1", "1/9/2026"),
    *("合计", "示例：张", "#N/A", "=1+1", "导师", "导师团长", "副校长", "  "),
]
CELLS = st.one_of(
    st.just(""),
    st.sampled_from(TYPICAL),
    st.text(max_size=8),
    st.integers(-5, 20).map(float),
    st.floats(),
    st.sampled_from([1.1, 1.38e10, 3.1e17, 13800138000.0, 46266.0, 1e300]),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from([CellError("#N/A"), CellError("="), CellError("")]),
)
RANGES = st.tuples(st.integers(1, 6), st.integers(0, 3), st.integers(0, 5), st.integers(0, 2)).map(
    lambda at: MergedRange(at[0], at[0] + at[1], at[2], at[2] + at[3])
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    width = draw(st.integers(1, 7))
    header: list[Cell] = [*draw(st.lists(st.sampled_from(HEADINGS), min_size=width, max_size=width))]
    above = draw(st.lists(st.lists(CELLS, max_size=width), max_size=2))
    below = draw(st.lists(st.lists(CELLS, min_size=1, max_size=width), max_size=6))
    number = 0
    rows: list[Row] = []
    for cells in [*above, header, *below]:
        number += draw(st.integers(1, 2))
        rows.append(Row(number, tuple(cells), draw(st.booleans()) and number % 3 == 0))
    name = draw(st.sampled_from(["名册", "一(1)班", "102", "教师"]))
    merged = tuple(draw(st.lists(RANGES, max_size=2)))
    hidden = tuple(draw(st.lists(st.integers(0, 6), max_size=1)))
    return Sheet(name, tuple(rows), draw(st.booleans()), merged, hidden)


WORKBOOKS = st.lists(sheets(), min_size=1, max_size=2).map(
    lambda found: Workbook("xlsx", tuple({sheet.name: sheet for sheet in found}.values()))
)
OPTIONS = st.builds(
    ImportOptions,
    create_classes=st.booleans(),
    take_hidden=st.booleans(),
    mapping=st.dictionaries(
        st.sampled_from([*HEADINGS, "@A", "@B", "@C", "=火箭班", "电话#2"]),
        st.sampled_from(["", "name", "class", "number", "mentor", "guardian1_phone", "1-1", "无"]),
        max_size=3,
    ),
)


def is_sentence(refusal: DomainError) -> None:
    """What a person is told ends like a sentence."""
    assert refusal.message.endswith("。")


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    """A few pupils, teachers and a team, so that rows may match something."""
    desk.students(("G1", "甲", "女", "一<1>", "", "", "", ""), ("G2", "乙", "男", "一（2）班", "", "", "", ""))
    desk.run(
        write_workbook([SheetToWrite("教师", ["工号", "姓名"], [["T1", "甲"], ["T2", "乙"]])]), ImportKind.TEACHERS
    )
    return desk


@pytest.mark.parametrize("kind", list(ImportKind))
@settings(
    max_examples=costly(60),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(workbook=WORKBOOKS, options=OPTIONS)
def test_whatever_the_cells_hold_there_is_a_report_and_the_import_does_what_it_says(
    stocked: Desk, kind: ImportKind, workbook: Workbook, options: ImportOptions
) -> None:
    request = ImportRequest(stocked.actor, stocked.year, workbook, options)
    before = snapshot()
    dry = report_of(importer_for(kind)(request))
    assert snapshot() == before
    with transaction.atomic():
        point = transaction.savepoint()
        plan = importer_for(kind)(request)
        report = report_of(plan)
        assert (report.basis, report.changes, report.choices) == (dry.basis, dry.changes, dry.choices)
        if not report.log.has_errors:
            try:
                plan.write(frozenset(choice.key for choice in plan.choices))
            except DomainError as refusal:
                # A rule that only holds at the moment of writing; its sentence reaches the user.
                is_sentence(refusal)
            else:
                again = report_of(importer_for(kind)(request))
                assert [c for c in again.changes if c.kind == "new"] == []
        transaction.savepoint_rollback(point)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    data=st.binary(max_size=300),
    head=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"\xff\xfe"]),
)
def test_any_bytes_are_a_workbook_or_a_sentence(data: bytes, head: bytes) -> None:
    try:
        assert read_workbook(head + data, file_name="a.xls").sheets
    except WorkbookRefused as refusal:
        is_sentence(refusal)


@pytest.mark.parametrize("name", ["teachers.xlsx", "students-by-class.xls"])
def test_a_damaged_file_is_a_workbook_or_a_sentence(name: str) -> None:
    whole = (ROSTERS / name).read_bytes()
    chance = random.Random(7)
    for _ in range(15):
        data = bytearray(whole)
        for _ in range(20):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_workbook(bytes(data), file_name=name)
        except WorkbookRefused as refusal:
            is_sentence(refusal)
