"""开通: a code from the console makes the first administrator with a school or a bureau, in the browser, once."""

import datetime
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.enums import DoorKind, Role
from accounts.models import DoorTry, RoleGrant, User
from accounts.services import FirstPerson, is_opening_code, new_opening_code, open_house
from accounts.services.opening import say_who_opens
from core.errors import DomainError
from schools.enums import GradeNaming, Preset, SchoolSystem
from schools.models import Bureau, Grade, Plan, School, SchoolYear
from schools.queries import usual_code
from schools.services import NewSchool
from tests.cast import SchoolCast
from tests.pages import fields, text, tree

pytestmark = pytest.mark.django_db

PASSWORD = "陶罐-星期五-晚霞"
PERSON = {"name": "林知远", "username": " LinZY ", "new": PASSWORD, "again": PASSWORD, "email": "lin@yunxi.invalid"}
SCHOOL = PERSON | {"school": "云溪学校", "preset": Preset.NINE_YEAR_TERMLY.value, "system": "63", "start_year": "2026"}


@pytest.fixture
def code(db: None, school_day: datetime.datetime, settings: LazySettings, tmp_path: Path) -> str:
    """A code that was printed on the console of a new installation."""
    settings.VAR_DIR = tmp_path
    return new_opening_code()


def shown(client: Client, **question: str) -> dict[str, list[str]]:
    return fields(next(tree(client.get("/start/", question)).iter("form")))


def test_the_code_opens_a_school_and_signs_its_first_administrator_in(code: str) -> None:
    client = Client()
    assert (shown(client, code=code)["code"], shown(client)["start_year"]) == ([code], ["2026"])

    answer = client.post("/start/", SCHOOL | {"code": f"{code[:6].upper()}-{code[6:]}"})

    user, school = User.objects.get(), School.objects.get()
    assert (answer.status_code, answer.headers["Location"], client.session["_auth_user_id"]) == (302, "/", str(user.pk))
    assert (user.username, user.name, user.email, user.school, user.must_change_password) == (
        "linzy", "林知远", "lin@yunxi.invalid", school, False,
    )  # fmt: skip
    assert user.check_password(PASSWORD)
    grant = RoleGrant.objects.get()
    assert (grant.role, grant.school, grant.bureau) == (Role.SCHOOL_ADMIN, school, None)
    assert (school.code, school.name, school.bureau) == ("yunxi", "云溪学校", None)
    assert list(Grade.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 10))
    assert (SchoolYear.objects.get().start_year, Plan.objects.count()) == (2026, 1)


def test_whoever_does_the_offices_work_too_says_so(code: str) -> None:
    Client().post("/start/", SCHOOL | {"code": code, "does_office": "on", "bureau": "江城市教育局", "grades": "1-5",
                                       "system": "54", "naming": "numbered", "school_code": "yx"})  # fmt: skip
    school = School.objects.get()
    assert set(RoleGrant.objects.values_list("role", flat=True)) == {Role.SCHOOL_ADMIN, Role.MORAL_OFFICE}
    assert (school.code, school.system, school.naming, school.bureau and school.bureau.name) == (
        "yx", SchoolSystem.FIVE_FOUR, GradeNaming.NUMBERED, "江城市教育局",
    )  # fmt: skip
    assert list(Grade.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_the_code_opens_a_bureau_as_well(code: str) -> None:
    answer = Client().post("/start/?for=bureau", PERSON | {"code": code, "bureau": " 江城市教育局 "}, follow=True)
    assert answer.wsgi_request.path == "/bureau/"
    grant = RoleGrant.objects.get()
    assert (grant.role, grant.bureau, School.objects.count(), User.objects.get().school) == (
        Role.BUREAU, Bureau.objects.get(name="江城市教育局"), 0, None,
    )  # fmt: skip


def test_what_is_refused_stays_on_the_page_but_for_the_password(code: str) -> None:
    client = Client()
    answer = client.post("/start/", SCHOOL | {"code": code, "grades": "一到九", "school_code": "云 溪"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["grades"])
    sent = fields(next(tree(answer).iter("form")))
    assert (sent["name"], sent["school"], sent["grades"], sent["new"], sent["preset"]) == (
        ["林知远"], ["云溪学校"], ["一到九"], [""], ["nine_year_termly"],
    )  # fmt: skip
    # What the service refuses stands beside its field, too.
    answer = client.post("/start/", SCHOOL | {"code": code, "school_code": "云 溪"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["school_code"])
    assert (User.objects.count(), School.objects.count(), is_opening_code(code)) == (0, 0, True)


@pytest.mark.parametrize("password", ["yunxi2026", "linzhiyuan1", "12345678901"])
def test_the_password_is_held_against_the_name_and_the_school(password: str, code: str) -> None:
    answer = Client().post("/start/", SCHOOL | {"code": code, "new": password, "again": password})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["new"])


def test_a_wrong_code_says_nothing_of_the_rest_and_the_tenth_shuts_the_door(code: str) -> None:
    client = Client()
    for _ in range(10):
        answer = client.post("/start/", {"code": "aaaa-aaaa-aaaa", "grades": "x"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["code"])
    assert client.post("/start/", SCHOOL | {"code": code}).status_code == 429
    assert (User.objects.count(), DoorTry.objects.filter(door=DoorKind.OPENING).count()) == (0, 10)


def test_a_new_code_kills_the_former_one_and_none_is_kept_as_it_is(code: str, tmp_path: Path) -> None:
    later = new_opening_code()
    assert (is_opening_code(code), is_opening_code(later)) == (False, True)
    kept = tmp_path / "opening_code"
    assert (later in kept.read_text(), oct(kept.stat().st_mode & 0o777)) == (False, "0o600")


def test_once_there_is_an_account_the_address_is_gone(code: str) -> None:
    client = Client()
    client.post("/start/", SCHOOL | {"code": code})
    # The second click of two leads home, a stranger finds nothing.
    assert client.post("/start/", SCHOOL | {"code": code}).status_code == 302
    assert [who.get("/start/", {"code": code}).status_code for who in (client, Client())] == [404, 404]
    assert (Client().post("/start/", SCHOOL | {"code": code}).status_code, User.objects.count()) == (404, 1)
    with pytest.raises(CommandError, match="已经开通过了，请用账号登录。"):
        call_command("opening_code", stdout=StringIO())


def test_a_code_that_somebody_else_has_taken_opens_nothing(code: str, tmp_path: Path) -> None:
    """Two machines at the same moment: there is one code, and whoever takes it away is the first."""
    (tmp_path / "opening_code").unlink()
    with pytest.raises(DomainError) as refused:
        open_house(person=FirstPerson("林知远", "linzy", PASSWORD), opens="江城市教育局")
    assert (refused.value.code, User.objects.count(), Bureau.objects.count()) == ("opened", 0, 0)


def test_an_account_that_was_made_by_command_closes_it(qingzhu: SchoolCast) -> None:
    assert Client().get("/start/").status_code == 404


def test_the_command_prints_an_address_that_opens(code: str, settings: LazySettings) -> None:
    settings.SITE_URL = "http://school.invalid"
    out = StringIO()
    call_command("opening_code", stdout=out)
    address, typed = out.getvalue().splitlines()
    found = re.fullmatch(r"开通：http://school\.invalid/start/\?code=(\w{12})", address)
    assert found is not None
    assert is_opening_code(found[1])
    assert typed.startswith(f"开通码：{found[1][:4]}-{found[1][4:8]}-{found[1][8:]}（")


@pytest.mark.parametrize(
    "name, taken, expected",
    [
        ("青竹小学", [], "qingzhu"),
        ("青竹小学", ["qingzhu", "qingzhu2"], "qingzhu3"),
        ("江城一中", [], "jiangchengyizhong"),
        ("江城市第三初级中学", [], "jiangchengshidisan"),
        ("上海市浦东新区江城路实验小学", [], "shanghaishipudongxinqu"),
        ("小学", [], "xiaoxue"),
        ("☆", [], ""),
    ],
)
def test_a_code_is_suggested_by_pinyin(name: str, taken: list[str], expected: str) -> None:
    assert usual_code(name, taken) == expected


def test_a_name_that_gives_no_code_asks_for_one(code: str) -> None:
    answer = Client().post("/start/", SCHOOL | {"code": code, "school": "☆☆"})
    assert (list(answer.context["form"].errors), "读不出代码" in text(tree(answer))) == (["school_code"], True)


def test_a_new_school_asked_for_twice_gets_two_codes(db: Any, school_day: datetime.datetime) -> None:
    new = NewSchool(name="云溪小学", preset=Preset.PRIMARY_TERMLY, start_year=2026)
    assert [new.create()[0].code for _ in range(2)] == ["yunxi", "yunxi2"]


def test_a_web_process_says_what_to_run_where_no_code_was_printed(
    code: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    say_who_opens()
    assert caplog.messages == []
    (tmp_path / "opening_code").unlink()
    say_who_opens()
    assert caplog.messages == ["还没有账号。请运行 manage.py opening_code，用它打印的地址和开通码开通。"]


def test_the_sign_in_page_of_an_empty_installation_leads_to_the_opening(
    school_day: datetime.datetime, request: pytest.FixtureRequest
) -> None:
    """Whoever opened the address without the code saw a sign-in page at which nobody could sign in."""
    asked = Client().get("/my/", follow=True)
    assert (asked.redirect_chain[-1], text(next(tree(asked).iter("h1")))) == (("/start/", 302), "开通")
    request.getfixturevalue("qingzhu")
    assert Client().get("/account/sign-in/").status_code == 200
