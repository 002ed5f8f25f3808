"""Writing what a school says about its reminders, and when nobody is told anything."""

import datetime
from collections.abc import Mapping
from typing import Final

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.services import audit
from core.errors import DomainError
from records.reminding.contexts import ActionRule
from records.reminding.models import MOST_DAYS_BEFORE, ReminderPause, ReminderRule, ReminderSettings
from records.reminding.queries.rules import reminder_rules
from schools.days import coming_days
from schools.enums import ActionKind

#: Who says whom a school reminds, and reminds by hand.
REMINDERS: Final = (Role.MORAL_OFFICE,)
REASON_LENGTH: Final = 60


def check_reminds(actor: Actor) -> int:
    """The key of the actor's school. Raises DomainError `not_allowed`."""
    if actor.school_id is None or not actor.has(*REMINDERS):
        raise DomainError("not_allowed", "只有德育室可以安排提醒。")
    return actor.school_id


@transaction.atomic
def save_reminder_rules(*, actor: Actor, rules: Mapping[ActionKind, ActionRule], school_days_only: bool) -> None:
    """Write when and whom the school reminds of each action of `rules`. The same again is nothing.

    Raises DomainError `not_allowed`, `points_unfit`, `nobody_told`.
    """
    school_id = check_reminds(actor)
    for rule in rules.values():
        _check(rule)
    before = reminder_rules(school_id, since=actor.today)
    changed = [str(action) for action, rule in rules.items() if before.of(action) != rule]
    for action, rule in rules.items():
        if action not in changed:
            continue
        early, late = _points(rule)
        ReminderRule.objects.update_or_create(
            school_id=school_id,
            action=action,
            defaults={
                "is_on": rule.is_on,
                "first_day": rule.first_day,
                "early_days": early,
                "late_days": late,
                "when_over": rule.when_over,
                "to_mentors": rule.to_mentors,
                "to_homeroom": rule.to_homeroom,
                "to_office": rule.to_office,
            },
        )
    if before.school_days_only != school_days_only:
        ReminderSettings.objects.update_or_create(school_id=school_id, defaults={"school_days_only": school_days_only})
        changed.append("days")
    if changed:
        audit(actor=actor, verb="change_reminders", detail={"changed": changed})


def _check(rule: ActionRule) -> None:
    days = rule.days_before
    if len(days) > 2 or any(not 0 <= n <= MOST_DAYS_BEFORE for n in days) or list(days) != sorted(set(days))[::-1]:
        raise DomainError(
            "points_unfit", f"结束前的天数请填 0 到 {MOST_DAYS_BEFORE} 之间的数，先提醒的一次要比后一次早。"
        )
    if rule.is_on and not (rule.to_mentors or rule.to_homeroom or rule.to_office):
        raise DomainError("nobody_told", "请至少选择提醒一类人；都不提醒，请把这一项关掉。")


def _points(rule: ActionRule) -> tuple[int | None, int | None]:
    early, late = (*rule.days_before, None, None)[:2]
    return early, late


@transaction.atomic
def pause_reminders(
    *, actor: Actor, user: User | None, starts_on: datetime.date, ends_on: datetime.date, reason: str = ""
) -> ReminderPause:
    """Tell `user`, or without one everybody, nothing from one day to another; 德育室 alone reads the `reason`.

    What became due meanwhile is told afterwards. The same again is nothing. Raises DomainError `not_allowed`,
    `other_school`, `ends_before`, `date_out_of_range`, `reason_too_long`.
    """
    school_id = check_reminds(actor)
    if user is not None and user.school_id != school_id:
        raise DomainError("other_school", "只能选择本校的老师。")
    if ends_on < starts_on:
        raise DomainError("ends_before", "结束日期不能早于开始日期。")
    days = coming_days(actor.calendar.this_year(), actor.today)
    days.check(starts_on)
    days.check(ends_on)
    reason = reason.strip()
    if len(reason) > REASON_LENGTH:
        raise DomainError("reason_too_long", f"原因最多写 {REASON_LENGTH} 字，现在有 {len(reason)} 字。")
    pause, is_new = ReminderPause.objects.get_or_create(
        school_id=school_id,
        user=user,
        starts_on=starts_on,
        ends_on=ends_on,
        defaults={"reason": reason, "set_by_id": actor.user_id},
    )
    if is_new:
        detail = {"user": user.pk if user is not None else None, "from": f"{starts_on}", "until": f"{ends_on}"}
        audit(actor=actor, verb="pause_reminders", target=pause, detail=detail)
    return pause


@transaction.atomic
def end_pause(*, actor: Actor, pause: ReminderPause) -> None:
    """Remind again from today on. Raises DomainError `not_allowed`, `other_school`."""
    school_id = check_reminds(actor)
    if pause.school_id != school_id:
        raise DomainError("other_school", "只能修改自己学校的设置。")
    audit(actor=actor, verb="end_pause", target=pause, detail={"user": pause.user_id})
    if pause.starts_on >= actor.today:
        pause.delete()
    else:
        yesterday = actor.today - datetime.timedelta(days=1)
        ReminderPause.objects.filter(pk=pause.pk, ends_on__gt=yesterday).update(ends_on=yesterday)
