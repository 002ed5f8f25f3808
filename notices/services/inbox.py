"""The only writer of notices 站内信, and of the mails that go with them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import email_link
from core.clock import now
from core.ownpaths import own_path
from notices.enums import Channel
from notices.models import Notice, OutboxMessage
from schools.models import School

MAIL_SUBJECT = "【全员导师制】您有 {count} 条待办"
MAIL_BODY = "您好：\n\n您有 {count} 条待办，请登录后查看：\n{url}\n{proof}\n本邮件由系统自动发送，请勿回复。\n"
MAIL_PROOF = "\n还没有确认这是您的邮箱。请打开下面的链接，登录后点“确认”，以后忘记密码时也能用它：\n{url}\n"


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
    """Put notices into the inboxes, and e-mails into the outbox for those who gave an address and want them.

    Returns the notices.

    All are saved together, in the caller's transaction if there is one, in a number of queries that does not grow with
    them up to some hundred. An e-mail says "您有 `count` 条待办" and links to the notice; title and body stay in the
    house. `link` is a path of this site. Left out is who has a notice with this `dedup_key` already, or no longer an
    account in use. Raises ValueError for a foreign link or a person of another school.
    """
    once: dict[tuple[int, str], NoticeFor] = {}
    for one in wanted:
        if one.link and not own_path(one.link):
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
            # What somebody has just asked for on a page comes at once, to whoever wants no reminders, too.
            at_once=one.mail is not None,
            to_address=one.recipient.email,
            subject=_mail(notice, one)[0],
            body=_mail(notice, one)[1],
            next_try_at=now(),
        )
        for notice, one in zip(notices, fresh.values(), strict=True)
        if one.recipient.email and (one.recipient.mails_on or one.mail is not None)
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
