"""The only writers of schools, years and classes."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from django.db import transaction

from core.clock import today
from core.constraints import check_fits
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
from schools.services.calendars import NewYear, make_year, make_years, set_dates
from schools.services.plans import create_plans


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
    Raises DomainError `code_unfit`, `name_missing`, `year_unfit`, `grades_missing`, `grades_unfit`, `code_taken`,
    `unfit`.
    """
    new = NewSchool(name, preset, start_year, code, tuple(grades) if grades is not None else None, system, naming)
    year = create_schools(schools=[replace(new, bureau_name=bureau_name)], began_on=began_on)[0]
    return year.school, year


@transaction.atomic
def create_schools(*, schools: Sequence[NewSchool], began_on: datetime.date | None = None) -> list[SchoolYear]:
    """`create_school` for many at once; their years, schools at hand. Some fifteen queries whatever their number.

    Each needs its code. Raises DomainError as `create_school`, for the first one that cannot be.
    """
    wanted = [(one, typed_key(one.code), PRESETS[one.preset]) for one in schools]
    numbers = [
        _fit(code, one.name.strip(), one.preset, one.start_year, one.grades, one.system) for one, code, _ in wanted
    ]
    codes = [code for _one, code, _ in wanted]
    taken = {*School.objects.filter(code__in=codes).values_list("code", flat=True)}
    taken |= {code for code in codes if codes.count(code) > 1}
    for code in codes:
        if code in taken:
            raise DomainError("code_taken", f"学校代码“{code}”已经有了，请换一个。")
    names = dict.fromkeys(one.bureau_name.strip() for one in schools)
    for name in filter(None, names):
        check_fits(Bureau(name=name), "name")
    bureaus = {name: Bureau.objects.get_or_create(name=name)[0] for name in names if name}
    made = School.objects.bulk_create(
        School(
            code=code,
            name=one.name.strip(),
            system=one.system,
            naming=one.naming or preset.naming,
            bureau=bureaus.get(one.bureau_name.strip()),
            modules=usual_modules(preset),
            began_on=began_on,
        )
        for one, code, preset in wanted
    )
    named = [
        (school, number, usual_names(number, SchoolSystem(school.system), GradeNaming(school.naming)))
        for school, own in zip(made, numbers, strict=True)
        for number in own
    ]
    Grade.objects.bulk_create(
        Grade(school=school, number=number, name=name, short_name=short) for school, number, (name, short) in named
    )
    starts = [one.start_year for one in schools]
    dates = {start: guessed_dates(start, usual_dates(start)) for start in set(starts)}
    years = make_years(
        [NewYear(school, start, dates[start], is_current=True) for school, start in zip(made, starts, strict=True)]
    )
    create_plans(years=[(year, one.preset) for year, one in zip(years, schools, strict=True)])
    return years


def _fit(
    code: str, name: str, preset: Preset, start_year: int, grades: Iterable[int] | None, system: SchoolSystem
) -> tuple[int, ...]:
    """The grades of a school that may be as it is asked for; what does not depend on others. Raises DomainError."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,29}", code):
        raise DomainError("code_unfit", "学校代码只用小写字母、数字和连字符，最多 30 个，如 qingzhu。")
    if not name:
        raise DomainError("name_missing", "请写校名。")
    check_fits(School(name=name), "name")
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
