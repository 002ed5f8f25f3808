"""修改记录 and 最近删除: what changed in a record, who opened it, and what was deleted lately."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core.clock import cn_full_day
from core.worddiff import Piece, mark_words
from mentors.models import MentorMember, Teacher
from records.enums import (
    HomeContact,
    LetterState,
    Occasion,
    RecordKind,
    ReferralState,
    Strategy,
    TalkForm,
    VersionAct,
    VisitForm,
)
from records.models import GrowthLetter, HeartTalk, HomeVisit, Reading, RecordVersion
from schools.enums import NoteVisibility, VisitOutcome
from students.models import Pupil

Record = HomeVisit | HeartTalk | GrowthLetter

MODELS: Final[dict[RecordKind, type[Record]]] = {
    RecordKind.VISIT: HomeVisit,
    RecordKind.TALK: HeartTalk,
    RecordKind.LETTER: GrowthLetter,
}
_LABELS: Final = {
    "date": "日期",
    "outcome": "结果",
    "form": "方式",
    "occasion": "时机",
    "pupil_id": "学生",
    "pupils": "学生",
    "teachers": "参加的老师",
    "guardians_met": "见到的家长",
    "strategies": "策略",
    "place": "地点",
    "text": "内容",
    "agreement": "与家长的约定",
    "home_contacted": "已与家长沟通",
    "follow_up_on": "后续跟进日期",
    "visibility": "谁可以看",
    "body": "正文",
    "advice": "成长建议",
    "state": "状态",
    "return_reason": "退回说明",
    "handwritten": "手写",
    "answer": "回复",
    "notes": "心理老师的记录",
    "met_on": "约谈日期",
    "home_contact": "家长",
    "home_reason": "说明",
}
_PROSE: Final = frozenset({"text", "agreement", "body", "advice", "answer", "notes"})
_WORDS: Final[dict[str, dict[Any, str]]] = {
    "outcome": {c.value: str(c.label) for c in VisitOutcome},
    "form": {c.value: str(c.label) for c in (*VisitForm, *TalkForm)},
    "occasion": {c.value: str(c.label) for c in Occasion},
    "strategies": {c.value: str(c.label) for c in Strategy},
    "visibility": {c.value: str(c.label) for c in NoteVisibility},
    "state": {c.value: str(c.label) for c in (*LetterState, *ReferralState)},
    "home_contact": {c.value: str(c.label) for c in HomeContact},
    "home_contacted": {True: "是", False: "否"},
    "handwritten": {True: "是", False: "否"},
}
#: By which role a reader is called, the first that fits.
_READER_ROLES: Final = (Role.MORAL_OFFICE, Role.COUNSELLOR, Role.HOMEROOM, Role.MENTOR)


@dataclass(frozen=True, slots=True)
class Change:
    """One field in two versions, its differing words marked; without `before` the field was not there or not known."""

    label: str
    before: list[Piece]
    after: list[Piece]
    is_prose: bool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One version. `changes` is None where the reader may not see it; `cut`: what was before may not be seen."""

    version: RecordVersion
    who: str
    act: str
    changes: list[Change] | None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who opened a record, by role and name, and when last."""

    role: str
    name: str
    at: datetime.datetime


@dataclass(slots=True)
class _Names:
    teachers: dict[int, str] = field(default_factory=dict)
    pupils: dict[int, str] = field(default_factory=dict)


def find_record(actor: Actor, kind: RecordKind, pk: int) -> Record | None:
    """A record of the actor's school, a deleted one as well; what it shows is asked of the rules."""
    rows = MODELS[kind]._base_manager.filter(school_id=actor.school_id or 0, pk=pk)
    return rows.select_related("term__year", "created_by").first()


def pupils_of(record: Record) -> list[Pupil]:
    """With whom the record is."""
    return list(record.pupils.all()) if isinstance(record, HeartTalk) else [record.pupil]


def versions_of(kind: RecordKind, pk: int) -> "Sequence[RecordVersion]":
    """All versions of one record, the latest first, to be paged."""
    return RecordVersion.objects.of(kind, pk)  # type: ignore[return-value]  # a queryset is sliced like a sequence


def last_writer(kind: RecordKind, pk: int) -> RecordVersion | None:
    """Who made the record what it is now; None for one that nobody changed since versions are kept."""
    return RecordVersion.objects.of(kind, pk).first()


def history_entries(
    versions: Sequence[RecordVersion], count: int, may_read: Callable[[dict[str, Any]], bool]
) -> list[HistoryEntry]:
    """The first `count` of `versions` (latest first), each with what changed since the one after it in the list."""
    names = _names_in(versions)
    entries = []
    for place, version in enumerate(versions[:count]):
        former = versions[place + 1] if place + 1 < len(versions) else None
        who = version.changed_by.name if version.changed_by is not None else "系统"
        act = str(VersionAct(version.act).label)
        if not may_read(version.fields):
            entries.append(HistoryEntry(version, who, act, None))
            continue
        cut = former is not None and not may_read(former.fields)
        before = former.fields if former is not None and not cut else {}
        entries.append(HistoryEntry(version, who, act, _changes(before, version.fields, names), cut))
    return entries


def _changes(before: dict[str, Any], after: dict[str, Any], names: _Names) -> list[Change]:
    changes = []
    for name, label in _LABELS.items():
        old, new = (_worded(name, fields.get(name), names) for fields in (before, after))
        if old != new:
            marked = mark_words(old, new) if before else ([], [Piece(new, False)])
            changes.append(Change(label, *marked, is_prose=name in _PROSE))
    return changes


def _worded(name: str, value: Any, names: _Names) -> str:
    if value in (None, "", []):
        return ""
    if name in ("teachers", "pupils", "pupil_id"):
        known = names.teachers if name == "teachers" else names.pupils
        keys = value if isinstance(value, list) else [value]
        return "、".join(known.get(key, "（已不在册）") for key in keys)
    if name in _WORDS:
        words = _WORDS[name]
        return "、".join(words.get(v, str(v)) for v in (value if isinstance(value, list) else [value]))
    if name in ("date", "follow_up_on", "met_on"):
        return cn_full_day(datetime.date.fromisoformat(value))
    return str(value)


def _names_in(versions: Iterable[RecordVersion]) -> _Names:
    teachers: set[int] = set()
    pupils: set[int] = set()
    for version in versions:
        teachers.update(version.fields.get("teachers") or ())
        pupils.update(version.fields.get("pupils") or ())
        pupils.update(key for key in (version.fields.get("pupil_id"),) if key is not None)
    return _Names(
        dict(Teacher.objects.filter(pk__in=teachers).values_list("pk", "name")) if teachers else {},
        dict(Pupil.objects.filter(pk__in=pupils).values_list("pk", "name")) if pupils else {},
    )


def readers_of(actor: Actor, kind: RecordKind, pk: int) -> list[Reader]:
    """Who opened the record, the latest first; for its author. Two queries."""
    readings = list(Reading.objects.of(kind, pk).filter(school_id=actor.school_id or 0))
    grants = RoleGrant.objects.active(actor.today).filter(
        user__in=[r.user_id for r in readings], school=actor.school_id, role__in=_READER_ROLES
    )
    roles: dict[int, set[str]] = defaultdict(set)
    for user_id, role in grants.values_list("user_id", "role"):
        roles[user_id].add(role)
    return [Reader(_role_label(roles[r.user_id]), r.user.name, r.last_at) for r in readings]


def _role_label(held: Collection[str]) -> str:
    return next((str(role.label) for role in _READER_ROLES if role in held), "")


@dataclass(frozen=True, slots=True)
class DeletedLine:
    """One deleted record, with its text: it is the reader's own."""

    kind: RecordKind
    record: Record
    who: str
    last_day: datetime.date


def deleted_keys(actor: Actor, since: datetime.datetime) -> list[tuple[datetime.datetime, RecordKind, int]]:
    """What the actor wrote and what was deleted after `since`, the latest first. Three queries."""
    if actor.user_id is None or actor.school_id is None:
        return []
    slots = MentorMember.objects.filter(teacher__user_id=actor.user_id).values("mentor_id")
    found: list[tuple[datetime.datetime, RecordKind, int]] = []
    mine = {"school_id": actor.school_id, "deleted_at__gte": since}
    for kind, rows in (
        (RecordKind.VISIT, HomeVisit.objects.filter(created_by_id=actor.user_id, **mine)),
        (RecordKind.TALK, HeartTalk.objects.filter(created_by_id=actor.user_id, **mine)),
        (
            RecordKind.LETTER,
            GrowthLetter.objects.filter(mentor__in=slots, state__in=(LetterState.DRAFT, LetterState.RETURNED), **mine),
        ),
    ):
        found += [(moment, kind, pk) for moment, pk in rows.values_list("deleted_at", "pk") if moment is not None]
    return sorted(found, key=lambda row: row[0], reverse=True)


def deleted_lines(
    keys: Iterable[tuple[datetime.datetime, RecordKind, int]], kept: datetime.timedelta
) -> list[DeletedLine]:
    """One page of `deleted_keys` with texts and names. Six queries at most."""
    keys = list(keys)
    records: dict[tuple[RecordKind, int], Record] = {}
    wanted: dict[RecordKind, list[int]] = defaultdict(list)
    for _, kind, pk in keys:
        wanted[kind].append(pk)
    for visit in HomeVisit.objects.filter(pk__in=wanted[RecordKind.VISIT]).select_related("term", "pupil"):
        records[RecordKind.VISIT, visit.pk] = visit
    for talk in (
        HeartTalk.objects.filter(pk__in=wanted[RecordKind.TALK]).select_related("term").prefetch_related("pupils")
    ):
        records[RecordKind.TALK, talk.pk] = talk
    for letter in GrowthLetter.objects.filter(pk__in=wanted[RecordKind.LETTER]).select_related("term", "pupil"):
        records[RecordKind.LETTER, letter.pk] = letter
    lines = []
    for moment, kind, pk in keys:
        record = records.get((kind, pk))
        if record is not None:
            who = "、".join(p.name for p in pupils_of(record))
            lines.append(DeletedLine(kind, record, who, (moment + kept).date()))
    return lines
