"""The only writers of schools, years and classes."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction

from core.clock import today
from core.errors import DomainError
from core.journal import note_created
from core.text import typed_key
from schools.calendar import YearCalendar
from schools.contexts import TermDates, YearDates
from schools.days import check_opens_now, opening_days
from schools.enums import GradeNaming, Preset, SchoolSystem
from schools.grades import ALL_GRADES, next_grades, usual_names
from schools.models import Bureau, Grade, School, SchoolClass, SchoolYear
from schools.official import guessed_dates, usual_dates
from schools.presets import PRESETS, usual_modules
from schools.queries import usual_code
from schools.services.calendars import make_year, set_dates
from schools.services.plans import create_plan


@dataclass(frozen=True, slots=True)
class NewSchool:
    """A school as somebody asks for it; see `create_school`. Without a code it gets one from its name."""

    name: str
    preset: Preset
    start_year: int
    code: str = ""
    grades: tuple[int, ...] | None = None
    system: SchoolSystem = SchoolSystem.SIX_THREE
    naming: GradeNaming | None = None
    bureau_name: str = ""

    def refusal(self) -> DomainError | None:
        """Why no school can be as it is asked for, whatever other schools there are. No query."""
        try:
            _fit(typed_key(self.code), self.name.strip(), self.preset, self.start_year, self.grades, self.system)
        except DomainError as refusal:
            return refusal
        return None

    def create(self) -> tuple[School, SchoolYear]:
        """The school, which begins to write here today, and its year.

        Raises what `create_school` raises, and `code_missing`.
        """
        code = self.code or usual_code(self.name, School.objects.values_list("code", flat=True))
        if not code:
            raise DomainError("code_missing", "校名里读不出代码，请写一个，如 qingzhu。")
        return create_school(**(asdict(self) | {"code": code}), began_on=today())


@transaction.atomic
def create_school(
    *,
    code: str,
    name: str,
    preset: Preset,
    start_year: int,
    grades: Iterable[int] | None = None,
    system: SchoolSystem = SchoolSystem.SIX_THREE,
    naming: GradeNaming | None = None,
    bureau_name: str = "",
    began_on: datetime.date | None = None,
) -> tuple[School, SchoolYear]:
    """A school with its grades, current year, two terms, key dates and first plan.

    `grades` (counted from primary one) and `naming` None are those of the preset. What was due before `began_on` the
    school has done elsewhere.
    Raises DomainError `code_unfit`, `name_missing`, `year_unfit`, `grades_missing`, `grades_unfit`, `code_taken`.
    """
    code, name = typed_key(code), name.strip()
    numbers = _fit(code, name, preset, start_year, grades, system)
    naming = naming or PRESETS[preset].naming
    if School.objects.filter(code=code).exists():
        raise DomainError("code_taken", f"学校代码“{code}”已经有了，请换一个。")
    bureau = Bureau.objects.get_or_create(name=bureau_name.strip())[0] if bureau_name.strip() else None
    school = School.objects.create(
        code=code,
        name=name,
        system=system,
        naming=naming,
        bureau=bureau,
        modules=usual_modules(PRESETS[preset]),
        began_on=began_on,
    )
    named = {number: usual_names(number, system, naming) for number in numbers}
    Grade.objects.bulk_create(
        Grade(school=school, number=number, name=name, short_name=short) for number, (name, short) in named.items()
    )
    year = open_year(school=school, start_year=start_year)
    create_plan(year=year, preset=preset)
    return school, year


def _fit(
    code: str, name: str, preset: Preset, start_year: int, grades: Iterable[int] | None, system: SchoolSystem
) -> tuple[int, ...]:
    """The grades of a school that may be as it is asked for; what does not depend on others. Raises DomainError."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,29}", code):
        raise DomainError("code_unfit", "学校代码只用小写字母、数字和连字符，最多 30 个，如 qingzhu。")
    if not name:
        raise DomainError("name_missing", "请写校名。")
    check_opens_now(start_year, today())
    numbers = PRESETS[preset].grades_in(system) if grades is None else tuple(sorted(set(grades)))
    if not numbers:
        raise DomainError("grades_missing", "请写明学校有哪些年级，如 1-9 或 1-5,7-9。")
    if any(number not in ALL_GRADES for number in numbers):
        raise DomainError("grades_unfit", "年级从小学一年级起数，写 1 到 12，如 1-9；高一写 10。")
    return numbers


@transaction.atomic
def open_year(*, school: School, start_year: int, dates: TermDates | None = None) -> SchoolYear:
    """The year `start_year` with two terms, periods and exams, as the school's current one; usual dates unless given.

    A calendar that was prepared for it stays, and follows `dates`.
    Raises DomainError `year_unfit`, `dates_disordered`, `date_out_of_range`, and as `set_dates` for a prepared one.
    """
    check_opens_now(start_year, today())
    prepared = SchoolYear.objects.prepared().filter(school=school, start_year=start_year).first()
    if dates is not None and not dates.in_order:
        raise DomainError("dates_disordered", "两个学期的日期要依次往后，请检查开学和结束的日期。")
    if dates is not None:
        opening_days(start_year).check(dates.first_start)
        opening_days(start_year).check(dates.second_end)
    SchoolYear.objects.filter(school=school, is_current=True).update(is_current=False)
    if prepared is None:
        guess = guessed_dates(start_year, dates or usual_dates(start_year))
        return make_year(school=school, start_year=start_year, dates=guess, is_current=True)
    held = YearCalendar(prepared, prepared.starts_on).dates
    if dates is not None and dates != held.terms:
        set_dates(year=prepared, dates=YearDates(dates, held.spans))
    prepared.is_current = True
    prepared.save(update_fields=["is_current"])
    return prepared


@transaction.atomic
def promote_classes(*, source: SchoolYear, target: SchoolYear) -> dict[int, SchoolClass]:
    """The classes of `source` one grade up in `target`, each knowing its former one; by the former class's key.

    Classes of a grade without a next one (`schools.grades.next_grades`) have no successor. Three queries.
    """
    grades = {grade.number: grade for grade in Grade.objects.filter(school_id=source.school_id)}
    following = next_grades(grades)
    former = [c for c in SchoolClass.objects.of_year(source) if c.grade.number in following]
    promoted = SchoolClass.objects.bulk_create(
        SchoolClass(
            school_id=target.school_id,
            year=target,
            grade=grades[following[old.grade.number]],
            number=old.number,
            previous=old,
        )
        for old in former
    )
    return {old.pk: new for old, new in zip(former, promoted, strict=True)}


@transaction.atomic
def create_class(*, year: SchoolYear, grade_number: int, number: int) -> SchoolClass:
    """The class, new or as it is. Raises DomainError `unknown_grade`."""
    grade = Grade.objects.filter(school_id=year.school_id, number=grade_number).first()
    if grade is None:
        raise _unknown_grade(year.school, grade_number)
    return SchoolClass.objects.get_or_create(
        year=year, grade=grade, number=number, defaults={"school_id": year.school_id}
    )[0]


@transaction.atomic
def create_classes(*, year: SchoolYear, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], SchoolClass]:
    """Classes that are not there yet, as (grade number, class number), in three queries whatever their number.

    Raises DomainError `unknown_grade`.
    """
    wanted = list(dict.fromkeys(places))
    if not wanted:
        return {}
    grades = {grade.number: grade for grade in Grade.objects.filter(school_id=year.school_id)}
    for number, _ in wanted:
        if number not in grades:
            raise _unknown_grade(year.school, number)
    created = SchoolClass.objects.bulk_create(
        SchoolClass(year=year, grade=grades[grade], number=number, school_id=year.school_id) for grade, number in wanted
    )
    note_created(SchoolClass, [found.pk for found in created])
    return dict(zip(wanted, created, strict=True))


def _unknown_grade(school: School, number: int) -> DomainError:
    named = usual_names(number, SchoolSystem(school.system), GradeNaming(school.naming))[0]
    return DomainError("unknown_grade", f"本校没有{named}，请检查班级的写法。")
