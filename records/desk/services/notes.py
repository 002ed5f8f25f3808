"""Visits and talks: what kind of record each is, and logging and editing them, with their ticks in one transaction."""

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.services import audit
from core.clock import cn_full_date
from core.days import Days
from core.errors import DomainError
from mentors.models.slots import Teacher
from records.contexts import Entry
from records.desk.services.drafts import drop_draft
from records.desk.services.versions import keep_former, note_version
from records.desk.services.visit_plans import close_visit_plan, follow_visit_plan, plan_visits
from records.enums import Occasion, RecordKind, Strategy, TalkForm, VersionAct, VisitForm
from records.kinds import (
    FROM_PAPER,
    OF_EVERY_RECORD,
    Deletion,
    FormKey,
    Kind,
    Printed,
    Shown,
    Target,
    kind_called,
    kind_of,
    register,
)
from records.models.records import HeartTalk, HomeVisit, Note
from records.rules import can_edit_note, may_log_for
from records.services.ticks import refresh_ticks
from schools.days import follow_up_days, past_days
from schools.enums import NoteVisibility, VisitOutcome
from schools.models import SchoolYear, Term
from students.models import Pupil

EXPIRED = "这个表单已经失效，请刷新页面后重新填写。"
N = TypeVar("N", HomeVisit, HeartTalk)
#: Which days can be meant in a note besides its own `date`, reckoned from it; form and service ask here.
BOUNDS: Final[Mapping[str, Callable[[datetime.date], Days]]] = {"follow_up_on": follow_up_days}


@dataclass(frozen=True, slots=True)
class VisitData:
    """What a visit form says, under the names of the model."""

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
    """What a talk form says, under the names of the model; date and pupil alone are a valid record."""

    date: datetime.date
    visibility: NoteVisibility
    form: TalkForm = TalkForm.FACE
    occasion: Occasion = Occasion.EVERYDAY
    place: str = ""
    strategies: list[str] = field(default_factory=list)
    text: str = ""
    home_contacted: bool = False
    follow_up_on: datetime.date | None = None


def _new(kind: RecordKind, actor: Actor, pupil_id: int) -> Target | None:
    year = actor.calendar.year
    pupil = Pupil.objects.in_school(actor).filter(pk=pupil_id).first()
    if year is None or pupil is None or not may_log_for(actor, [pupil.pk], year):
        return None
    return Target(kind, pupil)


def _stored(kind: RecordKind, actor: Actor, pk: int) -> Target | None:
    known = kind_called(kind)
    note = known.with_people(known.model.objects.visible_to(actor).present()).filter(pk=pk).first()
    if note is None or not can_edit_note(actor, note):
        return None
    return Target(kind, min(known.pupils_of(note), key=lambda pupil: pupil.pk, default=None))


def _forms(kind: RecordKind) -> tuple[FormKey, ...]:
    return (
        FormKey(f"{kind}/new/#", partial(_new, kind), f"desk:{kind}"),
        FormKey(f"{kind}/#", partial(_stored, kind), f"desk:{kind}_edit"),
    )


def _own(actor: Actor) -> Q:
    return Q(created_by=actor.user_id)


def _entry(heading: str, note: Note, mentors: Sequence[str], _label: str) -> Entry:
    """A note in the record book under the word of its field `heading`; a restricted one tells its day alone."""
    if note.is_restricted:
        return Entry(on=note.date, restricted=True)
    kind = kind_of(note)
    details = () if kind.printed is None else kind.told(note, kind.printed.details, cn_full_date, mentors)
    return Entry(on=note.date, heading=kind.labels(heading)[getattr(note, heading)], details=details, text=note.text)


_MET, _AGREED = Shown("家长", "guardians_met"), Shown("约定", "agreement")
_WAY, _FOLLOW_UP = Shown("方式", "form"), Shown("跟进", "follow_up_on")
# What no detail has to say again.
_IN_LINE = "in the entry's first line"
_READERS = "who may read it is no part of the paper"
_PLACE, _STRATEGIES = Shown("地点", "place"), Shown("策略", "strategies")

register(
    Kind(
        key=RecordKind.VISIT,
        model=HomeVisit,
        people="pupil",
        kept=(
            "date", "outcome", "form", "pupil", "teachers", "guardians_met", "text", "agreement", "follow_up_on",
            "visibility",
        ),
        unkept=OF_EVERY_RECORD,
        prose=("text", "agreement"),
        details=(Shown("参加", "teachers"), _MET, _AGREED, _FOLLOW_UP),
        unshown={**dict.fromkeys(("date", "form", "outcome", "visibility"), _IN_LINE), "text": "the entry's own text"},
        shared=(_WAY, _MET, _AGREED, _FOLLOW_UP),
        forms=_forms(RecordKind.VISIT),
        deletion=Deletion(own=_own, writes=can_edit_note, follow=lambda visit: follow_visit_plan(visit=visit)),
        printed=Printed(
            heading="家访",
            word="家访",
            rows=lambda rows: rows.prefetch_related("teachers").order_by("date", "pk"),
            entry=partial(_entry, "form"),
            details=(
                Shown("结果", "outcome"), Shown("参加", "teachers"), _MET, _AGREED, Shown("回访", "follow_up_on"),
                FROM_PAPER,
            ),
            unshown={**dict.fromkeys(("date", "form"), _IN_LINE), "visibility": _READERS},
            with_text=Q(visibility=NoteVisibility.TEAM),
        ),
    ),
    Kind(
        key=RecordKind.TALK,
        model=HeartTalk,
        people="pupils",
        kept=(
            "date", "form", "occasion", "pupils", "strategies", "place", "text", "home_contacted", "follow_up_on",
            "visibility",
        ),
        unkept=OF_EVERY_RECORD,
        prose=("text",),
        words={"strategies": Strategy},
        details=(_STRATEGIES, _PLACE, Shown("家校", "home_contacted", "已与家长沟通"), _FOLLOW_UP),
        unshown={**dict.fromkeys(("date", "form", "occasion", "visibility"), _IN_LINE), "text": "the entry's own text"},
        shared=(_WAY, Shown("时机", "occasion"), _FOLLOW_UP),
        forms=_forms(RecordKind.TALK),
        deletion=Deletion(own=_own, writes=can_edit_note),
        printed=Printed(
            heading="谈心",
            word="谈心",
            rows=lambda rows: rows.select_related("created_by").order_by("date", "pk"),
            entry=partial(_entry, "occasion"),
            details=(
                Shown("形式", "form"), _PLACE, _STRATEGIES, Shown("参加", "created_by"),
                Shown("家校沟通", "home_contacted", "已联系家长"), Shown("再谈", "follow_up_on"), FROM_PAPER,
            ),
            unshown={**dict.fromkeys(("date", "occasion"), _IN_LINE), "visibility": _READERS},
            with_text=Q(visibility=NoteVisibility.TEAM),
        ),
    ),
)  # fmt: skip


def _check(actor: Actor, pupils: Sequence[Pupil], term: Term, data: VisitData | TalkData) -> tuple[SchoolYear, int]:
    if term.school_id != actor.school_id or any(p.school_id != actor.school_id for p in pupils):
        raise DomainError("other_school", "有学生不属于本校。")
    if not pupils:
        raise DomainError("no_pupil", "请至少选择一位学生。")
    if actor.user_id is None or not may_log_for(actor, [p.pk for p in pupils], term.year):
        raise DomainError("not_allowed", "只能为自己指导的学生或本班学生登记。")
    _check_days(actor, term.year, data)
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
    moved_to: datetime.date | None = None,
) -> HomeVisit:
    """Save one home visit for `pupil`, counting for `term`; `teachers` are all who took part.

    A visit that was put off 改约 is planned for the day `moved_to`.

    `draft_key` names the form's draft, which goes with it, here and below.
    The same `submission` again returns the visit that is already there.
    Raises DomainError `other_school`, `not_allowed`, `date_out_of_range`, `submission_taken`.
    """

    def follow(visit: HomeVisit) -> None:
        close_visit_plan(visit=visit)
        _plan_anew(actor, visit, teachers, moved_to)

    year, user_id = _check(actor, [pupil], term, data)
    _check_teachers(actor, teachers)
    visit = HomeVisit(term=term, pupil=pupil, submission=submission, created_by_id=user_id, **_values(data))
    return _log(actor, visit, [pupil], year, {"teachers": teachers}, follow, draft_key, {})


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
    year, user_id = _check(actor, pupils, term, data)
    talk = HeartTalk(term=term, submission=submission, created_by_id=user_id, **_values(data))
    return _log(actor, talk, pupils, year, {"pupils": pupils}, lambda _talk: None, draft_key, {"pupils": len(pupils)})


def _log(
    actor: Actor,
    note: N,
    pupils: Sequence[Pupil],
    year: SchoolYear,
    people: Mapping[str, Sequence[Pupil] | Sequence[Teacher]],
    follow: Callable[[N], object],
    draft_key: str,
    detail: dict[str, int],
) -> N:
    note.school_id = note.term.school_id
    try:
        with transaction.atomic():
            note.save(force_insert=True)
            for name, them in people.items():
                getattr(note, name).add(*them)
            follow(note)
            keys = {name: {one.pk for one in them} for name, them in people.items()}
            note_version(actor=actor, record=note, act=VersionAct.CREATED, people=keys)
            _drop(actor, draft_key)
            refresh_ticks(year=year, pupil_ids=[p.pk for p in pupils], on=actor.today)
            audit(actor=actor, verb=f"log_{kind_of(note).key}", target=note, detail=detail)
            return note
    except IntegrityError:
        existing = type(note).objects.filter(submission=note.submission).first()
        if existing is None:
            raise
        if existing.created_by_id != note.created_by_id or existing.deleted_at is not None:
            raise DomainError("submission_taken", EXPIRED) from None
        existing.sent_before = True
        return existing


def update_visit(
    *,
    actor: Actor,
    visit: HomeVisit,
    version: int,
    data: VisitData,
    teachers: Sequence[Teacher],
    draft_key: str = "",
    moved_to: datetime.date | None = None,
) -> HomeVisit:
    """Change a visit whose form showed `version`; `moved_to` as in `log_visit`.

    Raises DomainError `other_school`, `not_allowed`, `date_out_of_range`, `changed_meanwhile`.
    """
    _check_teachers(actor, teachers)
    with transaction.atomic():
        locked = HomeVisit.objects.select_for_update(of=("self",)).select_related("term__year").get(pk=visit.pk)
        _check_edit(actor, locked, version, data)
        _change(locked, data)
        locked.teachers.set(teachers)
        follow_visit_plan(visit=locked)
        _plan_anew(actor, locked, teachers, moved_to)
        return _changed(actor, locked, [locked.pupil_id], draft_key)


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
        _check_edit(actor, locked, version, data)
        before = set(locked.pupils.values_list("pk", flat=True))
        after = before if pupils is None else {p.pk for p in pupils}
        joining = after - before
        if joining and not may_log_for(actor, list(joining), locked.term.year):
            raise DomainError("not_allowed", "只能为自己指导的学生或本班学生登记。")
        _change(locked, data)
        if after != before:
            locked.pupils.set(after)
        return _changed(actor, locked, sorted(before | after), draft_key)


def _plan_anew(actor: Actor, visit: HomeVisit, teachers: Sequence[Teacher], moved_to: datetime.date | None) -> None:
    """A visit that was put off 改约 is planned for the day `moved_to`; the open plan of its term is moved there."""
    if moved_to is not None and visit.outcome == VisitOutcome.POSTPONED:
        plan_visits(actor=actor, term=visit.term, pupils=[visit.pupil], date=moved_to, teachers=teachers)


def _change(note: HomeVisit | HeartTalk, data: VisitData | TalkData) -> None:
    keep_former(note)
    for name, value in _values(data).items():
        setattr(note, name, value)
    note.version += 1
    note.save()


def _changed(actor: Actor, note: N, pupil_ids: Sequence[int], draft_key: str) -> N:
    note_version(actor=actor, record=note, act=VersionAct.UPDATED)
    _drop(actor, draft_key)
    refresh_ticks(year=note.term.year, pupil_ids=pupil_ids, on=actor.today)
    audit(actor=actor, verb=f"update_{kind_of(note).key}", target=note, detail={"version": note.version})
    return note


def _drop(actor: Actor, draft_key: str) -> None:
    if draft_key:
        drop_draft(actor=actor, key=draft_key)


def _check_edit(actor: Actor, note: HomeVisit | HeartTalk, version: int, data: VisitData | TalkData) -> None:
    if note.school_id != actor.school_id:
        raise DomainError("other_school", "这条记录不属于本校。")
    if not can_edit_note(actor, note) or note.deleted_at is not None:
        raise DomainError("not_allowed", "只有记录人本人可以修改这条记录。")
    _check_days(actor, note.term.year, data)
    if note.version != version:
        raise DomainError(
            "changed_meanwhile",
            "这条记录刚才在别处改过，下面是您的文字，请核对后再保存。",
        )


def _check_days(actor: Actor, year: SchoolYear, data: VisitData | TalkData) -> None:
    past_days(year, actor.today).check(data.date)
    for name, days in BOUNDS.items():
        days(data.date).check(getattr(data, name, None))


def _check_teachers(actor: Actor, teachers: Sequence[Teacher]) -> None:
    if any(t.school_id != actor.school_id for t in teachers):
        raise DomainError("other_school", "有教师不属于本校。")


def _values(data: VisitData | TalkData) -> dict[str, Any]:
    return {part.name: getattr(data, part.name) for part in dataclasses.fields(data)}
