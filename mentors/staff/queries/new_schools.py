"""The schools of a bureau whose administrator has not come yet."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from schools.models import School


def codes_taken() -> set[str]:
    """The codes of all schools. One query."""
    return set(School.objects.values_list("code", flat=True))


def names_seen(actor: Actor) -> set[str]:
    """The names of the bureau's schools. One query."""
    return set(School.objects.visible_to(actor).values_list("name", flat=True))


def usernames_taken(usernames: Collection[str]) -> set[str]:
    """Those of `usernames` with which somebody signs in already. One query."""
    return set(User.objects.filter(username__in=usernames).values_list("username", flat=True))


def waiting_admins(actor: Actor) -> list[User]:
    """The 管理员 of the bureau's schools where none has signed in yet, by the school's code, school at hand. One query.

    From the first sign-in on a school keeps its accounts itself: the bureau opens none of them any more.
    """
    if actor.bureau_id is None:
        return []
    admins = RoleGrant.objects.active(actor.today).filter(role=Role.SCHOOL_ADMIN, ends_on=None)
    came = admins.filter(school=OuterRef("school"), user__last_login__isnull=False)
    waiting = User.objects.filter(
        ~Exists(came),
        pk__in=admins.filter(school__in=School.objects.visible_to(actor)).values("user"),
        school__in=School.objects.visible_to(actor),
        is_active=True,
    )
    return list(waiting.select_related("school").order_by("school__code", "username"))
