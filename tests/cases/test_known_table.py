"""Whatever stands around a known table: each pupil has the class, guardian and phone put in, or somebody is told.

Margins, joined, hidden and failed cells, lines at the foot, wrappings of numbers, words for nothing, spellings of a
class and several ways to head the columns are drawn around pupils whose truth the test knows. Nothing in between is
allowed: a value that was not put in may stand nowhere, and what is not stored has a finding in its row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.workbooks import Cell, CellError, MergedRange, Row, Sheet, Workbook
from jobs.enums import ImportKind
from jobs.importers import ImportOptions, ImportPlan, ImportRequest, importer_for
from students.models import Enrolment
from tests.examples import costly
from tests.imports.conftest import Desk

NAMES = ("周一鸣", "吴语桐", "郑子涵", "王若溪")
PEOPLE = ("张勇", "李芳", "")
PHONES = ("13900000001", "13800000002", "13700000003", "")
NOTHING: tuple[Cell, ...] = ("", "无", "/", "——", "NULL", "nan", "待定", "（无）", "N/A", 0.0, "暂无", " ")
WRAPPED_NUMBER = ("{}", '="{}"', "'{}", "’{}", "“{}”", "\u00a0{} ")
WRAPPED_PHONE = (*WRAPPED_NUMBER, "+86-{}", "86{}", "妈妈{}", "{}。", "微信：{}", "{}.00", "*{}", "{}(家)")
SPELLINGS = (
    "{0}（{1}）班",
    "{0}<{1}>",
    "{0}年级{1}班",
    "{0}年级第{1}班",
    "小学{0}年级{1}班",
    "班级：{0}（{1}）班",
    "（{0}）（{1}）班",
)
HEADINGS = (
    ("姓名", "班级", "学籍号", "家长姓名", "家长电话"),
    ("★姓名", "★所在班级", "学籍号", "监护人1姓名", "监护人1联系电话"),
    ("学生姓名", "学生班级", "全国学籍号", "成员1姓名", "成员1联系电话"),
    ("姓 名", "行政班", "学籍编号", "家长", "手机号码"),
    ("姓名", "班号", "学籍号", "姓名（家长）", "联系电话（家长）"),
)
FEET = ("共 4 人", "班主任：李老师", "2026年9月", "（盖章）", "以下空白", "填表人：李", "合计")
QUICK = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Child:
    """What was put in, and in which row of the sheet."""

    name: str
    label: str
    number: str
    guardian: str
    phone: str
    row: int
    hidden: bool


@dataclass(frozen=True)
class Known:
    """A workbook with the truth about it; `harmed` if a cell in it holds an error."""

    workbook: Workbook
    children: tuple[Child, ...]
    harmed: bool


@st.composite
def tables(draw: st.DrawFn) -> Known:
    left, above = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    order = draw(st.permutations(range(5)))
    headings = draw(st.sampled_from(HEADINGS))
    rows: list[Row] = []
    if above > 1 and draw(st.booleans()):
        rows.append(Row(1, ("", "青竹小学学生名册")))

    def laid(cells: Sequence[Cell]) -> tuple[Cell, ...]:
        return (*[""] * left, *(cells[at] for at in order))

    rows.append(Row(above + 1, laid(headings)))
    children: list[Child] = []
    merged: list[MergedRange] = []
    class_at = left + order.index(1)
    join = draw(st.booleans())
    harmed = False
    previous = ""
    for at, name in enumerate(NAMES[: draw(st.integers(1, 4))]):
        grade, number = draw(st.sampled_from("一二")), draw(st.sampled_from("12"))
        label = f"{grade}（{number}）班"
        row = above + 2 + at
        child = Child(
            name,
            label,
            draw(st.sampled_from((f"0012{at}", ""))),
            draw(st.sampled_from(PEOPLE)),
            draw(st.sampled_from(PHONES)),
            row,
            draw(st.integers(0, 5)) == 0,
        )
        written: Cell = draw(st.sampled_from(SPELLINGS)).format(grade, number)
        if join and label == previous:
            if not merged:
                merged.append(MergedRange(row - 1, row, class_at, class_at))
            if merged[-1].last_row == row:
                written = ""
            elif merged[-1].last_row == row - 1:
                merged[-1] = MergedRange(merged[-1].first_row, row, class_at, class_at)
                written = ""
        previous = label
        nothing = st.sampled_from(NOTHING)
        cells: list[Cell] = [
            name,
            written,
            draw(st.sampled_from(WRAPPED_NUMBER)).format(child.number) if child.number else draw(nothing),
            child.guardian or draw(nothing),
            draw(st.sampled_from(WRAPPED_PHONE)).format(child.phone) if child.phone else draw(nothing),
        ]
        if draw(st.integers(0, 9)) == 0:
            cells[draw(st.sampled_from((2, 3, 4)))] = CellError("#REF!")
            harmed = True
        children.append(child)
        rows.append(Row(row, laid(cells), child.hidden))
    last = rows[-1].number
    rows += [
        Row(last + 1 + at, (*[""] * left, foot))
        for at, foot in enumerate(draw(st.lists(st.sampled_from(FEET), max_size=2)))
    ]
    hidden = tuple(draw(st.lists(st.integers(left, left + 4), max_size=1)))
    sheet = Sheet("Sheet1", tuple(rows), merged=tuple(merged), hidden_columns=hidden)
    return Known(Workbook("xlsx", (sheet,)), tuple(children), harmed)


def stored() -> dict[str, tuple[str, str, list[tuple[str, str]]]]:
    """Class, 学籍号 and guardians of every pupil who is there."""
    present = Enrolment.objects.active().select_related("pupil", "school_class__grade")
    return {
        row.pupil.name: (
            row.school_class.label,
            row.pupil.student_number,
            [(guardian.name, guardian.phone) for guardian in row.pupil.guardians.all()],
        )
        for row in present.prefetch_related("pupil__guardians")
    }


def planned(desk: Desk, workbook: Workbook) -> ImportPlan:
    """The plan of a first import that may create classes."""
    options = ImportOptions(create_classes=True)
    return importer_for(ImportKind.STUDENTS)(ImportRequest(desk.actor, desk.year, workbook, options))


@settings(QUICK, max_examples=costly(80))
@given(known=tables())
def test_each_pupil_has_what_was_put_in_or_the_row_is_told(desk: Desk, known: Known) -> None:
    with transaction.atomic():
        plan = planned(desk, known.workbook)
        told = {finding.row for finding in plan.log.findings if finding.level != "info"}
        hidden = [child for child in known.children if child.hidden]
        if plan.log.has_errors:
            # Nothing is written then, so only what really is wrong may refuse.
            assert known.harmed or len(hidden) == len(known.children)
            return
        plan.write(frozenset())
        found = stored()
        assert found.keys() == {child.name for child in known.children if not child.hidden}
        assert not hidden or min(child.row for child in hidden) in told
        for child in known.children:
            if not child.hidden:
                guardians = [(child.guardian, child.phone)] if child.guardian or child.phone else []
                assert found[child.name] == (child.label, child.number, guardians)
        transaction.set_rollback(True)


DOUBTFUL = ("139OOOOOOO1", "l3900000001", "139000000012", "1390000001", "021-13900000001", "1390000000113900000002")


@pytest.mark.parametrize("phone", DOUBTFUL)
@settings(QUICK, max_examples=6)
@given(wrapping=st.sampled_from(WRAPPED_NUMBER))
def test_a_doubtful_phone_is_told_and_never_another_number(desk: Desk, phone: str, wrapping: str) -> None:
    rows = (Row(1, ("姓名", "班级", "家长电话")), Row(2, ("周一鸣", "一（1）班", wrapping.format(phone))))
    with transaction.atomic():
        plan = planned(desk, Workbook("xlsx", (Sheet("Sheet1", rows),)))
        assert [(f.code, f.row) for f in plan.log.findings] == [("phone_doubtful", 2)]
        plan.write(frozenset())
        kept = phone if len(phone) < 15 or not phone.isdigit() else ""
        assert stored()["周一鸣"][2] == ([("", kept)] if kept else [])
        transaction.set_rollback(True)
