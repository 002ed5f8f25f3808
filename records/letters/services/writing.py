"""The mentor's side of a growth letter 成长寄语: draft, handed in, written by hand, read by the family."""

import uuid
from collections.abc import Collection, Sequence
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from mentors.models.slots import Assignment, Mentor, MentorMember
from mentors.querysets.slots import is_own_member
from records.contexts import Entry
from records.desk.services.drafts import drop_draft, note_in_draft
from records.desk.services.versions import keep_former, note_version
from records.enums import PRINTED_LETTERS, LetterState, RecordKind, VersionAct
from records.kinds import FROM_PAPER, OF_EVERY_RECORD, Deletion, FormKey, Kind, Printed, Target, register
from records.letters.checks import Finding
from records.letters.queries.checks import check_for
from records.letters.queries.findings import codes_of, keys_in, open_lines
from records.letters.services.likeness import sign_letter
from records.models.records import GrowthLetter
from records.rules import can_write_letter
from records.services.ticks import refresh_ticks
from schools.models import Term
from students.models import Pupil

#: What the record book says in the place of a text that nobody but its writer has read.
NOT_PROOFED: Final = "（已交稿。德育室校对以后，这里印出正文。）"
#: A letter that is handed in lies with 德育室, a released one with the family: those are not deleted.
_DELETABLE: Final = (LetterState.DRAFT, LetterState.RETURNED)


def _form(actor: Actor, pupil_id: int, term_id: int) -> Target | None:
    term = Term.objects.filter(pk=term_id, school_id=actor.school_id or 0).select_related("year").first()
    if term is None:
        return None
    held = Assignment.objects.held_by(actor).lasting(term.year).main()
    pupil = Pupil.objects.in_school(actor).filter(pk=pupil_id, pk__in=held.values("pupil_id")).first()
    return Target(RecordKind.LETTER, pupil) if pupil is not None else None


def _own(actor: Actor) -> Q:
    slots = MentorMember.objects.filter(is_own_member(actor)).values("mentor_id")
    return Q(mentor__in=slots, state__in=_DELETABLE)


def _held(letter: GrowthLetter) -> DomainError | None:
    if letter.state in _DELETABLE:
        return None
    return DomainError("letter_handed_in", "已经交稿或发布的寄语不能删除。需要修改时请联系德育室退回。")


def _clash(letter: GrowthLetter) -> DomainError | None:
    if not GrowthLetter.objects.present().filter(pupil=letter.pupil_id, term=letter.term_id).exists():
        return None
    return DomainError(
        "letter_again", "这个学期已经另写了一封，不能再恢复旧的。旧稿的文字还在“最近删除”里，可以从那里抄用。"
    )


def _entry(letter: GrowthLetter, _mentors: Sequence[str], label: str) -> Entry:
    moment = letter.handed_in_at or letter.released_at
    if not letter.may_go_out and not letter.handwritten:
        return Entry(on=timezone.localdate(moment) if moment else None, heading=label, text=NOT_PROOFED)
    return Entry(
        on=timezone.localdate(moment) if moment is not None else None,
        heading=label,
        details=((FROM_PAPER.label, FROM_PAPER.yes),) if letter.from_paper else (),
        text=letter.body or ("手写，已交给学生。" if letter.handwritten else ""),
        advice=letter.advice,
        signature="　".join(member.teacher.name for member in letter.mentor.members.all()),
    )


register(
    Kind(
        key=RecordKind.LETTER,
        model=GrowthLetter,
        people="pupil",
        kept=("pupil", "body", "advice", "state", "return_reason", "handwritten"),
        unkept={
            **OF_EVERY_RECORD,
            "mentor": "the slot that owes it; who wrote is the version's own changed_by",
            **dict.fromkeys(("signature", "findings"), "follows from the text"),
            "known_findings": "what the writer was reminded of, no word of the letter",
            **dict.fromkeys(
                (
                    "handed_in_at", "released_at", "released_by", "read_at", "accepted_at", "accepted_by", "edited_at",
                    "edited_by", "release_at", "corrected_at",
                ),
                "a step of its way to the family, which the audit log tells",
            ),
        },
        prose=("body", "advice"),
        forms=(FormKey("letter/#/#", _form, "desk:letter_desk"),),
        # A letter keeps its key while it is written on.
        sent=Q(state=LetterState.RELEASED),
        deletion=Deletion(
            own=_own,
            writes=can_write_letter,
            held=_held,
            # The lock under which a new letter of the term would be begun.
            lock=lambda letter: Pupil.objects.select_for_update(no_key=True).get(pk=letter.pupil_id),
            clash=_clash,
        ),
        printed=Printed(
            heading="反馈",
            word="寄语",
            rows=lambda rows: rows.filter(state__in=PRINTED_LETTERS).prefetch_related("mentor__members__teacher"),
            entry=_entry,
            text=("body", "advice"),
            unshown=dict.fromkeys(
                ("state", "return_reason", "handwritten"), "how the letter came about, which is no part of its text"
            ),
        ),
    )
)  # fmt: skip


class LetterFindings(DomainError):
    """The checks found something, and nothing was saved; `findings` are to be shown."""

    def __init__(self, code: str, message: str, findings: Sequence[Finding]) -> None:
        super().__init__(code, message)
        self.findings = tuple(findings)


class LetterBlocked(LetterFindings):
    """The plan wants these findings settled before the letter is handed in."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("letter_blocked", "按本校方案，有几处要先改好才能交稿，已经在文字下面列出。", findings)


class LetterAsked(LetterFindings):
    """Nobody has waved these findings aside yet: whoever hands in is asked once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("letter_asked", f"还没有交：{len(findings)} 处请再看一看，已经在文字下面列出。", findings)


def _own_mentor(actor: Actor, pupil: Pupil, term: Term) -> Mentor:
    if pupil.school_id != actor.school_id or term.school_id != actor.school_id:
        raise DomainError("other_school", "这位学生不属于本校。")
    held = Assignment.objects.held_by(actor).lasting(term.year).main()
    assignment = held.select_related("mentor").filter(pupil=pupil).first()
    if actor.user_id is None or assignment is None:
        raise DomainError("not_allowed", "只能为自己指导的学生写寄语。")
    return assignment.mentor


def _save(
    actor: Actor,
    pupil: Pupil,
    term: Term,
    *,
    body: str,
    advice: str,
    version: int,
    submission: uuid.UUID,
    hand_in: bool,
    draft_key: str,
    handwritten: bool = False,
    known: Collection[str] | None = None,
) -> GrowthLetter:
    mentor = _own_mentor(actor, pupil, term)
    if not term.year.is_current:
        # Said before anything of the text is.
        _check_year(GrowthLetter.objects.present().filter(pupil=pupil, term=term).first(), term)
    body, advice = body.strip(), advice.strip()
    findings: list[Finding] = []
    if hand_in and not handwritten:
        if not body:
            raise DomainError("letter_empty", "寄语还没有写，写好后再交稿。")
        findings = check_for(actor, pupil, term, body, advice)
        if blocking := [finding for finding in findings if finding.severity == "blocking"]:
            raise LetterBlocked(blocking)
        left = open_lines(findings, body=body, advice=advice, known=known or ())
        if known is not None and left:
            raise LetterAsked([line.finding for line in left])
    with transaction.atomic():
        letter = _locked(pupil, term)
        _check_year(letter, term)
        if letter is not None and letter.submission == submission and version == 0 and letter.version == 1:
            # The first save came twice. Later versions were written by somebody who had seen this one.
            version = 1
        if letter is None:
            if GrowthLetter._base_manager.filter(submission=submission).exists():
                # The page is from before a letter that was deleted meanwhile, or it is forged.
                raise DomainError("submission_taken", "这个表单已经失效，请刷新页面后再写。")
            letter = GrowthLetter(
                school_id=pupil.school_id,
                pupil=pupil,
                term=term,
                mentor=mentor,
                submission=submission,
                created_by_id=actor.user_id or 0,
                version=0,
            )
        else:
            _check_version(letter, version)
            if letter.state == LetterState.HANDED_IN and not hand_in:
                raise DomainError("letter_handed_in", "这封寄语已经交稿，请直接修改后再次交稿。")
            keep_former(letter)
            if letter.mentor_id != mentor.pk:
                # Another slot carries it on: the former writer is no author of what is written from here.
                letter.created_by_id = actor.user_id or 0
        letter.body, letter.advice = body, advice
        letter.mentor = mentor
        letter.handwritten = handwritten
        letter.findings = codes_of(findings) if hand_in else None
        if known is not None:
            letter.known_findings = sorted(known)
        if hand_in:
            letter.state = LetterState.HANDED_IN
            letter.handed_in_at = now()
            letter.return_reason = ""
        _finish(actor, letter, verb="hand_in_letter" if hand_in else "save_letter")
        if draft_key:
            drop_draft(actor=actor, key=draft_key)
        return letter


def _locked(pupil: Pupil, term: Term) -> GrowthLetter | None:
    # The pupil's row is the lock: two mentors of one slot may begin the same letter at the same moment. The letter's
    # own row keeps 德育室 out, which releases and edits without asking for the pupil.
    Pupil.objects.select_for_update(no_key=True).get(pk=pupil.pk)
    letters = GrowthLetter.objects.present().filter(pupil=pupil, term=term)
    letter = letters.select_for_update(of=("self",)).first()
    if letter is not None:
        letter.pupil, letter.term = pupil, term
    return letter


def _check_year(letter: GrowthLetter | None, term: Term) -> None:
    """A former year is read; what 德育室 sent back is still the mentor's to hand in again."""
    if not term.year.is_current and (letter is None or letter.state != LetterState.RETURNED):
        raise DomainError("year_over", "这个学年已经结束，只能查看。德育室退回的，才能改好再交。")


def _check_version(letter: GrowthLetter, version: int) -> None:
    if letter.version != version:
        raise DomainError("changed_meanwhile", "这封寄语刚才在别处改过，下面是您的文字，请核对后再保存。")
    if letter.state == LetterState.RELEASED:
        raise DomainError("letter_released", "这封寄语已经发布给家长，不能再改。")


def _finish(actor: Actor, letter: GrowthLetter, *, verb: str) -> None:
    """What goes with every write of the mentor's: 德育室 has not read this text, its word and its set time are void."""
    letter.accepted_at, letter.accepted_by = None, None
    letter.edited_at, letter.edited_by = None, None
    letter.release_at, letter.released_by = None, None
    letter.version += 1
    sign_letter(letter=letter)
    letter.save()
    note_version(actor=actor, record=letter, act=VersionAct.CREATED if letter.version == 1 else VersionAct.UPDATED)
    refresh_ticks(year=letter.term.year, pupil_ids=[letter.pupil_id], on=actor.today)
    audit(actor=actor, verb=verb, target=letter, detail={"version": letter.version})


def save_letter_draft(
    *,
    actor: Actor,
    pupil: Pupil,
    term: Term,
    body: str,
    advice: str,
    version: int,
    submission: uuid.UUID,
    draft_key: str = "",
    known: Collection[str] | None = None,
) -> GrowthLetter:
    """Keep the letter as a draft. `version` is the one that the form showed, 0 for a new letter.

    `known` are the keys of findings that the writer has waved aside (`finding_key`); None leaves the stored ones.

    Raises DomainError `other_school`, `not_allowed`, `changed_meanwhile`, `letter_released`, `letter_handed_in`,
    `year_over`.
    """
    return _save(
        actor,
        pupil,
        term,
        body=body,
        advice=advice,
        version=version,
        submission=submission,
        hand_in=False,
        draft_key=draft_key,
        known=known,
    )


def hand_in_letter(
    *,
    actor: Actor,
    pupil: Pupil,
    term: Term,
    body: str,
    advice: str,
    version: int,
    submission: uuid.UUID,
    draft_key: str = "",
    known: Collection[str] | None = None,
) -> GrowthLetter:
    """Save the letter and hand it in to 德育室; its tick turns to √.

    `known` are the keys of the findings that the writer has waved aside; None where there is nobody to ask.
    Raises DomainError `letter_empty`, all of `save_letter_draft`, `LetterBlocked` for findings of checks that the
    plan wants settled first, and `LetterAsked` for others that are not known.
    """
    return _save(
        actor,
        pupil,
        term,
        body=body,
        advice=advice,
        version=version,
        submission=submission,
        hand_in=True,
        draft_key=draft_key,
        known=known,
    )


def mark_handwritten(
    *, actor: Actor, pupil: Pupil, term: Term, version: int, submission: uuid.UUID, draft_key: str = ""
) -> GrowthLetter:
    """The letter was written by hand on the lined sheet: it is handed in without a text; its tick turns to √.

    What was typed before stays in the record's history. Raises DomainError as `save_letter_draft` does.
    """
    return _save(
        actor,
        pupil,
        term,
        body="",
        advice="",
        version=version,
        submission=submission,
        hand_in=True,
        handwritten=True,
        draft_key=draft_key,
    )


def unmark_handwritten(*, actor: Actor, pupil: Pupil, term: Term, version: int) -> GrowthLetter:
    """It will be typed after all, or was marked by mistake: a draft again, its tick opens.

    Raises DomainError `other_school`, `not_allowed`, `not_handwritten`, `changed_meanwhile`, `letter_released`.
    """
    _own_mentor(actor, pupil, term)
    with transaction.atomic():
        letter = _locked(pupil, term)
        if letter is None or not letter.handwritten:
            raise DomainError("not_handwritten", "这封寄语没有标为手写，请刷新页面再看。")
        _check_year(letter, term)
        _check_version(letter, version)
        keep_former(letter)
        letter.handwritten = False
        letter.findings = None
        if letter.state != LetterState.RETURNED:
            letter.state, letter.handed_in_at = LetterState.DRAFT, None
        _finish(actor, letter, verb="unmark_handwritten")
        return letter


def wave_findings(*, actor: Actor, pupil: Pupil, term: Term, keys: Sequence[str], draft_key: str) -> None:
    """The writer has seen these findings and waves them aside: the letter, and what is typed, remember it.

    Neither version nor draft's stamp changes: no word did. Raises DomainError `other_school`, `not_allowed`.
    """
    _own_mentor(actor, pupil, term)
    with transaction.atomic():
        letter = _locked(pupil, term)
        if letter is not None:
            known = keys_in(" ".join([*letter.known_findings, *keys]))
            GrowthLetter.objects.filter(pk=letter.pk).update(known_findings=known)
        note_in_draft(actor=actor, key=draft_key, name="known", text=" ".join(keys))


@transaction.atomic
def mark_letter_read(*, letter: GrowthLetter) -> bool:
    """The family opens the letter as it is at hand; the first time is kept.

    False where it may not be shown: it was taken back or corrected at this moment. Whoever comes first, the family or
    德育室, holds the row.
    """
    same = GrowthLetter.objects.released().filter(pk=letter.pk, version=letter.version)
    if letter.read_at is not None:
        return True
    return bool(same.filter(read_at=None).update(read_at=now())) or same.exists()
