"""Every shape of school: made by the service and by the command, told by its grades, rolled over."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.actors import system_actor
from core.errors import DomainError
from mentors.services.slots import create_mentor, set_team
from mentors.year.forms import RollOverForm
from mentors.year.services.draft import draw_rollover
from mentors.year.services.rollover import RollOverChoices, roll_over
from schools.enums import GradeNaming, Preset, SchoolKind, SchoolSystem
from schools.grades import grades_written
from schools.models import Grade, School, SchoolClass, SchoolYear
from schools.official import usual_dates
from schools.queries import kinds_of
from schools.services import add_grade, create_class, create_school
from students.models import Enrolment
from tests.cast import SINCE, EnrolmentFactory, TeacherFactory

pytestmark = pytest.mark.django_db

SIX, FIVE = SchoolSystem


def made(
    grades: tuple[int, ...] | None,
    system: SchoolSystem = SIX,
    naming: GradeNaming | None = None,
    preset: Preset = Preset.PRIMARY_TERMLY,
) -> tuple[School, SchoolYear]:
    return create_school(
        code="bailu", name="白鹭学校", preset=preset, start_year=2026, grades=grades, system=system, naming=naming
    )


def names(school: School) -> list[str]:
    return list(Grade.objects.filter(school=school).order_by("number").values_list("name", flat=True))


@pytest.mark.parametrize(
    "grades,system,naming,kind,named",
    [
        (range(1, 7), SIX, None, "小学", "一年级 二年级 三年级 四年级 五年级 六年级"),
        (range(1, 6), FIVE, None, "小学", "一年级 二年级 三年级 四年级 五年级"),
        (range(7, 10), SIX, None, "初中", "初一 初二 初三"),
        (range(6, 10), FIVE, None, "初中", "预备年级 初一 初二 初三"),
        (range(6, 10), FIVE, GradeNaming.NUMBERED, "初中", "六年级 七年级 八年级 九年级"),
        (range(6, 10), FIVE, GradeNaming.FOUR_JUNIOR, "初中", "初一 初二 初三 初四"),
        (range(7, 10), SIX, GradeNaming.FULL, "初中", "初中一年级 初中二年级 初中三年级"),
        ((1, 6, 7), SIX, GradeNaming.NUMBERED, "九年一贯", "一年级 六年级 七年级"),
        (range(6, 13), FIVE, None, "完全中学", "预备年级 初一 初二 初三 高一 高二 高三"),
        (range(10, 13), SIX, None, "高中", "高一 高二 高三"),
        (range(10, 13), FIVE, GradeNaming.VOCATIONAL, "中职", "职一 职二 职三"),
        ((1, 7, 12), SIX, None, "十二年一贯", "一年级 初一 高三"),
        ((3, 11), SIX, None, "学校", "三年级 高二"),
    ],
)
def test_a_school_is_a_set_of_grades_and_a_system(
    grades: tuple[int, ...], system: SchoolSystem, naming: GradeNaming | None, kind: str, named: str
) -> None:
    school, _ = made(grades, system, naming)
    assert (kinds_of([school])[school.pk].label, " ".join(names(school))) == (kind, named)


def test_grades_that_nobody_names_are_the_preset_s_and_the_system_s() -> None:
    numbers = [
        Grade.objects.filter(school=school).count()
        for code, preset, system in (
            ("a", Preset.PRIMARY_TERMLY, SIX),
            ("b", Preset.PRIMARY_TERMLY, FIVE),
            ("c", Preset.SENIOR_YEARLY, FIVE),
        )
        for school, _ in [create_school(code=code, name="校", preset=preset, start_year=2026, system=system)]
    ]
    assert numbers == [6, 5, 3]


@pytest.mark.parametrize("grades,code", [((), "grades_missing"), ((0, 1), "grades_unfit"), ((13,), "grades_unfit")])
def test_grades_that_do_not_exist_are_refused(grades: tuple[int, ...], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        made(grades)
    assert (refused.value.code, School.objects.count()) == (code, 0)


@pytest.mark.parametrize(
    "text,grades",
    [
        ("1-9", tuple(range(1, 10))),
        ("1-5,7-9", (1, 2, 3, 4, 5, 7, 8, 9)),
        ("１－３，７", (1, 2, 3, 7)),
        ("10、12", (10, 12)),
        ("9-1", None),
        ("0-3", None),
        ("10-13", None),
        ("一年级", None),
        ("1,", None),
    ],
)
def test_grades_are_written_as_spans(text: str, grades: tuple[int, ...] | None) -> None:
    assert grades_written(text) == grades


def test_the_command_takes_grades_system_and_naming() -> None:
    arguments = {"name": "白鹭学校", "preset": "primary_termly", "year": 2026, "stdout": StringIO()}
    call_command("create_school", code="a", grades="1-5,7-9", naming="numbered", **arguments)
    call_command("create_school", code="b", grades="1-9", system="54", **arguments)
    first, second = School.objects.order_by("code")
    assert names(first) == ["一年级", "二年级", "三年级", "四年级", "五年级", "七年级", "八年级", "九年级"]
    assert (names(second)[5:], kinds_of([first, second])) == (
        ["预备年级", "初一", "初二", "初三"],
        dict.fromkeys([first.pk, second.pk], SchoolKind.NINE_YEAR),
    )
    with pytest.raises(CommandError) as refused:
        call_command("create_school", code="c", grades="9-1", **arguments)
    assert str(refused.value) == "看不懂年级“9-1”，请写成 1-9 或 1-5,7-9；从小学一年级起数，高一写 10。"


@pytest.mark.parametrize(
    "grades,system,goes_up",
    [
        # Nine years: the sixth goes up inside, the ninth leaves.
        (range(1, 10), SIX, {1: "二（1）班", 6: "初一（1）班", 9: None}),
        # 五四: five primary grades, four junior ones.
        (range(1, 6), FIVE, {4: "五（1）班", 5: None}),
        (range(6, 10), FIVE, {6: "初一（1）班", 9: None}),
        # Nobody skips a year: the fifth leaves where the school has no sixth.
        ((1, 2, 3, 4, 5, 7, 8, 9), SIX, {5: None, 7: "初二（1）班", 9: None}),
    ],
)
def test_the_last_grade_of_this_school_graduates_and_the_others_go_up(
    grades: tuple[int, ...], system: SchoolSystem, goes_up: dict[int, str | None]
) -> None:
    school, year = made(grades, system)
    pupils = {
        number: EnrolmentFactory.create(school_class=create_class(year=year, grade_number=number, number=1)).pupil
        for number in goes_up
    }
    actor = system_actor(school_id=school.pk, today=SINCE)
    draft = draw_rollover(actor=actor, year=year)
    assert {step.grade.number: step.target is None for step in draft.steps} == {
        number: label is None for number, label in goes_up.items()
    }
    choices = RollOverChoices(dates=usual_dates(2027), grades={}, homerooms=False)
    done = roll_over(actor=actor, year=year, choices=choices, basis=draft.basis)
    placed = {
        e.pupil_id: e.school_class.label
        for e in Enrolment.objects.of_year(done.to_year).select_related("school_class__grade")
    }
    assert {number: placed.get(pupil.pk) for number, pupil in pupils.items()} == goes_up
    assert SchoolClass.objects.filter(year=done.to_year).count() == sum(label is not None for label in goes_up.values())


def test_where_pupils_leave_in_mid_stage_the_missing_grade_is_named() -> None:
    """A school that has opened two grades so far would graduate the second in summer."""
    _, year = made((1, 2, 6, 7), preset=Preset.NINE_YEAR_TERMLY)
    for number in (1, 2, 6, 7):
        create_class(year=year, grade_number=number, number=1)
    draft = draw_rollover(actor=system_actor(school_id=year.school_id, today=SINCE), year=year)
    found = [(step.grade.number, step.leaves_stage, step.missing) for step in draft.steps]
    assert found == [(1, False, None), (2, False, 3), (6, True, None), (7, False, 8)]


def test_the_form_begins_with_other_mentors_where_another_stage_begins() -> None:
    """Primary teachers seldom go up with 初一."""
    school, year = made((6, 7, 8), preset=Preset.NINE_YEAR_TERMLY)
    system = system_actor(school_id=school.pk, today=SINCE)
    for number in (6, 7):
        slot = create_mentor(actor=system, year=year, teachers=[TeacherFactory.create(school=school)])
        school_class = create_class(year=year, grade_number=number, number=1)
        set_team(actor=system, school_class=school_class, mentors=[slot], leader=slot)
    form = RollOverForm(draw_rollover(actor=system, year=year), usual_dates(2027))
    assert {name: form[name].initial for name in ("grade7", "grade8")} == {"grade7": "nothing", "grade8": "team"}


def test_a_grade_added_since_the_preview_asks_to_look_again() -> None:
    """The class would have gone up instead of leaving, without anybody having seen it."""
    school, year = made((1, 2))
    create_class(year=year, grade_number=2, number=1)
    actor = system_actor(school_id=school.pk, today=SINCE)
    shown = draw_rollover(actor=actor, year=year)
    add_grade(school=school, number=3)
    choices = RollOverChoices(dates=usual_dates(2027), grades={}, homerooms=False)
    with pytest.raises(DomainError) as refused:
        roll_over(actor=actor, year=year, choices=choices, basis=shown.basis)
    assert refused.value.code == "stale"
