"""The only writers of roles."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from accounts.actors import Actor
from accounts.enums import AuditKind, Role
from accounts.models import RoleGrant, User
from accounts.rules import check_gives_role, own_power_problem
from accounts.services.audit import audit, audit_many
from accounts.signals import POWERS, PowerChange, power_changed
from core.clock import cn_full_day
from core.errors import DomainError
from core.journal import note_changing, note_created
from core.text import typed_key
from schools.days import year_days
from schools.models import Bureau, School, SchoolClass, SchoolYear

_BEFORE_FORMER = "现任班主任{}从{}起担任。角色只会结束，不会抹掉，请填{}或以后的日期。"


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    user: User,
    role: Role,
    school: School | None = None,
    bureau: Bureau | None = None,
    school_class: SchoolClass | None = None,
    starts_on: datetime.date | None = None,
) -> RoleGrant:
    """Give `user` the role from `starts_on` (default today) on; an open grant of the same kind is returned as it is.

    For HOMEROOM the class's former homeroom teacher, if another, ends the day before.
    Raises DomainError `not_allowed`, `other_school` when user, class and school do not belong together,
    `date_out_of_range`, `before_former` where the former one would never have been it, and `own_power` (see
    `own_power_problem`).
    """
    check_gives_role(actor, role, school.pk if school is not None else None)
    if school is not None and (
        user.school_id != school.pk or (school_class is not None and school_class.school_id != school.pk)
    ):
        raise DomainError("other_school", "这个账号或班级不属于本校。")
    if starts_on is not None and actor.calendar.year is not None:
        year_days(actor.calendar.year.start_year).check(starts_on)
    starts_on = starts_on or actor.today
    open_grants = RoleGrant.objects.select_for_update().filter(role=role, ends_on=None)
    if role == Role.HOMEROOM:
        for former in open_grants.filter(school_class=school_class).exclude(user=user).select_related("user"):
            if starts_on <= former.starts_on < actor.today:
                raise DomainError("before_former", _BEFORE_FORMER.format(former.user.name, *_days_after(former)))
            _end(actor, former, on=starts_on)
    existing = open_grants.filter(user=user, school=school, bureau=bureau, school_class=school_class).first()
    if existing is not None:
        return existing
    _check_own_power(actor, role, user.pk)
    grant = RoleGrant.objects.create(
        user=user,
        role=role,
        school=school,
        bureau=bureau,
        school_class=school_class,
        starts_on=starts_on,
        granted_by_id=actor.user_id,
    )
    audit(
        actor=actor,
        verb="grant_role",
        target=user,
        kind=AuditKind.ACCOUNT,
        detail={"role": role, "class": school_class.pk if school_class else None},
        school_id=school.pk if school else None,
    )
    _tell(actor, [grant], given=True)
    return grant


@transaction.atomic
def create_first_admins(*, actor: Actor, people: Sequence[tuple[School, str, str]]) -> list[User]:
    """The first 管理员 of each of new schools, as (school, username, name), without passwords. Five queries.

    The software itself acts for whoever opens the schools; nobody is told, for there is nobody yet. Raises DomainError
    `not_allowed`, `username_taken` with the school's name.
    """
    if actor.user_id is not None:
        raise DomainError("not_allowed", "学校的第一位管理员，随开通学校一起建立。")
    wanted = [(school, typed_key(username), name) for school, username, name in people]
    names = [username for _school, username, _name in wanted]
    taken = {*User.objects.filter(username__in=names).values_list("username", flat=True)}
    for school, username, _name in wanted:
        if username in taken or names.count(username) > 1:
            raise DomainError("username_taken", f"{school.name}：账号“{username}”已经有人使用，请换一个。")
    unusable = make_password(None)
    users = User.objects.bulk_create(
        User(username=username, name=name, school=school, password=unusable) for school, username, name in wanted
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(
            user=user,
            role=Role.SCHOOL_ADMIN,
            school_id=user.school_id,
            starts_on=actor.today,
            granted_by_id=actor.user_id,
        )
        for user in users
    )
    targets = [(user.school_id or 0, user) for user in users]
    for verb in ("create_user", "grant_role"):
        audit_many(actor=actor, verb=verb, targets=targets, kind=AuditKind.ACCOUNT)
    return users


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role for one user of a school; HOMEROOM names its class."""

    user_id: int
    role: Role
    school_class_id: int | None = None


@transaction.atomic
def grant_roles(
    *, actor: Actor, school: School, grants: Iterable[NewGrant], starts_on: datetime.date | None = None
) -> int:
    """`grant_role` for many at once, in a handful of queries whatever the number; how many were new.

    Raises DomainError `not_allowed`, `other_school` when a user or class is not of `school`, and `own_power`.
    """
    grants = list(grants)
    for role in {grant.role for grant in grants}:
        check_gives_role(actor, role, school.pk)
    starts_on = starts_on or actor.today
    wanted = list(dict.fromkeys(grants))
    users = {grant.user_id for grant in wanted}
    classes = {grant.school_class_id for grant in wanted if grant.school_class_id is not None}
    if User.objects.filter(pk__in=users, school=school).count() != len(users) or SchoolClass.objects.filter(
        pk__in=classes, school=school
    ).count() != len(classes):
        raise DomainError("other_school", "有账号或班级不属于本校。")
    held: set[NewGrant] = set()
    former: list[RoleGrant] = []
    taken = {grant.school_class_id: grant.user_id for grant in wanted if grant.role == Role.HOMEROOM}
    for grant in RoleGrant.objects.select_for_update().filter(school=school, ends_on=None):
        held.add(NewGrant(grant.user_id, Role(grant.role), grant.school_class_id))
        if grant.role == Role.HOMEROOM and taken.get(grant.school_class_id, grant.user_id) != grant.user_id:
            former.append(grant)
    for new in wanted:
        if new not in held:
            _check_own_power(actor, new.role, new.user_id)
    _end_many(former, on=starts_on)
    if former:
        ended = {"homeroom": len(former)}
        audit(actor=actor, verb="end_roles", target=school, kind=AuditKind.ACCOUNT, detail=ended)
    created = RoleGrant.objects.bulk_create(
        RoleGrant(
            user_id=grant.user_id,
            role=grant.role,
            school=school,
            school_class_id=grant.school_class_id,
            starts_on=starts_on,
            granted_by_id=actor.user_id,
        )
        for grant in wanted
        if grant not in held
    )
    note_created(RoleGrant, [grant.pk for grant in created])
    if created:
        counts = dict(Counter(str(grant.role) for grant in created))
        audit(actor=actor, verb="grant_roles", target=school, kind=AuditKind.ACCOUNT, detail=counts)
        powers = RoleGrant.objects.filter(pk__in=[grant.pk for grant in created], role__in=POWERS)
        _tell(actor, list(powers.select_related("user", "school")), given=True)
    return len(created)


@transaction.atomic
def act_for(
    *, actor: Actor, grant: RoleGrant, user: User, starts_on: datetime.date, ends_on: datetime.date
) -> RoleGrant:
    """Let `user` act 代理 for the holder of `grant` from one day to another: they see and do what the role does.

    The holder stays what they are. For a 导师 it is their pupils of the present year, beside own ones. The same once
    more returns the former one.
    Raises DomainError `other_school`, `not_allowed`, `already_ended`, `acts_already`, `ends_before`,
    `date_out_of_range`, and `own_power` (see `own_power_problem`).
    """
    if grant.school_id is None or user.school_id != grant.school_id:
        raise DomainError("other_school", "这个账号或角色不属于本校。")
    role = Role(grant.role)
    check_gives_role(actor, role, grant.school_id)
    if grant.acting_for_id is not None or (grant.ends_on is not None and grant.ends_on < starts_on):
        raise DomainError("already_ended", "这个角色在那时已经结束，或者本身就是代理，不能再请人代理。")
    if actor.calendar.year is not None:
        for day in (starts_on, ends_on):
            year_days(actor.calendar.year.start_year).check(day)
    if ends_on < max(starts_on, actor.today):
        raise DomainError("ends_before", "最后一天不能早于开始那天，也不能早于今天。")
    held = (
        RoleGrant.objects.select_for_update()
        .filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), starts_on__lte=ends_on)
        .filter(user=user, role=role, school=grant.school_id, school_class=grant.school_class_id)
    )
    if role == Role.MENTOR:
        # Almost everybody has pupils of their own.
        held = held.filter(acting_for=grant.user_id)
    for other in held:
        if (other.acting_for_id, other.starts_on, other.ends_on) == (grant.user_id, starts_on, ends_on):
            return other
        raise DomainError("acts_already", f"{user.name}在这段时间里已经是{role.label}，不用代理。")
    _check_own_power(actor, role, user.pk)
    acting = RoleGrant.objects.create(
        user=user,
        role=role,
        school_id=grant.school_id,
        school_class_id=grant.school_class_id,
        starts_on=starts_on,
        ends_on=ends_on,
        acting_for_id=grant.user_id,
        granted_by_id=actor.user_id,
    )
    audit(
        actor=actor,
        verb="act_for",
        target=user,
        kind=AuditKind.ACCOUNT,
        detail={"role": role, "class": grant.school_class_id, "for": grant.user_id},
    )
    _tell(actor, [acting], given=True)
    return acting


@transaction.atomic
def end_role(*, actor: Actor, grant: RoleGrant) -> None:
    """End a role as of today. Raises DomainError `other_school`, `not_allowed`, `already_ended`, `last_admin`."""
    if grant.school_id is None:
        raise DomainError("other_school", "这个角色不属于本校。")
    check_gives_role(actor, Role(grant.role), grant.school_id)
    if grant.ends_on is not None and (grant.acting_for_id is None or grant.ends_on < actor.today):
        raise DomainError("already_ended", "这个角色已经结束了。")
    # Locked, so that two admins cannot end each other at the same moment.
    admins = (
        RoleGrant.objects.active(actor.today)
        .filter(role=Role.SCHOOL_ADMIN, school_id=grant.school_id, ends_on=None, user__is_active=True)
        .select_for_update(of=("self",))
        .values_list("user_id", flat=True)
    )
    if grant.role == Role.SCHOOL_ADMIN and grant.ends_on is None and not set(admins) - {grant.user_id}:
        raise DomainError("last_admin", "这是本校唯一的管理员，请先指定另一位管理员。")
    _tell(actor, [grant], given=False)
    _end(actor, grant, on=actor.today)


@transaction.atomic
def end_homeroom_roles(*, actor: Actor, year: SchoolYear) -> list[int]:
    """The classes of `year` are over: their open 班主任 roles end yesterday. The keys of the grants, for an undo.

    Two queries and the audit. Raises DomainError `other_school`, `not_allowed`.
    """
    check_gives_role(actor, Role.HOMEROOM, year.school_id)
    open_ones = RoleGrant.objects.select_for_update().filter(
        role=Role.HOMEROOM, school_class__year=year, ends_on=None, starts_on__lte=actor.today
    )
    keys = list(open_ones.values_list("pk", flat=True))
    last_day = actor.today - datetime.timedelta(days=1)
    RoleGrant.objects.filter(pk__in=keys).update(ends_on=Greatest(F("starts_on"), Value(last_day)))
    audit(actor=actor, verb="end_roles", target=year, kind=AuditKind.ACCOUNT, detail={"homeroom": len(keys)})
    return keys


@transaction.atomic
def reopen_homeroom_roles(*, actor: Actor, year: SchoolYear, keys: Iterable[int]) -> int:
    """Take `end_homeroom_roles` back; a class that got another homeroom teacher since keeps the new one. How many.

    Raises DomainError `other_school`, `not_allowed`.
    """
    check_gives_role(actor, Role.HOMEROOM, year.school_id)
    taken = RoleGrant.objects.filter(role=Role.HOMEROOM, school_class__year=year, ends_on=None)
    count = (
        RoleGrant.objects.filter(pk__in=list(keys), role=Role.HOMEROOM, school_class__year=year)
        .exclude(school_class_id__in=list(taken.values_list("school_class_id", flat=True)))
        .update(ends_on=None)
    )
    audit(actor=actor, verb="reopen_roles", target=year, kind=AuditKind.ACCOUNT, detail={"homeroom": count})
    return count


def _check_own_power(actor: Actor, role: Role, user_id: int) -> None:
    problem = own_power_problem(actor, role, user_id)
    if problem is not None:
        raise DomainError("own_power", problem)


def _days_after(grant: RoleGrant) -> tuple[str, str]:
    return cn_full_day(grant.starts_on), cn_full_day(grant.starts_on + datetime.timedelta(days=1))


def _end(actor: Actor, grant: RoleGrant, *, on: datetime.date) -> None:
    """End the grant the day before `on`; the row stays, one that was to begin later never holds."""
    _end_many([grant], on=on)
    audit(
        actor=actor,
        verb="end_role",
        target=grant.user,
        kind=AuditKind.ACCOUNT,
        detail={"role": grant.role, "class": grant.school_class_id},
        school_id=grant.school_id,
    )


def _end_many(grants: list[RoleGrant], *, on: datetime.date) -> None:
    """End grants the day before `on`, in one query."""
    keys = [grant.pk for grant in grants]
    note_changing(RoleGrant, keys)
    RoleGrant.objects.filter(pk__in=keys).update(ends_on=on - datetime.timedelta(days=1))


def _tell(actor: Actor, grants: list[RoleGrant], *, given: bool) -> None:
    """Let it be known who was given, or lost, a role that reads or opens more than others.

    What the software's own commands set up is told to nobody: a new school has nobody yet who could wonder.
    """
    changes = []
    for grant in grants if actor.user_id is not None else ():
        if Role(grant.role) not in POWERS or grant.school is None:
            continue
        label = Role(grant.role).label
        title = f"{grant.user.name}{'得到' if given else '不再担任'}“{label}”"
        day = grant.starts_on if given else actor.today
        span = f"{cn_full_day(day)}起"
        if given and grant.acting_for_id is not None and grant.ends_on is not None:
            span = f"{cn_full_day(day)}到{cn_full_day(grant.ends_on)}代理"
        body = f"由{actor.name}设定，{span}。如果不应该这样，请尽快找管理员问清楚。"
        key = f"power:{grant.pk}:{'given' if given else 'ended'}"
        changes.append(PowerChange(actor, grant.user, grant.school, title, body, key))
    if changes:
        power_changed.send(sender=RoleGrant, changes=changes)
