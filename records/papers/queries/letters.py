"""Letters from the database to the typed context of their paper."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from core.clock import today
from records.contexts import Letter
from records.models.records import GrowthLetter
from schools.calendar import YearCalendar
from schools.contexts import filled
from schools.enums import Design, LetterTone
from schools.queries import paper_style
from students.models import Enrolment, FamilySlip

DEFAULT_TITLE = "成长寄语"


def letter_contexts(letters: Sequence[GrowthLetter], *, on: datetime.date | None = None) -> list[Letter]:
    """The papers of `letters`, in their order; the same number of queries whatever theirs, per school year.

    The title is the one that the plan gave it in its term (as of `on`, default today), the class is the pupil's in
    that year.
    """
    on = on or today()
    rows = list(letters)
    if not rows:
        return []
    prefetch_related_objects(rows, "school", "pupil", "term__year", "mentor__members__teacher")
    years = {letter.term.year_id: letter.term.year for letter in rows}
    calendars = {key: YearCalendar(year, on) for key, year in years.items()}
    style = paper_style(rows[0].school)
    codes = _family_addresses(rows) if style.words.family_code else {}
    classes = {
        (e.pupil_id, e.year_id): e.school_class
        for e in Enrolment.objects.filter(pupil__in={r.pupil_id for r in rows}, year__in=years)
        .select_related("school_class__grade")
        # The last one wins: the class where the pupil is, or was when leaving.
        .order_by("starts_on", "pk")
    }
    result = []
    for letter in rows:
        rules = calendars[letter.term.year_id].plan_on(min(on, letter.term.ends_on))
        plan = rules.plan if rules is not None else None
        moment = letter.released_at or letter.handed_in_at
        school_class = classes.get((letter.pupil_id, letter.term.year_id))
        # Advice typed under an earlier plan does not print where the plan in force wants none.
        advised = plan is None or plan.letter_tone == LetterTone.WITH_ADVICE
        result.append(
            Letter(
                school=style.head,
                pupil_name=letter.pupil.name,
                class_label=school_class.label if school_class is not None else "",
                body=letter.body,
                mentors=tuple(member.teacher.name for member in letter.mentor.members.all()),
                on=timezone.localdate(moment) if moment else None,
                title=plan.letter_label if plan else DEFAULT_TITLE,
                term=f"{letter.term.year}{letter.term.short_name}",
                advice=letter.advice if advised else "",
                salutation=filled(style.words.salutation, {"姓名": letter.pupil.name}),
                closing=style.words.closing,
                design=style.words.design_for(school_class.grade.number) if school_class is not None else Design.UPPER,
                signed_by_hand=style.words.signed_by_hand,
                family_url=codes.get(letter.pupil_id, ""),
                motto=style.words.card_motto,
                card_title=style.words.card_title,
            )
        )
    return result


def growth_card_contexts(letters: Sequence[GrowthLetter], *, on: datetime.date | None = None) -> list[Letter]:
    """The same papers as cards 成长激励卡: with the card's title. Queries as `letter_contexts`."""
    return [replace(paper, title=paper.card_title) for paper in letter_contexts(letters, on=on)]


def _family_addresses(letters: Sequence[GrowthLetter]) -> dict[int, str]:
    """The address of each pupil's family page, where a slip was issued, by pupil key. One query."""
    slips = FamilySlip.objects.filter(pupil__in={letter.pupil_id for letter in letters}, revoked_at=None)
    return {slip.pupil_id: f"{settings.SITE_URL}{reverse('family:slip', args=[slip.key])}" for slip in slips}


def letter_context(letter: GrowthLetter, *, on: datetime.date | None = None) -> Letter:
    """The paper of one letter."""
    return letter_contexts([letter], on=on)[0]
