"""Class labels as schools write them."""

import pytest

from schools.enums import Stage
from schools.labels import ClassKey, find_class_label, parse_class_label


def parse(label: str, stage: Stage = Stage.PRIMARY, grade: str = "") -> tuple[int, int] | None:
    key = parse_class_label(label, stage=stage, start_year=2026, grade=grade)
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
    ],
)
def test_a_primary_class_is_read(label: str, key: tuple[int, int]) -> None:
    assert parse(label) == key


@pytest.mark.parametrize(
    "label", ["", "11班", "二十一", "1班", "一年级", "七(1)", "高一1班", "初一(1)", "甲班", "0<1>"]
)
def test_what_names_no_class_of_the_stage_is_not_guessed(label: str) -> None:
    assert parse(label) is None


@pytest.mark.parametrize(
    "label,stage,key",
    [
        ("高一1班", Stage.SENIOR, (10, 1)),
        ("高二（11）班", Stage.SENIOR, (11, 11)),
        ("一(1)", Stage.SENIOR, (10, 1)),
        ("2025级3班", Stage.SENIOR, (11, 3)),
        ("初一(1)", Stage.JUNIOR, (7, 1)),
        ("七(1)", Stage.JUNIOR, (7, 1)),
        ("八年级2班", Stage.JUNIOR, (8, 2)),
    ],
)
def test_other_stages_count_their_own_grades(label: str, stage: Stage, key: tuple[int, int]) -> None:
    assert parse(label, stage) == key


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
    def find(title: str) -> ClassKey | None:
        return find_class_label(title, stage=Stage.PRIMARY, start_year=2026)

    assert find("青竹小学2026学年第一学期一（3）班学生名册") == ClassKey(1, 3)
    assert find("一（1）班和一（2）班") is None
    assert find("青竹小学学生名册") is None
    assert ClassKey(1, 3).label == "一（3）班"
