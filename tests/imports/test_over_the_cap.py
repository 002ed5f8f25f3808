"""A list that would push a mentor past the cap says whom, and shows the way to an exception to who may grant it."""

import datetime

from django.test import Client
from django.urls import reverse

from accounts.actors import system_actor
from accounts.enums import Role
from accounts.models import RoleGrant
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import recheck_batch, upload_batch
from jobs.models import ImportBatch
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Mentor, Teacher
from mentors.services.assignments import assign_pupil
from mentors.services.slots import create_mentor, grant_exception
from students.models import Pupil
from tests.imports.conftest import Desk, book, person, pupil

CAP = 15


def sixteen_for_one(desk: Desk) -> tuple[ImportBatch, Mentor]:
    """A list that gives sixteen pupils to one mentor."""
    desk.students(*(pupil(n, f"学生{n}") for n in range(1, CAP + 2)))
    desk.run(book(("工号", "姓名"), ("T1", "王一")), ImportKind.TEACHERS)
    mentor = create_mentor(actor=desk.actor, year=desk.year, teachers=[Teacher.objects.get()])
    rows = [("一<1>", f"学生{n}", f"G{n:018d}", "王一") for n in range(1, CAP + 2)]
    batch = upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=ImportKind.MENTORS,
        data=book(("班级", "姓名", "学籍号", "导师"), *rows),
        file_name="导师名单.xlsx",
        options=ImportOptions(),
    )
    return batch, mentor


def test_the_preview_says_which_mentor_and_offers_the_way_to_who_may_grant(desk: Desk, admin_client: Client) -> None:
    batch, _ = sixteen_for_one(desk)
    assert batch.state == ImportState.REFUSED
    address = reverse("imports:detail", args=[batch.pk])
    page = admin_client.get(address).content.decode()
    assert "王一老师将有 16 名学生，超过上限 15 名。" in page
    assert ("由德育室批准超额，再重新核对" in page, reverse("board:grant") in page) == (True, False)
    since = datetime.date(2020, 9, 1)
    RoleGrant.objects.create(user=desk.admin, role=Role.MORAL_OFFICE, school=desk.school, starts_on=since)
    assert f'href="{reverse("board:grant")}"' in admin_client.get(address).content.decode()


def test_after_the_exception_a_second_look_lets_the_list_through(desk: Desk) -> None:
    batch, mentor = sixteen_for_one(desk)
    office = Desk(desk.school, desk.year, person("office", desk.school, Role.MORAL_OFFICE))
    grant_exception(actor=office.actor, mentor=mentor, limit=16, reason="一位老师请长假")
    batch = recheck_batch(actor=desk.actor, batch=batch, options=ImportOptions.of(batch.options))
    assert (batch.state, batch.summary["created"]) == (ImportState.CHECKED, CAP + 1)


def test_a_pupil_who_is_moved_out_of_the_plan_keeps_the_mentor_and_the_preview_says_so(desk: Desk) -> None:
    """The roster left the mentor's place taken for a child of a grade without mentors, and nobody was told."""
    desk.students(pupil(1, "甲"), pupil(2, "乙"), pupil(3, "丙"))
    desk.run(book(("工号", "姓名"), ("T1", "王一")), ImportKind.TEACHERS)
    mentor = create_mentor(actor=desk.actor, year=desk.year, teachers=[Teacher.objects.get()])
    for name in ("甲", "乙"):
        one = Pupil.objects.get(name=name)
        assign_pupil(
            actor=system_actor(school_id=desk.school.pk, today=desk.actor.today),
            pupil=one,
            mentor=mentor,
            origin=AssignmentOrigin.OFFICE,
        )
    # 甲 and 丙, who has no mentor, go into a grade outside of the plan; 乙 stays within.
    rows = (pupil(1, "甲", "六<1>"), pupil(2, "乙", "五<1>"), pupil(3, "丙", "六<1>"))
    report = desk.students(*rows, dry=True)
    assert [(f.code, f.row, f.message) for f in report.log.findings if f.code != "class_changed"] == [
        (
            "mentor_kept",
            2,
            "六（1）班不在方案内，不配导师；在这里转班，王一的名额不会空出。要空出名额，请不打勾，改在“学生”里办理转班。",
        )
    ]
