"""`manage.py demo --remove`: the demo goes with all that is its own; what is anybody else's stays as it was."""

from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from accounts.actors import system_actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.services import create_user, grant_role
from mentorship.demo.build import BUREAU, BUREAU_ACCOUNT
from schools.models import Bureau, School
from tests.cast import TODAY, SchoolCast
from tests.roles.world import build_world

pytestmark = pytest.mark.django_db

#: Written by everybody, of no school.
ALL = {"contenttypes.ContentType", "auth.Permission", "sessions.Session", "accounts.DoorTry", "accounts.Press"}


def counted() -> Counter[str]:
    """How many rows each table holds."""
    models = apps.get_models(include_auto_created=True)
    rows = {model._meta.label: model._base_manager.count() for model in models if model._meta.label not in ALL}
    return Counter({label: count for label, count in rows.items() if count})


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def test_nothing_of_it_is_left_and_the_other_school_is_as_it_was(
    other: SchoolCast, request: pytest.FixtureRequest, folder: Path, django_capture_on_commit_callbacks: object
) -> None:
    """The cast's first school has the code of the demo's: whatever a school can hold stands in its world."""
    alone = counted()
    qingzhu: SchoolCast = request.getfixturevalue("qingzhu")
    build_world(qingzhu, other)
    world = counted()
    assert sum(world.values()) > 2 * sum(alone.values())
    written = StringIO()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        call_command("demo", remove=True, stdout=written)

    left = counted()
    assert alone - left == Counter()
    # The world has a person of many roles in the other school, and the bureau's own account is nobody of the demo's.
    people = {"accounts.User", "accounts.RoleGrant", "accounts.AuditEntry", "schools.Bureau"}
    assert [label for label in left - alone if label not in people] == []
    assert (School.objects.get().code, (folder / "without_demo").exists()) == (other.school.code, True)
    schools = User.objects.exclude(school=None).values_list("school__code", flat=True)
    grants = RoleGrant.objects.exclude(school=None).values_list("school__code", flat=True)
    assert {*schools, *grants} == {other.school.code}
    with pytest.raises(CommandError, match="这里没有演示学校。"):
        call_command("demo", remove=True)


def test_its_files_go_with_it(
    qingzhu: SchoolCast, other: SchoolCast, own_folder: Path, folder: Path, django_capture_on_commit_callbacks: object
) -> None:
    build_world(qingzhu, other)
    assert len([path for path in own_folder.rglob("*") if path.is_file()]) > 1
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        call_command("demo", remove=True, stdout=StringIO())
    assert [path for path in own_folder.rglob("*") if path.is_file()] == []


def test_its_bureau_goes_where_nobody_else_is_in_it(qingzhu: SchoolCast, folder: Path) -> None:
    bureau = Bureau.objects.get(name=BUREAU)
    RoleGrant.objects.filter(bureau=bureau).delete()
    nowhere = system_actor(school_id=None, today=TODAY)
    user = create_user(actor=nowhere, username=BUREAU_ACCOUNT, name="林督学", school=None)
    grant_role(actor=nowhere, user=user, role=Role.BUREAU, bureau=bureau, starts_on=TODAY)
    call_command("demo", remove=True, stdout=StringIO())
    assert (Bureau.objects.count(), User.objects.filter(username=BUREAU_ACCOUNT).count()) == (0, 0)


def test_it_is_refused_where_somebody_elses_row_hangs_on_it(
    qingzhu: SchoolCast, other: SchoolCast, folder: Path
) -> None:
    RoleGrant.objects.filter(user=other.counsellor).update(granted_by=qingzhu.admin)
    before = counted()
    with pytest.raises(CommandError, match="演示学校里有别处正在用的内容"):
        call_command("demo", remove=True)
    assert counted() == before
