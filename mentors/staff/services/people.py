"""Accounts of teachers."""

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.services import create_user, grant_role, issue_password
from core.errors import DomainError
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
