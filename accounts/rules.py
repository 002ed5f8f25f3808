"""Who may change accounts and roles."""

from accounts.actors import Actor
from accounts.enums import Role
from core.errors import DomainError


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
