"""Stored files go after the transaction, and whatever becomes of that, what was saved stands."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from core.files import delete_later

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_file_goes_once_its_transaction_is_through_and_stays_if_it_is_not() -> None:
    name = default_storage.save("later/file", ContentFile(b"x"))
    with transaction.atomic():
        delete_later(name)
        transaction.set_rollback(True)
    assert default_storage.exists(name)
    with transaction.atomic():
        delete_later(name)
        delete_later("")
        assert default_storage.exists(name)
    assert not default_storage.exists(name)


def test_one_that_cannot_be_deleted_is_told_in_the_log_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen: a full or read-only disk answered 500 after all was saved, or AttributeError: a partial has no name."""

    def refuse(_name: str) -> None:
        raise OSError("read-only")

    monkeypatch.setattr(default_storage, "delete", refuse)
    with transaction.atomic():
        delete_later("later/file")
    assert [(record.levelname, record.name) for record in caplog.records] == [("ERROR", "django.db.backends.base")]
