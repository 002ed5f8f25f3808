"""记录本收发: the record books of a term with how far each is on its way out and back (Guyi plan 四(四)2).

Books stand by class in teaching order, inside of a class in the team's order: nothing here sorts by completion.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, QuerySet

from accounts.actors import Actor
from core.kept import kept
from core.shortcodes import key_of_code
from mentors.models.slots import Assignment, Mentor
from records.contexts import BookClass, BookGrade, BookLine, BookList
from records.enums import BookStep
from records.office.queries.dashboard import OWN_GRADE, Progress, done, owing
from records.papers.models import BookCheckItem, BookHandling
from records.papers.queries.books import NO_CLASS
from records.papers.queries.filing import filed_under, filing_rank
from schools.calendar import YearCalendar
from schools.models import SchoolClass, SchoolYear, Term
from schools.queries import paper_style
from students.querysets import lasting

#: Before it is issued a book waits in the office; then it is named after the last step done.
WAITING: Final = "waiting"
#: Collected once, and given back to be made up.
RETURNED: Final = "returned"
STATES: Final = (WAITING, BookStep.ISSUED, RETURNED, BookStep.COLLECTED, BookStep.CHECKED)
#: In which states a book is ready for each step.
BEFORE: Final[dict[BookStep, tuple[str, ...]]] = {
    BookStep.ISSUED: (WAITING,),
    BookStep.COLLECTED: (BookStep.ISSUED, RETURNED),
    BookStep.CHECKED: (BookStep.COLLECTED,),
}
NO_BOOK: Final = BookHandling()


@dataclass(frozen=True, slots=True)
class HandledBook:
    """A record book: whose, of how many pupils, where it is, and how far its form is filled (counts, no text)."""

    mentor: Mentor
    handling: BookHandling
    school_class: SchoolClass | None
    pupils: int
    actions: tuple[Progress, ...]
    # The actor holds or shares the slot: a colleague checks it.
    is_own: bool

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.handling.is_returned:
            return RETURNED
        last = WAITING
        for step in BookStep:
            if getattr(self.handling, step.field) is not None:
                last = step.value
        return last

    @property
    def done(self) -> int:
        """Ticks of the form that are there."""
        return sum(p.done for p in self.actions)

    @property
    def owed(self) -> int:
        """Ticks of the form that the plan asks for."""
        return sum(p.total for p in self.actions)

    @property
    def is_complete(self) -> bool:
        """Whether no tick is missing."""
        return bool(self.owed) and self.done >= self.owed


@dataclass(frozen=True, slots=True)
class HandledClass:
    """The books of one class; `school_class` None for slots without a class."""

    school_class: SchoolClass | None
    books: tuple[HandledBook, ...]

    @property
    def label(self) -> str:
        """The class as people write it."""
        return self.school_class.label if self.school_class is not None else NO_CLASS


@dataclass(frozen=True, slots=True)
class HandledGrade:
    """The books of one grade."""

    label: str
    classes: tuple[HandledClass, ...]

    @property
    def books(self) -> tuple[HandledBook, ...]:
        """All books of the grade in order."""
        return tuple(book for part in self.classes for book in part.books)


@dataclass(frozen=True, slots=True)
class HandledBooks:
    """The books of a place; `counts` by `STATES` are of the whole place, `grades` of those shown."""

    calendar: YearCalendar
    grades: tuple[HandledGrade, ...]
    counts: dict[str, int]

    @property
    def books(self) -> tuple[HandledBook, ...]:
        """All books that are shown, in order."""
        return tuple(book for grade in self.grades for book in grade.books)

    @property
    def total(self) -> int:
        """Books of the place."""
        return sum(self.counts.values())

    def reached(self, step: BookStep) -> int:
        """How many books of the place have been at `step`, or further."""
        return sum(self.counts[state] for state in STATES[STATES.index(step) :])


def find_handled_books(
    actor: Actor, calendar: YearCalendar, *, class_id: int | None = None, grade_id: int | None = None, state: str = ""
) -> HandledBooks:
    """The books of the school, a grade or a class, those in `state` (all for an empty one).

    Whose slot neither has pupils nor a class, because the teacher has left, has no book unless it was issued.
    Seven queries whatever the number of books, one more where a slot with pupils is in no team.
    """
    books = [b for b in _books(actor, calendar) if _lies_in(b, class_id=class_id, grade_id=grade_id)]
    counts = Counter(book.state for book in books)
    shown = [book for book in books if not state or book.state == state]
    return HandledBooks(calendar, _grades(shown), {s: counts[s] for s in STATES})


def find_book(actor: Actor, calendar: YearCalendar, mentor: Mentor) -> HandledBook:
    """The book of one slot of the calendar's year, names at hand. As many queries as `find_handled_books`."""
    return next(iter(_books(actor, calendar, mentor=mentor)))


def book_list(
    actor: Actor, calendar: YearCalendar, *, class_id: int | None = None, grade_id: int | None = None
) -> BookList:
    """The printed list of the same books; the remarks stay with 德育室. One query more, for the school's head."""
    handled = find_handled_books(actor, calendar, class_id=class_id, grade_id=grade_id)
    return BookList(
        school=paper_style(calendar.year.school).head,
        term=str(calendar.term),
        grades=tuple(
            BookGrade(
                label=grade.label,
                classes=tuple(BookClass(label=c.label, lines=tuple(map(_line, c.books))) for c in grade.classes),
            )
            for grade in handled.grades
        ),
    )


def _line(book: HandledBook) -> BookLine:
    return BookLine(
        mentor=book.mentor.names,
        pupils=book.pupils,
        issued_on=book.handling.issued_on,
        collected_on=book.handling.collected_on,
        checked_on=book.handling.checked_on,
    )


def _lies_in(book: HandledBook, *, class_id: int | None, grade_id: int | None) -> bool:
    place = book.school_class
    if class_id is not None:
        return place is not None and place.pk == class_id
    return grade_id is None or (place is not None and place.grade_id == grade_id)


def _books(actor: Actor, calendar: YearCalendar, *, mentor: Mentor | None = None) -> list[HandledBook]:
    only = mentor.pk if mentor is not None else None
    handlings = {row.mentor_id: row for row in _handled(actor, calendar.term, only)}
    places = filed_under(calendar.year, mentor=mentor)
    figures = _figures(calendar, mentor)
    required = [(action, calendar.label(action)) for action in calendar.rules.required]
    books = []
    for slot in _slots(actor, calendar.year, only):
        found = figures.get(slot.pk, {})
        filing = places.get(slot.pk)
        place = filing.school_class if filing is not None else None
        if mentor is None and not found and place is None and slot.pk not in handlings:
            continue
        books.append(
            HandledBook(
                mentor=slot,
                handling=handlings.get(slot.pk, NO_BOOK),
                school_class=place,
                pupils=found.get("pupils", 0),
                actions=tuple(
                    Progress(action, label, found.get(f"done_{action}", 0), owed)
                    for action, label in required
                    if (owed := found.get(f"owed_{action}", 0))
                ),
                is_own=any(m.teacher.user_id == actor.user_id for m in slot.members.all()),
            )
        )
    return sorted(books, key=lambda book: filing_rank(book.mentor, places))


@kept
def _slots(actor: Actor, year: SchoolYear, only: int | None) -> QuerySet[Mentor]:
    slots = Mentor.objects.visible_to(actor).of_year(year).with_names().order_by("pk")
    return slots if only is None else slots.filter(pk=only)


@kept
def _handled(actor: Actor, term: Term, only: int | None) -> QuerySet[BookHandling]:
    handled = BookHandling.objects.visible_to(actor).of_term(term).select_related("checked_by")
    return handled if only is None else handled.filter(mentor_id=only)


def _figures(calendar: YearCalendar, mentor: Mentor | None) -> dict[int, dict[str, Any]]:
    """By slot (or of one): its pupils, and for each action how many are owed it and have it. One query."""
    rows = Assignment.objects.lasting(calendar.year).filter(
        lasting(calendar.year, "pupil__enrolments__"), pupil__enrolments__year=calendar.year
    )
    if mentor is not None:
        rows = rows.filter(mentor=mentor)
    if not calendar.rules.plan.supporting_owes:
        rows = rows.main()
    counts: dict[str, Count] = {}
    grade = f"pupil__enrolments__{OWN_GRADE}"
    for action in calendar.rules.required:
        counts[f"owed_{action}"] = Count("pupil", filter=owing(calendar, action, grade=grade), distinct=True)
        counts[f"done_{action}"] = Count("pupil", filter=done(calendar, action, grade=grade), distinct=True)
    found = rows.values("mentor_id").annotate(pupils=Count("pupil", distinct=True), **counts).order_by()
    return {row["mentor_id"]: dict(row) for row in found}


def _grades(books: Sequence[HandledBook]) -> tuple[HandledGrade, ...]:
    grades: dict[str, list[HandledClass]] = defaultdict(list)
    for part in _runs(books, lambda book: book.school_class.pk if book.school_class is not None else 0):
        place = part[0].school_class
        grades[place.grade.name if place is not None else NO_CLASS].append(HandledClass(place, tuple(part)))
    return tuple(HandledGrade(label, tuple(classes)) for label, classes in grades.items())


def _runs(books: Sequence[HandledBook], key: Callable[[HandledBook], int]) -> list[list[HandledBook]]:
    runs: dict[int, list[HandledBook]] = defaultdict(list)
    for book in books:
        runs[key(book)].append(book)
    return list(runs.values())


def check_items(actor: Actor) -> list[BookCheckItem]:
    """The school's own check-list 检查要点. One query."""
    return list(BookCheckItem.objects.visible_to(actor))


@kept
def returned_books(actor: Actor) -> QuerySet[BookHandling]:
    """The actor's own books that were given back to be made up, term at hand. One query."""
    return BookHandling.objects.returned_to(actor).select_related("term")


def slot_of_code(actor: Actor, text: str) -> Mentor | None:
    """The slot that the code on a book's cover names, among those that the actor sees, names at hand. One query."""
    key = key_of_code(text.rstrip("/").rpartition("/")[2])
    if key is None:
        return None
    return Mentor.objects.visible_to(actor).filter(pk=key).with_names().select_related("year__school").first()
