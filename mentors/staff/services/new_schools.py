"""A bureau opens schools, each with its administrator, whose account slip it prints until the school has begun."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind, Role
from accounts.services import audit, audit_many, create_first_admins, issue_account_slips
from accounts.services.slips import PrintedSlip
from core.errors import DomainError
from mentors.staff.queries.new_schools import waiting_admins
from schools.models import Bureau, School
from schools.services import NewSchool, create_schools


@dataclass(frozen=True, slots=True)
class SchoolToOpen:
    """One line of a bureau's list: the school, and who begins there with which account."""

    school: NewSchool
    admin: str
    username: str


@transaction.atomic
def open_schools(*, actor: Actor, schools: Sequence[SchoolToOpen]) -> list[School]:
    """All of `schools` under the actor's bureau, each with its 管理员, who has no password yet; all or nothing.

    Some thirty queries whatever their number. Raises DomainError `not_allowed`, and what `create_school` and
    `create_first_admins` raise, with the school's name.
    """
    bureau = _bureau_of(actor)
    wanted = [replace(one.school, bureau_name=bureau.name) for one in schools]
    taken = {*School.objects.filter(code__in=[one.code for one in wanted]).values_list("code", flat=True)}
    for one in wanted:
        refusal = one.refusal()
        if refusal is None and one.code in taken:
            refusal = DomainError("code_taken", f"学校代码“{one.code}”已经有了，请换一个。")
        if refusal is not None:
            raise DomainError(refusal.code, f"{one.name}：{refusal.message}")
    opened = [year.school for year in create_schools(schools=wanted, began_on=actor.today)]
    people = [(school, one.username, one.admin) for school, one in zip(opened, schools, strict=True)]
    system = system_actor(school_id=None, today=actor.today, name=actor.name)
    create_first_admins(actor=system, people=people)
    targets = [(school.pk, school) for school in opened]
    audit_many(actor=actor, verb="open_school", targets=targets, kind=AuditKind.CHANGE)
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
