"""Two colleagues with an address, one without, and a stranger of another school."""

import datetime
from dataclasses import dataclass

import pytest
from django.conf import LazySettings

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.queries import actor_for
from core.clock import today
from notices.models import Notice
from notices.services import send_notice
from schools.models import School


@dataclass(frozen=True)
class People:
    """Who writes to whom."""

    school: School
    mentor: User
    colleague: User
    without_email: User
    stranger: User


def actor_of(user: User) -> Actor:
    """The user in their own school."""
    return actor_for(user, scope_key=None, on=today())


def person(username: str, school: School, email: str = "", *, role: Role = Role.MENTOR) -> User:
    """Somebody of `school`."""
    user = User.objects.create(username=username, name=f"{username}老师", school=school, email=email)
    RoleGrant.objects.create(user=user, role=role, school=school, starts_on=datetime.date(2020, 9, 1))
    return user


@pytest.fixture(autouse=True)
def plain_pages(settings: LazySettings) -> None:
    """Pages need no collected static files; mails carry a known address."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.SITE_URL = "https://daoshi.invalid"
    settings.DEFAULT_FROM_EMAIL = "mentorship@school.invalid"


@pytest.fixture
def people(db: None, school_day: datetime.datetime) -> People:
    """The people, in the database; ten in the morning of a weekday, when mails go out."""
    school = School.objects.create(code="qingzhu", name="青竹小学")
    other = School.objects.create(code="jiangcheng", name="江城一中")
    return People(
        school=school,
        mentor=person("mentor", school, "mentor@school.invalid"),
        colleague=person("colleague", school, "colleague@school.invalid"),
        without_email=person("silent", school),
        stranger=person("stranger", other, "stranger@school.invalid"),
    )


def remind(people: People, recipient: User | None = None, *, key: str = "visit-2026-08-20") -> Notice | None:
    """A digest as the reminders send it."""
    return send_notice(
        recipient=recipient or people.mentor,
        school=people.school,
        kind="reminder",
        title="还有 3 位同学没有家访",
        body="张三、李四、王五",
        link="/desk/",
        dedup_key=key,
        count=3,
    )
