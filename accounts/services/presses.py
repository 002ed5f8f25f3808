"""The same press, sent twice: one does the work, the other gets its answer.

A press is known by who sent what to which address. Claiming one is a row with a unique hash, written before the work
begins and outside of its transaction: whoever comes second waits for the answer without holding anything.

The row names the process that does the work. Was it killed, the next press on the same machine tries for itself at
once; another machine knows only by the time. An advisory lock would tell all machines, but PostgreSQL alone has it, a
pooler between takes it away, and a connection that is given up lets it go under a press that is still being done.
"""

import datetime
import hashlib
import time
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import Press
from core.clock import now
from core.processes import is_gone, this_process

#: The hidden field of every form (`{% csrf_token %}`), new whenever a page is made.
PRESS_FIELD: Final = "press"

#: Fields that nobody typed: a form with nothing else is a button.
UNTYPED: Final = frozenset({"csrfmiddlewaretoken", PRESS_FIELD, "next", "version", "submission"})

#: A button is pressed twice within so long; later the person means it.
TWICE: Final = datetime.timedelta(seconds=10)
#: A form that somebody filled in is remembered for a day: Back, a train without network.
KEPT_FOR: Final = datetime.timedelta(days=1)
#: After so long a process of which nothing is known is thought dead.
_DEAD_AFTER: Final = datetime.timedelta(seconds=90)
_PATIENCE, _PAUSE = 25.0, 0.05


@dataclass(frozen=True, slots=True)
class Sent:
    """What came in. `is_typed`: a form that was filled in, with the key of its page, not a button alone."""

    person: str
    address: str
    body: str
    is_typed: bool

    @property
    def digest(self) -> str:
        """By which the same press is known again."""
        return _hash(self.person, self.address, self.body)


class StillRunning(Exception):
    """The first press is not done after half a minute."""


def claim(sent: Sent) -> Press:
    """The row of this press: with an `answer`, it was done before; without, it is yours to do.

    Raises StillRunning. Waits for a first press that is being done; call it outside of a transaction.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with transaction.atomic():
                return Press.objects.create(
                    digest=sent.digest,
                    person=_hash(sent.person),
                    address=_hash(sent.address),
                    at=now(),
                    process=this_process(),
                )
        except IntegrityError:
            found = Press.objects.filter(digest=sent.digest).first()
        if found is None:
            continue
        if found.answer is None and now() - found.at < _DEAD_AFTER and not is_gone(found.process):
            if time.monotonic() > until:
                raise StillRunning
            time.sleep(_PAUSE)
        elif found.answer is not None and _is_the_same(found, sent):
            return found
        else:
            release(found)


def _is_the_same(found: Press, sent: Sent) -> bool:
    """Whether the person means the press `found`; whoever did something else meanwhile begins anew."""
    since = Press.objects.filter(person=found.person, pk__gt=found.pk)
    if sent.is_typed:
        return now() - found.at < KEPT_FOR and not since.filter(address=found.address).exists()
    return now() - found.at < TWICE and not since.exists()


def settle(press: Press, answer: dict[str, Any]) -> None:
    """The press is done, and whoever sends it again gets `answer`."""
    Press.objects.filter(pk=press.pk).update(answer=answer)


def release(press: Press) -> None:
    """Nothing was done: the next one tries for itself."""
    Press.objects.filter(pk=press.pk).delete()


def forget_presses() -> int:
    """Delete what nobody sends again; how many rows."""
    return Press.objects.filter(at__lt=now() - KEPT_FOR).delete()[0]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
