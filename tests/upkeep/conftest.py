"""What databases are put back in must not give out a key of a later test twice."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

_ALL = "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = current_schema()"


@pytest.fixture(autouse=True)
def sequences_go_on(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A restore sets PostgreSQL's sequences behind the rows that it put back: afterwards they stand where they stood.

    What later fixtures put back lies below that (`tests/stored.py`).
    """
    marker = request.node.get_closest_marker("django_db")
    if connection.vendor != "postgresql" or marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(_ALL)
        stood = {name: last or 1 for name, last in cursor.fetchall()}
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(_ALL)
        for name, last in cursor.fetchall():
            cursor.execute("SELECT setval(%s, %s)", [name, max(last or 1, stood.get(name, 1))])
