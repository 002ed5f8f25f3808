"""Who may change accounts and roles."""

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from accounts.queries import users_with_role
from accounts.signals import POWERS
from core.errors import DomainError

_SHOWN = 3


def check_keeps_accounts(actor: Actor, school_id: int | None) -> None:
    """Raises DomainError `other_school`, `not_allowed` unless `actor` is 管理员 there, or the software itself."""
    if school_id is None and actor.user_id is None:
        return
    if school_id != actor.school_id:
        raise DomainError("other_school", "这个账号不属于本校。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以管理账号和角色。")


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
