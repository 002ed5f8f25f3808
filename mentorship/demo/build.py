"""Builds the demo schools through the same imports and services that a real school uses."""

import datetime
import random
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction

from accounts.actors import Actor, system_actor
from accounts.enums import Role
from accounts.models import User
from accounts.services import change_own_password, create_user, grant_role, rename_account
from core.clock import today
from core.workbooks import SheetToWrite, write_workbook
from jobs.enums import ImportKind
from jobs.importers import ImportOptions
from jobs.imports import check_roster, import_roster
from mentors.enums import AssignmentOrigin, TrainingKind
from mentors.models.slots import Assignment, Mentor, Teacher, TeamMember
from mentors.services.assignments import assign_pupils
from mentors.services.slots import grant_exception
from mentors.staff.services.training import TrainingData, create_session, set_attendance
from mentorship.demo.book_handling import handle_books
from mentorship.demo.care import fill_care
from mentorship.demo.care_texts import PRIMARY_CARE, SENIOR_CARE
from mentorship.demo.papers import set_up_primary_papers, set_up_senior_papers
from mentorship.demo.records import Desk, write_records
from mentorship.demo.rosters import Rosters, Table, nine_year_rosters, primary_rosters, senior_rosters
from mentorship.demo.rounds import open_primary_round, open_senior_round, write_mentor_cards
from mentorship.demo.telling import tell_and_honour
from records.bureau.services.counting import recount_all
from records.enums import LetterState
from records.letters.services.likeness import sign_letters
from records.models.records import GrowthLetter
from records.reminding.services.sending import send_digests
from records.services.ticks import rebuild_ticks
from records.setup.queries.calendar import calendar_of
from records.setup.services.calendar import change_calendar
from schools.calendar import SchoolCalendar, YearCalendar
from schools.days import start_year_of
from schools.enums import ActionKind, FirstWeeks, Module, Preset
from schools.models import Bureau, Grade, Plan, PlanAction, School, SchoolClass, SchoolYear
from schools.services import create_school, show_first_weeks, use_modules
from students.models import Enrolment, FamilySlip
from students.services import issue_slips

SEED = 2026
BUREAU = "江城市教育局"
PRIMARY, SENIOR, NINE_YEAR = "qingzhu", "jiangcheng", "yunxi"
#: All that the demo makes is known by these codes.
CODES = (PRIMARY, SENIOR, NINE_YEAR)
BUREAU_ACCOUNT = "demo-bureau"
# The grade of each school that is in the midst of choosing.
CHOOSING = {PRIMARY: 5, SENIOR: 10}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account to try, with what it is for."""

    username: str
    label: str


ACCOUNTS = (
    DemoAccount("demo-admin", "青竹小学 管理员"),
    DemoAccount("demo-office", "青竹小学 德育室"),
    DemoAccount("demo-homeroom", "青竹小学 一（1）班班主任，也是导师"),
    DemoAccount("demo-homeroom5", "青竹小学 五（6）班班主任，正在征询导师意向"),
    DemoAccount("demo-mentor", "青竹小学 导师"),
    DemoAccount("demo-counsellor", "青竹小学 心理老师"),
    DemoAccount("demo-leader", "青竹小学 领导小组"),
    DemoAccount(BUREAU_ACCOUNT, "江城市教育局"),
    DemoAccount("demo-senior-admin", "江城一中 管理员"),
    DemoAccount("demo-senior-office", "江城一中 德育室"),
    DemoAccount("demo-senior-mentor", "江城一中 高一导师，正在双向选择"),
    DemoAccount("demo-nine-admin", "云溪学校（九年一贯，刚开通）管理员"),
    DemoAccount("demo-nine-office", "云溪学校 德育室"),
    DemoAccount("demo-nine-mentor", "云溪学校 导师"),
)


def demo_exists() -> bool:
    """Whether the demo's schools are there."""
    return School.objects.filter(code__in=CODES).exists()


@transaction.atomic
def build_demo(*, today: datetime.date, password: str) -> None:
    """The three schools with half a term's work, and the accounts of `ACCOUNTS` with `password`. All or nothing."""
    start_year = start_year_of(today)
    primary, primary_year = create_school(
        code=PRIMARY, name="青竹小学", preset=Preset.PRIMARY_TERMLY, start_year=start_year, bureau_name=BUREAU
    )
    senior, senior_year = create_school(
        code=SENIOR, name="江城一中", preset=Preset.SENIOR_YEARLY, start_year=start_year, bureau_name=BUREAU
    )
    nine, nine_year = create_school(
        code=NINE_YEAR, name="云溪学校", preset=Preset.NINE_YEAR_TERMLY, start_year=start_year, bureau_name=BUREAU
    )
    # 丙/丁 of 五（6）班 share one place in the team, as in the plan: together they are reckoned as one.
    Plan.objects.filter(year=primary_year).update(shared_counts_once=True)
    _offer_tree_hole(primary_year)
    # Mentors were matched in the first weeks of the term, at the latest today.
    matched_on = min(datetime.date(start_year, 9, 10), today)
    for school, year, rosters, prefix, seed in (
        (primary, primary_year, primary_rosters(SEED), "demo-", SEED),
        (senior, senior_year, senior_rosters(SEED + 1), "demo-senior-", SEED + 1),
        (nine, nine_year, nine_year_rosters(SEED + 2), "demo-nine-", SEED + 2),
    ):
        actor = system_actor(school_id=school.pk, today=matched_on)
        if school != nine:
            # Everything there is, to be looked at; the third one is what a school looks like in its first weeks.
            use_modules(school=school, modules=list(Module))
            show_first_weeks(school=school, state=FirstWeeks.DONE)
        _import(actor, year, rosters)
        office = _name_accounts(actor, year, prefix, password)
        chief = _office_actor(replace(actor, today=today), office)
        if school != nine:
            _confirm_calendar(chief)
        # The grade that is being asked has no mentors yet.
        _assign(actor, year, office, but_grade=CHOOSING.get(year.school.code))
        _work(year, office, today, seed)
        write_mentor_cards(year, seed)
        _train(chief, year, seed)
        if school == nine:
            continue
        handle_books(actor=chief, year=year, seed=seed)
        fill_care(chief=chief, year=year, texts=PRIMARY_CARE if school == primary else SENIOR_CARE, seed=seed)
        if school == primary:
            open_primary_round(actor=chief, year=year, seed=seed)
            set_up_primary_papers(actor=chief, school=school)
            tell_and_honour(chief=chief, year=year)
        else:
            open_senior_round(actor=chief, year=year, seed=seed)
            set_up_senior_papers(actor=chief, school=school)
    calendar = SchoolCalendar(primary.pk, today).now
    morning = next(day for n in range(30) if calendar.is_school_day(day := today - datetime.timedelta(days=n)))
    for _ in send_digests(on=morning, schools=[primary, senior, nine]):
        pass
    bureau = Bureau.objects.get(name=BUREAU)
    actor = system_actor(school_id=None, today=matched_on)
    user = create_user(actor=actor, username=BUREAU_ACCOUNT, name="林督学", school=None, password=password)
    grant_role(actor=actor, user=user, role=Role.BUREAU, bureau=bureau)
    recount_all(today=today)
    User.objects.filter(pk=user.pk).update(first_visits=list(Role.values))


def _confirm_calendar(chief: Actor) -> None:
    """The office has gone through the dates with which the year began, and found them right."""
    state = calendar_of(chief, following=False)
    change_calendar(actor=chief, following=False, seen=state.mark, dates=state.dates)


def _offer_tree_hole(year: SchoolYear) -> None:
    """The grades with mentors write cards too, not the third alone as in the plan that ships."""
    rule = PlanAction.objects.get(plan__year=year, action=ActionKind.CARD)
    for grade in Grade.objects.filter(school_id=year.school_id, number__in=(1, 5)):
        rule.grade_rows.create(school_id=year.school_id, plan_id=rule.plan_id, action=rule.action, grade=grade)


def _import(actor: Actor, year: SchoolYear, rosters: Rosters) -> None:
    options = ImportOptions(create_classes=True)
    tables: tuple[tuple[ImportKind, Table], ...] = (
        (ImportKind.STUDENTS, rosters.students),
        (ImportKind.TEACHERS, rosters.teachers),
        (ImportKind.MENTORS, rosters.matrix),
    )
    for kind, table in tables:
        data = write_workbook([SheetToWrite(kind.label, table[0], table[1:])])
        name = f"{kind.label}.xlsx"
        # The roles proposed from the duties are accepted, as an admin would on the preview page.
        proposed = check_roster(actor=actor, year=year, kind=kind, data=data, file_name=name, options=options)
        report = import_roster(
            actor=actor,
            year=year,
            kind=kind,
            data=data,
            file_name=name,
            options=options,
            accepted=[choice.key for choice in proposed.choices],
        )
        if not report.written:
            raise RuntimeError(f"the demo's own roster was refused: {report.log.as_dict()['errors'][:3]}")


def _first_with(school: School, role: Role) -> User:
    return User.objects.filter(school=school, grants__role=role).order_by("pk")[0]


def _name_accounts(actor: Actor, year: SchoolYear, prefix: str, password: str) -> User:
    """Give one person of each role an account name that is easy to type; the moral office's is returned."""
    school = year.school
    first_class = SchoolClass.objects.of_year(year)[0]
    team = list(TeamMember.objects.filter(school_class=first_class).order_by("-is_leader", "position"))
    homeroom = User.objects.get(teacher__memberships__mentor=team[0].mentor_id)
    mentor = User.objects.get(teacher__memberships__mentor=team[1].mentor_id)
    people = {
        "admin": _first_with(school, Role.SCHOOL_ADMIN),
        "office": _first_with(school, Role.MORAL_OFFICE),
        "homeroom": homeroom,
        "mentor": mentor,
        "counsellor": _first_with(school, Role.COUNSELLOR),
        "leader": _first_with(school, Role.LEADER),
    }
    if school.code == PRIMARY:
        last = SchoolClass.objects.of_year(year).filter(grade__number=5).order_by("-number")[0]
        leader = TeamMember.objects.get(school_class=last, is_leader=True)
        people["homeroom5"] = User.objects.get(teacher__memberships__mentor=leader.mentor_id)
    wanted = {account.username for account in ACCOUNTS}
    for role, user in people.items():
        if f"{prefix}{role}" in wanted:
            rename_account(actor=actor, user=user, username=f"{prefix}{role}")
            change_own_password(actor=actor, user=user, password=password)
    if school.code != NINE_YEAR:
        # They have been here before; the first words are to be seen in the school that has just begun.
        User.objects.filter(pk__in=[user.pk for user in people.values()]).update(first_visits=list(Role.values))
    return people["office"]


def _office_actor(actor: Actor, office: User) -> Actor:
    return Actor(
        user_id=office.pk,
        name=office.name,
        school_id=actor.school_id,
        bureau_id=None,
        roles=frozenset({Role.MORAL_OFFICE}),
        today=actor.today,
    )


def _assign(actor: Actor, year: SchoolYear, office: User, *, but_grade: int | None) -> None:
    """Fill the mentors of each class in turn up to their capacity; some pupils are left over, as in real terms.

    The first class keeps two open places to try the board; the homeroom teacher of the second got an exception.
    """
    teams: dict[int, list[int]] = defaultdict(list)
    for member in TeamMember.objects.filter(school_class__year=year).order_by("-is_leader", "position"):
        teams[member.school_class_id].append(member.mentor_id)
    classes = [c for c in SchoolClass.objects.of_year(year) if c.pk in teams and c.grade.number != but_grade]
    grant_exception(
        actor=_office_actor(actor, office),
        mentor=Mentor.objects.get(pk=teams[classes[1].pk][0]),
        limit=17,
        reason="另一位导师课时较多，由班主任多带两名学生。",
    )
    room = dict(Mentor.objects.filter(year=year).values_list("pk", "capacity"))
    pairs: list[tuple[int, int]] = []
    for school_class in classes:
        pupils = list(Enrolment.objects.for_class_list(school_class).values_list("pupil_id", flat=True))
        if school_class == classes[0]:
            pupils = pupils[:-2]
        open_slots = [m for m in teams[school_class.pk] for _ in range(room[m])]
        # Filled from the first: the homeroom teacher's own place list is full in a large class.
        pairs += zip(pupils, open_slots, strict=False)
    assign_pupils(actor=actor, year=year, pairs=pairs, origin=AssignmentOrigin.HOMEROOM)


def _train(actor: Actor, year: SchoolYear, seed: int) -> None:
    """The term's first training session, which most teachers attended."""
    rng = random.Random(f"training {seed}")  # noqa: S311  # demo data want to be repeatable, not secret
    day = min(datetime.date(year.start_year, 9, 18), actor.today)
    data = TrainingData(
        day, "怎样和孩子谈心：先听后说", "心理教师", "阶梯教室", kind=TrainingKind.LECTURE, hours=Decimal(2)
    )
    session = create_session(actor=actor, data=data)
    mentors = Teacher.objects.filter(memberships__year=year).order_by("pk")
    came = [teacher.pk for teacher in mentors if rng.random() < 0.93]
    set_attendance(actor=actor, session=session, came=came, stayed_away=[])


def _work(year: SchoolYear, office: User, today: datetime.date, seed: int) -> None:
    rules = YearCalendar(year, today).plan_on(today)
    if rules is None:
        raise RuntimeError("the demo school has no plan")
    held: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in Assignment.objects.filter(year=year).select_related("pupil").order_by("pk"):
        held[assignment.mentor_id].append(assignment)
    desks = []
    # By class: the first class's team is in the midst of its work, and that is where the demo's accounts are.
    by_class = ("teams__school_class__grade__number", "teams__school_class__number", "teams__position", "pk")
    for mentor in Mentor.objects.of_year(year).with_names().order_by(*by_class):
        teachers: list[Teacher] = [member.teacher for member in mentor.members.all()]
        users = list(User.objects.filter(teacher__in=teachers).order_by("pk"))
        desks.append(Desk(mentor, teachers, users, held[mentor.pk]))
    term = year.terms.order_by("number")[0]
    write_records(desks=desks, term=term, plan=rules.plan, releaser=office, today=today, seed=seed)
    rebuild_ticks(year=year, on=today)
    sign_letters()


def choosing_slip() -> tuple[FamilySlip, str] | None:
    """A slip of a 青竹小学 pupil who has not chosen a mentor yet, and the last four digits of a guardian's phone."""
    waiting = (
        Enrolment.objects.active()
        .filter(school_class__year__school__code=PRIMARY, school_class__year__is_current=True, school_class__number=5)
        .filter(school_class__grade__number=CHOOSING[PRIMARY], pupil__choice_sheets=None)
        .select_related("pupil")
        .order_by("pk")
        .first()
    )
    if waiting is None:
        return None
    actor = system_actor(school_id=waiting.school_id, today=today())
    slip = issue_slips(actor=actor, pupils=[waiting.pupil])[waiting.pupil_id]
    return slip, waiting.pupil.guardians.all()[0].phone[-4:]


def demo_slip() -> tuple[FamilySlip, str] | None:
    """A family slip of 青竹小学 whose pupil has a released letter, and the last four digits of a guardian's phone."""
    letter = (
        GrowthLetter.objects.released()
        .filter(school__code=PRIMARY, state=LetterState.RELEASED)
        .select_related("pupil")
        .order_by("pk")
        .first()
    )
    if letter is None:
        return None
    actor = system_actor(school_id=letter.school_id, today=today())
    slip = issue_slips(actor=actor, pupils=[letter.pupil])[letter.pupil_id]
    return slip, letter.pupil.guardians.all()[0].phone[-4:]
