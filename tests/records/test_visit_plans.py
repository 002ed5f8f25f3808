"""Planned visits: who plans, who is told, what the ticks show, and what logging makes of a plan."""

import datetime
from collections.abc import Callable, Sequence

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from core.errors import DomainError
from mentors.models.slots import Teacher
from notices.models import Notice
from records.desk.models import VisitPlan
from records.desk.queries.roster import find_desk
from records.desk.services.deletion import delete_note, restore_note
from records.desk.services.visit_plans import cancel_visit_plan, change_visit_plan, plan_visits, restore_visit_plan
from records.models.records import Tick
from schools.enums import VisitOutcome
from students.models import Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.records.builders import term_of, tick_states, visit

ClientOf = Callable[[User], Client]
SATURDAY = datetime.date(2026, 11, 21)
PLAN = "/my/visits/plan/"


def teacher(cast: SchoolCast, user: User) -> Teacher:
    return Teacher.objects.get(user=user)


def plan(
    cast: SchoolCast, *pupils: Pupil, by: User | None = None, teachers: Sequence[Teacher] = (), **values: object
) -> list[VisitPlan]:
    given = {"date": SATURDAY, "term": term_of(cast), **values}
    return plan_visits(actor=cast.actor(by or cast.homeroom), pupils=pupils, teachers=teachers, **given)  # type: ignore[arg-type]  # a test's values


def visit_tick(cast: SchoolCast, pupil: Pupil) -> tuple[str, datetime.date | None, str]:
    actor = cast.actor(cast.mentor)
    calendar = actor.calendar.present
    assert calendar is not None
    desk = find_desk(actor, calendar)
    assert desk is not None
    tick = next(r for r in desk.rows if r.pupil == pupil).ticks[0]
    return tick.state, tick.date, tick.note


def test_several_families_are_planned_for_one_day(qingzhu: SchoolCast) -> None:
    plans = plan(qingzhu, *qingzhu.pupils, time=datetime.time(18, 30), remark="校门口集合")
    assert [(p.pupil, p.date, p.time, p.remark, p.state) for p in plans] == [
        (pupil, SATURDAY, datetime.time(18, 30), "校门口集合", "planned") for pupil in qingzhu.pupils
    ]


def test_a_plan_shows_on_the_open_tick_and_writes_none(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    assert visit_tick(qingzhu, pupil) == ("open", None, "")
    plan(qingzhu, pupil)
    assert visit_tick(qingzhu, pupil) == ("planned", SATURDAY, "约")
    assert Tick.objects.count() == 0


def test_planning_again_moves_the_open_plan(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    plan(qingzhu, pupil)
    plan(qingzhu, pupil, date=SATURDAY + datetime.timedelta(days=1))
    assert list(VisitPlan.objects.values_list("date", "state")) == [(datetime.date(2026, 11, 22), "planned")]


@pytest.mark.parametrize("part", ["colleague", "office", "counsellor"])
def test_only_the_homeroom_teacher_and_the_mentor_plan(qingzhu: SchoolCast, client_of: ClientOf, part: str) -> None:
    user = qingzhu.people[part]
    with pytest.raises(DomainError) as refused:
        plan(qingzhu, qingzhu.pupils[0], by=user)
    assert refused.value.code == "not_allowed"
    assert client_of(user).get(PLAN).status_code == 403


def test_pupils_and_teachers_of_elsewhere_are_refused(qingzhu: SchoolCast, other: SchoolCast) -> None:
    codes = []
    for pupils, teachers in (
        ([qingzhu.pupil_shared], []),
        ([other.pupils[0]], []),
        ([qingzhu.pupils[0]], [teacher(other, other.mentor)]),
        ([], []),
    ):
        with pytest.raises(DomainError) as refused:
            plan(qingzhu, *pupils, teachers=teachers)
        codes.append(refused.value.code)
    with pytest.raises(DomainError) as refused:
        plan(qingzhu, qingzhu.pupils[0], date=TODAY - datetime.timedelta(days=1))
    assert [*codes, refused.value.code] == [
        "not_allowed",
        "other_school",
        "other_school",
        "no_pupil",
        "date_out_of_range",
    ]
    assert VisitPlan.objects.count() == 0


def test_a_forged_key_on_the_page_plans_nothing(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.homeroom)
    typed = {"date": SATURDAY.isoformat()}
    for forged in (qingzhu.pupil_shared.pk, other.pupils[0].pk, "x"):
        assert client.post(PLAN, typed | {"pupils": [qingzhu.pupils[0].pk, forged]}).status_code == 403
    stranger = teacher(qingzhu, qingzhu.sharer).pk
    assert client.post(PLAN, typed | {"pupils": [qingzhu.pupils[0].pk], "teachers": [stranger]}).status_code == 422
    assert VisitPlan.objects.count() == 0
    assert client.post(PLAN, typed | {"pupils": [p.pk for p in qingzhu.pupils]}).status_code == 302
    assert VisitPlan.objects.count() == 2


def test_who_is_asked_to_join_gets_one_notice_without_names(qingzhu: SchoolCast) -> None:
    asked = [teacher(qingzhu, qingzhu.mentor), teacher(qingzhu, qingzhu.homeroom)]
    plan(qingzhu, *qingzhu.pupils, teachers=asked)
    plan(qingzhu, qingzhu.pupil_of_colleague, teachers=asked)
    notices = list(Notice.objects.filter(kind="visit_plan"))
    assert [(n.recipient, n.link) for n in notices] == [(qingzhu.mentor, "/my/visits/")]
    words = notices[0].title + notices[0].body
    assert [name for name in ("安可儿", "白一诺", "曹子墨", "何知秋") if name in words] == []


def test_changing_and_cancelling_can_be_taken_back(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.homeroom)
    (stored,) = plan(qingzhu, qingzhu.pupils[0])
    moved = change_visit_plan(actor=actor, plan=stored, date=SATURDAY, time=datetime.time(9), teachers=[], remark="")
    assert moved.time == datetime.time(9)
    assert cancel_visit_plan(actor=actor, plan=stored).state == "cancelled"
    assert visit_tick(qingzhu, qingzhu.pupils[0]) == ("open", None, "")
    assert restore_visit_plan(actor=actor, plan=stored).state == "planned"
    cancel_visit_plan(actor=actor, plan=stored)
    plan(qingzhu, qingzhu.pupils[0])
    with pytest.raises(DomainError) as refused:
        restore_visit_plan(actor=actor, plan=stored)
    assert refused.value.code == "planned_again"


@pytest.mark.parametrize(
    "outcome, state, tick",
    [
        (VisitOutcome.COMPLETED, "done", "done"),
        (VisitOutcome.DECLINED, "done", "done"),
        (VisitOutcome.POSTPONED, "planned", "planned"),
    ],
)
def test_logging_the_visit_closes_the_plan(qingzhu: SchoolCast, outcome: VisitOutcome, state: str, tick: str) -> None:
    pupil = qingzhu.pupils[0]
    (stored,) = plan(qingzhu, pupil)
    logged = visit(qingzhu, qingzhu.mentor, pupil, outcome=outcome)
    stored.refresh_from_db()
    assert (stored.state, stored.visit) == (state, logged if state == "done" else None)
    assert tick_states(qingzhu, pupil)["visit"] == tick


def test_a_deleted_visit_opens_its_plan_again_and_a_restored_one_closes_it(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    (made,) = plan(qingzhu, pupil)
    held = visit(qingzhu, qingzhu.mentor, pupil)
    actor = qingzhu.actor(qingzhu.mentor)

    def stands() -> tuple[str, int | None]:
        made.refresh_from_db()
        return made.state, made.visit_id

    assert stands() == ("done", held.pk)
    delete_note(actor=actor, record=held)
    assert stands() == ("planned", None)
    restore_note(actor=actor, record=held)
    assert stands() == ("done", held.pk)


def test_another_plan_made_meanwhile_stays_the_open_one(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    (made,) = plan(qingzhu, pupil)
    held = visit(qingzhu, qingzhu.mentor, pupil)
    (again,) = plan(qingzhu, pupil)
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=held)
    made.refresh_from_db()
    again.refresh_from_db()
    assert (made.state, again.state) == ("cancelled", "planned")


def test_the_form_of_a_planned_visit_is_filled_in(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    joined = [teacher(qingzhu, qingzhu.homeroom), teacher(qingzhu, qingzhu.colleague)]
    (stored,) = plan(qingzhu, pupil, teachers=joined, date=TODAY)
    VisitPlan.objects.filter(pk=stored.pk).update(date=TODAY - datetime.timedelta(days=2))
    form = client_of(qingzhu.mentor).get(reverse("desk:visit", args=[pupil.pk])).context["form"]
    assert form["date"].value() == TODAY - datetime.timedelta(days=2)
    assert set(form["teachers"].value()) == {t.pk for t in joined}


@pytest.mark.parametrize("more", [0, 2])
def test_the_plan_page_costs_the_same_queries_for_one_and_for_three(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    pupils = [qingzhu.pupils[0], *(EnrolmentFactory.create(school_class=qingzhu.class_one).pupil for _ in range(more))]
    plan(qingzhu, *pupils, teachers=[teacher(qingzhu, qingzhu.homeroom)])
    client = client_of(qingzhu.homeroom)
    with django_assert_num_queries(PLAN_QUERIES):
        page = client.get(PLAN).content.decode()
    assert page.count(" 约</strong>") == 1 + more


PLAN_QUERIES = 18


def test_other_schools_plans_are_not_found(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    (stored,) = plan(other, other.pupils[0])
    client = client_of(qingzhu.homeroom)
    assert client.get(reverse("desk:visit_plan_edit", args=[stored.pk])).status_code == 404
    for name in ("visit_plan_cancel", "visit_plan_restore"):
        assert client.post(reverse(f"desk:{name}", args=[stored.pk])).status_code == 404


def test_my_visits_shows_plans_and_joint_visits_without_their_text(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    sharer = teacher(qingzhu, qingzhu.sharer)
    plan(qingzhu, qingzhu.pupils[1], teachers=[sharer])
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], teachers=[teacher(qingzhu, qingzhu.mentor), sharer])
    pages = {
        part: client_of(qingzhu.people[part]).get("/my/visits/").content.decode()
        for part in ("sharer", "mentor", "colleague")
    }
    seen = {p: (page.count("白一诺"), page.count("安可儿"), page.count("睡得不太好")) for p, page in pages.items()}
    assert seen == {"sharer": (1, 1, 0), "mentor": (1, 1, 0), "colleague": (0, 0, 0)}
