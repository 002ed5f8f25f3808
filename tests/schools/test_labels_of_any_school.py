"""Class labels in the sense of every shape of school: the school's grades, its system and what it calls them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.enums import GradeNaming, SchoolSystem
from schools.grades import ALL_GRADES
from schools.labels import GradeName, GradeSense, find_class_label, parse_class_label, parse_grade_label
from tests.senses import sense_of

NUMERALS = "一二三四五六七八九十"
FIVE_FOUR = SchoolSystem.FIVE_FOUR
NINE_YEAR = sense_of(range(1, 10))
NINE_YEAR_NUMBERED = sense_of(range(1, 10), naming=GradeNaming.NUMBERED)
COMPLETE = sense_of(range(7, 13))
TWELVE_YEAR = sense_of(range(1, 13))
JUNIOR_54 = sense_of(range(6, 10), FIVE_FOUR)
JUNIOR_54_NUMBERED = sense_of(range(6, 10), FIVE_FOUR, GradeNaming.NUMBERED)
JUNIOR_54_FOUR = sense_of(range(6, 10), FIVE_FOUR, GradeNaming.FOUR_JUNIOR)
VOCATIONAL = sense_of(range(10, 13), naming=GradeNaming.VOCATIONAL)

shapes = st.builds(
    sense_of,
    st.sets(st.sampled_from(ALL_GRADES), min_size=1).map(sorted),
    st.sampled_from(SchoolSystem),
    st.sampled_from(GradeNaming),
)


def parse(label: str, sense: GradeSense, grade: str = "") -> tuple[int, int] | None:
    key = parse_class_label(label, sense=sense, start_year=2026, grade=grade)
    return (key.grade, key.number) if key else None


@given(shapes, st.integers(1, 60), st.data())
def test_what_a_school_calls_a_class_is_read_back_as_that_class(
    sense: GradeSense, number: int, data: st.DataObject
) -> None:
    grade = data.draw(st.sampled_from(sense.grades))
    key = sense.key(grade.number, number)
    assert key is not None
    spellings = [
        key.label,
        f"{grade.short_name}{number}班",
        f"{grade.name}{number}班",
        f"{grade.short_name}<{number}>",
        f"{grade.short_name}-{number}",
    ]
    assert [parse(spelling, sense) for spelling in spellings] == [(grade.number, number)] * 5
    assert [parse(f"{number}班", sense, name) for name in (grade.name, grade.short_name)] == [
        (grade.number, number)
    ] * 2
    assert find_class_label(f"青竹学校2026学年{key.label}学生名册", sense=sense, start_year=2026) == key


def may_mean(sense: GradeSense, number: int) -> list[int]:
    """The grades of a school that somebody may call the `number`th year, if there is no grade of that number."""
    own = [g.number for g in sense.grades if g.short_name in (f"{stage}{NUMERALS[number - 1]}" for stage in "初高职")]
    junior = {7} | ({6} if sense.system == FIVE_FOUR else set())
    counted = [
        g.number
        for g in sense.grades
        if g.number + 1 - number in (junior if min(junior) <= g.number <= 9 else {10} if g.number >= 10 else {1})
    ]
    says = any(g.short_name.startswith("初") for g in sense.grades)
    return own if own or says else counted


@given(shapes, st.integers(1, 10))
def test_a_numeral_alone_that_may_be_two_grades_of_a_school_is_none(sense: GradeSense, number: int) -> None:
    """`一（1）班` of a 完全中学 is 初一 or 高一: nobody can tell."""
    meant = [number] if number in sense.short_names else may_mean(sense, number)
    expected = (meant[0], 1) if len(meant) == 1 and (number in sense.short_names or len(sense.stages) == 1) else None
    assert parse(f"{NUMERALS[number - 1]}（1）班", sense) == expected


@pytest.mark.parametrize(
    "sense,label,key",
    [
        (NINE_YEAR, "一（1）班", (1, 1)),
        (NINE_YEAR, "初一（1）班", (7, 1)),
        (NINE_YEAR, "七（1）班", (7, 1)),
        (NINE_YEAR, "初中一年级1班", (7, 1)),
        (NINE_YEAR, "小学一年级1班", (1, 1)),
        (NINE_YEAR, "初中七年级1班", (7, 1)),
        (NINE_YEAR, "小学七年级1班", None),
        (NINE_YEAR, "101", (1, 1)),
        (NINE_YEAR, "高一1班", None),
        (NINE_YEAR_NUMBERED, "初三2班", (9, 2)),
        (COMPLETE, "一（1）班", None),
        (COMPLETE, "101", None),
        (COMPLETE, "七（1）班", (7, 1)),
        (COMPLETE, "高一（1）班", (10, 1)),
        (TWELVE_YEAR, "一（1）班", (1, 1)),
        (TWELVE_YEAR, "十（1）班", (10, 1)),
        (JUNIOR_54, "预备（1）班", (6, 1)),
        (JUNIOR_54, "预初1班", (6, 1)),
        (JUNIOR_54, "预备年级1班", (6, 1)),
        (JUNIOR_54, "预备一班", (6, 1)),
        (JUNIOR_54, "六（1）班", (6, 1)),
        (JUNIOR_54, "初中六年级1班", (6, 1)),
        (JUNIOR_54, "初一（1）班", (7, 1)),
        (JUNIOR_54, "一（1）班", (7, 1)),
        (JUNIOR_54, "初四（1）班", None),
        (JUNIOR_54_NUMBERED, "六（1）班", (6, 1)),
        (JUNIOR_54_NUMBERED, "预备（1）班", (6, 1)),
        (JUNIOR_54_NUMBERED, "初一（1）班", (7, 1)),
        # 六年级 or 七年级: with four years nobody can tell.
        (JUNIOR_54_NUMBERED, "一（1）班", None),
        (JUNIOR_54_FOUR, "初一（1）班", (6, 1)),
        (JUNIOR_54_FOUR, "初中四年级1班", (9, 1)),
        (JUNIOR_54_FOUR, "一（1）班", (6, 1)),
        (sense_of(range(1, 7)), "预备（1）班", None),
        (sense_of(range(1, 6), FIVE_FOUR), "六（1）班", None),
        (VOCATIONAL, "职一1班", (10, 1)),
        (VOCATIONAL, "中职二年级3班", (11, 3)),
        (VOCATIONAL, "高一（1）班", (10, 1)),
        (VOCATIONAL, "一（1）班", (10, 1)),
        (sense_of(range(10, 13)), "职一1班", None),
    ],
)
def test_each_school_reads_labels_in_its_own_sense(sense: GradeSense, label: str, key: tuple[int, int] | None) -> None:
    assert parse(label, sense) == key


@pytest.mark.parametrize(
    "sense,label,key",
    [
        (NINE_YEAR, "小学2026级1班", (1, 1)),
        (NINE_YEAR, "初中2026级1班", (7, 1)),
        # 一年级 and 初一 both began in 2026; of those who began in 2022 or 2018 there is one grade.
        (NINE_YEAR, "2026级1班", None),
        (NINE_YEAR, "2022级1班", (5, 1)),
        (NINE_YEAR, "2018级1班", (9, 1)),
        (NINE_YEAR, "2026级七年级1班", (7, 1)),
        (NINE_YEAR, "2026级一年级1班", (1, 1)),
        (NINE_YEAR, "2026级二年级1班", None),
        (JUNIOR_54, "2026级1班", (6, 1)),
        (JUNIOR_54, "2023级1班", (9, 1)),
        (COMPLETE, "高2026级1班", (10, 1)),
        (COMPLETE, "2026级1班", None),
        (VOCATIONAL, "2025级1班", (11, 1)),
        (VOCATIONAL, "中职2026级1班", (10, 1)),
    ],
)
def test_years_of_entry_are_reckoned_from_the_first_grade_of_the_stage(
    sense: GradeSense, label: str, key: tuple[int, int] | None
) -> None:
    assert parse(label, sense) == key


@pytest.mark.parametrize(
    "sense,title,named",
    [
        (NINE_YEAR, "青竹学校初中一年级2班学生名册", "初一（2）班"),
        (NINE_YEAR, "青竹学校初中部一（2）班学生名册", "初一（2）班"),
        # One of the two, and nobody can tell which.
        (NINE_YEAR, "青竹学校初中部2026学年一（2）班学生名册", None),
        (NINE_YEAR, "青竹学校2026学年一（2）班学生名册", "一（2）班"),
        (JUNIOR_54, "青竹中学预备（3）班学生名册", "预备（3）班"),
        (JUNIOR_54_NUMBERED, "青竹中学六（3）班学生名册", "六（3）班"),
        (VOCATIONAL, "青竹职校职一（3）班学生名册", "职一（3）班"),
        (COMPLETE, "青竹中学一（3）班学生名册", None),
    ],
)
def test_a_title_names_a_class_in_the_school_s_own_sense(sense: GradeSense, title: str, named: str | None) -> None:
    found = find_class_label(title, sense=sense, start_year=2026)
    assert (found.label if found else None) == named


@pytest.mark.parametrize("grade,number", [("预备年级", 6), ("预备", 6), ("六年级", 6), ("初一", 7), ("2026级", 6)])
def test_a_grade_alone_is_read_in_the_school_s_own_sense(grade: str, number: int) -> None:
    assert parse_grade_label(grade, sense=JUNIOR_54, start_year=2026) == number


def test_names_that_a_school_invented_are_read_before_all_others() -> None:
    sense = GradeSense((GradeName(1, "启蒙年级", "启蒙"), GradeName(2, "启智", "启智")))
    assert [parse(label, sense) for label in ("启蒙（3）班", "启蒙3班", "启智年级3班", "二（3）班", "三（3）班")] == [
        *((1, 3), (1, 3), (2, 3), (2, 3), None)
    ]
    found = find_class_label("青竹小学启蒙（3）班学生名册", sense=sense, start_year=2026)
    assert (found.label if found else None) == "启蒙（3）班"


@pytest.mark.parametrize(
    "sense,example",
    [(NINE_YEAR, "一（1）班"), (COMPLETE, "初一（1）班"), (JUNIOR_54, "预备（1）班"), (VOCATIONAL, "职一（1）班")],
)
def test_hints_write_a_class_as_the_school_does(sense: GradeSense, example: str) -> None:
    """A 完全中学 was told to write 一（1）班, which nobody can read there."""
    assert (sense.example, parse(sense.example, sense)) == (example, (sense.grades[0].number, 1))
