"""From the database to the typed context of 班级学期小结: ticks and counts of one class and term, no text."""

from accounts.actors import Actor
from records.contexts import ClassSummary, PaperTick, SummaryAction, SummaryMentor, SummaryPupil
from records.desk.queries.roster import DeskTick
from records.enums import PRINTED_LETTERS, LetterState
from records.office.queries.pupils import MentorRow, PupilRow, find_class
from schools.calendar import YearCalendar
from schools.enums import ActionKind, PeriodKind
from schools.models import SchoolClass
from schools.queries import paper_style


def class_summary(actor: Actor, calendar: YearCalendar, school_class: SchoolClass) -> ClassSummary:
    """The summary of `school_class` (grade, year and school at hand) in the calendar's term.

    Who may have it is the caller's question. The same number of queries whatever the size of the class.
    """
    page = find_class(calendar, school_class, with_talks=True)
    kinds = [progress.action for progress in page.tally.actions]
    written = [str(state) for state in page.records.letters.values()]
    has_letters = calendar.rules.owed(ActionKind.LETTER, school_class.grade_id) is not None
    return ClassSummary(
        school=paper_style(school_class.year.school).head,
        class_label=school_class.label,
        term=str(calendar.term),
        on=actor.today,
        actions=tuple(
            SummaryAction(
                label=p.label, done=p.done, owed=p.total, period=_period(calendar, p.action, school_class.grade_id)
            )
            for p in page.tally.actions
        ),
        mentors=tuple(_mentor(row) for row in page.mentors),
        pupils=tuple(_pupil(row, kinds) for row in page.rows),
        face_to_face=page.records.face_to_face(calendar.term),
        letter_label=calendar.label(ActionKind.LETTER),
        letters=(sum(s in PRINTED_LETTERS for s in written), written.count(LetterState.RELEASED))
        if has_letters
        else None,
    )


def _period(calendar: YearCalendar, action: ActionKind, grade_id: int) -> str:
    """A yearly action shows the year's ticks: the paper says so."""
    owed = calendar.rules.owed(action, grade_id)
    return "本学年" if owed is not None and owed.period == PeriodKind.YEAR else ""


def _mentor(row: MentorRow) -> SummaryMentor:
    # Only members of the class's own team carry the annotation.
    return SummaryMentor(
        names=row.mentor.names,
        pupils=row.pupils,
        figures=tuple((p.done, p.total) for p in row.actions),
        leader=getattr(row.mentor, "is_leader", False),
        guest=not hasattr(row.mentor, "is_leader"),
    )


def _pupil(row: PupilRow, kinds: list[ActionKind]) -> SummaryPupil:
    ticks = {tick.action: tick for tick in row.ticks}
    return SummaryPupil(
        seat=row.enrolment.seat_number,
        name=row.pupil.name,
        mentor=row.mentor.names if row.mentor is not None else "",
        ticks=tuple(_tick(ticks.get(kind)) for kind in kinds),
    )


def _tick(tick: DeskTick | None) -> PaperTick:
    if tick is None or tick.state == "none":
        return PaperTick(required=False)
    done = tick.state == "done"
    # A planned visit's date is a plan: the paper tells what was done.
    return PaperTick(done=done, on=tick.date if done else None)
