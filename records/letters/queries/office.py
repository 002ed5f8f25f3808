"""德育室's list of the term's letters: every pupil who is owed one, written or not."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.actors import Actor
from core.kept import kept
from core.lists import ListColumn, ListOut, batched
from mentors.models.slots import Assignment, Mentor, MentorMember
from mentors.queries.people import main_mentors
from mentors.querysets.slots import is_own_member
from records.desk.models import LetterReply
from records.enums import LetterState
from records.models.records import GrowthLetter
from records.querysets.records import GrowthLetterQuerySet
from schools.calendar import YearCalendar
from schools.enums import ActionKind
from schools.models import SchoolYear, Term
from students.models import Enrolment, Pupil
from students.querysets import EnrolmentQuerySet

#: A letter that is not begun or still a draft has not been handed in: both are the mentor's own business.
MISSING: Final = "missing"
#: Handed in and found good, and those whose release has a set time.
ACCEPTED: Final = "accepted"
SCHEDULED: Final = "scheduled"
#: The family has it on paper, from before the school wrote here: it waits for nobody, and is released only by name.
ON_PAPER: Final = "paper"
STATES: Final = (
    MISSING, LetterState.HANDED_IN, ACCEPTED, SCHEDULED, LetterState.RETURNED, ON_PAPER, LetterState.RELEASED,
)  # fmt: skip
#: Handed in, and the checks found something in it: those of `LetterState.HANDED_IN` to be read with more care.
NOTED: Final = "noted"
#: Those of `STATES` from which a letter can be released, and those that have no set time of their own.
RELEASABLE: Final = (LetterState.HANDED_IN, NOTED, ACCEPTED, SCHEDULED, ON_PAPER)
WAITING: Final = (LetterState.HANDED_IN, NOTED, ACCEPTED)
#: States in which 德育室 may read the text; a draft belongs to its writer.
READABLE: Final = (LetterState.HANDED_IN, LetterState.RETURNED, LetterState.RELEASED)


#: What the checks found was kept when the letter was handed in; what nobody has looked at is not among them.
WITH_FINDINGS: Final = Q(findings__isnull=False) & ~Q(findings=[])
#: The family has never opened it: a corrected letter was read before.
UNREAD: Final = Q(state=LetterState.RELEASED, read_at=None, corrected_at=None)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A pupil who is owed a letter, and the letter once it was handed in."""

    enrolment: Enrolment
    letter: GrowthLetter | None
    mentor: Mentor | None
    # The reader's own slot writes it: nobody inspects their own.
    is_own: bool = False

    @property
    def state(self) -> str:
        """One of `STATES`."""
        return shown_state(self.letter) if self.letter is not None else MISSING

    @property
    def noted(self) -> int:
        """In how many places the checks found something that 德育室 has not read yet."""
        waits = self.letter is not None and self.letter.state == LetterState.HANDED_IN and not self.letter.accepted_at
        return len(self.letter.findings or ()) if self.letter is not None and waits else 0

    @property
    def is_releasable(self) -> bool:
        """Whether it can be released."""
        return self.state in RELEASABLE and not self.is_own

    @property
    def can_come_back(self) -> bool:
        """Whether its release can be taken back."""
        return self.letter is not None and is_unread(self.letter) and not self.is_own


def is_unread(letter: GrowthLetter) -> bool:
    """Whether it is released and the family has never opened it."""
    return letter.state == LetterState.RELEASED and letter.read_at is None and letter.corrected_at is None


def shown_state(letter: GrowthLetter) -> str:
    """Which of `STATES` a letter that was handed in stands in."""
    if letter.state != LetterState.HANDED_IN:
        return letter.state
    if letter.release_at is not None:
        return SCHEDULED
    if letter.is_out_on_paper:
        return ON_PAPER
    return ACCEPTED if letter.accepted_at is not None else LetterState.HANDED_IN


def letters_owed(
    actor: Actor,
    calendar: YearCalendar,
    *,
    class_id: int | None = None,
    grade_id: int | None = None,
    mentor_id: int | None = None,
) -> EnrolmentQuerySet:
    """The pupils who are owed a letter this term, in handing-out order; `letter_state`: one of `STATES`, or `NOTED`."""
    letters = (
        GrowthLetter.objects.present()
        .filter(term=calendar.term, pupil=OuterRef("pupil"), state__in=READABLE)
        .annotate(
            shown=Case(
                When(state=LetterState.HANDED_IN, release_at__isnull=False, then=Value(SCHEDULED)),
                When(state=LetterState.HANDED_IN, accepted_at__isnull=False, from_paper=True, then=Value(ON_PAPER)),
                When(state=LetterState.HANDED_IN, accepted_at__isnull=False, then=Value(ACCEPTED)),
                When(Q(state=LetterState.HANDED_IN) & WITH_FINDINGS, then=Value(NOTED)),
                default=F("state"),
                output_field=CharField(),
            )
        )
    )
    rows = (
        Enrolment.objects.in_school(actor)
        .lasting(calendar.year)
        .filter(school_class__grade__in={g for owed in calendar.rules.of(ActionKind.LETTER) for g in owed.grade_ids})
        .select_related("pupil", "school_class__grade")
        .annotate(letter_state=Coalesce(Subquery(letters.values("shown")[:1]), Value(MISSING)))
        .in_list_order()
    )
    if class_id is not None:
        rows = rows.filter(school_class=class_id)
    if grade_id is not None:
        rows = rows.filter(school_class__grade=grade_id)
    if mentor_id is not None:
        own = Assignment.objects.lasting(calendar.year).main().filter(mentor=mentor_id)
        rows = rows.filter(pupil__in=own.values("pupil_id"))
    return rows


def in_state(rows: EnrolmentQuerySet, state: str) -> EnrolmentQuerySet:
    """Those of `letters_owed` in one of `STATES`, or `NOTED`; all for an empty one."""
    states = (state, NOTED) if state == LetterState.HANDED_IN else (state,)
    return rows.filter(Q(letter_state__in=states)) if state else rows


def letter_counts(rows: EnrolmentQuerySet) -> dict[str, int]:
    """How many of `letters_owed` stand in each of `STATES`, and of the handed-in ones in `NOTED`. One query."""
    found = dict(rows.order_by().values_list(F("letter_state")).annotate(n=Count("pk")))
    noted = found.get(NOTED, 0)
    found[LetterState.HANDED_IN] = found.get(LetterState.HANDED_IN, 0) + noted
    return {state: found.get(state, 0) for state in (*STATES, NOTED)}


def letter_rows(actor: Actor, calendar: YearCalendar, enrolments: Sequence[Enrolment]) -> list[LetterRow]:
    """One page of `letters_owed` with letters and mentors at hand. Four queries."""
    pupil_ids = [e.pupil_id for e in enrolments]
    letters = {letter.pupil_id: letter for letter in _letters_of(actor, calendar.term, pupil_ids)}
    mentors = main_mentors(calendar.year, pupil_ids)
    return [
        LetterRow(e, letters.get(e.pupil_id), mentors.get(e.pupil_id), holds(actor, mentors.get(e.pupil_id)))
        for e in enrolments
    ]


@kept
def _letters_of(actor: Actor, term: Term, pupil_ids: Collection[int]) -> QuerySet[GrowthLetter]:
    letters = replied(GrowthLetter.objects.visible_to(actor)).present().of_term(term)
    return letters.filter(pupil_id__in=pupil_ids, state__in=READABLE).for_office()


#: So many are read at once when all go out.
_AT_ONCE: Final = 500
_MOMENTS: Final = ("handed_in_at", "accepted_at", "released_at", "read_at")


def letters_out(
    actor: Actor,
    calendar: YearCalendar,
    owed: EnrolmentQuerySet,
    labels: Mapping[str, str],
    *,
    about: str,
    where: Mapping[str, object],
) -> ListOut:
    """Those of `letters_owed` with the way of each letter and no text, as a list to export or print.

    `labels` are the words of `STATES`. Four queries for each five hundred.
    """

    def lines() -> Iterator[list[str | int | None]]:
        for part in batched(owed.iterator(chunk_size=_AT_ONCE), _AT_ONCE):
            for row in letter_rows(actor, calendar, part):
                place = [row.enrolment.school_class.label, row.enrolment.seat_number, row.enrolment.pupil.name]
                letter = row.letter
                moments = [getattr(letter, name, None) for name in _MOMENTS]
                days = [str(timezone.localdate(moment)) if moment is not None else "" for moment in moments]
                yield [*place, row.mentor.names if row.mentor else "还没有导师", labels[row.state], *days]

    return ListOut(
        name="letters",
        title=f"{calendar.letter_label}进度",
        columns=[
            ListColumn("班级", 12),
            ListColumn("座号", 6, number=True),
            ListColumn("姓名"),
            ListColumn("导师", 14),
            ListColumn("状态"),
            *(ListColumn(title, 11) for title in ("交稿", "校对通过", "发布", "家长已读")),
        ],
        rows=lines(),
        names_children=True,
        about=about,
        where=where,
        who=2,
    )


def holds(actor: Actor, mentor: Mentor | None) -> bool:
    """Whether the actor holds or shares the slot, whose members are at hand."""
    if mentor is None or actor.user_id is None:
        return False
    return any(member.teacher.user_id == actor.user_id for member in mentor.members.all())


def replied(rows: GrowthLetterQuerySet) -> GrowthLetterQuerySet:
    """The letters with `has_reply`: 德育室 sees that a family answered, not what."""
    return rows.annotate(has_reply=Exists(LetterReply.objects.filter(letter=OuterRef("pk"))))


def readable_letters(actor: Actor) -> GrowthLetterQuerySet:
    """The letters that 德育室 may read, with all that the page shows."""
    rows = GrowthLetter.objects.visible_to(actor).present().filter(state__in=READABLE)
    return replied(rows).for_office().select_related("edited_by", "accepted_by", "released_by")


def row_of(actor: Actor, calendar: YearCalendar, letter: GrowthLetter) -> LetterRow | None:
    """The list's row of one letter, None if its pupil has left."""
    enrolments = list(letters_owed(actor, calendar).filter(pupil=letter.pupil_id))
    rows = letter_rows(actor, calendar, enrolments)
    return rows[0] if rows else None


def owed_by(actor: Actor, calendar: YearCalendar, letter: GrowthLetter) -> Enrolment | None:
    """The pupil of the letter as the list has it, class and paper settings at hand; None if they have left. A query."""
    rows = letters_owed(actor, calendar).filter(pupil=letter.pupil_id)
    return rows.select_related("pupil", "school_class__grade", "school__paper_settings").first()


def letters_to_release(
    actor: Actor,
    calendar: YearCalendar,
    *,
    class_id: int | None,
    grade_id: int | None,
    mentor_id: int | None = None,
    states: Sequence[str] = WAITING,
) -> list[int]:
    """Keys of all handed-in letters of a place or a mentor that stand in one of `states`. One query."""
    pupils = letters_owed(actor, calendar, class_id=class_id, grade_id=grade_id, mentor_id=mentor_id)
    pupils = pupils.filter(Q(letter_state__in=states))
    return list(
        GrowthLetter.objects.visible_to(actor)
        .present()
        .of_term(calendar.term)
        .filter(state=LetterState.HANDED_IN, pupil__in=pupils.order_by().values("pupil_id"))
        .values_list("pk", flat=True)
    )


def going_out(
    actor: Actor, term: Term, keys: Collection[int], *, seen_at: datetime.datetime | None
) -> GrowthLetterQuerySet:
    """Those of the letters that the actor may send out: handed in, not the own ones, and not changed since `seen_at`.

    Whether the actor may release at all, and in that term's school, the service asks.
    """
    letters = _of_others(actor, term, keys).filter(state=LetterState.HANDED_IN)
    if seen_at is not None:
        # Nor a text that a colleague has edited since.
        letters = letters.filter(Q(edited_at=None) | Q(edited_at__lte=seen_at), handed_in_at__lte=seen_at)
    return letters


def unread_by_families(actor: Actor, term: Term, keys: Collection[int]) -> GrowthLetterQuerySet:
    """Those of the letters that the actor may take back: released, never opened by the family, not the own ones."""
    return _of_others(actor, term, keys).filter(UNREAD)


def _of_others(actor: Actor, term: Term, keys: Collection[int]) -> GrowthLetterQuerySet:
    letters = GrowthLetter.objects.present().filter(school_id=actor.school_id or 0, term=term, pk__in=keys)
    if actor.user_id is not None:
        own = MentorMember.objects.filter(is_own_member(actor))
        letters = letters.exclude(mentor_id__in=own.values("mentor_id"))
    return letters


@dataclass(frozen=True, slots=True)
class ReleaseQuestion:
    """What is asked before many letters go out: how many, how many nobody has read, in how many something was found."""

    count: int
    unread: int
    noted: int

    @property
    def told(self) -> str:
        """The numbers in a sentence, without its full stop."""
        if not self.unread:
            return f"{self.count} 封，都已校对"
        noted = f"、{self.noted} 封有提醒" if self.noted else ""
        return f"{self.count} 封，其中 {self.unread} 封还没有校对{noted}"


def release_question(
    actor: Actor, term: Term, keys: Collection[int], *, seen_at: datetime.datetime | None
) -> ReleaseQuestion:
    """The figures of those that would go out now. One query."""
    unread = Q(accepted_at=None)
    found = going_out(actor, term, keys, seen_at=seen_at).aggregate(
        count=Count("pk"), unread=Count("pk", filter=unread), noted=Count("pk", filter=unread & WITH_FINDINGS)
    )
    return ReleaseQuestion(**found)


def still_handed_in(actor: Actor, keys: Collection[int]) -> int:
    """How many of these letters are handed in and not released. One query."""
    return GrowthLetter.objects.visible_to(actor).present().filter(pk__in=keys, state=LetterState.HANDED_IN).count()


def still_out(actor: Actor, keys: Collection[int]) -> int:
    """How many of these letters are released. One query."""
    return GrowthLetter.objects.visible_to(actor).present().filter(pk__in=keys, state=LetterState.RELEASED).count()


def next_to_proof(actor: Actor, calendar: YearCalendar, after: GrowthLetter) -> tuple[GrowthLetter | None, int]:
    """The next letter that waits to be read, in handing-out order from `after` on and then from the top; how many wait.

    Letters that the actor writes are left out: nobody inspects their own. It knows its key and its pupil's name. Two
    queries: asked in one, the state and the key are looked up for each pupil of the school.
    """
    owed = letters_owed(actor, calendar)
    if actor.user_id is not None:
        own = Assignment.objects.held_by(actor).lasting(calendar.year).main()
        owed = owed.exclude(pupil__in=own.values("pupil_id"))
    letters = GrowthLetter.objects.present().of_term(calendar.term)
    letters = letters.filter(state=LetterState.HANDED_IN, release_at=None, accepted_at=None)
    keys = dict(letters.exclude(pupil=after.pupil_id).values_list("pupil_id", "pk"))
    order = list(owed.filter(pupil__in=[*keys, after.pupil_id]).values_list("pupil_id", "pupil__name"))
    at = next((place for place, row in enumerate(order) if row[0] == after.pupil_id), -1)
    waiting = [row for row in (*order[at + 1 :], *order[: at + 1]) if row[0] in keys]
    if not waiting:
        return None, 0
    pupil_id, name = waiting[0]
    return GrowthLetter(pk=keys[pupil_id], pupil=Pupil(pk=pupil_id, name=name)), len(waiting)


def mentor_choices(actor: Actor, year: SchoolYear) -> list[tuple[int, str]]:
    """The year's mentor slots by key and names, in the order of the names. One query."""
    names: dict[int, list[str]] = {}
    for mentor_id, name in _member_names(actor, year):
        names.setdefault(mentor_id, []).append(name)
    return sorted(((key, "/".join(both)) for key, both in names.items()), key=lambda pair: pair[1])


@kept
def _member_names(actor: Actor, year: SchoolYear) -> QuerySet[MentorMember, tuple[int, str]]:
    members = MentorMember.objects.filter(school_id=actor.school_id or 0, year=year)
    return members.order_by("mentor_id", "position").values_list("mentor_id", "teacher__name")
