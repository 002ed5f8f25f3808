"""第一周: nine steps with what is missing, the way to each, and how the page leaves and comes back."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.actors import system_actor
from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.services import audit, create_user, end_role, grant_role, issue_account_slips
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Teacher
from mentors.services.assignments import assign_pupils
from records.setup.queries.first_weeks import first_weeks
from records.setup.services.first_weeks import check_plan, finish_first_weeks, set_first_weeks
from records.tasks import end_first_weeks
from schools.enums import FirstWeeks, Preset
from schools.models import School, SchoolYear
from schools.services import create_school
from students.services import issue_slips
from tests.cast import SINCE, TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.pages import by_class, text, tree

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
URL = "/school/first-weeks/"


def said(cast: SchoolCast) -> dict[str, tuple[int, str]]:
    return {step.key.value: (step.missing, step.words) for step in first_weeks(cast.actor(cast.office))}


@pytest.fixture
def begun(qingzhu: SchoolCast) -> SchoolCast:
    """The cast, in the midst of its first weeks."""
    School.objects.filter(pk=qingzhu.school.pk).update(first_weeks=FirstWeeks.OPEN)
    qingzhu.school.refresh_from_db()
    return qingzhu


def finish(cast: SchoolCast) -> None:
    """Do all that is missing."""
    SchoolYear.objects.filter(pk=cast.year.pk).update(official_until=TODAY)
    system = cast.system
    check_plan(actor=system, school=cast.school)
    Teacher.objects.filter(school=cast.school, user=None).update(left_on=SINCE)
    users = [teacher.user for teacher in Teacher.objects.filter(school=cast.school) if teacher.user]
    issue_account_slips(actor=system, users=users)
    grant_role(actor=system, user=cast.mentor, role=Role.HOMEROOM, school=cast.school, school_class=cast.class_five)
    assign_pupils(
        actor=system,
        year=cast.year,
        pairs=[(cast.pupil_unassigned.pk, cast.slot.pk)],
        origin=AssignmentOrigin.HOMEROOM,
    )
    issue_slips(
        actor=cast.actor(cast.office),
        pupils=[*cast.pupils, cast.pupil_of_colleague, cast.pupil_shared, cast.pupil_unassigned],
    )
    audit(actor=system, verb="print_letters_to_parents", target=cast.school)


def test_a_new_school_is_led_there_first_and_nothing_is_done(
    school_day: datetime.datetime, client_of: ClientOf
) -> None:
    school = create_school(code="yunxi", name="云溪学校", preset=Preset.NINE_YEAR_TERMLY, start_year=2026)[0]
    actor = system_actor(school_id=school.pk, today=TODAY)
    user = create_user(actor=actor, username="linzy", name="林知远", school=school)
    grant_role(actor=actor, user=user, role=Role.SCHOOL_ADMIN, school=school, starts_on=SINCE)

    page = client_of(user).get("/")

    assert page.wsgi_request.path == URL
    own = {"/account/sign-out/", "/account/first-visit/"}
    assert {form.get("action") for form in tree(page).iter("form") if form.get("method") == "post"} == own | {URL}
    assert [text(row) for row in by_class(tree(page), "row-line")] == [
        "1 校历 开学、考试和放假的日期是估计的，还没有人核对 去做",
        "2 方案 还是模板里的规则，没有人看过 看过了，就用它 去做",
        "3 教师名册 还没有教师 去做",
        "4 账号条 先导入教师名册 去做",
        "5 学生名册 还没有学生 去做",
        "6 班主任 先导入学生名册 去做",
        "7 匹配 方案的年级还没有学生（由德育室做）",
        "8 家长凭条 方案的年级还没有学生（由德育室做）",
        "9 告家长书 还没有打印（由德育室做）",
    ]


def test_each_step_says_how_much_is_missing(
    begun: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    TeacherFactory.create(school=begun.school)
    EnrolmentFactory.create(school_class=begun.class_five)
    with django_assert_num_queries(8):
        steps = said(begun)
    assert steps == {
        "calendar": (1, "开学、考试和放假的日期是估计的，还没有人核对"),
        "plan": (1, "还是模板里的规则，没有人看过"),
        "teachers": (0, "6 位教师"),
        "slips": (6, "6 位教师还没有账号条"),
        "pupils": (0, "6 名学生，2 个班"),
        "homerooms": (1, "1 个班还没有班主任"),
        "matching": (2, "2 名学生还没有导师"),
        "families": (6, "6 名学生还没有凭条"),
        "notice": (1, "还没有打印"),
    }


def test_what_is_done_is_counted_no_more_and_the_page_leaves_by_itself(begun: SchoolCast, client_of: ClientOf) -> None:
    assert finish_first_weeks(begun.school, TODAY) is False
    finish(begun)
    assert {key: missing for key, (missing, _) in said(begun).items()} == dict.fromkeys(said(begun), 0)
    # Home leads on at once, the entry goes in the night.
    office = client_of(begun.office)
    assert office.get("/").wsgi_request.path == "/office/"
    assert (URL in office.get("/plan/").content.decode(), "都做好了" in text(tree(office.get(URL)))) == (True, True)
    end_first_weeks()
    assert School.objects.get(pk=begun.school.pk).first_weeks == FirstWeeks.DONE
    assert URL in office.get("/school/").content.decode()
    assert URL not in office.get("/plan/").content.decode()


def test_a_step_that_opens_again_later_brings_nothing_back(begun: SchoolCast) -> None:
    finish(begun)
    end_first_weeks()
    end_role(actor=begun.system, grant=begun.homeroom.grants.get(role=Role.HOMEROOM))
    end_first_weeks()
    assert School.objects.get(pk=begun.school.pk).first_weeks == FirstWeeks.DONE


def test_it_is_put_away_by_hand_and_taken_out_again(begun: SchoolCast, client_of: ClientOf) -> None:
    office = client_of(begun.office)
    assert office.get("/").wsgi_request.path == URL
    answer = office.post(URL, {"do": "away"}, follow=True)
    assert "第一周已收起。" in text(tree(answer))
    assert (office.get("/").wsgi_request.path, URL in office.get("/school/").content.decode()) == ("/office/", True)
    office.post(URL, {"do": "open"})
    assert office.get("/").wsgi_request.path == URL
    verbs = AuditEntry.objects.filter(verb__endswith="_first_weeks_away") | AuditEntry.objects.filter(
        verb__endswith="_first_weeks_out"
    )
    assert list(verbs.order_by("pk").values_list("verb", "target_id")) == [
        ("put_first_weeks_away", begun.school.pk),
        ("take_first_weeks_out", begun.school.pk),
    ]


def test_the_plan_is_said_to_be_right_as_it_is_once(begun: SchoolCast, client_of: ClientOf) -> None:
    for user in (begun.office, begun.admin):
        client_of(user).post(URL, {"do": "plan"})
    assert (said(begun)["plan"], AuditEntry.objects.filter(verb="check_plan").count()) == ((0, "看过了"), 1)


def test_a_mentor_and_another_school_set_nothing(begun: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    for user, code in ((begun.mentor, "not_allowed"), (other.office, "other_school")):
        actor = begun.actor(user)
        for press in (
            lambda actor=actor: set_first_weeks(actor=actor, school=begun.school, shown=False),
            lambda actor=actor: check_plan(actor=actor, school=begun.school),
        ):
            with pytest.raises(DomainError) as refused:
                press()
            assert refused.value.code == code
    assert client_of(begun.mentor).get("/").wsgi_request.path == "/my/"


def test_each_place_opens_for_whoever_is_sent_there(begun: SchoolCast, client_of: ClientOf) -> None:
    for user in (begun.admin, begun.office):
        client = client_of(user)
        links = [link.get("href", "") for row in by_class(tree(client.get(URL)), "row-line") for link in row.iter("a")]
        assert len(links) > 3
        assert [client.get(link).status_code for link in links] == [200] * len(links)
