"""Django's sessions in the database, read by a kept query: every request asks for its own."""

import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from core.clock import now
from core.kept import kept


class SessionStore(db.SessionStore):
    """As Django's, rows and format too."""

    def load(self) -> dict[str, Any]:
        """What the session holds; without a living one, what Django makes of that."""
        found = _living(self.session_key, now())
        return self.decode(found[0]) if found else super().load()


@kept
def _living(key: str | None, at: datetime.datetime) -> QuerySet[Session, str]:
    return Session.objects.filter(session_key=key or "", expire_date__gt=at).values_list("session_data", flat=True)
