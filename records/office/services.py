"""Changing a school's plan 一校一策, with everything that follows from it."""

import datetime
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor, system_actor
from accounts.enums import Role
from accounts.queries import users_with_role
from accounts.services import audit
from core.errors import DomainError
from mentors.services.slots import apply_plan_cap
from notices.services import NoticeFor, send_notices
from records.services.ticks import rebuild_ticks
from schools.calendar import YearCalendar
from schools.enums import MatchingMode
from schools.models import Plan, SchoolYear
from schools.queries import OwedAction, PlanRules
from schools.services import revise_plan, withdraw_plan

#: Who takes back a version that is yet to take effect.
PLANNERS: Final = (Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What the next version of a plan says, all of it."""

    effective_from: datetime.date
    title: str
    cap: int
    letter_label: str
    letter_tone: str
    note_visibility: str
    matching: dict[int, MatchingMode]
    actions: tuple[OwedAction, ...]
    letter_blocking: tuple[str, ...]
    supporting_counts: bool
    supporting_owes: bool
    shared_counts_once: bool


def unchanged(rules: PlanRules, *, effective_from: datetime.date) -> PlanChange:
    """A change that changes nothing; `dataclasses.replace` names what it shall."""
    plan = rules.plan
    return PlanChange(
        effective_from=effective_from,
        title=plan.title,
        cap=plan.cap,
        letter_label=plan.letter_label,
        letter_tone=plan.letter_tone,
        note_visibility=plan.note_visibility,
        matching=dict(rules.matching),
        actions=rules.actions,
        letter_blocking=tuple(plan.letter_blocking),
        supporting_counts=plan.supporting_counts,
        supporting_owes=plan.supporting_owes,
        shared_counts_once=plan.shared_counts_once,
    )


def as_rules(seen: PlanRules, year: SchoolYear, change: PlanChange) -> PlanRules:
    """The version that `change` of the version `seen` will become, not stored."""
    plan = Plan(
        school_id=year.school_id,
        year=year,
        version=seen.plan.version + 1,
        effective_from=change.effective_from,
        title=change.title,
        preset=seen.plan.preset,
        cap=change.cap,
        letter_label=change.letter_label,
        letter_tone=change.letter_tone,
        note_visibility=change.note_visibility,
        letter_blocking=list(change.letter_blocking),
        supporting_counts=change.supporting_counts,
        supporting_owes=change.supporting_owes,
        shared_counts_once=change.shared_counts_once,
    )
    return PlanRules(plan, change.actions, change.matching)


def check_newest(newest: int, seen: int) -> None:
    """Refuse to change a version that is no longer the newest. Raises DomainError `stale`."""
    if newest != seen:
        raise DomainError(
            "stale", f"方案刚刚已经改成第 {newest} 版。您填写的内容还在，请与新版核对，再从方案页重新修改。"
        )


@transaction.atomic
def rehearse_plan(*, actor: Actor, year: SchoolYear, seen_version: int, change: PlanChange) -> None:
    """Refuse what `change_plan` would refuse, and raise as it does; nothing is kept."""
    change_plan(actor=actor, year=year, seen_version=seen_version, change=change)
    transaction.set_rollback(True)
    actor.calendar.forget()


@transaction.atomic
def change_plan(*, actor: Actor, year: SchoolYear, seen_version: int, change: PlanChange) -> Plan:
    """Save `change` as a new version, bring the mentors' capacities and loads in line and rebuild the year's ticks.

    All of it or nothing. `seen_version` is the version that the person edited; the former versions stay as history.
    Raises DomainError `other_school`, `not_allowed`, `no_plan`, `stale`, `date_out_of_range`, `load_above_cap`,
    and as `schools.services.check_rules`.
    """
    if year.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以修改方案。")
    # The year's row is the lock: versions are numbered one after the other.
    SchoolYear.objects.select_for_update().get(pk=year.pk)
    newest = max((rules.plan.version for rules in YearCalendar(year, actor.today).versions), default=seen_version)
    check_newest(newest, seen_version)
    plan = revise_plan(
        year=year,
        effective_from=change.effective_from,
        title=change.title,
        cap=change.cap,
        letter_label=change.letter_label,
        letter_tone=change.letter_tone,
        note_visibility=change.note_visibility,
        matching=change.matching,
        actions=change.actions,
        letter_blocking=change.letter_blocking,
        supporting_counts=change.supporting_counts,
        supporting_owes=change.supporting_owes,
        shared_counts_once=change.shared_counts_once,
    )
    actor.calendar.forget()
    differences = _follow(actor, year)
    audit(
        actor=actor,
        verb="change_plan",
        target=plan,
        detail={"version": plan.version, "cap": plan.cap, "ticks": differences},
    )
    return plan


@transaction.atomic
def take_back_plan(*, actor: Actor, plan: Plan) -> Plan:
    """Withdraw a version before it takes effect: the one in force holds on. Twice is once.

    Raises DomainError `other_school`, `not_allowed`, `in_force`.
    """
    if plan.school_id != actor.school_id:
        raise DomainError("other_school", "这个方案不属于本校。")
    if not actor.has(*PLANNERS):
        raise DomainError("not_allowed", "只有德育室和管理员可以撤回还没有生效的方案。")
    year = SchoolYear.objects.select_for_update().get(pk=plan.year_id)
    plan.refresh_from_db()
    if plan.withdrawn_at is not None:
        return plan
    withdrawn = withdraw_plan(plan=plan, on=actor.today)
    actor.calendar.forget()
    differences = _follow(actor, year)
    audit(actor=actor, verb="withdraw_plan", target=withdrawn, detail={"version": plan.version, "ticks": differences})
    return withdrawn


def _follow(actor: Actor, year: SchoolYear) -> int:
    apply_plan_cap(actor=actor, year=year)
    return len(rebuild_ticks(year=year, on=actor.today))


def follow_plan(*, year: SchoolYear, on: datetime.date) -> None:
    """On the day on which a version takes effect: capacities and ticks follow it. On other days nothing changes.

    A mentor who has more pupils than the new cap keeps the old capacities in force; the school's admins are told once.
    """
    actor = system_actor(school_id=year.school_id, today=on)
    try:
        with transaction.atomic():
            _follow(actor, year)
    except DomainError as error:
        key = f"plan-cap:{year.pk}:{YearCalendar(year, on).rules_until(on).plan.pk}"
        wanted = [
            NoticeFor(admin, "方案的新上限还没有生效", key, error.message, reverse("plan:detail"))
            for admin in users_with_role(year.school_id, Role.SCHOOL_ADMIN, on=on)
        ]
        send_notices(school=year.school, kind="plan", wanted=wanted)
