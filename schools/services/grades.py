"""The only writers of a school's grades after it was made: a grade more, a grade less, other names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from core.errors import DomainError
from core.glyphs import missing_glyphs
from core.text import clean_key
from schools.enums import GradeNaming, SchoolSystem
from schools.grades import ALL_GRADES, usual_names
from schools.labels import GradeName, GradeSense, parse_class_label, parse_grade_label
from schools.models import Grade, PlanAction, PlanActionGrade, PlanGrade, School
from schools.queries import grades_of, hanging_on, sense_of

# 班 belongs to the label of a class, and two digits stand for a year of entry.
_UNFIT: Final = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]|班|[0-9]{2}")


@dataclass(frozen=True, slots=True)
class GradeProblem:
    """Why a grade cannot be called so: its number, the column, a stable code, and a sentence for people."""

    number: int
    column: str
    code: str
    message: str


def naming_problems(sense: GradeSense) -> list[GradeProblem]:
    """What speaks against the names of a school's grades, at most one problem each.

    A name is one grade's alone, means no other grade to whoever reads it, and a class's label made of it is read back.
    """
    named = [(grade, column, getattr(grade, column)) for grade in sense.grades for column in ("name", "short_name")]
    return [
        GradeProblem(grade.number, column, *problem)
        for grade, column, name in named
        if (problem := _unfit(column, name) or _misread(sense, grade, column, name))
    ]


def _misread(sense: GradeSense, grade: GradeName, column: str, name: str) -> tuple[str, str] | None:
    others = [g for g in sense.grades if g != grade]
    if name.lower() in {other.lower() for g in others for other in (g.name, g.short_name)}:
        return "name_twice", f"“{name}”写给了两个年级，请改一个。"
    unnamed = GradeSense(tuple(GradeName(g.number, "", "") for g in sense.grades), sense.system, sense.vocational)
    usual = parse_grade_label(name, sense=unnamed, start_year=0)
    # In some places of 五四 the sixth year is 初一: right as long as all the names say the same.
    counted_so = sense.system == SchoolSystem.FIVE_FOUR and name.startswith("初") and sense.junior_base[0] == {5}
    if usual not in (None, grade.number) and not counted_so:
        return "name_misleads", f"“{name}”一般是本校另一个年级的叫法，请换一个。"
    if column == "short_name" and not _is_read_back(grade, sense):
        return "name_unreadable", f"班级写成“{name}（1）班”时认不出是哪个年级，请换一个简称。"
    return None


def _unfit(column: str, name: str) -> tuple[str, str] | None:
    label, longest = ("简称", 6) if column == "short_name" else ("名称", 10)
    if not name:
        return "name_missing", f"请写年级的{label}。"
    if len(name) > longest:
        return "name_too_long", f"{label}最多 {longest} 个字，现在有 {len(name)} 个。"
    if _UNFIT.search(name):
        return "name_unfit", f"{label}只用汉字、字母和单个数字，不写“班”，如 七年级、预备、初一。"
    if missing_glyphs(name):
        return "no_glyph", f"“{missing_glyphs(name)[0]}”打印不出来，请换一个字。"
    return None


def _is_read_back(grade: GradeName, sense: GradeSense) -> bool:
    keys = [parse_class_label(f"{grade.short_name}（{n}）班", sense=sense, start_year=0) for n in (1, 12)]
    return keys == [(grade.number, 1), (grade.number, 12)]


@transaction.atomic
def add_grade(*, school: School, number: int, name: str = "", short_name: str = "") -> Grade:
    """A grade more, with the names that the school's way of naming gives it unless told; no plan covers it yet.

    Raises DomainError `grades_unfit`, `grade_exists`, or the code of a `GradeProblem`.
    """
    if number not in ALL_GRADES:
        raise DomainError("grades_unfit", "年级从小学一年级起数，写 1 到 12，如 1-9；高一写 10。")
    # The school's row is the lock.
    locked = School.objects.select_for_update().get(pk=school.pk)
    usual = usual_names(number, SchoolSystem(locked.system), GradeNaming(locked.naming))
    grade = Grade(
        school=locked, number=number, name=clean_key(name) or usual[0], short_name=clean_key(short_name) or usual[1]
    )
    present = grades_of(locked)
    if number in {other.number for other in present}:
        raise DomainError("grade_exists", f"本校已经有{usual[0]}，不用再加。")
    _check(locked, [*present, grade])
    grade.save()
    return grade


@transaction.atomic
def remove_grade(*, grade: Grade) -> list[int]:
    """Take away a grade on which nothing hangs; the plan's versions that named it, which say nothing of it any more.

    A rule that was for it alone goes with it. Raises DomainError `last_grade`, `grade_in_use`.
    """
    School.objects.select_for_update().get(pk=grade.school_id)
    if not Grade.objects.filter(school=grade.school_id).exclude(pk=grade.pk).exists():
        raise DomainError("last_grade", f"{grade.name}是学校唯一的年级，不能删去。请先增加别的年级。")
    if hanging := hanging_on(grade):
        raise DomainError("grade_in_use", f"{grade.name}还有{'、'.join(hanging)}，不能删去。")
    of_plan = {
        *PlanGrade.objects.filter(grade=grade).values_list("plan__version", flat=True),
        *PlanActionGrade.objects.filter(grade=grade).values_list("plan__version", flat=True),
    }
    rules = list(PlanActionGrade.objects.filter(grade=grade).values_list("rule", flat=True))
    PlanGrade.objects.filter(grade=grade).delete()
    PlanActionGrade.objects.filter(grade=grade).delete()
    PlanAction.objects.filter(pk__in=rules, grade_rows=None).delete()
    grade.delete()
    return sorted(of_plan)


@transaction.atomic
def name_grades(*, school: School, names: Mapping[int, tuple[str, str]]) -> list[int]:
    """Give grades (by number) the names and short names that the school uses; the numbers whose names changed.

    Raises DomainError `unknown_grade`, or the code of a `GradeProblem`.
    """
    locked = School.objects.select_for_update().get(pk=school.pk)
    rows = {grade.number: grade for grade in grades_of(locked)}
    if not names.keys() <= rows.keys():
        raise DomainError("unknown_grade", "有的年级本校没有，请刷新页面后再试。")
    changed = []
    for number, (name, short_name) in names.items():
        row, new = rows[number], (clean_key(name), clean_key(short_name))
        if (row.name, row.short_name) != new:
            row.name, row.short_name = new
            changed.append(row)
    _check(locked, rows.values())
    Grade.objects.bulk_update(changed, ["name", "short_name"])
    return sorted(row.number for row in changed)


def _check(school: School, grades: Iterable[Grade]) -> None:
    for problem in naming_problems(sense_of(school, grades)):
        raise DomainError(problem.code, problem.message)
