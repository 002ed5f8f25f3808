"""Referrals 转介: a teacher asks the counsellor for help with a pupil; messages never carry a name or a word of it."""

import uuid
from typing import Final

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import AuditKind, Role
from accounts.queries import users_with_role
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from notices.services import NoticeFor, send_notice, send_notices
from records.desk.services.drafts import drop_draft
from records.desk.services.readings import note_reading_of
from records.desk.services.versions import keep_former, note_version
from records.enums import RecordKind, ReferralState, VersionAct
from records.kinds import FormKey, Kind, Target, register
from records.models.care import Referral
from records.querysets.records import pupils_in_reach
from records.rules import can_work_on, may_refer
from schools.models import School
from students.models import Pupil

#: The kind of these notices.
KIND: Final = "referral"
CHANGED: Final = "这里的内容刚才在别处改过。下面是您的文字，核对后再保存。"


def _new(actor: Actor, pupil_id: int) -> Target | None:
    pupil = pupils_in_reach(actor).filter(pk=pupil_id).first()
    return Target(RecordKind.REFERRAL, pupil) if pupil is not None else None


def _stored(actor: Actor, pk: int) -> Target | None:
    referral = Referral.objects.visible_to(actor).select_related("pupil").filter(pk=pk).first()
    return Target(RecordKind.REFERRAL, referral.pupil) if referral is not None else None


register(
    Kind(
        key=RecordKind.REFERRAL,
        model=Referral,
        people="pupil",
        kept=("state", "answer", "notes"),
        unkept={
            "id": "the version's own record_id",
            "school": "never changes",
            "version": "the version's own number",
            **dict.fromkeys(
                ("pupil", "text", "submission", "created_by", "created_at"), "the teacher's own, never changed"
            ),
            "acknowledged_by": "the version's own changed_by",
            **dict.fromkeys(("acknowledged_at", "closed_at"), "the version's own changed_at"),
        },
        prose=("answer", "notes"),
        forms=(
            FormKey("referral/new/#", _new, "counsel:refer"),
            FormKey("referral/#", _stored, "counsel:referral"),
        ),
    )
)


def refer(*, actor: Actor, pupil: Pupil, text: str, submission: uuid.UUID, draft_key: str = "") -> Referral:
    """Ask the school's counsellors to help `pupil`; `text` may be empty, only they and the author ever read it.

    The same `submission` again returns the referral that is already there. A school without a counsellor's account
    keeps it, and 德育室 is told that a counsellor is needed.
    Raises DomainError `other_school`, `not_set_up`, `not_allowed`, `submission_taken`.
    """
    if pupil.school_id != actor.school_id:
        raise DomainError("other_school", "这位同学不属于本校。")
    year = actor.calendar.year
    if year is None:
        raise DomainError("not_set_up", "本学年还没有设置，请联系学校管理员。紧急情况请直接找心理老师。")
    if actor.user_id is None or not may_refer(actor, pupil, year):
        raise DomainError("not_allowed", "只能为自己指导的学生、本班学生，或给您投过树洞卡的同学转介。")
    try:
        with transaction.atomic():
            referral = Referral.objects.create(
                school_id=pupil.school_id,
                pupil=pupil,
                text=text.strip(),
                submission=submission,
                created_by_id=actor.user_id,
            )
            if draft_key:
                drop_draft(actor=actor, key=draft_key)
            audit(actor=actor, verb="refer", target=referral)
            _tell_counsellors(actor, referral, year.school)
            return referral
    except IntegrityError:
        existing = Referral.objects.filter(submission=submission).first()
        if existing is None:
            raise
        if existing.created_by_id != actor.user_id:
            raise DomainError("submission_taken", "这个表单已经失效，请刷新页面后重新填写。") from None
        return existing


def _tell_counsellors(actor: Actor, referral: Referral, school: School) -> None:
    counsellors = users_with_role(school.pk, Role.COUNSELLOR, on=actor.today)
    if counsellors:
        link, key = reverse("counsel:referral", args=[referral.pk]), f"referral:{referral.pk}"
        wanted = [NoticeFor(user, "您有 1 条转介待接收", key, link=link) for user in counsellors]
    else:
        title, key = "需要为心理老师开通账号", f"no_counsellor:{actor.today.isoformat()}"
        body = "有老师提交了转介，但学校还没有心理老师账号，暂时没有人能接收。请联系管理员，为心理老师开通账号。"
        office = users_with_role(school.pk, Role.MORAL_OFFICE, on=actor.today)
        wanted = [NoticeFor(user, title, key, body) for user in office]
    send_notices(school=school, kind=KIND, wanted=wanted)


@transaction.atomic
def open_referral(*, actor: Actor, referral: Referral) -> None:
    """A counsellor has opened the referral: the reading is logged, and its author may see it.

    Raises DomainError `not_yours`.
    """
    own = referral.created_by_id == actor.user_id or actor.has(Role.COUNSELLOR)
    if referral.school_id != actor.school_id or not own:
        raise DomainError("not_yours", "这条转介不是交给您的。")
    audit(actor=actor, verb="open_referral", target=referral, kind=AuditKind.READ)
    if referral.created_by_id != actor.user_id:
        note_reading_of(actor=actor, kind=RecordKind.REFERRAL, record_id=referral.pk)


@transaction.atomic
def acknowledge(*, actor: Actor, referral: Referral) -> Referral:
    """The counsellor takes the referral; its author is told so. A second time changes nothing.

    Raises DomainError `other_school`, `not_allowed`, `taken` (another counsellor was faster).
    """
    if not actor.has(Role.COUNSELLOR) or actor.user_id is None:
        raise DomainError("not_allowed", "只有心理老师可以接收转介。")
    locked = _lock(actor, referral)
    if locked.state != ReferralState.OPEN:
        if locked.acknowledged_by_id == actor.user_id:
            return locked
        raise DomainError("taken", "另一位心理老师已经接收了这条转介。")
    locked.state, locked.acknowledged_at, locked.acknowledged_by_id = ReferralState.ACKNOWLEDGED, now(), actor.user_id
    _save(actor, locked, "acknowledge_referral")
    _tell_author(actor, locked, "您的转介已由心理老师接收", "acknowledged")
    return locked


@transaction.atomic
def answer(*, actor: Actor, referral: Referral, text: str, version: int) -> Referral:
    """A short word to whoever referred, who is told that there is one.

    Raises DomainError `other_school`, `not_allowed`, `answer_empty`, `changed_meanwhile`.
    """
    text = text.strip()
    if not text:
        raise DomainError("answer_empty", "请写一两句话再发送。")
    locked = _lock_own(actor, referral, version)
    if locked.answer == text:
        return locked
    locked.answer = text
    _save(actor, locked, "answer_referral")
    _tell_author(actor, locked, "心理老师回复了您的转介", f"answer:{locked.version}")
    return locked


@transaction.atomic
def write_notes(*, actor: Actor, referral: Referral, notes: str, version: int, draft_key: str = "") -> Referral:
    """The counsellor's own notes; nobody else ever reads them.

    Raises DomainError `other_school`, `not_allowed`, `changed_meanwhile`.
    """
    locked = _lock_own(actor, referral, version)
    locked.notes = notes.strip()
    _save(actor, locked, "write_referral_notes")
    if draft_key:
        drop_draft(actor=actor, key=draft_key)
    return locked


@transaction.atomic
def close(*, actor: Actor, referral: Referral) -> Referral:
    """The counsellor has done what there was to do. A second time changes nothing.

    Raises DomainError `other_school`, `not_allowed`.
    """
    locked = _lock_own(actor, referral, None)
    if locked.state != ReferralState.CLOSED:
        locked.state, locked.closed_at = ReferralState.CLOSED, now()
        _save(actor, locked, "close_referral")
    return locked


@transaction.atomic
def reopen(*, actor: Actor, referral: Referral) -> Referral:
    """Undo `close`. Raises DomainError `other_school`, `not_allowed`."""
    locked = _lock_own(actor, referral, None)
    if locked.state == ReferralState.CLOSED:
        locked.state, locked.closed_at = ReferralState.ACKNOWLEDGED, None
        _save(actor, locked, "reopen_referral")
    return locked


def _lock(actor: Actor, referral: Referral) -> Referral:
    rows = Referral.objects.select_for_update(of=("self",)).select_related("created_by", "school")
    locked = rows.get(pk=referral.pk)
    if locked.school_id != actor.school_id:
        raise DomainError("other_school", "这条转介不属于本校。")
    keep_former(locked)
    return locked


def _lock_own(actor: Actor, referral: Referral, version: int | None) -> Referral:
    locked = _lock(actor, referral)
    if not can_work_on(actor, locked):
        raise DomainError("not_allowed", "请先接收这条转介。已由另一位心理老师接收的，由那位老师处理。")
    if version is not None and locked.version != version:
        raise DomainError("changed_meanwhile", CHANGED)
    return locked


def _save(actor: Actor, referral: Referral, verb: str) -> None:
    referral.version += 1
    referral.save()
    note_version(actor=actor, record=referral, act=VersionAct.UPDATED)
    audit(actor=actor, verb=verb, target=referral, detail={"version": referral.version})


def _tell_author(actor: Actor, referral: Referral, title: str, what: str) -> None:
    if referral.created_by_id == actor.user_id:
        return
    send_notice(
        recipient=referral.created_by,
        school=referral.school,
        kind=KIND,
        title=title,
        link=reverse("counsel:sent", args=[referral.pk]),
        dedup_key=f"referral:{referral.pk}:{what}",
    )
