"""The checks of one letter, with what they need to know of its pupil's school."""

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet, Value

from accounts.actors import Actor
from mentors.models.slots import Assignment, Teacher
from records.letters.checks import CheckContext, Finding, LetterText, check_letter
from records.letters.queries.likeness import find_alike
from records.papers.letter_page import LetterPage
from schools.contexts import filled
from schools.enums import LetterTone
from schools.models import Term
from schools.queries import style_of
from students.models import Enrolment, FamilySlip, Pupil


def check_context(actor: Actor, pupil: Pupil, term: Term, enrolment: Enrolment | None = None) -> CheckContext:
    """Names, gender and the plan's wishes for a letter to `pupil` in `term`, in four queries at most.

    The other names are those of the pupil's classmates and of the pupil's mentors' other pupils in that year. The
    caller has asked whether the actor may write or read the letter, and may have the pupil's present `enrolment` of
    the year at hand, with class, grade, school and paper settings. Likeness is not looked for.
    """
    calendar = actor.calendar.of_term(term)
    year = calendar.year
    classes = Enrolment.objects.in_school(actor).lasting(year).filter(pupil=pupil)
    classmates = Enrolment.objects.lasting(year).filter(school_class__in=classes.values("school_class_id"))
    main = Assignment.objects.lasting(year)
    shared = main.filter(mentor__in=main.filter(pupil=pupil).values("mentor_id"))
    others = (
        Pupil.objects.in_school(actor)
        .filter(Q(pk__in=classmates.values("pupil_id")) | Q(pk__in=shared.values("pupil_id")))
        .exclude(pk=pupil.pk)
    )
    teachers = Teacher.objects.filter(school_id=actor.school_id or 0)
    people: tuple[QuerySet[Any], ...] = (others, teachers)
    pupils, staff = (rows.order_by().values_list("pk", "name", Value(n)) for n, rows in enumerate(people))
    names = sorted(pupils.union(staff, all=True), key=lambda row: (row[2], row[0]))
    plan = calendar.rules.plan
    return CheckContext(
        pupil_name=pupil.name,
        gender=pupil.gender,
        others=tuple(name for _, name, of_staff in names if not of_staff),
        teachers=tuple(name for _, name, of_staff in names if of_staff),
        wants_advice=plan.letter_tone == LetterTone.WITH_ADVICE,
        blocking=frozenset(plan.letter_blocking),
        page=_page(actor, pupil, term, enrolment),
    )


def check_for(
    actor: Actor, pupil: Pupil, term: Term, body: str, advice: str = "", enrolment: Enrolment | None = None
) -> list[Finding]:
    """All findings of a letter as it is typed, likeness included: six queries at most. See `check_context`."""
    context = check_context(actor, pupil, term, enrolment)
    alike = find_alike(actor=actor, pupil=pupil, term=term, body=body)
    return check_letter(LetterText(body, advice), context=replace(context, alike=alike))


def _page(actor: Actor, pupil: Pupil, term: Term, last: Enrolment | None) -> LetterPage:
    """The page that `papers_letter` prints the letter on. One query; two where the family's code is printed."""
    if last is None:
        enrolments = Enrolment.objects.in_school(actor).filter(pupil=pupil, year=term.year_id)
        enrolments = enrolments.select_related("school_class__grade", "school__paper_settings")
        # The last one counts: the class where the pupil is, or was when leaving.
        last = enrolments.order_by("starts_on", "pk").last()
    if last is None:
        return LetterPage()
    words = style_of(last.school, getattr(last.school, "paper_settings", None)).words
    has_slip = words.family_code and FamilySlip.objects.filter(pupil=pupil, revoked_at=None).exists()
    return LetterPage(
        design=words.design_for(last.school_class.grade.number),
        salutation=filled(words.salutation, {"姓名": pupil.name}),
        closing=words.closing,
        has_code=has_slip,
        signed_by_hand=words.signed_by_hand,
    )
