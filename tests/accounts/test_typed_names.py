"""What people type to be found by is matched whatever its case, its width and its blanks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import create_user
from core.saving import Saved, form_saved
from core.text import typed_key
from mentors.staff.forms.manage import AccountForm
from records.queries.lookups import mentor_named, school_coded
from schools.models import School
from schools.queries import find_school
from tests.cast import SchoolCast

TYPED = ["qingzhu", "QINGZHU", " Qingzhu ", "ｑｉｎｇｚｈｕ", "ＱＩＮＧ　ＺＨＵ"]


@pytest.mark.parametrize("code", TYPED)
@pytest.mark.django_db
def test_a_school_is_found_however_its_code_is_typed(qingzhu: SchoolCast, code: str) -> None:
    """`create_school --code HELD` stored held, and `import_roster --school HELD` knew of no such school."""
    assert (typed_key(code), find_school(code), school_coded(code)) == ("qingzhu", qingzhu.school, qingzhu.school)
    with pytest.raises(CommandError, match="已经有人使用"):
        call_command("create_account", school=code, username=f"{code}-ADMIN", name="管理", stdout=StringIO())
    call_command("rebuild_ticks", school=code, check=True, stdout=StringIO())


@pytest.mark.django_db
def test_a_code_is_stored_as_it_will_be_found() -> None:
    call_command("create_school", code="ＨＥＬＤ", name="甲", preset="primary_termly", year=2026, stdout=StringIO())
    assert find_school("HELD") == School.objects.get(code="held")


@pytest.mark.parametrize("name", ["qingzhu-mentor", " QINGZHU-Mentor", "ｑｉｎｇｚｈｕ－ｍｅｎｔｏｒ"])
@pytest.mark.django_db
def test_an_account_is_found_however_its_name_is_typed(qingzhu: SchoolCast, name: str) -> None:
    assert User.objects.get_by_natural_key(name) == qingzhu.mentor


@pytest.mark.django_db
def test_a_mentor_is_found_however_the_number_is_typed(qingzhu: SchoolCast) -> None:
    number = qingzhu.mentor.teacher.number
    actor = qingzhu.actor(qingzhu.office)
    assert {mentor_named(actor, typed) for typed in (number, number.lower(), f" {number} ")} == {qingzhu.slot}


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_accounts_of_one_name_at_once_are_one_and_a_refusal_beside_the_field(qingzhu: SchoolCast) -> None:
    """The second one ended on the page of an error (IntegrityError)."""

    def run(_number: int) -> str:
        try:
            form = AccountForm({"username": "neu"})
            done = form_saved(
                form, lambda: create_user(actor=qingzhu.system, username="neu", name="新", school=qingzhu.school)
            )
            return "saved" if isinstance(done, Saved) else str(form.errors["username"][0])
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = sorted(pool.map(run, range(4)))
    assert answers == ["saved", *["账号“neu”已经有人使用，请换一个。"] * 3]


@pytest.mark.django_db
def test_a_race_outside_of_forms_is_a_page_with_a_sentence(
    qingzhu: SchoolCast, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def racing(**_given: object) -> None:
        raise IntegrityError("安可儿")

    monkeypatch.setattr("mentors.staff.views.people.issue_password", racing)
    answer = client_of(qingzhu.admin).post(reverse("manage:password", args=[qingzhu.mentor.pk]))
    assert (answer.status_code, "刚才有人同时保存了同样的内容" in answer.content.decode()) == (409, True)


@pytest.mark.django_db
def test_a_schools_people_are_looked_up_among_them_alone(qingzhu: SchoolCast, other: SchoolCast) -> None:
    """Seen by reading: the kept query for the person of a request answered for `school.users`, too."""
    assert qingzhu.school.users.get(pk=qingzhu.mentor.pk) == qingzhu.mentor
    with pytest.raises(User.DoesNotExist):
        qingzhu.school.users.get(pk=other.mentor.pk)
    assert User.objects.get(pk=other.mentor.pk) == other.mentor
