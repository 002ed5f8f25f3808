"""The only writer of what a person has closed for good: the first words to each of their roles."""

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from core.errors import DomainError


@transaction.atomic
def close_first_visit(*, actor: Actor, role: Role) -> None:
    """The first words to `role` are not shown to the actor any more; the same again is nothing.

    It is no change of the school's, so nothing is logged. Raises DomainError `not_allowed` for a role of somebody else.
    """
    if actor.user_id is None or not actor.has(role):
        raise DomainError("not_allowed", "您现在没有这个角色。")
    user = User.objects.select_for_update().get(pk=actor.user_id)
    if role not in user.first_visits:
        user.first_visits = [*user.first_visits, role.value]
        user.save(update_fields=["first_visits"])
