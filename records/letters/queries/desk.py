"""The letter desk 寄语台: the letters of a term side by side, and what helps to write one of them."""

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.db.models import Q

from accounts.actors import Actor
from core.rowwise import among
from core.worddiff import Piece, mark_words
from mentors.models.slots import Assignment, Mentor
from mentors.team.models import HandOverNote
from records.desk.models import Draft, LetterReply, RecordVersion
from records.enums import LetterState, RecordKind, VersionAct
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Note
from schools.calendar import YearCalendar
from schools.models import SchoolYear, Term
from students.models import Enrolment, Pupil
from students.querysets import PupilQuerySet

#: So many of each stand beside the letter; the rest is on the pupil's page.
MOST_NOTES: Final = 12
MOST_EARLIER: Final = 6
#: What is asked above an empty letter, one at a time; never put into it.
PROMPTS: Final = (
    "这学期，TA 让你最难忘的一个瞬间是什么？",
    "哪件小事让你看见 TA 的努力？",
    "TA 最近为谁做过一件暖心的事？",
    "有什么是 TA 学期初还不会、现在会了的？",
    "你们聊过的哪句话，你现在还记得？",
    "课间或操场上，TA 常常在做什么？",
    "TA 遇到困难的时候，是怎么走过来的？",
    "如果只能说一句，你最想让 TA 记住什么？",
    "TA 喜欢什么？你是从哪里看出来的？",
    "下学期，你最想和 TA 一起做的一件事是什么？",
)


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One pupil of the desk. `draft` is what was typed and not saved."""

    number: int
    pupil: Pupil
    letter: GrowthLetter | None
    draft: Draft | None
    # Of a former year: it is read, but for what was sent back.
    is_over: bool = False

    @property
    def state(self) -> str:
        """`blank`, `draft`, `handed_in`, `accepted`, `paper`, `returned` or `released`."""
        if self.letter is None:
            return "draft" if self.draft is not None else "blank"
        if self.letter.is_out_on_paper:
            return "paper"
        if self.letter.state == LetterState.HANDED_IN and self.letter.accepted_at is not None:
            return "accepted"
        return self.letter.state

    @property
    def is_open(self) -> bool:
        """Whether the mentor has something to do with it."""
        return self.state == "returned" or (self.state in ("blank", "draft") and not self.is_over)

    @property
    def is_written_here(self) -> bool:
        """Whether its text is the mentor's to change: until it is released, or its year is over."""
        is_changeable = self.is_open or (self.state in ("handed_in", "accepted") and not self.is_over)
        return is_changeable and not (self.letter is not None and self.letter.handwritten)

    @property
    def reply(self) -> LetterReply | None:
        """The family's reply."""
        return getattr(self.letter, "reply", None)


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """The letters that the actor owes or owed in one term, in the book's order."""

    now: YearCalendar
    rows: tuple[DeskRow, ...]
    letters: tuple[GrowthLetter, ...]

    def row_of(self, pupil_id: int) -> DeskRow | None:
        """The row of a pupil, if it is one of its pupils."""
        return next((row for row in self.rows if row.pupil.pk == pupil_id), None)

    def neighbour(self, row: DeskRow, step: int) -> DeskRow | None:
        """The row before (-1) or after (1) this one."""
        at = row.number - 1 + step
        return self.rows[at] if 0 <= at < len(self.rows) else None

    def next_open(self, row: DeskRow | None = None) -> DeskRow | None:
        """The next row with something to do, from this one on and then from the top."""
        at = row.number if row is not None else 0
        others = (*self.rows[at:], *self.rows[: max(at - 1, 0)])
        return next((other for other in others if other.is_open), None)

    @property
    def done(self) -> int:
        """How many were handed in."""
        return sum(row.state in ("handed_in", "accepted", "paper", "released") for row in self.rows)

    @property
    def new_replies(self) -> int:
        """Replies that the mentor has not read."""
        return sum(row.reply is not None and row.reply.read_at is None for row in self.rows)


def find_letter_desk(actor: Actor, now: YearCalendar, *, earlier_of: int | None = None) -> LetterDesk:
    """The desk of the slot that the actor holds or shares; three queries whatever the number of pupils.

    `earlier_of` is the key of a pupil whose letters of other terms come along. The pupils are the actor's own of today,
    who may know of all that was recorded of them: it is not asked again of letters, notes and hand-over notes. Of a
    former year they are those whom the actor had to its end, and what came afterwards is another's: there it is asked.
    """
    own = Assignment.objects.held_by(actor).lasting(now.year).main()
    enrolments = list(
        Enrolment.objects.in_school(actor)
        .lasting(now.year)
        .filter(pupil_id__in=own.values("pupil_id"))
        .select_related("pupil", "school_class__grade")
        .in_list_order()
    )
    keys = [e.pupil_id for e in enrolments]
    wanted = Q(term=now.term, pupil_id__in=keys)
    if earlier_of in keys:
        wanted |= Q(pupil_id=earlier_of)
    known = GrowthLetter.objects.present()
    if not now.year.is_current:
        known = known.visible_to(actor)
    letters = tuple(known.filter(wanted).select_related("reply", "term__year", "edited_by").defer("signature"))
    typed = list(Draft.objects.visible_to(actor).open().filter(kind=RecordKind.LETTER, pupil_id__in=keys))
    mine = {letter.pupil_id: letter for letter in letters if letter.term_id == now.term.pk}
    drafts = {draft.pupil_id: draft for draft in typed if draft.key == draft_key(draft.pupil_id or 0, now.term)}
    rows = tuple(
        DeskRow(number, e.pupil, mine.get(e.pupil_id), drafts.get(e.pupil_id), not now.year.is_current)
        for number, e in enumerate(enrolments, start=1)
    )
    return LetterDesk(now, rows, letters)


def returned_before(actor: Actor, now: YearCalendar) -> list[tuple[str, str, int]]:
    """Letters of other terms that wait for the actor to hand them in again: the term's key, its name, how many.

    One query, two where there are some.
    """
    slots = Mentor.objects.filter(school_id=actor.school_id or 0).of_actor(actor)
    rows = GrowthLetter.objects.present().filter(state=LetterState.RETURNED, mentor__in=slots)
    counts = Counter(rows.exclude(term=now.term).values_list("term_id", flat=True))
    near = {term.pk: term for term in now.near_terms} if counts else {}
    names = dict(now.term_choices) if counts else {}
    return [(near[pk].key, names[near[pk].key], count) for pk, count in counts.items() if pk in near]


def draft_key(pupil_id: int, term: Term) -> str:
    """The key of what is typed in the letter's form (records.desk.services.drafts)."""
    return f"letter/{pupil_id}/{term.pk}"


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One record beside the letter; `text` is None where the actor may know of it but not read it."""

    icon: str
    label: str
    on: datetime.date
    text: str | None
    more: str = ""
    follow_up_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the letter while it is written. `shown` are the notes whose text is there."""

    notes: list[NoteLine]
    follow_ups: list[NoteLine]
    earlier: list[GrowthLetter]
    has_more: bool
    shown: list[HomeVisit | HeartTalk | GrowthLetter]


def find_beside(actor: Actor, desk: LetterDesk, pupil: Pupil, may_read: Callable[[Note], bool]) -> Beside:
    """The term's visits and talks, hand-over notes, follow-ups and earlier letters of the pupil. Three queries.

    Who has the pupil on the desk may know of them (`find_letter_desk`); which texts may be read is asked of each note.
    """
    term, most = desk.now.term, MOST_NOTES + 1
    now = among("term_id", [term.pk])
    visits = HomeVisit.objects.present().filter(now, pupil=pupil)
    talks = HeartTalk.objects.present().filter(now, pupils=pupil)
    handed = HandOverNote.objects.filter(pupil=pupil)
    if not desk.now.year.is_current:
        visits, talks, handed = visits.visible_to(actor), talks.visible_to(actor), handed.visible_to(actor)
    records: list[HomeVisit | HeartTalk] = [*visits[:most], *talks[:most]]
    lines = [_line(note, may_read(note)) for note in records]
    lines.sort(key=lambda line: line.on, reverse=True)
    has_more = len(lines) > MOST_NOTES
    lines = lines[:MOST_NOTES]
    lines += [NoteLine("people", "交接说明", note.written_at.date(), note.text) for note in handed[:MOST_EARLIER]]
    earlier = [
        letter
        for letter in desk.letters
        if letter.pupil_id == pupil.pk
        and letter.term_id != term.pk
        and letter.state in (LetterState.HANDED_IN, LetterState.RELEASED)
    ]
    earlier.sort(key=lambda letter: letter.term.starts_on, reverse=True)
    shown: list[HomeVisit | HeartTalk | GrowthLetter] = [note for note in records if may_read(note)]
    return Beside(
        notes=lines,
        follow_ups=sorted((n for n in lines if n.follow_up_on), key=lambda n: n.follow_up_on or n.on),
        earlier=earlier[:MOST_EARLIER],
        has_more=has_more or len(earlier) > MOST_EARLIER,
        shown=shown,
    )


def _line(note: HomeVisit | HeartTalk, readable: bool) -> NoteLine:
    if isinstance(note, HomeVisit):
        if not readable:
            return NoteLine("visit", "家访", note.date, None)
        more = f"约定：{note.agreement}" if note.agreement else ""
        return NoteLine("visit", f"家访　{note.get_outcome_display()}", note.date, note.text, more, note.follow_up_on)
    if not readable:
        return NoteLine("talk", "谈心", note.date, None)
    return NoteLine("talk", f"谈心　{note.get_occasion_display()}", note.date, note.text, note.place, note.follow_up_on)


def prompts_for(pupil: Pupil, on: datetime.date) -> list[str]:
    """All prompts, beginning with another one for each pupil and each day."""
    at = (pupil.pk + on.toordinal()) % len(PROMPTS)
    return [*PROMPTS[at:], *PROMPTS[:at]]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A piece of a text with what was taken out and what was put in: `kind` is `same`, `out` or `in`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Proofing:
    """What 德育室 changed in a letter: who, when, and both texts in one."""

    who: str
    at: datetime.datetime
    body: list[Stroke]
    advice: list[Stroke]


def proofing_of(letter: GrowthLetter | None) -> Proofing | None:
    """The last edit by 德育室, if the letter's present text is theirs. One query, none for other letters."""
    if letter is None or letter.edited_at is None:
        return None
    versions = list(RecordVersion.objects.of(RecordKind.LETTER, letter.pk)[:20])
    for after, before in pairwise(versions):
        if after.act == VersionAct.PROOFED:
            old, new = before.fields, after.fields
            return Proofing(
                who=after.changed_by.name if after.changed_by is not None else "德育室",
                at=after.changed_at,
                body=strokes(old.get("body", ""), new.get("body", "")),
                advice=strokes(old.get("advice", ""), new.get("advice", "")),
            )
    return None


def strokes(old: str, new: str) -> list[Stroke]:
    """Both texts as one, word by word: what went is marked `out`, what came is marked `in`. Empty if they are equal."""
    if old == new:
        return []
    left, right = (list(pieces) for pieces in mark_words(old, new))
    result: list[Stroke] = []
    while left or right:
        if left and left[0].changed:
            result.append(Stroke("out", left.pop(0).text))
        elif right and right[0].changed:
            result.append(Stroke("in", right.pop(0).text))
        else:
            size = min((len(side[0].text) for side in (left, right) if side), default=0)
            result.append(Stroke("same", (left or right)[0].text[:size]))
            for side in (left, right):
                _shorten(side, size)
    return result


def _shorten(side: list[Piece], size: int) -> None:
    if side:
        rest = side[0].text[size:]
        side[:1] = [Piece(rest, False)] if rest else []


def own_letter_pupils(actor: Actor, year: SchoolYear) -> PupilQuerySet:
    """The pupils to whom the actor owes the year's letters: those of the own slot, without the supported ones."""
    own = Assignment.objects.held_by(actor).lasting(year).main()
    return Pupil.objects.in_school(actor).filter(pk__in=own.values("pupil_id"))


def typed_letter(actor: Actor, now: YearCalendar, pupil: Pupil, body: str, advice: str) -> GrowthLetter | None:
    """A letter as it is typed, for its paper only: it is never saved. None if the pupil is not the actor's."""
    own = Assignment.objects.held_by(actor).lasting(now.year).main().filter(pupil=pupil)
    assignment = own.select_related("mentor").prefetch_related("mentor__members__teacher").first()
    if assignment is None:
        return None
    return GrowthLetter(
        school=now.year.school, pupil=pupil, term=now.term, mentor=assignment.mentor, body=body, advice=advice
    )
