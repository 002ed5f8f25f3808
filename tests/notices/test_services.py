"""Notices go once, and mail tells no more than how many things wait."""

import datetime
import threading
from collections.abc import Callable
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from core.clock import now
from core.processes import this_process
from notices.enums import WHAT_TO_DO, OutboxState, Trouble
from notices.models import Notice, OutboxMessage
from notices.services import NoticeFor, inbox, mark_all_read, mark_read, send_notice, send_notices, send_outbox
from notices.services.outbox import BACKOFF_MINUTES, FAILURES_IN_A_ROW, _claim
from tests.notices.conftest import People, actor_of, person, remind


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | None], None]:
    """Make every mail fail with the given error, or go out again."""
    real = EmailMessage.send

    def set_error(error: Exception | None) -> None:
        def send(self: EmailMessage, fail_silently: bool = False) -> int:
            if error is not None:
                raise error
            return real(self, fail_silently)

        monkeypatch.setattr(EmailMessage, "send", send)

    return set_error


def make_due() -> None:
    OutboxMessage.objects.filter(state=OutboxState.WAITING).update(next_try_at=now())


def test_a_notice_goes_into_the_inbox_and_the_outbox_once(people: People) -> None:
    assert remind(people) is not None
    assert remind(people) is None
    assert remind(people, key="visit-2026-08-27") is not None
    assert Notice.objects.count() == 2
    assert OutboxMessage.objects.count() == 2


@pytest.mark.parametrize("count", [1, 140])
def test_notices_to_many_take_the_queries_of_one(people: People, count: int) -> None:
    """Seen: 7 queries a mentor, inside the lock of a release."""
    users = [person(f"m{number}", people.school, f"m{number}@school.invalid") for number in range(count)]
    wanted = [NoticeFor(user, "寄语已发布", "letters:1") for user in users]
    with CaptureQueriesContext(connection) as asked:
        sent = send_notices(school=people.school, kind="letters", wanted=wanted)
    assert [notice.recipient for notice in sent] == users
    assert OutboxMessage.objects.filter(notice__in=sent).count() == count
    # A savepoint, who was told already, the inbox, the outbox; SQLite takes some hundred rows at a time.
    assert len(asked) == (5 if count == 1 or connection.vendor == "postgresql" else 8)
    assert send_notices(school=people.school, kind="letters", wanted=wanted) == []


def test_of_many_only_those_are_told_who_do_not_know_yet(people: People) -> None:
    remind(people)
    people.colleague.is_active = False
    wanted = [NoticeFor(u, "提醒", "visit-2026-08-20") for u in (people.mentor, people.colleague, people.without_email)]
    sent = send_notices(school=people.school, kind="reminder", wanted=[*wanted, *wanted])
    assert [(notice.recipient, notice.messages.count()) for notice in sent] == [(people.without_email, 0)]


def test_whom_another_process_has_told_in_between_is_not_told_twice(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = inbox._write, []

    def other_first(*given: Any) -> list[Notice]:
        tries.append(1)
        if len(tries) == 1:
            real(*given)
            raise IntegrityError("notice_once")
        return real(*given)

    monkeypatch.setattr(inbox, "_write", other_first)
    assert send_notices(school=people.school, kind="x", wanted=[NoticeFor(people.mentor, "提醒", "x")]) == []
    assert (len(tries), Notice.objects.count()) == (2, 1)


def test_a_person_without_an_address_gets_the_notice_only(people: People) -> None:
    assert remind(people, people.without_email) is not None
    assert OutboxMessage.objects.count() == 0


def test_a_person_who_left_gets_nothing(people: People) -> None:
    User.objects.filter(pk=people.mentor.pk).update(is_active=False)
    people.mentor.refresh_from_db()
    assert remind(people) is None
    assert Notice.objects.count() == 0


def test_the_mail_says_how_many_and_where_and_nothing_else(people: People) -> None:
    people.mentor.email_verified_at = timezone.now()
    notice = remind(people)
    assert notice is not None
    assert send_outbox() == 1
    [message] = mail.outbox
    assert message.subject == "【全员导师制】您有 3 条待办"
    assert message.body == (
        "您好：\n\n您有 3 条待办，请登录后查看：\n"
        f"https://daoshi.invalid/inbox/{notice.pk}/\n\n本邮件由系统自动发送，请勿回复。\n"
    )
    assert (message.to, message.from_email) == (["mentor@school.invalid"], "mentorship@school.invalid")
    assert message.extra_headers == {"Message-ID": f"<notice-{notice.pk}-email@school.invalid>"}
    assert OutboxMessage.objects.get().state == OutboxState.SENT
    assert send_outbox() == 0
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("link", ["//evil.invalid/", "https://evil.invalid/", "/\\evil.invalid", "desk/"])
def test_a_notice_links_to_this_site_only(people: People, link: str) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        send_notice(recipient=people.mentor, school=people.school, kind="x", title="x", link=link, dedup_key="x")


def test_the_database_refuses_a_foreign_link_too(people: People) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(recipient=people.mentor, kind="x", title="x", dedup_key="x", link="//evil.invalid/")


def test_a_notice_stays_in_the_recipients_school(people: People) -> None:
    with pytest.raises(ValueError, match="recipient's school"):
        remind(people, people.stranger)


def test_a_failed_mail_is_tried_again_later_and_given_up_in_the_end(
    people: People, failing: Callable[[Exception | None], None], caplog: pytest.LogCaptureFixture
) -> None:
    remind(people)
    failing(SMTPServerDisconnected("mentor@school.invalid is busy"))
    waits = []
    for _ in range(len(BACKOFF_MINUTES)):
        assert send_outbox() == 0
        message = OutboxMessage.objects.get()
        waits.append(round((message.next_try_at - now()) / datetime.timedelta(minutes=1)))
        assert (send_outbox(), message.state) == (0, OutboxState.WAITING)
        make_due()
    assert waits == [1, 5, 30, 120, 240, 480, 960, 1440, 1440]
    assert datetime.timedelta(minutes=sum(waits)) > datetime.timedelta(days=3)
    send_outbox()
    assert OutboxMessage.objects.get().state == OutboxState.FAILED
    assert "mentor@school.invalid" not in caplog.text
    assert len(caplog.records) == 10


def test_a_mail_that_failed_once_goes_out_the_next_time(
    people: People, failing: Callable[[Exception | None], None]
) -> None:
    remind(people)
    failing(SMTPServerDisconnected())
    send_outbox()
    failing(None)
    make_due()
    assert send_outbox() == 1
    assert OutboxMessage.objects.get().attempts == 2


def test_a_refused_address_is_given_up_at_once(people: People, failing: Callable[[Exception | None], None]) -> None:
    remind(people)
    failing(SMTPRecipientsRefused({"mentor@school.invalid": (550, b"no such user")}))
    assert send_outbox() == 0
    assert OutboxMessage.objects.get().state == OutboxState.FAILED


TEMPORARY = [
    SMTPRecipientsRefused({"mentor@school.invalid": (451, b"try again")}),
    SMTPRecipientsRefused({"mentor@school.invalid": (450, b"greylisted"), "b@school.invalid": (550, b"no")}),
    SMTPRecipientsRefused({}),
    SMTPDataError(451, b"try again"),
    SMTPSenderRefused(550, b"who are you", "mentorship@school.invalid"),
    SMTPAuthenticationError(535, b"wrong"),
    ConnectionRefusedError(),
    TimeoutError(),
]


@pytest.mark.parametrize("error", TEMPORARY, ids=lambda error: f"{type(error).__name__}-{error}"[:50])
def test_what_is_refused_for_now_is_tried_again(
    people: People, failing: Callable[[Exception | None], None], error: Exception
) -> None:
    """A mail server that said 451 (try again) lost the message at the first try."""
    remind(people)
    failing(error)
    send_outbox()
    assert OutboxMessage.objects.get().state == OutboxState.WAITING
    failing(None)
    make_due()
    assert send_outbox() == 1


def test_the_admins_are_told_once_what_was_given_up_and_what_to_do(
    people: People, failing: Callable[[Exception | None], None]
) -> None:
    """Nobody was told of a mail that never arrived."""
    admin = person("admin", people.school, "admin@school.invalid", role=Role.SCHOOL_ADMIN)
    for key in ("one", "two"):
        remind(people, key=key)
    failing(SMTPDataError(554, b"no"))
    send_outbox()
    told = Notice.objects.get(recipient=admin)
    assert (told.kind, told.title, told.body) == (
        "undelivered",
        "给mentor老师的提醒邮件没有送达",
        WHAT_TO_DO[Trouble.REFUSED],
    )
    # And of the mail about that nobody is told in turn.
    send_outbox()
    assert Notice.objects.filter(kind="undelivered").count() == 1
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {OutboxState.FAILED}


def test_a_message_that_may_be_out_is_not_sent_again(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that died between the mail server's yes and the row's update let the message go twice."""
    admin = person("admin", people.school, role=Role.SCHOOL_ADMIN)
    remind(people)

    def killed(*given: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            send_outbox()
    make_due()
    assert (send_outbox(), mail.outbox) == (0, [])
    assert OutboxMessage.objects.get().state == OutboxState.FAILED
    assert Notice.objects.get(recipient=admin).body == WHAT_TO_DO[Trouble.UNSURE]


def test_a_server_that_is_down_is_not_asked_for_every_message(
    people: People, failing: Callable[[Exception | None], None]
) -> None:
    for day in range(10):
        remind(people, key=f"day-{day}")
    failing(ConnectionRefusedError())
    send_outbox()
    assert sum(OutboxMessage.objects.values_list("attempts", flat=True)) == FAILURES_IN_A_ROW


def test_a_mail_to_a_person_who_left_meanwhile_is_not_sent(people: People) -> None:
    remind(people)
    User.objects.update(is_active=False)
    assert send_outbox() == 0
    assert mail.outbox == []
    assert OutboxMessage.objects.get().state == OutboxState.DROPPED


def test_a_message_whose_worker_was_killed_is_due_again_when_its_claim_runs_out(people: People) -> None:
    remind(people)
    message = OutboxMessage.objects.get()
    assert _claim(message) is True
    assert _claim(message) is False
    assert send_outbox() == 0
    make_due()
    assert send_outbox() == 1


@pytest.mark.both_databases
def test_what_a_killed_worker_of_this_machine_had_taken_is_sent_by_the_next_run(people: People) -> None:
    """A link to a new password waited for ten minutes. Where the worker lives, or lived elsewhere, nobody can know."""
    remind(people)
    message = OutboxMessage.objects.get()
    assert _claim(message) is True
    for living in (this_process(), "another-boot pid:[4026531836] 17 17", ""):
        OutboxMessage.objects.update(claimed_by=living)
        assert send_outbox() == 0
    OutboxMessage.objects.update(claimed_by=f"{this_process()}0")  # its number belongs to one that was started later
    assert send_outbox() == 1


def test_a_message_that_waits_for_its_next_try_is_nobodys(
    people: People, failing: Callable[[Exception | None], None]
) -> None:
    """Else the end of the worker that tried it would cut its pause short."""
    remind(people)
    failing(ConnectionRefusedError())
    send_outbox()
    assert list(OutboxMessage.objects.values_list("state", "claimed_by")) == [(OutboxState.WAITING, "")]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once(people: People) -> None:
    for day in range(10):
        remind(people, key=f"day-{day}")
    start = threading.Barrier(2)
    counts: list[int] = []

    def worker() -> None:
        start.wait()
        counts.append(send_outbox())
        connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(counts) == 10
    assert len(mail.outbox) == 10
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 10


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_runs_of_the_reminders_at_once_send_one_notice(people: People) -> None:
    start = threading.Barrier(2)
    results: list[Notice | None] = []

    def worker() -> None:
        start.wait()
        results.append(remind(people))
        connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(result is None for result in results) == [False, True]
    assert (Notice.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_reading_counts_once_and_only_for_the_recipient(people: People) -> None:
    notice = remind(people)
    assert notice is not None
    mark_read(actor=actor_of(people.colleague), notice=notice)
    notice.refresh_from_db()
    assert notice.read_at is None
    mark_read(actor=actor_of(people.mentor), notice=notice)
    notice.refresh_from_db()
    first = notice.read_at
    assert first is not None
    mark_read(actor=actor_of(people.mentor), notice=notice)
    notice.refresh_from_db()
    assert notice.read_at == first


def test_marking_all_read_leaves_others_notices_alone(people: People) -> None:
    remind(people)
    remind(people, key="second")
    remind(people, people.colleague)
    assert mark_all_read(actor=actor_of(people.mentor)) == 2
    assert Notice.objects.unread().count() == 1
