"""A teacher leaves: where the pupils fit, evenly over colleagues, all in one step, and who stays without a mentor."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.actors import Actor
from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor, Teacher
from mentors.services.assignments import assign_pupil, recount_loads
from mentors.services.slots import create_mentor, set_team
from mentors.staff.services.transfers import draw_leaving, retire_teacher
from students.models import Pupil
from tests.cast import TODAY, SchoolCast, TeacherFactory
from tests.mentors.builders import enrol, fill

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


def admin(cast: SchoolCast) -> Actor:
    return cast.actor(cast.admin)


def leaver(cast: SchoolCast) -> Teacher:
    return Teacher.objects.get(user=cast.mentor)


def loads(*mentors: Mentor) -> list[int]:
    for mentor in mentors:
        mentor.refresh_from_db()
    return [mentor.load for mentor in mentors]


def mentor_of(pupil: Pupil) -> int | None:
    return Assignment.objects.active().main().filter(pupil=pupil).values_list("mentor_id", flat=True).first()


def code(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


def test_the_own_team_comes_first_and_fills_evenly(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot, 10)
    leaving = draw_leaving(actor=admin(qingzhu), teacher=leaver(qingzhu))
    assert list(leaving.proposal) == [row.pupil_id for row in leaving.open_pupils]
    # 0 and 1 before; the shared slot of grade 5 is empty enough, but another grade's.
    counts = [list(leaving.proposal.values()).count(m.pk) for m in (qingzhu.slot_homeroom, qingzhu.slot_colleague)]
    assert counts in ([5, 5], [6, 4])
    retire_teacher(actor=admin(qingzhu), teacher=leaver(qingzhu), left_on=TODAY, places=_taken(leaving.proposal))
    assert sum(loads(qingzhu.slot_homeroom, qingzhu.slot_colleague)) == 11
    assert max(loads(qingzhu.slot_homeroom, qingzhu.slot_colleague)) == 6
    assert loads(qingzhu.slot, qingzhu.slot_shared) == [0, 1]
    assert recount_loads(year=qingzhu.year, check=True) == []


def _taken(proposal: dict[int, int | None]) -> dict[int, int]:
    return {pupil: mentor for pupil, mentor in proposal.items() if mentor is not None}


def test_colleagues_of_the_grade_come_next_and_the_rest_stays_open(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot_homeroom, 15)
    fill(qingzhu, qingzhu.slot_colleague, 14)
    fill(qingzhu, qingzhu.slot, 4)
    leaving = draw_leaving(actor=admin(qingzhu), teacher=leaver(qingzhu))
    placed = list(leaving.proposal.values())
    assert sorted(placed, key=str) == sorted([qingzhu.slot_colleague.pk, None, None, None], key=str)
    retire_teacher(actor=admin(qingzhu), teacher=leaver(qingzhu), left_on=TODAY, places=_taken(leaving.proposal))
    open_pupils = [row.pupil_id for row in leaving.open_pupils if leaving.proposal[row.pupil_id] is None]
    assert [mentor_of(Pupil.objects.get(pk=key)) for key in open_pupils] == [None, None, None]
    assert AuditEntry.objects.get(verb="retire_teacher").detail == {
        "pupils": 4,
        "handed": 1,
        "successor": None,
        "roles": 1,
    }


def test_a_mentor_of_another_class_of_the_grade_helps_out(qingzhu: SchoolCast) -> None:
    from_grade = create_mentor(
        actor=qingzhu.system, year=qingzhu.year, teachers=[TeacherFactory.create(school=qingzhu.school)]
    )
    fill(qingzhu, qingzhu.slot_homeroom, 15)
    fill(qingzhu, qingzhu.slot_colleague, 15)
    assert set(draw_leaving(actor=admin(qingzhu), teacher=leaver(qingzhu)).proposal.values()) == {None}
    # In the team of the pupils' own grade now.
    team = [qingzhu.slot_homeroom, qingzhu.slot, qingzhu.slot_colleague, from_grade]
    set_team(actor=qingzhu.system, school_class=qingzhu.class_one, mentors=team, leader=team[0])
    assert set(draw_leaving(actor=admin(qingzhu), teacher=leaver(qingzhu)).proposal.values()) == {from_grade.pk}


def test_above_the_limit_nothing_happens_at_all(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot_colleague, 14)
    one, two = qingzhu.pupils
    places = {one.pk: qingzhu.slot_colleague.pk, two.pk: qingzhu.slot_colleague.pk}
    call = {"actor": admin(qingzhu), "teacher": leaver(qingzhu), "left_on": TODAY}
    assert code(lambda: retire_teacher(**call, places=places)) == "cap_reached"  # type: ignore[arg-type]  # as above
    assert (loads(qingzhu.slot, qingzhu.slot_colleague), leaver(qingzhu).left_on) == ([2, 14], None)


def test_places_must_fit_the_pupils_and_the_school(qingzhu: SchoolCast, other: SchoolCast) -> None:
    one = qingzhu.pupils[0].pk

    def refused(places: dict[int, int]) -> str:
        return code(lambda: retire_teacher(actor=admin(qingzhu), teacher=leaver(qingzhu), left_on=TODAY, places=places))

    assert refused({qingzhu.pupil_of_colleague.pk: qingzhu.slot_homeroom.pk}) == "pupils_changed"
    assert refused({one: other.slot.pk}) == "other_school"
    assert refused({one: qingzhu.slot.pk}) == "other_school"
    assert refused({one: 999_999}) == "other_school"
    assert loads(qingzhu.slot) == [2]


# --- The page ---------------------------------------------------------------------------------------------------------
def test_the_page_proposes_takes_changes_and_says_who_is_left(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, teacher = client_of(qingzhu.admin), leaver(qingzhu)
    url = reverse("manage:leave", args=[teacher.pk])
    page = client.get(url)
    form = page.context["form"]
    assert [row.pupil.name for row, _ in form.rows] == ["安可儿", "白一诺"]
    assert [(m.names, after) for m, after in form.loads] == [("何知秋", 2), ("苏禾", 1), ("陶然/石磊", 1)]
    one, two = qingzhu.pupils
    sent = {"left_on": TODAY, "how": "spread", f"to_{one.pk}": qingzhu.slot_shared.pk, f"to_{two.pk}": ""}
    # Without JavaScript the loads are reckoned on request, and nothing is saved.
    again = client.post(url, sent | {"reckon": "1"})
    assert [after for _, after in again.context["form"].loads] == [0, 1, 2]
    assert (again.context["form"].left_over, mentor_of(one)) == (1, qingzhu.slot.pk)
    said = client.post(url, sent, follow=True).content.decode()
    assert "1 名学生已交给新的导师，还有 1 名学生没有导师，请班主任或德育室安排" in said
    assert (mentor_of(one), mentor_of(two)) == (qingzhu.slot_shared.pk, None)


def test_a_place_that_was_taken_meanwhile_comes_back_with_the_reason(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, teacher = client_of(qingzhu.admin), leaver(qingzhu)
    url = reverse("manage:leave", args=[teacher.pk])
    one, two = qingzhu.pupils
    colleague = qingzhu.slot_colleague
    fill(qingzhu, colleague, 14)
    sent = {"left_on": TODAY, "how": "spread", f"to_{one.pk}": colleague.pk, f"to_{two.pk}": colleague.pk}
    page = client.post(url, sent)
    assert (page.status_code, "只剩 1 个名额" in page.content.decode()) == (422, True)
    assert leaver(qingzhu).left_on is None


def test_to_leave_all_open_or_to_choose_one_are_still_there(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, teacher = client_of(qingzhu.admin), leaver(qingzhu)
    url = reverse("manage:leave", args=[teacher.pk])
    assert client.post(url, {"left_on": TODAY, "how": "one"}).status_code == 422
    # What the table says does not count then.
    sent = {"left_on": TODAY, "how": "open", f"to_{qingzhu.pupils[0].pk}": qingzhu.slot_colleague.pk}
    assert client.post(url, sent).status_code == 302
    assert [mentor_of(pupil) for pupil in qingzhu.pupils] == [None, None]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_pupil_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    teacher = Teacher.objects.get(user=qingzhu.homeroom)
    for pupil in enrol(qingzhu.class_one, count):
        assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot_homeroom, origin=AssignmentOrigin.HOMEROOM)
    client = client_of(qingzhu.admin)
    with django_assert_num_queries(23):
        client.get(reverse("manage:leave", args=[teacher.pk]))
