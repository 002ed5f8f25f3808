"""A mail server that is down for 60 hours, says later, says never, is slow or hangs: what waits, what is told.

    .venv/bin/python bench/faults/mail.py [--people N] [--quick]

The outbox is emptied every five minutes of a clock that is moved (a school's own hours count), against a real server
on this machine. In each case every one of the people is told something by mail. Told: what waits while the trouble
lasts, what went out in the end and after how long, what came twice, what was given up, and how often 管理员 were told.
Exit code 1 where something is lost without a word, or comes twice.
"""

import argparse
import asyncio
import datetime
import os
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from figures import Figure, note  # noqa: E402 - of the folder above
from setting import set_up  # noqa: E402 - as above

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School

#: A Monday of the term, in the school's hours.
START = datetime.datetime(2026, 11, 16, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
STEP = datetime.timedelta(minutes=5)
#: How long is waited in the end: the longest pause between two tries, and a night.
LONGEST = datetime.timedelta(hours=72)
#: Seconds that the house waits for an answer here, and what is slow.
TIMEOUT, SLOW, HANGS = 1.0, 0.3, 3.0


@dataclass
class Server:
    """What it says to recipients and to texts, how long it waits, and the numbers of the mails that it has."""

    to_recipient: str = "250 OK"
    to_text: str = "250 OK"
    waits: float = 0
    taken: "Counter[str]" = field(default_factory=Counter)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """A recipient."""
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name is aiosmtpd's
        """A whole mail."""
        if self.to_text.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.taken[message_from_bytes(content)["Message-ID"]] += 1
        await asyncio.sleep(self.waits)
        return self.to_text


@dataclass(frozen=True, slots=True)
class Case:
    """What the server does for how long, before all is well."""

    name: str
    lasts: datetime.timedelta
    is_down: bool = False
    to_recipient: str = "250 OK"
    to_text: str = "250 OK"
    waits: float = 0
    #: Whether these mails are out in the end, or given up and told.
    comes: bool = True
    few: bool = False


HOURS = datetime.timedelta(hours=1)
CASES = (
    Case("all is well", 0 * HOURS),
    Case("down for 60 h", 60 * HOURS, is_down=True),
    Case("451 to each recipient for 4 h", 4 * HOURS, to_recipient="451 4.7.1 later"),
    Case("451 to each text for 26 h", 26 * HOURS, to_text="451 4.3.0 later"),
    Case("550 to each recipient", 4 * HOURS, to_recipient="550 5.1.1 unknown", comes=False),
    Case(f"slow: {SLOW:g} of {TIMEOUT:g} s", 4 * HOURS, waits=SLOW, few=True),
    Case(f"hangs with the mail: {HANGS:g} of {TIMEOUT:g} s", 4 * HOURS, waits=HANGS, comes=False, few=True),
)
FEW = 5


def free_port() -> int:
    """One at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def listening(server: Server, port: int) -> Iterator[None]:
    """It answers at the port until the end of the block."""
    controller = Controller(server, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


class Clock:
    """The clock of this process, as the product asks for it."""

    def __init__(self) -> None:
        self.now = START

    def until(self, moment: datetime.datetime) -> None:
        """The outbox every five minutes."""
        from core.nightly import SomeFailed  # noqa: PLC0415 - Django is set up only now
        from notices.services import send_outbox  # noqa: PLC0415 - as above

        while self.now < moment:
            try:
                send_outbox()
            except SomeFailed as error:
                print(f"{error}")
            self.now += STEP


def main() -> int:
    """Exit code 1 where something is lost without a word, or comes twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="nine people")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mail-") as folder:
        # Each failed attempt is a warning, and here they are meant.
        os.environ["LOG_LEVEL"] = "CRITICAL"
        set_up(Path(folder))
        return measure(9 if options.quick else options.people)


def measure(people: int) -> int:
    """The table, printed, and the exit code."""
    from django.conf import settings  # noqa: PLC0415 - Django is set up only now

    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "notices.mail.Backend", "127.0.0.1", free_port()
    settings.EMAIL_TIMEOUT = TIMEOUT
    clock = Clock()
    with mock.patch("django.utils.timezone.now", side_effect=lambda: clock.now):
        school, everybody = people_of(people)
        print(f"{'':<40}{'mails':>6}{'waiting':>8}{'out':>5}{'after, h':>9}{'twice':>6}{'given up':>9}{'told':>6}")
        results = [tried(case, clock, school, everybody[: FEW if case.few else None]) for case in CASES]
    lost, twice = sum(one[0] for one in results), sum(one[1] for one in results)
    note(
        Figure("mails lost without a word", lost, "", at_most=0),
        Figure("mails that came twice", twice, "", at_most=0),
    )
    well = (lost, twice) == (0, 0)
    print("nothing lost without a word, nothing twice" if well else "NOT as it must be")
    return 0 if well else 1


def people_of(people: int) -> "tuple[School, list[User]]":
    """A school whose mentors have proved their addresses, and a 管理员 without one."""
    from papers_school import build_desk_school  # noqa: PLC0415 - Django is set up only now

    from accounts.actors import system_actor  # noqa: PLC0415 - as above
    from accounts.enums import Role  # noqa: PLC0415 - as above
    from accounts.models import User  # noqa: PLC0415 - as above
    from accounts.services import create_user, grant_role  # noqa: PLC0415 - as above

    built, desks = build_desk_school(people)
    school = built.year().school
    system = system_actor(school_id=school.pk, today=START.date())
    admin = create_user(actor=system, username="mail-admin", name="管理员", school=school)
    grant_role(actor=system, user=admin, role=Role.SCHOOL_ADMIN, school=school, starts_on=START.date())
    for number, desk in enumerate(desks):
        User.objects.filter(pk=desk.user.pk).update(email=f"m{number}@school.example", email_verified_at=START)
    return school, list(User.objects.filter(pk__in=[desk.user.pk for desk in desks]).order_by("pk"))


def tried(case: Case, clock: Clock, school: "School", everybody: "list[User]") -> tuple[int, int]:
    """One case from a Monday morning on. How many were lost without a word, and how many came twice."""
    from django.conf import settings  # noqa: PLC0415 - Django is set up only now
    from django.db.models import Max  # noqa: PLC0415 - as above

    from notices.enums import OutboxState  # noqa: PLC0415 - as above
    from notices.models import Notice, OutboxMessage  # noqa: PLC0415 - as above
    from notices.services import NoticeFor, send_notices  # noqa: PLC0415 - as above

    began = clock.now
    server = Server(case.to_recipient, case.to_text, case.waits)
    told_before = Notice.objects.filter(kind="undelivered").count()
    wanted = [NoticeFor(one, "请登录查看", f"mail:{case.name}", "一件事", "/") for one in everybody]
    notices = send_notices(school=school, kind="trial", wanted=wanted)
    mails = OutboxMessage.objects.filter(notice__in=notices)
    with nullcontext() if case.is_down else listening(server, settings.EMAIL_PORT):
        clock.until(began + case.lasts)
    waiting = mails.filter(state=OutboxState.WAITING).count()
    with listening(server, settings.EMAIL_PORT):
        server.to_recipient = server.to_text = "250 OK"
        server.waits = 0
        over = clock.now + LONGEST
        while mails.filter(state=OutboxState.WAITING).exists() and clock.now < over:
            clock.until(clock.now + STEP)
    last = mails.aggregate(last=Max("sent_at"))["last"] or clock.now
    after = (last - began).total_seconds() / 3600
    states = Counter(mails.values_list("state", flat=True))
    told = Notice.objects.filter(kind="undelivered").count() - told_before
    twice = sum(number - 1 for number in server.taken.values())
    given_up, sent = states[OutboxState.FAILED], states[OutboxState.SENT]
    print(
        f"{case.name:<40}{mails.count():>6}{waiting:>8}{sent:>5}{after:>9.1f}{twice:>6}{given_up:>9}{told:>6}"
        f"   the server has {len(server.taken)}",
        flush=True,
    )
    lost = len(everybody) - sent - (given_up if told and not case.comes else 0)
    # On the next Monday morning the next case begins.
    clock.now = START + datetime.timedelta(weeks=(clock.now - START).days // 7 + 1)
    return lost, twice


if __name__ == "__main__":
    sys.exit(main())
