"""What an announcement says to whom, what becomes of it, and who is counted as having read it."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AuditEntry, User
from core.errors import DomainError
from notices.models import Notice, OutboxMessage
from notices.services import add_robot
from records.announcing.enums import AnnouncementState, Audience
from records.announcing.models import Announcement, AnnouncementFile, Edition, Receipt
from records.announcing.queries.announcements import announcements_for_family, open_announcements
from records.announcing.queries.readers import Reached, families_left, reached, teachers_left
from records.announcing.services.announcements import (
    add_announcement_file,
    change_announcement,
    delete_draft,
    publish_announcement,
    remind_readers,
    remove_announcement_file,
    tell_begun,
    withdraw_announcement,
    write_announcement,
)
from records.announcing.services.receipts import (
    confirm_announcement,
    confirm_by_family,
    read_announcement,
    read_by_family,
)
from records.merging.services import merge_pupils
from schools.models import Grade, School
from schools.queries import hanging_on
from students.models import FamilySlip, Pupil
from students.services import issue_slips
from tests.announcing.builders import TEXT, TITLE, announce, said
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.core.test_pictures import picture

NEXT_WEEK = TODAY + datetime.timedelta(days=7)


def refused(service: Callable[[], Any]) -> str:
    """The code of the refusal."""
    with pytest.raises(DomainError) as refusal:
        service()
    return refusal.value.code


def slip_of(cast: SchoolCast, pupil: Pupil) -> FamilySlip:
    return issue_slips(actor=cast.actor(cast.office), pupils=[pupil])[pupil.pk]


def told(row: Announcement) -> list[str]:
    """Who has a notice of it, by name and title."""
    rows = Notice.objects.filter(dedup_key__startswith=f"announcement:{row.pk}:").order_by("recipient__username", "pk")
    return [f"{notice.recipient.name} {notice.title}" for notice in rows]


def open_for(actor: Actor) -> list[int]:
    return [row.pk for row in open_announcements(actor)]


def test_a_draft_is_its_writers_alone_and_nobody_is_told(qingzhu: SchoolCast) -> None:
    row = write_announcement(actor=qingzhu.actor(qingzhu.office), data=said(title=" 周五  开会 ", text="一\n\n 二 "))
    seen = [Announcement.objects.visible_to(qingzhu.actor(user)).count() for user in qingzhu.people.values()]
    assert (row.state, row.edition, row.title, row.text) == (AnnouncementState.DRAFT, 0, "周五 开会", "一\n二")
    assert seen == [1 if user == qingzhu.office else 0 for user in qingzhu.people.values()]
    assert told(row) == []


@pytest.mark.parametrize(
    "values,names",
    [
        ({}, ["管一鸣", "苏禾", "温言", "何知秋", "程远", "林小满", "陶然"]),
        ({"audience": Audience.ROLES, "roles": (Role.HOMEROOM, Role.COUNSELLOR)}, ["温言", "何知秋"]),
        ({"audience": Audience.FAMILIES}, []),
    ],
)
def test_published_it_reaches_the_inboxes_of_whom_it_addresses(
    qingzhu: SchoolCast, other: SchoolCast, values: dict[str, Any], names: list[str]
) -> None:
    row = announce(qingzhu, **values)
    assert told(row) == [f"{name} 公告：{TITLE}" for name in names]
    assert AuditEntry.objects.filter(verb="publish_announcement", target_id=row.pk).count() == 1
    assert [open_for(other.actor(user)) for user in other.people.values()] == [[]] * 9


def test_publishing_twice_tells_once(qingzhu: SchoolCast) -> None:
    row = announce(qingzhu)
    count = Notice.objects.count()
    assert publish_announcement(actor=qingzhu.actor(qingzhu.office), announcement=row).edition == 1
    assert (Notice.objects.count(), Edition._default_manager.count()) == (count, 1)


def test_one_that_begins_later_is_told_on_its_first_day(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    row = announce(qingzhu, starts_on=NEXT_WEEK, ends_on=NEXT_WEEK)
    assert (told(row), tell_begun(), open_for(qingzhu.actor(qingzhu.mentor))) == ([], 0, [])
    monkeypatch.setattr("records.announcing.services.announcements.today", lambda: NEXT_WEEK)
    assert (tell_begun(), tell_begun(), len(told(row))) == (1, 0, 7)


def test_who_may_announce_to_whom(qingzhu: SchoolCast, other: SchoolCast) -> None:
    def answer(user: User, data: Any) -> str:
        try:
            write_announcement(actor=qingzhu.actor(user), data=data)
        except DomainError as refusal:
            return refusal.code
        return "ok"

    own = said(Audience.CLASS, school_class=qingzhu.class_one)
    cases = {
        "teachers": said(),
        "families": said(Audience.FAMILIES),
        "grade": said(Audience.GRADE, grade=qingzhu.class_one.grade),
        "own class": own,
        "another class": said(Audience.CLASS, school_class=qingzhu.class_five),
        "schools": said(Audience.SCHOOLS),
        "another school's": said(Audience.GRADE, grade=other.class_one.grade),
    }
    no, ok, away = "not_allowed", "ok", "other_school"
    assert {part: [answer(user, data) for data in cases.values()] for part, user in qingzhu.people.items()} == {
        "admin": [ok, ok, ok, no, no, no, away],
        "office": [ok, ok, ok, no, no, no, away],
        "leader": [ok, ok, ok, no, no, no, away],
        "homeroom": [no, no, no, ok, no, no, away],
        "mentor": [no, no, no, no, no, no, away],
        "colleague": [no, no, no, no, no, no, away],
        "sharer": [no, no, no, no, no, no, away],
        "counsellor": [no, no, no, no, no, no, away],
        "bureau_user": [no, no, away, away, away, ok, away],
    }


@pytest.mark.parametrize(
    "values,code",
    [
        ({"title": " "}, "empty"),
        ({"text": "\n"}, "empty"),
        ({"title": "长" * 41}, "too_long"),
        ({"text": "长" * 2001}, "too_long"),
        ({"ends_on": TODAY - datetime.timedelta(days=1)}, "ends_first"),
        ({"ends_on": TODAY + datetime.timedelta(days=400)}, "date_out_of_range"),
        ({"starts_on": TODAY - datetime.timedelta(days=1)}, "date_out_of_range"),
        ({"audience": Audience.ROLES}, "no_audience"),
        ({"audience": Audience.GRADE}, "no_audience"),
    ],
)
def test_what_cannot_be_kept_is_refused(qingzhu: SchoolCast, values: dict[str, Any], code: str) -> None:
    assert refused(lambda: write_announcement(actor=qingzhu.actor(qingzhu.office), data=said(**values))) == code


def test_a_correction_is_a_new_edition_that_all_read_and_confirm_anew(qingzhu: SchoolCast) -> None:
    office, mentor = qingzhu.actor(qingzhu.office), qingzhu.actor(qingzhu.mentor)
    row = announce(qingzhu, needs_receipt=True)
    read_announcement(actor=mentor, announcement=row)
    confirm_announcement(actor=mentor, announcement=row, edition=1)
    assert (reached(row), open_for(mentor)) == (Reached(7, 1, 1), [])

    row = change_announcement(actor=office, announcement=row, data=said(text="改到周六。"), version=row.version)
    assert (row.edition, row.text, row.needs_receipt) == (2, "改到周六。", True)
    assert (reached(row), open_for(mentor)) == (Reached(7, 0, 0), [row.pk])
    assert [edition.text for edition in row.editions.all()] == ["改到周六。", TEXT]
    assert [one for one in told(row) if "程远" in one] == [f"程远 公告：{TITLE}", f"程远 公告有更正：{TITLE}"]
    assert refused(lambda: confirm_announcement(actor=mentor, announcement=row, edition=1)) == "corrected"
    receipt = Receipt.objects.get(user=qingzhu.mentor)
    assert (receipt.read_edition, receipt.confirmed_edition) == (1, 1)
    confirm_announcement(actor=mentor, announcement=row, edition=2)
    assert reached(row) == Reached(7, 1, 1)


def test_the_same_text_again_is_no_new_edition(qingzhu: SchoolCast) -> None:
    row = announce(qingzhu)
    later = said(ends_on=NEXT_WEEK + datetime.timedelta(days=1))
    changed = change_announcement(
        actor=qingzhu.actor(qingzhu.office), announcement=row, data=later, version=row.version
    )
    assert (changed.edition, changed.ends_on) == (1, later.ends_on)


def test_who_saves_over_another_is_refused(qingzhu: SchoolCast) -> None:
    row, office = announce(qingzhu), qingzhu.actor(qingzhu.office)
    change_announcement(actor=office, announcement=row, data=said(text="一"), version=row.version)
    again = lambda: change_announcement(actor=office, announcement=row, data=said(text="二"), version=row.version)  # noqa: E731
    assert refused(again) == "changed_meanwhile"


def test_what_is_withdrawn_says_why_and_is_nobodys_to_read(qingzhu: SchoolCast) -> None:
    row, office = announce(qingzhu), qingzhu.actor(qingzhu.office)
    assert refused(lambda: withdraw_announcement(actor=office, announcement=row, reason=" ")) == "no_reason"
    row = withdraw_announcement(actor=office, announcement=row, reason="时间错了")
    mentor = qingzhu.actor(qingzhu.mentor)
    assert (row.state, row.withdrawn_reason, open_for(mentor)) == (AnnouncementState.WITHDRAWN, "时间错了", [])
    assert read_announcement(actor=mentor, announcement=row) is False
    assert refused(lambda: remind_readers(actor=office, announcement=row)) == "withdrawn"
    again = withdraw_announcement(actor=office, announcement=row, reason="又错了")
    assert again.withdrawn_reason == "时间错了"


def test_a_draft_is_thrown_away_with_its_files_and_what_is_out_is_not(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    row = write_announcement(actor=office, data=said())
    add_announcement_file(actor=office, announcement=row, data=picture(), name="图.png")
    delete_draft(actor=office, announcement=row)
    assert (Announcement.objects.count(), AnnouncementFile._default_manager.count()) == (0, 0)
    assert refused(lambda: delete_draft(actor=office, announcement=announce(qingzhu))) == "is_out"


def test_three_files_and_no_fourth(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    row = write_announcement(actor=office, data=said())

    def add() -> AnnouncementFile:
        return add_announcement_file(actor=office, announcement=row, data=picture(), name="图.png")

    files = [add() for _ in range(3)]
    assert (files[0].name, files[0].content_type, refused(add)) == ("图.jpg", "image/jpeg", "too_many_files")
    remove_announcement_file(actor=office, file=files[0])
    assert row.files.count() == 2


def test_whoever_is_left_is_told_once_a_day(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    row = announce(qingzhu, needs_receipt=True)
    read_announcement(actor=qingzhu.actor(qingzhu.mentor), announcement=row)
    confirm_announcement(actor=qingzhu.actor(qingzhu.colleague), announcement=row, edition=1)
    assert [user.name for user in teachers_left(row, confirmed=False)] == ["何知秋", "温言", "程远", "管一鸣", "陶然"]
    assert [remind_readers(actor=office, announcement=row) for _ in range(2)] == [6, 0]
    assert f"林小满 公告还没有确认：{TITLE}" in told(row)
    assert refused(lambda: remind_readers(actor=office, announcement=announce(qingzhu, Audience.FAMILIES))) == (
        "for_families"
    )


def test_families_read_what_speaks_to_them_and_confirm_it(qingzhu: SchoolCast) -> None:
    one, five = slip_of(qingzhu, qingzhu.pupils[0]), slip_of(qingzhu, qingzhu.pupil_shared)
    all_of = announce(qingzhu, Audience.FAMILIES, title="全校")
    grade = announce(qingzhu, Audience.GRADE, grade=qingzhu.class_one.grade, title="一年级")
    own = announce(
        qingzhu, Audience.CLASS, school_class=qingzhu.class_one, by=qingzhu.homeroom, title="本班", needs_receipt=True
    )
    announce(qingzhu)
    seen = [[row.title for row in announcements_for_family(slip, TODAY)] for slip in (one, five)]
    assert seen == [["本班", "一年级", "全校"], ["全校"]]

    read_by_family(slip=one, announcement=own)
    assert reached(own) == Reached(4, 1, 0)
    confirm_by_family(slip=one, announcement=own, edition=1)
    confirm_by_family(slip=one, announcement=own, edition=1)
    assert (reached(own), Receipt.objects.count()) == (Reached(4, 1, 1), 1)
    assert refused(lambda: confirm_by_family(slip=five, announcement=own, edition=1)) == "not_allowed"
    assert refused(lambda: confirm_by_family(slip=one, announcement=grade, edition=1)) == "no_receipt"
    left = [(row.pupil.name, vars(row)["has_slip"]) for row in families_left(all_of, confirmed=False)]
    assert left == [
        ("安可儿", True), ("白一诺", False), ("曹子墨", False), ("丁小雨", False), ("范思齐", True)
    ]  # fmt: skip


def test_a_bureau_announces_to_the_office_and_the_admin_of_its_schools(qingzhu: SchoolCast, other: SchoolCast) -> None:
    bureau = qingzhu.actor(qingzhu.bureau_user)
    row = write_announcement(actor=bureau, data=said(Audience.SCHOOLS, needs_receipt=True))
    row = publish_announcement(actor=bureau, announcement=row)
    assert told(row) == [f"管一鸣 公告：{TITLE}", f"德育韩 公告：{TITLE}"]
    office = qingzhu.actor(qingzhu.office)
    assert [open_for(qingzhu.actor(user)) for user in (qingzhu.office, qingzhu.leader)] == [[row.pk], []]
    assert open_for(other.actor(other.office)) == []
    confirm_announcement(actor=office, announcement=row, edition=1)
    assert reached(row) == Reached(2, 1, 1)
    assert [user.name for user in teachers_left(row, confirmed=True)] == ["管一鸣"]


def test_a_bureau_announces_to_chosen_schools_alone(qingzhu: SchoolCast, other: SchoolCast) -> None:
    bureau = qingzhu.actor(qingzhu.bureau_user)
    School.objects.filter(pk=other.school.pk).update(bureau=qingzhu.school.bureau)
    other.school.refresh_from_db()
    row = write_announcement(actor=bureau, data=said(Audience.SCHOOLS, schools=(other.school,)))
    row = publish_announcement(actor=bureau, announcement=row)
    assert row.to_whom == "1 所学校的德育室和管理员"
    assert {user.school for user in teachers_left(row, confirmed=False)} == {other.school}
    assert [open_for(cast.actor(cast.office)) for cast in (qingzhu, other)] == [[], [row.pk]]


def test_a_bureau_announces_to_no_school_of_another_bureau(qingzhu: SchoolCast, other: SchoolCast) -> None:
    data = said(Audience.SCHOOLS, schools=(other.school,))
    bureau = qingzhu.actor(qingzhu.bureau_user)
    assert refused(lambda: write_announcement(actor=bureau, data=data)) == "other_school"


def test_what_a_second_entry_of_a_pupil_has_read_moves_to_the_kept_one(qingzhu: SchoolCast) -> None:
    """A merge stopped at a table that it did not know of."""
    kept, other = qingzhu.pupils[0], EnrolmentFactory.create(
        school_class=qingzhu.class_one, pupil__name="安可儿", pupil__student_number=""
    ).pupil  # fmt: skip
    both, one = announce(qingzhu, Audience.FAMILIES), announce(qingzhu, Audience.FAMILIES)
    for pupil, row in ((kept, both), (other, both), (other, one)):
        read_by_family(slip=slip_of(qingzhu, pupil), announcement=row)
    merge_pupils(actor=qingzhu.actor(qingzhu.admin), kept=kept, other=other)
    assert sorted(Receipt.objects.values_list("announcement", "pupil")) == [(both.pk, kept.pk), (one.pk, kept.pk)]


def test_a_grade_whose_families_were_told_something_stays(qingzhu: SchoolCast) -> None:
    grade = Grade.objects.get(school=qingzhu.school, number=3)
    announce(qingzhu, Audience.GRADE, grade=grade)
    assert hanging_on(grade) == [" 1 个公告"]


def test_the_schools_robots_say_that_there_is_one_to_all_teachers_and_never_which(qingzhu: SchoolCast) -> None:
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcdefgh"
    add_robot(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, name="全体导师群", address=address)
    for audience in (Audience.TEACHERS, Audience.FAMILIES):
        announce(qingzhu, audience)
    [body] = OutboxMessage.objects.exclude(robot=None).values_list("body", flat=True)
    assert body.split("\n")[0] == "【全员导师制】学校发布了新公告，请登录查看。"
