"""The demo's rosters as tables, in the shapes in which schools keep them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from mentorship.demo.people import RELATIONS, REMARKS, Person, people

Table = list[list[str]]

STUDENT_HEADER = ["序号", "学籍号", "姓名", "性别", "班级", "监护人姓名", "关系", "联系电话", "备注"]
TEACHER_HEADER = ["工号", "姓名", "手机号", "任教学科", "职务", "班主任班级"]
SUBJECTS = ("语文", "数学", "英语", "科学", "道德与法治", "体育", "音乐", "美术", "信息科技")
NUMERALS = "一二三四五六七八九"

# The class sizes of the Guyi plan 四(二), with a grade 3 for the optional card.
PRIMARY_SIZES: dict[int, tuple[int, ...]] = {
    1: (44, 41, 42, 42, 43, 43, 42, 43, 43),
    3: (41, 40, 40, 41, 40, 40, 41, 40),
    5: (32, 32, 31, 33, 31, 26),
}
SENIOR_SIZES: dict[int, tuple[int, ...]] = {
    10: (42, 43, 42, 41, 43, 42),
    11: (41, 42, 40, 42, 43, 41),
    12: (40, 41, 42, 40, 41, 40),
}
# One nine-year school, small: what a first look needs.
NINE_YEAR_SIZES: dict[int, tuple[int, ...]] = {
    1: (24, 23), 2: (22,), 3: (22,), 4: (21,), 5: (22,), 6: (20,), 7: (24, 23), 8: (22,), 9: (21,),
}  # fmt: skip
OFFICE = ("校长", "书记", "德育主任", "德育室干事", "心理教师", "教务主任", "信息管理员")


@dataclass(frozen=True, slots=True)
class Rosters:
    """Three tables: pupils, teachers, and the matrix of the class teams."""

    students: Table
    teachers: Table
    matrix: Table


class _Numbers:
    """Phones and names, each used once."""

    def __init__(self, rng: random.Random, first_phone: int) -> None:
        self.people = people(rng)
        self._phone = first_phone
        self._taken: set[str] = set()

    def phone(self) -> str:
        """The next invented telephone number."""
        self._phone += 1
        return str(self._phone)

    def colleague(self) -> str:
        """A teacher's name that no colleague has."""
        for person in self.people:
            if person.name not in self._taken:
                self._taken.add(person.name)
                return person.name
        raise AssertionError("people() never ends")


def class_label(grade: int, number: int) -> str:
    """A class as its school writes it: 一<1>, 高一(1)."""
    return f"{NUMERALS[grade - 1]}<{number}>" if grade < 10 else f"高{NUMERALS[grade - 10]}({number})"


def _students(
    sizes: dict[int, tuple[int, ...]], rng: random.Random, numbers: _Numbers, prefix: str
) -> Iterator[list[str]]:
    serial = 0
    for grade, classes in sizes.items():
        for number, size in enumerate(classes, start=1):
            previous: Person | None = None
            for seat in range(size):
                pupil = next(numbers.people)
                # Two children of one name in one class: software must not mix them up.
                if grade in (1, 10) and number == 3 and seat == 6 and previous is not None:
                    pupil = previous
                previous = pupil
                serial += 1
                guardian = pupil.surname + next(numbers.people).given[:1]
                yield [
                    str(seat + 1),
                    f"{prefix}{serial:07d}",
                    pupil.name,
                    rng.choice("男女"),
                    class_label(grade, number),
                    guardian,
                    rng.choice(RELATIONS),
                    numbers.phone(),
                    rng.choice(REMARKS),
                ]


def build_rosters(
    *,
    sizes: dict[int, tuple[int, ...]],
    per_class: dict[int, int],
    shared: tuple[int, int] | None,
    seed: int,
    prefix: str,
) -> Rosters:
    """The rosters of one school.

    `sizes`: class sizes by grade; `per_class`: mentor slots of each class by grade (0: homeroom teacher only, no team);
    `shared`: the class whose last slot two teachers share.
    """
    rng = random.Random(seed)  # noqa: S311  # demo data want to be repeatable, not secret
    numbers = _Numbers(rng, 19_900_000_000 + seed * 10_000)
    students = [STUDENT_HEADER, *_students(sizes, rng, numbers, prefix)]
    teachers: Table = [TEACHER_HEADER]
    matrix: Table = [["全员导师匹配表"]]

    def add(duty: str = "", homeroom: str = "") -> str:
        name = numbers.colleague()
        teachers.append([f"T{len(teachers):04d}", name, numbers.phone(), rng.choice(SUBJECTS), duty, homeroom])
        return name

    for grade, classes in sizes.items():
        labels = [class_label(grade, n) for n in range(1, len(classes) + 1)]
        leaders = [add("班主任", label) for label in labels]
        if not per_class.get(grade):
            continue
        matrix += [["", *labels], ["", *(f"{size}人" for size in classes)], ["导师团长", *leaders]]
        for row in range(per_class[grade] - 1):
            names = []
            for number in range(1, len(classes) + 1):
                name = add()
                if shared == (grade, number) and row == per_class[grade] - 2:
                    name = f"{name}/{add()}"
                names.append(name)
            matrix.append(["导师", *names])
        matrix.append([])
    for duty in OFFICE:
        add(duty)
    return Rosters(students, teachers, matrix)


def primary_rosters(seed: int) -> Rosters:
    """青竹小学: teams in grades 1 (3 slots a class) and 5 (2, the last class shares one), none in grade 3."""
    return build_rosters(sizes=PRIMARY_SIZES, per_class={1: 3, 5: 2}, shared=(5, 6), seed=seed, prefix="G3101142026")


def senior_rosters(seed: int) -> Rosters:
    """江城一中: three grades of six classes, three slots a class."""
    return build_rosters(
        sizes=SENIOR_SIZES, per_class={10: 3, 11: 3, 12: 3}, shared=None, seed=seed, prefix="G3402012026"
    )


def nine_year_rosters(seed: int) -> Rosters:
    """云溪学校: two slots a class in the grades with mentors, 1, 5 and the three of junior school."""
    return build_rosters(
        sizes=NINE_YEAR_SIZES, per_class={1: 2, 5: 2, 7: 2, 8: 2, 9: 2}, shared=None, seed=seed, prefix="G3405022026"
    )
