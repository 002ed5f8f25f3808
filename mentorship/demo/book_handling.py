"""The demo's record books: issued when the term began, some back and checked, those of a past term all."""

import datetime
import random

from accounts.actors import Actor
from mentors.models.slots import Mentor
from records.enums import BookStep
from records.papers.services.book_handling import mark_books
from schools.models import SchoolYear, Term

#: Books come back in a few heaps, as they do in an office.
HEAPS = 3
BACK, CHECKED = 0.4, 0.6


def handle_books(*, actor: Actor, year: SchoolYear, seed: int) -> None:
    """Issue, collect and check the books of `year` up to the actor's day, through the service that a school uses."""
    # Who is still to be matched has no pupils to write about yet.
    slots = list(Mentor.objects.of_year(year).filter(load__gt=0).order_by("pk").values_list("pk", flat=True))
    for term in year.terms.order_by("number"):
        if term.starts_on <= actor.today:
            _keep(actor, term, slots, random.Random(f"books {seed} {term.number}"))  # noqa: S311  # repeatable, not secret


def _keep(actor: Actor, term: Term, slots: list[int], rng: random.Random) -> None:
    mark_books(actor=actor, term=term, mentors=slots, step=BookStep.ISSUED, on=term.starts_on)
    is_over = actor.today > term.ends_on
    last = min(actor.today, term.ends_on)
    back = [slot for slot in slots if is_over or rng.random() < BACK]
    # The chief's own book waits for a colleague.
    own = set(Mentor.objects.of_year(term.year).of_user(actor.user_id).values_list("pk", flat=True))
    checked = [slot for slot in back if (is_over or rng.random() < CHECKED) and slot not in own]
    for heap in range(HEAPS):
        # The last heap comes in on the last day, the others some days earlier.
        day = max(term.starts_on, last - datetime.timedelta(days=2 * (HEAPS - 1 - heap)))
        came = back[heap::HEAPS]
        mark_books(actor=actor, term=term, mentors=came, step=BookStep.COLLECTED, on=day)
        read = [slot for slot in came if slot in checked]
        mark_books(actor=actor, term=term, mentors=read, step=BookStep.CHECKED, on=last)
