"""The only writers of accounts, roles and the audit."""

import datetime
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from accounts.actors import Actor
from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, RoleGrant, User
from core.errors import DomainError
from core.journal import note_changing, note_created, note_deleting
from schools.models import Bureau, School, SchoolClass, SchoolYear

# Letters and digits that nobody confuses on paper.
PAPER_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def audit(
    *,
    actor: Actor,
    verb: str,
    target: models.Model | None = None,
    kind: AuditKind = AuditKind.CHANGE,
    detail: dict[str, Any] | None = None,
    school_id: int | None = None,
) -> AuditEntry:
    """Append one entry: `actor` did `verb` to `target`. `detail` holds keys, counts and codes, never names or texts."""
    return AuditEntry.objects.create(
        school_id=school_id if school_id is not None else actor.school_id,
        user_id=actor.user_id,
        kind=kind,
        verb=verb,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None and isinstance(target.pk, int) else None,
        detail=detail or {},
    )


def new_password() -> str:
    """A first password that can be read off paper and typed: 12 characters, no look-alikes."""
    return "".join(secrets.choice(PAPER_ALPHABET) for _ in range(12))


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    username: str,
    name: str,
    school: School | None,
    password: str | None = None,
    email: str = "",
) -> User:
    """A new account; without `password` nobody can sign in until one is issued.

    Raises DomainError `username_taken`.
    """
    username = username.strip().lower()
    if User.objects.filter(username=username).exists():
        raise DomainError("username_taken", f"账号“{username}”已经有人使用，请换一个。")
    user = User(username=username, name=name, school=school, email=email)
    user.password = make_password(password)
    user.save()
    audit(
        actor=actor,
        verb="create_user",
        target=user,
        kind=AuditKind.ACCOUNT,
        school_id=school.pk if school else None,
    )
    return user


@transaction.atomic
def create_users(*, actor: Actor, school: School, names: Iterable[tuple[str, str]]) -> list[User]:
    """Accounts without passwords for many teachers of `school` at once; `names` yields (username, name).

    Names that are taken by accounts of this school are returned as they are. Three queries whatever the number.
    """
    wanted = {username.strip().lower(): name for username, name in names}
    unusable = make_password(None)
    taken = set(User.objects.filter(username__in=wanted).values_list("username", flat=True))
    created = User.objects.bulk_create(
        User(username=username, name=name, school=school, password=unusable)
        for username, name in wanted.items()
        if username not in taken
    )
    note_created(User, [user.pk for user in created])
    audit(
        actor=actor,
        verb="create_users",
        target=school,
        kind=AuditKind.ACCOUNT,
        detail={"count": len(created)},
    )
    return list(User.objects.filter(username__in=wanted, school=school))


@transaction.atomic
def issue_password(*, actor: Actor, user: User) -> str:
    """A new first password for `user`, who must change it at the next sign-in. Returned once, stored only hashed.

    Raises DomainError `other_school`.
    """
    if user.school_id != actor.school_id:
        raise DomainError("other_school", "这个账号不属于本校。")
    password = new_password()
    user.password = make_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    audit(actor=actor, verb="issue_password", target=user, kind=AuditKind.ACCOUNT)
    return password


@transaction.atomic
def change_own_password(*, actor: Actor, user: User, password: str) -> None:
    """Set the password that `user` chose for themselves."""
    user.password = make_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit(actor=actor, verb="change_password", target=user, kind=AuditKind.ACCOUNT)


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
    Raises DomainError `other_school` when user, class and school do not belong together.
    """
    if school is not None and (
        user.school_id != school.pk or (school_class is not None and school_class.school_id != school.pk)
    ):
        raise DomainError("other_school", "这个账号或班级不属于本校。")
    starts_on = starts_on or actor.today
    open_grants = RoleGrant.objects.select_for_update().filter(role=role, ends_on=None)
    if role == Role.HOMEROOM:
        for former in open_grants.filter(school_class=school_class).exclude(user=user):
            _end(former, on=starts_on)
    existing = open_grants.filter(user=user, school=school, bureau=bureau, school_class=school_class).first()
    if existing is not None:
        return existing
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
    return grant


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

    Raises DomainError `other_school` when a user or class is not of `school`.
    """
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
    _end_many(former, on=starts_on)
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
    return len(created)


@transaction.atomic
def rename_users(*, actor: Actor, school: School, names: dict[int, str]) -> None:
    """Give accounts of `school` the names their people now have, by account key."""
    users = list(User.objects.filter(pk__in=names, school=school))
    for user in users:
        user.name = names[user.pk]
    if users:
        note_changing(User, [user.pk for user in users])
        User.objects.bulk_update(users, ["name"], batch_size=500)
        audit(
            actor=actor,
            verb="rename_users",
            target=school,
            kind=AuditKind.ACCOUNT,
            detail={"count": len(users)},
        )


@transaction.atomic
def end_role(*, actor: Actor, grant: RoleGrant) -> None:
    """End a role as of today. Raises DomainError `other_school`, `already_ended`, `last_admin`."""
    if grant.school_id is None or grant.school_id != actor.school_id:
        raise DomainError("other_school", "这个角色不属于本校。")
    if grant.ends_on is not None:
        raise DomainError("already_ended", "这个角色已经结束了。")
    # Locked, so that two admins cannot end each other at the same moment.
    admins = (
        RoleGrant.objects.active(actor.today)
        .filter(role=Role.SCHOOL_ADMIN, school_id=grant.school_id, ends_on=None, user__is_active=True)
        .select_for_update(of=("self",))
        .values_list("user_id", flat=True)
    )
    if grant.role == Role.SCHOOL_ADMIN and not set(admins) - {grant.user_id}:
        raise DomainError("last_admin", "这是本校唯一的管理员，请先指定另一位管理员。")
    _end(grant, on=actor.today)
    audit(
        actor=actor,
        verb="end_role",
        target=grant.user,
        kind=AuditKind.ACCOUNT,
        detail={"role": grant.role},
    )


@transaction.atomic
def end_homeroom_roles(*, actor: Actor, year: SchoolYear) -> list[int]:
    """The classes of `year` are over: their open 班主任 roles end yesterday. The keys of the grants, for an undo.

    Two queries and the audit. Raises DomainError `other_school`.
    """
    if year.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
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
    """Take `end_homeroom_roles` back; a class that got another homeroom teacher since keeps the new one. How many."""
    if year.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    taken = RoleGrant.objects.filter(role=Role.HOMEROOM, school_class__year=year, ends_on=None)
    count = (
        RoleGrant.objects.filter(pk__in=list(keys), role=Role.HOMEROOM, school_class__year=year)
        .exclude(school_class_id__in=list(taken.values_list("school_class_id", flat=True)))
        .update(ends_on=None)
    )
    audit(actor=actor, verb="reopen_roles", target=year, kind=AuditKind.ACCOUNT, detail={"homeroom": count})
    return count


@transaction.atomic
def set_account_active(*, actor: Actor, user: User, active: bool) -> User:
    """Close an account, or open it again: a closed one can neither sign in nor go on with what it opened.

    Raises DomainError `other_school`.
    """
    if user.school_id is None or user.school_id != actor.school_id:
        raise DomainError("other_school", "这个账号不属于本校。")
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit(actor=actor, verb="open_account" if active else "close_account", target=user, kind=AuditKind.ACCOUNT)
    return user


def _end(grant: RoleGrant, *, on: datetime.date) -> None:
    """End the grant the day before `on`; one that never held a whole day is removed."""
    if grant.starts_on >= on:
        grant.delete()
        return
    grant.ends_on = on - datetime.timedelta(days=1)
    grant.save(update_fields=["ends_on"])


def _end_many(grants: list[RoleGrant], *, on: datetime.date) -> None:
    """`_end` for several grants in two queries."""
    never_held = [grant.pk for grant in grants if grant.starts_on >= on]
    held = [grant.pk for grant in grants if grant.starts_on < on]
    note_deleting(RoleGrant, never_held)
    RoleGrant.objects.filter(pk__in=never_held).delete()
    note_changing(RoleGrant, held)
    RoleGrant.objects.filter(pk__in=held).update(ends_on=on - datetime.timedelta(days=1))


@transaction.atomic
def rename_account(*, actor: Actor, user: User, username: str) -> User:
    """Give an account another name to sign in with. Raises DomainError `other_school`, `username_taken`."""
    if user.school_id != actor.school_id:
        raise DomainError("other_school", "这个账号不属于本校。")
    username = username.strip().lower()
    if User.objects.filter(username=username).exclude(pk=user.pk).exists():
        raise DomainError("username_taken", f"账号“{username}”已经有人使用，请换一个。")
    user.username = username
    user.save(update_fields=["username"])
    audit(actor=actor, verb="rename_account", target=user, kind=AuditKind.ACCOUNT)
    return user
