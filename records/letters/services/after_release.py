"""What 德育室 can still do with a letter that has gone out: take it back while it is unread, correct it afterwards.

Who may: as in `records.letters.services.office`, and nobody's own. Opening a letter and taking it back lock the same
row: either the family has read it, or it is back.
"""

from collections.abc import Collection

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from records.desk.services.versions import keep_former, note_version
from records.enums import LetterState, VersionAct
from records.letters.queries.checks import check_for
from records.letters.queries.findings import codes_of
from records.letters.queries.office import unread_by_families
from records.letters.services.likeness import sign_letter
from records.letters.services.office import check_office, check_term, lock_letter, tell_mentors
from records.models.records import GrowthLetter
from schools.models import Term

READ = "家长已经打开过这封寄语，不能再撤回。要改内容，请用“更正”：家长会看到更正后的文字和更正的日期。"
UNREAD = "家长还没有打开过：请先“撤回发布”，改好再发布，家长只会看到改好的。"
NOT_OUT = "这封寄语现在不是已发布状态，请刷新后再看。"
CORRECTED = "同事刚刚更正过这封寄语，请看过新的文字再改。"


@transaction.atomic
def withdraw_letters(*, actor: Actor, term: Term, letter_ids: Collection[int]) -> int:
    """Take back released letters of `term` that no family has opened; others among them are left. How many.

    They stand as before the release: proof-read ones stay so. Their mentors are told once. Raises DomainError
    `other_school`, `not_allowed`.
    """
    check_term(actor, term)
    rows = unread_by_families(actor, term, letter_ids).select_for_update(of=("self",))
    letters = list(rows.only("pk", "mentor_id", "school_id"))
    if letters:
        _take_back(letters)
        audit(actor=actor, verb="withdraw_letters", target=term, detail={"count": len(letters)})
    return len(letters)


@transaction.atomic
def withdraw_letter(*, actor: Actor, letter: GrowthLetter) -> None:
    """Take back one released letter; one that is back already stays so.

    Raises DomainError `other_school`, `not_allowed`, `own_letter`, `not_released`, `letter_read` (says what to do).
    """
    check_office(actor, letter)
    locked = lock_letter(letter)
    if locked.state == LetterState.HANDED_IN and locked.version == letter.version:
        return
    if locked.state != LetterState.RELEASED:
        raise DomainError("not_released", NOT_OUT)
    if not unread_by_families(actor, locked.term, [locked.pk]).exists():
        raise DomainError("letter_read", READ)
    _take_back([locked])
    audit(actor=actor, verb="withdraw_letters", target=locked, detail={"count": 1})


def _take_back(letters: list[GrowthLetter]) -> None:
    GrowthLetter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
        state=LetterState.HANDED_IN, released_at=None, released_by=None
    )
    tell_mentors(
        letters, kind="letters_withdrawn", title="德育室撤回了您写的寄语，家长暂时看不到", key=now().isoformat()
    )


@transaction.atomic
def correct_letter(*, actor: Actor, letter: GrowthLetter, body: str, advice: str, version: int) -> GrowthLetter:
    """Change the text of a letter that the family has read: they see that it was corrected, and are to read it again.

    The mentor sees word by word what was changed; the former text stays in the history, not on the family's page.
    Raises DomainError `other_school`, `not_allowed`, `own_letter`, `letter_empty`, `not_released`, `letter_unread`,
    `letter_handwritten`, `letter_unchanged`, `changed_meanwhile`.
    """
    check_office(actor, letter)
    body, advice = body.strip(), advice.strip()
    if not body:
        raise DomainError("letter_empty", "寄语不能改成空的。")
    locked = lock_letter(letter)
    done = (locked.body, locked.advice, locked.edited_by_id, locked.version)
    if done == (body, advice, actor.user_id, version + 1) and locked.corrected_at is not None:
        return locked
    if locked.state != LetterState.RELEASED:
        raise DomainError("not_released", NOT_OUT)
    if locked.read_at is None and locked.corrected_at is None:
        raise DomainError("letter_unread", UNREAD)
    if locked.version != version:
        raise DomainError("changed_meanwhile", CORRECTED)
    if locked.handwritten:
        raise DomainError("letter_handwritten", "这封寄语是手写的，没有可以更正的文字。")
    if (locked.body, locked.advice) == (body, advice):
        raise DomainError("letter_unchanged", "文字没有改动，家长看到的还是原来的寄语。")
    keep_former(locked)
    moment = now()
    locked.body, locked.advice = body, advice
    locked.edited_at, locked.edited_by_id = moment, actor.user_id
    locked.corrected_at, locked.read_at = moment, None
    locked.findings = codes_of(check_for(actor, locked.pupil, locked.term, body, advice))
    locked.version += 1
    sign_letter(letter=locked)
    locked.save()
    note_version(actor=actor, record=locked, act=VersionAct.PROOFED)
    audit(actor=actor, verb="correct_letter", target=locked, detail={"version": locked.version})
    tell_mentors(
        [locked],
        kind="letter_corrected",
        title="德育室更正了一封已经发布的寄语，请看一看改了哪里",
        key=f"{locked.pk}:{locked.version}",
    )
    return locked
