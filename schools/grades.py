"""What grades are called, which stage 学段 they belong to, and what a school of some grades is. Pure.

Grades are counted from primary one, 1 to 12, in both systems: 六三 has six primary grades and three junior ones, 五四
five and four, so that grade 6 is primary in the one and the first of junior school (预备, 六年级) in the other.
"""

import re
from collections.abc import Iterable
from typing import Final

from core.text import clean_key, to_chinese
from schools.enums import GradeNaming, SchoolKind, SchoolSystem, Stage

ALL_GRADES: Final = range(1, 13)
_FIRST: Final = {
    SchoolSystem.SIX_THREE: {Stage.PRIMARY: 1, Stage.JUNIOR: 7, Stage.SENIOR: 10},
    SchoolSystem.FIVE_FOUR: {Stage.PRIMARY: 1, Stage.JUNIOR: 6, Stage.SENIOR: 10},
}
_KINDS: Final = {
    frozenset({Stage.PRIMARY}): SchoolKind.PRIMARY,
    frozenset({Stage.JUNIOR}): SchoolKind.JUNIOR,
    frozenset({Stage.SENIOR}): SchoolKind.SENIOR,
    frozenset({Stage.PRIMARY, Stage.JUNIOR}): SchoolKind.NINE_YEAR,
    frozenset({Stage.JUNIOR, Stage.SENIOR}): SchoolKind.COMPLETE,
    frozenset(Stage): SchoolKind.TWELVE_YEAR,
}
_SPAN: Final = re.compile(r"(\d{1,2})(?:[-~至到](\d{1,2}))?")


def first_grade(stage: Stage, system: SchoolSystem) -> int:
    """The first grade of a stage: of junior school 7 in 六三, 6 in 五四."""
    return _FIRST[system][stage]


def stage_of(number: int, system: SchoolSystem) -> Stage:
    """The stage that a grade belongs to."""
    return max((first, stage) for stage, first in _FIRST[system].items() if first <= number)[1]


def ends_stage(number: int, system: SchoolSystem) -> bool:
    """Whether pupils of this grade take leave of a stage: 6, 9 and 12 in 六三, 5, 9 and 12 in 五四."""
    return number >= ALL_GRADES[-1] or stage_of(number, system) != stage_of(number + 1, system)


def next_grades(numbers: Iterable[int]) -> dict[int, int]:
    """Which grade each grade of a school goes up to; a grade without one leaves the school.

    The next grade is the next number alone: nobody skips a year, so in a school with 1 to 5 and 7 to 9 grade 5 leaves
    for its sixth year elsewhere, as grade 9 does.
    """
    known = set(numbers)
    return {number: number + 1 for number in sorted(known) if number + 1 in known}


def usual_names(
    number: int, system: SchoolSystem = SchoolSystem.SIX_THREE, naming: GradeNaming = GradeNaming.USUAL
) -> tuple[str, str]:
    """Name and short name of a grade, as schools of that way of naming say: 5 → (五年级, 五), 10 → (高一, 高一).

    Raises ValueError for a number that is no grade.
    """
    if number not in ALL_GRADES:
        raise ValueError(f"no grade {number}")
    stage = stage_of(number, system)
    if stage == Stage.PRIMARY or (stage == Stage.JUNIOR and naming == GradeNaming.NUMBERED):
        return f"{to_chinese(number)}年级", to_chinese(number)
    if stage == Stage.SENIOR:
        return _staged_names("职" if naming == GradeNaming.VOCATIONAL else "高", number - 9, naming)
    base = 5 if naming == GradeNaming.FOUR_JUNIOR and system == SchoolSystem.FIVE_FOUR else 6
    if number > base:
        return _staged_names("初", number - base, naming)
    return ("初中预备年级" if naming == GradeNaming.FULL else "预备年级"), "预备"


def _staged_names(stage: str, year: int, naming: GradeNaming) -> tuple[str, str]:
    short = f"{stage}{to_chinese(year)}"
    return (f"{stage}中{to_chinese(year)}年级" if naming == GradeNaming.FULL else short), short


def kind_of(numbers: Iterable[int], system: SchoolSystem, naming: GradeNaming) -> SchoolKind:
    """What a school is called by its grades: 小学, 九年一贯, 完全中学 …"""
    kind = _KINDS.get(frozenset(stage_of(number, system) for number in numbers), SchoolKind.OTHER)
    return SchoolKind.VOCATIONAL if kind == SchoolKind.SENIOR and naming == GradeNaming.VOCATIONAL else kind


#: What to say where nobody can read them.
HOW_TO_WRITE_GRADES: Final = "请写成 1-9 或 1-5,7-9；从小学一年级起数，高一写 10。"


def grades_written(text: str) -> tuple[int, ...] | None:
    """`1-9`, `1-5,7-9`, `10、11` → the grades in order; None if the text says none, or one that does not exist."""
    found: set[int] = set()
    for part in re.split(r"[,、;]", clean_key(text).replace(" ", "")):
        span = _SPAN.fullmatch(part)
        if span is None:
            return None
        first, last = int(span[1]), int(span[2] or span[1])
        if first > last or first not in ALL_GRADES or last not in ALL_GRADES:
            return None
        found.update(range(first, last + 1))
    return tuple(sorted(found))
