"""What accounts tell to whoever listens further right."""

from dataclasses import dataclass

from django.dispatch import Signal

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from schools.models import School

#: Who holds one of these reads what is closed to others, or opens doors for them.
POWERS = frozenset({Role.MORAL_OFFICE, Role.COUNSELLOR, Role.SCHOOL_ADMIN, Role.DATA_OFFICER})


@dataclass(frozen=True, slots=True)
class PowerChange:
    """`user` was given or lost what reads or opens more than others: `title` says what, `key` tells it from others.

    Told to the person and, with `watched`, to those who watch over accounts; without `user` to those alone, once for
    many people.
    """

    actor: Actor
    user: User | None
    school: School
    title: str
    body: str
    key: str
    watched: bool = True


#: Sent with `changes`, a list of `PowerChange`, inside of the transaction that makes them.
power_changed = Signal()


@dataclass(frozen=True, slots=True)
class MailWanted:
    """A mail to the address of `user`, with the notice that tells of it in the house.

    Neither holds anybody's name; `key` tells it from others, `kind` is the notice's.
    """

    user: User
    title: str
    body: str
    key: str
    subject: str
    text: str
    kind: str


#: Sent with `mail`, a `MailWanted`, inside of the transaction that wants it.
mail_wanted = Signal()
