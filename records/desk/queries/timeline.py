"""A pupil's timeline: a queryset for each kind of record, and the entries of the page that is shown.

The records of all mentors and years are read once, a query a kind; who and what stands beside them, for one page only.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.enums import Role
from core.clock import cn_date
from core.kept import kept
from mentors.models.slots import Assignment, MentorMember, Teacher
from mentors.team.models import CaseMeeting, HandOverNote
from records.danger import Danger
from records.desk.models import Attachment, Reading
from records.enums import LetterState, RecordKind
from records.kinds import kind_of
from records.models.care import TreeHoleCard
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Note
from records.queries.danger import danger_of
from records.querysets.records import pupils_in_reach
from schools.models import Term
from students.models import Pupil

#: The chips that filter the timeline.
CHIPS: Final = (("", "全部"), ("visit", "家访"), ("talk", "谈心"), ("letter", "寄语"), ("handover", "交接"))
#: A page ends after so many entries, or so many characters: some 60 KB.
MOST_ENTRIES: Final = 20
MOST_CHARACTERS: Final = 12_000


@dataclass(frozen=True, slots=True)
class Strand:
    """A strand of the timeline: one kind of what stands on it.

    `rows` are those that the actor may know of; `year` is their way to the school year, for those who see only the
    years in which they held the pupil, empty for what they see of every year. `day` gives a record's day, `texts` names
    what makes it long, and `beside` gives what a page shows beside its records.
    """

    rows: Callable[[Actor, Pupil], QuerySet[Any]]
    day: Callable[[Any], datetime.date]
    year: str = ""
    texts: tuple[str, ...] = ("text",)
    beside: Callable[[Actor], "Prefetch[Any]"] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands on the timeline."""

    kind: str
    record: Any
    on: datetime.date
    term_id: int

    @property
    def length(self) -> int:
        """How long its texts are."""
        return sum(len(getattr(self.record, name)) for name in STRANDS[self.kind].texts)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry of the timeline. Of a restricted record nothing but its day is filled."""

    kind: str
    on: datetime.date
    record: Any = None
    is_own: bool = False
    shows_text: bool = True
    teachers: Collection[Teacher] = ()
    # Other pupils of a talk: those whom the reader may see by name, and how many there are in all.
    companions: Sequence[Pupil] = ()
    others: int = 0
    files: Sequence[Attachment] = ()

    @property
    def is_restricted(self) -> bool:
        """Whether its text is not the reader's."""
        return self.record is None

    @property
    def danger(self) -> Danger:
        """What its words give reason for: only where the reader has them before their eyes."""
        return danger_of(self.record)

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """What stands beside a visit's or a talk's text, as (word, value)."""
        kind = kind_of(self.record)
        return kind.told(self.record, kind.details, cn_date)


def _notes(rows: QuerySet[Any, Any], kind: RecordKind) -> QuerySet[Any, Any]:
    """Visits or talks with who wrote each, and how many others have opened it."""
    readings = Reading.objects.filter(kind=kind, record_id=OuterRef("pk")).order_by().values("record_id")
    count = Coalesce(Subquery(readings.annotate(n=Count("pk")).values("n")), 0)
    found: QuerySet[Any, Any] = rows.annotate(author=F("created_by__name"), reader_count=count)
    return found


def _visits(actor: Actor, pupil: Pupil) -> QuerySet[Any]:
    return _notes(HomeVisit.objects.visible_to(actor).present().filter(pupil=pupil), RecordKind.VISIT)


def _talks(actor: Actor, pupil: Pupil) -> QuerySet[Any]:
    rows = HeartTalk.objects.visible_to(actor).present().filter(pupils=pupil)
    return _notes(rows.annotate(pupil_id=Value(pupil.pk)), RecordKind.TALK)


def _letters(actor: Actor, pupil: Pupil) -> QuerySet[Any]:
    return GrowthLetter.objects.visible_to(actor).present().filter(pupil=pupil).select_related("mentor")


def _cards(actor: Actor, pupil: Pupil) -> QuerySet[Any]:
    """Those that the pupil gave to the actor."""
    return TreeHoleCard.objects.visible_to(actor).filter(pupil=pupil, teacher__user_id=actor.user_id or 0)


def _hand_over_notes(actor: Actor, pupil: Pupil) -> QuerySet[Any]:
    return HandOverNote.objects.visible_to(actor).filter(pupil=pupil).annotate(author=F("written_by__name"))


def _meetings(actor: Actor, pupil: Pupil) -> QuerySet[Any]:
    rows = CaseMeeting.objects.visible_to(actor).present().filter(pupils=pupil)
    return rows.annotate(author=F("created_by__name"))


def _teachers(_actor: Actor) -> "Prefetch[Any]":
    return Prefetch("teachers", Teacher.objects.order_by("pk"))


def _pupils(actor: Actor) -> "Prefetch[Any]":
    """A talk's pupils, who know by `is_in_reach` whether the actor may see them by name."""
    seen = Case(When(pk__in=pupils_in_reach(actor).values("pk"), then=Value(True)), default=Value(False))
    return Prefetch("pupils", Pupil.objects.annotate(is_in_reach=seen).order_by("pk"))


def _members(_actor: Actor) -> "Prefetch[Any]":
    return Prefetch("mentor__members", MentorMember.objects.select_related("teacher"))


def _day_of_letter(letter: GrowthLetter) -> datetime.date:
    return localdate(letter.handed_in_at or letter.created_at)


STRANDS: Final[dict[str, Strand]] = {
    "visit": Strand(_visits, attrgetter("date"), "term__year", ("text", "agreement"), _teachers),
    "talk": Strand(_talks, attrgetter("date"), "term__year", beside=_pupils),
    "letter": Strand(_letters, _day_of_letter, "term__year", ("body", "advice"), _members),
    "card": Strand(_cards, lambda card: localdate(card.handed_in_at), texts=()),
    "handover": Strand(_hand_over_notes, lambda note: localdate(note.written_at)),
    "meeting": Strand(_meetings, attrgetter("date"), "school_class__year", ("topic", "text"), _teachers),
}


def records_of(actor: Actor, pupil: Pupil, *, all_years: bool) -> dict[str, QuerySet[Any]]:
    """What the actor may know of, by kind. Without `all_years` only of the years in which they held the pupil."""
    return {name: _rows_of(strand, actor, pupil, all_years=all_years) for name, strand in STRANDS.items()}


def _rows_of(strand: Strand, actor: Actor, pupil: Pupil, *, all_years: bool) -> QuerySet[Any]:
    rows = strand.rows(actor, pupil)
    if all_years or not strand.year:
        return rows
    held = Assignment.objects.held_by(actor).filter(pupil=pupil).values("year_id")
    return rows.filter(**{f"{strand.year}__in": held})


def read_records(actor: Actor, pupil: Pupil, *, all_years: bool) -> dict[str, list[Any]]:
    """As `records_of`, read. One query a kind."""
    return {name: read(actor, pupil, all_years) for name, read in _READ.items()}


def _reads(strand: Strand) -> Callable[[Actor, Pupil, bool], list[Any]]:
    @kept
    def read(actor: Actor, pupil: Pupil, all_years: bool) -> QuerySet[Any]:
        return _rows_of(strand, actor, pupil, all_years=all_years)

    return read


_READ: Final = {name: _reads(strand) for name, strand in STRANDS.items()}


def places_of(records: dict[str, list[Any]], terms: Sequence[Term]) -> list[Place]:
    """Where the records stand, the latest first. `terms` are the school's in order; without any there is no place."""
    order = {term.pk: number for number, term in enumerate(terms)}
    names = list(STRANDS)
    places = []
    for name, found in records.items() if terms else ():
        for record in found:
            day = STRANDS[name].day(record)
            places.append(Place(name, record, day, getattr(record, "term_id", 0) or _term_of(day, terms)))
    return sorted(
        places, key=lambda p: (order.get(p.term_id, -1), p.on, names.index(p.kind), p.record.pk), reverse=True
    )


def _term_of(day: datetime.date, terms: Sequence[Term]) -> int:
    """The term of something that names none: the last that had begun, or was about to."""
    begun = [term.pk for term in terms if term.starts_on - datetime.timedelta(days=35) <= day]
    return begun[-1] if begun else terms[0].pk


def cut(places: Sequence[Place]) -> list[list[Place]]:
    """The entries of one term as pages that stay small."""
    pages: list[list[Place]] = []
    left = 0
    for place in places:
        length = place.length
        if not pages or len(pages[-1]) >= MOST_ENTRIES or length > left:
            pages.append([])
            left = MOST_CHARACTERS
        pages[-1].append(place)
        left -= length
    return pages


def read_entries(
    actor: Actor, pupil: Pupil, page: Sequence[Place], may_read: Callable[[Note], bool], *, may_log: bool
) -> list[TimelineEntry]:
    """The entries of one page, as far as the actor may read them; a query for each thing that stands beside them.

    Only who `may_log` has entries of their own to change.
    """
    readable: dict[str, list[Any]] = defaultdict(list)
    for place in page:
        if not isinstance(place.record, Note) or may_read(place.record):
            readable[place.kind].append(place.record)
    for name, records in readable.items():
        beside = STRANDS[name].beside
        if beside is not None:
            prefetch_related_objects(records, beside(actor))
    files = _files_of(readable)
    return [
        _entry(actor, pupil, place, files[place.kind, place.record.pk], may_log=may_log)
        if place.record in readable[place.kind]
        else TimelineEntry(place.kind, place.on)
        for place in page
    ]


def _files_of(records: dict[str, list[Any]]) -> dict[tuple[str, int], list[Attachment]]:
    """The files of visits, talks and letters by kind and key. One query at most."""
    found: dict[tuple[str, int], list[Attachment]] = defaultdict(list)
    beside = [Q(**{f"{kind}__in": records[kind]}) for kind in ("visit", "talk", "letter") if records[kind]]
    if beside:
        for file in Attachment.objects.present().filter(Q(*beside, _connector=Q.OR)).order_by("pk"):
            kind, pk = next((kind, pk) for kind in ("visit", "talk", "letter") if (pk := getattr(file, f"{kind}_id")))
            found[kind, pk].append(file)
    return found


def _entry(actor: Actor, pupil: Pupil, place: Place, files: list[Attachment], *, may_log: bool) -> TimelineEntry:
    record = place.record
    is_own, shows_text, together = False, True, []
    if isinstance(record, GrowthLetter):
        is_own = is_held(record.mentor.members.all(), actor)
        shows_text = is_own or record.state in (LetterState.HANDED_IN, LetterState.RELEASED)
    elif isinstance(record, Note):
        is_own = record.created_by_id == actor.user_id
    if isinstance(record, HeartTalk):
        together = [other for other in record.pupils.all() if other.pk != pupil.pk]
    return TimelineEntry(
        place.kind,
        place.on,
        record,
        is_own=is_own and may_log,
        shows_text=shows_text,
        teachers=list(record.teachers.all()) if isinstance(record, CaseMeeting) else (),
        companions=[other for other in together if getattr(other, "is_in_reach", False)],
        others=len(together),
        files=files if shows_text else (),
    )


def is_held(members: Iterable[MentorMember], actor: Actor) -> bool:
    """Whether the actor holds or shares the slot of `members`, whose teachers are at hand."""
    return actor.user_id is not None and any(member.teacher.user_id == actor.user_id for member in members)


def present_members(actor: Actor, pupil: Pupil, year_id: int) -> list[MentorMember]:
    """Who hold the slot of the pupil's main mentor this year, teachers at hand; empty without one. One query."""
    return _present_members(actor, pupil.pk, year_id)


@kept
def _present_members(actor: Actor, pupil_id: int, year_id: int) -> QuerySet[MentorMember]:
    present = Assignment.objects.visible_to(actor).active().main().filter(pupil_id=pupil_id, year_id=year_id)
    # The pupil once more: the same filter makes it one join, which else reads the assignments of all pupils.
    rows = MentorMember.objects.filter(mentor__assignments__in=present, mentor__assignments__pupil_id=pupil_id)
    return rows.select_related("teacher").order_by("mentor", "position")


def sees_all_years(actor: Actor, *, may_log: bool) -> bool:
    """Who records for the pupil now, and 德育室, see what was before; whoever held them once, their own years."""
    return may_log or actor.has(Role.MORAL_OFFICE) or actor.user_id is None
