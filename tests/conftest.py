"""What every test stands on: settings that write nowhere but into a temporary folder, a school day, and the cast."""

import datetime
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import Context, Template
from django.test import Client, TransactionTestCase
from django.test.signals import template_rendered
from django.test.utils import override_settings
from django.utils import timezone
from django.utils.safestring import SafeString
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from core import kept, pdf
from core.workbooks import marking, reader
from tests.cases.corners import A1
from tests.cast import SCHOOL_DAY, SchoolCast
from tests.stored import StoredStates
from tests.warm import WarmChildren

# Some machines are told not to keep what Python has compiled. Here that would be all tests, at every start, and the
# whole product for every command that a test runs.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

TESTS = Path(__file__).parent
# Locks, constraints and bulk writes: what uses the database in these folders runs on SQLite and again on PostgreSQL.
ON_BOTH_DATABASES = {"cases", "imports", "jobs", "mentors", "year"}
# `script/test` collects for these stages only the folder that belongs to the mark.
FOLDER_OF_STAGE = {"browser": "browser", "migrations": "migrating", "servers": "servers"}

# Walks over all pages, the longest tests: were they among the last, one worker would wait for the other.
WALKS = {"test_modules.py", "test_readiness.py", *(path.name for path in (TESTS / "roles").glob("test_*.py"))}

# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

# What tests ask with a kept query is compared with what Django makes of it, so often that all kinds of values come by.
# Each comparison compiles the query once more; whoever decides by values was found out by the second one.
kept.CHECKS = 5

_folder = pytest.StashKey[Path]()
_overrides = pytest.StashKey[override_settings]()


def _test_settings(folder: Path) -> dict[str, Any]:
    (folder / "static").mkdir()
    changed: dict[str, Any] = {
        "VAR_DIR": folder,
        "STATIC_ROOT": folder / "static",
        "STORAGES": {
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": folder / "files"},
            },
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        # One round of a fast hash: the passwords of invented people need no protection.
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    if not settings.REDIS_URL:
        # Messages stay in the process: nobody delivers them.
        changed |= {"CELERY_BROKER_URL": "memory://", "CELERY_BROKER_TRANSPORT_OPTIONS": {}}
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # A file, as in an installation: threads and processes of a test share it, and wait for its lock.
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(folder / "test.sqlite3")}
        database["OPTIONS"] = {
            **database["OPTIONS"],
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;",
        }
    return changed


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is imported."""
    folder = Path(tempfile.mkdtemp(prefix="mentorship-test-"))
    config.stash[_folder] = folder
    config.stash[_overrides] = override_settings(**_test_settings(folder))
    config.stash[_overrides].enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of a stage's folder, and what depends on how the database locks and compares; the walks first."""
    walks = set()
    for item in items:
        marker = item.get_closest_marker("django_db")
        transactional = marker is not None and marker.kwargs.get("transaction")
        folder = item.path.relative_to(TESTS).parts[0]
        for stage, home in FOLDER_OF_STAGE.items():
            if folder == home:
                item.add_marker(stage)
            elif item.get_closest_marker(stage):
                raise pytest.UsageError(f"{item.nodeid} is marked `{stage}`: it belongs into tests/{home}")
        depends = folder in ON_BOTH_DATABASES and item.get_closest_marker("any_database") is None
        if transactional or (depends and _uses_database(item) and _is_built_from_a1(item)):
            item.add_marker("both_databases")
        if item.path.name in WALKS and not transactional:
            walks.add(item)
    # Tests with transactions of their own stay behind all others.
    items.sort(key=lambda item: item not in walks)


def _uses_database(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    of_django = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    return of_django or item.get_closest_marker("django_db") is not None or "db" in fixtures


def _is_built_from_a1(item: pytest.Item) -> bool:
    """Where the table lies in the sheet is settled long before the database is asked."""
    callspec = getattr(item, "callspec", None)
    return callspec is None or callspec.params.get("anywhere", A1) == A1


def pytest_collection_finish() -> None:
    """Modules, models and tests stay to the end: the collector need not look through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last test: nothing is left behind."""
    if _folder in config.stash:
        config.stash[_overrides].disable()
        shutil.rmtree(config.stash[_folder], ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def whole_pages_alone_are_told(django_test_environment: None) -> Iterator[None]:
    """`response.context` has the page's values. Django would copy those of each field, option and partial as well."""

    def rendered(template: Template, context: Context) -> SafeString:
        if context.template is template and not (template.name or "").startswith(("django/forms/", "bootstrap5/")):
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", rendered)
        yield


@pytest.fixture(scope="session")
def renderings() -> dict[object, bytes]:
    """PDFs that were set in this run, by all that decides how they come out."""
    return {}


@pytest.fixture(autouse=True)
def shared_renderings(
    request: pytest.FixtureRequest, renderings: dict[object, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same paper is set once in a run, but for the tests of setting itself, in `tests/documents`."""
    if request.path.parent.name == "documents":
        return
    really_set = pdf.html_to_pdf

    def remembered(
        html: str,
        *,
        base: Path | None = None,
        assets: Mapping[str, bytes] | None = None,
        recolour: Mapping[str, str] | None = None,
    ) -> bytes:
        key = (html, base, *(tuple(sorted((given or {}).items())) for given in (assets, recolour)))
        if key not in renderings:
            renderings[key] = really_set(html, base=base, assets=assets, recolour=recolour)
        return renderings[key]

    monkeypatch.setattr(pdf, "html_to_pdf", remembered)


@pytest.fixture(scope="session", autouse=True)
def warm_children() -> Iterator[None]:
    """Children that parse and mark workbooks come out of one that is warm."""
    children = WarmChildren()
    with pytest.MonkeyPatch.context() as patch:
        for module in (reader, marking):
            patch.setattr(module, "subprocess", children)
        yield
    children.stop()


@pytest.fixture(scope="session", autouse=True)
def emptied_row_by_row() -> Iterator[None]:
    """After a test with transactions of its own, PostgreSQL would make new files for all tables and their indexes."""
    truncating = DatabaseOperations.sql_flush

    def filled_alone(
        self: DatabaseOperations, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, **others: Any
    ) -> list[str]:
        if reset_sequences or not tables:
            return truncating(self, style, tables, reset_sequences=reset_sequences, **others)
        asked = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables]  # noqa: S608  # our own tables
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(asked))
            # In one transaction, at whose end foreign keys are checked.
            return [f"DELETE FROM {table}" for (table,) in cursor.fetchall()]  # noqa: S608  # as above

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", filled_alone)
        yield


@pytest.fixture
def cold_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are started as the product starts them."""
    for module in (reader, marking):
        monkeypatch.setattr(module, "subprocess", subprocess)


@pytest.fixture
def school_day(monkeypatch: pytest.MonkeyPatch) -> datetime.datetime:
    """The clock of the test starts at `SCHOOL_DAY`, ten in the morning, and goes on from there."""
    shift = SCHOOL_DAY - timezone.now()
    real_now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real_now() + shift)
    return SCHOOL_DAY


@pytest.fixture(scope="session")
def stored_states(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> StoredStates:
    """What fixtures build once and put back as rows; both casts are there. See tests/stored.py."""
    states = StoredStates()
    with django_db_blocker.unblock():
        states.build_casts()
    return states


@pytest.fixture
def qingzhu(db: None, school_day: datetime.datetime, stored_states: StoredStates) -> SchoolCast:
    """A primary school with one person of each role, two classes and a few pupils (tests/cast.py)."""
    return stored_states.cast("qingzhu")


@pytest.fixture
def other(db: None, school_day: datetime.datetime, stored_states: StoredStates) -> SchoolCast:
    """A second school of another bureau: nobody of `qingzhu` may learn that its rows exist."""
    return stored_states.cast("other")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """`client_of(user)`: a browser in which `user` is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        # Named, because the first backend of the settings only counts failures.
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def own_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that stored files go to, for tests that look at what lies there."""
    files = tmp_path / "files"
    storages = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": files},
        },
    }
    with override_settings(STORAGES=storages):
        yield files
