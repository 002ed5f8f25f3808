"""How far each teacher has come with the own account, and whose account slips are to be printed."""

from collections.abc import Collection
from typing import Final

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.actors import Actor
from accounts.enums import AccountState
from accounts.models import AccountSlip, User
from core.clock import now
from mentors.models.slots import Teacher

#: Not a state, but the three of whoever has never signed in.
NEW: Final = "new"
_NEW_STATES: Final = (AccountState.NONE, AccountState.WAITING, AccountState.PRINTED)


def with_account_state(teachers: QuerySet[Teacher]) -> QuerySet[Teacher]:
    """`teachers`, each with `account_state`, one of `AccountState`."""
    printed = AccountSlip.objects.open(now()).filter(user=OuterRef("user"))
    return teachers.annotate(
        account_state=Case(
            When(user=None, then=Value(AccountState.NONE.value)),
            When(user__is_active=False, then=Value(AccountState.CLOSED.value)),
            When(user__last_login__isnull=False, then=Value(AccountState.SIGNED.value)),
            When(Exists(printed), then=Value(AccountState.PRINTED.value)),
            default=Value(AccountState.WAITING.value),
            output_field=CharField(),
        )
    )


def in_state(teachers: QuerySet[Teacher], state: str) -> QuerySet[Teacher]:
    """The present ones of `with_account_state` in `state`, or who are `NEW`."""
    states = _NEW_STATES if state == NEW else (state,)
    return teachers.filter(Q(("account_state__in", states)), left_on=None)


def counts_by_state(actor: Actor) -> dict[str, int]:
    """How many present teachers are in each state, `NEW` too. One query."""
    rows = with_account_state(Teacher.objects.visible_to(actor).present())
    counts = rows.aggregate(**{state: Count("pk", filter=Q(("account_state", state))) for state in AccountState.values})
    return counts | {NEW: sum(counts[state] for state in _NEW_STATES)}


def teachers_for_slips(actor: Actor, *, state: str = "", keys: Collection[int] | None = None) -> list[Teacher]:
    """The present teachers in `state` (all, without one), or of them those with `keys`, by number, account at hand.

    Whoever's account is closed gets no slip. One query.
    """
    rows = with_account_state(Teacher.objects.visible_to(actor).present()).exclude(
        Q(("account_state", AccountState.CLOSED))
    )
    if state:
        rows = in_state(rows, state)
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    return list(rows.select_related("user", "school").order_by("number", "pk"))


def living_slips(users: Collection[User]) -> dict[int, AccountSlip]:
    """The slip of each of `users` that still opens the account, by the user's key. One query."""
    return {slip.user_id: slip for slip in AccountSlip.objects.open(now()).filter(user__in=users)}


def other_accounts(actor: Actor, *, keys: Collection[int] | None = None, only_new: bool = False) -> list[User]:
    """The open accounts of the school that belong to no teacher, or of them those with `keys`, by name. One query."""
    rows = User.objects.visible_to(actor).filter(teacher=None, is_active=True)
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    if only_new:
        rows = rows.filter(last_login=None)
    return list(rows.select_related("school").order_by("username"))
