"""A process that does the morning of a day: `python -m tests.servers.reminding FILE` reads moments, a line each.

At each it tells what is due and sends what waits, with the clock of the line, and answers with the line. Mails are
written to FILE, a line each; on the days named behind FILE the mail server refuses everything.
"""

import datetime
import os
import sys
from collections.abc import Sequence
from smtplib import SMTPServerDisconnected

import django
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class FileBackend(BaseEmailBackend):
    """Appends the id of each message; one write is one line, whoever writes at the same time."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Write them down, or refuse them."""
        if timezone.localdate().isoformat() in sys.argv[2:]:
            raise SMTPServerDisconnected
        for message in messages:
            line = f"{message.extra_headers['Message-ID']}\n".encode()
            file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(file, line)
            os.close(file)
        return len(messages)


def main() -> None:
    """Until there are no more lines."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415  # after the set-up

    from notices.tasks import send_outbox  # noqa: PLC0415  # likewise
    from records.tasks import remind  # noqa: PLC0415  # likewise

    settings.EMAIL_BACKEND = "tests.servers.reminding.FileBackend"
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        moment = datetime.datetime.fromisoformat(line.strip())
        timezone.now = lambda moment=moment: moment  # type: ignore[misc]  # the clock of this process
        remind()
        send_outbox()
        sys.stdout.write(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
