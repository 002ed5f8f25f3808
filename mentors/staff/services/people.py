"""Accounts of teachers."""

from collections.abc import Collection, Sequence

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.rules import check_keeps_accounts, check_prints_slips
from accounts.services import (
    NewGrant,
    create_user,
    create_users,
    grant_role,
    grant_roles,
    issue_account_slips,
    issue_password,
)
from accounts.services.slips import PrintedSlip
from core.errors import DomainError
from core.text import typed_key
from mentors.models.slots import MentorMember, Teacher


@transaction.atomic
def open_account(*, actor: Actor, teacher: Teacher, username: str) -> tuple[User, str]:
    """An account for a teacher of the roster who has none, and its first password, to be shown once.

    A teacher who holds a slot gets the mentor's role with it.
    Raises DomainError `other_school`, `has_account`, `username_taken`.
    """
    if teacher.school_id != actor.school_id:
        raise DomainError("other_school", "这位教师不属于本校。")
    locked = Teacher.objects.select_for_update(of=("self",)).select_related("school").get(pk=teacher.pk)
    if locked.user_id is not None:
        raise DomainError("has_account", "这位教师已经有账号了，请直接发放新密码。")
    user = create_user(actor=actor, username=username, name=locked.name, school=locked.school)
    locked.user = user
    locked.save(update_fields=["user"])
    if MentorMember.objects.filter(teacher=locked, year__is_current=True).exists():
        grant_role(actor=actor, user=user, role=Role.MENTOR, school=locked.school)
    return user, issue_password(actor=actor, user=user)


@transaction.atomic
def open_accounts(*, actor: Actor, teachers: Collection[Teacher]) -> int:
    """Accounts for those of `teachers` who have none, named by the pattern of the roster; how many were opened.

    Whoever holds a slot gets the mentor's role with it. A handful of queries whatever the number.
    Raises DomainError `other_school`, `not_allowed`, `username_taken`.
    """
    check_keeps_accounts(actor, actor.school_id)
    if any(teacher.school_id != actor.school_id for teacher in teachers):
        raise DomainError("other_school", "有教师不属于本校。")
    wanting = list(
        Teacher.objects.select_for_update(of=("self",))
        .select_related("school")
        .filter(pk__in=[teacher.pk for teacher in teachers], user=None, left_on=None)
    )
    if not wanting:
        return 0
    by_name = {typed_key(account_name(teacher)): teacher for teacher in wanting}
    if taken := User.objects.filter(username__in=by_name).first():
        message = f"账号“{taken.username}”已经有人使用，请在{by_name[taken.username].name}的页面上另取一个账号。"
        raise DomainError("username_taken", message)
    school = wanting[0].school
    names = [(username, teacher.name) for username, teacher in by_name.items()]
    for user in create_users(actor=actor, school=school, names=names):
        by_name[user.username].user = user
    Teacher.objects.bulk_update(wanting, ["user"], batch_size=500)
    members = MentorMember.objects.filter(teacher__in=wanting, year__is_current=True).values_list(
        "teacher_id", flat=True
    )
    holding = set(members)
    grants = [NewGrant(t.user_id, Role.MENTOR) for t in wanting if t.pk in holding and t.user_id is not None]
    grant_roles(actor=actor, school=school, grants=grants)
    return len(wanting)


@transaction.atomic
def print_account_slips(
    *, actor: Actor, teachers: Sequence[Teacher], users: Sequence[User] = (), seed: str = ""
) -> list[PrintedSlip]:
    """New account slips of `teachers`, for whom accounts are opened where there is none, then those of other `users`.

    In their order; see `issue_account_slips`. Raises DomainError `other_school`, `not_allowed`, `username_taken`,
    `account_closed`, `nothing_to_print`.
    """
    check_prints_slips(actor, users)
    if not teachers and not users:
        raise DomainError("nothing_to_print", "没有选中任何人。请先勾选教师，再打印账号条。")
    if wanting := [teacher for teacher in teachers if teacher.user_id is None]:
        open_accounts(actor=actor, teachers=wanting)
    opened = {t.pk: t.user for t in Teacher.objects.filter(pk__in=[t.pk for t in teachers]).select_related("user")}
    people = [user for teacher in teachers if (user := opened[teacher.pk]) is not None]
    return issue_account_slips(actor=actor, users=[*people, *users], seed=seed)


def account_name(teacher: Teacher) -> str:
    """How a teacher signs in: the school's code and the number on the roster, as the import names accounts."""
    return f"{teacher.school.code}-{teacher.number}".lower()
