"""Class labels as schools write them → grade number and class number.

One canonical pair for `一<1>` (Guyi plan 四(二)1), `一（1）班`, `一年级1班`, `1年级(1)班`, `101`, `1.1`, `G1C1`,
`高一1班`, `初一(1)`, `2026级1班`, `小学2026级1班`, `(一)(1)班`. Whatever may be two classes is none: `202601`, `1/1`,
`一甲`, `2032届1班`, `一（1）班（东校区）`, `一年级（1）启明班`.
Pure functions: whether such a class exists is another question.
"""

import html
import re
from functools import lru_cache
from typing import NamedTuple

from core.text import clean_key, forced_text, quantity
from schools.enums import Stage
from schools.presets import GRADES_OF_STAGE, grade_names

_NUMERAL = r"[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_OPEN, _CLOSE = r"[(<\[{〈《【〔“‘\"']", r"[)>\]}〉》】〕”’\"']"
_CLASS = rf"{_OPEN}?第?({_NUMERAL}){_CLOSE}?(?:班|中队)?"
_STAGE_BASE = {"小学": 0, "小": 0, "初中": 6, "初": 6, "高中": 9, "高": 9}
_STAGE = "小学|初中|高中|小|初|高"
# Something has to stand between grade and class, or where one ends is a guess: `(11)班`, `二十一`.
_BETWEEN = rf"(?:(?:年级|年|级)[-_.·]?|[-_.·]|(?={_OPEN}|第)|(?<=[一二三四五六七八九十])(?=[0-9])|(?<={_CLOSE}))"
_FULL = re.compile(rf"({_STAGE})?(?:{_OPEN}({_NUMERAL}){_CLOSE}|({_NUMERAL})){_BETWEEN}{_CLASS}")
_GRADE_NAMED = re.compile(rf"({_STAGE})?({_NUMERAL})(?:年级|年|级)?")
_ENTRY = rf"({_STAGE})?((?:20)?\d\d)级(?:\(?(?:小学|初中|高中)?({_NUMERAL})年级\)?)?"
_ENTRY_YEAR = re.compile(rf"{_ENTRY}{_CLASS}")
_ENTRY_GRADE = re.compile(rf"({_STAGE})?(20\d\d)级?(?:\(?(?:小学|初中|高中)?({_NUMERAL})年级\)?)?")
_LATIN = re.compile(r"g(\d{1,2})(?:c(\d{1,2})|[(<](\d{1,2})[)>]班?)")
_THREE_DIGITS = re.compile(r"(\d)(\d\d)班?(?:\.0+)?")
_CLASS_ALONE = re.compile(_CLASS)
# Words around a label that say nothing of which class it is; 校区 and 部 would.
_PREFIX = re.compile(r"^(?:所在)?(?:班级|班别|行政班):")
_NICKNAME = re.compile(r"(?<=班)\([\u4e00-\u9fff]{1,4}(?:班|中队)\)$")
# In running text (`青竹小学2026学年第一学期一（1）班学生名册`) only these unmistakable forms count.
_NO_NUMERAL = r"(?<![0-9一二三四五六七八九十])"
# `附件1（2）名单` is no class: a grade in digits wants the word 班.
_LIST = r"(?=学生|名单|名册|花名册|$)"
_IN_TITLE = re.compile(
    rf"(初|高)?{_NO_NUMERAL}(?:([一二三四五六七八九]|[1-9])(?:年级第?[(<（]?({_NUMERAL})[)>）]?班|[(<（]({_NUMERAL})[)>）]班)"
    rf"|([一二三四五六七八九])[(<（]({_NUMERAL})[)>）]{_LIST})"
)
_NUMBER_IN_TITLE = re.compile(r"(?<![0-9])([1-9])(\d\d)班")
_ENTRY_IN_TITLE = re.compile(rf"({_STAGE})?(?<![0-9])(20\d\d)级[(<（]?({_NUMERAL})[)>）]?班")


class ClassKey(NamedTuple):
    """A class of some year: the grade counted from primary one (1 to 12) and the number in the grade.

    A tuple, because a roster looks thousands of pupils up by their class.
    """

    grade: int
    number: int

    @property
    def label(self) -> str:
        """As teachers write it: 一（1）班."""
        return _label(self)


@lru_cache(maxsize=1024)
def _label(key: ClassKey) -> str:
    return f"{grade_names(key.grade)[1]}（{key.number}）班"


def parse_class_label(label: str, *, stage: Stage, start_year: int, grade: str = "") -> ClassKey | None:
    """The class that `label` names in a school of `stage`; `grade` is the text of a separate 年级 column.

    None if the text cannot be read as a class, or as a grade of that stage.
    """
    text = _plain(label)
    if grade:
        grade_number = parse_grade_label(grade, stage=stage, start_year=start_year)
        if grade_number is None:
            return None
        alone = _CLASS_ALONE.fullmatch(text)
        number = quantity(alone[1]) if alone else None
        if number:
            return ClassKey(grade_number, number)
        whole = parse_class_label(label, stage=stage, start_year=start_year)
        return whole if whole is not None and whole.grade == grade_number else None
    if entry := _ENTRY_YEAR.fullmatch(text):
        grade_number = _grade_of_entry(entry[1], int(entry[2]), stage, start_year)
        if entry[3] and _grade_number(entry[1] or "", quantity(entry[3]), stage) != grade_number:
            return None
        return _key(grade_number, quantity(entry[4]), stage)
    if three := _THREE_DIGITS.fullmatch(text):
        return _key(_grade_number("", int(three[1]), stage), int(three[2]), stage)
    if latin := _LATIN.fullmatch(text):
        return _key(_grade_number("", int(latin[1]), stage), int(latin[2] or latin[3]), stage)
    full = _FULL.fullmatch(text)
    return (
        _key(_grade_number(full[1] or "", quantity(full[2] or full[3]), stage), quantity(full[4]), stage)
        if full
        else None
    )


def find_class_label(title: str, *, stage: Stage, start_year: int) -> ClassKey | None:
    """The one class named somewhere in a title line; None if there is none, or more than one."""
    text = clean_key(title).replace(" ", "")
    named = [
        (
            _grade_number(match[1] or "", quantity(match[2] or match[5]), stage),
            quantity(match[3] or match[4] or match[6]),
        )
        for match in _IN_TITLE.finditer(text)
    ]
    named += [(_grade_number("", int(match[1]), stage), int(match[2])) for match in _NUMBER_IN_TITLE.finditer(text)]
    named += [
        (_grade_of_entry(match[1], int(match[2]), stage, start_year), quantity(match[3]))
        for match in _ENTRY_IN_TITLE.finditer(text)
    ]
    found = {key for grade, number in named if (key := _key(grade, number, stage))}
    return found.pop() if len(found) == 1 else None


def parse_grade_label(label: str, *, stage: Stage, start_year: int) -> int | None:
    """`一年级`, `1`, `高一`, `初二`, `2026级` → the grade number, None if it is no grade of the stage."""
    text = _plain(label)
    if entry := _ENTRY_GRADE.fullmatch(text):
        grade = _grade_of_entry(entry[1], int(entry[2]), stage, start_year)
        agrees = not entry[3] or _grade_number(entry[1] or "", quantity(entry[3]), stage) == grade
        return _in_stage(grade, stage) if agrees else None
    named = _GRADE_NAMED.fullmatch(text)
    return _in_stage(_grade_number(named[1] or "", quantity(named[2]), stage), stage) if named else None


def _plain(label: str) -> str:
    text = re.sub(r"\s", "", clean_key(html.unescape(forced_text(label)))).lower().replace("級", "级")
    return _NICKNAME.sub("", _PREFIX.sub("", text))


def _grade_number(prefix: str, number: int | None, stage: Stage) -> int | None:
    if number is None:
        return None
    if prefix:
        return _STAGE_BASE[prefix] + number
    first = GRADES_OF_STAGE[stage][0]
    # `七(1)` is the first year of junior school; `一(1)` in a senior school is 高一.
    return number if number >= first else first - 1 + number


def _grade_of_entry(prefix: str | None, entry_year: int, stage: Stage, start_year: int) -> int:
    year = entry_year if entry_year > 100 else 2000 + entry_year
    first = _STAGE_BASE[prefix] + 1 if prefix else GRADES_OF_STAGE[stage][0]
    return first + start_year - year


def _in_stage(grade: int | None, stage: Stage) -> int | None:
    return grade if grade is not None and grade in GRADES_OF_STAGE[stage] else None


def _key(grade: int | None, number: int | None, stage: Stage) -> ClassKey | None:
    grade = _in_stage(grade, stage)
    return ClassKey(grade, number) if grade is not None and number else None
