"""What is printed of a school besides the books: letters and slips by class, and the list of it all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import Count, QuerySet
from django.urls import reverse

from accounts.actors import Actor
from core.errors import DomainError
from core.kept import kept
from mentors.models.slots import Mentor
from mentors.queries.people import teams_of_year
from records.contexts import Slip
from records.enums import PRINTED_LETTERS, LetterState
from records.models.records import GrowthLetter
from records.papers.queries.filing import filed_under, filing_rank
from schools.models import School, SchoolClass, SchoolYear, Term
from schools.queries import paper_style
from students.models import Enrolment, FamilySlip
from students.services import slip_code


def mentors_for_print(actor: Actor, year: SchoolYear) -> list[Mentor]:
    """The mentor slots of `year`, names at hand, in the order in which their books are handed out.

    As many queries as `filed_under`, and three.
    """
    places = filed_under(year)
    slots = Mentor.objects.visible_to(actor).of_year(year).with_names()
    return sorted(slots, key=lambda slot: filing_rank(slot, places))


def letters_for_print(
    actor: Actor,
    term: Term,
    *,
    school_class: SchoolClass | None = None,
    mentor: Mentor | None = None,
    states: Sequence[LetterState] = PRINTED_LETTERS,
) -> list[GrowthLetter]:
    """The finished letters of `term` in handing-out order: class by class, by seat number. Two queries.

    They are those of the present pupils of `school_class`, of one `mentor`, or of the whole school.
    """
    rows = Enrolment.objects.in_school(actor).lasting(term.year)
    letters = GrowthLetter.objects.visible_to(actor).present().of_term(term).filter(state__in=states)
    if school_class is not None:
        rows = rows.filter(school_class=school_class)
        letters = letters.filter(pupil__in=rows.values("pupil_id"))
    if mentor is not None:
        letters = letters.filter(mentor=mentor)
    place = {
        pupil_id: number for number, pupil_id in enumerate(rows.in_list_order().values_list("pupil_id", flat=True))
    }
    return sorted((x for x in letters if x.pupil_id in place), key=lambda x: place[x.pupil_id])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A letter that is not printed for its mentor, and why."""

    name: str
    reason: str


_REASONS: Final = {
    LetterState.DRAFT: "还是草稿，没有交",
    LetterState.HANDED_IN: "已经交了，德育室还没有校对",
    LetterState.RETURNED: "德育室退回了，还没有再交",
}


def own_letters_for_print(actor: Actor, term: Term, mentor: Mentor) -> tuple[list[GrowthLetter], list[LeftOut]]:
    """What a mentor prints of the own letters, in handing-out order: those that may go out. The others by name."""
    letters = letters_for_print(actor, term, mentor=mentor, states=tuple(LetterState))
    printed = [letter for letter in letters if letter.may_go_out and not letter.handwritten]
    left = [
        LeftOut(x.pupil.name, "是手写的，没有可印的文字" if x.handwritten else _REASONS[LetterState(x.state)])
        for x in letters
        if x not in printed
    ]
    return printed, left


def class_pupils(actor: Actor, school_class: SchoolClass) -> list[Enrolment]:
    """The present pupils of a class in list order, pupil at hand; of a former year's, of its end. One query."""
    rows = Enrolment.objects.in_school(actor).lasting(school_class.year).filter(school_class=school_class)
    return list(rows.select_related("pupil").in_list_order())


def pupils_for_slips(actor: Actor, school_class: SchoolClass) -> list[Enrolment]:
    """The pupils of a class who get slips: the present ones alone, in list order, pupil at hand. One query."""
    return _present_pupils(actor, school_class)


@kept
def _present_pupils(actor: Actor, school_class: SchoolClass) -> QuerySet[Enrolment]:
    return Enrolment.objects.in_school(actor).for_class_list(school_class)


def pupils_by_class(actor: Actor, classes: Sequence[SchoolClass], keys: Collection[int]) -> dict[int, list[int]]:
    """The pupils `keys` who are in these classes now, by class. One query."""
    rows = Enrolment.objects.in_school(actor).active().filter(school_class__in=classes, pupil__in=keys)
    found: dict[int, list[int]] = {}
    for class_id, pupil_id in rows.values_list("school_class_id", "pupil_id"):
        found.setdefault(class_id, []).append(pupil_id)
    return found


def slip_contexts(
    school: School, school_class: SchoolClass, enrolments: Sequence[Enrolment], slips: dict[int, FamilySlip]
) -> list[Slip]:
    """The slips of a class in the order of `enrolments`; `slips` by pupil key, as `students.services` issues them."""
    style = paper_style(school)
    contexts = []
    for enrolment in enrolments:
        slip = slips[enrolment.pupil_id]
        address = f"{settings.SITE_URL}{reverse('family:slip', args=[slip.key])}"
        code = slip_code(slip)
        contexts.append(
            Slip(
                school=style.head,
                note=style.words.slip_note,
                pupil_name=enrolment.pupil.name,
                class_label=school_class.label,
                url=address,
                short_url=address,
                code=f"{code[:4]}-{code[4:]}".upper(),
                valid_until=slip.ends_on,
            )
        )
    return contexts


def mentor_for_job(actor: Actor, pk: int) -> Mentor:
    """A mentor of the actor's school with names, year and school at hand. Raises DomainError `gone`."""
    mentor = Mentor.objects.visible_to(actor).select_related("year__school").with_names().filter(pk=pk).first()
    if mentor is None:
        raise DomainError("gone", "这位导师已经不在名册里。")
    return mentor


def class_for_job(actor: Actor, pk: int) -> SchoolClass:
    """A class of the actor's school with grade, year and school at hand. Raises DomainError `gone`."""
    rows = SchoolClass.objects.visible_to(actor).select_related("grade", "year__school")
    school_class = rows.filter(pk=pk).first()
    if school_class is None:
        raise DomainError("gone", "这个班级已经不在名册里。")
    return school_class


def term_for_job(actor: Actor, pk: int) -> Term:
    """A term of the actor's school. Raises DomainError `gone`."""
    term = Term._default_manager.filter(school=actor.school_id or 0, pk=pk).select_related("year").first()
    if term is None:
        raise DomainError("gone", "这个学期已经不在校历里。")
    return term


def classes_with_letters(actor: Actor, term: Term) -> list[SchoolClass]:
    """The classes whose present pupils have finished letters of `term`, in teaching order. One query."""
    letters = GrowthLetter.objects.visible_to(actor).present().of_term(term).filter(state__in=PRINTED_LETTERS)
    pupils = Enrolment.objects.in_school(actor).lasting(term.year).filter(pupil__in=letters.values("pupil_id"))
    return list(
        SchoolClass.objects.visible_to(actor).of_year(term.year).filter(pk__in=pupils.values("school_class_id"))
    )


def classes_with_pupils(actor: Actor, year: SchoolYear) -> list[SchoolClass]:
    """The classes of the grades that the plan covers with at least one present pupil, in teaching order."""
    rules = actor.calendar.of(year).plan_on(min(actor.today, year.ends_on))
    return _filled_classes(actor, year, list(rules.matching) if rules is not None else [])


@kept
def _filled_classes(actor: Actor, year: SchoolYear, grade_ids: Collection[int]) -> QuerySet[SchoolClass]:
    pupils = Enrolment.objects.in_school(actor).lasting(year)
    rows = SchoolClass.objects.visible_to(actor).of_year(year)
    return rows.filter(pk__in=pupils.values("school_class_id"), grade__in=grade_ids)


def pupils_with_slips(actor: Actor, year: SchoolYear) -> list[Enrolment]:
    """The present pupils of the classes that get slips, pupil and class at hand."""
    rows = Enrolment.objects.in_school(actor).active().filter(school_class__in=classes_with_pupils(actor, year))
    return list(rows.select_related("pupil", "school_class__grade"))


@dataclass(frozen=True, slots=True)
class ClassPapers:
    """What can be printed of one class."""

    school_class: SchoolClass
    pupils: int
    letters: int
    mentors: list[Mentor]


@dataclass(frozen=True, slots=True)
class PrintOverview:
    """What can be printed of a school: figures for the three jobs, and class by class."""

    classes: list[ClassPapers]
    mentors: int
    letters: int
    pupils: int


def print_overview(actor: Actor, year: SchoolYear, term: Term) -> PrintOverview:
    """The classes with mentors in teaching order, each with its team in order. Ten queries whatever their number."""
    classes = classes_with_pupils(actor, year)
    sizes = dict(_sizes(actor, year))
    letters = dict(_letters_by_class(actor, year, term))
    teams = teams_of_year(year)
    return PrintOverview(
        classes=[
            ClassPapers(c, sizes.get(c.pk, 0), letters.get(c.pk, 0), [m.mentor for m in teams.get(c.pk, [])])
            for c in classes
        ],
        mentors=sum(_slots(actor, year)),
        letters=sum(letters.values()),
        pupils=sum(sizes.get(c.pk, 0) for c in classes),
    )


@kept
def _sizes(actor: Actor, year: SchoolYear) -> QuerySet[Enrolment, tuple[int, int]]:
    present = Enrolment.objects.in_school(actor).lasting(year)
    return present.values_list("school_class_id").annotate(n=Count("pk")).order_by()


@kept
def _letters_by_class(actor: Actor, year: SchoolYear, term: Term) -> QuerySet[Enrolment, tuple[int, int]]:
    finished = GrowthLetter.objects.visible_to(actor).present().of_term(term).filter(state__in=PRINTED_LETTERS)
    return _sizes.build(actor, year).filter(pupil__in=finished.values("pupil_id"))


@kept
def _slots(actor: Actor, year: SchoolYear) -> QuerySet[Mentor, int]:
    rows = Mentor.objects.visible_to(actor).of_year(year).order_by().values("school_id")
    return rows.annotate(n=Count("pk")).values_list("n", flat=True)
