"""What stands on a pupil's timeline: an index of everything, then the texts and people of the page that is shown.

Three queries whatever was recorded, by all mentors, over all the years.
"""

import datetime
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, Case, DateField, F, IntegerField, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Length, TruncDate

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from mentors.models import Assignment, CaseMeeting, HandOverNote, Mentor, MentorMember, Teacher
from records.enums import LetterState, Strategy
from records.models import Attachment, GrowthLetter, HeartTalk, HomeVisit, Note, Reading, TreeHoleCard
from records.queries.facts import Fact, as_rows, fact_rows, union_of
from records.querysets import pupils_in_reach
from schools.models import Term
from students.models import Guardian, Pupil

#: The kinds of the timeline, and the chips that filter it.
KINDS: Final = ("visit", "talk", "letter", "card", "handover", "meeting")
CHIPS: Final = (("", "全部"), ("visit", "家访"), ("talk", "谈心"), ("letter", "寄语"), ("handover", "交接"))
#: A page ends after so many entries, or so many characters: some 60 KB.
MOST_ENTRIES: Final = 20
MOST_CHARACTERS: Final = 12_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody beside a record: a teacher who took part, a pupil who was there."""

    pk: int
    name: str


@dataclass(slots=True)
class Entry:
    """One entry of the timeline. Of a restricted record nothing but its day is filled, and `is_restricted`."""

    kind: str
    pk: int
    on: datetime.date
    is_restricted: bool = False
    record: HomeVisit | HeartTalk | GrowthLetter | None = None
    text: str = ""
    topic: str = ""
    author: str = ""
    is_own: bool = False
    shows_text: bool = True
    teachers: list[Person] = field(default_factory=list)
    # Other pupils of a talk: those whom the reader may see by name, and how many there are in all.
    companions: list[Person] = field(default_factory=list)
    others: int = 0
    files: list[Person] = field(default_factory=list)

    @property
    def strategies(self) -> list[str]:
        """The strategies in words; one that the list does not know any more is left out."""
        given = self.record.strategies if isinstance(self.record, HeartTalk) else []
        return [str(Strategy(s).label) for s in given if s in Strategy.values]


class Place(NamedTuple):
    """Where an entry of the index stands."""

    term_id: int
    on: datetime.date
    fact: Fact


class Around(NamedTuple):
    """One row of the people around the pupil and the page's records."""

    kind: str
    owner: int
    pk: int
    name: str
    more: str
    extra: str
    number: int


_AROUND: Final[dict[str, Any]] = {
    "kind": TextField, "owner": IntegerField, "pk": IntegerField, "name": TextField, "more": TextField,
    "extra": TextField, "number": IntegerField,
}  # fmt: skip
_FULL: Final[dict[str, Any]] = {
    "kind": TextField, "pk": IntegerField, "day": DateField, "due": DateField, "form": TextField, "word": TextField,
    "text": TextField, "second": TextField, "third": TextField, "flag": IntegerField, "visibility": TextField,
    "author_id": IntegerField, "author": TextField, "mentor_id": IntegerField,
}  # fmt: skip
_EMPTY: Final[dict[str, Any]] = {
    "owner": 0, "more": "", "extra": "", "number": 0, "due": None, "form": "", "word": "", "text": "", "second": "",
    "third": "", "flag": 0, "visibility": "", "author_id": None, "author": "", "mentor_id": None, "name": "",
}  # fmt: skip
_LETTER_DAY: Final = Coalesce(TruncDate("handed_in_at"), TruncDate("created_at"))


def records_of(actor: Actor, pupil: Pupil, *, all_years: bool) -> dict[str, QuerySet[Any]]:
    """What the actor may know of, by kind. Without `all_years` only of the years in which they held the pupil."""
    rows: dict[str, QuerySet[Any]] = {
        "visit": HomeVisit.objects.visible_to(actor).present().filter(pupil=pupil),
        "talk": HeartTalk.objects.visible_to(actor).present().filter(pupils=pupil),
        "letter": GrowthLetter.objects.visible_to(actor).present().filter(pupil=pupil),
        "card": TreeHoleCard.objects.visible_to(actor).filter(pupil=pupil, teacher__user_id=actor.user_id or 0),
        "handover": HandOverNote.objects.visible_to(actor).filter(pupil=pupil),
        "meeting": CaseMeeting.objects.visible_to(actor).present().filter(pupils=pupil),
    }
    if not all_years:
        held = Assignment.objects.held_by(actor).filter(pupil=pupil).values("year_id")
        for kind in ("visit", "talk", "letter"):
            rows[kind] = rows[kind].filter(term__year__in=held)
        rows["meeting"] = rows["meeting"].filter(school_class__year__in=held)
    return rows


def index_parts(actor: Actor, pupil: Pupil, rows: dict[str, QuerySet[Any]]) -> list[QuerySet[Any, Any]]:
    """The parts of the index, with the terms of the school; `more` holds how long the text is."""
    terms = Term._default_manager.filter(school_id=pupil.school_id)
    dated = {"pk": "pk", "key": "term_id", "number": "created_by_id"}
    body = Length(Concat("body", "advice"))
    return [
        fact_rows("term", terms, pk="pk", key="number", day="starts_on", number="year__start_year"),
        fact_rows("visit", rows["visit"], day="date", more=Length(Concat("text", "agreement")), **dated),
        fact_rows("talk", rows["talk"], day="date", more=Length("text"), **dated),
        fact_rows("letter", rows["letter"], day=_LETTER_DAY, more=body, **dated),
        fact_rows("card", rows["card"], pk="pk", key="term_id", day=TruncDate("handed_in_at")),
        fact_rows("handover", rows["handover"], pk="pk", day=TruncDate("written_at"), more=Length("text")),
        fact_rows("meeting", rows["meeting"], pk="pk", day="date", more=Length(Concat("topic", "text"))),
    ]


def places_of(facts: Iterable[Fact]) -> tuple[dict[int, Fact], list[Place]]:
    """The terms by key, and the entries of the index with their terms, the latest first."""
    facts = list(facts)
    terms = {f.pk: f for f in facts if f.kind == "term"}
    starts = sorted((f.day, f.pk) for f in terms.values() if f.day is not None)
    places = [
        Place(f.key or _term_of(f.day, starts), f.day, f)
        for f in facts
        if f.kind in KINDS and f.day is not None and starts
    ]
    order = {pk: place for place, (_day, pk) in enumerate(starts)}
    places.sort(key=lambda p: (order.get(p.term_id, -1), p.on, KINDS.index(p.fact.kind), p.fact.pk), reverse=True)
    return terms, places


def _term_of(day: datetime.date, starts: Sequence[tuple[datetime.date, int]]) -> int:
    """The term of something that names none: the last that had begun, or was about to."""
    begun = [pk for start, pk in starts if start - datetime.timedelta(days=35) <= day]
    return begun[-1] if begun else starts[0][1]


def cut(places: Sequence[Place]) -> list[list[Place]]:
    """The entries of one term as pages that stay small."""
    pages: list[list[Place]] = []
    left = 0
    for place in places:
        length = int(place.fact.more or 0)
        if not pages or len(pages[-1]) >= MOST_ENTRIES or length > left:
            pages.append([])
            left = MOST_CHARACTERS
        pages[-1].append(place)
        left -= length
    return pages


def read_entries(
    rows: dict[str, QuerySet[Any]], places: Sequence[Place], pupil: Pupil, may_read: Callable[[Note], bool]
) -> list[Entry]:
    """The entries of one page with their texts, as far as the actor may read them. One query."""
    keys: dict[str, list[int]] = defaultdict(list)
    for place in places:
        keys[place.fact.kind].append(place.fact.pk)
    parts = _full_parts({kind: rows[kind].filter(pk__in=found) for kind, found in keys.items()})
    found = (
        {(values[0], values[1]): dict(zip(_FULL, values, strict=True)) for values in union_of(parts)} if parts else {}
    )
    entries = []
    for place in places:
        values = found.get((place.fact.kind, place.fact.pk))
        # Deleted between the two queries.
        if values is not None:
            entries.append(_entry(place, values, pupil, may_read))
    return entries


def _full_parts(rows: dict[str, QuerySet[Any]]) -> list[QuerySet[Any, Any]]:
    note = {
        "pk": "pk",
        "day": "date",
        "due": "follow_up_on",
        "form": "form",
        "text": "text",
        "visibility": "visibility",
    }
    author = {"author_id": "created_by_id", "author": "created_by__name"}
    columns: dict[str, dict[str, Any]] = {
        "visit": note | author | {"word": "outcome", "second": "agreement", "third": "guardians_met"},
        "talk": note
        | author
        | {"word": "occasion", "second": "strategies", "third": "place", "flag": "home_contacted"},
        "letter": author
        | {
            "pk": "pk",
            "day": _LETTER_DAY,
            "word": "state",
            "text": "body",
            "second": "advice",
            "third": "return_reason",
        }
        | {"flag": "handwritten", "mentor_id": "mentor_id"}
        # When it was released, and whether the family has read it.
        | {"due": TruncDate("released_at"), "form": Coalesce(Cast(TruncDate("read_at"), TextField()), Value(""))},
        "card": {"pk": "pk", "day": TruncDate("handed_in_at")},
        "handover": {"pk": "pk", "day": TruncDate("written_at"), "text": "text", "author": "written_by__name"},
        "meeting": author | {"pk": "pk", "day": "date", "due": "follow_up_on", "text": "text", "second": "topic"},
    }
    return [as_rows(_FULL, _EMPTY, found, kind=Value(kind), **columns[kind]) for kind, found in rows.items()]


def _entry(place: Place, values: dict[str, Any], pupil: Pupil, may_read: Callable[[Note], bool]) -> Entry:
    kind, entry = place.fact.kind, Entry(place.fact.kind, place.fact.pk, place.on, author=values["author"])
    common = {"pk": place.fact.pk, "term_id": place.term_id, "created_by_id": values["author_id"]}
    common["school_id"] = pupil.school_id
    note = {"date": values["day"], "follow_up_on": values["due"], "form": values["form"], "text": values["text"]}
    note |= {"visibility": values["visibility"]}
    if kind == "visit":
        entry.record = HomeVisit(
            outcome=values["word"], agreement=values["second"], guardians_met=values["third"], **common, **note
        )
    elif kind == "talk":
        entry.record = HeartTalk(
            occasion=values["word"],
            strategies=_listed(values["second"]),
            place=values["third"],
            home_contacted=bool(values["flag"]),
            **common,
            **note,
        )
    elif kind == "letter":
        entry.record = GrowthLetter(
            state=LetterState(values["word"]),
            body=values["text"],
            advice=values["second"],
            return_reason=values["third"],
            handwritten=bool(values["flag"]),
            mentor_id=values["mentor_id"],
            handed_in_at=values["day"],
            released_at=values["due"],
            read_at=values["form"] or None,
            **common,
        )
    else:
        entry.text, entry.topic = values["text"], values["second"]
    if isinstance(entry.record, Note) and not may_read(entry.record):
        return Entry(kind, place.fact.pk, place.on, is_restricted=True)
    return entry


def _listed(text: str) -> list[str]:
    found = json.loads(text) if text else []
    return found if isinstance(found, list) else []


def around_parts(actor: Actor, pupil: Pupil, year_id: int, entries: Collection[Entry]) -> list[QuerySet[Any, Any]]:
    """Guardians and present mentors of the pupil, and who and what stands beside the page's readable records."""
    keys: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        if not entry.is_restricted:
            keys[entry.kind].append(entry.pk)
    own = {(e.kind, e.pk) for e in entries if isinstance(e.record, Note) and e.record.created_by_id == actor.user_id}
    mentor_ids = [e.record.mentor_id for e in entries if isinstance(e.record, GrowthLetter)]
    present = Assignment.objects.visible_to(actor).active().filter(pupil=pupil, year=year_id)
    # The pupil once more: the same filter makes it one join, which else reads the assignments of all pupils.
    members = MentorMember.objects.filter(mentor__assignments__in=present, mentor__assignments__pupil=pupil)
    member = {"owner": "mentor_id", "pk": "teacher_id", "name": "teacher__name", "extra": "position"}
    user = {"number": Coalesce(F("teacher__user_id"), Value(0))}

    def rows(kind: str, found: QuerySet[Any], **columns: Any) -> QuerySet[Any, Any]:
        return as_rows(_AROUND, _EMPTY, found, kind=Value(kind), **columns)

    parts = [
        rows("guardian", Guardian._default_manager.filter(pupil=pupil), owner="position", pk="pk", name="name",
             more="relation", extra="phone"),
        rows("mentor", members, more="mentor__assignments__kind", **member, **user),
    ]  # fmt: skip
    if keys["visit"]:
        found = HomeVisit.teachers.through._default_manager.filter(homevisit__in=keys["visit"])
        parts.append(rows("visit-teacher", found, owner="homevisit_id", pk="teacher_id", name="teacher__name"))
        files = Attachment.objects.present().filter(visit__in=keys["visit"])
        parts.append(rows("visit-file", files, owner="visit_id", pk="pk", name="name"))
    if keys["talk"]:
        found = HeartTalk.pupils.through._default_manager.filter(hearttalk__in=keys["talk"]).exclude(pupil=pupil)
        seen = Case(When(pupil__in=pupils_in_reach(actor).values("pk"), then=Value(True)), default=Value(False))
        parts.append(
            rows("talk-pupil", found, owner="hearttalk_id", pk="pupil_id", name="pupil__name",
                 number=Cast(seen, BooleanField()))
        )  # fmt: skip
        files = Attachment.objects.present().filter(talk__in=keys["talk"])
        parts.append(rows("talk-file", files, owner="talk_id", pk="pk", name="name"))
    if mentor_ids:
        parts.append(rows("letter-mentor", MentorMember.objects.filter(mentor__in=mentor_ids), **member, **user))
        files = Attachment.objects.present().filter(letter__in=keys["letter"])
        parts.append(rows("letter-file", files, owner="letter_id", pk="pk", name="name"))
    if keys["meeting"]:
        found = CaseMeeting.teachers.through._default_manager.filter(casemeeting__in=keys["meeting"])
        parts.append(rows("meeting-teacher", found, owner="casemeeting_id", pk="teacher_id", name="teacher__name"))
    for kind in ("visit", "talk"):
        mine = [pk for own_kind, pk in own if own_kind == kind]
        if mine:
            readings = Reading.objects.filter(kind=kind, record_id__in=mine)
            parts.append(rows(f"{kind}-reader", readings, owner="record_id", pk="user_id"))
    return parts


def read_around(parts: list[QuerySet[Any, Any]]) -> dict[str, list[Around]]:
    """The rows of `around_parts` by kind. One query."""
    found: dict[str, list[Around]] = defaultdict(list)
    for values in union_of(parts):
        row = Around(*values)
        found[row.kind].append(row)
    for rows in found.values():
        rows.sort(key=lambda r: (r.owner, r.extra, r.pk))
    return found


def put_around(actor: Actor, entries: Collection[Entry], around: dict[str, list[Around]]) -> None:
    """Fill the entries' people and files; files only where the text shows."""
    mentors = {pk: mentor_from(rows) for pk, rows in _by_owner(around["letter-mentor"]).items()}
    for entry in entries:
        if entry.is_restricted:
            continue

        def of(kind: str, pk: int = entry.pk) -> list[Around]:
            return [row for row in around[kind] if row.owner == pk]

        if isinstance(entry.record, GrowthLetter):
            mentor = mentors[entry.record.mentor_id]
            entry.record.mentor = mentor
            entry.is_own = holds(mentor, actor)
            entry.shows_text = entry.is_own or entry.record.state in (LetterState.HANDED_IN, LetterState.RELEASED)
        elif isinstance(entry.record, Note):
            entry.is_own = entry.record.created_by_id == actor.user_id
            entry.record.reader_count = len(of(f"{entry.kind}-reader"))
        entry.teachers = [Person(r.pk, r.name) for r in of(f"{entry.kind}-teacher")]
        together = of("talk-pupil") if entry.kind == "talk" else []
        entry.others = len(together)
        entry.companions = [Person(r.pk, r.name) for r in together if r.number]
        if entry.shows_text:
            entry.files = [Person(r.pk, r.name) for r in of(f"{entry.kind}-file")]


def mentor_from(rows: Sequence[Around]) -> Mentor:
    """A slot with its names, as `with_names` would give it."""
    mentor = Mentor(pk=rows[0].owner)
    members = [
        MentorMember(
            mentor=mentor,
            position=int(row.extra or 1),
            teacher=Teacher(pk=row.pk, name=row.name, user=User(pk=row.number) if row.number else None),
        )
        for row in rows
    ]
    mentor._prefetched_objects_cache = {"members": members}  # type: ignore[attr-defined]  # what prefetch_related fills
    return mentor


def holds(mentor: Mentor, actor: Actor) -> bool:
    """Whether the actor holds or shares the slot, whose names are at hand."""
    return actor.user_id is not None and any(member.teacher.user_id == actor.user_id for member in mentor.members.all())


def present_mentors(rows: Sequence[Around]) -> tuple[list[Mentor], list[Mentor]]:
    """The pupil's main and supporting mentors of this year."""
    by_owner = _by_owner(rows)
    main = [mentor_from(found) for found in by_owner.values() if found[0].more == "main"]
    return main, [mentor_from(found) for found in by_owner.values() if found[0].more != "main"]


def _by_owner(rows: Sequence[Around]) -> dict[int, list[Around]]:
    found: dict[int, list[Around]] = defaultdict(list)
    for row in rows:
        if all(row.pk != known.pk for known in found[row.owner]):
            found[row.owner].append(row)
    return found


def sees_all_years(actor: Actor, *, may_log: bool) -> bool:
    """Who records for the pupil now, and 德育室, see what was before; whoever held them once, their own years."""
    return may_log or actor.has(Role.MORAL_OFFICE) or actor.user_id is None
