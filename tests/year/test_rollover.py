"""Rolling a school year over: what goes up, what is closed, what is carried on, and back again."""

import datetime
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AuditEntry, RoleGrant
from core.clock import today
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor, MentorMember, RollOver, TeamMember
from mentors.services.assignments import assign_pupil, assign_pupils, recount_loads
from mentors.services.slots import create_mentor, grant_exception, set_team
from mentors.year.services.draft import CarryOn, draw_rollover, state_of
from mentors.year.services.rollover import RollOverChoices, roll_over, undo_rollover
from records.desk.models import VisitWish
from records.papers.models import BookHandling
from records.services.ticks import rebuild_ticks
from schools.calendar import SchoolCalendar, YearCalendar
from schools.enums import MatchingMode
from schools.models import Grade, Plan, PlanGrade, SchoolClass, SchoolYear
from schools.official import usual_dates
from schools.services import TermDates, create_class
from students.enums import EndReason
from students.models import Enrolment
from tests.cast import EnrolmentFactory, SchoolCast, TeacherFactory
from tests.records.builders import visit
from tests.statistics import counted

pytestmark = pytest.mark.django_db


def cover(cast: SchoolCast, *numbers: int) -> None:
    """Let the plan cover these grades too."""
    plan = Plan.objects.get(year=cast.year)
    for grade in Grade.objects.filter(school=cast.school, number__in=numbers):
        PlanGrade.objects.create(school=cast.school, plan=plan, grade=grade, matching=MatchingMode.HOMEROOM)


def choices(cast: SchoolCast, choice: CarryOn = CarryOn.PUPILS, *, homerooms: bool = True) -> RollOverChoices:
    """The same for all grades, on usual dates."""
    grades = dict.fromkeys(Grade.objects.filter(school=cast.school).values_list("pk", flat=True), choice)
    return RollOverChoices(dates=usual_dates(2027), grades=grades, homerooms=homerooms)


def roll(cast: SchoolCast, choice: CarryOn = CarryOn.PUPILS, *, homerooms: bool = True) -> RollOver:
    actor = cast.actor(cast.admin)
    basis = draw_rollover(actor=actor, year=cast.year).basis
    return roll_over(actor=actor, year=cast.year, choices=choices(cast, choice, homerooms=homerooms), basis=basis)


def mentors_of(year: SchoolYear) -> dict[str, tuple[str, int]]:
    """Pupil → names of the mentor, and how many pupils that mentor counts."""
    rows = Assignment.objects.active().main().filter(year=year).select_related("pupil", "mentor")
    return {row.pupil.name: (row.mentor.names, row.mentor.load) for row in rows}


def test_classes_go_up_and_know_where_they_come_from(qingzhu: SchoolCast) -> None:
    create_class(year=qingzhu.year, grade_number=6, number=1)
    done = roll(qingzhu)
    assert done.to_year.start_year == 2027
    assert SchoolCalendar(qingzhu.school.pk, today()).year == done.to_year
    assert [(c.label, c.previous_id) for c in SchoolClass.objects.of_year(done.to_year)] == [
        ("二（1）班", qingzhu.class_one.pk),
        ("六（1）班", qingzhu.class_five.pk),
    ]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts its tables by itself")
def test_a_roll_over_has_its_tables_counted(
    qingzhu: SchoolCast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        roll(qingzhu)
    assert counted("students_enrolment") == Enrolment.objects.count()


def test_pupils_go_up_and_the_last_grade_leaves(qingzhu: SchoolCast) -> None:
    last = create_class(year=qingzhu.year, grade_number=6, number=1)
    leaver = EnrolmentFactory.create(school_class=last).pupil
    done = roll(qingzhu)
    new = Enrolment.objects.of_year(done.to_year)
    assert [(e.pupil.name, e.school_class.label, e.seat_number, e.starts_on) for e in new.in_list_order()] == [
        ("安可儿", "二（1）班", 1, datetime.date(2027, 9, 1)),
        ("白一诺", "二（1）班", 2, datetime.date(2027, 9, 1)),
        ("曹子墨", "二（1）班", 3, datetime.date(2027, 9, 1)),
        ("丁小雨", "二（1）班", 4, datetime.date(2027, 9, 1)),
        ("范思齐", "六（1）班", 1, datetime.date(2027, 9, 1)),
    ]
    ended = Counter(Enrolment.objects.of_year(qingzhu.year).values_list("end_reason", flat=True))
    assert ended == {EndReason.PROMOTED: 5, EndReason.GRADUATED: 1}
    assert Enrolment.objects.get(pupil=leaver).end_reason == EndReason.GRADUATED
    assert done.summary == {"classes": 2, "promoted": 5, "graduated": 1, "mentors": 0, "assigned": 0}


def test_mentors_are_not_carried_into_a_grade_that_the_plan_does_not_cover(qingzhu: SchoolCast) -> None:
    draft = draw_rollover(actor=qingzhu.actor(qingzhu.admin), year=qingzhu.year)
    assert [(step.grade.number, step.pupils, step.covered, step.options) for step in draft.steps] == [
        (1, 4, False, ()),
        (5, 1, False, ()),
    ]
    done = roll(qingzhu)
    assert (Mentor.objects.of_year(done.to_year).count(), mentors_of(done.to_year)) == (0, {})
    assert list(Assignment.objects.active()) == []
    assert recount_loads(year=qingzhu.year, check=True) == []


def test_mentors_and_pupils_stay_together_in_a_covered_grade(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 2, 6)
    Enrolment.objects.filter(pupil=qingzhu.pupils[0]).update(brief="爱画画")
    Enrolment.objects.filter(pupil=qingzhu.pupil_unassigned).update(brief="新来的")
    done = roll(qingzhu)
    assert mentors_of(done.to_year) == {
        "安可儿": ("林小满", 2),
        "白一诺": ("林小满", 2),
        "曹子墨": ("苏禾", 1),
        "范思齐": ("陶然/石磊", 1),
    }
    team = TeamMember.objects.filter(school_class__year=done.to_year, school_class__grade__number=2)
    assert [(seat.mentor.names, seat.is_leader) for seat in team] == [
        ("何知秋", True),
        ("林小满", False),
        ("苏禾", False),
    ]
    assert recount_loads(year=done.to_year, check=True) == []
    briefs = dict(Enrolment.objects.of_year(done.to_year).exclude(brief="").values_list("pupil__name", "brief"))
    assert briefs == {"安可儿": "爱画画"}


def test_a_team_may_go_on_while_its_pupils_are_matched_anew(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 2, 6)
    done = roll(qingzhu, CarryOn.TEAM)
    assert mentors_of(done.to_year) == {}
    assert [m.load for m in Mentor.objects.of_year(done.to_year)] == [0, 0, 0, 0]
    assert TeamMember.objects.filter(school_class__year=done.to_year).count() == 4


def test_everything_may_begin_afresh(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 2, 6)
    done = roll(qingzhu, CarryOn.NOTHING)
    assert Mentor.objects.of_year(done.to_year).count() == 0


def test_a_mentor_who_left_is_not_carried_on(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 2, 6)
    teacher = qingzhu.slot.members.get().teacher
    teacher.left_on = qingzhu.system.today
    teacher.save()
    partner = qingzhu.slot_shared.members.get(position=2).teacher
    partner.left_on = qingzhu.system.today
    partner.save()
    draft = draw_rollover(actor=qingzhu.actor(qingzhu.admin), year=qingzhu.year)
    assert [(step.kept, step.released, step.unmatched) for step in draft.steps] == [(1, 2, 3), (1, 0, 0)]
    done = roll(qingzhu)
    assert mentors_of(done.to_year) == {"曹子墨": ("苏禾", 1), "范思齐": ("陶然", 1)}
    assert Mentor.objects.get(year=done.to_year, members__teacher__name="陶然").capacity == 15


def test_pupils_above_the_cap_wait_because_an_exception_lapses(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 2)
    grant_exception(actor=qingzhu.actor(qingzhu.office), mentor=qingzhu.slot, limit=17, reason="试一试")
    for _ in range(15):
        pupil = EnrolmentFactory.create(school_class=qingzhu.class_one).pupil
        assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    done = roll(qingzhu)
    mentor = Mentor.objects.get(year=done.to_year, members__teacher__name="林小满")
    assert (mentor.capacity, mentor.load) == (15, 15)
    waiting = Enrolment.objects.of_year(done.to_year).exclude(pupil__assignments__year=done.to_year)
    assert waiting.count() == 4


def test_the_plan_is_copied_with_all_its_rules(qingzhu: SchoolCast) -> None:
    before = YearCalendar(qingzhu.year, today()).versions[-1]
    done = roll(qingzhu)
    after = YearCalendar(done.to_year, datetime.date(2027, 9, 1)).plan_on(datetime.date(2027, 9, 1))
    assert after is not None
    assert (after.plan.version, after.plan.effective_from) == (1, datetime.date(2027, 7, 1))
    assert (after.actions, after.matching) == (before.actions, before.matching)
    texts = ("title", "cap", "letter_label", "letter_tone", "note_visibility", "preset")
    for name in (*texts, "letter_blocking", "supporting_counts", "supporting_owes", "shared_counts_once"):
        assert getattr(after.plan, name) == getattr(before.plan, name)


def test_terms_begin_on_the_days_that_were_entered(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.admin)
    days = TermDates(
        datetime.date(2027, 9, 3), datetime.date(2028, 1, 14), datetime.date(2028, 2, 18), datetime.date(2028, 7, 5)
    )
    done = roll_over(
        actor=actor,
        year=qingzhu.year,
        choices=RollOverChoices(dates=days, grades={}),
        basis=draw_rollover(actor=actor, year=qingzhu.year).basis,
    )
    assert [(t.starts_on, t.ends_on) for t in done.to_year.terms.all()] == [
        (datetime.date(2027, 9, 3), datetime.date(2028, 1, 14)),
        (datetime.date(2028, 2, 18), datetime.date(2028, 7, 5)),
    ]
    assert (done.to_year.starts_on, done.to_year.ends_on) == (days.first_start, days.second_end)
    assert done.to_year.periods.count() == 3


def test_homeroom_teachers_go_up_with_their_class(qingzhu: SchoolCast) -> None:
    done = roll(qingzhu)
    new_class = SchoolClass.objects.get(year=done.to_year, previous=qingzhu.class_one)
    assert qingzhu.actor(qingzhu.homeroom).homeroom_class_ids == {new_class.pk}
    former = RoleGrant.objects.get(school_class=qingzhu.class_one)
    assert former.ends_on == qingzhu.system.today - datetime.timedelta(days=1)


def test_homeroom_teachers_may_be_named_anew(qingzhu: SchoolCast) -> None:
    roll(qingzhu, homerooms=False)
    assert qingzhu.actor(qingzhu.homeroom).homeroom_class_ids == frozenset()


def test_it_is_logged_with_counts_and_without_names(qingzhu: SchoolCast) -> None:
    done = roll(qingzhu)
    entry = AuditEntry.objects.get(verb="roll_over")
    assert (entry.user_id, entry.target_id, entry.detail) == (qingzhu.admin.pk, done.to_year.pk, done.summary)


def test_a_double_click_finds_the_first_ones_work(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.admin)
    basis = draw_rollover(actor=actor, year=qingzhu.year).basis
    first = roll_over(actor=actor, year=qingzhu.year, choices=choices(qingzhu), basis=basis)
    again = roll_over(actor=actor, year=qingzhu.year, choices=choices(qingzhu), basis=basis)
    assert first == again
    assert SchoolYear.objects.filter(school=qingzhu.school).count() == 2
    assert AuditEntry.objects.filter(verb="roll_over").count() == 1


def test_it_is_refused_when_the_roster_changed_since_the_preview(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.admin)
    basis = draw_rollover(actor=actor, year=qingzhu.year).basis
    EnrolmentFactory.create(school_class=qingzhu.class_one)
    with pytest.raises(DomainError) as refusal:
        roll_over(actor=actor, year=qingzhu.year, choices=choices(qingzhu), basis=basis)
    assert refusal.value.code == "stale"
    assert SchoolYear.objects.filter(school=qingzhu.school).count() == 1


@pytest.mark.parametrize(
    "days,code",
    [
        (usual_dates(2026), "dates_overlap"),
        (
            TermDates(
                datetime.date(2027, 9, 1),
                datetime.date(2028, 3, 1),
                datetime.date(2028, 2, 1),
                datetime.date(2028, 7, 1),
            ),
            "dates_disordered",
        ),
    ],
)
def test_dates_must_follow_each_other(qingzhu: SchoolCast, days: TermDates, code: str) -> None:
    actor = qingzhu.actor(qingzhu.admin)
    basis = draw_rollover(actor=actor, year=qingzhu.year).basis
    with pytest.raises(DomainError) as refusal:
        roll_over(actor=actor, year=qingzhu.year, choices=RollOverChoices(dates=days, grades={}), basis=basis)
    assert refusal.value.code == code
    assert SchoolCalendar(qingzhu.school.pk, today()).year == qingzhu.year


def test_a_school_goes_no_further_than_the_next_year(qingzhu: SchoolCast) -> None:
    """The page of the new year offered the one after it, and three presses led to 2029."""
    year = roll(qingzhu).to_year
    actor = qingzhu.actor(qingzhu.admin)
    wanted = RollOverChoices(dates=usual_dates(2028), grades=choices(qingzhu).grades, homerooms=True)
    with pytest.raises(DomainError) as refusal:
        roll_over(actor=actor, year=year, choices=wanted, basis=draw_rollover(actor=actor, year=year).basis)
    assert (refusal.value.code, refusal.value.message) == (
        "year_unfit",
        "现在不能建立2028学年，只能建立2016到2027年开始的学年。",
    )


def test_only_the_own_schools_admin_may(qingzhu: SchoolCast, other: SchoolCast) -> None:
    def code(actor: Actor) -> str:
        with pytest.raises(DomainError) as refusal:
            roll_over(actor=actor, year=qingzhu.year, choices=choices(qingzhu), basis="")
        return refusal.value.code

    assert code(other.actor(other.admin)) == "other_school"
    for part in ("office", "homeroom", "mentor", "leader", "counsellor"):
        assert code(qingzhu.actor(qingzhu.people[part])) == "not_allowed"


def test_another_schools_year_stays_as_it_is(qingzhu: SchoolCast, other: SchoolCast) -> None:
    before = state_of(other.year)
    roll(qingzhu)
    assert state_of(other.year) == before
    assert SchoolCalendar(other.school.pk, today()).year == other.year


# --- Undo -------------------------------------------------------------------------------------------------------------
def test_an_undo_restores_the_former_year_to_the_letter(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 2, 6)
    before = state_of(qingzhu.year)
    done = roll(qingzhu)
    assert state_of(qingzhu.year) != before
    year = undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=done)
    assert (year, SchoolCalendar(qingzhu.school.pk, today()).year) == (qingzhu.year, qingzhu.year)
    assert state_of(qingzhu.year) == before
    assert list(SchoolYear.objects.filter(school=qingzhu.school)) == [qingzhu.year]
    assert RollOver.objects.count() == 0
    assert qingzhu.actor(qingzhu.homeroom).homeroom_class_ids == {qingzhu.class_one.pk}
    assert roll(qingzhu).summary == done.summary


def test_assignments_that_had_ended_before_stay_ended(qingzhu: SchoolCast) -> None:
    assign_pupil(
        actor=qingzhu.system, pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague, origin=AssignmentOrigin.OFFICE
    )
    before = state_of(qingzhu.year)
    undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=roll(qingzhu))
    assert state_of(qingzhu.year) == before


def test_it_cannot_be_undone_once_something_was_recorded(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 2)
    record = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    done = roll(qingzhu)
    record.term = done.to_year.terms.get(number=1)
    record.save()
    rebuild_ticks(year=done.to_year, on=qingzhu.system.today)
    with pytest.raises(DomainError) as refusal:
        undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=done)
    assert refusal.value.code == "new_year_used"
    assert SchoolCalendar(qingzhu.school.pk, today()).year == done.to_year
    assert mentors_of(done.to_year)["安可儿"] == ("林小满", 2)


def test_it_cannot_be_undone_once_a_family_wished_for_a_visit(qingzhu: SchoolCast) -> None:
    done = roll(qingzhu)
    term = done.to_year.terms.get(number=1)
    VisitWish.objects.create(school=qingzhu.school, pupil=qingzhu.pupils[0], term=term, text="周六上午")
    with pytest.raises(DomainError) as refusal:
        undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=done)
    assert (refusal.value.code, VisitWish.objects.get().text) == ("new_year_used", "周六上午")


def test_it_cannot_be_undone_once_record_books_were_issued(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 2)
    done = roll(qingzhu)
    slot = Mentor.objects.of_year(done.to_year)[0]
    term = done.to_year.terms.get(number=1)
    BookHandling.objects.create(school=qingzhu.school, term=term, mentor=slot, issued_on=term.starts_on)
    with pytest.raises(DomainError) as refusal:
        undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=done)
    assert (refusal.value.code, BookHandling.objects.get().mentor) == ("new_year_used", slot)


def test_it_cannot_be_undone_once_the_new_roster_changed(qingzhu: SchoolCast) -> None:
    done = roll(qingzhu)
    new_class = SchoolClass.objects.of_year(done.to_year)[0]
    EnrolmentFactory.create(school_class=new_class)
    with pytest.raises(DomainError) as refusal:
        undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=done)
    assert refusal.value.code == "new_year_changed"


def test_only_the_own_schools_admin_may_undo(qingzhu: SchoolCast, other: SchoolCast) -> None:
    done = roll(qingzhu)
    for actor, code in (
        (other.actor(other.admin), "other_school"),
        (qingzhu.actor(qingzhu.office), "not_allowed"),
    ):
        with pytest.raises(DomainError) as refusal:
            undo_rollover(actor=actor, rollover=done)
        assert refusal.value.code == code
    undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=done)
    with pytest.raises(DomainError) as refusal:
        undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=done)
    assert refusal.value.code == "already_undone"


# --- Size -------------------------------------------------------------------------------------------------------------
def crowd(cast: SchoolCast, classes: int, pupils: int) -> None:
    """Classes of grade 1 with two mentors each, and `pupils` pupils in each class."""
    for number in range(2, classes + 2):
        school_class = create_class(year=cast.year, grade_number=1, number=number)
        slots = [
            create_mentor(actor=cast.system, year=cast.year, teachers=[TeacherFactory.create(school=cast.school)])
            for _ in range(2)
        ]
        set_team(actor=cast.system, school_class=school_class, mentors=slots, leader=slots[0])
        rows = EnrolmentFactory.create_batch(pupils, school_class=school_class)
        assign_pupils(
            actor=cast.system,
            year=cast.year,
            pairs=[(row.pupil_id, slots[at % 2].pk) for at, row in enumerate(rows)],
            origin=AssignmentOrigin.HOMEROOM,
        )


def test_the_number_of_queries_does_not_grow_with_the_school(qingzhu: SchoolCast, other: SchoolCast) -> None:
    counts = []
    for cast, classes in ((qingzhu, 1), (other, 6)):
        cover(cast, 2, 6)
        crowd(cast, classes, 10)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            done = roll(cast)
        assert done.summary["assigned"] == 4 + 10 * classes
        with CaptureQueriesContext(connection) as undone:
            undo_rollover(actor=cast.actor(cast.admin), rollover=done)
        counts.append((len(queries), len(undone)))
    assert counts[0] == counts[1]


def test_members_of_a_slot_stay_in_their_order(qingzhu: SchoolCast) -> None:
    cover(qingzhu, 6)
    done = roll(qingzhu)
    members = MentorMember.objects.filter(year=done.to_year, mentor__members__teacher__name="陶然").distinct()
    assert [(m.teacher.name, m.position) for m in members] == [("陶然", 1), ("石磊", 2)]
    assert RoleGrant.objects.filter(user=qingzhu.sharer, role=Role.MENTOR, ends_on=None).count() == 1


def test_a_version_that_is_yet_to_take_effect_is_not_carried_into_the_new_year(qingzhu: SchoolCast) -> None:
    """A plan dated 2099 was copied into the new year as the one in force."""
    Plan.objects.create(
        school=qingzhu.school, year=qingzhu.year, version=2, effective_from=datetime.date(2099, 1, 1), title="错",
        preset="primary_termly", cap=3, letter_tone="positive",
    )  # fmt: skip
    year = roll(qingzhu).to_year
    assert [(plan.title, plan.cap) for plan in Plan.objects.filter(year=year)] == [
        (Plan.objects.get(year=qingzhu.year, version=1).title, 15)
    ]
