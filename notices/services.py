"""The only writers of notices and of the outbox."""

import datetime
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.queries import users_with_role
from accounts.rules import email_link
from accounts.services.mail import PASSWORD_LINK
from core.clock import now, today
from core.nightly import for_each
from notices.enums import Channel, OutboxState
from notices.models import Notice, OutboxMessage
from schools.models import School

logger = logging.getLogger(__name__)

# After so many minutes a failed message is tried again, for three days: a long weekend. Then it is given up.
BACKOFF_MINUTES = (1, 5, 30, 120, 240, 480, 960, 1440, 1440)
# Who takes a message has it for so long; a worker that dies in between gives it back by this.
CLAIM_MINUTES = 10
# A mail server that refuses this often in a row is down: the rest waits for the next run.
FAILURES_IN_A_ROW = 3

# What admins are told of a message that was given up, and what to do.
UNDELIVERED = "undelivered"
REFUSED = "对方邮箱退回了邮件，地址可能写错或已停用。请向本人核对邮箱；站内信里看得到同样的提醒。"
TOO_LONG = "邮件服务器三天都没有收下邮件。请检查邮件服务器的设置；站内信里看得到同样的提醒。"
UNSURE = "邮件正在发出时程序中断，不能确定对方是否收到。为免重复没有再发；站内信里看得到同样的提醒。"

MAIL_SUBJECT = "【全员导师制】您有 {count} 条待办"
MAIL_BODY = "您好：\n\n您有 {count} 条待办，请登录后查看：\n{url}\n{proof}\n本邮件由系统自动发送，请勿回复。\n"
MAIL_PROOF = "\n还没有确认这是您的邮箱。请打开下面的链接，登录后点“确认”，以后忘记密码时也能用它：\n{url}\n"
#: What opens an account stands in no table longer than until it is out.
SECRET_KINDS = frozenset({PASSWORD_LINK})


@dataclass(frozen=True, slots=True)
class NoticeFor:
    """A notice for one person: what `send_notice` takes, for many at once."""

    recipient: User
    title: str
    dedup_key: str
    body: str = ""
    link: str = ""
    count: int = 1
    # Subject and text of its e-mail, where it is not the usual one.
    mail: tuple[str, str] | None = None


def send_notice(
    *,
    recipient: User,
    school: School | None,
    kind: str,
    title: str,
    body: str = "",
    link: str = "",
    dedup_key: str,
    count: int = 1,
) -> Notice | None:
    """Put a notice into `recipient`'s inbox; None when it was not sent. See `send_notices`."""
    wanted = NoticeFor(recipient, title, dedup_key, body, link, count)
    return next(iter(send_notices(school=school, kind=kind, wanted=[wanted])), None)


def send_notices(*, school: School | None, kind: str, wanted: Iterable[NoticeFor]) -> list[Notice]:
    """Put notices into the inboxes and, for those who gave an address, e-mails into the outbox; those that were sent.

    All are saved together, in the caller's transaction if there is one, in a number of queries that does not grow with
    them up to some hundred. An e-mail says "您有 `count` 条待办" and links to the notice; title and body stay in the
    house. `link` is a path of this site. Left out is who has a notice with this `dedup_key` already, or no longer an
    account in use. Raises ValueError for a foreign link or a person of another school.
    """
    once: dict[tuple[int, str], NoticeFor] = {}
    for one in wanted:
        if one.link and not (
            one.link.startswith("/") and url_has_allowed_host_and_scheme(one.link, allowed_hosts=None)
        ):
            raise ValueError("a notice links to a path of this site")
        if school is not None and one.recipient.school_id is not None and one.recipient.school_id != school.pk:
            raise ValueError("a notice stays in the recipient's school")
        if one.recipient.is_active:
            once.setdefault((one.recipient.pk, one.dedup_key), one)
    if not once:
        return []
    try:
        return _write(school, kind, once)
    except IntegrityError:
        # Another process told one of them in between: it is known now.
        return _write(school, kind, once)


@transaction.atomic
def _write(school: School | None, kind: str, once: dict[tuple[int, str], NoticeFor]) -> list[Notice]:
    people, keys = {pk for pk, _ in once}, {key for _, key in once}
    told = Notice.objects.filter(recipient__in=people, dedup_key__in=keys).values_list("recipient_id", "dedup_key")
    known = set(told)
    fresh = {place: one for place, one in once.items() if place not in known}
    notices = Notice.objects.bulk_create(
        Notice(
            recipient=one.recipient,
            school=school,
            kind=kind,
            title=one.title[:100],
            body=one.body,
            link=one.link,
            dedup_key=one.dedup_key,
        )
        for one in fresh.values()
    )
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            notice=notice,
            school=school,
            channel=Channel.EMAIL,
            to_address=one.recipient.email,
            subject=_mail(notice, one)[0],
            body=_mail(notice, one)[1],
            next_try_at=now(),
        )
        for notice, one in zip(notices, fresh.values(), strict=True)
        if one.recipient.email
    )
    return notices


def _mail(notice: Notice, one: NoticeFor) -> tuple[str, str]:
    """Subject and text. An address that somebody else gave (a roster) counts, and is proved by a link in each mail."""
    if one.mail is not None:
        return one.mail
    url = settings.SITE_URL + reverse("notices:open", args=[notice.pk])
    proof = "" if one.recipient.email_verified_at else MAIL_PROOF.format(url=email_link(one.recipient))
    return MAIL_SUBJECT.format(count=one.count), MAIL_BODY.format(count=one.count, url=url, proof=proof)


def mark_read(*, actor: Actor, notice: Notice) -> None:
    """Note that the recipient opened it; the first time counts. Others' notices are left as they are."""
    if notice.recipient_id == actor.user_id:
        Notice.objects.filter(pk=notice.pk).unread().update(read_at=now())


def mark_all_read(*, actor: Actor) -> int:
    """Note that the actor has read everything in this scope; returns how many were new."""
    return Notice.objects.visible_to(actor).unread().update(read_at=now())


def mark_link_read(*, actor: Actor, link: str) -> int:
    """Note that the actor has read what leads to `link`: the page itself was opened; returns how many were new."""
    return Notice.objects.visible_to(actor).unread().filter(link=link).update(read_at=now())


def send_outbox(*, limit: int = 100) -> int:
    """Send what is due, the oldest first; returns how many went out.

    A message is claimed by a conditional UPDATE, so two workers never send one. Where a worker died while the mail
    server was answering, it may be out already: it is given up rather than sent twice, and the admins are told.
    A message that this house itself cannot handle holds up no other: SomeFailed comes at the end.
    """
    due = OutboxMessage.objects.due(now()).select_related("notice__recipient", "notice__school")
    connection = get_connection()
    failures = 0

    def send(message: OutboxMessage) -> bool:
        nonlocal failures
        state = _send(message, connection) if _claim(message) else None
        if state == OutboxState.SENT:
            failures = 0
        elif state == OutboxState.WAITING:
            failures += 1
        return state == OutboxState.SENT

    try:
        return for_each("notices.send_outbox", takewhile(lambda _: failures < FAILURES_IN_A_ROW, due[:limit]), send)
    finally:
        connection.close()


def _claim(message: OutboxMessage) -> bool:
    return bool(
        OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.WAITING, next_try_at=message.next_try_at).update(
            next_try_at=now() + datetime.timedelta(minutes=CLAIM_MINUTES),
            attempts=F("attempts") + 1,
        )
    )


def _send(message: OutboxMessage, connection: BaseEmailBackend) -> OutboxState:
    """Send one claimed message and write what became of it. The log names no address."""
    own = OutboxMessage.objects.filter(pk=message.pk)
    if message.notice is None or not message.notice.recipient.is_active:
        own.update(state=OutboxState.DROPPED)
        return OutboxState.DROPPED
    if message.handed_over_at is not None:
        return _give_up(message, UNSURE)
    mail = EmailMessage(
        message.subject,
        message.body,
        settings.DEFAULT_FROM_EMAIL,
        [message.to_address],
        headers={"Message-ID": f"<notice-{message.notice_id}-{message.channel}@{_domain()}>"},
        connection=connection,
    )
    own.update(handed_over_at=now())
    try:
        mail.send()
    except Exception as error:  # a server can fail in many ways; each but a final no means: later
        attempt = message.attempts + 1
        logger.warning("outbox message %s failed at attempt %s: %s", message.pk, attempt, type(error).__name__)
        # A connection that failed once is opened afresh for the next message.
        connection.close()
        if _is_final(error):
            return _give_up(message, REFUSED)
        if attempt > len(BACKOFF_MINUTES):
            return _give_up(message, TOO_LONG)
        pause = datetime.timedelta(minutes=BACKOFF_MINUTES[attempt - 1])
        own.update(next_try_at=now() + pause, handed_over_at=None)
        return OutboxState.WAITING
    own.update(state=OutboxState.SENT, sent_at=now(), body=_kept_body(message))
    return OutboxState.SENT


def _is_final(error: Exception) -> bool:
    """Whether trying again is no use: the address or the message was refused for good (5xx, RFC 5321 4.2.1).

    A sender or a password that the server refuses is the house's own to mend, and the message waits for that.
    """
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return bool(codes) and all(code >= 500 for code in codes)
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500


@transaction.atomic
def _give_up(message: OutboxMessage, why: str) -> OutboxState:
    """Write that the message goes nowhere, and tell the school's admins what to do, once a person and day."""
    OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxState.FAILED, body=_kept_body(message))
    notice = message.notice
    # Nobody is told by mail that such a mail failed.
    if notice is not None and notice.kind != UNDELIVERED and notice.school is not None:
        day = today()
        key = f"{UNDELIVERED}:{notice.recipient_id}:{day.isoformat()}"
        title = f"给{notice.recipient.name}的提醒邮件没有送达"
        admins = users_with_role(notice.school.pk, Role.SCHOOL_ADMIN, on=day)
        send_notices(
            school=notice.school, kind=UNDELIVERED, wanted=[NoticeFor(admin, title, key, why) for admin in admins]
        )
    return OutboxState.FAILED


def _kept_body(message: OutboxMessage) -> str:
    return "" if message.notice is not None and message.notice.kind in SECRET_KINDS else message.body


def _domain() -> str:
    sender: str = settings.DEFAULT_FROM_EMAIL
    return sender.rsplit("@", 1)[-1].strip("> ")
