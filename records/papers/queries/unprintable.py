"""What would not print: characters that no printing font has, found before anything is set, with the pupil's name.

Read as columns, not through the papers' contexts: a whole school's notes are looked through in a breath. Restricted
notes are not printed, so they are not looked at either.
"""

from collections.abc import Iterable, Sequence

from accounts.actors import Actor
from core.unprintable import Unprintable, unprintable, unprintable_names
from mentors.models.slots import Assignment, Teacher
from records.contexts import ClassSummary, Letter, RecordBook
from records.kinds import printed_kinds
from records.models.records import GrowthLetter
from schools.models import SchoolYear
from students.models import Enrolment
from students.querysets import EnrolmentQuerySet


def in_names(enrolments: Iterable[Enrolment]) -> list[Unprintable]:
    """Names (pupil and class at hand) that do not print. No query."""
    return [
        found for e in enrolments for found in unprintable(e.pupil.name, e.school_class.label, "姓名", e.pupil.name)
    ]


def in_teachers(actor: Actor) -> list[Unprintable]:
    """Names of present teachers that do not print: they stand on covers and under letters. One query."""
    names = Teacher.objects.visible_to(actor).present().values_list("name", flat=True)
    return _in_mentors(names)


def _in_mentors(names: Iterable[str]) -> list[Unprintable]:
    return unprintable_names(names, place="导师姓名")


def in_papers(papers: Iterable[Letter]) -> list[Unprintable]:
    """What does not print of letters or cards that are about to be printed. No query."""
    papers = list(papers)
    return _in_mentors(name for paper in papers for name in paper.mentors) + [
        found
        for paper in papers
        for place, text in (("姓名", paper.pupil_name), ("寄语", paper.body + paper.advice))
        for found in unprintable(paper.pupil_name, paper.class_label, place, text)
    ]


def in_book(book: RecordBook) -> list[Unprintable]:
    """What does not print of one record book that is about to be printed. No query."""
    result = _in_mentors(book.mentors)
    for pupil in book.pupils:
        texts = [("姓名", pupil.name), ("情况简述", pupil.summary)]
        for column, periods in zip(book.columns, pupil.entries, strict=False):
            entries = [entry for entries in periods for entry in entries]
            words = [entry.text + entry.advice + "".join(value for _, value in entry.details) for entry in entries]
            texts.append((column.title, "".join(words)))
        for place, text in texts:
            result += unprintable(pupil.name, pupil.class_label, place, text)
    return result


def in_summary(summary: ClassSummary) -> list[Unprintable]:
    """What does not print of the names in a class's summary, the mentors' too. No query."""
    names = [*(pupil.name for pupil in summary.pupils), *(mentor.names for mentor in summary.mentors)]
    return unprintable_names(names, summary.class_label)


def in_letters(actor: Actor, letters: Sequence[GrowthLetter]) -> list[Unprintable]:
    """What does not print of `letters` (term at hand) and of their pupils' names. One query."""
    rows = Enrolment.objects.in_school(actor).filter(
        pupil__in={letter.pupil_id for letter in letters}, year__in={letter.term.year_id for letter in letters}
    )
    people = _by_pupil(rows)
    return in_names(people.values()) + [
        found for letter in letters for found in _found(people, letter.pupil_id, "寄语", letter.body, letter.advice)
    ]


def in_books(actor: Actor, year: SchoolYear, *, with_records: bool = True) -> list[Unprintable]:
    """What does not print in the record books of all mentors of `year`. Four queries whatever their number.

    Without records, for blank books, names and situations alone. One query.
    """
    held = Assignment.objects.visible_to(actor).filter(year=year)
    people = _by_pupil(Enrolment.objects.in_school(actor).of_year(year).filter(pupil__in=held.values("pupil_id")))
    found = in_names(people.values())
    for enrolment in people.values():
        found += _found(people, enrolment.pupil_id, "情况简述", enrolment.situation)
    if not with_records:
        return found
    for kind, printed in printed_kinds():
        rows = printed.rows(kind.model.objects.visible_to(actor).present()).filter(printed.with_text, term__year=year)
        rows = rows.order_by(*kind.model._meta.ordering).prefetch_related(None)
        for pupil, *texts in rows.values_list(kind.people, *kind.printed_columns):
            found += _found(people, pupil, printed.word, *texts)
    return found


def _by_pupil(rows: EnrolmentQuerySet) -> dict[int, Enrolment]:
    """The latest of the rows by pupil key, pupil and class at hand."""
    return {e.pupil_id: e for e in rows.select_related("pupil", "school_class__grade").order_by("starts_on", "pk")}


def _found(people: dict[int, Enrolment], pupil_id: int, place: str, *texts: str) -> list[Unprintable]:
    enrolment = people.get(pupil_id)
    if enrolment is None:
        return []
    return unprintable(enrolment.pupil.name, enrolment.school_class.label, place, "".join(texts))
