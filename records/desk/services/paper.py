"""What a school did on paper before it wrote here, brought in as records: many at once, without a query for each.

Such a record says so for ever (`Record.from_paper`). Nobody is told or reminded of it; the ticks follow in the same
transaction, and everything written is noted, so that the import can be taken back.
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import models, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.journal import CHUNK, note_created
from mentors.models.slots import Mentor, Teacher
from records.desk.services.versions import note_versions
from records.desk.services.visit_plans import close_visit_plans
from records.enums import LetterState, VersionAct
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Record
from records.services.ticks import refresh_ticks
from schools.days import past_days
from schools.enums import ActionKind
from schools.models import SchoolYear, Term
from students.models import Pupil

#: Who says what was done before; texts of letters are 德育室's alone.
KEEPERS: Final = (Role.SCHOOL_ADMIN, Role.MORAL_OFFICE)
_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRecord:
    """One visit, talk or letter of the term `term`, done on `date`; `author_id` is the account that it is put down to.

    `teacher_ids` took part in a visit, `mentor_id` is the slot that owed a letter. A letter without `body` was written
    by hand; `signature` is what its likeness is searched by.
    """

    action: ActionKind
    pupil_id: int
    term: Term
    date: datetime.date
    author_id: int
    teacher_ids: tuple[int, ...] = ()
    mentor_id: int = 0
    body: str = ""
    advice: str = ""
    signature: bytes = b""


@transaction.atomic
def bring_in(*, actor: Actor, year: SchoolYear, records: Sequence[PaperRecord]) -> None:
    """Write `records` as brought in from paper, with their first versions and the ticks of their pupils.

    Raises DomainError `other_school`, `not_allowed`, `date_out_of_range`.
    """
    check_keeper(actor, year, with_texts=any(record.body for record in records))
    _check_keys(actor, year, records)
    bounds = past_days(year, actor.today)
    for record in records:
        bounds.check(record.date)
    visibility = actor.calendar.of(year).rules.plan.note_visibility
    by = {action: [record for record in records if record.action == action] for action in ActionKind}
    visits = [
        HomeVisit(pupil_id=one.pupil_id, date=one.date, visibility=visibility, **_common(year, one))
        for one in by[ActionKind.VISIT]
    ]
    talks = [HeartTalk(date=one.date, visibility=visibility, **_common(year, one)) for one in by[ActionKind.TALK]]
    letters = [_letter(actor, year, one) for one in by[ActionKind.LETTER]]
    for rows in (visits, talks, letters):
        _insert(rows)
    teachers = {visit.pk: one.teacher_ids for visit, one in zip(visits, by[ActionKind.VISIT], strict=True)}
    pupils = {talk.pk: (one.pupil_id,) for talk, one in zip(talks, by[ActionKind.TALK], strict=True)}
    through: Any = HomeVisit.teachers.through
    _insert([through(homevisit_id=pk, teacher_id=key) for pk, keys in teachers.items() for key in keys])
    through = HeartTalk.pupils.through
    _insert([through(hearttalk_id=pk, pupil_id=key) for pk, keys in pupils.items() for key in keys])
    close_visit_plans(visits=visits)
    kept: list[tuple[Record, Mapping[str, Iterable[int]]]] = [
        *((visit, {"teachers": teachers[visit.pk]}) for visit in visits),
        *((talk, {"pupils": pupils[talk.pk]}) for talk in talks),
        *((letter, {}) for letter in letters),
    ]
    note_versions(actor=actor, records=kept, act=VersionAct.BROUGHT_IN)
    touched = sorted({record.pupil_id for record in records})
    for start in range(0, len(touched), CHUNK):
        refresh_ticks(year=year, pupil_ids=touched[start : start + CHUNK], on=actor.today)
    detail = {"visits": len(visits), "talks": len(talks), "letters": len(letters)}
    audit(actor=actor, verb="bring_in_paper", target=year, detail=detail)


def check_keeper(actor: Actor, year: SchoolYear, *, with_texts: bool) -> None:
    """Whether the actor says what was done on paper in `year`. Raises DomainError `other_school`, `not_allowed`."""
    if year.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    if not actor.has(*KEEPERS):
        raise DomainError("not_allowed", "只有管理员和德育室可以补录纸上的记录。")
    if with_texts and not actor.has(Role.MORAL_OFFICE):
        raise DomainError("not_allowed", "寄语的文字只有德育室可以补录。")


def _check_keys(actor: Actor, year: SchoolYear, records: Sequence[PaperRecord]) -> None:
    """All people and terms are of this school and year. A query a table and batch."""
    wanted: tuple[tuple[type[models.Model], str, set[int]], ...] = (
        (Pupil, "school", {record.pupil_id for record in records}),
        (Teacher, "school", {key for record in records for key in record.teacher_ids}),
        (Mentor, "year", {record.mentor_id for record in records if record.action == ActionKind.LETTER}),
        (Term, "year", {record.term.pk for record in records}),
    )
    own = {"school": actor.school_id, "year": year.pk}
    for model, column, found in wanted:
        keys = sorted(found)
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            if model._default_manager.filter(pk__in=part, **{column: own[column]}).count() != len(part):
                raise DomainError("other_school", "有学生、教师或学期不属于本校本学年。")


def _common(year: SchoolYear, one: PaperRecord) -> dict[str, Any]:
    return {
        "school_id": year.school_id,
        "term_id": one.term.pk,
        "submission": uuid.uuid4(),
        "created_by_id": one.author_id,
        "from_paper": True,
    }


def _letter(actor: Actor, year: SchoolYear, one: PaperRecord) -> GrowthLetter:
    """A letter that the family has on paper: nobody has to proof-read it; it goes out here only if 德育室 says so."""
    noon = timezone.make_aware(datetime.datetime.combine(one.date, datetime.time(12)))
    return GrowthLetter(
        pupil_id=one.pupil_id,
        mentor_id=one.mentor_id,
        body=one.body,
        advice=one.advice,
        handwritten=not one.body,
        signature=one.signature,
        state=LetterState.HANDED_IN,
        handed_in_at=min(noon, now()),
        accepted_at=now(),
        accepted_by_id=actor.user_id,
        **_common(year, one),
    )


def _insert(rows: Sequence[models.Model]) -> None:
    if rows:
        model = type(rows[0])
        model._default_manager.bulk_create(rows, batch_size=_BATCH)
        note_created(model, [row.pk for row in rows])
