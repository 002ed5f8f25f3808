"""A bureau opens schools, each with its administrator, whose account slip it prints until the school has begun."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind, Role
from accounts.services import audit, create_user, grant_role, issue_account_slips
from accounts.services.slips import PrintedSlip
from core.errors import DomainError
from mentors.staff.queries.new_schools import waiting_admins
from schools.models import Bureau, School
from schools.services import NewSchool


@dataclass(frozen=True, slots=True)
class SchoolToOpen:
    """One line of a bureau's list: the school, and who begins there with which account."""

    school: NewSchool
    admin: str
    username: str


@transaction.atomic
def open_schools(*, actor: Actor, schools: Sequence[SchoolToOpen]) -> list[School]:
    """All of `schools` under the actor's bureau, each with its 管理员, who has no password yet; all or nothing.

    Raises DomainError `not_allowed`, and what `create_school` and `create_user` raise, with the school's name.
    """
    bureau = _bureau_of(actor)
    opened = []
    for one in schools:
        try:
            school, _year = replace(one.school, bureau_name=bureau.name).create()
            system = system_actor(school_id=school.pk, today=actor.today, name=actor.name)
            user = create_user(actor=system, username=one.username, name=one.admin, school=school)
        except DomainError as refusal:
            raise DomainError(refusal.code, f"{one.school.name}：{refusal.message}") from refusal
        grant_role(actor=system, user=user, role=Role.SCHOOL_ADMIN, school=school)
        audit(actor=actor, verb="open_school", target=school, school_id=school.pk)
        opened.append(school)
    return opened


@transaction.atomic
def print_first_slips(*, actor: Actor, seed: str = "") -> list[PrintedSlip]:
    """New account slips of the administrators who are waited for; see `issue_account_slips` for `seed`.

    Raises DomainError `not_allowed`, `nothing_to_print`.
    """
    _bureau_of(actor)
    users = waiting_admins(actor)
    if not users:
        raise DomainError("nothing_to_print", "各校管理员都登录过了。忘记密码的，由学校自己的管理员重新打印账号条。")
    system = system_actor(school_id=None, today=actor.today, name=actor.name)
    slips = issue_account_slips(actor=system, users=users, seed=seed)
    audit(actor=actor, verb="print_first_slips", kind=AuditKind.ACCOUNT, detail={"accounts": len(slips)})
    return slips


def _bureau_of(actor: Actor) -> Bureau:
    if actor.bureau_id is None or not actor.has(Role.BUREAU):
        raise DomainError("not_allowed", "只有教育局可以开通学校。")
    return Bureau.objects.get(pk=actor.bureau_id)
