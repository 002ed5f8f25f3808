"""账号条: printed for a whole staff at once, each code opens one account once, and the former paper is dead."""

import datetime
import io
import re
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from accounts.enums import DoorKind
from accounts.models import AccountSlip, AuditEntry, DoorTry, User
from accounts.rules import hash_of_code, is_code_of, slip_problem
from accounts.services import issue_account_slips, set_account_active, use_account_slip
from accounts.services.accounts import change_own_password
from core.errors import DomainError
from mentors.models.slots import Teacher
from mentors.staff.printing import make_account_slips
from notices.models import Notice
from tests.cast import SchoolCast, TeacherFactory
from tests.documents.reading import words_of_pages

pytestmark = pytest.mark.django_db

NEW = "陶罐-星期五-晚霞"


def codes_on(pdf: bytes) -> list[tuple[str, str]]:
    """Account and code of each slip, as the text of the PDF has them."""
    return re.findall(r"账号([a-z]+-[a-z0-9-]+?)登录码([a-z0-9]{8})", "".join(words_of_pages(pdf)))


def problem(slip: AccountSlip) -> str:
    slip.refresh_from_db()
    found = slip_problem(slip)
    return found.code if found is not None else ""


def slip_of(cast: SchoolCast, user: User) -> tuple[AccountSlip, str]:
    (printed,) = issue_account_slips(actor=cast.actor(cast.admin), users=[user])
    return AccountSlip.objects.get(key=printed.key), printed.code


def test_eighty_slips_stand_on_eight_pages_and_every_code_opens_once(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """55 teachers meant 110 page loads of passwords copied by hand."""
    for number in range(80):
        TeacherFactory.create(school=qingzhu.school, name=f"教师{number}", number=f"N{number:02}")
    teachers = list(Teacher.objects.filter(number__startswith="N").order_by("number"))
    begun = time.process_time()
    # SQLite takes some seventy accounts at a time: two inserts.
    with django_assert_num_queries(32):
        pdf = make_account_slips(actor=qingzhu.actor(qingzhu.admin), teachers=teachers)
    assert time.process_time() - begun < 10
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 8
    printed = codes_on(pdf)
    assert [username for username, _ in printed] == [f"qingzhu-n{number:02}" for number in range(80)]
    for username, code in printed:
        user = User.objects.get(username=username)
        slip = AccountSlip.objects.get(user=user)
        assert (is_code_of(slip, code), problem(slip)) == (True, "")
        use_account_slip(slip=slip, password=NEW)
        assert (User.objects.get(pk=user.pk).check_password(NEW), problem(slip)) == (True, "slip_used")
    # Stored is what cannot be read back.
    assert AccountSlip.objects.filter(code_hash__in=[code for _, code in printed]).count() == 0


def test_a_later_slip_ends_the_former_one(qingzhu: SchoolCast) -> None:
    former, former_code = slip_of(qingzhu, qingzhu.mentor)
    later, later_code = slip_of(qingzhu, qingzhu.mentor)
    assert (problem(former), problem(later), former_code == later_code) == ("slip_over", "", False)


def test_the_same_form_sent_twice_gives_the_same_paper(qingzhu: SchoolCast) -> None:
    """Nobody keeps the codes: a second click would have left a paper in the hand that opens nothing."""
    actor = qingzhu.actor(qingzhu.admin)
    first, again = (issue_account_slips(actor=actor, users=[qingzhu.mentor], seed="one page") for _ in range(2))
    assert [(one.key, one.code) for one in first] == [(one.key, one.code) for one in again]
    assert AuditEntry.objects.filter(verb="issue_account_slips").count() == 1
    assert AccountSlip.objects.filter(user=qingzhu.mentor).count() == 1


def test_a_slip_is_over_after_fourteen_days_and_with_another_password(qingzhu: SchoolCast) -> None:
    slip, _ = slip_of(qingzhu, qingzhu.mentor)
    assert slip.valid_until - slip.issued_at == datetime.timedelta(days=14)
    AccountSlip.objects.update(valid_until=timezone.now() - datetime.timedelta(seconds=1))
    assert problem(slip) == "slip_over"
    with pytest.raises(DomainError, match="请找学校管理员或德育室重新打印一张。"):
        use_account_slip(slip=slip, password=NEW)
    other, _ = slip_of(qingzhu, qingzhu.mentor)
    change_own_password(actor=qingzhu.actor(qingzhu.mentor), user=qingzhu.mentor, password=NEW)
    assert problem(other) == "slip_over"


def test_a_closed_account_gets_no_slip_and_opens_by_none(qingzhu: SchoolCast) -> None:
    slip, _ = slip_of(qingzhu, qingzhu.mentor)
    set_account_active(actor=qingzhu.actor(qingzhu.admin), user=qingzhu.mentor, active=False)
    assert problem(slip) == "account_closed"
    with pytest.raises(DomainError, match="林小满的账号已停用，请先启用再打印账号条。"):
        slip_of(qingzhu, qingzhu.mentor)


def test_the_office_prints_for_whoever_has_no_power_and_nobody_else_prints(qingzhu: SchoolCast) -> None:
    """Whoever prints a slip reads its code: 德育室 would have opened the counsellor's notes."""
    office = qingzhu.actor(qingzhu.office)
    assert len(issue_account_slips(actor=office, users=[qingzhu.mentor, qingzhu.leader])) == 2
    for user in (qingzhu.counsellor, qingzhu.admin):
        who = f"{user.name}有管理员、德育室、心理老师或数据负责人角色"
        with pytest.raises(DomainError, match=f"{who}，账号条请由管理员打印。"):
            issue_account_slips(actor=office, users=[qingzhu.mentor, user])
    with pytest.raises(DomainError) as refusal:
        issue_account_slips(actor=qingzhu.actor(qingzhu.homeroom), users=[qingzhu.mentor])
    assert refusal.value.code == "not_allowed"


def test_slips_for_people_with_a_password_are_told_to_them_and_once_to_those_who_watch(qingzhu: SchoolCast) -> None:
    for user in (qingzhu.mentor, qingzhu.colleague):
        user.set_password("x")
        user.save()
    users = [qingzhu.mentor, qingzhu.colleague, qingzhu.sharer]
    issue_account_slips(actor=qingzhu.actor(qingzhu.admin), users=users)
    told = sorted(Notice.objects.values_list("recipient__name", "title"))
    watchers = [(name, "重新打印了 2 位已有密码的教师的账号条") for name in ("德育韩", "温言", "程远")]
    own = [(name, f"{name}的账号条重新打印了") for name in ("林小满", "苏禾")]
    assert told == sorted([*watchers, *own])


@pytest.mark.parametrize("count", [1, 3])
def test_many_cost_what_one_costs(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    users = [qingzhu.mentor, qingzhu.colleague, qingzhu.sharer][:count]
    actor = qingzhu.actor(qingzhu.admin)
    with django_assert_num_queries(9):
        issue_account_slips(actor=actor, users=users)


# --- The pages --------------------------------------------------------------------------------------------------------
def test_a_teacher_signs_in_with_the_code_of_the_address(qingzhu: SchoolCast) -> None:
    slip, code = slip_of(qingzhu, qingzhu.mentor)
    phone = Client()
    page = reverse("accounts:first_slip", args=[slip.key])
    assert "林小满" not in phone.get(page).content.decode()
    answer = phone.post(page, {"code": f"{code[:4].upper()} {code[4:]}"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:own_password"))
    assert "林小满老师，您好" in phone.get(answer["Location"]).content.decode()
    home = phone.post(answer["Location"], {"new": NEW, "again": NEW})
    assert (home.status_code, home["Location"]) == (302, "/")
    assert phone.get("/my/").wsgi_request.user == qingzhu.mentor
    user = User.objects.get(pk=qingzhu.mentor.pk)
    assert (user.check_password(NEW), user.must_change_password, user.last_login is None) == (True, False, False)
    # The paper is worth nothing now, wherever it lies.
    again = Client().post(page, {"code": code})
    assert (again.status_code, again.context["form"].non_field_errors()[0][:10]) == (422, "这张账号条已经用过了")


def test_without_the_qr_code_the_account_is_typed_too(qingzhu: SchoolCast) -> None:
    _, code = slip_of(qingzhu, qingzhu.mentor)
    answer = Client().post(reverse("accounts:first"), {"username": " QINGZHU-mentor ", "code": code})
    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:own_password"))


def test_wrong_codes_count_at_the_door_and_say_nothing_of_whom(qingzhu: SchoolCast) -> None:
    slip, _ = slip_of(qingzhu, qingzhu.mentor)
    stranger = Client()
    tries = [
        (reverse("accounts:first_slip", args=[slip.key]), {"code": "wrong234"}),
        (reverse("accounts:first"), {"username": "qingzhu-mentor", "code": "wrong234"}),
        (reverse("accounts:first"), {"username": "nobody-here", "code": "wrong234"}),
    ]
    answers = [stranger.post(*one) for one in tries]
    assert {(a.status_code, a.context["form"].non_field_errors()[0]) for a in answers} == {
        (422, "登录码不对，请对照账号条再输入一次。")
    }
    assert DoorTry.objects.filter(door=DoorKind.ACCOUNT_SLIP).count() == 3
    codes = [stranger.post(*tries[0]).status_code for _ in range(12)]
    assert codes == [422] * 8 + [429] * 4


def test_a_password_that_is_easily_guessed_leaves_the_slip_as_it_is(qingzhu: SchoolCast) -> None:
    slip, code = slip_of(qingzhu, qingzhu.mentor)
    phone = Client()
    phone.post(reverse("accounts:first_slip", args=[slip.key]), {"code": code})
    answer = phone.post(reverse("accounts:own_password"), {"new": "qingzhu123", "again": "qingzhu123"})
    assert (answer.status_code, problem(slip)) == (422, "")


def test_an_address_that_is_none_leads_to_where_both_are_typed(qingzhu: SchoolCast) -> None:
    client = Client()
    assert client.get(reverse("accounts:first_slip", args=["nothing"]))["Location"] == reverse("accounts:first")
    assert client.get(reverse("accounts:own_password"))["Location"] == reverse("accounts:first")


# --- The command ------------------------------------------------------------------------------------------------------
def test_the_command_prints_for_whoever_has_not_signed_in(qingzhu: SchoolCast, tmp_path: Path) -> None:
    User.objects.exclude(pk__in=[qingzhu.mentor.pk, qingzhu.leader.pk]).update(last_login=timezone.now())
    out, file = io.StringIO(), tmp_path / "slips.pdf"
    call_command("account_slips", school="qingzhu", only="new", output=file, stdout=out)
    found = codes_on(file.read_bytes())
    # 石磊 is on the roster without an account, which is opened.
    stone = Teacher.objects.get(name="石磊")
    assert stone.user is not None
    assert sorted(name for name, _ in found) == sorted(["qingzhu-mentor", "qingzhu-leader", stone.user.username])
    assert out.getvalue().strip() == f"{file}：3 张账号条，14 天内有效"
    user = User.objects.get(username="qingzhu-mentor")
    assert AccountSlip.objects.get(user=user).code_hash == hash_of_code(user.pk, dict(found)["qingzhu-mentor"])


def test_the_command_kills_no_paper_where_it_cannot_write(qingzhu: SchoolCast, tmp_path: Path) -> None:
    slip, _ = slip_of(qingzhu, qingzhu.mentor)
    with pytest.raises(CommandError, match="不能写入文件"):
        call_command("account_slips", school="qingzhu", output=tmp_path / "no" / "slips.pdf")
    with pytest.raises(CommandError, match="没有代码为“nowhere”的学校。"):
        call_command("account_slips", school="nowhere", output=tmp_path / "slips.pdf")
    assert problem(slip) == ""
