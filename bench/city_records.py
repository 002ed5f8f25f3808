"""What an invented school's teachers wrote: visits, talks, letters, with their versions, readings and audit lines.

Terms that are over are nearly complete, with letters released; the present one is in the midst of its work, with
letters in every state. Wants Django set up.
"""

import datetime
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from city import DAY, NOW
from city_people import Child, Desk, Held, Room, School, new_uuid, write
from papers_school import ADVICE, letter_body, note_text

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry
from records.desk.models import LetterReply, Reading, RecordVersion
from records.enums import LetterState, Occasion, RecordKind, Strategy, TalkForm, VersionAct, VisitForm
from records.letters.checks.likeness import signature
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import NoteVisibility, VisitOutcome
from schools.models import Term

TEXTS = 500
#: Shares of what is told in weights: a team's note is the rule, what only the author reads the exception.
VISIBLE = (
    (NoteVisibility.TEAM, 88), (NoteVisibility.OFFICE, 4), (NoteVisibility.COUNSELLOR, 4), (NoteVisibility.AUTHOR, 4),
)  # fmt: skip
OUTCOMES = ((VisitOutcome.COMPLETED, 92), (VisitOutcome.DECLINED, 5), (VisitOutcome.POSTPONED, 3))
STATES = (
    (None, 20), (LetterState.DRAFT, 15), (LetterState.HANDED_IN, 40), (LetterState.RETURNED, 5),
    (LetterState.RELEASED, 20),
)  # fmt: skip
STATES_OVER = ((None, 2), (LetterState.HANDED_IN, 2), (LetterState.RELEASED, 96))
REPLIES = ("谢谢老师，孩子读了三遍。", "看完很感动，我们一起努力。", "收到，谢谢老师的用心。")
AGREEMENTS = ("", "每天自己整理书包。", "周末安排一次亲子阅读。", "九点半以前睡觉。")


@cache
def _texts(seed: str) -> tuple[str, ...]:
    chance = random.Random(seed)  # noqa: S311 - invented notes
    return tuple(note_text(chance, chance.randrange(60, 220)) for _ in range(TEXTS))


def _one(chance: random.Random, weighted: Sequence[tuple[Any, int]]) -> Any:
    values, weights = zip(*weighted, strict=True)
    return chance.choices(values, weights)[0]


def moment(day: datetime.date) -> datetime.datetime:
    """The afternoon of a day."""
    return datetime.datetime.combine(day, datetime.time(16, 20), ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True, slots=True)
class _Span:
    """The days of a term on which its records lie, and whether it is over."""

    term: Term
    first: datetime.date
    last: datetime.date
    over: bool

    def day(self, chance: random.Random) -> datetime.date:
        return self.first + datetime.timedelta(days=chance.randrange((self.last - self.first).days + 1))


def write_records(school: School) -> None:
    """All records of the school's terms that have begun."""
    for year in school.years:
        for term in year.terms.order_by("number"):
            if term.starts_on > DAY:
                continue
            span = _Span(term, term.starts_on, min(term.ends_on, DAY), term.ends_on < DAY)
            rooms = school.rooms[year.pk]
            _visits(school, span, rooms)
            _talks(school, span, rooms)
            _letters(school, span, rooms)


def _own(rooms: Sequence[Room]) -> Iterator[tuple[Room, Desk, Child]]:
    return ((room, desk, child) for room in rooms for desk in room.desks for child in desk.pupils)


def _logged(
    school: School, kind: RecordKind, verb: str, keys: Sequence[int], written: Sequence[tuple[int, datetime.datetime]],
    fields: Sequence[dict[str, Any]],
) -> None:  # fmt: skip
    """The first version and the audit line of each record, as its service writes them; `written`: by whom and when."""
    write(RecordVersion, "school_id kind record_id version act fields changed_by_id changed_at", [
        (school.pk, kind, key, 1, VersionAct.CREATED, Held(values), user, at)
        for key, (user, at), values in zip(keys, written, fields, strict=True)
    ])  # fmt: skip
    target = {RecordKind.VISIT: "homevisit", RecordKind.TALK: "hearttalk", RecordKind.LETTER: "growthletter"}[kind]
    write(AuditEntry, "school_id user_id kind verb target_type target_id at", [
        (school.pk, user, AuditKind.CHANGE, verb, f"records.{target}", key, at)
        for key, (user, at) in zip(keys, written, strict=True)
    ])  # fmt: skip
    # The homeroom teacher or the office read every sixth.
    readers = (school.staff[Role.MORAL_OFFICE], school.staff[Role.LEADER])
    write(Reading, "school_id kind record_id user_id first_at last_at", [
        (school.pk, kind, key, readers[key % 2], at, at)
        for key, (_, at) in zip(keys, written, strict=True) if key % 6 == 0
    ])  # fmt: skip


def _visits(school: School, span: _Span, rooms: Sequence[Room]) -> None:
    chance, texts = school.chance, _texts("notes")
    columns = (
        "school_id term_id pupil_id submission created_by_id created_at updated_at deleted_at date text visibility "
        "follow_up_on form outcome guardians_met agreement"
    )
    rows, teachers = [], []
    for room, desk, child in _own(rooms):
        if chance.random() > (0.97 if span.over else 0.85):
            continue
        day = span.first + datetime.timedelta(days=chance.randrange(-14, 30))
        at = moment(day)
        rows.append((
            school.pk, span.term.pk, child.pk, new_uuid(chance), desk.tutor.user, at, at,
            at if chance.random() < 0.01 else None, day, chance.choice(texts), _one(chance, VISIBLE),
            day + datetime.timedelta(days=60) if chance.random() < 0.1 else None,
            VisitForm.HOME if chance.random() < 0.8 else VisitForm.SCHOOL, _one(chance, OUTCOMES), "母亲",
            chance.choice(AGREEMENTS),
        ))  # fmt: skip
        others = [room.desks[0].tutor.teacher] if desk is not room.desks[0] and chance.random() < 0.5 else []
        teachers.append([desk.tutor.teacher, *others])
    keys = write(HomeVisit, columns, rows)
    write(HomeVisit.teachers.through, "homevisit_id teacher_id", [
        (key, teacher) for key, came in zip(keys, teachers, strict=True) for teacher in came
    ])  # fmt: skip
    _logged(school, RecordKind.VISIT, "log_visit", keys, [(row[4], row[5]) for row in rows], [
        {
            "date": row[8].isoformat(), "form": row[12], "outcome": row[13], "guardians_met": row[14], "text": row[9],
            "agreement": row[15], "visibility": row[10],
            "follow_up_on": row[11].isoformat() if row[11] else None, "pupil_id": row[2], "teachers": sorted(came),
        }
        for row, came in zip(rows, teachers, strict=True)
    ])  # fmt: skip


def _talks(school: School, span: _Span, rooms: Sequence[Room]) -> None:
    chance, texts = school.chance, _texts("notes")
    columns = (
        "school_id term_id submission created_by_id created_at updated_at deleted_at date text visibility "
        "follow_up_on form occasion place strategies home_contacted"
    )
    rows, pupils = [], []
    for _, desk, child in _own(rooms):
        for _ in range(_one(chance, ((1, 40), (2, 40), (3, 20)) if span.over else ((0, 25), (1, 55), (2, 20)))):
            day = span.day(chance)
            at = moment(day)
            rows.append((
                school.pk, span.term.pk, new_uuid(chance), desk.tutor.user, at, at,
                at if chance.random() < 0.01 else None, day, chance.choice(texts), _one(chance, VISIBLE),
                day + datetime.timedelta(days=14) if chance.random() < 0.1 else None,
                TalkForm.FACE if chance.random() < 0.85 else TalkForm.PHONE,
                chance.choice((Occasion.EVERYDAY, Occasion.BEFORE_EXAM, Occasion.AFTER_EXAM)), "图书角",
                (chance.choice(Strategy.values),), chance.random() < 0.3,
            ))  # fmt: skip
            also = chance.sample(desk.pupils, 2) if chance.random() < 0.06 else []
            pupils.append(sorted({child.pk, *(one.pk for one in also)}))
    keys = write(HeartTalk, columns, rows)
    write(HeartTalk.pupils.through, "hearttalk_id pupil_id", [
        (key, pupil) for key, together in zip(keys, pupils, strict=True) for pupil in together
    ])  # fmt: skip
    _logged(school, RecordKind.TALK, "log_talk", keys, [(row[3], row[4]) for row in rows], [
        {
            "date": row[7].isoformat(), "form": row[11], "occasion": row[12], "place": row[13],
            "strategies": list(row[14]), "text": row[8], "home_contacted": row[15], "visibility": row[9],
            "follow_up_on": row[10].isoformat() if row[10] else None, "pupils": together,
        }
        for row, together in zip(rows, pupils, strict=True)
    ])  # fmt: skip


def _letters(school: School, span: _Span, rooms: Sequence[Room]) -> None:
    chance, office = school.chance, school.staff[Role.MORAL_OFFICE]
    columns = (
        "school_id term_id submission created_by_id created_at updated_at pupil_id mentor_id body advice state "
        "return_reason handed_in_at accepted_at accepted_by_id released_at released_by_id read_at signature"
    )
    rows = []
    last = moment(span.last - datetime.timedelta(days=1))
    for _, desk, child in _own(rooms):
        state = _one(chance, STATES_OVER if span.over else STATES)
        if state is None:
            continue
        at = last - datetime.timedelta(days=chance.randrange(1, 12))
        body = letter_body(chance, child.name[-2:])
        released = state == LetterState.RELEASED
        accepted = released or (state == LetterState.HANDED_IN and chance.random() < 0.3)
        rows.append((
            school.pk, span.term.pk, new_uuid(chance), desk.tutor.user, at, at, child.pk, desk.mentor, body,
            chance.choice(ADVICE) if chance.random() < 0.3 else "", state,
            "再写具体一些，好吗？" if state == LetterState.RETURNED else "",
            None if state == LetterState.DRAFT else at, at if accepted else None, office if accepted else None,
            last if released else None, office if released else None,
            last if released and chance.random() < 0.6 else None, signature(body, child.name),
        ))  # fmt: skip
    keys = write(GrowthLetter, columns, rows)
    write(LetterReply, "school_id letter_id text created_at updated_at read_at", [
        (school.pk, key, chance.choice(REPLIES), NOW, NOW, NOW if span.over else None)
        for key, row in zip(keys, rows, strict=True)
        if row[17] is not None and chance.random() < 0.15
    ])  # fmt: skip
    _logged(school, RecordKind.LETTER, "hand_in_letter", keys, [(row[3], row[4]) for row in rows], [
        {"body": row[8], "advice": row[9], "state": row[10], "return_reason": "", "handwritten": False,
         "pupil_id": row[6]}
        for row in rows
    ])  # fmt: skip
