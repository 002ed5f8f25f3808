"""The only writer of account slips 账号条: printed for many at once, opened once each."""

import datetime
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind
from accounts.models import AccountSlip, User
from accounts.rules import check_prints_slips, hash_of_code, powerful, slip_problem
from accounts.services.accounts import end_slips, set_chosen_password
from accounts.services.audit import audit
from accounts.signals import PowerChange, power_changed
from core.clock import now, today
from core.errors import DomainError
from core.papercodes import derived_code

CODE_LENGTH: Final = 8
#: So many people are named in one notice.
_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """What goes onto the paper of one person; `code` is known to nobody else, from here on."""

    user: User
    key: str
    code: str
    valid_until: datetime.datetime


@transaction.atomic
def issue_account_slips(*, actor: Actor, users: Collection[User], seed: str = "") -> list[PrintedSlip]:
    """A new slip for each of `users`, in their order, valid for `FIRST_PASSWORD_DAYS`; the former ones are dead.

    The codes follow from the server's own key and from `seed`, which the page that asks makes up and nobody stores:
    the same form sent twice gives the same codes and changes nothing. Without one they are new. A password goes on
    opening until its person has chosen another by the slip. Whoever has a password or one of POWERS is told, and so
    are those who watch over accounts, once for all. A number of queries that does not grow with the people.
    Raises DomainError `other_school`, `not_allowed`, `account_closed`, and `form_stale` for a seed that is used up.
    """
    users = list(users)
    check_prints_slips(actor, users)
    locked = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=[u.pk for u in users])}
    if closed := [user.name for user in locked.values() if not user.is_active]:
        raise DomainError("account_closed", f"{closed[0]}的账号已停用，请先启用再打印账号条。")
    seed = seed or secrets.token_urlsafe(16)
    codes = {user.pk: _code(user, seed) for user in users}
    hashes = {pk: hash_of_code(pk, code) for pk, code in codes.items()}
    living = {slip.user_id: slip for slip in AccountSlip.objects.living().filter(user__in=users)}
    kept = {pk: slip for pk, slip in living.items() if slip.code_hash == hashes[pk]}
    fresh = [user for user in users if user.pk not in kept]
    if AccountSlip.objects.filter(user__in=fresh, code_hash__in=[hashes[user.pk] for user in fresh]).exists():
        # Its codes would open once more: those papers lie about.
        raise DomainError("form_stale", "这一页已经打印过，有的账号条后来用过或换过。请回到教师列表，再打印一次。")
    ended = end_slips(fresh)
    moment = now()
    until = moment + datetime.timedelta(days=settings.FIRST_PASSWORD_DAYS)
    made = AccountSlip.objects.bulk_create(
        AccountSlip(
            user=user, code_hash=hashes[user.pk], valid_until=until, issued_by_id=actor.user_id, issued_at=moment
        )
        for user in fresh
    )
    if fresh:
        entry = audit(
            actor=actor,
            verb="issue_account_slips",
            kind=AuditKind.ACCOUNT,
            detail={"accounts": len(fresh), "ended": ended},
        )
        _tell(actor, [locked[user.pk] for user in fresh], f"slips:{entry.pk}")
    slips = kept | {slip.user_id: slip for slip in made}
    return [PrintedSlip(u, slips[u.pk].key, codes[u.pk], slips[u.pk].valid_until) for u in users]


def _code(user: User, seed: str) -> str:
    return derived_code(settings.SECRET_KEY, f"account-slip:{seed}:{user.pk}", CODE_LENGTH)


def _tell(actor: Actor, users: list[User], key: str) -> None:
    """What the software's own commands print is told to nobody, as with roles."""
    if actor.user_id is None:
        return
    strong = {user.pk for user in powerful(users, actor=actor)}
    told = [user for user in users if user.pk in strong or user.has_usable_password()]
    if not told or told[0].school is None:
        return
    school, body = told[0].school, f"由{actor.name}打印。如果不是本人要求的，请尽快找管理员问清楚。"
    if len(told) == 1:
        changes = [PowerChange(actor, told[0], school, f"{told[0].name}的账号条重新打印了", body, key)]
    else:
        names = "、".join(user.name for user in told[:_NAMED]) + ("等" if len(told) > _NAMED else "")
        title = f"重新打印了 {len(told)} 位已有密码的教师的账号条"
        changes = [PowerChange(actor, None, school, title, f"{names}。{body}", key)]
        changes += [
            PowerChange(actor, user, school, f"{user.name}的账号条重新打印了", body, f"{key}:{user.pk}", watched=False)
            for user in told
        ]
    power_changed.send(sender=AccountSlip, changes=changes)


@transaction.atomic
def use_account_slip(*, slip: AccountSlip, password: str) -> User:
    """The person behind `slip` chose `password`; the slip opens nothing more, and other devices are signed out.

    Returns the account. Raises DomainError: what `slip_problem` says.
    """
    locked = AccountSlip.objects.select_for_update(of=("self",)).select_related("user__school").get(pk=slip.pk)
    if problem := slip_problem(locked):
        raise problem
    user = locked.user
    locked.used_at = now()
    locked.save(update_fields=["used_at"])
    set_chosen_password(user, password)
    actor = system_actor(school_id=user.school_id, today=today(), name=user.name)
    audit(actor=actor, verb="use_account_slip", target=user, kind=AuditKind.ACCOUNT)
    return user
