"""How far each teacher has come with the own account, and whose account slips are to be printed."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, CharField, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When

from accounts.actors import Actor
from accounts.enums import AccountState, Role
from accounts.models import AccountSlip, User
from accounts.rules import powerful
from core.clock import now
from mentors.models.slots import Teacher

#: Not a state, but the three of whoever has never signed in.
NEW: Final = "new"
#: Not a state either: whoever has typed a wrong password too often may be in any.
LOCKED: Final = "locked"
_NEW_STATES: Final = (AccountState.NONE, AccountState.WAITING, AccountState.PRINTED)


def with_account_state(teachers: QuerySet[Teacher], *, at: datetime.datetime | None = None) -> QuerySet[Teacher]:
    """`teachers`, each with `account_state`, one of `AccountState`, and `open_slips` at their account: a query more."""
    living = AccountSlip.objects.open(at or now())
    printed = living.filter(user=OuterRef("user"))
    return teachers.prefetch_related(Prefetch("user__slips", living, to_attr="open_slips")).annotate(
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


def count_of_accounts(actor: Actor, accounts: Collection[int]) -> int:
    """How many present teachers have one of these accounts. One query, none without any."""
    return Teacher.objects.visible_to(actor).present().filter(user__in=accounts).count() if accounts else 0


def usernames(actor: Actor) -> list[tuple[int, str]]:
    """Key and name of the school's open accounts. One query."""
    return list(User.objects.visible_to(actor).filter(is_active=True).values_list("pk", "username"))


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


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who was chosen on the list: teachers, with or without an account, and accounts that belong to no teacher."""

    teachers: list[Teacher]
    others: list[User]

    @property
    def users(self) -> list[User]:
        """Their accounts."""
        return [*(teacher.user for teacher in self.teachers if teacher.user is not None), *self.others]

    @property
    def names(self) -> list[str]:
        """How they are called."""
        return [*(teacher.name for teacher in self.teachers), *(user.name for user in self.others)]

    def __len__(self) -> int:
        return len(self.teachers) + len(self.others)


def chosen_people(actor: Actor, *, teachers: Collection[int], others: Collection[int]) -> Chosen:
    """The present teachers and the other accounts with these keys, by number and name. Two queries."""
    rows = Teacher.objects.visible_to(actor).present().filter(pk__in=teachers).select_related("user", "school")
    users = User.objects.visible_to(actor).filter(teacher=None, pk__in=others).order_by("username")
    return Chosen(list(rows.order_by("number", "pk")), list(users))


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One person of the page that asks before printing: `former` dies; a password lives until the slip is used."""

    name: str
    former: AccountSlip | None
    opens_account: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class SlipPlan:
    """What printing would do; `left_out` says of whom it prints nothing, and why."""

    chosen: Chosen
    rows: list[SlipRow]
    left_out: list[tuple[str, str]]


def plan_slips(actor: Actor, chosen: Chosen) -> SlipPlan:
    """What printing the slips of `chosen` would do, for whom the actor may. Two queries."""
    strong = set() if actor.has(Role.SCHOOL_ADMIN) else {user.pk for user in powerful(chosen.users, actor=actor)}
    left_out: list[tuple[str, str]] = []

    def may(name: str, user: User | None) -> bool:
        why = ""
        if user is None and not actor.has(Role.SCHOOL_ADMIN):
            why = "还没有账号，请管理员打印"
        elif user is not None and not user.is_active:
            why = "账号已停用，请先启用"
        elif user is not None and user.pk in strong:
            why = "有管理员、德育室或心理老师角色，请管理员打印"
        if why:
            left_out.append((name, why))
        return not why

    kept = Chosen(
        [teacher for teacher in chosen.teachers if may(teacher.name, teacher.user)],
        [user for user in chosen.others if may(user.name, user)],
    )
    living = living_slips(kept.users)
    people = [*((t.name, t.user) for t in kept.teachers), *((u.name, u) for u in kept.others)]
    rows = [
        SlipRow(
            name,
            living.get(user.pk) if user is not None else None,
            user is None,
            user is not None and user.has_usable_password(),
        )
        for name, user in people
    ]
    return SlipPlan(kept, rows, left_out)


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
