"""SMTP that knows whether a mail may be out, although no answer came."""

from smtplib import SMTP, SMTP_SSL, SMTPServerDisconnected
from typing import Final

from django.core.mail.backends.smtp import EmailBackend

#: "Start mail input" (RFC 5321 4.2.3): what comes next is the mail, and the answer to it says who has it.
_GO_ON: Final = 354


class Unanswered(SMTPServerDisconnected):
    """The whole mail was handed over, and the connection broke or hung before the server said whether it took it."""


class _Heard(SMTP):
    _is_out = False

    def getreply(self) -> tuple[int, bytes]:
        """As SMTP. Raises Unanswered instead of SMTPServerDisconnected where the mail is on its way."""
        is_out, self._is_out = self._is_out, False
        try:
            reply = super().getreply()
        except (SMTPServerDisconnected, OSError) as error:
            if is_out:
                raise Unanswered(str(error)) from error
            raise
        self._is_out = reply[0] == _GO_ON
        return reply


class _HeardOverTls(_Heard, SMTP_SSL):
    pass


class Backend(EmailBackend):
    """Django's own, with answers that are heard."""

    @property
    def connection_class(self) -> type[SMTP]:
        """The class of connections, over TLS from the start where that is set."""
        return _HeardOverTls if self.use_ssl else _Heard
