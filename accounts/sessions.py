"""Django's sessions in the database, read by a kept query: every request asks for its own."""

import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.db.models import QuerySet

from core.clock import now
from core.kept import kept


class SessionStore(db.SessionStore):
    """As Django's, rows and format too."""

    def load(self) -> dict[str, Any]:
        """What the session holds; without a living one, what Django makes of that."""
        found = _living(self.session_key, now())
        return self.decode(found[0]) if found else super().load()

    def save(self, must_create: bool = False) -> None:
        """Write it down. Raises UpdateError where it was ended meanwhile; OperationalError where the database does not
        serve just now, which Django takes for the same, and answers 400.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise


@kept
def _living(key: str | None, at: datetime.datetime) -> QuerySet[Session, str]:
    return Session.objects.filter(session_key=key or "", expire_date__gt=at).values_list("session_data", flat=True)
