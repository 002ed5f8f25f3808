"""One school with three people, another school, and kinds of jobs that do little."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import LazySettings

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.queries import actor_for
from core.clock import today
from jobs import broker, registry
from jobs.models import Job
from jobs.registry import NewFile, NewItem, Outcome, Step
from jobs.services import create_job
from schools.models import School


@dataclass(frozen=True)
class Cast:
    """Who takes part. `office` oversees the school's jobs, `mentor` is a colleague without that right."""

    school: School
    other_school: School
    author: User
    office: User
    mentor: User
    stranger: User

    @property
    def actor(self) -> Actor:
        """The author as an actor."""
        return actor_for(self.author, scope_key=None, on=today())


def person(username: str, school: School, *roles: Role) -> User:
    """A user of `school` with roles since long ago."""
    user = User.objects.create(
        username=username, name=f"{username}老师", school=school, email=f"{username}@school.invalid"
    )
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, school=school, starts_on=datetime.date(2020, 9, 1))
    return user


@pytest.fixture(autouse=True)
def private_files(settings: LazySettings, tmp_path: Path) -> Path:
    """Stored files go to a folder of the test; pages need no collected static files."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return tmp_path / "files"


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast, in the database."""
    school = School.objects.create(code="qingzhu", name="青竹小学")
    other = School.objects.create(code="jiangcheng", name="江城一中")
    return Cast(
        school=school,
        other_school=other,
        author=person("author", school, Role.MORAL_OFFICE),
        office=person("office", school, Role.MORAL_OFFICE),
        mentor=person("mentor", school, Role.MENTOR),
        stranger=person("stranger", other, Role.MORAL_OFFICE),
    )


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would have gone to the broker: (job key, number of messages)."""
    messages: list[tuple[str, int]] = []

    def send(task: str, args: list[str], *, messages: int = 1, expires: float | None = None) -> bool:
        record.append((args[0], messages))
        return True

    record = messages
    monkeypatch.setattr(broker, "send", send)
    return messages


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registered for the test only: `papers` makes one part per item and a ZIP of all of them."""
    monkeypatch.setattr(registry, "_handlers", {})

    def make_paper(item: object, /) -> Outcome:
        number = item.payload["number"]  # type: ignore[attr-defined]  # a JobItem
        return Outcome(files=[NewFile("五1班/张三.pdf", f"paper {number}".encode(), "application/pdf")])

    def pack(job: Job, step: Step, /) -> Outcome:
        return Outcome(files=[registry.zip_parts(job, step, name="全校寄语.zip")])

    registry.register("papers", title="全校成长寄语", run_item=make_paper, finish=pack, roles=[Role.MORAL_OFFICE])


def papers(cast: Cast, count: int = 3) -> Job:
    """A job of `count` papers, asked for by the author."""
    items = [NewItem({"number": number}, label=f"第{number}份") for number in range(count)]
    return create_job(actor=cast.actor, kind="papers", items=items)
