"""The plans that ship, each copied for a school of its kind."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.actors import system_actor
from accounts.enums import Role
from accounts.models import User
from accounts.services import create_user, grant_role
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil
from schools.calendar import YearCalendar
from schools.enums import Preset, SchoolSystem
from schools.models import Grade, School
from schools.queries import OwedAction, PlanRules
from schools.services import create_class, create_school
from tests.cast import SINCE, TODAY, EnrolmentFactory, SchoolCast, build_school

pytestmark = pytest.mark.django_db

SIX, FIVE = SchoolSystem
ClientOf = Callable[[User], Client]


def rules_of(preset: Preset, **given: object) -> tuple[School, PlanRules]:
    school, year = create_school(code="bailu", name="白鹭学校", preset=preset, start_year=2026, **given)  # type: ignore[arg-type]
    rules = YearCalendar(year, TODAY).plan_on(TODAY)
    assert rules is not None
    return school, rules


def numbers(school: School) -> dict[int, int]:
    return dict(Grade.objects.filter(school=school).values_list("pk", "number"))


def written(action: OwedAction, grades: dict[int, int]) -> tuple[str, str, str, list[int]]:
    windows = " ".join(f"{w.anchor}{w.opens_days:+}{w.due_days:+}" for w in action.windows)
    return action.action, action.period, windows, sorted(grades[pk] for pk in action.grade_ids)


_TALKS = "term_start-14+14 exams-14+14"


@pytest.mark.parametrize(
    "preset,system,matching,actions",
    [
        (
            Preset.JUNIOR_TERMLY,
            SIX,
            {7: "choice", 8: "choice", 9: "choice"},
            [
                ("visit", "term", "term_start-21+56", [7, 8, 9]),
                ("talk", "term", _TALKS, [7, 8, 9]),
                ("letter", "term", "term_end-21+0", [7, 8, 9]),
            ],
        ),
        (
            # In 五四 the sixth grade belongs to junior school.
            Preset.JUNIOR_TERMLY,
            FIVE,
            {6: "choice", 7: "choice", 8: "choice", 9: "choice"},
            [
                ("visit", "term", "term_start-21+56", [6, 7, 8, 9]),
                ("talk", "term", _TALKS, [6, 7, 8, 9]),
                ("letter", "term", "term_end-21+0", [6, 7, 8, 9]),
            ],
        ),
        (
            Preset.NINE_YEAR_TERMLY,
            SIX,
            {1: "homeroom", 5: "choice", 7: "choice", 8: "choice", 9: "choice"},
            [
                ("visit", "term", "term_start-21+14", [1, 5]),
                ("visit", "term", "term_start-21+56", [7, 8, 9]),
                ("talk", "term", "exams-14+14", [1, 5]),
                ("talk", "term", _TALKS, [7, 8, 9]),
                ("letter", "term", "term_end-21+0", [1, 5]),
                ("letter", "term", "term_end-21+0", [7, 8, 9]),
                ("card", "term", "term_start+0+120", [3]),
            ],
        ),
        (
            # In 五四 with four junior grades; each stage by its own rules.
            Preset.COMPLETE,
            FIVE,
            {6: "choice", 7: "choice", 8: "choice", 9: "choice", 10: "choice", 11: "two_sided", 12: "club"},
            [
                ("visit", "term", "term_start-21+56", [6, 7, 8, 9]),
                ("visit", "year", "year+0+0", [10, 11, 12]),
                ("talk", "term", _TALKS, [6, 7, 8, 9]),
                ("talk", "year", _TALKS, [10, 11, 12]),
                ("letter", "term", "term_end-21+0", [6, 7, 8, 9]),
                ("letter", "term", "term_end-21+0", [10, 11, 12]),
            ],
        ),
        (
            Preset.TWELVE_YEAR,
            SIX,
            {1: "homeroom", 11: "two_sided", 12: "club"} | dict.fromkeys((5, 7, 8, 9, 10), "choice"),
            [
                ("visit", "term", "term_start-21+14", [1, 5]),
                ("visit", "term", "term_start-21+56", [7, 8, 9]),
                ("visit", "year", "year+0+0", [10, 11, 12]),
                ("talk", "term", "exams-14+14", [1, 5]),
                ("talk", "term", _TALKS, [7, 8, 9]),
                ("talk", "year", _TALKS, [10, 11, 12]),
                ("letter", "term", "term_end-21+0", [1, 5]),
                ("letter", "term", "term_end-21+0", [7, 8, 9]),
                ("letter", "term", "term_end-21+0", [10, 11, 12]),
                ("card", "term", "term_start+0+120", [3]),
            ],
        ),
        (
            Preset.VOCATIONAL_YEARLY,
            SIX,
            {10: "choice", 11: "carry_on", 12: "carry_on"},
            [
                ("visit", "year", "year+0+0", [10, 11, 12]),
                ("talk", "year", _TALKS, [10, 11, 12]),
                ("letter", "term", "term_end-21+0", [10, 11, 12]),
            ],
        ),
    ],
)
def test_each_preset_asks_its_grades(
    preset: Preset,
    system: SchoolSystem,
    matching: dict[int, str],
    actions: list[tuple[str, str, str, list[int]]],
) -> None:
    school, rules = rules_of(preset, system=system)
    grades = numbers(school)
    found = sorted((written(action, grades) for action in rules.actions), key=str)
    assert ({grades[pk]: mode for pk, mode in rules.matching.items()}, found) == (matching, sorted(actions, key=str))


def test_a_vocational_school_names_its_grades_so() -> None:
    school, _ = rules_of(Preset.VOCATIONAL_YEARLY)
    assert list(Grade.objects.filter(school=school).values_list("name", flat=True)) == ["职一", "职二", "职三"]


def test_a_plan_copies_only_what_the_school_has_grades_for() -> None:
    school, rules = rules_of(Preset.NINE_YEAR_TERMLY, grades=(2, 3, 7))
    grades = numbers(school)
    assert ([grades[pk] for pk in rules.matching], sorted(written(a, grades)[::3] for a in rules.actions)) == (
        [7],
        [("card", [3]), ("letter", [7]), ("talk", [7]), ("visit", [7])],
    )


def test_a_blank_plan_wants_to_know_the_grades() -> None:
    with pytest.raises(DomainError) as refused:
        rules_of(Preset.BLANK)
    assert (refused.value.code, refused.value.message) == (
        "grades_missing",
        "请写明学校有哪些年级，如 1-9 或 1-5,7-9。",
    )


PAGES = (
    *("desk:home", "desk:letters", "desk:visits", "office:dashboard", "office:letters"),
    *("board:list", "rounds:list", "papers:index", "readiness:list", "plan:detail", "plan:edit"),
    *(
        "manage:people",
        "manage:pupils",
        "manage:classes",
        "imports:list",
        "year:overview",
        "year:roll",
        "training:list",
    ),
)


@pytest.mark.usefixtures("school_day")
def test_a_school_with_a_blank_plan_opens_on_every_page(client_of: ClientOf) -> None:
    """Nothing is owed, no grade has mentors: every main page says so instead of failing."""
    school, rules = rules_of(Preset.BLANK, grades=(7, 8, 9))
    assert (rules.actions, dict(rules.matching)) == ((), {})
    EnrolmentFactory.create(school_class=create_class(year=rules.plan.year, grade_number=7, number=1))
    system = system_actor(school_id=school.pk, today=SINCE)
    user: User = create_user(actor=system, username="bailu-all", name="云归", school=school)
    for role in (Role.SCHOOL_ADMIN, Role.MORAL_OFFICE, Role.MENTOR, Role.LEADER):
        grant_role(actor=system, user=user, role=role, school=school, starts_on=SINCE)
    client = client_of(user)
    assert {name: client.get(reverse(name)).status_code for name in PAGES} == dict.fromkeys(PAGES, 200)


@pytest.fixture
def nine_years(school_day: datetime.datetime) -> SchoolCast:
    """The cast in a nine-year school, with a class of 初一 beside."""
    cast = build_school("jiuzhou", "九州学校", preset=Preset.NINE_YEAR_TERMLY, bureau_name="江城市教育局")
    pupil = EnrolmentFactory.create(school_class=create_class(year=cast.year, grade_number=7, number=1)).pupil
    assign_pupil(actor=cast.system, pupil=pupil, mentor=cast.slot, origin=AssignmentOrigin.CHOICE)
    return cast


# The same numbers as in tests/manage/test_classes.py, tests/office/test_dashboard.py, tests/papers/test_pages.py.
@pytest.mark.parametrize("name,part,queries", [("manage:classes", "admin", 13), ("papers:index", "office", 15)])
def test_a_nine_year_school_costs_what_a_primary_school_does(
    nine_years: SchoolCast,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
    name: str,
    part: str,
    queries: int,
) -> None:
    client: Client = client_of(nine_years.people[part])
    with django_assert_num_queries(queries):
        page = client.get(reverse(name))
    assert page.content.decode().count("初一（1）班") > 0
