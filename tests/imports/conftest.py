"""One primary school in a year, its admin, and workbooks built on the spot."""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.queries import actor_for
from core.clock import today
from jobs.enums import ImportKind
from jobs.importers import ImportOptions
from jobs.imports import check_roster, import_roster
from jobs.previews import ImportReport
from schools.enums import Preset
from schools.models import School, SchoolYear
from schools.services import create_school
from tests.stored import StoredStates

ROSTERS = Path(__file__).parent.parent / "data" / "rosters"
STUDENT_HEADER = ("学籍号", "姓名", "性别", "班级", "监护人姓名", "关系", "联系电话", "备注")


@pytest.fixture(autouse=True)
def private_files(settings: LazySettings, tmp_path: Path) -> Path:
    """Uploads go to a folder of the test; pages need no collected static files."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return tmp_path / "files"


@dataclass(frozen=True)
class Desk:
    """A school with its year and admin, and short ways to import into it."""

    school: School
    year: SchoolYear
    admin: User

    @property
    def actor(self) -> Actor:
        """The admin as an actor."""
        return actor_for(self.admin, scope_key=None, on=today())

    def run(
        self,
        data: bytes,
        kind: ImportKind,
        *,
        dry: bool = False,
        create: bool = True,
        name: str = "名册.xlsx",
        options: ImportOptions | None = None,
        accepted: Sequence[str] = (),
    ) -> ImportReport:
        """Check or import `data`."""
        if not dry:
            return import_roster(
                actor=self.actor,
                year=self.year,
                kind=kind,
                data=data,
                file_name=name,
                options=options or ImportOptions(create_classes=create),
                accepted=accepted,
            )
        return check_roster(
            actor=self.actor,
            year=self.year,
            kind=kind,
            data=data,
            file_name=name,
            options=options or ImportOptions(create_classes=create),
        )

    def file(self, name: str, kind: ImportKind = ImportKind.STUDENTS, *, dry: bool = False) -> ImportReport:
        """Check or import one of the sample rosters."""
        return self.run((ROSTERS / name).read_bytes(), kind, dry=dry, name=name)

    def students(
        self, *rows: Sequence[object], dry: bool = False, create: bool = True, accepted: Sequence[str] = ()
    ) -> ImportReport:
        """Check or import pupils given as rows under the usual heading."""
        data = book(STUDENT_HEADER, *rows)
        return self.run(data, ImportKind.STUDENTS, dry=dry, create=create, accepted=accepted)


def person(username: str, school: School, *roles: Role) -> User:
    """A user of `school` with roles since long ago."""
    user = User.objects.create(username=username, name=f"{username}老师", school=school)
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, school=school, starts_on=datetime.date(2020, 9, 1))
    return user


@pytest.fixture
def desk(db: None, stored_states: StoredStates) -> Desk:
    """青竹小学 with an admin, no classes yet."""
    return stored_states.given("desk", empty_school)


def empty_school() -> Desk:
    """Built anew."""
    school, year = create_school(
        code="qz", name="青竹小学", preset=Preset.PRIMARY_TERMLY, start_year=2026, bureau_name=""
    )
    return Desk(school, year, person("qz-admin", school, Role.SCHOOL_ADMIN))


@pytest.fixture
def admin_client(desk: Desk, client: Client) -> Client:
    """Signed in as the admin."""
    client.force_login(desk.admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def book(*rows: Sequence[object], sheet: str = "名册") -> bytes:
    """A workbook of one sheet."""
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].title = sheet
    for row in rows:
        workbook.worksheets[0].append(list(row))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def pupil(number: int, name: str, school_class: str = "一<1>", **more: str) -> tuple[str, ...]:
    """A row under `STUDENT_HEADER`."""
    return (
        f"G{number:018d}" if number else "",
        name,
        more.get("gender", "女"),
        school_class,
        more.get("guardian", "张勇"),
        more.get("relation", "父亲"),
        more.get("phone", f"199{number:08d}"),
        more.get("remark", ""),
    )
