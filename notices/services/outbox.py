"""The only writer of what became of outgoing messages."""

import datetime
import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.queries import users_with_role
from accounts.services import audit
from accounts.services.mail import PASSWORD_LINK
from core.clock import now, today
from core.errors import DomainError
from core.nightly import for_each
from core.processes import is_gone, this_process
from core.sealed import SealBroken
from notices.enums import WHAT_TO_DO, Channel, OutboxState, Trouble
from notices.mail import Unanswered
from notices.models import OutboxMessage, Robot
from notices.rules import Openings
from notices.services.inbox import NoticeFor, send_notices
from notices.webhooks import Answer, kept_address

logger = logging.getLogger(__name__)

#: After so many minutes a message that was refused for now is tried again, for three days: a long weekend.
BACKOFF_MINUTES: Final = (1, 5, 30, 120, 240, 480, 960, 1440, 1440)
#: Who takes a message has it for so long; a worker of another machine that dies in between gives it back by this.
CLAIM_MINUTES: Final = 10
#: A server that refuses this often in a row is down: the rest of its channel waits for the next run.
FAILURES_IN_A_ROW: Final = 3
#: What went out, or was not wanted any more, is kept for so many days.
KEPT_DAYS: Final = 180
#: So many are sent again by one press.
MOST_AGAIN: Final = 500

#: The kind of notice by which 管理员 are told of a message that was given up.
UNDELIVERED: Final = "undelivered"
_OF_ROBOT: Final = {Answer.GONE: Trouble.GONE, Answer.SECURED: Trouble.SECURED, Answer.UNSURE: Trouble.UNSURE}
#: What opens an account stands in no table longer than until it is out, and is not sent again.
SECRET_KINDS: Final = frozenset({PASSWORD_LINK})


@dataclass
class _Run:
    """What one run of `send_outbox` needs for all its messages."""

    mail: BaseEmailBackend = field(default_factory=get_connection)
    openings: dict[int | None, Openings] = field(default_factory=dict)
    failures: int = 0

    def next_opening(self, school_id: int | None) -> datetime.datetime:
        """When the school lets a message out that waits now."""
        at = now()
        if school_id not in self.openings:
            self.openings[school_id] = Openings(school_id, at)
        return self.openings[school_id].next(at)


def send_outbox(*, limit: int = 100) -> int:
    """Send what is due, the oldest first, at most `limit` of a channel; returns how many went out.

    A message is claimed by a conditional UPDATE, so two workers never send one. Where a worker died while the server
    was answering, it may be out already: it is given up rather than sent twice, and the admins are told. Outside of a
    school's hours its messages wait. A message that this house itself cannot handle holds up no other, and a channel
    that is down no other channel: SomeFailed comes at the end.
    """
    _end_claims_of_the_dead()
    run = _Run()
    try:
        return for_each("notices.send_outbox", _due(run, limit), lambda message: _take(message, run))
    finally:
        run.mail.close()


def _due(run: _Run, limit: int) -> Iterator[OutboxMessage]:
    rows = OutboxMessage.objects.select_related("notice__recipient", "notice__school", "robot__school")
    for channel in Channel:
        run.failures = 0
        for message in rows.defer("robot__address").due(now()).filter(channel=channel)[:limit]:
            if run.failures >= FAILURES_IN_A_ROW:
                break
            yield message


def _take(message: OutboxMessage, run: _Run) -> bool:
    """Whether this run has sent it."""
    if not message.at_once and message.handed_over_at is None:
        opens = run.next_opening(message.school_id)
        if opens > now():
            _still(message).update(next_try_at=opens)
            return False
    if not _claim(message):
        return False
    state = _send(message, run)
    if state == OutboxState.SENT:
        run.failures = 0
    elif state == OutboxState.WAITING:
        run.failures += 1
    return state == OutboxState.SENT


def _claim(message: OutboxMessage) -> bool:
    until = now() + datetime.timedelta(minutes=CLAIM_MINUTES)
    return bool(_still(message).update(next_try_at=until, attempts=F("attempts") + 1, claimed_by=this_process()))


def _end_claims_of_the_dead() -> None:
    """What a process of this machine had taken before it was killed is due now: a link to a new password would wait
    for as long as a claim lasts.
    """
    claims = OutboxMessage.objects.filter(state=OutboxState.WAITING, next_try_at__gt=now()).exclude(claimed_by="")
    gone = list(filter(is_gone, claims.order_by().values_list("claimed_by", flat=True).distinct()))
    if gone:
        claims.filter(claimed_by__in=gone).update(next_try_at=now(), claimed_by="")


def _still(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """The message, while nobody else has taken it."""
    return OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.WAITING, next_try_at=message.next_try_at)


def _send(message: OutboxMessage, run: _Run) -> OutboxState:
    """Send one claimed message and write what became of it. The log names no address."""
    if message.handed_over_at is not None:
        return _give_up(message, Trouble.UNSURE)
    if not _is_wanted(message):
        _own(message).update(state=OutboxState.DROPPED, body=_kept_body(message))
        return OutboxState.DROPPED
    try:
        trouble = _speak(message) if message.robot is not None else _mail(message, run.mail)
    except Exception as error:  # a server can fail in many ways; each but a final no means: later
        logger.warning("outbox message %s failed at attempt %s: %s", message.pk, message.attempts + 1, _what(error))
        # A connection that failed once is opened afresh for the next message.
        run.mail.close()
        return _later(message)
    if trouble is not None:
        return _give_up(message, trouble)
    _own(message).update(state=OutboxState.SENT, sent_at=now(), body=_kept_body(message))
    return OutboxState.SENT


class _NotNow(Exception):
    """A robot's service said: later."""


def _what(error: Exception) -> str:
    return type(error).__name__


def _is_wanted(message: OutboxMessage) -> bool:
    if message.robot is not None:
        robot = message.robot
        return robot.removed_at is None and (message.at_once or (robot.is_on and not robot.trouble))
    recipient = message.notice.recipient if message.notice is not None else None
    return recipient is not None and recipient.is_active and (recipient.mails_on or message.at_once)


def _hand_over(message: OutboxMessage) -> None:
    _own(message).update(handed_over_at=now())


def _mail(message: OutboxMessage, connection: BaseEmailBackend) -> Trouble | None:
    # Before the hand-over: whoever cannot get in has handed over nothing.
    connection.open()
    mail = EmailMessage(
        message.subject,
        message.body,
        settings.DEFAULT_FROM_EMAIL,
        [message.to_address],
        headers={"Message-ID": f"<notice-{message.notice_id}-{message.channel}@{_domain()}>"},
        connection=connection,
    )
    _hand_over(message)
    try:
        mail.send()
    except Unanswered:
        connection.close()
        return Trouble.UNSURE
    except (SMTPRecipientsRefused, SMTPDataError) as error:
        if not _is_final(error):
            raise
        connection.close()
        return Trouble.REFUSED
    return None


def _is_final(error: SMTPRecipientsRefused | SMTPDataError) -> bool:
    """Whether trying again is no use: the address or the message was refused for good (5xx, RFC 5321 4.2.1).

    A sender or a password that the server refuses is the house's own to mend, and the message waits for that.
    """
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return bool(codes) and all(code >= 500 for code in codes)
    return error.smtp_code >= 500


def _speak(message: OutboxMessage) -> Trouble | None:
    from notices.door import say

    robot = message.robot
    try:
        address = kept_address(robot.address if robot is not None else "")
    except (SealBroken, ValueError):
        return Trouble.SEALED
    _hand_over(message)
    answer = say(address, message.body)
    if answer == Answer.AGAIN:
        raise _NotNow
    if answer == Answer.SAID and robot is not None and robot.trouble:
        Robot.objects.filter(pk=robot.pk).update(trouble="")
    return _OF_ROBOT.get(answer)


def _later(message: OutboxMessage) -> OutboxState:
    attempt = message.attempts + 1
    if attempt > len(BACKOFF_MINUTES):
        return _give_up(message, Trouble.TOO_LONG)
    pause = datetime.timedelta(minutes=BACKOFF_MINUTES[attempt - 1])
    _own(message).update(next_try_at=now() + pause, handed_over_at=None, claimed_by="")
    return OutboxState.WAITING


@transaction.atomic
def _give_up(message: OutboxMessage, trouble: Trouble) -> OutboxState:
    """Write that the message goes nowhere by itself, and tell the school's admins what to do, once for each cause."""
    _own(message).update(state=OutboxState.FAILED, trouble=trouble, body=_kept_body(message))
    robot, notice = message.robot, message.notice
    day = today().isoformat()
    if robot is not None:
        title, key = f"群机器人“{robot.name}”的消息没有送达", f"{trouble}:{day}"
        if trouble in (Trouble.GONE, Trouble.SECURED, Trouble.SEALED):
            # It says nothing more until somebody has looked after it, so this is told once.
            Robot.objects.filter(pk=robot.pk).update(trouble=trouble)
            key = f"{trouble}:{message.pk}"
        key, link = f"robot:{robot.pk}:{key}", reverse("channels:list")
    elif notice is not None and trouble == Trouble.REFUSED:
        title, key = (
            f"给{notice.recipient.name}的提醒邮件没有送达",
            f"{notice.recipient_id}:{_mark(message.to_address)}",
        )
        link = reverse("sending:messages")
    else:
        title, key, link = "有提醒邮件没有送达", f"{trouble}:{day}", reverse("sending:messages")
    # Nobody is told by mail that such a mail failed.
    if message.school is not None and (notice is None or notice.kind != UNDELIVERED):
        admins = users_with_role(message.school.pk, Role.SCHOOL_ADMIN, on=today())
        words = WHAT_TO_DO[trouble]
        told = [NoticeFor(admin, title, f"{UNDELIVERED}:{key}", words, link) for admin in admins]
        send_notices(school=message.school, kind=UNDELIVERED, wanted=told)
    return OutboxState.FAILED


@transaction.atomic
def send_again(*, actor: Actor, keys: Collection[int]) -> int:
    """Send messages that were given up once more, to the address that their person has now; how many wait again.

    Left as they are: those of people without an address or who want no mail, of robots that are off, of links that are
    over by now, and whatever is not given up any more. Raises DomainError `not_allowed`, `too_many`, `nothing_again`.
    """
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以再发一次。")
    if len(keys) > MOST_AGAIN:
        raise DomainError("too_many", f"一次最多再发 {MOST_AGAIN} 条，请分几次。")
    rows = (
        OutboxMessage.objects.visible_to(actor)
        .filter(pk__in=keys, state=OutboxState.FAILED)
        .exclude(notice__kind__in=SECRET_KINDS)
        .filter(
            Q(robot__is_on=True, robot__removed_at=None)
            | (Q(notice__recipient__is_active=True, notice__recipient__mails_on=True) & ~Q(notice__recipient__email=""))
        )
        .select_related("notice__recipient")
        .select_for_update(of=("self",))
    )
    again = list(rows)
    for message in again:
        message.state, message.trouble, message.attempts = OutboxState.WAITING, "", 0
        message.handed_over_at, message.next_try_at = None, now()
        if message.notice is not None:
            message.to_address = message.notice.recipient.email
    if not again:
        raise DomainError(
            "nothing_again", "选中的消息现在都不能再发：本人没有邮箱或不收邮件，机器人没有启用，或者链接已经过期。"
        )
    columns = ["state", "trouble", "attempts", "handed_over_at", "next_try_at", "to_address"]
    OutboxMessage.objects.bulk_update(again, columns, batch_size=100)
    robots = {message.robot_id for message in again if message.robot_id is not None}
    Robot.objects.filter(pk__in=robots).update(trouble="")
    audit(actor=actor, verb="send_again", detail={"count": len(again)})
    return len(again)


def hold_waiting() -> int:
    """After a restore: what waited when the backup was made may be out since; returns how much that is.

    The next run gives it up as not sure, tells 管理员, and leaves it to them to send it again.
    """
    return OutboxMessage.objects.filter(state=OutboxState.WAITING, handed_over_at=None).update(handed_over_at=now())


def forget_messages() -> int:
    """Forget what went out, was dropped or given up `KEPT_DAYS` ago; how many. What waits stays."""
    before = now() - datetime.timedelta(days=KEPT_DAYS)
    done = OutboxMessage.objects.exclude(state=OutboxState.WAITING).filter(created_at__lt=before)
    return done.delete()[0]


def _own(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=message.pk)


def _kept_body(message: OutboxMessage) -> str:
    return "" if message.notice is not None and message.notice.kind in SECRET_KINDS else message.body


def _mark(address: str) -> str:
    return sha256(address.lower().encode()).hexdigest()[:16]


def _domain() -> str:
    sender: str = settings.DEFAULT_FROM_EMAIL
    return sender.rsplit("@", 1)[-1].strip("> ")
