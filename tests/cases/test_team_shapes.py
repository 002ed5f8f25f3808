"""The shapes in which schools keep the mentors of their classes: read, asked about, or refused by a sentence."""

from collections.abc import Sequence

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from jobs.importers import ImportOptions
from jobs.imports import ALL_CHOICES
from mentors.models.slots import TeamMember
from tests.cases.books import MENTORS, TEACHERS, book, errors, infos, messages, read, warnings
from tests.imports.conftest import Desk, pupil
from tests.stored import StoredStates

ONE, TWO = "一<1>", "一<2>"


@pytest.fixture
def staff(desk: Desk, stored_states: StoredStates) -> Desk:
    """Two classes of one pupil each, and five teachers."""
    return stored_states.given("two classes and five teachers", lambda: staffed(desk))


def staffed(desk: Desk) -> Desk:
    """By imports."""
    desk.students(pupil(1, "甲一"), pupil(2, "乙一", TWO))
    rows = [(f"T{n}", name) for n, name in enumerate(("王一", "李二", "张三", "赵四", "孙五"), start=1)]
    assert read(desk, book(("工号", "姓名"), *rows), TEACHERS).written
    return desk


def teams() -> dict[str, list[str]]:
    """The mentors of each class, leaders with a star."""
    found: dict[str, list[str]] = {}
    rows = TeamMember.objects.select_related("school_class__grade", "mentor").order_by("school_class", "position")
    for row in rows.prefetch_related("mentor__members__teacher"):
        found.setdefault(row.school_class.label, []).append(row.mentor.names + "*" * row.is_leader)
    return found


BOTH = {"一（1）班": ["王一*", "张三"], "一（2）班": ["李二*", "赵四/孙五"]}


@pytest.mark.parametrize(
    "rows",
    [
        (("班级", ONE, TWO), ("导师团长", "王一", "李二"), ("导师", "张三", "赵四/孙五")),
        (("", "班级", ONE, TWO), ("", "团长：", "王一", "李二"), ("", "成员1", "张三", "赵四／孙五")),
        (
            ("班级", ONE, TWO, "备注"),
            ("班主任（团长）", "王一老师", "李二"),
            ("导师①", "张三(数学)", "赵四/孙五", "新"),
        ),
        (("年级", "班级", ONE, TWO), ("一年级", "首席导师", "王一", "李二"), ("", "第一导师", "张三", "赵四/孙五")),
        (("班级", ONE, TWO), ("人数", 1, 1), ("导师组长", "王一", "李二"), ("副班主任", "张三", "赵四/孙五")),
        (("班级", "导师团长", "导师"), (ONE, "王一", "张三"), (TWO, "李二", "赵四/孙五"), ("合计", "2人", "3人")),
        (
            ("班级", "人数", "班主任", "导师1", "导师2"),
            (ONE, 1, "王一", "张三", "无"),
            (TWO, 1, "李二", "", "赵四/孙五"),
        ),
        (("序号", "班级", "团长", "导师", ""), (1, ONE, "王一", "", "张三"), (2, TWO, "李二", "赵四/孙五", "")),
    ],
)
def test_classes_across_or_one_a_row_give_the_same_teams(staff: Desk, rows: Sequence[Sequence[object]]) -> None:
    report = read(staff, book(("全员导师匹配表",), *rows), MENTORS)
    assert (errors(report), teams()) == ([], BOTH)
    assert [code for code, *_ in warnings(report)] == []


def test_two_mentors_in_a_cell_are_asked_about_and_left_out_without_a_tick(staff: Desk) -> None:
    """甲、乙 became one shared place, and nobody was told."""
    rows = (("班级", ONE, TWO), ("导师团长", "王一", "李二"), ("导师", "张三、赵四", "张三,赵四"))
    report = read(staff, book(*rows), MENTORS)
    assert teams() == {"一（1）班": ["王一*"], "一（2）班": ["李二*"]}
    assert [(c.key, c.label) for c in report.choices] == [
        ("split:T3、T4", "一（1）班、一（2）班“张三、赵四”是两位导师？")
    ]
    assert warnings(report) == [("mentors_doubtful", 3, ONE, "张三、赵四"), ("mentors_doubtful", 3, TWO, "张三、赵四")]
    assert "共 2 格，不打勾就不导入" in messages(report)[0]
    staff.run(book(*rows), MENTORS, accepted=[ALL_CHOICES])
    assert teams() == {"一（1）班": ["王一*", "张三", "赵四"], "一（2）班": ["李二*", "张三", "赵四"]}
    again = read(staff, book(*rows), MENTORS)
    assert (again.changes, again.choices) == ((), ())


def test_only_a_stroke_means_a_shared_place(staff: Desk) -> None:
    rows = (("班级", ONE), ("导师团长", "王一"), ("导师", "张三/赵四"))
    assert read(staff, book(*rows), MENTORS).log.findings == ()
    again = read(staff, book(("班级", ONE), ("导师团长", "王一"), ("导师", "赵四、张三")), MENTORS)
    assert (again.changes, again.choices, errors(again)) == ((), (), [])
    assert teams() == {"一（1）班": ["王一*", "张三/赵四"]}


def test_several_names_that_can_only_be_several_mentors_are_read_and_told(staff: Desk) -> None:
    report = read(staff, book(("班级", ONE), ("导师团长", "王一"), ("导师", "张三、赵四、孙五")), MENTORS)
    assert (teams(), report.choices) == ({"一（1）班": ["王一*", "张三", "赵四", "孙五"]}, ())
    assert warnings(report) == [("mentors_split", 3, ONE, "张三、赵四、孙五")]


def test_two_leaders_in_a_cell_are_refused(staff: Desk) -> None:
    report = read(staff, book(("班级", ONE), ("导师团长", "王一、李二")), MENTORS)
    assert (errors(report), teams()) == ([("two_leaders", 2, ONE, "王一、李二")], {})


def test_words_for_nobody_yet_are_an_empty_cell(staff: Desk) -> None:
    report = read(staff, book(("班级", ONE, TWO), ("团长", "王一", "待定"), ("导师", "—", "暂无")), MENTORS)
    assert (teams(), [code for code, *_ in infos(report)]) == ({"一（1）班": ["王一*"]}, ["mentor_empty"] * 3)


def test_joined_titles_classes_and_mentors_count_for_all_they_span(staff: Desk) -> None:
    def join(sheet: Worksheet) -> None:
        for cells in ("A1:D1", "A4:A5", "C5:D5", "B2:C2"):
            sheet.merge_cells(cells)

    rows = (("匹配表",), ("班级", ONE, "", TWO), ("团长", "王一", "", "李二"), ("导师", "张三"), ("", "", "赵四"))
    report = read(staff, book(*rows, also=join), MENTORS)
    assert (errors(report), teams()) == ([], {"一（1）班": ["王一*", "张三", "赵四"], "一（2）班": ["李二*", "赵四"]})
    assert {row for code, row, *_ in infos(report) if code == "merged_filled"} == {4, 5}


def test_hidden_rows_and_columns_of_a_matrix_are_told(staff: Desk) -> None:
    """Hidden rows were read without a word."""

    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    data = book(("班级", ONE, TWO), ("团长", "王一", "李二"), ("导师", "张三", "赵四"), also=hide)
    assert [(c, r) for c, r, *_ in warnings(read(staff, data, MENTORS))] == [
        ("hidden_rows", 3),
        ("hidden_column", None),
    ]
    assert teams() == {"一（1）班": ["王一*"], "一（2）班": ["李二*"]}
    read(staff, data, MENTORS, name="再来.xlsx")
    staff.run(data, MENTORS, options=ImportOptions(take_hidden=True))
    assert teams() == {"一（1）班": ["王一*", "张三"], "一（2）班": ["李二*", "赵四"]}


@pytest.mark.parametrize(
    "rows,found",
    [
        ((("班级", ONE), ("团长", "王一", "李二")), ("class_heading_missing", 2, "", "李二")),
        ((("班级", ONE, "快班", TWO), ("团长", "王一", "李二", "张三")), ("class_unreadable", 1, "班级", "快班")),
        ((("班级", "导师"), (ONE, "王一"), ("", "李二")), ("class_missing", 3, "班级", "李二")),
        ((("班级", "团长", "备注", ""), (ONE, "王一", "", "李二")), ("heading_missing", 1, "", "")),
        ((("班级", ONE), ("团长", "王一"), ("导师", "张三"), ("", "李二")), ("row_unknown", 4, ONE, "李二")),
        ((("班级", ONE), ("团长", "王一(2)")), ("teacher_unknown", 2, ONE, "王一(2)")),
    ],
)
def test_what_would_be_dropped_or_guessed_is_refused(
    staff: Desk, rows: Sequence[Sequence[object]], found: tuple[object, ...]
) -> None:
    assert (errors(read(staff, book(*rows), MENTORS)), teams()) == ([found], {})


def test_a_file_in_no_known_shape_is_told_what_the_shapes_are(staff: Desk) -> None:
    report = read(staff, book(("姓名", "年龄"), ("王一", 3)), MENTORS)
    (message,) = messages(report)
    assert "每班一行" in message
    assert "每名学生一行" in message
    assert "下载模板" in message


def test_a_column_that_is_no_mentor_of_one_class_a_row_is_warned_about(staff: Desk) -> None:
    report = read(staff, book(("班级", "团长", "学科"), (ONE, "王一", "语文")), MENTORS)
    assert warnings(report) == [("column_ignored", 1, "学科", "")]
