"""Signatures of letters, by which nearly equal ones are found."""

from django.db.models import Q

from records.models.records import GrowthLetter

_BATCH = 500


def sign_letter(*, letter: GrowthLetter) -> None:
    """Set the letter's signature from its body and its pupil's name. The caller saves the letter."""
    from records.letters.checks.likeness import signature

    letter.signature = signature(letter.body, letter.pupil.name)


def sign_letters(*, anew: bool = False) -> int:
    """Sign the letters that have no signature, or, `anew`, all; how many signatures changed.

    Signatures are not content: neither version nor history of a letter changes.
    """
    letters = GrowthLetter.objects.present().select_related("pupil").order_by("pk")
    if not anew:
        letters = letters.filter(~Q(body=""), signature=b"")
    signed, after = 0, 0
    while batch := list(letters.filter(pk__gt=after)[:_BATCH]):
        after = batch[-1].pk
        changed = []
        for letter in batch:
            before = bytes(letter.signature)
            sign_letter(letter=letter)
            if letter.signature != before:
                changed.append(letter)
        GrowthLetter.objects.bulk_update(changed, ["signature"])
        signed += len(changed)
    return signed
