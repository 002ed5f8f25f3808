"""The admin's pages: upload → check → confirm, and the history."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import RoleGrant
from jobs.models import ImportBatch
from schools.enums import Preset
from schools.services import create_school
from students.models import Pupil
from tests.imports.conftest import STUDENT_HEADER, Desk, book, person, pupil


def post_file(client: Client, data: bytes, *, kind: str = "students", name: str = "名册.xlsx") -> object:
    return client.post(reverse("imports:upload"), {"kind": kind, "file": SimpleUploadedFile(name, data)})


def latest() -> ImportBatch:
    return ImportBatch.objects.latest("pk")


def page(client: Client, batch: ImportBatch) -> str:
    return client.get(reverse("imports:detail", args=[batch.pk])).content.decode()


def test_an_admin_uploads_checks_and_confirms(desk: Desk, admin_client: Client) -> None:
    response = post_file(admin_client, book(STUDENT_HEADER, pupil(1, "甲"), pupil(2, "乙")))
    batch = latest()
    assert (response.status_code, response.url) == (302, reverse("imports:detail", args=[batch.pk]))  # type: ignore[attr-defined]  # a redirect
    assert "名册里有 1 个本学年还没有的班级：一（1）班。" in page(admin_client, batch)
    admin_client.post(reverse("imports:recheck", args=[batch.pk]), {"create_classes": "on"})
    text = page(admin_client, batch)
    assert "没有发现问题，可以导入。" in text
    assert "新建 1 个班级（一（1）班）" in text
    assert Pupil.objects.count() == 0
    admin_client.post(reverse("imports:confirm", args=[batch.pk]))
    assert Pupil.objects.count() == 2
    text = page(admin_client, batch)
    assert "已全部导入" in text
    assert "确认导入" not in text


def test_missing_classes_are_one_question_before_any_error(desk: Desk, admin_client: Client) -> None:
    """A first import met an empty school with 23 errors in red, and 放下这 891 行 before 新建缺少的班级."""
    post_file(admin_client, book(STUDENT_HEADER, pupil(1, "甲"), pupil(2, "乙")))
    text = page(admin_client, latest())
    counts = [
        text.count(words)
        for words in ("新建缺少的班级</button>", ">错误</span>", "先导入其余的行", "本学年没有一（1）班")
    ]
    assert counts == [1, 0, 0, 0]


def test_a_double_confirmation_says_already_imported(desk: Desk, admin_client: Client) -> None:
    desk.students(pupil(1, "甲"))
    post_file(admin_client, book(STUDENT_HEADER, pupil(1, "甲", remark="新")))
    address = reverse("imports:confirm", args=[latest().pk])
    twice = [admin_client.post(address) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [302, 302]
    # A page that was open before: not the same press, and still nothing is done twice.
    again = admin_client.post(address, {"press": "2"}, follow=True)
    assert "这份名册已导入，没有重复导入。" in again.content.decode()


def test_errors_and_changes_are_shown_with_their_place(desk: Desk, admin_client: Client) -> None:
    desk.students(pupil(1, "甲"), pupil(3, "丙"))
    post_file(admin_client, book(STUDENT_HEADER, pupil(1, "甲", remark="<b>新</b>"), pupil(2, "乙", gender="？")))
    text = page(admin_client, latest())
    assert "性别请填“男”或“女”。" in text
    assert "有 1 处错误，还不能导入" in text
    assert "&lt;b&gt;新&lt;/b&gt;" in text
    assert "确认导入" not in text


def test_a_picture_is_refused_at_the_field(desk: Desk, admin_client: Client) -> None:
    response = post_file(admin_client, b"\x89PNG\r\n\x1a\n")
    assert response.status_code == 422  # type: ignore[attr-defined]  # a response
    assert "这是一张图片，不是表格。" in response.content.decode()  # type: ignore[attr-defined]  # a response
    assert ImportBatch.objects.count() == 0


def test_an_empty_and_a_missing_file_are_refused_at_the_field(desk: Desk, admin_client: Client) -> None:
    assert "这个文件是空的" in post_file(admin_client, b"").content.decode()  # type: ignore[attr-defined]  # a response
    response = admin_client.post(reverse("imports:upload"), {"kind": "students"})
    assert (response.status_code, "请选择名册文件。" in response.content.decode()) == (422, True)


def test_only_ticked_proposals_become_roles(desk: Desk, admin_client: Client) -> None:
    rows = [("工号", "姓名", "职务"), ("T1", "王一", "校长"), ("T2", "李二", "德育主任")]
    post_file(admin_client, book(*rows), kind="teachers")
    batch = latest()
    text = page(admin_client, batch)
    assert "王一（校长）→ 领导小组" in text
    admin_client.post(reverse("imports:confirm", args=[batch.pk]), {"accepted": ["moral_office:T2"]})
    assert set(RoleGrant.objects.exclude(user=desk.admin).values_list("user__name", "role")) == {
        ("王一", Role.MENTOR),
        ("李二", Role.MENTOR),
        ("李二", Role.MORAL_OFFICE),
    }


def test_a_roster_without_changes_asks_for_nothing(desk: Desk, admin_client: Client) -> None:
    desk.students(pupil(1, "甲"))
    post_file(admin_client, book(STUDENT_HEADER, pupil(1, "甲")))
    text = page(admin_client, latest())
    assert "名册与系统里的完全一样，不需要导入。" in text
    assert "确认导入" not in text


def test_a_cancelled_import_is_kept_in_the_history(desk: Desk, admin_client: Client) -> None:
    post_file(admin_client, book(STUDENT_HEADER, pupil(1, "甲")))
    admin_client.post(reverse("imports:cancel", args=[latest().pk]))
    assert "已放弃" in admin_client.get(reverse("imports:list")).content.decode()
    assert "这次导入已放弃" in page(admin_client, latest())


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.LEADER])
def test_other_roles_of_the_school_may_not_import(desk: Desk, client: Client, role: Role) -> None:
    desk.students(pupil(1, "甲"))
    client.force_login(person("other", desk.school, role), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("imports:list")).status_code == 403
    assert client.get(reverse("imports:upload")).status_code == 403


def test_another_schools_batch_does_not_exist(desk: Desk, admin_client: Client) -> None:
    post_file(admin_client, book(STUDENT_HEADER, pupil(1, "甲")))
    batch = latest()
    school, _ = create_school(code="b", name="别校", preset=Preset.PRIMARY_TERMLY, start_year=2026)
    stranger = Client()
    stranger.force_login(
        person("b-admin", school, Role.SCHOOL_ADMIN), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert stranger.get(reverse("imports:detail", args=[batch.pk])).status_code == 404
    for verb in ("recheck", "confirm", "cancel"):
        assert stranger.post(reverse(f"imports:{verb}", args=[batch.pk])).status_code == 404
    assert "名册.xlsx" not in stranger.get(reverse("imports:list")).content.decode()


def test_the_list_costs_the_same_with_one_and_with_three(desk: Desk, admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            assert admin_client.get(reverse("imports:list")).status_code == 200
        return len(context)

    post_file(admin_client, book(STUDENT_HEADER, pupil(1, "甲")))
    one = queries()
    for number in (2, 3):
        post_file(admin_client, book(STUDENT_HEADER, pupil(number, "甲")))
    assert (ImportBatch.objects.count(), queries()) == (3, one)
