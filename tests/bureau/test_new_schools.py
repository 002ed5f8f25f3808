"""A bureau opens many schools from one list: every error at once, all or nothing, then the administrators' slips."""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import AccountSlip, AuditEntry, RoleGrant, User
from accounts.rules import is_code_of
from core.errors import DomainError
from core.workbooks import Limits, SheetToWrite, read_workbook, write_workbook
from mentors.staff.imports.new_schools import Known, read_schools
from mentors.staff.queries.new_schools import waiting_admins
from mentors.staff.services.new_schools import SchoolToOpen, open_schools, print_first_slips
from schools.enums import Preset
from schools.models import Grade, School
from schools.services import NewSchool
from tests.cast import SchoolCast
from tests.documents.reading import words_of_pages
from tests.pages import tables, text, texts, tree

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
NEW, CHECK, SLIPS = "/bureau/schools/new/", "/bureau/schools/new/check/", "/bureau/schools/slips/"
HEADER = ("学校", "代码", "学段/方案", "年级", "学制", "管理员", "账号")
GOOD = (
    ("云溪学校", "", "九年一贯", "", "", "林知远", ""),
    ("白鹭小学", "bailu", "小学", "1-5", "五四", "何秋白", "BL-Admin"),
    ("江城二中", "jc2", "普通高中", "", "六三学制", "苏子衿", ""),
)


def upload(client: Client, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Any:
    data = write_workbook([SheetToWrite("学校", header, rows)])
    return client.post(NEW, {"file": SimpleUploadedFile("学校.xlsx", data)})


def findings(answer: Any) -> list[str]:
    return texts(tree(answer), "row-line")


def test_a_list_opens_all_schools_each_with_its_administrator(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.bureau_user)
    assert upload(client, GOOD)["Location"] == CHECK
    assert tables(tree(client.get(CHECK)))[0] == [
        ["云溪学校", "yunxi", "九年一贯版（按学期，小学一、五年级试点，初中全体年级）", "按方案", "六三学制", "林知远",
         "yunxi-admin"],
        ["白鹭小学", "bailu", "小学版（按学期，一、五年级试点）", "1、2、3、4、5", "五四学制", "何秋白", "bl-admin"],
        ["江城二中", "jc2", "普通高中版（按学年，全体年级）", "按方案", "六三学制", "苏子衿", "jc2-admin"],
    ]  # fmt: skip
    before = School.objects.count()
    assert (client.post(CHECK)["Location"], School.objects.count()) == (SLIPS, before + 3)

    opened = School.objects.filter(code__in=["yunxi", "bailu", "jc2"])
    assert {school.bureau for school in opened} == {qingzhu.school.bureau}
    grades = Grade.objects.filter(school__code="bailu").order_by("number").values_list("number", flat=True)
    assert list(grades) == [1, 2, 3, 4, 5]
    people = User.objects.filter(school__in=opened).order_by("username")
    assert [(u.username, u.name, u.has_usable_password()) for u in people] == [
        ("bl-admin", "何秋白", False), ("jc2-admin", "苏子衿", False), ("yunxi-admin", "林知远", False),
    ]  # fmt: skip
    assert set(RoleGrant.objects.filter(user__in=people).values_list("role", flat=True)) == {Role.SCHOOL_ADMIN}
    entries = AuditEntry.objects.filter(verb="open_school", user=qingzhu.bureau_user)
    assert sorted(entries.values_list("school__code", flat=True)) == ["bailu", "jc2", "yunxi"]
    # The list is done with.
    assert client.get(CHECK)["Location"] == NEW


@pytest.mark.parametrize("count", [1, 3])
def test_three_schools_cost_what_one_does(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    """Each of three hundred schools was opened by queries of its own."""
    actor = qingzhu.actor(qingzhu.bureau_user)
    new = [
        SchoolToOpen(NewSchool(f"第{n}小学", Preset.PRIMARY_TERMLY, 2026, code=f"s{n}"), "何一", f"s{n}-admin")
        for n in range(count)
    ]
    with django_assert_num_queries(32):
        opened = open_schools(actor=actor, schools=new)
    assert [school.code for school in opened] == [f"s{n}" for n in range(count)]


def test_every_error_is_shown_at_once_and_nothing_is_kept(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.bureau_user)
    answer = upload(
        client,
        (
            *GOOD,
            (qingzhu.school.name, "q2", "小学", "", "", "何一", ""),
            ("云溪学校", "y2", "小学", "", "", "何二", ""),
            ("松林小学", "", "幼儿园", "", "", "何三", ""),
            ("松山小学", "", "小学", "一到六", "", "何四", ""),
            ("松江小学", "", "小学", "", "七年", "何五", ""),
            ("松河小学", "", "小学", "", "", "", ""),
            ("松湖小学", "松湖", "小学", "", "", "何六", ""),
            ("松海小学", "qingzhu", "小学", "", "", "何七", ""),
            ("松石小学", "", "小学", "", "", "何八", "qingzhu-admin"),
            ("松云小学", "", "空白", "", "", "何九", ""),
            ("松雨小学", "", "小学", "", "", "何十", "bl-admin"),
        ),
    )
    assert answer.status_code == 422
    assert sorted(findings(answer)) == sorted(
        [
            f"本局已经有这所学校，或者表里写了两次。学校 第 5–6 行 “学校”：{qingzhu.school.name}、云溪学校 错误",
            (
                "看不懂是哪一类学校，请写小学、初中、九年一贯、完全中学、十二年一贯、高中、中职、空白之一；其他学校写空白，并写明年级。"
                "学校 第 7 行 “学段/方案”：幼儿园 错误"
            ),
            "看不懂年级，请写成 1-9 或 1-5,7-9；从小学一年级起数，高一写 10。学校 第 8 行 “年级”：一到六 错误",
            "看不懂学制，请写六三或五四，也可以不写。学校 第 9 行 “学制”：七年 错误",
            "没有写姓名。学校 第 10 行 “管理员” 错误",
            "学校代码只用小写字母、数字和连字符，最多 30 个，如 qingzhu。学校 第 11 行 “代码”：松湖 错误",
            "学校代码“qingzhu”已经有了，请换一个，或者留空。学校 第 12 行 “代码”：qingzhu 错误",
            "账号“qingzhu-admin”已经有人使用，请换一个。学校 第 13 行 “账号”：qingzhu-admin 错误",
            "请写明学校有哪些年级，如 1-9 或 1-5,7-9。学校 第 14 行 “年级” 错误",
            "账号“bl-admin”写了两次，或者太长，请换一个。学校 第 15 行 “账号”：bl-admin 错误",
        ]
    )
    assert client.get(CHECK)["Location"] == NEW


def test_a_list_that_has_become_old_opens_nothing(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.bureau_user)
    upload(client, GOOD)
    User.objects.create(username="jc2-admin", name="别人")
    before = School.objects.count()
    answer = client.post(CHECK)
    assert (answer.status_code, School.objects.count()) == (422, before)
    assert "江城二中：账号“jc2-admin”已经有人使用，请换一个。" in text(tree(answer))


def test_a_file_without_schools_is_refused(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.bureau_user)
    assert findings(upload(client, ())) == ["表头下面没有学校。请检查文件内容。 错误"]
    assert upload(client, GOOD, ("甲", "乙", "丙", "丁", "戊", "己", "庚")).status_code == 422
    broken = client.post(NEW, {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04 broken")})
    assert (broken.status_code, list(broken.context["form"].errors)) == (422, ["__all__"])


def test_the_blank_list_reads_as_an_empty_one_and_offers_what_can_be_written(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    data = client_of(qingzhu.bureau_user).get("/bureau/schools/new/list.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["学校", "代码", "方案", "年级", "学制", "管理员", "账号"]
    workbook = read_workbook(data, file_name="x.xlsx", limits=Limits())
    rows, log = read_schools(workbook, known=Known((), (), lambda _: ()), start_year=2026)
    assert (rows, [found.code for found in log.findings if found.level == "error"]) == ([], ["no_rows"])
    kinds = ("小学", "初中", "九年一贯", "完全中学", "十二年一贯", "高中", "中职", "空白")
    header = [str(cell.value) for cell in sheet[1]]
    filled = write_workbook(
        [SheetToWrite("学校", header, [(f"{kind}学校", "", kind, "1-9", "", "何一", "") for kind in kinds])]
    )
    workbook = read_workbook(filled, file_name="x.xlsx", limits=Limits())
    rows, log = read_schools(workbook, known=Known((), (), lambda _: ()), start_year=2026)
    assert ([row.school.name[:-2] for row in rows], log.findings) == (list(kinds), ())


def test_the_slips_of_all_administrators_are_one_paper_until_they_have_come(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.filter(pk=qingzhu.admin.pk).update(last_login="2026-09-01T08:00+08:00")
    client = client_of(qingzhu.bureau_user)
    upload(client, GOOD)
    client.post(CHECK)
    seed = {"seed": "one page"}
    paper = client.post(SLIPS, seed).content
    words = "".join(words_of_pages(paper))
    codes = dict(re.findall(r"账号([a-z0-9]+-admin)登录码([a-z0-9]{8})", words))
    assert sorted(codes) == ["bl-admin", "jc2-admin", "yunxi-admin"]
    assert [name in words for name in ("云溪学校", "白鹭小学", "江城二中")] == [True] * 3
    for slip in AccountSlip.objects.select_related("user"):
        assert is_code_of(slip, codes[slip.user.username])
    # The same page pressed again gives the same codes.
    client.post(SLIPS, seed)
    assert AccountSlip.objects.count() == 3
    # A school whose administrator has come keeps its accounts itself.
    User.objects.filter(username="jc2-admin").update(last_login="2026-11-18T08:00+08:00")
    actor = qingzhu.actor(qingzhu.bureau_user)
    with django_assert_num_queries(1):
        waiting = [user.username for user in waiting_admins(actor)]
    assert waiting == ["bl-admin", "yunxi-admin"]


def test_another_bureau_and_a_school_open_and_print_nothing(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf
) -> None:
    client = client_of(qingzhu.bureau_user)
    upload(client, GOOD)
    client.post(CHECK)
    told = [user.username for user in waiting_admins(other.actor(other.bureau_user))]
    assert [name for name in told if not name.startswith("other-")] == []
    for press in (
        lambda: open_schools(actor=qingzhu.actor(qingzhu.admin), schools=[]),
        lambda: print_first_slips(actor=qingzhu.actor(qingzhu.admin)),
    ):
        with pytest.raises(DomainError) as refused:
            press()
        assert refused.value.code == "not_allowed"
