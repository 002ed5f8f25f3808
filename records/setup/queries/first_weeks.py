"""第一周: the nine steps of a school's first weeks, and what is still missing of each, as a number."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.enums import AccountState, Role
from accounts.models import AuditEntry, RoleGrant
from mentors.models.slots import Assignment
from mentors.staff.queries.accounts import counts_by_state
from records.setup.queries.calendar import calendar_state
from schools.models import SchoolClass, SchoolYear
from students.models import Enrolment, FamilySlip

#: What the audit says of who went through the plan, and of who printed the notice to parents.
CHECKED: Final = "check_plan"
_CHANGED: Final = "change_plan"
_TO_PARENTS: Final = "print_letters_to_parents"
#: What the log alone knows of the steps.
NOTED: Final = (CHECKED, _CHANGED, _TO_PARENTS)


class StepKey(StrEnum):
    """The steps in their order."""

    CALENDAR = "calendar"
    PLAN = "plan"
    TEACHERS = "teachers"
    SLIPS = "slips"
    PUPILS = "pupils"
    HOMEROOMS = "homerooms"
    MATCHING = "matching"
    FAMILIES = "families"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how much is missing and of what, or what is there once nothing is; `place` is where it is done."""

    key: StepKey
    title: str
    place: str
    missing: int
    words: str
    query: str = ""

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def first_weeks(actor: Actor) -> list[Step]:
    """The nine steps of the actor's school. Six queries, beside those of its calendar."""
    year = actor.calendar.year
    verbs = AuditEntry.objects.filter(school=actor.school_id, verb__in=NOTED)
    noted = set(verbs.order_by().values_list("verb", flat=True).distinct())
    accounts = counts_by_state(actor)
    closed, waiting = accounts[AccountState.CLOSED], accounts[AccountState.NONE] + accounts[AccountState.WAITING]
    teachers = waiting + closed + accounts[AccountState.PRINTED] + accounts[AccountState.SIGNED]
    classes, unled = _classes(actor, year)
    dated = year is not None and calendar_state(year).is_confirmed
    pupils = _pupils(actor, year)
    return [
        _said(StepKey.CALENDAR, "校历", "setup:calendar" if dated else "setup:edit_calendar", dated,
              "开学、考试和放假的日期是估计的，还没有人核对", "核对过了"),
        _said(StepKey.PLAN, "方案", "plan:detail", bool(noted & {CHECKED, _CHANGED}),
              "还是模板里的规则，没有人看过", "看过了"),
        _counted(StepKey.TEACHERS, "教师名册", "imports:upload", not teachers,
                 "还没有教师", f"{teachers} 位教师", "kind=teachers"),
        _counted(StepKey.SLIPS, "账号条", "manage:people", waiting or not teachers,
                 f"{waiting} 位教师还没有账号条" if teachers else "先导入教师名册", "都有了", "state=new"),
        _counted(StepKey.PUPILS, "学生名册", "imports:upload", not pupils.all,
                 "还没有学生", f"{pupils.all} 名学生，{classes} 个班", "kind=students"),
        _counted(StepKey.HOMEROOMS, "班主任", "manage:classes", unled or not classes,
                 f"{unled} 个班还没有班主任" if classes else "先导入学生名册", "每个班都有"),
        _counted(StepKey.MATCHING, "匹配", "board:list", pupils.unmatched or not pupils.covered,
                 f"{pupils.unmatched} 名学生还没有导师" if pupils.covered else "方案的年级还没有学生", "都有导师"),
        _counted(StepKey.FAMILIES, "家长凭条", "papers:index", pupils.without_slip or not pupils.covered,
                 f"{pupils.without_slip} 名学生还没有凭条" if pupils.covered else "方案的年级还没有学生", "都打印了"),
        _said(StepKey.NOTICE, "告家长书", "papers:index", _TO_PARENTS in noted, "还没有打印", "打印过了"),
    ]  # fmt: skip


def _said(key: StepKey, title: str, place: str, done: bool, open_words: str, done_words: str) -> Step:
    return Step(key, title, place, 0 if done else 1, done_words if done else open_words)


def _counted(
    key: StepKey, title: str, place: str, missing: int, open_words: str, done_words: str, query: str = ""
) -> Step:
    return Step(key, title, place, int(missing), open_words if missing else done_words, query)


@dataclass(frozen=True, slots=True)
class _Pupils:
    all: int = 0
    covered: int = 0
    unmatched: int = 0
    without_slip: int = 0


def _pupils(actor: Actor, year: SchoolYear | None) -> _Pupils:
    """The pupils of the year, and of the grades that the plan covers those without a mentor and without a slip."""
    if year is None:
        return _Pupils()
    present = actor.calendar.present
    rules = present.rules if present is not None and present.is_set_up else None
    grades = set(rules.matching) | rules.grades_owing(*rules.required) if rules is not None else set()
    mentored = Assignment.objects.active().main().filter(pupil=OuterRef("pupil"), year=year)
    slipped = FamilySlip.objects.filter(pupil=OuterRef("pupil"), revoked_at=None)
    covered = Q(school_class__grade__in=grades)
    counts = (
        Enrolment.objects.active()
        .of_year(year)
        .aggregate(
            all=Count("pk"),
            covered=Count("pk", filter=covered),
            unmatched=Count("pk", filter=Q(covered, ~Exists(mentored))),
            without_slip=Count("pk", filter=Q(covered, ~Exists(slipped))),
        )
    )
    return _Pupils(**counts)


def _classes(actor: Actor, year: SchoolYear | None) -> tuple[int, int]:
    """How many classes there are, and how many of them have no 班主任 today or later."""
    if year is None:
        return 0, 0
    led = RoleGrant.objects.filter(Q(ends_on=None) | Q(ends_on__gte=actor.today), role=Role.HOMEROOM)
    counts = SchoolClass.objects.filter(year=year).aggregate(
        all=Count("pk"), unled=Count("pk", filter=~Exists(led.filter(school_class=OuterRef("pk"))))
    )
    return counts["all"], counts["unled"]
