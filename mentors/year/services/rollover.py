"""Year roll-over 学年升级: classes go up, leavers are closed, plan, teams and mentors are carried on by grade; undo."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, ProtectedError, Q, Value
from django.db.models.functions import Greatest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import NewGrant, audit, end_homeroom_roles, grant_roles, reopen_homeroom_roles
from core.errors import DomainError
from core.statistics import refresh_statistics_soon
from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, Mentor, MentorMember, RollOver, TeamMember
from mentors.year.services.draft import CarryOn, Draft, draw_rollover, state_of
from schools.models import SchoolYear
from schools.services import TermDates, copy_plan, dates_of_year, make_year, open_year, promote_classes
from students.enums import EndReason
from students.models import Enrolment

BATCH = 500


@dataclass(frozen=True, slots=True)
class RollOverChoices:
    """What the admin decided: the new terms, for each new grade (by key) what is carried on, and the 班主任."""

    dates: TermDates
    grades: Mapping[int, CarryOn]
    homerooms: bool = True


def roll_over(*, actor: Actor, year: SchoolYear, choices: RollOverChoices, basis: str) -> RollOver:
    """Roll `year` over into the next one in one transaction; `basis` is what `draw_rollover` showed.

    A second call finds the first one's work and returns it. A constant number of queries per 500 pupils.
    Raises DomainError `other_school`, `not_allowed`, `not_current`, `year_exists`, `no_plan`, `stale`,
    `dates_disordered`, `dates_overlap`.
    """
    if year.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以升级学年。")
    with transaction.atomic():
        # The year's row is the lock: a double click waits here and then finds what the first one did.
        former = SchoolYear.objects.select_for_update(of=("self",)).select_related("school").get(pk=year.pk)
        done = RollOver.objects.filter(from_year=former).first()
        if done is not None:
            return done
        if not former.is_current:
            raise DomainError("not_current", "只有当前学年可以升级，请刷新页面看看。")
        following = SchoolYear.objects.filter(school_id=former.school_id, start_year=former.start_year + 1)
        if following.exclude(pk__in=SchoolYear.objects.prepared().filter(school_id=former.school_id)).exists():
            raise DomainError("year_exists", f"{former.start_year + 1}学年已经建立，不能再升级一次。")
        if choices.dates.first_start <= former.ends_on:
            raise DomainError("dates_overlap", f"新学年要在{former}结束（{former.ends_on:%Y-%m-%d}）以后开始。")
        draft = draw_rollover(actor=actor, year=former)
        if draft.basis != basis:
            raise DomainError("stale", "名册或导师安排刚刚有变动，请核对新的预览后再确认。")
        rolled = _RollOver(actor, former, choices, draft).run()
        refresh_statistics_soon()
        return rolled


class _RollOver:
    """One roll-over, written step by step; the caller holds the transaction and the lock."""

    def __init__(self, actor: Actor, former: SchoolYear, choices: RollOverChoices, draft: Draft) -> None:
        self.actor, self.former, self.choices, self.draft = actor, former, choices, draft
        actor.calendar.forget()
        self.year = open_year(school=former.school, start_year=former.start_year + 1, dates=choices.dates)
        copy_plan(year=self.year, source=draft.rules.plan)
        self.classes = promote_classes(source=former, target=self.year)
        self.carried = draft.carried(choices.grades)
        self.slots: dict[int, Mentor] = {}

    def run(self) -> RollOver:
        ended_assignments = self._close_former()
        self._enrol()
        self._open_slots()
        self._assign()
        ended_grants = self._carry_roles()
        done = RollOver.objects.create(
            school_id=self.former.school_id,
            from_year=self.former,
            to_year=self.year,
            done_by_id=self.actor.user_id,
            digest=state_of(self.year),
            summary={
                "classes": len(self.classes),
                "promoted": self.draft.promoted,
                "graduated": self.draft.graduated,
                "mentors": len(self.slots),
                "assigned": len(self.carried.main),
            },
            ended_assignments=ended_assignments,
            ended_grants=ended_grants,
        )
        audit(actor=self.actor, verb="roll_over", target=self.year, detail=done.summary)
        return done

    def _close_former(self) -> list[int]:
        """End what belongs to the former year: enrolments and assignments. The keys of the latter."""
        last_day = min(self.actor.today, self.former.ends_on)
        ends_on = Greatest(F("starts_on"), Value(last_day))
        enrolments = Enrolment.objects.active().of_year(self.former)
        promoted = Q(school_class__in=list(self.classes))
        enrolments.exclude(promoted).update(ends_on=ends_on, end_reason=EndReason.GRADUATED)
        enrolments.filter(promoted).update(ends_on=ends_on, end_reason=EndReason.PROMOTED)
        open_ones = Assignment.objects.active().filter(year=self.former)
        keys = list(open_ones.values_list("pk", flat=True))
        open_ones.update(ends_on=ends_on)
        Mentor.objects.of_year(self.former).update(load=0)
        return keys

    def _enrol(self) -> None:
        kept = self.carried.main.keys()
        Enrolment.objects.bulk_create(
            (
                Enrolment(
                    school_id=self.year.school_id,
                    year=self.year,
                    pupil_id=place.pupil_id,
                    school_class=self.classes[place.class_id],
                    seat_number=place.seat,
                    # The words of a mentor who stays with the pupil.
                    brief=place.brief if place.pupil_id in kept else "",
                    starts_on=self.year.starts_on,
                )
                for place in self.draft.places
                if place.class_id in self.classes
            ),
            batch_size=BATCH,
        )

    def _open_slots(self) -> None:
        plan = self.draft.rules.plan
        loads = Counter(self.carried.main.values())
        if plan.supporting_counts:
            loads.update(slot for _, slot in self.carried.supporting)
        wanted = sorted(self.carried.slots)
        created = Mentor.objects.bulk_create(
            (
                Mentor(
                    school_id=self.year.school_id,
                    year=self.year,
                    capacity=plan.places(len(self.draft.holders[key])),
                    load=loads[key],
                )
                for key in wanted
            ),
            batch_size=BATCH,
        )
        self.slots = dict(zip(wanted, created, strict=True))
        MentorMember.objects.bulk_create(
            (
                MentorMember(
                    school_id=self.year.school_id,
                    mentor=mentor,
                    year=self.year,
                    teacher_id=holder.teacher_id,
                    position=position,
                )
                for key, mentor in self.slots.items()
                for position, holder in enumerate(self.draft.holders[key], start=1)
            ),
            batch_size=BATCH,
        )
        TeamMember.objects.bulk_create(
            (
                TeamMember(
                    school_id=self.year.school_id,
                    school_class=self.classes[seat.class_id],
                    mentor=self.slots[seat.mentor_id],
                    is_leader=seat.is_leader,
                    position=seat.position,
                )
                for seat in self.carried.team
            ),
            batch_size=BATCH,
        )

    def _assign(self) -> None:
        Assignment.objects.bulk_create(
            (
                Assignment(
                    school_id=self.year.school_id,
                    year=self.year,
                    pupil_id=pupil_id,
                    mentor=self.slots[mentor_id],
                    kind=kind,
                    counts_in_load=kind == AssignmentKind.MAIN or self.draft.rules.plan.supporting_counts,
                    origin=self.draft.origins[(pupil_id, mentor_id)],
                    starts_on=self.actor.today,
                    assigned_by_id=self.actor.user_id,
                )
                for kind, pairs in (
                    (AssignmentKind.MAIN, self.carried.main.items()),
                    (AssignmentKind.SUPPORTING, self.carried.supporting),
                )
                for pupil_id, mentor_id in pairs
            ),
            batch_size=BATCH,
        )

    def _carry_roles(self) -> list[int]:
        ended = end_homeroom_roles(actor=self.actor, year=self.former)
        grants = [
            NewGrant(holder.user_id, Role.MENTOR)
            for key in self.slots
            for holder in self.draft.holders[key]
            if holder.user_id is not None
        ]
        if self.choices.homerooms:
            grants += [
                NewGrant(user_id, Role.HOMEROOM, self.classes[class_id].pk)
                for class_id, user_id in self.draft.homerooms.items()
                if class_id in self.classes
            ]
        grant_roles(actor=self.actor, school=self.former.school, grants=grants)
        return ended


def undo_rollover(*, actor: Actor, rollover: RollOver) -> SchoolYear:
    """Take a roll-over back: the new year goes, the former one is the current one again, as it was.

    Only while nothing was written in the new year. Raises DomainError `other_school`, `not_allowed`,
    `already_undone`, `new_year_changed`, `new_year_used`.
    """
    if rollover.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以撤销学年升级。")
    try:
        with transaction.atomic():
            return _undo(actor, rollover.pk)
    except ProtectedError as error:
        message = (
            "新学年里已经有了记录、寄语、记录本收发或名册导入，不能再整体撤销。个别学生和教师可以在各自的页面里调整。"
        )
        raise DomainError("new_year_used", message) from error


def _undo(actor: Actor, key: int) -> SchoolYear:
    row = RollOver.objects.select_for_update(of=("self",)).select_related("from_year", "to_year").filter(pk=key).first()
    if row is None:
        raise DomainError("already_undone", "这次升级已经撤销了。")
    former, year = row.from_year, row.to_year
    if not year.is_current or state_of(year) != row.digest:
        message = "新学年的名册、导师或方案已经有了改动，不能再整体撤销。个别学生和教师可以在各自的页面里调整。"
        raise DomainError("new_year_changed", message)
    Assignment.objects.filter(year=year).delete()
    Mentor.objects.of_year(year).delete()
    Enrolment.objects.of_year(year).delete()
    actor.calendar.forget()
    # Terms, plans, classes with their 班主任 roles, and this very row go with the year; a calendar that was set stays.
    dates, until = dates_of_year(year), year.official_until
    year.delete()
    if until is not None:
        make_year(school=former.school, start_year=year.start_year, dates=dates, is_current=False, official_until=until)
    SchoolYear.objects.filter(pk=former.pk).update(is_current=True)
    Enrolment.objects.of_year(former).filter(end_reason__in=[EndReason.PROMOTED, EndReason.GRADUATED]).update(
        ends_on=None, end_reason=EndReason.NONE
    )
    keys = row.ended_assignments
    for start in range(0, len(keys), BATCH):
        Assignment.objects.filter(year=former, pk__in=keys[start : start + BATCH]).update(ends_on=None)
    _restore_loads(former)
    reopen_homeroom_roles(actor=actor, year=former, keys=row.ended_grants)
    audit(actor=actor, verb="undo_rollover", target=former, detail=row.summary)
    return SchoolYear.objects.get(pk=former.pk)


def _restore_loads(year: SchoolYear) -> None:
    held = Counter(Assignment.objects.in_load().filter(year=year).values_list("mentor_id", flat=True))
    mentors = list(Mentor.objects.of_year(year))
    for mentor in mentors:
        mentor.load = held[mentor.pk]
    Mentor.objects.bulk_update(mentors, ["load"], batch_size=BATCH)
