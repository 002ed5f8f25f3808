"""Class labels as schools write them → grade number and class number, in the school's own sense.

One canonical pair for `一<1>` (Guyi plan 四(二)1), `一（1）班`, `一年级1班`, `1年级(1)班`, `101`, `1.1`, `G1C1`,
`高一1班`, `初一(1)`, `预备（1）班`, `职一1班`, `2026级1班`, `小学2026级1班`, `(一)(1)班`. Whatever may be two classes
is none: `202601`, `1/1`, `一甲`, `2032届1班`, `一（1）班（东校区）`, `一年级（1）启明班`, `一（1）班` in a 完全中学.
Pure functions: whether such a class exists is another question.
"""

import html
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from core.text import clean_key, forced_text, quantity
from schools.enums import SchoolSystem, Stage
from schools.grades import first_grade, stage_of

_CHINESE = "一二三四五六七八九十"
_NUMERAL = rf"[0-9]{{1,2}}|[{_CHINESE}]{{1,3}}"
_OPEN, _CLOSE = r"[(<\[{〈《【〔“‘\"']", r"[)>\]}〉》】〕”’\"']"
_CLASS = rf"{_OPEN}?第?({_NUMERAL}){_CLOSE}?(?:班|中队)?"
_STAGES: Final = {
    **dict.fromkeys(("小学", "小"), Stage.PRIMARY),
    **dict.fromkeys(("初中", "初"), Stage.JUNIOR),
    **dict.fromkeys(("高中", "高", "中职", "职高", "中专", "职"), Stage.SENIOR),
}
_STAGE = "|".join(sorted(_STAGES, key=len, reverse=True))
_VOCATIONAL = "职专"
# The sixth year in 五四, before 初一.
_PREPARATORY = "(?:初中|初)?(?:预备|预初)(?:年级|年|级)?"
# Something has to stand between grade and class, or where one ends is a guess: `(11)班`, `二十一`.
_BETWEEN = rf"(?:(?:年级|年|级)[-_.·]?|[-_.·]|(?={_OPEN}|第)|(?<=[{_CHINESE}])(?=[0-9])|(?<={_CLOSE}))"
# Behind a name that a school gave a grade itself; `预备一班` too, where the name ends in no numeral.
_LETTER_ENDS = rf"(?<=[^0-9])(?=[0-9])|(?<=[^0-9{_CHINESE}])(?=[{_CHINESE}])"
_BEHIND = rf"(?:年级|年|级)?(?:[-_.·]|(?={_OPEN}|第)|{_LETTER_ENDS}|(?<={_CLOSE}))"
_FULL = re.compile(rf"({_STAGE})?(?:{_OPEN}({_NUMERAL}){_CLOSE}|({_NUMERAL})){_BETWEEN}{_CLASS}")
_PREPARATORY_GRADE = re.compile(_PREPARATORY)
_PREPARATORY_CLASS = re.compile(rf"{_PREPARATORY}[-_.·]?{_CLASS}")
_JUNIOR_YEAR = re.compile(r"初中?([一二三四1-4])(?:年级)?")
_GRADE_NAMED = re.compile(rf"({_STAGE})?({_NUMERAL})(?:年级|年|级)?")
_ENTRY = rf"({_STAGE})?((?:20)?\d\d)级(?:\(?({_STAGE})?({_NUMERAL})年级\)?)?"
_ENTRY_YEAR = re.compile(rf"{_ENTRY}{_CLASS}")
_ENTRY_GRADE = re.compile(rf"({_STAGE})?(20\d\d)级?(?:\(?({_STAGE})?({_NUMERAL})年级\)?)?")
_LATIN = re.compile(r"g(\d{1,2})(?:c(\d{1,2})|[(<](\d{1,2})[)>]班?)")
_THREE_DIGITS = re.compile(r"(\d)(\d\d)班?(?:\.0+)?")
_CLASS_ALONE = re.compile(_CLASS)
# Words around a label that say nothing of which class it is; 校区 and 部 would.
_PREFIX = re.compile(r"^(?:所在)?(?:班级|班别|行政班):")
_NICKNAME = re.compile(r"(?<=班)\([\u4e00-\u9fff]{1,4}(?:班|中队)\)$")
# In running text (`青竹小学2026学年第一学期一（1）班学生名册`) only these unmistakable forms count.
_NO_NUMERAL = rf"(?<![0-9{_CHINESE}])"
# `附件1（2）名单` is no class: a grade in digits wants the word 班.
_LIST = r"(?=学生|名单|名册|花名册|$)"
_IN_TITLE = re.compile(
    rf"(?:({_STAGE})部?)?{_NO_NUMERAL}(?:([一二三四五六七八九]|[1-9])(?:年级第?[(<（]?({_NUMERAL})[)>）]?班|[(<（]({_NUMERAL})[)>）]班)"
    rf"|([一二三四五六七八九])[(<（]({_NUMERAL})[)>）]{_LIST})"
)
_FIRST_IN_CLASS = rf"第?[(<（]?({_NUMERAL})[)>）]?班"
_NUMBER_IN_TITLE = re.compile(r"(?<![0-9])([1-9])(\d\d)班")
_PREPARATORY_IN_TITLE = re.compile(rf"(?:预备|预初)(?:年级)?{_FIRST_IN_CLASS}")
_ENTRY_IN_TITLE = re.compile(rf"({_STAGE})?(?<![0-9])(20\d\d)级[(<（]?({_NUMERAL})[)>）]?班")

#: What `ClassKey` is made of, in a query of rows that hold a class.
CLASS_KEY: Final = ("school_class__grade__number", "school_class__number", "school_class__grade__short_name")


class ClassKey(tuple[int, int]):
    """A class of some year: the grade counted from primary one (1 to 12) and the number in the grade.

    `short_name` is what the school calls the grade in a class's label; it tells no class from another. A tuple, because
    a roster looks thousands of pupils up by their class.
    """

    short_name: str

    def __new__(cls, grade: int, number: int, short_name: str) -> Self:
        """The pair, with the name beside it."""
        key = super().__new__(cls, (grade, number))
        key.short_name = short_name
        return key

    @property
    def grade(self) -> int:
        """The grade, counted from primary one."""
        return self[0]

    @property
    def number(self) -> int:
        """The number in the grade."""
        return self[1]

    @cached_property
    def label(self) -> str:
        """As teachers write it: 一（1）班."""
        return f"{self.short_name}（{self.number}）班"


@dataclass(frozen=True, slots=True)
class GradeName:
    """A grade of a school and what the school calls it."""

    number: int
    name: str
    short_name: str


@dataclass(frozen=True)
class GradeSense:
    """What a school means by a grade: which it has, what it calls them, and its system. Built once per import."""

    grades: tuple[GradeName, ...]
    system: SchoolSystem = SchoolSystem.SIX_THREE
    vocational: bool = False

    @cached_property
    def short_names(self) -> dict[int, str]:
        """The short name of each grade of the school."""
        return {grade.number: grade.short_name for grade in self.grades}

    @property
    def example(self) -> str:
        """How a class is written in this school, for hints: 一（1）班, in a 完全中学 初一（1）班."""
        return f"{self.grades[0].short_name}（1）班" if self.grades else "一（1）班"

    @cached_property
    def stages(self) -> frozenset[Stage]:
        """The stages that the school has grades of."""
        return frozenset(stage_of(number, self.system) for number in self.short_names)

    @cached_property
    def own_names(self) -> dict[str, int]:
        """The school's own names of its grades, as `_plain` leaves them; a name of two grades names none."""
        named: dict[str, set[int]] = {}
        for grade in self.grades:
            for name in (grade.name, grade.short_name):
                named.setdefault(_plain(name), set()).add(grade.number)
        return {name: numbers.pop() for name, numbers in named.items() if name and len(numbers) == 1}

    @cached_property
    def own_label(self) -> re.Pattern[str]:
        """A class's label that begins with one of the school's own names."""
        names = "|".join(map(re.escape, sorted(self.own_names, key=len, reverse=True))) or "(?!)"
        return re.compile(rf"(?:{_OPEN}({names}){_CLOSE}|({names})){_BEHIND}{_CLASS}")

    @cached_property
    def own_title(self) -> re.Pattern[str]:
        """A class in running text under a name that only this school gives a grade: 预备（1）班, 启智（2）班."""
        odd = [name for name, number in self.own_names.items() if self._usual_grade(name) != number]
        names = "|".join(map(re.escape, sorted(odd, key=len, reverse=True))) or "(?!)"
        return re.compile(rf"({names})(?:年级)?{_FIRST_IN_CLASS}")

    @cached_property
    def junior_base(self) -> tuple[frozenset[int], bool]:
        """What 初一 is reckoned from (6: it is grade 7), and whether the school's own names say so.

        In some places of 五四 the sixth year is 初一, in others 预备. Own names that disagree leave nothing to reckon
        from.
        """
        found = {
            grade.number - year
            for grade in self.grades
            for name in (grade.name, grade.short_name)
            if (match := _JUNIOR_YEAR.fullmatch(_plain(name))) and (year := quantity(match[1]))
        }
        return (frozenset(found) if len(found) == 1 else frozenset(), True) if found else (frozenset({6}), False)

    def key(self, grade: int | None, number: int | None) -> ClassKey | None:
        """The class; None without a class number, or if the school has no such grade."""
        short = self.short_names.get(grade) if grade is not None else None
        return ClassKey(grade, number, short) if grade is not None and short is not None and number else None

    def grade(self, prefix: str, number: int | None) -> int | None:
        """The grade that a numeral means, behind 初, 高中 … or alone; None if the school has no such, or two."""
        if number is None:
            return None
        return self._staged(prefix, number) if prefix else self._bare(number)

    def _staged(self, prefix: str, number: int) -> int | None:
        stage = _STAGES[prefix]
        if any(sign in prefix for sign in _VOCATIONAL) and not self.vocational:
            return None
        if stage == Stage.PRIMARY:
            meant = {number}
        elif stage == Stage.SENIOR:
            meant = {number + 9, number}
        else:
            # 初中七年级 is what it says; 初四 is a year of its own only where the school's names say so.
            meant = {base + number for base in self.junior_base[0]} if number <= 4 else {number}
        return self._known(meant, stage)

    def _bare(self, number: int) -> int | None:
        """`七` is 七年级; `一` is the first year of a school that has no 一年级 and one stage only."""
        if number in self.short_names or len(self.stages) != 1:
            return number if number in self.short_names else None
        (stage,) = self.stages
        meant = {first_grade(stage, self.system) - 1 + number}
        if stage == Stage.JUNIOR:
            bases, own = self.junior_base
            meant = {base + number for base in bases} | (set() if own else meant)
        return self._known(meant, stage)

    def entered(self, prefix: str, year: int, start_year: int) -> frozenset[int]:
        """The grades whose pupils may be called by this year of entry, reckoned from the first of the stage named.

        Without a stage from the first grade of each that the school has; who began at grade 1 may still be there in 7.
        """
        stages = {_STAGES[prefix]} if prefix else self.stages
        found = set()
        for stage in stages:
            first = first_grade(stage, self.system)
            grade = first + start_year - (year if year > 100 else 2000 + year)
            same_stage = first <= grade <= 12 and stage_of(grade, self.system) == stage
            goes_on = not prefix and all(number in self.short_names for number in range(first, grade + 1))
            if grade in self.short_names and first <= grade and (same_stage or goes_on):
                found.add(grade)
        return frozenset(found)

    def _known(self, numbers: set[int], stage: Stage) -> int | None:
        here = (number for number in numbers if number in self.short_names)
        return _sole(frozenset(number for number in here if stage_of(number, self.system) == stage))

    def _usual_grade(self, name: str) -> int | None:
        named = _GRADE_NAMED.fullmatch(name)
        return self.grade(named[1] or "", quantity(named[2])) if named else None


def parse_class_label(label: str, *, sense: GradeSense, start_year: int, grade: str = "") -> ClassKey | None:
    """The class that `label` names in a school of that `sense`; `grade` is the text of a separate 年级 column.

    None if the text cannot be read as a class, or as a grade of that school.
    """
    text = _plain(label)
    if grade:
        grade_number = parse_grade_label(grade, sense=sense, start_year=start_year)
        if grade_number is None:
            return None
        alone = _CLASS_ALONE.fullmatch(text)
        number = quantity(alone[1]) if alone else None
        if number:
            return sense.key(grade_number, number)
        whole = parse_class_label(label, sense=sense, start_year=start_year)
        return whole if whole is not None and whole.grade == grade_number else None
    if own := sense.own_label.fullmatch(text):
        return sense.key(sense.own_names[own[1] or own[2]], quantity(own[3]))
    if entry := _ENTRY_YEAR.fullmatch(text):
        return sense.key(_grade_of_entry(sense, entry, start_year), quantity(entry[5]))
    if three := _THREE_DIGITS.fullmatch(text):
        return sense.key(sense.grade("", int(three[1])), int(three[2]))
    if latin := _LATIN.fullmatch(text):
        return sense.key(sense.grade("", int(latin[1])), int(latin[2] or latin[3]))
    if early := _PREPARATORY_CLASS.fullmatch(text):
        return sense.key(_preparatory(sense), quantity(early[1]))
    full = _FULL.fullmatch(text)
    return sense.key(sense.grade(full[1] or "", quantity(full[2] or full[3])), quantity(full[4])) if full else None


def find_class_label(title: str, *, sense: GradeSense, start_year: int) -> ClassKey | None:
    """The one class named somewhere in a title line; None if there is none, or more than one."""
    text = clean_key(title).replace(" ", "")
    named: list[tuple[int | None, int | None]] = []
    for match in _IN_TITLE.finditer(text):
        numeral = quantity(match[2] or match[5])
        grade = sense.grade(match[1] or "", numeral)
        # `初中2026学年一（1）班` in a school that has a 一年级 too.
        others = {sense.grade(word, numeral) for word in ("初中", "高中") if not match[1] and word in text}
        if others - {grade, None}:
            return None
        named.append((grade, quantity(match[3] or match[4] or match[6])))
    named += [(sense.grade("", int(match[1])), int(match[2])) for match in _NUMBER_IN_TITLE.finditer(text)]
    named += [
        (_sole(sense.entered(match[1] or "", int(match[2]), start_year)), quantity(match[3]))
        for match in _ENTRY_IN_TITLE.finditer(text)
    ]
    named += [(_preparatory(sense), quantity(match[1])) for match in _PREPARATORY_IN_TITLE.finditer(text)]
    named += [(sense.own_names[match[1]], quantity(match[2])) for match in sense.own_title.finditer(text.lower())]
    found = {key for grade, number in named if (key := sense.key(grade, number))}
    return found.pop() if len(found) == 1 else None


def parse_grade_label(label: str, *, sense: GradeSense, start_year: int) -> int | None:
    """`一年级`, `1`, `高一`, `初二`, `预备`, `2026级` → the grade number, None if it is no grade of the school."""
    text = _plain(label)
    if text in sense.own_names:
        return sense.own_names[text]
    if entry := _ENTRY_GRADE.fullmatch(text):
        return _grade_of_entry(sense, entry, start_year)
    if _PREPARATORY_GRADE.fullmatch(text):
        return _preparatory(sense)
    named = _GRADE_NAMED.fullmatch(text)
    return sense.grade(named[1] or "", quantity(named[2])) if named else None


def _plain(label: str) -> str:
    text = re.sub(r"\s", "", clean_key(html.unescape(forced_text(label)))).lower().replace("級", "级")
    return _NICKNAME.sub("", _PREFIX.sub("", text))


def _preparatory(sense: GradeSense) -> int | None:
    return 6 if sense.system == SchoolSystem.FIVE_FOUR and 6 in sense.short_names else None


def _grade_of_entry(sense: GradeSense, entry: re.Match[str], start_year: int) -> int | None:
    """The grade of `2026级` or `2025级小学二年级`; what is written twice has to agree."""
    meant = sense.entered(entry[1] or "", int(entry[2]), start_year)
    if not entry[4]:
        return _sole(meant)
    named = sense.grade(entry[3] or entry[1] or "", quantity(entry[4]))
    return named if named in meant else None


def _sole(numbers: frozenset[int]) -> int | None:
    return next(iter(numbers)) if len(numbers) == 1 else None
