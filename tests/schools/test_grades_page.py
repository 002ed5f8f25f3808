"""A grade more, and what the school calls its grades: the service's refusals and the admin's two pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.staff.services.grades import add_grade, name_grades, remove_grade
from schools.enums import GradeNaming, Preset, SchoolSystem
from schools.models import Grade, PlanAction, PlanActionGrade, School
from schools.queries import grade_sense
from schools.services import create_class, create_school
from schools.services import name_grades as write_names
from schools.services import remove_grade as take_grade
from tests.cast import SchoolCast

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def named(school: School) -> dict[int, tuple[str, str]]:
    return {g.number: (g.name, g.short_name) for g in Grade.objects.filter(school=school)}


def test_a_grade_is_added_under_its_usual_name_and_takes_classes(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.admin)
    answer = client.post(reverse("manage:new_grade"), {"number": "7"}, follow=True)
    assert (answer.status_code, named(qingzhu.school)[7]) == (200, ("初一", "初一"))
    assert "已增加初一。方案还不含这个年级，需要时请到“方案”里加上。" in answer.content.decode()
    assert create_class(year=qingzhu.year, grade_number=7, number=2).label == "初一（2）班"
    entry = AuditEntry.objects.get(verb="add_grade")
    assert (entry.detail, entry.user_id) == ({"number": 7}, qingzhu.admin.pk)


def test_a_grade_is_added_under_the_school_s_own_name(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    typed = {"number": "7", "name": "七年级", "short_name": "七"}
    client_of(qingzhu.admin).post(reverse("manage:new_grade"), typed)
    assert named(qingzhu.school)[7] == ("七年级", "七")


@pytest.mark.parametrize(
    "typed,field",
    [
        ({"number": ""}, "number"),
        ({"number": "6"}, "number"),
        ({"number": "13"}, "number"),
        ({"number": "7", "short_name": "六"}, "short_name"),
    ],
)
def test_a_grade_that_cannot_be_is_refused_at_its_field(
    typed: dict[str, str], field: str, qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    answer = client_of(qingzhu.admin).post(reverse("manage:new_grade"), typed)
    assert (answer.status_code, list(answer.context["form"].errors), len(named(qingzhu.school))) == (422, [field], 6)


def form_of(school: School, **changes: str) -> dict[str, str]:
    typed: dict[str, str] = {}
    for number, (name, short_name) in named(school).items():
        typed |= {f"name-{number}": name, f"short_name-{number}": short_name}
    return typed | {field.replace("_of_", "-"): text for field, text in changes.items()}


def test_other_names_stand_at_once_in_the_labels_of_classes(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client, url = client_of(qingzhu.admin), reverse("manage:grades")
    for _ in range(2):
        client.post(url, form_of(qingzhu.school, name_of_1="启蒙年级", short_name_of_1="启蒙"))
    assert named(qingzhu.school)[1] == ("启蒙年级", "启蒙")
    assert "启蒙（1）班" in client.get(reverse("manage:classes")).content.decode()
    # The second time nothing changed.
    assert [entry.detail for entry in AuditEntry.objects.filter(verb="name_grades")] == [{"numbers": [1]}]


@pytest.mark.parametrize(
    "changes,field,code",
    [
        ({"short_name_of_2": "一"}, "short_name-1", "name_twice"),
        ({"name_of_2": "三年级"}, "name-2", "name_twice"),
        ({"short_name_of_2": "4"}, "short_name-2", "name_misleads"),
        ({"name_of_2": "二班"}, "name-2", "name_unfit"),
        ({"name_of_2": "2026级"}, "name-2", "name_unfit"),
        ({"short_name_of_2": "二（甲"}, "short_name-2", "name_unfit"),
        ({"name_of_2": ""}, "name-2", "required"),
    ],
)
def test_a_name_that_may_mean_another_grade_is_refused_at_its_field(
    changes: dict[str, str], field: str, code: str, qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    before = named(qingzhu.school)
    answer = client_of(qingzhu.admin).post(reverse("manage:grades"), form_of(qingzhu.school, **changes))
    form = answer.context["form"]
    assert (answer.status_code, form.has_error(field, code), named(qingzhu.school)) == (422, True, before)
    assert answer.content.decode().count("data-form-errors") == 1


def test_names_are_exchanged_in_one_go() -> None:
    """In some places of 五四 the sixth year is 初一, in others 预备."""
    school, _ = create_school(
        code="b", name="校", preset=Preset.JUNIOR_TERMLY, start_year=2026, system=SchoolSystem.FIVE_FOUR
    )
    names = {number: (f"初{numeral}", f"初{numeral}") for number, numeral in zip(range(6, 10), "一二三四", strict=True)}
    assert write_names(school=school, names=names) == [6, 7, 8, 9]
    assert grade_sense(school).junior_base == (frozenset({5}), True)
    with pytest.raises(DomainError) as refused:
        write_names(school=school, names={7: ("七年级", "初一"), 6: ("预备年级", "预备")})
    assert refused.value.code == "name_misleads"


def test_every_way_of_naming_passes_its_own_check() -> None:
    for code, (system, naming) in enumerate((s, n) for s in SchoolSystem for n in GradeNaming):
        school, _ = create_school(
            code=f"s{code}",
            name="校",
            preset=Preset.BLANK,
            start_year=2026,
            grades=range(1, 13),
            system=system,
            naming=naming,
        )
        assert write_names(school=school, names=named(school)) == []


def test_nobody_else_and_no_other_school_changes_grades(qingzhu: SchoolCast, other: SchoolCast) -> None:
    for user, cast, code in ((qingzhu.office, qingzhu, "not_allowed"), (other.admin, other, "other_school")):
        with pytest.raises(DomainError) as added:
            add_grade(actor=cast.actor(user), school=qingzhu.school, number=7)
        with pytest.raises(DomainError) as renamed:
            name_grades(actor=cast.actor(user), school=qingzhu.school, names={1: ("启蒙", "启")})
        assert (added.value.code, renamed.value.code) == (code, code)
    assert named(qingzhu.school)[1] == ("一年级", "一")


@pytest.mark.parametrize("more", [0, 3])
def test_the_page_costs_the_same_for_six_grades_and_for_nine(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    for number in range(7, 7 + more):
        add_grade(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, number=number)
    client = client_of(qingzhu.admin)
    with django_assert_num_queries(6):
        client.get(reverse("manage:grades"))


def test_a_grade_added_by_mistake_is_taken_away_again(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """It stayed for good, and the grade below would have gone up into it."""
    client = client_of(qingzhu.admin)
    client.post(reverse("manage:new_grade"), {"number": "7"})
    page = reverse("manage:remove_grade", args=[Grade.objects.get(school=qingzhu.school, number=7).pk])
    asked = client.get(page).content.decode()
    done = client.post(page, follow=True)

    assert ("确认删去" in asked, done.redirect_chain) == (True, [(reverse("manage:grades"), 302)])
    assert "已删去初一。" in done.content.decode()
    assert sorted(named(qingzhu.school)) == [1, 2, 3, 4, 5, 6]
    assert AuditEntry.objects.get(verb="remove_grade").detail["number"] == 7


def test_the_plan_says_nothing_more_of_it(qingzhu: SchoolCast) -> None:
    """The third grade has a rule for itself; nobody is in it."""
    third = Grade.objects.get(school=qingzhu.school, number=3)
    rule = PlanActionGrade.objects.get(grade=third).rule
    PlanActionGrade.objects.filter(rule=rule).exclude(grade=third).delete()
    remove_grade(actor=qingzhu.actor(qingzhu.admin), grade=third)
    assert (PlanAction.objects.filter(pk=rule.pk).exists(), sorted(named(qingzhu.school))) == (False, [1, 2, 4, 5, 6])
    assert AuditEntry.objects.get(verb="remove_grade").detail["plan_versions"] == [1]


def test_a_grade_with_a_class_stays_and_says_what_hangs_on_it(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    create_class(year=qingzhu.year, grade_number=1, number=2)
    first = Grade.objects.get(school=qingzhu.school, number=1)
    client, page = client_of(qingzhu.admin), reverse("manage:remove_grade", args=[first.pk])
    answers = [client.get(page), client.post(page)]
    assert [(a.status_code, "一年级还有 2 个班级，不能删去。" in a.content.decode()) for a in answers] == [
        *((200, True), (422, True))
    ]
    assert "确认删去" not in answers[0].content.decode()


def test_who_may_not_and_the_last_grade_are_refused(qingzhu: SchoolCast, other: SchoolCast) -> None:
    school = create_school(code="solo", name="单级学校", preset=Preset.BLANK, start_year=2026, grades=(1,))[0]
    only = Grade.objects.get(school=school)
    sixth = Grade.objects.get(school=qingzhu.school, number=6)
    asked = [(qingzhu.office, sixth), (other.admin, sixth)]
    refused = []
    for user, grade in asked:
        with pytest.raises(DomainError) as refusal:
            remove_grade(actor=qingzhu.actor(user), grade=grade)
        refused.append(refusal.value.code)
    with pytest.raises(DomainError) as refusal:
        take_grade(grade=only)
    assert [*refused, refusal.value.code] == ["not_allowed", "other_school", "last_grade"]
