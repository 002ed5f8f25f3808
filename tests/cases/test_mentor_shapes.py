"""The shapes in which schools keep pupils with their mentors: read, asked about, or refused by a sentence."""

from collections.abc import Sequence

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from core.importplan import Choice
from jobs.importers import ImportOptions
from jobs.imports import ALL_CHOICES
from mentors.models.slots import Assignment
from tests.cases.books import MENTORS, TEACHERS, book, errors, infos, messages, read, sheets, warnings
from tests.cases.test_people import pairs
from tests.imports.conftest import Desk, pupil
from tests.stored import StoredStates

ONE, TWO = "一<1>", "一<2>"
LIST = ("班级", "姓名", "导师")


@pytest.fixture
def school(desk: Desk, stored_states: StoredStates) -> Desk:
    """Two classes of six, 甲一 to 甲六 and 乙一 to 乙六; 王一 and 李二, and a shared slot."""
    return stored_states.given("two classes of mentors", lambda: filled(desk))


def filled(desk: Desk) -> Desk:
    """By imports."""
    ordinals = "一二三四五六"
    desk.students(*(pupil(n, f"甲{o}") for n, o in enumerate(ordinals, start=1)))
    desk.students(*(pupil(n + 10, f"乙{o}", TWO) for n, o in enumerate(ordinals, start=1)))
    rows = [("T1", "王一", "语文"), ("T2", "李二", "数学"), ("T3", "张三", "英语"), ("T4", "赵四", "体育")]
    assert read(desk, book(("工号", "姓名", "任教学科"), *rows), TEACHERS).written
    matrix = (("班级", ONE, TWO), ("导师团长", "王一", "李二"), ("导师", "张三/赵四", ""))
    assert read(desk, book(*matrix), MENTORS).written
    return desk


def listed(desk: Desk, *rows: Sequence[object], accepted: Sequence[str] = ()) -> dict[str, str]:
    """The pairs after an import of these rows, which must be written."""
    report = desk.run(book(*rows), MENTORS, accepted=accepted)
    assert report.written, messages(report)
    return pairs()


def asked(desk: Desk, *rows: Sequence[object]) -> list[str]:
    """What a list asks."""
    return [choice.label for choice in desk.run(book(*rows), MENTORS, dry=True).choices]


ONCE = (LIST, (ONE, "甲一", "王一"), (ONE, "甲二", ""), (ONE, "甲三", ""), (ONE, "甲四", "李二"), (ONE, "甲五", ""))


def test_blanks_beneath_a_mentor_are_asked_run_by_run(school: Desk) -> None:
    """Only each mentor's first pupil was taken, and nobody was told."""
    report = school.run(book(*ONCE), MENTORS)
    assert [choice.label for choice in report.choices] == [
        "第 3–4 行没有写导师，沿用上一行的“王一”？（2 名学生）",
        "第 6 行没有写导师，沿用上一行的“李二”？（甲五）",
    ]
    assert warnings(report) == [
        ("mentor_carried", 3, "导师", "王一"),
        ("mentor_carried", 4, "导师", "王一"),
        ("mentor_carried", 6, "导师", "李二"),
    ]
    assert messages(report)[0] == "共有 3 行没有写导师，不打勾就不变动；确认时打勾的，归上一行写的导师。"
    assert (report.count(report.changes[0].kind), pairs()) == (2, {"甲一": "王一", "甲四": "李二"})


@pytest.mark.parametrize("word", ["同上", "〃", '"'])
def test_as_above_is_asked_as_a_blank_is(school: Desk, word: str) -> None:
    assert asked(school, LIST, (ONE, "甲一", "王一"), (ONE, "甲二", word)) == [
        "第 3 行没有写导师，沿用上一行的“王一”？（甲二）"
    ]


def test_only_the_ticked_run_is_carried_down(school: Desk) -> None:
    first: Choice = school.run(book(*ONCE), MENTORS, dry=True).choices[0]
    taken = listed(school, *ONCE, accepted=[first.key])
    assert taken == {"甲一": "王一", "甲二": "王一", "甲三": "王一", "甲四": "李二"}
    rest = listed(school, *ONCE, accepted=[ALL_CHOICES])
    assert rest == taken | {"甲五": "李二"}
    again = school.run(book(*ONCE), MENTORS)
    assert (again.changes, again.choices, again.unchanged) == ((), (), 5)


def test_many_runs_of_blanks_are_asked_by_mentor(school: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentors.roster.imports.pairs.SINGLE_RUNS", 1)
    assert asked(school, *ONCE, (ONE, "甲六", "王一"), (TWO, "乙一", "王一"), (TWO, "乙二", "")) == [
        "第 3–4、9 行没有写导师，沿用上一行的“王一”？（3 名学生）",
        "第 6 行没有写导师，沿用上一行的“李二”？（甲五）",
    ]


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(("", "", ""), id="a blank row"),
        pytest.param(("合计", "2人", ""), id="a total"),
        pytest.param(LIST, id="the heading again"),
    ],
)
def test_no_mentor_is_carried_over_a_gap(school: Desk, between: Sequence[str]) -> None:
    report = school.run(book(LIST, (ONE, "甲一", "王一"), between, (ONE, "甲二", "")), MENTORS)
    assert (report.choices, pairs()) == ((), {"甲一": "王一"})
    assert warnings(report) == [("mentor_empty", 4, "导师", "甲二")]


def test_no_mentor_is_carried_into_another_class(school: Desk) -> None:
    report = school.run(book(LIST, (ONE, "甲一", "王一"), (TWO, "乙一", "")), MENTORS)
    assert (report.choices, warnings(report)) == ((), [("mentor_empty", 3, "导师", "乙一")])


@pytest.mark.parametrize("at", [1, 2])
def test_a_mentor_in_the_middle_or_at_the_foot_is_given_to_nobody_else(school: Desk, at: int) -> None:
    names = ["甲一", "甲二", "甲三"]
    rows = [(ONE, name, "王一" if number == at else "") for number, name in enumerate(names)]
    report = school.run(book(LIST, *rows), MENTORS)
    assert (report.choices, pairs()) == ((), {names[at]: "王一"})
    assert {code for code, *_ in warnings(report)} == {"mentor_position"}
    assert len(warnings(report)) == 2


def test_a_class_written_once_counts_for_the_rows_beneath(school: Desk) -> None:
    school.students(pupil(31, "丙一"), pupil(32, "丙一", TWO), pupil(33, "丙二", TWO))
    assert listed(school, LIST, (ONE, "甲一", "王一"), ("", "甲二", "王一")) == {"甲一": "王一", "甲二": "王一"}
    report = school.run(book(LIST, (ONE, "甲一", "王一"), ("", "丙二", "王一")), MENTORS)
    assert [code for code, *_ in errors(report)] == ["class_doubtful"]


def test_a_class_written_above_that_decides_between_namesakes_is_asked(school: Desk) -> None:
    school.students(pupil(31, "丙一"), pupil(32, "丙一", TWO))
    rows = (LIST, (ONE, "甲一", "王一"), ("", "丙一", "王一"), ("", "甲二", ""))
    assert asked(school, *rows) == [
        "第 3 行没有写班级，按上面写的“一（1）班”？（丙一）",
        "第 4 行没有写导师，沿用上一行的“王一”？（甲二）",
    ]
    assert listed(school, *rows) == {"甲一": "王一"}
    assert listed(school, *rows, accepted=[ALL_CHOICES]) == dict.fromkeys(("甲一", "丙一", "甲二"), "王一")
    assert Assignment.objects.get(pupil__name="丙一").pupil.student_number == f"G{31:018d}"


@pytest.mark.parametrize(
    "cell",
    [
        "甲一、甲二、甲三",
        "甲一，甲二,甲三",
        "甲一；甲二;甲三",
        "甲一/甲二/甲三",
        "甲一 甲二 甲三",
        "甲 一　甲 二　甲 三",
        "甲一\n甲二\n甲三",
        "1.甲一 2.甲二 3.甲三",
        "甲一、甲二、甲三（3人）",
    ],
)
def test_pupils_in_one_cell_are_read_one_by_one(school: Desk, cell: str) -> None:
    report = school.run(book(("导师", "班级", "学生名单"), ("王一", ONE, cell)), MENTORS)
    assert pairs() == dict.fromkeys(("甲一", "甲二", "甲三"), "王一")
    assert ("pupils_split", 2, "学生名单", "") in infos(report)
    assert warnings(report) == []


def test_names_with_a_middle_dot_or_blanks_are_not_split(school: Desk) -> None:
    school.students(pupil(41, "阿依·古丽"), pupil(42, "Anna Maria"), pupil(43, "Anna"), pupil(44, "欧阳娜"))
    taken = listed(school, ("导师", "学生"), ("王一", "阿依•古丽、Anna Maria 欧阳 娜"), ("李二", "Anna"))
    assert taken == {"阿依·古丽": "王一", "Anna Maria": "王一", "欧阳娜": "王一", "Anna": "李二"}


def test_a_cell_with_somebody_unknown_or_two_readings_is_refused(school: Desk) -> None:
    school.students(pupil(51, "安娜"), pupil(52, "安"), pupil(53, "娜"))
    for cell, value in (("甲一、无名", "无名"), ("安 娜 甲一", "安娜甲一"), ("甲一甲二", "甲一甲二")):
        report = school.run(book(("导师", "学生"), ("王一", cell)), MENTORS)
        assert errors(report) == [("pupil_unknown", 2, "学生", value)]
    assert pairs() == {}


def test_a_head_count_that_differs_from_the_pupils_is_told(school: Desk) -> None:
    report = school.run(book(("导师", "学生"), ("王一（3人）", "甲一、甲二"), ("李二(1人)", "甲三")), MENTORS)
    assert [(code, row) for code, row, *_ in warnings(report)] == [("headcount_differs", 2)]
    assert ("headcount_aside", 3, "导师", "李二(1人)") in infos(report)
    assert "写着 3 人，这份名单里读到 2 人。请核对。" in messages(report)


@pytest.mark.parametrize(
    "header,row",
    [
        (("班级", "导师", "学生1", "学生2", "学生3"), (ONE, "王一", "甲一", "甲二", "甲三")),
        (("导师", "学生", "学生", "学生"), ("王一", "甲一", "甲二", "甲三")),
        (("导师姓名", "学生", "", ""), ("王一", "甲一", "甲二", "甲三")),
        (("学生一", "学生二", "学生三", "导师"), ("甲一", "甲二", "甲三", "王一")),
        (("导师", "学生①", "学生②", "学生③"), ("王一", "甲一", "甲二、甲三", "")),
    ],
)
def test_pupils_across_are_read(school: Desk, header: Sequence[str], row: Sequence[str]) -> None:
    assert listed(school, header, row) == dict.fromkeys(("甲一", "甲二", "甲三"), "王一")


@pytest.mark.parametrize(
    "rows",
    [
        (("王一", "李二", "张三"), ("甲一", "甲三", "甲四"), ("甲二", "", "")),
        (("导师", "王一老师", "李二（1人）", "张三/赵四"), ("学生", "甲一", "甲三", "甲四"), ("", "甲二", "", "")),
        (("一（1）班",), ("序号", "王一", "李二", "张三"), (1, "甲一", "甲三", "甲四"), (2, "甲二"), ("人数", 2, 1, 1)),
        ((), ("", "王一", "李二", "张三"), ("", "甲一、甲二", "甲三", "甲四")),
    ],
)
def test_mentors_as_headings_with_their_pupils_beneath_are_read(school: Desk, rows: Sequence[Sequence[object]]) -> None:
    wanted = {"甲一": "王一", "甲二": "王一", "甲三": "李二", "甲四": "张三/赵四"}
    assert listed(school, *rows) == wanted


def test_a_column_of_pupils_without_a_mentor_above_is_refused(school: Desk) -> None:
    report = school.run(book(("王一", "李二"), ("甲一", "甲二", "甲三")), MENTORS)
    assert [(code, row, value) for code, row, _, value in errors(report)] == [("mentor_heading_missing", 2, "甲三")]


def test_blocks_with_their_own_headings_know_their_class(school: Desk) -> None:
    school.students(pupil(61, "同名"), pupil(62, "同名", TWO))
    rows = (
        ("一（1）班",),
        ("姓名", "导师"),
        ("同名", "王一"),
        ("甲一", "王一"),
        ("一（2）班",),
        ("姓名", "导师"),
        ("同名", "李二"),
    )
    report = school.run(book(*rows), MENTORS)
    assert (errors(report), warnings(report), report.count(report.changes[0].kind)) == ([], [], 3)
    assert [change.subject for change in report.changes] == ["一（1）班 同名", "一（1）班 甲一", "一（2）班 同名"]


def test_lines_between_groups_name_the_class_or_the_mentor_beneath(school: Desk) -> None:
    rows = (
        ("姓名", "导师"),
        ("一（1）班",),
        ("甲一", "王一"),
        ("一（2）班",),
        ("乙一", "李二"),
        ("导师：王一",),
        ("乙二",),
    )
    assert asked(school, *rows) == ["第 7 行没有写导师，沿用上一行的“导师：王一”？（乙二）"]


def test_a_sheet_for_each_class_or_mentor(school: Desk) -> None:
    by_class: dict[str, Sequence[Sequence[object]]] = {
        "一（1）班": [("学生", "导师"), ("甲一", "王一")],
        "102班名单": [("学生", "导师"), ("乙一", "李二")],
    }
    assert school.run(sheets(by_class), MENTORS).written
    by_mentor: dict[str, Sequence[Sequence[object]]] = {
        "王一": [("姓名", "班级"), ("甲二", ONE)],
        "李二老师": [("序号", "姓名"), (1, "乙二")],
    }
    assert school.run(sheets(by_mentor), MENTORS).written
    assert pairs() == {"甲一": "王一", "乙一": "李二", "甲二": "王一", "乙二": "李二"}


@pytest.mark.parametrize(
    "cell",
    [
        "王一老师",
        "王一（语文）",
        "语文：王一",
        "王一(班主任)",
        "班主任 王一",
        "王 一",
        "导师王一老师（语文、数学）",
        "t1",
    ],
)
def test_words_beside_a_mentors_name_are_set_aside(school: Desk, cell: str) -> None:
    report = school.run(book(LIST, (ONE, "甲一", cell)), MENTORS)
    assert (pairs(), warnings(report)) == ({"甲一": "王一"}, [])


@pytest.mark.parametrize("cell", ["王一（李二）", "王一(2)", "王老师", "王一 孙七", "王一一"])
def test_a_cell_that_may_mean_another_is_refused(school: Desk, cell: str) -> None:
    report = school.run(book(LIST, (ONE, "甲一", cell)), MENTORS)
    assert ([code for code, *_ in errors(report)], pairs()) == (["teacher_unknown"], {})


def test_a_remark_that_is_no_duty_is_warned_about(school: Desk) -> None:
    report = school.run(book(LIST, (ONE, "甲一", "王一（代孙七）")), MENTORS)
    assert (pairs(), warnings(report)) == ({"甲一": "王一"}, [("words_aside", 2, "导师", "代孙七")])


@pytest.mark.parametrize("word", ["无", "待定", "—", "/", "未定", "暂无", "NULL", "0", "（空缺）", "暂未安排"])
def test_words_for_nobody_yet_are_an_empty_cell_that_nothing_is_carried_into(school: Desk, word: str) -> None:
    rows = (LIST, (ONE, "甲一", "王一"), (ONE, "甲二", word), (ONE, "甲三", ""))
    report = school.run(book(*rows), MENTORS)
    assert (pairs(), report.choices, errors(report)) == ({"甲一": "王一"}, (), [])
    assert infos(report) == [("mentor_empty", 3, "导师", "甲二")]
    assert warnings(report) == [("mentor_empty", 4, "导师", "甲三")]


def test_two_mentors_for_one_pupil_are_refused_and_a_shared_place_may_be_written_either_way(school: Desk) -> None:
    report = school.run(book(LIST, (ONE, "甲一", "王一、李二")), MENTORS)
    assert errors(report) == [("slot_conflict", 2, "导师", "王一、李二")]
    assert listed(school, LIST, (ONE, "甲一", "张三、赵四"), (ONE, "甲二", "赵四/张三")) == {
        "甲一": "张三/赵四",
        "甲二": "张三/赵四",
    }


def test_a_column_without_heading_is_never_dropped_in_silence(school: Desk) -> None:
    report = school.run(book(("姓名", "导师", ""), ("甲一", "王一", "李二")), MENTORS)
    assert [code for code, *_ in warnings(report)] == ["heading_missing"]
    assert messages(report)[0] == "C 列没有表头，没有导入。如果写的是学生或导师，请补上表头。"


def test_hidden_rows_with_another_mentor_stop_what_is_carried_down(school: Desk) -> None:
    def hide(sheet: object) -> None:
        sheet.row_dimensions[3].hidden = True  # type: ignore[attr-defined]  # a worksheet

    data = book(LIST, (ONE, "甲一", "王一"), (ONE, "甲二", "李二"), (ONE, "甲三", ""), also=hide)
    report = school.run(data, MENTORS)
    assert (pairs(), report.choices) == ({"甲一": "王一"}, ())
    taken = school.run(data, MENTORS, options=ImportOptions(take_hidden=True))
    assert [choice.label for choice in taken.choices] == ["第 4 行没有写导师，沿用上一行的“李二”？（甲三）"]


def test_a_pupil_who_is_named_like_a_teacher_is_no_heading(school: Desk) -> None:
    school.students(pupil(71, "李二"))
    assert listed(school, ("姓名", "导师"), ("李二", "王一"), ("甲二", "王一")) == dict.fromkeys(
        ("李二", "甲二"), "王一"
    )


def test_a_sheet_and_its_title_that_name_two_classes_are_refused(school: Desk) -> None:
    rows: Sequence[Sequence[object]] = [("一（2）班师生结对",), ("姓名", "导师"), ("甲一", "王一")]
    report = school.run(sheets({"一（1）班": rows}), MENTORS)
    assert [code for code, *_ in errors(report)] == ["class_contradicts", "pupil_unknown"]


def test_headings_in_two_rows_with_pupils_across_are_read(school: Desk) -> None:
    def join(sheet: Worksheet) -> None:
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("A1:A2")

    data = book(("导师", "学生", ""), ("", "1", "2"), ("王一", "甲一", "甲二"), also=join)
    assert school.run(data, MENTORS).written
    assert pairs() == {"甲一": "王一", "甲二": "王一"}


def test_a_join_that_ends_before_the_blanks_leaves_the_rest_to_be_asked(school: Desk) -> None:
    def join(sheet: Worksheet) -> None:
        sheet.merge_cells("C2:C3")

    data = book(LIST, (ONE, "甲一", "王一"), (ONE, "甲二", ""), (ONE, "甲三", ""), also=join)
    report = school.run(data, MENTORS)
    assert pairs() == {"甲一": "王一", "甲二": "王一"}
    assert [choice.label for choice in report.choices] == ["第 4 行没有写导师，沿用上一行的“王一”？（甲三）"]
