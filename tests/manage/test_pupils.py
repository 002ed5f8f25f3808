"""The admin's pages about pupils, leaving teachers, merging, and the school year."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from core.clock import today
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, RollOver, Teacher
from mentors.services.assignments import assign_pupil
from mentors.staff.queries import pages
from schools.calendar import SchoolCalendar
from schools.models import SchoolYear
from schools.services import create_class
from students.models import Enrolment, Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.records.builders import letter

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


def place(pupil: Pupil) -> str:
    row = Enrolment.objects.active().filter(pupil=pupil).select_related("school_class__grade").first()
    return row.school_class.label if row is not None else ""


# --- The list ---------------------------------------------------------------------------------------------------------
def test_the_list_shows_the_own_schools_present_pupils(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    page = client_of(qingzhu.admin).get(reverse("manage:pupils"))
    assert [p.name for p in page.context["page"]] == ["安可儿", "白一诺", "曹子墨", "丁小雨", "范思齐"]
    assert {p.school_id for p in page.context["page"]} == {qingzhu.school.pk}
    assert "林小满" in page.content.decode()


def test_who_goes_while_the_page_is_read_is_left_out(
    qingzhu: SchoolCast, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its keys are read first, and what it shows of them then: of two rows merged in between one is gone."""
    read = pages._pupils
    monkeypatch.setattr(pages, "_pupils", lambda keys, year: read(keys[1:], year))
    page = client_of(qingzhu.admin).get(reverse("manage:pupils"))
    assert [p.name for p in page.context["page"]] == ["白一诺", "曹子墨", "丁小雨", "范思齐"]


def test_class_state_and_search_narrow_the_list(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    gone = Pupil.objects.create(school=qingzhu.school, name="走远", pinyin="zouyuan")

    def names(**query: str | int) -> list[str]:
        page = client.get(reverse("manage:pupils"), {key.rstrip("_"): value for key, value in query.items()})
        return [p.name for p in page.context["page"]]

    assert names(class_=qingzhu.class_five.pk) == ["范思齐"]
    assert names(state="gone") == [gone.name]
    assert names(q="走", state="all") == ["走远"]
    assert names(q=qingzhu.pupils[1].student_number) == ["白一诺"]
    assert names(q="没有这个人") == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_pupil_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        pupil = EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name=f"唐{number}").pupil
        assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    client = client_of(qingzhu.admin)
    with django_assert_num_queries(15):
        page = client.get(reverse("manage:pupils"), {"q": "唐"})
    assert len(page.context["page"].object_list) == count


def test_pupils_of_another_school_are_unknown(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    client, theirs = client_of(qingzhu.admin), other.pupils[0]
    for name in ("manage:pupil", "manage:move", "manage:withdraw", "manage:reinstate", "merge:pupils"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404
        assert client.post(reverse(name, args=[theirs.pk])).status_code == 404
    mixed = reverse("merge:pupils", args=[qingzhu.pupils[0].pk])
    assert client.post(mixed, {"other": theirs.pk}).status_code == 404
    assert place(theirs) == "一（1）班"


# --- One pupil --------------------------------------------------------------------------------------------------------
def test_the_page_corrects_the_pupil(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.admin)
    url = reverse("manage:pupil", args=[pupil.pk])
    values = {"name": "安可", "student_number": pupil.student_number, "guardian1_name": "安妈妈"}
    assert client.post(url, values | {"name": ""}).status_code == 422
    taken = client.post(url, values | {"student_number": qingzhu.pupils[1].student_number})
    assert taken.status_code == 422
    assert "请用“合并”" in taken.content.decode()
    assert client.post(url, values)["Location"] == url
    pupil.refresh_from_db()
    assert (pupil.name, [g.name for g in pupil.guardians.all()]) == ("安可", ["安妈妈"])


def test_a_pupil_comes_moves_leaves_and_returns(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    answer = client.post(reverse("manage:new_pupil"), {"name": "新来", "school_class": qingzhu.class_one.pk})
    pupil = Pupil.objects.get(name="新来")
    assert (answer["Location"], place(pupil)) == (reverse("manage:pupil", args=[pupil.pk]), "一（1）班")
    client.post(reverse("manage:move", args=[pupil.pk]), {"school_class": qingzhu.class_five.pk})
    assert place(pupil) == "五（1）班"
    client.post(reverse("manage:withdraw", args=[pupil.pk]))
    assert place(pupil) == ""
    client.post(reverse("manage:reinstate", args=[pupil.pk]), {"school_class": qingzhu.class_one.pk})
    assert place(pupil) == "一（1）班"


def test_the_preview_of_a_withdrawal_changes_nothing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.admin).get(reverse("manage:withdraw", args=[qingzhu.pupils[0].pk]))
    assert "林小满老师空出一个名额" in page.content.decode()
    assert place(qingzhu.pupils[0]) == "一（1）班"


# --- Leaving and merging ----------------------------------------------------------------------------------------------
def test_a_teacher_leaves_with_hand_over_and_comes_back(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, teacher = client_of(qingzhu.admin), Teacher.objects.get(user=qingzhu.mentor)
    url = reverse("manage:leave", args=[teacher.pk])
    assert "2 名学生需要另一位导师" in client.get(url).content.decode()
    client.post(url, {"left_on": TODAY, "how": "one", "successor": qingzhu.slot_colleague.pk})
    assert Assignment.objects.active().filter(mentor=qingzhu.slot_colleague).count() == 3
    person = reverse("manage:person", args=[teacher.pk])
    assert "恢复在职" in client.get(person).content.decode()
    assert client.post(reverse("manage:come_back", args=[teacher.pk]))["Location"] == person
    teacher.refresh_from_db()
    assert teacher.left_on is None


def test_merging_pupils_is_previewed_and_said_to_be_final(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, kept = client_of(qingzhu.admin), qingzhu.pupils[0]
    twin = EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name="安可儿", pupil__student_number="").pupil
    url = reverse("merge:pupils", args=[kept.pk])
    assert [row.pk for row in client.get(url).context["candidates"]] == [twin.pk]
    preview = client.get(url, {"other": twin.pk})
    assert "合并以后不能撤销" in preview.content.decode()
    assert Pupil.objects.filter(pk=twin.pk).exists()
    assert client.post(url, {"other": twin.pk})["Location"] == reverse("manage:pupil", args=[kept.pk])
    assert not Pupil.objects.filter(pk=twin.pk).exists()


def test_clashing_letters_are_asked_for_and_never_shown(qingzhu: SchoolCast, client_of: SignIn) -> None:
    kept = qingzhu.pupils[0]
    twin = EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name="安可儿", pupil__student_number="").pupil
    assign_pupil(actor=qingzhu.system, pupil=twin, mentor=qingzhu.slot_colleague, origin=AssignmentOrigin.OFFICE)
    ours = letter(qingzhu, qingzhu.mentor, kept)
    letter(qingzhu, qingzhu.colleague, twin)
    client, url = client_of(qingzhu.admin), reverse("merge:pupils", args=[kept.pk])
    page = client.get(url, {"other": twin.pk}).content.decode()
    assert "同一学期都有寄语" in page
    assert ours.body not in page
    assert client.post(url, {"other": twin.pk}).status_code == 422
    assert client.post(url, {"other": twin.pk, "letters": kept.pk}).status_code == 302


def test_merging_teachers_is_previewed_too(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, kept = client_of(qingzhu.admin), Teacher.objects.get(user=qingzhu.mentor)
    twin = TeacherFactory.create(school=qingzhu.school, name="林小满")
    url = reverse("merge:teachers", args=[kept.pk])
    assert "合并以后不能撤销" in client.get(url, {"other": twin.pk}).content.decode()
    clash = Teacher.objects.get(user=qingzhu.colleague)
    assert "各有名额，不能自动合并" in client.get(url, {"other": clash.pk}).content.decode()
    assert client.post(url, {"other": clash.pk}).status_code == 422
    client.post(url, {"other": twin.pk})
    assert not Teacher.objects.filter(pk=twin.pk).exists()


# --- The year ---------------------------------------------------------------------------------------------------------
def roll_form(client: Client) -> dict[str, object]:
    page = client.get(reverse("year:roll"))
    form = page.context["form"]
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return values | {"homerooms": "on", "year": page.context["year"].pk}


def test_rolling_over_is_previewed_done_once_and_undone(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    values = roll_form(client)
    assert SchoolCalendar(qingzhu.school.pk, today()).year == qingzhu.year
    for _ in range(2):
        assert client.post(reverse("year:roll"), values)["Location"] == reverse("year:overview")
    assert SchoolYear.objects.filter(school=qingzhu.school).count() == 2
    done = RollOver.objects.get()
    overview = client.get(reverse("year:overview")).content.decode()
    assert "升级 5 名，毕业 0 名" in overview
    assert "撤销这次升级" in overview
    client.post(reverse("year:undo", args=[done.pk]))
    assert SchoolCalendar(qingzhu.school.pk, today()).year == qingzhu.year


def test_an_outdated_preview_is_shown_anew(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    values = roll_form(client)
    EnrolmentFactory.create(school_class=qingzhu.class_one)
    answer = client.post(reverse("year:roll"), values)
    assert answer.status_code == 422
    assert "请核对新的预览后再确认" in answer.content.decode()
    assert answer.context["draft"].promoted == 6
    values["basis"] = answer.context["form"]["basis"].value()
    assert client.post(reverse("year:roll"), values).status_code == 302


def test_a_changed_year_cannot_be_undone(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    client.post(reverse("year:roll"), roll_form(client))
    done = RollOver.objects.get()
    client.post(reverse("manage:new_pupil"), {"name": "新来", "school_class": done.to_year.classes.all()[0].pk})
    answer = client.post(reverse("year:undo", args=[done.pk]))
    assert answer.status_code == 409
    assert "不能再整体撤销" in answer.content.decode()
    assert SchoolCalendar(qingzhu.school.pk, today()).year == done.to_year


def test_another_schools_roll_over_is_unknown(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    theirs = client_of(other.admin)
    theirs.post(reverse("year:roll"), roll_form(theirs))
    url = reverse("year:undo", args=[RollOver.objects.get().pk])
    assert client_of(qingzhu.admin).get(url).status_code == 404
    assert client_of(qingzhu.admin).post(url).status_code == 404
    assert RollOver.objects.count() == 1


# --- What would go unnoticed ------------------------------------------------------------------------------------------
def test_a_pupil_who_moves_where_nobody_has_a_mentor_gives_the_mentor_up(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    """A pupil moved to a grade outside the plan kept the mentor, and nobody was told."""
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.admin)
    class_six = create_class(year=qingzhu.year, grade_number=6, number=1)
    url = reverse("manage:move", args=[pupil.pk])
    assert "六（1）班（不在方案内，不配导师）" in client.get(url).content.decode()
    refused = client.post(url, {"school_class": class_six.pk, "keep": "keep"})
    assert refused.context["form"].errors == {"keep": ["六（1）班所在的年级不在方案内，不配导师。请选“空出名额”。"]}
    moved = client.post(url, {"school_class": class_six.pk, "keep": "release"}, follow=True)
    assert "六（1）班不在方案内，林小满老师的名额已空出。" in moved.content.decode()
    assert (place(pupil), Assignment.objects.active().filter(pupil=pupil).count()) == ("六（1）班", 0)


def test_a_second_pupil_of_a_name_is_asked_about_once(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """A pupil entered twice had two files, and no page had said that the name is there already."""
    client, url = client_of(qingzhu.admin), reverse("manage:new_pupil")
    typed = {"name": f" {qingzhu.pupils[0].name} ", "school_class": qingzhu.class_five.pk}
    asked = client.post(url, typed)
    assert asked.context["form"].errors == {
        "is_another": ["本校已有同名的学生：一（1）班。是同一位就不用再登记；是另一位，请勾选后再保存。"]
    }
    assert Pupil.objects.filter(name=qingzhu.pupils[0].name, school=qingzhu.school).count() == 1
    assert client.post(url, typed | {"is_another": "on"}).status_code == 302
    assert Pupil.objects.filter(name=qingzhu.pupils[0].name, school=qingzhu.school).count() == 2
