"""The checks of one letter, with what they need to know of its pupil's school."""

from dataclasses import replace

from django.db.models import Q

from accounts.actors import Actor
from mentors.models import Assignment, Teacher
from records.letter_page import LetterPage
from records.lettercheck import Check, CheckContext, Finding, LetterText, check_letter
from records.queries.likeness import find_alike
from schools.contexts import filled
from schools.enums import LetterTone
from schools.models import Term
from schools.queries import paper_style
from students.models import Enrolment, FamilySlip, Pupil


def check_context(actor: Actor, pupil: Pupil, term: Term) -> CheckContext:
    """Names, gender and the plan's wishes for a letter to `pupil` in `term`, in seven queries at most.

    The other names are those of the pupil's classmates and of the pupil's mentors' other pupils in that year. The
    caller has asked whether the actor may write or read the letter. Likeness is not looked for.
    """
    classes = Enrolment.objects.in_school(actor).active().filter(pupil=pupil, year=term.year_id)
    classmates = Enrolment.objects.active().filter(school_class__in=classes.values("school_class_id"))
    main = Assignment.objects.active().filter(year=term.year_id)
    shared = main.filter(mentor__in=main.filter(pupil=pupil).values("mentor_id"))
    others = (
        Pupil.objects.in_school(actor)
        .filter(Q(pk__in=classmates.values("pupil_id")) | Q(pk__in=shared.values("pupil_id")))
        .exclude(pk=pupil.pk)
        .order_by("pk")
    )
    plan = actor.calendar.of_term(term).rules.plan
    return CheckContext(
        pupil_name=pupil.name,
        gender=pupil.gender,
        others=tuple(others.values_list("name", flat=True)),
        teachers=tuple(
            Teacher.objects.filter(school_id=actor.school_id or 0).values_list("name", flat=True).order_by("pk")
        ),
        wants_advice=plan.letter_tone == LetterTone.WITH_ADVICE,
        blocking=frozenset(plan.letter_blocking),
        page=_page(actor, pupil, term),
    )


def check_for(actor: Actor, pupil: Pupil, term: Term, body: str, advice: str = "") -> list[Finding]:
    """All findings of a letter as it is typed, likeness included: nine queries at most."""
    context = check_context(actor, pupil, term)
    alike = find_alike(actor=actor, pupil=pupil, term=term, body=body)
    return check_letter(LetterText(body, advice), context=replace(context, alike=alike))


def blocking_findings(*, actor: Actor, pupil: Pupil, term: Term, body: str, advice: str = "") -> list[Finding]:
    """The findings that the plan wants settled before the letter is handed in; two queries where it lists none."""
    if not actor.calendar.of_term(term).rules.plan.letter_blocking:
        return []
    context = check_context(actor, pupil, term)
    if Check.LIKENESS in context.blocking:
        context = replace(context, alike=find_alike(actor=actor, pupil=pupil, term=term, body=body))
    found = check_letter(LetterText(body, advice), context=context)
    return [finding for finding in found if finding.severity == "blocking"]


def _page(actor: Actor, pupil: Pupil, term: Term) -> LetterPage:
    """The page that `papers_letter` prints the letter on. Two queries; three where the family's code is printed."""
    enrolments = Enrolment.objects.in_school(actor).filter(pupil=pupil, year=term.year_id)
    # The last one counts: the class where the pupil is, or was when leaving.
    last = enrolments.select_related("school_class__grade", "school").order_by("starts_on", "pk").last()
    if last is None:
        return LetterPage()
    words = paper_style(last.school).words
    has_slip = words.family_code and FamilySlip.objects.filter(pupil=pupil, revoked_at=None).exists()
    return LetterPage(
        design=words.design_for(last.school_class.grade.number),
        salutation=filled(words.salutation, {"姓名": pupil.name}),
        closing=words.closing,
        has_code=has_slip,
        signed_by_hand=words.signed_by_hand,
    )
