"""Class labels as schools write them."""

import pytest

from accounts.enums import Role
from jobs.enums import ImportKind
from schools.enums import GradeNaming, Preset
from schools.labels import GradeSense, find_class_label, parse_class_label, parse_grade_label
from schools.services import create_school
from tests.cases.books import book, errors, places, read, warnings
from tests.imports.conftest import Desk, person
from tests.senses import JUNIOR, PRIMARY, SENIOR


def parse(label: str, sense: GradeSense = PRIMARY, grade: str = "") -> tuple[int, int] | None:
    key = parse_class_label(label, sense=sense, start_year=2026, grade=grade)
    return (key.grade, key.number) if key else None


@pytest.mark.parametrize(
    "label,key",
    [
        ("五<6>", (5, 6)),
        ("五（6）班", (5, 6)),
        ("5.6", (5, 6)),
        ("5-6", (5, 6)),
        ("G5C6", (5, 6)),
        ("506", (5, 6)),
        ("５（６）班", (5, 6)),
        ("2022级6班", (5, 6)),
        ("小学五年级六班", (5, 6)),
        ("三（12）班", (3, 12)),
        ("112班", (1, 12)),
        ("小学2026级1班", (1, 1)),
        ("2025级小学二年级3班", (2, 3)),
        ("(一)(1)班", (1, 1)),
        ("一年级第1班", (1, 1)),
        ("一年級1班", (1, 1)),
        ("一年级“1”班", (1, 1)),
        ("一年级_1班", (1, 1)),
        ("一(1)中队", (1, 1)),
        ("一年级1班（启明班）", (1, 1)),
        ("班级：一（1）班", (1, 1)),
        ("101.0", (1, 1)),
        ('="101"', (1, 1)),
        ("一&lt;1&gt;", (1, 1)),
        ("G1(1)", (1, 1)),
    ],
)
def test_a_primary_class_is_read(label: str, key: tuple[int, int]) -> None:
    assert parse(label) == key


@pytest.mark.parametrize(
    "label",
    [
        *("", "11班", "二十一", "1班", "一年级", "七(1)", "高一1班", "初一(1)", "甲班", "0<1>"),
        *(
            "(11)班",
            "11)班",
            "G11",
            "202601",
            "2601",
            "0101",
            "1/1",
            "一甲",
            "2032届1班",
            "2026(1)班",
            "2025级一年级3班",
        ),
        *("一（1）班（东校区）", "一年级（1）启明班", "初中2026级1班", "桃源小学一（1）班"),
    ],
)
def test_what_names_no_class_of_the_stage_is_not_guessed(label: str) -> None:
    assert parse(label) is None


@pytest.mark.parametrize(
    "label,sense,key",
    [
        ("高一1班", SENIOR, (10, 1)),
        ("高二（11）班", SENIOR, (11, 11)),
        ("一(1)", SENIOR, (10, 1)),
        ("2025级3班", SENIOR, (11, 3)),
        ("初一(1)", JUNIOR, (7, 1)),
        ("七(1)", JUNIOR, (7, 1)),
        ("八年级2班", JUNIOR, (8, 2)),
    ],
)
def test_other_stages_count_their_own_grades(label: str, sense: GradeSense, key: tuple[int, int]) -> None:
    assert parse(label, sense) == key


@pytest.mark.parametrize(
    "grade,label,key",
    [
        ("一年级", "1班", (1, 1)),
        ("1", "12", (1, 12)),
        ("一年级", "一（1）班", (1, 1)),
        ("一年级", "二（1）班", None),
        ("九年级", "1班", None),
    ],
)
def test_grade_and_class_in_two_columns_are_joined(grade: str, label: str, key: tuple[int, int] | None) -> None:
    assert parse(label, grade=grade) == key


def test_a_class_in_a_title_line_is_found_if_it_is_the_only_one() -> None:
    def find(title: str) -> str | None:
        found = find_class_label(title, sense=PRIMARY, start_year=2026)
        return found.label if found else None

    assert find("青竹小学2026学年第一学期一（3）班学生名册") == "一（3）班"
    assert find("一（1）班和一（2）班") is None
    assert find("青竹小学学生名册") is None


@pytest.mark.parametrize(
    "title,key",
    [
        ("101班学生名单", (1, 1)),
        ("一(1)班名单", (1, 1)),
        ("青竹小学一（1）学生花名册", (1, 1)),
        ("2025级3班花名册", (2, 3)),
        ("青竹小学2026（1）班", None),
        ("二十一(1)班", None),
        ("附件1（2）学生名单", None),
        ("2026年9月101人", None),
    ],
)
def test_a_title_names_a_class_only_where_it_can_be_no_other(title: str, key: tuple[int, int] | None) -> None:
    found = find_class_label(title, sense=PRIMARY, start_year=2026)
    assert (found and (found.grade, found.number)) == key


@pytest.mark.parametrize("grade,number", [("小学2026级", 1), ("2025级", 2), ("2026级一年级", 1), ("初中2026级", None)])
def test_a_grade_is_read_by_its_year_of_entry(grade: str, number: int | None) -> None:
    assert parse_grade_label(grade, sense=PRIMARY, start_year=2026) == number


def test_the_school_s_own_name_in_front_is_no_part_of_the_label(desk: Desk) -> None:
    desk.students(("", "甲", "", "青竹小学一（1）班", "", "", "", ""))
    assert places() == [("甲", "一（1）班")]


def test_the_file_s_name_tells_the_class_of_its_only_table(desk: Desk) -> None:
    report = read(desk, book(("姓名", "性别"), ("甲", "女"), sheet="Sheet1"), name="一(1)班名单.xlsx")
    assert (places(), warnings(report)) == (
        [("甲", "一（1）班")],
        [("class_from_file", None, "班级", "一(1)班名单.xlsx")],
    )


def test_a_sheet_s_name_and_title_that_contradict_each_other_are_refused(desk: Desk) -> None:
    report = read(desk, book(("一(2)班学生名单",), ("姓名", "性别"), ("甲", "女"), sheet="一(1)班"))
    assert [code for code, *_ in errors(report)] == ["class_contradicts", "column_missing"]


def test_a_roster_of_a_school_of_seven_to_twelve_is_read_and_told_in_its_own_sense(db: None) -> None:
    """Only schools of one stage could be set up; an import called every grade 7 初一."""
    school, year = create_school(
        code="whole",
        name="青竹中学",
        preset=Preset.SENIOR_YEARLY,
        start_year=2026,
        grades=range(7, 13),
        naming=GradeNaming.NUMBERED,
    )
    desk = Desk(school, year, person("whole-admin", school, Role.SCHOOL_ADMIN))
    rows = [("甲", "七（1）班"), ("乙", "初二（3）班"), ("丙", "高一（2）班")]
    assert read(desk, book(("姓名", "班级"), *rows)).written
    assert places() == [("甲", "七（1）班"), ("乙", "八（3）班"), ("丙", "高一（2）班")]
    report = desk.run(
        book(("姓名", "班级"), ("丁", "七（9）班"), ("戊", "一（1）班")), ImportKind.STUDENTS, create=False
    )
    assert [(f.code, f.message) for f in report.log.findings if f.level == "error"] == [
        ("class_unknown", "本学年没有七（9）班。请检查写法，或选择“新建缺少的班级”。"),
        ("class_unreadable", "看不出是哪个班。请写成“七（1）班”这样的形式，或在“列和班级”里指定。"),
    ]
