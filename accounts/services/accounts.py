"""The only writers of accounts and their passwords."""

import datetime
from collections.abc import Collection, Iterable

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind
from accounts.models import AccountSlip, User
from accounts.rules import check_keeps_accounts, powerful
from accounts.services.audit import audit
from accounts.services.door import SIGN_IN, open_again, shut_subjects, subject_of
from accounts.signals import PowerChange, power_changed
from core.clock import now, today
from core.constraints import check_fits
from core.errors import DomainError
from core.journal import note_changing, note_created
from core.papercodes import random_code
from core.text import typed_key
from schools.models import School


def new_password() -> str:
    """A first password that can be read off paper and typed: 12 characters, no look-alikes."""
    return random_code(12)


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

    Raises DomainError `other_school`, `not_allowed`, `username_taken`, `unfit`.
    """
    check_keeps_accounts(actor, school.pk if school is not None else None)
    username = typed_key(username)
    if User.objects.filter(username=username).exists():
        raise DomainError("username_taken", f"账号“{username}”已经有人使用，请换一个。")
    user = User(username=username, name=name, school=school, email=email)
    check_fits(user, "username", "name", "email")
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


def note_refused(username: str) -> None:
    """Somebody signed in wrongly at the account of this name: logged, where there is one of a school. The door limits
    how often that can be.
    """
    user = User.objects.filter(username=typed_key(username)).exclude(school=None).first()
    if user is not None:
        nobody = system_actor(school_id=user.school_id, today=today(), name="")
        audit(actor=nobody, verb="sign_in_refused", target=user, kind=AuditKind.ACCOUNT)


@transaction.atomic
def create_users(*, actor: Actor, school: School, names: Iterable[tuple[str, str]]) -> list[User]:
    """Accounts without passwords for many teachers of `school` at once; `names` yields (username, name).

    Names that are taken by accounts of this school are returned as they are. Three queries whatever the number.
    Raises DomainError `other_school`, `not_allowed`.
    """
    check_keeps_accounts(actor, school.pk)
    wanted = {typed_key(username): name for username, name in names}
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

    It opens nothing after `FIRST_PASSWORD_DAYS`. Whoever had a password before is told, and so are those who watch over
    accounts. Raises DomainError `other_school`, `not_allowed`.
    """
    check_keeps_accounts(actor, user.school_id)
    taken_over = user.has_usable_password()
    password = new_password()
    user.password = make_password(password)
    user.must_change_password = True
    user.first_password_until = now() + datetime.timedelta(days=settings.FIRST_PASSWORD_DAYS)
    user.save(update_fields=["password", "must_change_password", "first_password_until"])
    end_slips([user])
    entry = audit(actor=actor, verb="issue_password", target=user, kind=AuditKind.ACCOUNT)
    if actor.user_id is not None and user.school is not None and (taken_over or powerful([user], actor=actor)):
        title, body = f"{user.name}的密码被重设了", f"由{actor.name}重设。如果不是本人要求的，请尽快找管理员问清楚。"
        change = PowerChange(actor, user, user.school, title, body, f"password:{entry.pk}")
        power_changed.send(sender=User, changes=[change])
    return password


@transaction.atomic
def change_own_password(*, actor: Actor, user: User, password: str) -> None:
    """Set the password that `user` chose for themselves. Raises DomainError `not_yours`."""
    if actor.user_id is not None and actor.user_id != user.pk:
        raise DomainError("not_yours", "只能改自己的密码。")
    set_chosen_password(user, password)
    audit(actor=actor, verb="change_password", target=user, kind=AuditKind.ACCOUNT)


def set_chosen_password(user: User, password: str) -> None:
    """Write the password that a person has chosen: slips end, and so do the sessions on other devices.

    A step of services that know who it is.
    """
    user.password = make_password(password)
    user.must_change_password = False
    user.first_password_until = None
    user.save(update_fields=["password", "must_change_password", "first_password_until"])
    end_slips([user])


def end_slips(users: Iterable[User]) -> int:
    """No paper that was printed before opens the accounts of `users` any more; how many were ended."""
    return AccountSlip.objects.living().filter(user__in=list(users)).update(ended_at=now())


@transaction.atomic
def rename_users(*, actor: Actor, school: School, names: dict[int, str]) -> None:
    """Give accounts of `school` the names their people now have, by account key.

    Raises DomainError `other_school`, `not_allowed`.
    """
    check_keeps_accounts(actor, school.pk)
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
def set_account_active(*, actor: Actor, user: User, active: bool) -> User:
    """Close an account, or open it again: a closed one can neither sign in nor go on with what it opened.

    Raises DomainError `other_school`, `not_allowed`.
    """
    check_keeps_accounts(actor, user.school_id)
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit(actor=actor, verb="open_account" if active else "close_account", target=user, kind=AuditKind.ACCOUNT)
    return user


@transaction.atomic
def set_accounts_active(*, actor: Actor, users: Collection[User], active: bool) -> int:
    """Close or open many accounts, as `set_account_active`; how many changed. The own one stays open.

    Raises DomainError `other_school`, `not_allowed`, `own_account`.
    """
    check_keeps_accounts(actor, actor.school_id)
    if any(user.school_id != actor.school_id for user in users):
        raise DomainError("other_school", "有账号不属于本校。")
    if not active and any(user.pk == actor.user_id for user in users):
        raise DomainError("own_account", "不能停用自己的账号，请取消勾选自己。")
    changed = User.objects.filter(pk__in=[user.pk for user in users], is_active=not active).update(is_active=active)
    verb = "open_accounts" if active else "close_accounts"
    audit(actor=actor, verb=verb, kind=AuditKind.ACCOUNT, detail={"users": [user.pk for user in users]})
    return changed


@transaction.atomic
def unlock_accounts(*, actor: Actor, users: Collection[User]) -> int:
    """Let the holders of these accounts try to sign in again at once; their passwords stay. How many were locked.

    Raises DomainError `other_school`, `not_allowed`.
    """
    check_keeps_accounts(actor, actor.school_id)
    if any(user.school_id != actor.school_id for user in users):
        raise DomainError("other_school", "有账号不属于本校。")
    shut = shut_subjects(SIGN_IN)
    locked = {user.pk: subject for user in users if (subject := subject_of(user.username)) in shut}
    if locked:
        open_again(SIGN_IN, list(locked.values()))
        audit(actor=actor, verb="unlock_accounts", kind=AuditKind.ACCOUNT, detail={"users": list(locked)})
    return len(locked)


@transaction.atomic
def rename_account(*, actor: Actor, user: User, username: str) -> User:
    """Give an account another name to sign in with. Raises DomainError `other_school`, `not_allowed`,
    `username_taken`.
    """
    check_keeps_accounts(actor, user.school_id)
    username = typed_key(username)
    if User.objects.filter(username=username).exclude(pk=user.pk).exists():
        raise DomainError("username_taken", f"账号“{username}”已经有人使用，请换一个。")
    user.username = username
    user.save(update_fields=["username"])
    audit(actor=actor, verb="rename_account", target=user, kind=AuditKind.ACCOUNT)
    return user
