"""The one door: sign-in, account and family slips and the word 暗号 count wrong tries here, each by its own policy.

Nobody can shut a door on somebody else: what a source did wrong counts against that source. Where the secret is too
long to be guessed (`proof`), the right one opens whatever others tried; where people choose it, tries from all sides at
one name shut it to unknown devices only, and never to one that was let in before.
"""

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum

from django.db.models import Count, Q
from django.utils.crypto import salted_hmac

from accounts.enums import DoorKind
from accounts.models import DoorTry
from core.clock import now
from core.text import typed_key

HOUR = datetime.timedelta(hours=1)
QUARTER = datetime.timedelta(minutes=15)
DAY = datetime.timedelta(days=1)
#: Nothing is counted for longer than a day.
KEPT_FOR = 2 * DAY


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many wrong tries within so long."""

    most: int
    within: datetime.timedelta


@dataclass(frozen=True, slots=True)
class Door:
    """How often a door may be tried: by one source at one subject, by one source at all, at one subject by all."""

    kind: DoorKind
    by_both: Limit | None
    by_source: Limit | None
    by_subject: Limit
    # The secret cannot be guessed: the limit by subject answers wrong tries, and the right one opens all the same.
    proof: bool


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who knocks: a hash of the address, or of a device that this very subject was opened on before (`known`)."""

    source: str
    known: bool = False


class Answer(Enum):
    """What a door says."""

    RIGHT = "right"
    WRONG = "wrong"
    SHUT = "shut"


#: A whole school signs in from one address: names that are got right in the end do not count against it.
SIGN_IN = Door(DoorKind.SIGN_IN, Limit(8, QUARTER), Limit(20, HOUR), Limit(50, HOUR), proof=False)
SLIP = Door(DoorKind.SLIP, None, Limit(30, HOUR), Limit(10, HOUR), proof=True)
#: Whoever has found a slip knows its code, and has ten thousand ends of a phone number to try.
SLIP_PHONE = Door(DoorKind.SLIP_PHONE, Limit(10, HOUR), None, Limit(30, DAY), proof=False)
CARD = Door(DoorKind.CARD, None, Limit(30, HOUR), Limit(10, HOUR), proof=True)
#: The code of an account slip is too long to be guessed, as those of families are.
ACCOUNT_SLIP = Door(DoorKind.ACCOUNT_SLIP, None, Limit(30, HOUR), Limit(10, HOUR), proof=True)
#: Whoever asks for a link by mail is counted each time, whether there is such an account or not: the mails are what is
#: to be kept few.
FORGOTTEN = Door(DoorKind.FORGOTTEN, Limit(5, HOUR), Limit(20, HOUR), Limit(10, HOUR), proof=False)
#: There is one code on one console, read by one person.
OPENING = Door(DoorKind.OPENING, None, Limit(10, HOUR), Limit(10, HOUR), proof=True)


def knock(door: Door, *, subject: str, visitor: Visitor, is_right: Callable[[], bool]) -> Answer:
    """Whether `visitor` is let in at `subject`; `is_right` is asked only where they may try.

    The try is written before it is judged, so that many at once are counted as many. What is right takes back what the
    same visitor tried wrong at the same subject. Call it outside of a transaction: the count must stay.
    """
    if _is_shut(door, subject, visitor, more=1):
        return Answer.SHUT
    tried = DoorTry.objects.create(door=door.kind, subject=subject, source=visitor.source, at=now())
    if _is_shut(door, subject, visitor, more=0):
        tried.delete()
        return Answer.SHUT
    if is_right():
        DoorTry.objects.filter(door=door.kind, subject=subject, source=visitor.source).delete()
        return Answer.RIGHT
    over = door.proof and _tries(door, Q(subject=subject), door.by_subject) > door.by_subject.most
    return Answer.SHUT if over else Answer.WRONG


def _is_shut(door: Door, subject: str, visitor: Visitor, *, more: int) -> bool:
    """Whether one more try (or the one just written, `more=0`) is one too many."""
    at, by = Q(subject=subject), Q(source=visitor.source)
    limits = [(at & by, door.by_both)]
    if not visitor.known:
        limits += [(by, door.by_source), (at, None if door.proof else door.by_subject)]
    return any(limit is not None and _tries(door, which, limit) + more > limit.most for which, limit in limits)


def _tries(door: Door, which: Q, limit: Limit) -> int:
    return DoorTry.objects.filter(which, door=door.kind, at__gt=now() - limit.within).count()


def hash_of(text: str) -> str:
    """`text` so that nobody reads it back, the same each time."""
    return salted_hmac("door", text, algorithm="sha256").hexdigest()[:32]


def subject_of(username: str) -> str:
    """What sign-in counts by: the name as `UserManager.get_by_natural_key` looks it up; no other spelling counts anew.

    Hashed, because people type their password into the wrong field.
    """
    return hash_of(typed_key(username))


def shut_subjects(door: Door) -> set[str]:
    """Where the door is shut to somebody now: to one source that tried too often, or to all unknown ones. Two queries.

    A source that is shut at all its subjects is nobody's whom one could let in again.
    """
    tries = DoorTry.objects.filter(door=door.kind).order_by()
    found: set[str] = set()
    for limit, by in ((door.by_both, ("subject", "source")), (door.by_subject, ("subject",))):
        if limit is not None:
            counted = tries.filter(at__gt=now() - limit.within).values(*by).annotate(count=Count("pk"))
            found |= set(counted.filter(count__gte=limit.most).values_list("subject", flat=True))
    return found


def open_again(door: Door, subjects: Collection[str]) -> None:
    """Forget what was tried wrongly at these subjects."""
    DoorTry.objects.filter(door=door.kind, subject__in=subjects).delete()


def wrong_tries(kinds: tuple[DoorKind, ...], *, subject: str, since: datetime.datetime) -> int:
    """How often `subject` was tried wrongly since then."""
    return DoorTry.objects.filter(door__in=kinds, subject=subject, at__gte=since).aggregate(n=Count("pk"))["n"] or 0


def forget_tries() -> int:
    """Delete tries that no limit looks at any more; how many."""
    return DoorTry.objects.filter(at__lt=now() - KEPT_FOR).delete()[0]
