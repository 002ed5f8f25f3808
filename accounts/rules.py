"""Who may change accounts and roles."""

from collections.abc import Collection
from typing import Final

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AccountSlip, RoleGrant, User
from accounts.queries import users_with_role
from accounts.signals import POWERS
from core.clock import now
from core.errors import DomainError
from core.papercodes import typed_code
from core.text import typed_key

_SHOWN = 3
#: Whom to ask for another slip.
_GO: Final = "请找学校管理员或德育室重新打印一张。"


def check_keeps_accounts(actor: Actor, school_id: int | None) -> None:
    """Raises DomainError `other_school`, `not_allowed` unless `actor` is 管理员 there, or the software itself."""
    if school_id is None and actor.user_id is None:
        return
    if school_id != actor.school_id:
        raise DomainError("other_school", "这个账号不属于本校。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以管理账号和角色。")


def check_prints_slips(actor: Actor, users: Collection[User]) -> None:
    """Raises DomainError `other_school`, `not_allowed` unless `actor` may print account slips 账号条 for these people.

    管理员 may for everybody, and so may the software; 德育室 for whoever holds none of POWERS: a slip opens what its
    person may see, and whoever prints it reads the code. One query.
    """
    if actor.user_id is None and actor.school_id is None:
        return
    if any(user.school_id != actor.school_id for user in users):
        raise DomainError("other_school", "这个账号不属于本校。")
    if actor.has(Role.SCHOOL_ADMIN):
        return
    if not actor.has(Role.MORAL_OFFICE):
        raise DomainError("not_allowed", "只有管理员和德育室可以打印账号条。")
    if names := [user.name for user in powerful(users, actor=actor)]:
        who = "、".join(names[:_SHOWN]) + ("等" if len(names) > _SHOWN else "")
        raise DomainError("not_allowed", f"{who}有管理员、德育室、心理老师或数据负责人角色，账号条请由管理员打印。")


def powerful(users: Collection[User], *, actor: Actor) -> list[User]:
    """Those of `users` who hold one of POWERS today or later. One query."""
    grants = RoleGrant.objects.filter(Q(ends_on=None) | Q(ends_on__gte=actor.today), role__in=POWERS, user__in=users)
    held = set(grants.values_list("user_id", flat=True))
    return [user for user in users if user.pk in held]


def check_gives_role(actor: Actor, role: Role, school_id: int | None) -> None:
    """Raises DomainError `other_school`, `not_allowed` unless `actor` may give or end `role` there.

    导师 comes with a slot, which 德育室 arranges; a role above schools is given by the software's own commands alone.
    """
    if role == Role.BUREAU:
        if actor.user_id is not None:
            raise DomainError("not_allowed", "教育局的账号由系统管理员开通。")
        return
    if role == Role.MENTOR and school_id == actor.school_id and actor.has(Role.MORAL_OFFICE):
        return
    check_keeps_accounts(actor, school_id)


def own_power_problem(actor: Actor, role: Role, user_id: int | None) -> str | None:
    """Why `actor` may not give `role` to this account: nobody opens to themselves what is closed, one of POWERS.

    Whoever is the school's only 管理员 may take 德育室 (somebody must begin), but not 心理老师, who reads what was
    confided before: that takes a second person. The software itself may. One query, none for others.
    """
    if actor.user_id is None or user_id != actor.user_id or role not in POWERS:
        return None
    admins = users_with_role(actor.school_id or 0, Role.SCHOOL_ADMIN, on=actor.today)
    others = [user.name for user in admins if user.pk != actor.user_id]
    if others:
        who = "、".join(others[:_SHOWN]) + ("等" if len(others) > _SHOWN else "")
        return f"不能给自己“{role.label}”角色，请另一位管理员（{who}）来设置。"
    if role == Role.COUNSELLOR:
        return "不能给自己“心理老师”角色，因为心理老师能读到以前的转介。请先指定另一位管理员，再由对方来设置。"
    return None


def taking_over_problem(actor: Actor, other_id: int | None) -> str | None:
    """Why `actor` may not take over the roles of another account with the own one; see `own_power_problem`."""
    grants = RoleGrant.objects.filter(user=other_id, ends_on=None, role__in=POWERS)
    roles = [Role(role) for role in grants.values_list("role", flat=True) if not actor.has(Role(role))]
    problems = (own_power_problem(actor, role, actor.user_id) for role in roles)
    return next((problem for problem in problems if problem), None)


def hash_of_code(user_id: int, code: str) -> str:
    """What is stored of a code: nobody reads it back, not even with the whole table."""
    return salted_hmac("account-slip", f"{user_id}:{typed_code(code)}", algorithm="sha256").hexdigest()


def is_code_of(slip: AccountSlip, code: str) -> bool:
    """Whether `code` is the one on the paper of `slip`, in a time that tells nothing."""
    return constant_time_compare(slip.code_hash, hash_of_code(slip.user_id, code))


def slip_with_code(username: str, code: str) -> AccountSlip | None:
    """The slip that was printed with `code` for the account of this name, dead or alive. Two queries."""
    user = User.objects.filter(username=typed_key(username)).first()
    if user is None:
        return None
    rows = AccountSlip.objects.select_related("user__school").filter(user=user, code_hash=hash_of_code(user.pk, code))
    return rows.order_by("-pk").first()


def slip_problem(slip: AccountSlip) -> DomainError | None:
    """Why a slip whose code is right opens nothing: `slip_used`, `slip_over`, `account_closed`; None where it does."""
    if not slip.user.is_active:
        return DomainError("account_closed", "这个账号已停用，请联系学校管理员。")
    if slip.used_at is not None:
        return DomainError("slip_used", f"这张账号条已经用过了，请用自己的密码登录。忘记了密码，{_GO}")
    if slip.ended_at is not None:
        return DomainError(
            "slip_over", "这张账号条已经作废：后来重新打印过，或者密码已经改过。请用新的那张，或直接登录。"
        )
    if slip.valid_until < now():
        return DomainError("slip_over", f"这张账号条已经过期。{_GO}")
    return None


#: So long a mail's link proves its address: reminders are read late.
_EMAIL_DAYS: Final = 30
_EMAIL_SALT: Final = "email"


def email_link(user: User) -> str:
    """The whole address by which `user`, signed in, proves that mails to `user.email` arrive; it names neither."""
    token = signing.dumps([user.pk, mark_of_email(user)], salt=_EMAIL_SALT)
    return f"{settings.SITE_URL}{reverse('accounts:verify_email', args=[token])}"


def is_email_link_of(user: User, token: str) -> bool:
    """Whether `token` was sent to this account at the address that it has now, and not too long ago."""
    try:
        sent = signing.loads(token, salt=_EMAIL_SALT, max_age=_EMAIL_DAYS * 86_400)
    except signing.BadSignature:
        return False
    return bool(user.email) and sent == [user.pk, mark_of_email(user)]


def mark_of_email(user: User) -> str:
    """What tells the present address from others without telling it."""
    digest: str = salted_hmac("email", user.email.lower(), algorithm="sha256").hexdigest()
    return digest[:16]
