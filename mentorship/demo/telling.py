"""What 青竹小学 tells, honours, learns and looked up in the demo: announcements, honours, experience notes, a mute.

By the services that a school uses; nothing here reaches families, whose slips lead straight to their letter.
"""

import datetime
import uuid

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.models import User
from accounts.queries import actor_for
from accounts.services import audit, audit_many
from mentors.models.slots import Teacher
from records.announcing.enums import Audience
from records.announcing.services.announcements import AnnouncementData, publish_announcement, write_announcement
from records.announcing.services.receipts import confirm_announcement
from records.recognition.services.awards import RoundData, honour, nominate, open_award_round, publish_awards
from records.recognition.services.notes import NoteData, hand_in_note, pass_on_note, publish_note, write_note
from records.reminding.services.rules import pause_reminders
from schools.models import SchoolYear
from students.models import Pupil

_TALKED = NoteData(
    "先听十分钟，再开口",
    "一个孩子上课总趴着，问他怎么了，他只说没事。",
    "午休时我不问学习，陪他把教室后面的花浇完。第三次他自己说起家里添了弟弟。",
    "后来我和家长商量，每晚睡前留十分钟只陪他。我学到的是：先一起做一件事，话自己会来。",
    may_pass_on=True,
)
_VISITED = NoteData(
    "家访时请孩子当主人",
    "家访时家长说个不停，孩子躲在房间里不出来。",
    "我请孩子带我看看他的书桌和他养的小乌龟，再回到客厅三个人一起坐下。",
    "孩子说的比在学校一个月还多。以后每次家访我都先请孩子带我走一圈。",
)
_REASONS = (
    "下雨天陪学生等到家长来，第二天又打电话问孩子有没有着凉。",
    "谈心记得很细，接手的老师一看就明白孩子的情况。",
    "每次家访都提前约，家长说从来没有被打扰的感觉。",
)


def tell_and_honour(*, chief: Actor, year: SchoolYear) -> None:
    """Fill the pages of 公告, 表彰, 经验分享 and 提醒 as of the day of `chief`, of 德育室."""
    if chief.today > year.ends_on:
        # In the summer holiday nobody plans anything in the year that is over.
        return
    mentors = User.objects.filter(school=year.school, teacher__memberships__mentor__load__gt=0)
    # Whoever tries the demo finds the own pages as they were.
    people = mentors.exclude(username__startswith="demo-").exclude(pk=chief.user_id or 0).order_by("pk").distinct()
    colleagues = list(people[:6])
    actors = [actor_for(user, scope_key=None, on=chief.today) for user in colleagues]
    _announce(chief, actors)
    _honour(chief, year, actors, Teacher.objects.filter(user__in=colleagues).in_bulk(field_name="user_id"))
    _share(chief, actors)
    soon = min(chief.today + datetime.timedelta(days=14), year.ends_on)
    pause_reminders(actor=chief, user=colleagues[-1], starts_on=chief.today, ends_on=soon, reason="外出培训")
    _look_up(chief, actors, year)


def _look_up(chief: Actor, readers: list[Actor], year: SchoolYear) -> None:
    """What pages and sign-in would have noted, so that 使用记录 and 谁看过 hold something."""
    for reader in readers:
        audit(actor=reader, verb="sign_in", target=User.objects.get(pk=reader.user_id or 0), kind=AuditKind.ACCOUNT)
    pupils = Pupil.objects.filter(enrolments__year=year, enrolments__ends_on=None).order_by("pk")[:60]
    audit_many(
        actor=chief, verb="open_pupil", targets=[(year.school_id, pupil) for pupil in pupils], kind=AuditKind.READ
    )
    taken = {"list": "pupils", "as": "xlsx", "rows": len(pupils), "reason": "meeting", "where": {"place": ""}}
    audit(actor=chief, verb="take_out_list", kind=AuditKind.READ, detail=taken)


def _announce(chief: Actor, readers: list[Actor]) -> None:
    first, last = chief.today, chief.today + datetime.timedelta(days=10)
    meeting = AnnouncementData(
        audience=Audience.TEACHERS,
        title="周三下午导师研讨",
        text="周三下午三点半在阶梯教室，请带上导师记录本。\n主题：和家长通电话，第一句说什么。",
        needs_receipt=True,
        starts_on=first,
        ends_on=last,
    )
    told = publish_announcement(actor=chief, announcement=write_announcement(actor=chief, data=meeting))
    # Whoever tries the demo has read it: their first page begins with the pupils.
    tried = User.objects.filter(school=chief.school_id, username__startswith="demo-").exclude(pk=chief.user_id or 0)
    readers = [*readers[3:], *(actor_for(user, scope_key=None, on=chief.today) for user in tried)]
    for reader in readers:
        confirm_announcement(actor=reader, announcement=told, edition=told.edition)
    draft = AnnouncementData(
        audience=Audience.FAMILIES,
        title="期末家长开放日",
        text="期末开放日安排在最后一个周五下午，欢迎到孩子的班级坐一坐。\n具体时间由班主任通知。",
        starts_on=first,
        ends_on=last,
    )
    write_announcement(actor=chief, data=draft)


def _honour(chief: Actor, year: SchoolYear, actors: list[Actor], teachers: dict[int, Teacher]) -> None:
    for title, award, is_over in (("家访之星", "家访之星", True), ("学期导师表彰", "暖心导师", False)):
        # In its last days a year has no day left to wait for.
        until = chief.today if is_over else min(chief.today + datetime.timedelta(days=10), year.ends_on)
        row = open_award_round(actor=chief, data=RoundData(title, award, until, "请写一件您亲眼看到的事。"))
        for at, reason in enumerate(_REASONS):
            whom = teachers[actors[(at + 1) % 3].user_id or 0]
            nominate(actor=actors[at], round=row, teacher=whom, reason=reason)
        if is_over:
            chosen = teachers[actors[1].user_id or 0]
            honour(actor=chief, round=row, teacher=chosen, citation="把每一次家访都当成去做客。")
            publish_awards(actor=chief, round=row)


def _share(chief: Actor, actors: list[Actor]) -> None:
    for actor, data, goes_out in ((actors[1], _TALKED, True), (actors[2], _VISITED, False)):
        note = write_note(actor=actor, data=data, submission=uuid.uuid5(uuid.NAMESPACE_URL, data.title))
        if hand_in_note(actor=actor, note=note):
            raise RuntimeError("an experience note of the demo tells who a child is")
        if goes_out:
            publish_note(actor=chief, note=note)
            pass_on_note(actor=chief, note=note)
