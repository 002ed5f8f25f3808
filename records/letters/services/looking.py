"""Letters that nobody has looked at since they were handed in: those from before findings were kept with the letter."""

from collections.abc import Iterator

from django.utils import timezone

from accounts.actors import Actor, system_actor
from core.nightly import for_each
from records.enums import LetterState
from records.letters.queries.checks import check_for
from records.letters.queries.findings import codes_of
from records.models.records import GrowthLetter

_BATCH = 200


def check_waiting_letters() -> int:
    """Each night: keep what the checks find in waiting letters without a word about it. How many.

    Findings are no content: neither version nor history changes, and a text that changes meanwhile keeps its own.
    A letter that cannot be looked at holds up no other: SomeFailed comes at the end.
    """
    actors: dict[int, Actor] = {}

    def look(letter: GrowthLetter) -> int:
        if letter.school_id not in actors:
            actors[letter.school_id] = system_actor(school_id=letter.school_id, today=timezone.localdate())
        found = check_for(actors[letter.school_id], letter.pupil, letter.term, letter.body, letter.advice)
        same = GrowthLetter.objects.filter(pk=letter.pk, version=letter.version)
        return same.update(findings=codes_of(found))

    return for_each("records.check_letters", _waiting(), look)


def _waiting() -> Iterator[GrowthLetter]:
    waiting = GrowthLetter.objects.present().filter(state=LetterState.HANDED_IN, findings__isnull=True)
    waiting = waiting.select_related("pupil", "term__year").defer("signature").order_by("pk")
    after = 0
    while batch := list(waiting.filter(pk__gt=after)[:_BATCH]):
        after = batch[-1].pk
        yield from batch
