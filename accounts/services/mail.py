"""The only writer of e-mail addresses, and of what is sent to prove one or to choose another password."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind
from accounts.models import User
from accounts.rules import check_keeps_accounts, email_link, mark_of_email, powerful
from accounts.services.accounts import set_chosen_password
from accounts.services.audit import audit
from accounts.signals import MailWanted, PowerChange, mail_wanted, power_changed
from core.clock import now, today
from core.errors import DomainError
from core.journal import note_changing
from core.text import typed_key
from schools.models import School

#: The kind of notice whose mail holds a link that opens an account; `notices` forgets the text once it is out.
PASSWORD_LINK = "password_link"  # noqa: S105  # a kind of notice

_CONFIRM = (
    "您好：\n\n请打开下面的链接，登录后点“确认”，以后就能用这个邮箱收提醒、找回密码：\n{url}\n\n"
    "如果不是您填写的，不用理会。\n"
)
_RESET = (
    "您好：\n\n请在 1 小时内打开下面的链接，设一个新的密码：\n{url}\n\n如果不是您申请的，不用理会，原来的密码不变。\n"
)
_links = PasswordResetTokenGenerator()


@transaction.atomic
def set_own_email(*, actor: Actor, user: User, email: str, mails_on: bool | None = None) -> bool:
    """The address that a person gives for themselves; empty takes it away. Whether a mail was sent that proves it.

    An address that stays as it is and is not proved yet gets the mail again, once a day. `mails_on` says whether
    reminders go there, too; without, that stays.
    Raises DomainError `not_yours`.
    """
    if actor.user_id != user.pk:
        raise DomainError("not_yours", "只能改自己的邮箱。")
    email = email.strip()
    if mails_on is not None and mails_on != user.mails_on:
        user.mails_on = mails_on
        user.save(update_fields=["mails_on"])
        audit(actor=actor, verb="set_mails_on", target=user, kind=AuditKind.ACCOUNT, detail={"on": mails_on})
    if email.lower() != user.email.lower():
        user.email, user.email_verified_at = email, None
        user.save(update_fields=["email", "email_verified_at"])
        audit(actor=actor, verb="set_email", target=user, kind=AuditKind.ACCOUNT)
    if not email or user.email_verified_at is not None:
        return False
    url = email_link(user)
    key = f"email:{today().isoformat()}:{mark_of_email(user)}"
    body = "确认信已发到您填写的邮箱。请打开信里的链接，点“确认”。"
    text = _CONFIRM.format(url=url)
    mail = MailWanted(user, "请确认邮箱", body, key, "【全员导师制】请确认邮箱", text, "email")
    mail_wanted.send(sender=User, mail=mail)
    return True


@transaction.atomic
def verify_email(*, actor: Actor, user: User) -> None:
    """The person opened the link in the mail. Raises DomainError `not_yours`."""
    if actor.user_id != user.pk:
        raise DomainError("not_yours", "只能确认自己的邮箱。")
    if user.email and user.email_verified_at is None:
        user.email_verified_at = now()
        user.save(update_fields=["email_verified_at"])
        audit(actor=actor, verb="verify_email", target=user, kind=AuditKind.ACCOUNT)


@transaction.atomic
def set_emails(*, actor: Actor, school: School, emails: dict[int, str]) -> None:
    """The addresses that a roster gives, by account; one that its person has proved stays.

    Raises DomainError `other_school`, `not_allowed`.
    """
    check_keeps_accounts(actor, school.pk)
    users = list(User.objects.filter(pk__in=emails, school=school, email_verified_at=None))
    for user in users:
        user.email = emails[user.pk]
    if users:
        note_changing(User, [user.pk for user in users])
        User.objects.bulk_update(users, ["email"], batch_size=500)
        audit(actor=actor, verb="set_emails", target=school, kind=AuditKind.ACCOUNT, detail={"count": len(users)})


@transaction.atomic
def send_password_link(*, username: str, email: str) -> None:
    """Mail a link to the account of this name, if `email` is its proved address; else nothing. Who asks learns neither.

    The link holds for `PASSWORD_RESET_TIMEOUT`, once. The person finds a notice of it in the house, too.
    """
    user = User.objects.filter(username=typed_key(username), is_active=True).exclude(email_verified_at=None).first()
    if user is None or not user.email or user.email.lower() != email.strip().lower():
        return
    url = settings.SITE_URL + reverse("accounts:password_link", args=[user.pk, _links.make_token(user)])
    body = "链接已发到您确认过的邮箱，1 小时内有效。如果不是您申请的，不用理会，原来的密码不变。"
    actor = system_actor(school_id=user.school_id, today=today(), name=user.name)
    entry = audit(actor=actor, verb="send_password_link", target=user, kind=AuditKind.ACCOUNT)
    subject, text = "【全员导师制】重设密码", _RESET.format(url=url)
    title, key = "有人用您的账号申请了重设密码", f"{PASSWORD_LINK}:{entry.pk}"
    mail_wanted.send(sender=User, mail=MailWanted(user, title, body, key, subject, text, PASSWORD_LINK))


def user_of_link(pk: int, token: str) -> User | None:
    """Whose password may be chosen by the link; None where it is over, used or none."""
    user = User.objects.select_related("school").filter(pk=pk, is_active=True).first()
    return user if user is not None and _links.check_token(user, token) else None


@transaction.atomic
def use_password_link(*, pk: int, token: str, password: str) -> User:
    """The person of a link chose `password`; they are told, and so are those who watch over accounts with power.

    Raises DomainError `link_over`.
    """
    User.objects.select_for_update().filter(pk=pk).first()
    user = user_of_link(pk, token)
    if user is None:
        raise DomainError("link_over", "这个链接已经用过或过期了，请重新申请。")
    set_chosen_password(user, password)
    actor = system_actor(school_id=user.school_id, today=today(), name=user.name)
    entry = audit(actor=actor, verb="use_password_link", target=user, kind=AuditKind.ACCOUNT)
    if user.school is not None:
        title = f"{user.name}用邮件重设了密码"
        body = "如果不是本人，请尽快找管理员问清楚。"
        watched = bool(powerful([user], actor=actor))
        change = PowerChange(actor, user, user.school, title, body, f"link:{entry.pk}", watched=watched)
        power_changed.send(sender=User, changes=[change])
    return user
