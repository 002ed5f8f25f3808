"""Case meetings 小教研 of a class's team (Guyi plan 四(四)1), and meetings of what is wider: notes kept together."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from mentors.enums import MeetingCircle
from mentors.models.slots import Teacher
from mentors.team.models import CaseMeeting
from mentors.team.queries.places import MeetingPlace, place_of
from mentors.team.rules import can_edit_meeting, can_hold_meetings
from schools.days import follow_up_days, past_days
from students.models import Enrolment

EXPIRED = "这个表单已经失效，请刷新页面后重新填写。"
UNDO_DAYS = 30
_WRITERS: Final = {
    MeetingCircle.CLASS: "小教研由本班导师团和班主任登记。",
    MeetingCircle.GRADE: "年级研讨由本年级的班主任、德育室和领导小组登记。",
    MeetingCircle.SCHOOL: "全校研讨由德育室和领导小组登记。",
    MeetingCircle.GROUP: "工作小组会议由德育室和领导小组登记。",
}


@dataclass(frozen=True, slots=True)
class MeetingData:
    """What the form of a case meeting says; pupils and teachers by key."""

    date: datetime.date
    topic: str
    text: str = ""
    follow_up_on: datetime.date | None = None
    pupils: frozenset[int] = field(default_factory=frozenset)
    teachers: frozenset[int] = field(default_factory=frozenset)


def _check(actor: Actor, place: MeetingPlace, data: MeetingData, kept_pupils: Collection[int] = ()) -> None:
    if not data.topic.strip():
        raise DomainError("topic_missing", "请写一下讨论的主题。")
    past_days(place.year, actor.today).check(data.date)
    follow_up_days(data.date).check(data.follow_up_on)
    if data.pupils and not place.is_about_pupils:
        raise DomainError("other_class", "这里的记录很多老师能看到，不选学生；要讨论某位同学，请记在班级的小教研里。")
    of_class = Enrolment.objects.filter(school_class=place.school_class, pupil_id__in=data.pupils)
    if not data.pupils <= {*of_class.values_list("pupil_id", flat=True), *kept_pupils}:
        raise DomainError("other_class", "有学生不在这个班，请重新选择。")
    if Teacher.objects.filter(school_id=place.year.school_id, pk__in=data.teachers).count() != len(data.teachers):
        raise DomainError("other_school", "有教师不属于本校。")


def _fields(data: MeetingData) -> dict[str, object]:
    return {
        "date": data.date,
        "topic": data.topic.strip(),
        "text": data.text.strip(),
        "follow_up_on": data.follow_up_on,
    }


def hold_meeting(*, actor: Actor, place: MeetingPlace, data: MeetingData, submission: uuid.UUID) -> CaseMeeting:
    """Save one meeting of the place. The same `submission` again returns the one that is already there.

    Raises DomainError `other_school`, `not_allowed`, `topic_missing`, `date_out_of_range`, `other_class`,
    `submission_taken`.
    """
    if place.year.school_id != actor.school_id:
        raise DomainError("other_school", "这个班级或年级不属于本校。")
    if actor.user_id is None or not can_hold_meetings(actor, place):
        raise DomainError("not_allowed", _WRITERS[place.circle])
    _check(actor, place, data)
    is_of_class = place.school_class is not None
    try:
        with transaction.atomic():
            meeting = CaseMeeting.objects.create(
                school_id=place.year.school_id,
                circle=place.circle,
                school_class=place.school_class,
                grade=place.grade,
                year=None if is_of_class else place.year,
                submission=submission,
                created_by_id=actor.user_id,
                **_fields(data),
            )
            meeting.pupils.add(*data.pupils)
            meeting.teachers.add(*data.teachers)
            audit(actor=actor, verb="hold_meeting", target=meeting, detail={"pupils": len(data.pupils)})
            return meeting
    except IntegrityError:
        there = CaseMeeting.objects.filter(submission=submission).first()
        if there is None:
            raise
        if there.created_by_id != actor.user_id:
            raise DomainError("submission_taken", EXPIRED) from None
        return there


def _lock(actor: Actor, meeting: CaseMeeting) -> CaseMeeting:
    if meeting.school_id != actor.school_id:
        raise DomainError("other_school", "这条记录不属于本校。")
    rows = CaseMeeting.objects.select_for_update(of=("self",)).select_related("school_class__year", "grade", "year")
    locked = rows.get(pk=meeting.pk)
    if not can_edit_meeting(actor, locked):
        raise DomainError("not_allowed", "只有记录人可以修改；班级的小教研班主任也可以，其他的德育室也可以。")
    return locked


@transaction.atomic
def update_meeting(*, actor: Actor, meeting: CaseMeeting, version: int, data: MeetingData) -> CaseMeeting:
    """Change a meeting whose form showed `version`.

    Raises DomainError `other_school`, `not_allowed`, `gone`, `changed_meanwhile`, `topic_missing`,
    `date_out_of_range`, `other_class`.
    """
    locked = _lock(actor, meeting)
    if locked.deleted_at is not None:
        raise DomainError("gone", "这次小教研的记录已经删除了，请先恢复再修改。")
    _check(actor, place_of(locked), data, list(locked.pupils.values_list("pk", flat=True)))
    if locked.version != version:
        raise DomainError("changed_meanwhile", "这条记录刚才在别处改过，下面是您的文字，请核对后再保存。")
    for name, value in _fields(data).items():
        setattr(locked, name, value)
    locked.version += 1
    locked.save()
    locked.pupils.set(data.pupils)
    locked.teachers.set(data.teachers)
    audit(actor=actor, verb="update_meeting", target=locked, detail={"version": locked.version})
    return locked


@transaction.atomic
def delete_meeting(*, actor: Actor, meeting: CaseMeeting) -> CaseMeeting:
    """Take a meeting out of the list, for 30 days with a way back. Raises DomainError `other_school`, `not_allowed`."""
    locked = _lock(actor, meeting)
    if locked.deleted_at is None:
        locked.deleted_at = now()
        locked.save(update_fields=["deleted_at"])
        audit(actor=actor, verb="delete_meeting", target=locked)
    return locked


@transaction.atomic
def restore_meeting(*, actor: Actor, meeting: CaseMeeting) -> CaseMeeting:
    """Bring a deleted meeting back. Raises DomainError `other_school`, `not_allowed`, `too_late`."""
    locked = _lock(actor, meeting)
    if locked.deleted_at is not None:
        if locked.deleted_at < now() - datetime.timedelta(days=UNDO_DAYS):
            raise DomainError("too_late", f"删除已经超过 {UNDO_DAYS} 天，不能恢复了。")
        locked.deleted_at = None
        locked.save(update_fields=["deleted_at"])
        audit(actor=actor, verb="restore_meeting", target=locked)
    return locked
