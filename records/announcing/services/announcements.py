"""The only writer of announcements: drafts, what goes out, corrections, taking back, telling who has not read."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.services import audit
from core.clock import now, today
from core.errors import DomainError
from core.files import check_room, clean_file_name, clean_handout, delete_later, put_beside
from core.nightly import for_each
from core.saving import CHANGED
from core.text import clean_text, visible
from notices.enums import Saying
from notices.services import NoticeFor, send_notices, tell_robots
from records.announcing.enums import AnnouncementState, Audience
from records.announcing.models import Announcement, AnnouncementFile, Edition
from records.announcing.queries.readers import teachers_left, teachers_reached
from records.announcing.rules import audiences_of, may_manage
from schools.days import notice_days
from schools.models import Grade, School, SchoolClass

TITLE_LENGTH: Final = 40
TEXT_LENGTH: Final = 2000
REASON_LENGTH: Final = 100
MOST_FILES: Final = 3
#: The kind of its notices, and of the name of the daily task.
ANNOUNCEMENT: Final = "announcement"
TELL: Final = "records.tell_announcements"


@dataclass(frozen=True, slots=True)
class AnnouncementData:
    """What the form of an announcement says."""

    audience: Audience
    title: str
    text: str
    starts_on: datetime.date
    ends_on: datetime.date
    needs_receipt: bool = False
    roles: tuple[Role, ...] = ()
    grade: Grade | None = None
    school_class: SchoolClass | None = None
    schools: tuple[School, ...] = ()


@transaction.atomic
def write_announcement(*, actor: Actor, data: AnnouncementData) -> Announcement:
    """A new draft, which nobody else sees. Raises DomainError as `change_announcement`."""
    _check_audience(actor, data)
    row = Announcement(
        school_id=actor.school_id if data.audience != Audience.SCHOOLS else None,
        bureau_id=actor.bureau_id if data.audience == Audience.SCHOOLS else None,
        created_by_id=actor.user_id,
    )
    _fill(row, data)
    notice_days(actor.today).check(row.starts_on)
    row.save()
    return row


@transaction.atomic
def change_announcement(
    *, actor: Actor, announcement: Announcement, data: AnnouncementData, version: int
) -> Announcement:
    """Change a draft, or correct what is out: then title, text and last day alone, as a new edition, which all read
    and confirm anew. The same text again is no new edition.

    `version` is the one that was seen. Raises DomainError `other_school`, `not_allowed`, `changed_meanwhile`,
    `withdrawn`, `empty`, `too_long`, `no_audience`, `date_out_of_range`, `ends_first`.
    """
    row = _locked(actor, announcement)
    if row.version != version:
        raise DomainError(CHANGED, "这条公告刚刚被人改过，您的还没有保存。请刷新页面，看过新的再改。")
    if row.is_draft:
        _check_audience(actor, data)
        starts_on = row.starts_on
        _fill(row, data)
        if row.starts_on != starts_on:
            notice_days(actor.today).check(row.starts_on)
        row.version += 1
        row.save()
        return row
    said = (row.title, row.text)
    _say(row, data.title, data.text)
    row.ends_on = data.ends_on
    _check_days(row)
    corrected = (row.title, row.text) != said
    row.version += 1
    row.edition += corrected
    row.save(update_fields=["title", "text", "ends_on", "version", "edition"])
    if corrected:
        _keep_edition(actor, row)
        audit(actor=actor, verb="correct_announcement", target=row, detail={"edition": row.edition})
        if row.told_at is not None:
            _tell(row, "公告有更正")
    return row


@transaction.atomic
def publish_announcement(*, actor: Actor, announcement: Announcement) -> Announcement:
    """Send a draft out: whom it addresses reads it from its first day on, teachers find it among their messages.

    Published already it stays as it is. Raises DomainError `other_school`, `not_allowed`, `over`, `withdrawn`.
    """
    row = _locked(actor, announcement)
    if not row.is_draft:
        return row
    # The roles may have changed since it was written.
    _check_audience(actor, _data_of(row))
    if row.ends_on < actor.today:
        raise DomainError("over", "结束日期已经过了，请先把日期改晚一些再发布。")
    row.state, row.edition = AnnouncementState.PUBLISHED, 1
    row.published_by_id, row.published_at = actor.user_id, now()
    row.version += 1
    row.save()
    _keep_edition(actor, row)
    audit(actor=actor, verb="publish_announcement", target=row, detail={"audience": row.audience})
    if row.starts_on <= actor.today:
        _tell_first(row)
    return row


@transaction.atomic
def withdraw_announcement(*, actor: Actor, announcement: Announcement, reason: str) -> Announcement:
    """Take back what is out; whoever opens it learns why. Twice is once.

    Raises DomainError `other_school`, `not_allowed`, `not_out` for a draft, `no_reason`, `too_long`.
    """
    row = _locked(actor, announcement, withdrawn_too=True)
    if row.state == AnnouncementState.WITHDRAWN:
        return row
    if row.is_draft:
        raise DomainError("not_out", "这条公告还没有发布，可以直接删除草稿。")
    reason = clean_text(reason)
    if not reason:
        raise DomainError("no_reason", "请写明撤回的原因，看过的人会看到。")
    _check_length("撤回原因", reason, REASON_LENGTH)
    row.state, row.withdrawn_at, row.withdrawn_reason = AnnouncementState.WITHDRAWN, now(), reason
    row.version += 1
    row.save(update_fields=["state", "withdrawn_at", "withdrawn_reason", "version"])
    audit(actor=actor, verb="withdraw_announcement", target=row)
    return row


@transaction.atomic
def delete_draft(*, actor: Actor, announcement: Announcement) -> None:
    """Throw a draft away with its files. Raises DomainError `other_school`, `not_allowed`, `is_out`."""
    row = _locked(actor, announcement)
    if not row.is_draft:
        raise DomainError("is_out", "这条公告已经发布，只能撤回。")
    for file in row.files.all():
        _drop(file)
    row.delete()


@transaction.atomic
def remind_readers(*, actor: Actor, announcement: Announcement) -> int:
    """Tell the teachers who have not read it, or not confirmed it where that is asked, once more, and once a day.

    How many were told. Raises DomainError `other_school`, `not_allowed`, `not_out`, `for_families`.
    """
    row = _locked(actor, announcement)
    if row.for_families:
        raise DomainError("for_families", "家长没有账号，收不到消息。可以复制通知文字发到班级群。")
    if not row.is_out or row.starts_on > actor.today or row.ends_on < actor.today:
        raise DomainError("not_out", "这条公告现在不在公布期内，不用提醒。")
    left = teachers_left(row, confirmed=row.needs_receipt)
    word = "公告还没有确认" if row.needs_receipt else "公告还没有看"
    told = _send(row, left, f"{word}：{row.title}", key=f"again:{actor.today.isoformat()}")
    if told:
        audit(actor=actor, verb="remind_announcement", target=row, detail={"people": told})
    return told


def add_announcement_file(*, actor: Actor, announcement: Announcement, data: bytes, name: str) -> AnnouncementFile:
    """Put one file beside it: a PDF is written anew, a picture becomes a JPEG without the camera's data.

    Raises DomainError `other_school`, `not_allowed`, `withdrawn`, `too_many_files`, and those of `clean_handout`.
    """
    _check(actor, announcement)
    content, content_type, suffix = clean_handout(data)
    with transaction.atomic():
        row = _locked(actor, announcement)
        check_room(row.files.all(), MOST_FILES, f"一条公告最多放 {MOST_FILES} 个附件，请先移除不需要的。")
        file = AnnouncementFile(
            announcement=row,
            name=clean_file_name(name, suffix),
            content_type=content_type,
            size=len(content),
            added_at=now(),
        )
        with put_beside(file, content, suffix):
            audit(actor=actor, verb="add_announcement_file", target=file)
    return file


@transaction.atomic
def remove_announcement_file(*, actor: Actor, file: AnnouncementFile) -> None:
    """Take a file away for good. Raises DomainError `other_school`, `not_allowed`, `withdrawn`."""
    _locked(actor, file.announcement)
    audit(actor=actor, verb="remove_announcement_file", target=file)
    _drop(file)


def tell_begun() -> int:
    """Each morning: the notices of announcements that begin today; how many announcements."""
    begun = Announcement.objects.standing(today()).filter(told_at=None)
    return for_each(TELL, begun, _tell_one)


@transaction.atomic
def _tell_one(announcement: Announcement) -> bool:
    row = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if not row.is_out or row.told_at is not None:
        return False
    _tell_first(row)
    return True


def _tell_first(row: Announcement) -> None:
    row.told_at = now()
    row.save(update_fields=["told_at"])
    _tell(row, "公告")


def _tell(row: Announcement, word: str) -> None:
    if not row.for_families:
        _send(row, teachers_reached(row), f"{word}：{row.title}", key=f"{row.edition}")
    if row.audience == Audience.TEACHERS and row.school is not None:
        tell_robots(school=row.school, saying=Saying.ANNOUNCEMENT, key=f"{row.pk}:{row.edition}")


def _send(row: Announcement, people: Collection[User], title: str, *, key: str) -> int:
    """Into the inboxes, of a bureau's with no school: it speaks to people of several."""
    wanted = [NoticeFor(user, title, f"{ANNOUNCEMENT}:{row.pk}:{key}", link=row.address) for user in people]
    return len(send_notices(school=row.school, kind=ANNOUNCEMENT, wanted=wanted))


def _keep_edition(actor: Actor, row: Announcement) -> None:
    Edition._default_manager.create(
        announcement=row,
        number=row.edition,
        title=row.title,
        text=row.text,
        saved_by_id=actor.user_id,
        saved_at=now(),
    )


def _fill(row: Announcement, data: AnnouncementData) -> None:
    row.audience = data.audience
    row.roles = f"|{'|'.join(role.value for role in data.roles)}|" if data.audience == Audience.ROLES else ""
    keys = sorted(school.pk for school in data.schools) if data.audience == Audience.SCHOOLS else []
    row.schools = f"|{'|'.join(map(str, keys))}|" if keys else ""
    row.grade = data.grade if data.audience == Audience.GRADE else None
    row.school_class = data.school_class if data.audience == Audience.CLASS else None
    row.starts_on, row.ends_on, row.needs_receipt = data.starts_on, data.ends_on, data.needs_receipt
    _say(row, data.title, data.text)
    _check_days(row)


def _say(row: Announcement, title: str, text: str) -> None:
    row.title = clean_text(title)
    lines = (clean_text(line) for line in visible(text).splitlines())
    row.text = "\n".join(line for line in lines if line)
    if not row.title or not row.text:
        raise DomainError("empty", "请写标题和正文。")
    _check_length("标题", row.title, TITLE_LENGTH)
    _check_length("正文", row.text, TEXT_LENGTH)


def _check_length(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise DomainError("too_long", f"{what}最多 {most} 字，现在有 {len(text)} 字。")


def _check_days(row: Announcement) -> None:
    if row.ends_on < row.starts_on:
        raise DomainError("ends_first", "结束日期不能早于开始日期。")
    notice_days(row.starts_on).check(row.ends_on)


def _data_of(row: Announcement) -> AnnouncementData:
    return AnnouncementData(
        audience=Audience(row.audience),
        title=row.title,
        text=row.text,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        roles=tuple(row.role_list),
        grade=row.grade,
        school_class=row.school_class,
    )


def _check_audience(actor: Actor, data: AnnouncementData) -> None:
    for place in (data.grade, data.school_class):
        if place is not None and place.school_id != actor.school_id:
            raise DomainError("other_school", "这个班级或年级不属于本校。")
    if any(school.bureau_id != actor.bureau_id for school in data.schools):
        raise DomainError("other_school", "只能发给本局的学校。")
    if data.audience not in audiences_of(actor):
        raise DomainError("not_allowed", "您不能给这些人发公告：班主任只能发给本班家长。")
    own = data.school_class is not None and data.school_class.pk in actor.homeroom_class_ids
    if data.audience == Audience.CLASS and not own:
        raise DomainError("not_allowed", "您只能给自己担任班主任的班级发公告。")
    if (data.audience == Audience.GRADE and data.grade is None) or (data.audience == Audience.ROLES and not data.roles):
        raise DomainError("no_audience", "请选择发给谁。")


def _check(actor: Actor, announcement: Announcement) -> None:
    if (announcement.school_id, announcement.bureau_id) not in ((actor.school_id, None), (None, actor.bureau_id)):
        raise DomainError("other_school", "这条公告不是您学校的。")
    if not may_manage(actor, announcement):
        raise DomainError("not_allowed", "只有德育室、管理员、领导小组和本班班主任可以改动这条公告。")


def _locked(actor: Actor, announcement: Announcement, *, withdrawn_too: bool = False) -> Announcement:
    """The row, for whoever manages it."""
    _check(actor, announcement)
    rows = Announcement.objects.select_for_update(of=("self",)).select_related("school", "grade", "school_class__grade")
    row = rows.filter(pk=announcement.pk).first()
    if row is None:
        raise DomainError("gone", "这条草稿已经删除了。")
    if row.state == AnnouncementState.WITHDRAWN and not withdrawn_too:
        raise DomainError("withdrawn", "这条公告已经撤回，不能再改。需要时请另写一条。")
    return row


def _drop(file: AnnouncementFile) -> None:
    """The row now, its bytes once that is certain."""
    delete_later(file.file.name)
    file.delete()
