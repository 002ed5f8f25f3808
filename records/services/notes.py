"""Logging and editing visits and talks; each writes its ticks in the same transaction."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.services import audit
from core.errors import DomainError
from mentors.models import Teacher
from records.enums import Occasion, TalkForm, VersionAct, VisitForm
from records.models import HeartTalk, HomeVisit
from records.rules import can_edit_note, date_fits, may_log_for
from records.services.drafts import drop_draft
from records.services.ticks import refresh_ticks
from records.services.versions import keep_former, note_version
from records.services.visit_plans import close_visit_plan, follow_visit_plan
from schools.enums import NoteVisibility, VisitOutcome
from schools.models import SchoolYear, Term
from students.models import Pupil

EXPIRED = "这个表单已经失效，请刷新页面后重新填写。"


@dataclass(frozen=True, slots=True)
class VisitData:
    """What a visit form says."""

    date: datetime.date
    visibility: NoteVisibility
    form: VisitForm = VisitForm.HOME
    outcome: VisitOutcome = VisitOutcome.COMPLETED
    guardians_met: str = ""
    text: str = ""
    agreement: str = ""
    follow_up_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class TalkData:
    """What a talk form says; date and pupil alone are a valid record."""

    date: datetime.date
    visibility: NoteVisibility
    form: TalkForm = TalkForm.FACE
    occasion: Occasion = Occasion.EVERYDAY
    place: str = ""
    strategies: list[str] = field(default_factory=list)
    text: str = ""
    home_contacted: bool = False
    follow_up_on: datetime.date | None = None


def _check(actor: Actor, pupils: Sequence[Pupil], term: Term, date: datetime.date) -> tuple[SchoolYear, int]:
    if term.school_id != actor.school_id or any(p.school_id != actor.school_id for p in pupils):
        raise DomainError("other_school", "有学生不属于本校。")
    if not pupils:
        raise DomainError("no_pupil", "请至少选择一位学生。")
    if actor.user_id is None or not may_log_for(actor, [p.pk for p in pupils], term.year):
        raise DomainError("not_allowed", "只能为自己指导的学生或本班学生登记。")
    problem = date_fits(date, term.year, actor.today)
    if problem:
        raise DomainError("date_out_of_range", problem)
    return term.year, actor.user_id


def log_visit(
    *,
    actor: Actor,
    pupil: Pupil,
    term: Term,
    data: VisitData,
    teachers: Sequence[Teacher],
    submission: uuid.UUID,
    draft_key: str = "",
) -> HomeVisit:
    """Save one home visit for `pupil`, counting for `term`; `teachers` are all who took part.

    `draft_key` names the form's draft, which goes with it, here and below.
    The same `submission` again returns the visit that is already there.
    Raises DomainError `other_school`, `not_allowed`, `date_out_of_range`, `submission_taken`.
    """
    year, user_id = _check(actor, [pupil], term, data.date)
    if any(t.school_id != actor.school_id for t in teachers):
        raise DomainError("other_school", "有教师不属于本校。")
    try:
        with transaction.atomic():
            visit = HomeVisit.objects.create(
                school_id=term.school_id,
                term=term,
                pupil=pupil,
                submission=submission,
                created_by_id=user_id,
                **_visit_fields(data),
            )
            visit.teachers.set(teachers)
            close_visit_plan(visit=visit)
            _finish(actor, visit, VersionAct.CREATED, draft_key)
            refresh_ticks(year=year, pupil_ids=[pupil.pk], on=actor.today)
            audit(actor=actor, verb="log_visit", target=visit)
            return visit
    except IntegrityError:
        existing = HomeVisit.objects.filter(submission=submission).first()
        if existing is None:
            raise
        if existing.created_by_id != user_id or existing.deleted_at is not None:
            raise DomainError("submission_taken", EXPIRED) from None
        return existing


def log_talk(
    *,
    actor: Actor,
    pupils: Sequence[Pupil],
    term: Term,
    data: TalkData,
    submission: uuid.UUID,
    draft_key: str = "",
) -> HeartTalk:
    """Save one talk with one or several pupils, counting for `term`.

    The same `submission` again returns the talk that is already there.
    Raises DomainError `other_school`, `no_pupil`, `not_allowed`, `date_out_of_range`, `submission_taken`.
    """
    year, user_id = _check(actor, pupils, term, data.date)
    try:
        with transaction.atomic():
            talk = HeartTalk.objects.create(
                school_id=term.school_id,
                term=term,
                submission=submission,
                created_by_id=user_id,
                **_talk_fields(data),
            )
            talk.pupils.set(pupils)
            _finish(actor, talk, VersionAct.CREATED, draft_key)
            refresh_ticks(year=year, pupil_ids=[p.pk for p in pupils], on=actor.today)
            audit(
                actor=actor,
                verb="log_talk",
                target=talk,
                detail={"pupils": len(pupils)},
            )
            return talk
    except IntegrityError:
        existing = HeartTalk.objects.filter(submission=submission).first()
        if existing is None:
            raise
        if existing.created_by_id != user_id or existing.deleted_at is not None:
            raise DomainError("submission_taken", EXPIRED) from None
        return existing


def update_visit(
    *,
    actor: Actor,
    visit: HomeVisit,
    version: int,
    data: VisitData,
    teachers: Sequence[Teacher],
    draft_key: str = "",
) -> HomeVisit:
    """Change a visit whose form showed `version`.

    Raises DomainError `other_school`, `not_allowed`, `date_out_of_range`, `changed_meanwhile`.
    """
    if any(t.school_id != actor.school_id for t in teachers):
        raise DomainError("other_school", "有教师不属于本校。")
    with transaction.atomic():
        locked = HomeVisit.objects.select_for_update(of=("self",)).select_related("term__year").get(pk=visit.pk)
        _check_edit(actor, locked, version, data.date)
        keep_former(locked)
        for name, value in _visit_fields(data).items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save()
        locked.teachers.set(teachers)
        follow_visit_plan(visit=locked)
        _finish(actor, locked, VersionAct.UPDATED, draft_key)
        refresh_ticks(year=locked.term.year, pupil_ids=[locked.pupil_id], on=actor.today)
        audit(
            actor=actor,
            verb="update_visit",
            target=locked,
            detail={"version": locked.version},
        )
        return locked


def update_talk(
    *,
    actor: Actor,
    talk: HeartTalk,
    version: int,
    data: TalkData,
    pupils: Sequence[Pupil] | None = None,
    draft_key: str = "",
) -> HeartTalk:
    """Change a talk whose form showed `version`; with `pupils`, also with whom it was. The ticks of all follow.

    Pupils who join must be the actor's to record for; those who were there may stay or go.
    Raises DomainError `other_school`, `no_pupil`, `not_allowed`, `date_out_of_range`, `changed_meanwhile`.
    """
    if pupils is not None:
        if any(p.school_id != actor.school_id for p in pupils):
            raise DomainError("other_school", "有学生不属于本校。")
        if not pupils:
            raise DomainError("no_pupil", "请至少选择一位学生。")
    with transaction.atomic():
        locked = HeartTalk.objects.select_for_update(of=("self",)).select_related("term__year").get(pk=talk.pk)
        _check_edit(actor, locked, version, data.date)
        before = set(locked.pupils.values_list("pk", flat=True))
        after = before if pupils is None else {p.pk for p in pupils}
        joining = after - before
        if joining and not may_log_for(actor, list(joining), locked.term.year):
            raise DomainError("not_allowed", "只能为自己指导的学生或本班学生登记。")
        keep_former(locked)
        for name, value in _talk_fields(data).items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save()
        if after != before:
            locked.pupils.set(after)
        _finish(actor, locked, VersionAct.UPDATED, draft_key)
        refresh_ticks(year=locked.term.year, pupil_ids=sorted(before | after), on=actor.today)
        audit(
            actor=actor,
            verb="update_talk",
            target=locked,
            detail={"version": locked.version},
        )
        return locked


def _finish(actor: Actor, note: HomeVisit | HeartTalk, act: VersionAct, draft_key: str) -> None:
    """What goes with every write of a note, in its transaction: its new version is kept, its draft is done."""
    note_version(actor=actor, record=note, act=act)
    if draft_key:
        drop_draft(actor=actor, key=draft_key)


def _check_edit(actor: Actor, note: HomeVisit | HeartTalk, version: int, date: datetime.date) -> None:
    if note.school_id != actor.school_id:
        raise DomainError("other_school", "这条记录不属于本校。")
    if not can_edit_note(actor, note) or note.deleted_at is not None:
        raise DomainError("not_allowed", "只有记录人本人可以修改这条记录。")
    problem = date_fits(date, note.term.year, actor.today)
    if problem:
        raise DomainError("date_out_of_range", problem)
    if note.version != version:
        raise DomainError(
            "changed_meanwhile",
            "这条记录刚才在别处改过，下面是您的文字，请核对后再保存。",
        )


def _visit_fields(data: VisitData) -> dict[str, object]:
    return {
        "date": data.date,
        "visibility": data.visibility,
        "form": data.form,
        "outcome": data.outcome,
        "guardians_met": data.guardians_met,
        "text": data.text,
        "agreement": data.agreement,
        "follow_up_on": data.follow_up_on,
    }


def _talk_fields(data: TalkData) -> dict[str, object]:
    return {
        "date": data.date,
        "visibility": data.visibility,
        "form": data.form,
        "occasion": data.occasion,
        "place": data.place,
        "strategies": data.strategies,
        "text": data.text,
        "home_contacted": data.home_contacted,
        "follow_up_on": data.follow_up_on,
    }
