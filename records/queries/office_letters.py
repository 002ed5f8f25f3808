"""德育室's list of the term's letters: every pupil who is owed one, written or not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from mentors.models import Assignment, Mentor
from records.enums import LetterState
from records.models import GrowthLetter
from records.queries.desk import Calendar
from records.querysets import GrowthLetterQuerySet
from schools.enums import ActionKind
from students.models import Enrolment
from students.querysets import EnrolmentQuerySet

#: A letter that is not begun or still a draft has not been handed in: both are the mentor's own business.
MISSING: Final = "missing"
STATES: Final = (MISSING, LetterState.HANDED_IN, LetterState.RETURNED, LetterState.RELEASED)
#: States in which 德育室 may read the text; a draft belongs to its writer.
READABLE: Final = (LetterState.HANDED_IN, LetterState.RETURNED, LetterState.RELEASED)
#: States in which a letter is printed for the school.
PRINTABLE: Final = (LetterState.HANDED_IN, LetterState.RELEASED)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A pupil who is owed a letter, and the letter once it was handed in."""

    enrolment: Enrolment
    letter: GrowthLetter | None
    mentor: Mentor | None

    @property
    def state(self) -> str:
        """One of `STATES`."""
        return self.letter.state if self.letter is not None else MISSING


def letters_owed(
    actor: Actor, calendar: Calendar, *, class_id: int | None = None, grade_id: int | None = None
) -> EnrolmentQuerySet:
    """The pupils who are owed a letter this term, in handing-out order; `letter_state` is one of `STATES`."""
    owed = calendar.rules.find(ActionKind.LETTER)
    letters = GrowthLetter.objects.present().filter(term=calendar.term, pupil=OuterRef("pupil"), state__in=READABLE)
    rows = (
        Enrolment.objects.in_school(actor)
        .active()
        .of_year(calendar.year)
        .filter(school_class__grade__in=owed.grade_ids if owed is not None else ())
        .select_related("pupil", "school_class__grade")
        .annotate(letter_state=Coalesce(Subquery(letters.values("state")[:1]), Value(MISSING)))
        .in_list_order()
    )
    if class_id is not None:
        rows = rows.filter(school_class=class_id)
    if grade_id is not None:
        rows = rows.filter(school_class__grade=grade_id)
    return rows


def in_state(rows: EnrolmentQuerySet, state: str) -> EnrolmentQuerySet:
    """Those of `letters_owed` in one of `STATES`; all for an empty one."""
    return rows.filter(Q(letter_state=state)) if state else rows


def letter_counts(rows: EnrolmentQuerySet) -> dict[str, int]:
    """How many of `letters_owed` stand in each of `STATES`. One query."""
    found = dict(rows.order_by().values_list(F("letter_state")).annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in STATES}


def letter_rows(actor: Actor, calendar: Calendar, enrolments: Sequence[Enrolment]) -> list[LetterRow]:
    """One page of `letters_owed` with letters and mentors at hand. Eight queries at most."""
    pupil_ids = [e.pupil_id for e in enrolments]
    letters = {
        letter.pupil_id: letter
        for letter in GrowthLetter.objects.visible_to(actor)
        .present()
        .of_term(calendar.term)
        .filter(pupil_id__in=pupil_ids, state__in=READABLE)
        .for_office()
    }
    mentors = {
        a.pupil_id: a.mentor
        for a in Assignment.objects.active()
        .main()
        .filter(year=calendar.year, pupil_id__in=pupil_ids)
        .select_related("mentor")
        .prefetch_related("mentor__members__teacher")
    }
    return [LetterRow(e, letters.get(e.pupil_id), mentors.get(e.pupil_id)) for e in enrolments]


def readable_letters(actor: Actor) -> GrowthLetterQuerySet:
    """The letters that 德育室 may read, with all that the page shows."""
    return GrowthLetter.objects.visible_to(actor).present().filter(state__in=READABLE).for_office()


def school_letters(actor: Actor) -> GrowthLetterQuerySet:
    """All letters of the actor's school, to tell a forbidden letter (403) from an unknown one (404)."""
    return GrowthLetter.objects.filter(school=actor.school_id or 0)


def row_of(actor: Actor, calendar: Calendar, letter: GrowthLetter) -> LetterRow | None:
    """The list's row of one letter, None if its pupil has left."""
    enrolments = list(letters_owed(actor, calendar).filter(pupil=letter.pupil_id))
    rows = letter_rows(actor, calendar, enrolments)
    return rows[0] if rows else None


def letters_to_release(actor: Actor, calendar: Calendar, *, class_id: int | None, grade_id: int | None) -> list[int]:
    """Keys of all handed-in letters of a class or grade (or the school). One query."""
    pupils = in_state(letters_owed(actor, calendar, class_id=class_id, grade_id=grade_id), LetterState.HANDED_IN)
    return list(
        GrowthLetter.objects.visible_to(actor)
        .present()
        .of_term(calendar.term)
        .filter(state=LetterState.HANDED_IN, pupil__in=pupils.order_by().values("pupil_id"))
        .values_list("pk", flat=True)
    )


def still_handed_in(actor: Actor, keys: Collection[int]) -> int:
    """How many of these letters are handed in and not released. One query."""
    return GrowthLetter.objects.visible_to(actor).present().filter(pk__in=keys, state=LetterState.HANDED_IN).count()
