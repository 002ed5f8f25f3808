"""An import is taken back as a whole, or not at all: the database is then as it was before it."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import RoleGrant, User
from core.clock import today
from core.errors import DomainError
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import confirm_batch, upload_batch
from jobs.models import ImportBatch, ImportChange
from jobs.undo import undo_batch
from mentors.models.slots import Teacher
from mentors.staff.models import ReadinessCase
from schools.enums import Preset
from schools.models import SchoolClass
from schools.services import create_school
from students.models import Enrolment, Guardian, Pupil
from tests.imports.conftest import ROSTERS, STUDENT_HEADER, Desk, book, person, pupil
from tests.imports.snapshot import snapshot

# What an undo leaves behind on purpose: the batch itself and the log of both acts.
LEFT = ("accounts.AuditEntry", "jobs.ImportBatch", "jobs.ColumnMapping")


def state() -> dict[str, list[dict[str, object]]]:
    return {label: rows for label, rows in snapshot().items() if label not in LEFT}


def imported(desk: Desk, data: bytes, kind: ImportKind = ImportKind.STUDENTS, accepted: object = ()) -> ImportBatch:
    batch = upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=kind,
        data=data,
        file_name="名册.xlsx",
        options=ImportOptions(create_classes=True),
    )
    chosen = [key for key, _ in batch.summary["choices"]] if accepted == "all" else ()
    return confirm_batch(actor=desk.actor, batch=batch, accepted=chosen)


def refused(desk: Desk, batch: ImportBatch) -> tuple[str, str]:
    """The code and the sentence with which an undo is refused; nothing has changed by it."""
    before = snapshot()
    with pytest.raises(DomainError) as caught:
        undo_batch(actor=desk.actor, batch=batch)
    assert snapshot() == before
    return caught.value.code, caught.value.message


def test_undoing_the_first_roster_leaves_the_empty_school(desk: Desk) -> None:
    before = state()
    batch = imported(desk, book(STUDENT_HEADER, pupil(1, "甲"), pupil(2, "乙", "一<2>")))
    assert (Pupil.objects.count(), Guardian.objects.count(), SchoolClass.objects.count()) == (2, 2, 2)
    undone = undo_batch(actor=desk.actor, batch=batch)
    assert state() == before
    assert (undone.state, undone.undone_by_id, ImportChange.objects.count()) == (ImportState.UNDONE, desk.admin.pk, 0)


def test_undoing_a_change_gives_back_every_field_and_the_old_class(desk: Desk) -> None:
    desk.students(pupil(1, "甲", remark="旧"), pupil(2, "乙"), pupil(3, "丙", "一<2>"))
    before = state()
    batch = imported(
        desk,
        book(
            STUDENT_HEADER,
            pupil(1, "甲甲", remark="新", guardian="李勇", phone="13800000001"),
            pupil(2, "乙", "一<2>"),
            pupil(4, "丁", "二<1>"),
        ),
        accepted="all",
    )
    assert Pupil.objects.get(student_number=f"G{1:018d}").name == "甲甲"
    assert Enrolment.objects.filter(pupil__name="乙").count() == 2
    assert state() != before
    undo_batch(actor=desk.actor, batch=batch)
    assert state() == before


def test_undoing_teachers_takes_back_accounts_roles_and_the_former_homeroom_teacher(desk: Desk) -> None:
    first = book(("工号", "姓名", "职务", "班主任班级"), ("T1", "王一", "", "一<1>"), ("T2", "李二", "", ""))
    desk.run(first, ImportKind.TEACHERS)
    # One who has been homeroom teacher for a while is ended, one of today is removed: both come back.
    RoleGrant.objects.filter(role=Role.HOMEROOM).update(starts_on=today() - datetime.timedelta(days=30))
    before = state()
    second = book(
        ("工号", "姓名", "职务", "班主任班级"),
        ("T1", "王一", "校长", ""),
        ("T2", "李二二", "", "一<1>"),
        ("T3", "赵三", "", ""),
    )
    batch = imported(desk, second, ImportKind.TEACHERS, accepted="all")
    assert set(RoleGrant.objects.filter(ends_on=None).exclude(user=desk.admin).values_list("user__name", "role")) == {
        ("王一", Role.MENTOR),
        ("王一", Role.LEADER),
        ("李二二", Role.MENTOR),
        ("李二二", Role.HOMEROOM),
        ("赵三", Role.MENTOR),
    }
    undo_batch(actor=desk.actor, batch=batch)
    assert state() == before


def test_undoing_the_sample_rosters_one_after_the_other_leaves_the_empty_school(desk: Desk) -> None:
    files = [
        ("students.xlsx", ImportKind.STUDENTS),
        ("teachers.xlsx", ImportKind.TEACHERS),
        ("mentor-matrix.xlsx", ImportKind.MENTORS),
    ]
    states, batches = [], []
    for name, kind in files:
        states.append(state())
        batches.append(imported(desk, (ROSTERS / name).read_bytes(), kind))
    for batch, before in zip(reversed(batches), reversed(states), strict=True):
        undo_batch(actor=desk.actor, batch=batch)
        assert state() == before


def test_undoing_a_list_of_mentors_gives_back_the_former_ones_and_the_loads(desk: Desk) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "乙"))
    teachers = book(("工号", "姓名"), ("T1", "王一"), ("T2", "李二"))
    desk.run(teachers, ImportKind.TEACHERS)
    team = book(("班级", "一<1>"), ("导师团长", "王一"), ("导师", "李二"))
    desk.run(team, ImportKind.MENTORS)
    header = ("班级", "姓名", "学籍号", "导师")
    states = [state()]
    first = imported(desk, book(header, ("一<1>", "甲", "", "王一")), ImportKind.MENTORS)
    states.append(state())
    second = imported(desk, book(header, ("一<1>", "甲", "", "李二"), ("一<1>", "乙", "", "王一")), ImportKind.MENTORS)
    assert state() != states[1]
    for batch, before in ((second, states[1]), (first, states[0])):
        undo_batch(actor=desk.actor, batch=batch)
        assert state() == before


def test_an_undo_is_refused_once_a_new_pupil_was_edited(desk: Desk) -> None:
    batch = imported(desk, book(STUDENT_HEADER, pupil(1, "甲"), pupil(2, "乙")))
    Pupil.objects.filter(name="甲").update(remark="后来写的")
    code, message = refused(desk, batch)
    assert (code, "甲的学生资料已改动" in message, "没有撤销任何内容" in message) == ("changed_since", True, True)


def test_an_undo_is_refused_once_a_changed_field_was_changed_again_but_not_for_another_field(desk: Desk) -> None:
    desk.students(pupil(1, "甲", remark="旧"))
    batch = imported(desk, book(STUDENT_HEADER, pupil(1, "甲", remark="新")))
    Pupil.objects.update(remark="更新")
    assert refused(desk, batch)[0] == "changed_since"
    Pupil.objects.update(remark="新", gender="male")
    undo_batch(actor=desk.actor, batch=batch)
    assert Pupil.objects.values_list("remark", "gender").get() == ("旧", "male")


def test_an_undo_is_refused_once_something_hangs_on_a_new_row(desk: Desk) -> None:
    batch = imported(desk, book(STUDENT_HEADER, pupil(1, "甲")))
    child = Pupil.objects.get()
    Guardian.objects.create(school=desk.school, pupil=child, position=2, name="张二", phone="")
    code, message = refused(desk, batch)
    assert (code, "后来新增了监护人 1 条" in message) == ("changed_since", True)


def test_an_undo_is_refused_once_a_new_account_was_used(desk: Desk) -> None:
    batch = imported(desk, book(("工号", "姓名"), ("T1", "王一")), ImportKind.TEACHERS)
    User.objects.filter(username="qz-t1").update(last_login=datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC))
    code, message = refused(desk, batch)
    assert (code, "王一的账号已改动" in message) == ("changed_since", True)


def test_a_later_import_must_be_undone_first(desk: Desk) -> None:
    empty = state()
    first = imported(desk, book(STUDENT_HEADER, pupil(1, "甲")))
    second = imported(desk, book(STUDENT_HEADER, pupil(1, "甲", remark="新")))
    assert refused(desk, first)[0] == "changed_since"
    undo_batch(actor=desk.actor, batch=second)
    undo_batch(actor=desk.actor, batch=first)
    assert state() == empty


def test_a_private_readiness_case_neither_refuses_an_undo_nor_betrays_itself(desk: Desk) -> None:
    batch = imported(desk, book(("工号", "姓名"), ("T1", "王一"), ("T2", "李二")), ImportKind.TEACHERS)
    teacher = Teacher.objects.get(number="T1")
    ReadinessCase.objects.create(school=desk.year.school, teacher=teacher, starts_on=today())
    undo_batch(actor=desk.actor, batch=batch)
    assert (Teacher.objects.count(), ReadinessCase.objects.count()) == (0, 0)


def test_an_import_is_undone_once(desk: Desk) -> None:
    batch = imported(desk, book(STUDENT_HEADER, pupil(1, "甲")))
    undo_batch(actor=desk.actor, batch=batch)
    assert refused(desk, batch)[0] == "already_undone"
    waiting = upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=ImportKind.STUDENTS,
        data=book(STUDENT_HEADER, pupil(1, "甲")),
        file_name="a.xlsx",
        options=ImportOptions(),
    )
    assert refused(desk, waiting)[0] == "not_imported"


def test_another_school_cannot_undo(desk: Desk) -> None:
    batch = imported(desk, book(STUDENT_HEADER, pupil(1, "甲")))
    school, year = create_school(code="b", name="别校", preset=Preset.PRIMARY_TERMLY, start_year=2026)
    assert refused(Desk(school, year, person("b-admin", school, Role.SCHOOL_ADMIN)), batch)[0] == "other_school"


def test_the_admin_undoes_on_the_page_and_the_history_says_who(desk: Desk, admin_client: Client) -> None:
    batch = imported(desk, book(STUDENT_HEADER, pupil(1, "甲")))
    address = reverse("imports:detail", args=[batch.pk])
    assert "撤销整次导入" in admin_client.get(address).content.decode()
    answer = admin_client.post(reverse("imports:undo", args=[batch.pk]), follow=True).content.decode()
    assert ("已撤销，名册恢复到这次导入之前。" in answer, "由qz-admin老师撤销" in answer) == (True, True)
    assert ("撤销整次导入" in answer, Pupil.objects.count()) == (False, 0)
    assert "已撤销" in admin_client.get(reverse("imports:list")).content.decode()
