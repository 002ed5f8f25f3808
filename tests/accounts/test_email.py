"""E-mail addresses: given by rosters or by oneself, proved by a link, and how who forgot the password comes back in."""

import datetime
import re
from unittest import mock

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import DoorKind
from accounts.models import AccountSlip, DoorTry, User
from accounts.rules import email_link
from accounts.services import issue_account_slips, set_emails, set_own_email, verify_email
from notices.models import Notice, OutboxMessage
from notices.services import send_notice, send_outbox
from tests.cast import SchoolCast

pytestmark = pytest.mark.django_db

NEW = "陶罐-星期五-晚霞"
FORGOTTEN = "/account/forgotten/"


@pytest.fixture
def proved(qingzhu: SchoolCast) -> User:
    """The mentor with a password and a proved address."""
    user = qingzhu.mentor
    user.set_password("窗台-松鼠-星期三")
    user.email, user.email_verified_at = "lin@mail.invalid", timezone.now()
    user.save()
    return user


def path_in(text: str, name: str) -> str:
    """The path of the link in a mail."""
    (found,) = re.findall(rf"https?://[^/\s]+(/account/{name}/\S+)", text)
    return str(found)


def ask(username: str, email: str, client: Client | None = None) -> tuple[int, str]:
    answer = (client or Client()).post(FORGOTTEN, {"username": username, "email": email})
    return answer.status_code, re.sub(r'value="[^"]{20,}"|nonce="[^"]+"', "", answer.content.decode())


# --- One's own address ------------------------------------------------------------------------------------------------
def test_an_address_is_proved_by_the_link_in_the_mail(qingzhu: SchoolCast) -> None:
    client = Client()
    client.force_login(qingzhu.mentor)
    client.post(reverse("accounts:me"), {"email": "lin@mail.invalid"})
    message = OutboxMessage.objects.get()
    assert (message.to_address, "林小满" in message.body) == ("lin@mail.invalid", False)
    link = path_in(message.body, "email")
    # A scanner of mails opens each link: looking proves nothing.
    assert client.get(link).status_code == 200
    assert User.objects.get(pk=qingzhu.mentor.pk).email_verified_at is None
    client.post(link)
    assert User.objects.get(pk=qingzhu.mentor.pk).email_verified_at is not None


def test_the_link_is_worth_nothing_to_anybody_else_nor_after_a_change(qingzhu: SchoolCast) -> None:
    link = email_link(qingzhu.mentor).partition("//")[2].partition("/")[2]
    client = Client()
    assert client.post(f"/{link}")["Location"] == "/account/sign-in/?next=/"
    client.force_login(qingzhu.colleague)
    assert client.post(f"/{link}").status_code == 410
    client.force_login(qingzhu.mentor)
    set_own_email(actor=qingzhu.actor(qingzhu.mentor), user=qingzhu.mentor, email="other@mail.invalid")
    assert client.post(f"/{link}").status_code == 410


def test_another_address_is_not_proved_yet(qingzhu: SchoolCast, proved: User) -> None:
    set_own_email(actor=qingzhu.actor(proved), user=proved, email="new@mail.invalid")
    assert (proved.email, proved.email_verified_at) == ("new@mail.invalid", None)


def test_a_roster_changes_no_proved_address(qingzhu: SchoolCast, proved: User) -> None:
    """Whoever imports rosters could have sent the way back in to an address of their own."""
    emails = {proved.pk: "a@mail.invalid", qingzhu.colleague.pk: "b@mail.invalid"}
    set_emails(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, emails=emails)
    addresses = User.objects.filter(pk__in=emails).order_by("pk").values_list("email", flat=True)
    assert list(addresses) == ["lin@mail.invalid", "b@mail.invalid"]


def test_reminders_leave_for_an_address_that_is_not_proved_and_carry_its_proof(qingzhu: SchoolCast) -> None:
    """117 accounts had no address on any page, and no reminder left the house."""
    send_notice(recipient=qingzhu.mentor, school=qingzhu.school, kind="x", title="t", dedup_key="1")
    assert "/account/email/" in OutboxMessage.objects.get().body
    verify_email(actor=qingzhu.actor(qingzhu.mentor), user=qingzhu.mentor)
    send_notice(recipient=qingzhu.mentor, school=qingzhu.school, kind="x", title="t", dedup_key="2")
    assert "/account/email/" not in OutboxMessage.objects.latest("pk").body


def test_the_first_sign_in_takes_an_address(qingzhu: SchoolCast) -> None:
    (slip,) = issue_account_slips(actor=qingzhu.actor(qingzhu.admin), users=[qingzhu.mentor])
    phone = Client()
    phone.post(reverse("accounts:first_slip", args=[slip.key]), {"code": slip.code})
    body = {"new": NEW, "again": NEW, "email": "lin@mail.invalid"}
    assert phone.post(reverse("accounts:own_password"), body)["Location"] == "/"
    assert User.objects.get(pk=qingzhu.mentor.pk).email == "lin@mail.invalid"
    assert OutboxMessage.objects.get().to_address == "lin@mail.invalid"


# --- Forgotten --------------------------------------------------------------------------------------------------------
def test_a_forgotten_password_is_chosen_anew_by_mail(qingzhu: SchoolCast, proved: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(proved)
    (slip,) = issue_account_slips(actor=qingzhu.system, users=[proved])
    ask(" QINGZHU-mentor", "Lin@mail.invalid")
    message = OutboxMessage.objects.get()
    link = path_in(message.body, "forgotten")
    assert (message.to_address, "林小满" in message.body) == ("lin@mail.invalid", False)
    send_outbox()
    assert (len(mail.outbox), OutboxMessage.objects.get().body) == (1, "")
    phone = Client()
    assert phone.get(link)["Location"] == reverse("accounts:own_password")
    assert phone.post(reverse("accounts:own_password"), {"new": NEW, "again": NEW})["Location"] == "/"
    assert User.objects.get(pk=proved.pk).check_password(NEW)
    # Other devices are out, the link and the paper are dead, and the person is told.
    assert elsewhere.get("/my/").status_code == 302
    assert Client().get(link).status_code == 410
    assert AccountSlip.objects.get(key=slip.key).ended_at is not None
    told = Notice.objects.filter(recipient=proved).order_by("pk").values_list("title", flat=True)
    assert list(told) == ["有人用您的账号申请了重设密码", "林小满用邮件重设了密码"]


def test_the_link_is_over_after_an_hour(proved: User) -> None:
    ask("qingzhu-mentor", "lin@mail.invalid")
    link = path_in(OutboxMessage.objects.get().body, "forgotten")
    later = datetime.datetime.now() + datetime.timedelta(hours=1, seconds=5)  # as the generator reckons
    with mock.patch("django.contrib.auth.tokens.PasswordResetTokenGenerator._now", return_value=later):
        assert Client().get(link).status_code == 410


def test_the_answer_is_the_same_whoever_asks_for_whatever(qingzhu: SchoolCast, proved: User) -> None:
    asked = [
        ("qingzhu-mentor", "lin@mail.invalid"),
        ("qingzhu-mentor", "wrong@mail.invalid"),
        # Given by a roster, proved by nobody.
        ("qingzhu-colleague", qingzhu.colleague.email),
        ("nobody", "nobody@mail.invalid"),
    ]
    assert len({ask(*one) for one in asked}) == 1
    assert [message.to_address for message in OutboxMessage.objects.all()] == ["lin@mail.invalid"]


def test_asking_is_counted_right_or_wrong(proved: User) -> None:
    client = Client()
    answers = [ask("qingzhu-mentor", "lin@mail.invalid", client)[0] for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert (OutboxMessage.objects.count(), DoorTry.objects.filter(door=DoorKind.FORGOTTEN).count()) == (5, 5)


def test_a_closed_account_gets_no_link(proved: User) -> None:
    User.objects.update(is_active=False)
    ask("qingzhu-mentor", "lin@mail.invalid")
    assert OutboxMessage.objects.count() == 0
