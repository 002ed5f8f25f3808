"""Who is told when somebody gets or loses what reads or opens more than others."""

from typing import Any

from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.signals import POWERS, MailWanted, PowerChange
from core.clock import today
from notices.services import NoticeFor, send_notices

#: Besides those who hold a power themselves.
WATCHING = (*POWERS, Role.LEADER)


def tell_of_power(sender: Any, changes: list[PowerChange], **_: Any) -> None:
    """At once, into the inboxes of the person and of all others who watch over the school's accounts; not the actor's.

    Whoever changes the own power is told too: it may be somebody else at that computer.
    """
    for school_changes in _by_school(changes):
        school = school_changes[0].school
        held = RoleGrant.objects.active(today()).filter(school=school, role__in=WATCHING)
        watching = list(User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("pk"))
        wanted = []
        for change in school_changes:
            told = [*([change.user] if change.user is not None else ()), *(watching if change.watched else ())]
            people = {user.pk: user for user in told}
            wanted += [
                NoticeFor(user, change.title, change.key, body=change.body)
                for user in people.values()
                if user.pk != change.actor.user_id or user == change.user
            ]
        send_notices(school=school, kind="power", wanted=wanted)


def send_wanted_mail(sender: Any, mail: MailWanted, **_: Any) -> None:
    """A mail that accounts want out, with its notice."""
    wanted = NoticeFor(mail.user, mail.title, mail.key, body=mail.body, mail=(mail.subject, mail.text))
    send_notices(school=mail.user.school, kind=mail.kind, wanted=[wanted])


def _by_school(changes: list[PowerChange]) -> list[list[PowerChange]]:
    schools: dict[int, list[PowerChange]] = {}
    for change in changes:
        schools.setdefault(change.school.pk, []).append(change)
    return list(schools.values())
