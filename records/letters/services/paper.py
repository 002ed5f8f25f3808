"""The texts of letters that families have on paper, brought in: letters of their term that wait for nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from core.journal import note_changing
from records.desk.services.paper import PaperRecord, bring_in, check_keeper
from records.desk.services.versions import note_versions
from records.enums import VersionAct
from records.models.records import GrowthLetter
from schools.models import SchoolYear


@dataclass(frozen=True, slots=True)
class PaperText:
    """What a letter says, and what its likeness is searched by."""

    body: str
    advice: str
    signature: bytes


@transaction.atomic
def bring_in_letters(
    *, actor: Actor, year: SchoolYear, letters: Sequence[PaperRecord], texts: Mapping[int, PaperText]
) -> None:
    """Write `letters`, and put `texts` into those, by key, of which it was only known that they are out on paper.

    A letter that somebody has written on meanwhile stays as it is. Raises DomainError as `bring_in` does.
    """
    check_keeper(actor, year, with_texts=True)
    rows = GrowthLetter.objects.present().filter(term__year=year, from_paper=True, handwritten=True, body="")
    waiting = [letter for letter in rows.select_for_update(of=("self",)) if letter.pk in texts]
    note_changing(GrowthLetter, [letter.pk for letter in waiting])
    for letter in waiting:
        text = texts[letter.pk]
        letter.body, letter.advice, letter.signature = text.body, text.advice, text.signature
        letter.handwritten = False
        letter.version += 1
    columns = ["body", "advice", "signature", "handwritten", "version"]
    GrowthLetter.objects.bulk_update(waiting, columns, batch_size=200)
    note_versions(actor=actor, records=[(letter, {}) for letter in waiting], act=VersionAct.UPDATED)
    bring_in(actor=actor, year=year, records=letters)
