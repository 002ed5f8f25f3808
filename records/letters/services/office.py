"""德育室's side of the letters: proof-reading, returning, releasing at once or at a set time.

Nobody inspects their own: whoever holds or shares the slot that writes a letter neither accepts, edits, returns nor
releases it; another colleague of 德育室 does. Where there is only one, the school's admin gives the role to a second
person. The same press twice is done once: what already stands as wanted is returned as it is.
"""

import datetime
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor, system_actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.nightly import all_or_each, for_each
from mentors.models.slots import MentorMember
from notices.services import NoticeFor, send_notices
from records.desk.queries.years import address_in
from records.desk.services.versions import keep_former, note_version
from records.enums import LetterState, VersionAct
from records.letters.queries.checks import check_for
from records.letters.queries.findings import codes_of
from records.letters.queries.office import going_out
from records.letters.services.likeness import sign_letter
from records.models.records import GrowthLetter
from records.querysets.records import GrowthLetterQuerySet
from records.rules import can_release, can_write_letter, is_alone
from records.services.ticks import refresh_ticks
from schools.models import Term

CHANGED = "导师刚刚又交了一稿，请看过新稿再发布或退回。"
NOT_HANDED_IN = "这封寄语现在不是已交状态，请刷新后再看。"
OWN = "这是您自己写的寄语，要请德育室的另一位老师校对和发布。"
OWN_ALONE = (
    "这是您自己写的寄语，不能由自己校对和发布。本校德育室目前只有您一位，请学校管理员给另一位老师加上德育室的角色。"
)
#: A date further away is a slip of the finger.
FURTHEST = datetime.timedelta(days=200)


def accept_letter(*, actor: Actor, letter: GrowthLetter, version: int) -> GrowthLetter:
    """德育室 has read the letter as it stands in `version` and found it good.

    Raises DomainError `other_school`, `not_allowed`, `own_letter`, `not_handed_in`, `changed_meanwhile`.
    """
    check_office(actor, letter)
    with transaction.atomic():
        locked = lock_letter(letter)
        if locked.accepted_at is not None and locked.version == version:
            return locked
        _check_waits(locked, version)
        locked.accepted_at, locked.accepted_by_id = now(), actor.user_id
        locked.save(update_fields=["accepted_at", "accepted_by", "updated_at"])
        audit(actor=actor, verb="accept_letter", target=locked, detail={"version": locked.version})
        return locked


def edit_letter_as_office(*, actor: Actor, letter: GrowthLetter, body: str, advice: str, version: int) -> GrowthLetter:
    """Change the text and accept it; the mentor sees word by word what was changed. A set time of release is cancelled.

    Raises DomainError as `accept_letter` does, and `letter_empty`, `letter_unchanged`, `letter_handwritten`.
    """
    check_office(actor, letter)
    body, advice = body.strip(), advice.strip()
    if not body:
        raise DomainError("letter_empty", "寄语不能改成空的。如果要重写，请退回给导师。")
    with transaction.atomic():
        locked = lock_letter(letter)
        if (locked.body, locked.advice, locked.edited_by_id, locked.version) == (
            *(body, advice),
            *(actor.user_id, version + 1),
        ):
            return locked
        _check_waits(locked, version)
        if locked.handwritten:
            raise DomainError("letter_handwritten", "这封寄语是手写的，没有可以修改的文字。")
        if (locked.body, locked.advice) == (body, advice):
            raise DomainError("letter_unchanged", "文字没有改动。如果不用改，请直接点“校对通过”。")
        keep_former(locked)
        moment = now()
        locked.body, locked.advice = body, advice
        locked.edited_at, locked.edited_by_id = moment, actor.user_id
        locked.accepted_at, locked.accepted_by_id = moment, actor.user_id
        locked.release_at, locked.released_by_id = None, None
        locked.version += 1
        sign_letter(letter=locked)
        locked.findings = codes_of(check_for(actor, locked.pupil, locked.term, body, advice))
        locked.save()
        note_version(actor=actor, record=locked, act=VersionAct.PROOFED)
        audit(actor=actor, verb="edit_letter", target=locked, detail={"version": locked.version})
        tell_mentors(
            [locked], kind="letter_edited", title="德育室改动了您交的寄语，请看一看改了哪里", key=f"{actor.today}"
        )
        return locked


def return_letter(
    *,
    actor: Actor,
    letter: GrowthLetter,
    reason: str,
    seen_at: datetime.datetime | None = None,
    version: int | None = None,
) -> GrowthLetter:
    """Send a handed-in letter back with a reason; its tick opens again.

    Raises DomainError `other_school`, `not_allowed`, `own_letter`, `reason_missing`, `not_handed_in`,
    `changed_meanwhile` (not the text of `version`, or handed in again after `seen_at`, when the page was made).
    """
    check_office(actor, letter)
    if not reason.strip():
        raise DomainError("reason_missing", "请写明退回的原因，方便导师修改。")
    with transaction.atomic():
        locked = lock_letter(letter)
        if locked.state == LetterState.RETURNED and locked.return_reason == reason.strip():
            return locked
        _check_waits(locked, version)
        if seen_at is not None and locked.handed_in_at is not None and locked.handed_in_at > seen_at:
            raise DomainError("changed_meanwhile", CHANGED)
        keep_former(locked)
        locked.state = LetterState.RETURNED
        locked.return_reason = reason.strip()
        locked.accepted_at, locked.accepted_by = None, None
        locked.release_at, locked.released_by = None, None
        locked.version += 1
        locked.save()
        note_version(actor=actor, record=locked, act=VersionAct.UPDATED)
        refresh_ticks(year=locked.term.year, pupil_ids=[locked.pupil_id], on=actor.today)
        audit(actor=actor, verb="return_letter", target=locked)
        tell_mentors([locked], kind="letter_returned", title="有寄语退回，请按说明改好再交", key=f"{actor.today}")
        return locked


@transaction.atomic
def release_letters(
    *, actor: Actor, term: Term, letter_ids: Collection[int], seen_at: datetime.datetime | None = None
) -> int:
    """Release handed-in letters of `term` to the families; others among them are left as they are. How many.

    Letters that were handed in again after `seen_at`, when the page was made, stay too: nobody has read those texts.
    So do the actor's own. Their mentors are told once. Raises DomainError `other_school`, `not_allowed`.
    """
    letters = list(_handed_in(actor, term, letter_ids, seen_at))
    if letters:
        _release(letters, released_by=actor.user_id)
        audit(actor=actor, verb="release_letters", target=term, detail={"count": len(letters)})
    return len(letters)


@transaction.atomic
def schedule_release(
    *,
    actor: Actor,
    term: Term,
    letter_ids: Collection[int],
    at: datetime.datetime,
    seen_at: datetime.datetime | None = None,
) -> int:
    """Let handed-in letters of `term` reach the families at `at`, unless their text changes before. How many.

    Which letters are left as they are: see `release_letters`. Raises DomainError `other_school`, `not_allowed`,
    `time_past`, `time_far`.
    """
    if at <= now():
        raise DomainError("time_past", "发布时间已经过了，请选一个以后的时间，或直接发布。")
    if at > now() + FURTHEST:
        raise DomainError("time_far", "发布时间太远了，请检查日期。")
    keys = [letter.pk for letter in _handed_in(actor, term, letter_ids, seen_at)]
    # Whoever sets the time answers for the release.
    GrowthLetter.objects.filter(pk__in=keys).update(release_at=at, released_by_id=actor.user_id)
    audit(actor=actor, verb="schedule_letters", target=term, detail={"count": len(keys), "at": at.isoformat()})
    return len(keys)


@transaction.atomic
def cancel_schedule(*, actor: Actor, term: Term, letter_ids: Collection[int]) -> int:
    """Take the set time off letters that are not released yet. How many. Raises as `release_letters` does."""
    keys = [letter.pk for letter in _handed_in(actor, term, letter_ids, None) if letter.release_at is not None]
    GrowthLetter.objects.filter(pk__in=keys).update(release_at=None, released_by=None)
    audit(actor=actor, verb="cancel_schedule", target=term, detail={"count": len(keys)})
    return len(keys)


def release_due() -> int:
    """Every few minutes: release what is due. A text that changed since lost its time with the change. How many."""
    due = _due()
    task = "records.release_due_letters"
    return for_each(
        task,
        Term.objects.filter(pk__in=due.order_by().values("term_id")),
        # A term's letters go out together; where one of them cannot, the others do all the same.
        lambda term: all_or_each(task, list(due.filter(term=term).only("pk")), lambda some: _release_due(some, term)),
    )


def _due() -> GrowthLetterQuerySet:
    return GrowthLetter.objects.present().filter(state=LetterState.HANDED_IN, release_at__lte=now())


@transaction.atomic
def _release_due(found: Collection[GrowthLetter], term: Term) -> int:
    due = _due().filter(pk__in=[letter.pk for letter in found])
    letters = list(due.select_for_update(of=("self",)).only("pk", "mentor_id", "school_id"))
    if letters:
        _release(letters)
        actor = system_actor(school_id=term.school_id, today=timezone.localdate())
        detail = {"count": len(letters), "scheduled": True}
        audit(actor=actor, verb="release_letters", target=term, detail=detail)
    return len(letters)


def _release(letters: list[GrowthLetter], *, released_by: int | None = None) -> None:
    moment = now()
    who = {"released_by_id": released_by} if released_by is not None else {}
    GrowthLetter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
        state=LetterState.RELEASED, released_at=moment, release_at=None, **who
    )
    # Of letters released one by one in a day a mentor is told once, of each batch once.
    key = f"{timezone.localdate(moment)}" if len(letters) == 1 else moment.isoformat()
    tell_mentors(letters, kind="letters_released", title="德育室发布了您写的寄语，家长可以看到了", key=key)


def check_office(actor: Actor, letter: GrowthLetter) -> None:
    """Whether the actor may inspect this letter. Raises DomainError `other_school`, `not_allowed`, `own_letter`."""
    if letter.school_id != actor.school_id:
        raise DomainError("other_school", "这封寄语不属于本校。")
    if not can_release(actor):
        raise DomainError("not_allowed", "只有德育室可以校对、退回和发布寄语。")
    if can_write_letter(actor, letter):
        raise DomainError("own_letter", OWN_ALONE if is_alone(actor) else OWN)


def lock_letter(letter: GrowthLetter) -> GrowthLetter:
    """The letter as it stands now, its row locked until the transaction ends. Raises DomainError `not_handed_in`."""
    rows = GrowthLetter.objects.present().select_for_update(of=("self",)).select_related("term__year", "pupil")
    locked = rows.filter(pk=letter.pk).first()
    if locked is None:
        raise DomainError("not_handed_in", NOT_HANDED_IN)
    return locked


def _check_waits(locked: GrowthLetter, version: int | None) -> None:
    if locked.state != LetterState.HANDED_IN:
        raise DomainError("not_handed_in", NOT_HANDED_IN)
    if version is not None and locked.version != version:
        raise DomainError("changed_meanwhile", CHANGED)


def check_term(actor: Actor, term: Term) -> None:
    """Whether the actor releases letters of this term. Raises DomainError `other_school`, `not_allowed`."""
    if term.school_id != actor.school_id:
        raise DomainError("other_school", "这个学期不属于本校。")
    if not can_release(actor):
        raise DomainError("not_allowed", "只有德育室可以发布寄语。")


def _handed_in(
    actor: Actor, term: Term, keys: Collection[int], seen_at: datetime.datetime | None
) -> "QuerySet[GrowthLetter]":
    check_term(actor, term)
    letters = going_out(actor, term, keys, seen_at=seen_at)
    return letters.select_for_update(of=("self",)).only("pk", "mentor_id", "school_id", "release_at")


def tell_mentors(letters: Sequence[GrowthLetter], *, kind: str, title: str, key: str) -> None:
    """One notice to each teacher of the letters' slots; it names no pupil."""
    slots = {letter.mentor_id for letter in letters}
    rows = MentorMember.objects.filter(mentor_id__in=slots).exclude(teacher__user=None)
    members = list(rows.select_related("teacher__user", "school"))
    # Letters that are told together are of one term.
    link = address_in(letters[0].term, reverse("desk:letters")) if letters else ""
    key = f"{kind}:{key}"
    wanted = [NoticeFor(m.teacher.user, title, key, link=link) for m in members if m.teacher.user is not None]
    if wanted:
        send_notices(school=members[0].school, kind=kind, wanted=wanted)
