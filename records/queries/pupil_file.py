"""A pupil's page 一生一表: who they are, and term by term their visits, talks and letters (Guyi plan, annex 1)."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from accounts.actors import Actor
from accounts.enums import Role
from mentors.models import Assignment, HandOverNote, Mentor
from mentors.queries.care import handovers_of, held_lately
from records.enums import LetterState, Strategy
from records.models import GrowthLetter, HeartTalk, HomeVisit, Note
from records.queries.desk import Calendar, DeskTick, roster_ticks, windows_of
from schools.models import Term
from students.models import Enrolment, Guardian, Pupil


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """A visit on the page; `visit` is None where the actor may know of it but not read it."""

    on: datetime.date
    visit: HomeVisit | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class TalkEntry:
    """A talk on the page; `talk` is None where the actor may not read it. Other pupils are counted, not named."""

    on: datetime.date
    talk: HeartTalk | None
    others: int
    is_own: bool

    @property
    def strategies(self) -> list[str]:
        """The strategies in words; one that the list does not know any more is left out."""
        words = dict(Strategy.choices)
        return [str(words[s]) for s in (self.talk.strategies if self.talk else []) if s in words]


@dataclass(frozen=True, slots=True)
class LetterEntry:
    """A letter on the page; its text shows once it is handed in, a draft only to those who write it."""

    letter: GrowthLetter
    shows_text: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class TermFile:
    """One term of the page."""

    term: Term
    is_current: bool
    ticks: tuple[DeskTick, ...]
    visits: list[VisitEntry]
    talks: list[TalkEntry]
    letter: LetterEntry | None


@dataclass(frozen=True, slots=True)
class PupilFile:
    """A pupil's page as one actor may see it."""

    pupil: Pupil
    enrolment: Enrolment | None
    guardians: list[Guardian]
    terms: list[TermFile]
    mentor: Mentor | None
    letter_label: str
    is_present: bool
    may_log: bool
    may_write_letter: bool
    # Notes of former mentors for the next one, as far as the actor may read them.
    handovers: list[HandOverNote]
    may_write_handover: bool

    @property
    def shown(self) -> list[HomeVisit | HeartTalk | GrowthLetter]:
        """The records whose text the page shows."""
        notes: list[HomeVisit | HeartTalk | GrowthLetter | None] = []
        for term in self.terms:
            notes += [entry.visit for entry in term.visits]
            notes += [entry.talk for entry in term.talks]
            notes += [term.letter.letter] if term.letter is not None and term.letter.shows_text else []
        return [note for note in notes if note is not None]


def _holds(mentor: Mentor, actor: Actor) -> bool:
    return actor.user_id is not None and any(member.teacher.user_id == actor.user_id for member in mentor.members.all())


def pupil_file(
    actor: Actor,
    pupil: Pupil,
    calendar: Calendar,
    *,
    may_log: bool,
    may_read: Callable[[Note], bool],
) -> PupilFile:
    """The page of `pupil`, whom the actor may know of; the same number of queries whatever was recorded.

    `may_log`: whether the pupil is the actor's to record for this year; `may_read`: whether a note's text is theirs.
    Whoever was the mentor in earlier years only sees those years (domain: earlier pupils read-only).
    """
    enrolments = (
        Enrolment.objects.in_school(actor)
        .filter(pupil=pupil)
        .select_related("pupil", "school_class__grade", "year")
        .order_by("-year__start_year", "ends_on", "-pk")
    )
    present = enrolments.active().of_year(calendar.year).first()
    enrolment = present or enrolments.first()
    assignments = list(
        Assignment.objects.visible_to(actor)
        .active()
        .main()
        .filter(pupil=pupil, year=calendar.year)
        .select_related("mentor")
        .prefetch_related("mentor__members__teacher")
    )
    mentor = assignments[0].mentor if assignments else None

    visits = HomeVisit.objects.visible_to(actor).present().filter(pupil=pupil)
    talks = HeartTalk.objects.visible_to(actor).present().filter(pupils=pupil)
    letters = GrowthLetter.objects.visible_to(actor).present().filter(pupil=pupil)
    if not may_log and not actor.has(Role.MORAL_OFFICE) and actor.user_id is not None:
        held = Assignment.objects.filter(pupil=pupil, mentor__members__teacher__user_id=actor.user_id)
        years = held.values("year_id")
        visits = visits.filter(term__year__in=years)
        talks = talks.filter(term__year__in=years)
        letters = letters.filter(term__year__in=years)
    visits = visits.select_related("term__year", "created_by").prefetch_related("teachers")
    talks = talks.select_related("term__year", "created_by").prefetch_related("pupils")
    letters = letters.select_related("term__year", "mentor").prefetch_related("mentor__members__teacher")

    files: dict[int, TermFile] = {}

    def file_of(term: Term) -> TermFile:
        if term.pk not in files:
            files[term.pk] = TermFile(term, term.pk == calendar.term.pk, (), [], [], None)
        return files[term.pk]

    if may_log:
        ticks: tuple[DeskTick, ...] = ()
        if present is not None:
            windows = windows_of(calendar, actor.today)
            ticks = roster_ticks(calendar, [present], windows, today=actor.today)[pupil.pk]
        files[calendar.term.pk] = TermFile(calendar.term, True, ticks, [], [], None)
    for visit in visits:
        own = may_log and visit.created_by_id == actor.user_id
        file_of(visit.term).visits.append(VisitEntry(visit.date, visit if may_read(visit) else None, own))
    for talk in talks:
        own = may_log and talk.created_by_id == actor.user_id
        others = len(talk.pupils.all()) - 1
        entry = TalkEntry(talk.date, talk if may_read(talk) else None, others, own)
        file_of(talk.term).talks.append(entry)
    for letter in letters:
        own = may_log and letter.state != LetterState.RELEASED and _holds(letter.mentor, actor)
        shows = _holds(letter.mentor, actor) or letter.state in (LetterState.HANDED_IN, LetterState.RELEASED)
        file = file_of(letter.term)
        files[letter.term_id] = TermFile(
            file.term, file.is_current, file.ticks, file.visits, file.talks, LetterEntry(letter, shows, own)
        )
    return PupilFile(
        pupil=pupil,
        enrolment=enrolment,
        guardians=list(pupil.guardians.all()),
        terms=sorted(files.values(), key=lambda f: f.term.starts_on, reverse=True),
        mentor=mentor,
        letter_label=calendar.rules.plan.letter_label,
        is_present=present is not None,
        may_log=may_log,
        may_write_letter=may_log and mentor is not None and _holds(mentor, actor),
        handovers=handovers_of(actor, pupil),
        may_write_handover=may_log or held_lately(actor, pupil),
    )
