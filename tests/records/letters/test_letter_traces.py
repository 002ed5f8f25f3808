"""What each act on a letter leaves, whole: the row, audit line, version and notice; and what each refusal says."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from core.errors import DomainError
from mentors.board.services.supporting import add_supporting
from notices.models import Notice
from records.desk.models import RecordVersion
from records.desk.services.deletion import delete_note, restore_note
from records.enums import LetterState, VersionAct
from records.kinds import kind_of
from records.letters.services.after_release import correct_letter, withdraw_letter, withdraw_letters
from records.letters.services.office import (
    accept_letter,
    edit_letter_as_office,
    release_due,
    release_letters,
    return_letter,
    schedule_release,
)
from records.letters.services.writing import (
    LetterAsked,
    hand_in_letter,
    mark_handwritten,
    mark_letter_read,
    save_letter_draft,
    unmark_handwritten,
)
from records.models.records import GrowthLetter
from schools.models import Term
from tests.cast import SchoolCast
from tests.records.builders import LETTER, letter, partner_of, released_letter, term_of

HOUR = datetime.timedelta(hours=1)
FURTHEST = datetime.timedelta(days=200)
MARK = "你考了98分。"
# Long enough for a signature of its own.
LONG = f"{MARK}还记得那个下午，你一个人留下来，把图书角的每一本书都擦干净，再按高矮排好。老师在窗外看了很久，心里很暖。"
LINK = "/my/letters/?term=2026-1"


def again(found: GrowthLetter) -> GrowthLetter:
    return GrowthLetter.objects.get(pk=found.pk)


def audited(*verbs: str) -> list[tuple[Any, ...]]:
    rows = AuditEntry.objects.filter(verb__in=verbs).order_by("pk")
    return [(e.verb, e.user, e.target_type, e.target_id, e.detail) for e in rows]


def told(kind: str) -> list[tuple[Any, ...]]:
    rows = Notice.objects.filter(kind=kind).order_by("recipient__name", "pk")
    return [(n.recipient.name, n.title, n.body, n.link) for n in rows]


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code, refusal.value.message


def steps(found: GrowthLetter) -> dict[str, Any]:
    """The steps of a letter's way as its row has them."""
    row = again(found)
    names = ("state", "version", "accepted_by", "edited_by", "released_by", "release_at", "return_reason", "findings")
    times = ("accepted_at", "edited_at", "released_at", "corrected_at", "read_at", "handed_in_at")
    return {n: getattr(row, n) for n in names} | {n: getattr(row, n) is not None for n in times}


FRESH = {
    "state": LetterState.HANDED_IN,
    "version": 1,
    "accepted_by": None,
    "edited_by": None,
    "released_by": None,
    "release_at": None,
    "return_reason": "",
    "findings": [],
    "accepted_at": False,
    "edited_at": False,
    "released_at": False,
    "corrected_at": False,
    "read_at": False,
    "handed_in_at": True,
}


@pytest.fixture
def handed_in(qingzhu: SchoolCast) -> GrowthLetter:
    """A letter of the shared slot, both of whose teachers have accounts; it waits with a set time."""
    partner_of(qingzhu)
    found = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    schedule_release(
        actor=qingzhu.actor(qingzhu.office), term=found.term, letter_ids=[found.pk], at=timezone.now() + HOUR
    )
    return again(found)


def test_accepting_keeps_the_time_and_tells_nobody(qingzhu: SchoolCast, handed_in: GrowthLetter) -> None:
    man = qingzhu.office
    for _press in range(2):
        accept_letter(actor=qingzhu.actor(man), letter=handed_in, version=1)
    assert steps(handed_in) == FRESH | {
        "accepted_by": man,
        "accepted_at": True,
        "released_by": man,
        "release_at": handed_in.release_at,
    }
    assert audited("accept_letter") == [("accept_letter", man, "records.growthletter", handed_in.pk, {"version": 1})]
    assert Notice.objects.count() == 0


def test_an_edit_is_checked_anew_noted_and_told_to_both_teachers(qingzhu: SchoolCast, handed_in: GrowthLetter) -> None:
    man, signed = qingzhu.office, handed_in.signature
    for _press in range(2):
        edit_letter_as_office(actor=qingzhu.actor(man), letter=handed_in, body=f" {LONG} ", advice=" ", version=1)
    row = again(handed_in)
    assert (row.body, row.advice, bytes(row.signature) == bytes(signed)) == (LONG, "", False)
    assert steps(handed_in) == FRESH | {
        "version": 2,
        "accepted_by": man,
        "accepted_at": True,
        "edited_by": man,
        "edited_at": True,
        "findings": ["ranking"],
    }
    assert row.accepted_at == row.edited_at
    assert audited("edit_letter") == [("edit_letter", man, "records.growthletter", row.pk, {"version": 2})]
    versions = RecordVersion.objects.filter(record_id=row.pk).order_by("version")
    assert [(v.version, v.act, v.changed_by_id, v.fields["body"]) for v in versions] == [
        (1, VersionAct.CREATED, qingzhu.sharer.pk, LETTER),
        (2, VersionAct.PROOFED, man.pk, LONG),
    ]
    title = "德育室改动了您交的寄语，请看一看改了哪里"
    assert told("letter_edited") == [("石磊", title, "", LINK), ("陶然", title, "", LINK)]


def test_a_return_voids_what_stood_and_is_told(qingzhu: SchoolCast, handed_in: GrowthLetter) -> None:
    man = qingzhu.office
    accept_letter(actor=qingzhu.actor(man), letter=handed_in, version=1)
    for _press in range(2):
        return_letter(actor=qingzhu.actor(man), letter=handed_in, reason=" 请写具体些 ", version=1)
    assert steps(handed_in) == FRESH | {"state": LetterState.RETURNED, "version": 2, "return_reason": "请写具体些"}
    assert audited("return_letter") == [("return_letter", man, "records.growthletter", handed_in.pk, {})]
    title = "有寄语退回，请按说明改好再交"
    assert told("letter_returned") == [("石磊", title, "", LINK), ("陶然", title, "", LINK)]


def test_a_release_due_names_who_set_the_time(
    qingzhu: SchoolCast, handed_in: GrowthLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + HOUR)
    assert release_due() == 1
    assert steps(handed_in) == FRESH | {
        "state": LetterState.RELEASED,
        "released_by": qingzhu.office,
        "released_at": True,
    }
    assert audited("release_letters") == [
        ("release_letters", None, "schools.term", handed_in.term_id, {"count": 1, "scheduled": True})
    ]
    title = "德育室发布了您写的寄语，家长可以看到了"
    assert told("letters_released") == [("石磊", title, "", LINK), ("陶然", title, "", LINK)]


def test_letters_released_one_by_one_are_told_once_a_day_and_each_batch_once(qingzhu: SchoolCast) -> None:
    term, actor = term_of(qingzhu), qingzhu.actor(qingzhu.office)
    keys = [letter(qingzhu, qingzhu.mentor, pupil).pk for pupil in qingzhu.pupils]
    for key in keys:
        assert release_letters(actor=actor, term=term, letter_ids=[key]) == 1
    assert len(told("letters_released")) == 1
    assert withdraw_letters(actor=actor, term=term, letter_ids=keys) == 2
    assert release_letters(actor=actor, term=term, letter_ids=keys) == 2
    assert len(told("letters_released")) == 2
    assert [line[4] for line in audited("release_letters")] == [{"count": 1}, {"count": 1}, {"count": 2}]


def test_what_is_taken_back_stands_as_before_the_release(qingzhu: SchoolCast) -> None:
    man, term = qingzhu.office, term_of(qingzhu)
    actor = qingzhu.actor(man)
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    other_one = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    withdraw_letter(actor=actor, letter=found)
    assert steps(found) == FRESH
    assert withdraw_letters(actor=actor, term=term, letter_ids=[found.pk, other_one.pk]) == 1
    assert withdraw_letters(actor=actor, term=term, letter_ids=[found.pk, other_one.pk]) == 0
    assert audited("withdraw_letters") == [
        ("withdraw_letters", man, "records.growthletter", found.pk, {"count": 1}),
        ("withdraw_letters", man, "schools.term", term.pk, {"count": 1}),
    ]
    # Each is told: they went out and came back one by one.
    title = "德育室撤回了您写的寄语，家长暂时看不到"
    assert told("letters_withdrawn") == [("林小满", title, "", LINK)] * 2


def test_a_correction_is_checked_anew_and_is_to_be_read_again(qingzhu: SchoolCast) -> None:
    man = qingzhu.office
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    mark_letter_read(letter=found)
    for _press in range(2):
        correct_letter(actor=qingzhu.actor(man), letter=found, body=f" {LONG}", advice="", version=1)
    row = again(found)
    assert (row.body, bytes(row.signature) == bytes(found.signature)) == (LONG, False)
    assert steps(found) == FRESH | {
        "state": LetterState.RELEASED,
        "version": 2,
        "released_by": man,
        "released_at": True,
        "edited_by": man,
        "edited_at": True,
        "corrected_at": True,
        "findings": ["ranking"],
    }
    assert row.corrected_at == row.edited_at
    assert audited("correct_letter") == [("correct_letter", man, "records.growthletter", row.pk, {"version": 2})]
    correct_letter(actor=qingzhu.actor(man), letter=row, body=LETTER, advice="", version=2)
    title = "德育室更正了一封已经发布的寄语，请看一看改了哪里"
    assert told("letter_corrected") == [("林小满", title, "", LINK)] * 2


def test_what_the_office_refuses_on_a_letter(qingzhu: SchoolCast, other: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    actor, leader, stranger = (
        qingzhu.actor(qingzhu.office),
        qingzhu.actor(qingzhu.leader),
        other.actor(other.office),
    )
    before = timezone.now() - HOUR

    def edit(body: str, version: int = 1) -> tuple[str, str]:
        return refused(lambda: edit_letter_as_office(actor=actor, letter=found, body=body, advice="", version=version))

    def back(reason: str, **more: Any) -> tuple[str, str]:
        return refused(lambda: return_letter(actor=actor, letter=found, reason=reason, **more))

    changed = ("changed_meanwhile", "导师刚刚又交了一稿，请看过新稿再发布或退回。")
    assert [
        refused(lambda: accept_letter(actor=stranger, letter=found, version=1)),
        refused(lambda: accept_letter(actor=leader, letter=found, version=1)),
        refused(lambda: accept_letter(actor=actor, letter=found, version=2)),
        edit(" "),
        edit(LETTER),
        edit(MARK, version=2),
        back(" "),
        back("改", version=2),
        back("改", seen_at=before),
    ] == [
        ("other_school", "这封寄语不属于本校。"),
        ("not_allowed", "只有德育室可以校对、退回和发布寄语。"),
        changed,
        ("letter_empty", "寄语不能改成空的。如果要重写，请退回给导师。"),
        ("letter_unchanged", "文字没有改动。如果不用改，请直接点“校对通过”。"),
        changed,
        ("reason_missing", "请写明退回的原因，方便导师修改。"),
        changed,
        changed,
    ]
    assert steps(found) == FRESH
    assert RecordVersion.objects.filter(record_id=found.pk).count() == 1


def test_what_the_office_refuses_on_many_letters(qingzhu: SchoolCast, other: SchoolCast) -> None:
    term, actor = term_of(qingzhu), qingzhu.actor(qingzhu.office)
    many: tuple[Callable[..., int], ...] = (release_letters, withdraw_letters)
    assert [
        *(refused(lambda a=act: a(actor=other.actor(other.office), term=term, letter_ids=[])) for act in many),  # type: ignore[misc]
        *(refused(lambda a=act: a(actor=qingzhu.actor(qingzhu.leader), term=term, letter_ids=[])) for act in many),  # type: ignore[misc]
        refused(lambda: schedule_release(actor=actor, term=term, letter_ids=[], at=timezone.now() - HOUR)),
        refused(lambda: schedule_release(actor=actor, term=term, letter_ids=[], at=timezone.now() + FURTHEST + HOUR)),
    ] == [
        *[("other_school", "这个学期不属于本校。")] * 2,
        *[("not_allowed", "只有德育室可以发布寄语。")] * 2,
        ("time_past", "发布时间已经过了，请选一个以后的时间，或直接发布。"),
        ("time_far", "发布时间太远了，请检查日期。"),
    ]
    near = timezone.now() + FURTHEST - HOUR
    assert schedule_release(actor=actor, term=term, letter_ids=[], at=near) == 0


def test_what_is_refused_after_the_release(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.office)
    waits = letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])

    def fix(which: GrowthLetter, body: str, version: int = 1) -> tuple[str, str]:
        return refused(lambda: correct_letter(actor=actor, letter=which, body=body, advice="", version=version))

    stale = again(waits)
    stale.version = 7
    said = [
        refused(lambda: withdraw_letter(actor=actor, letter=stale)),
        fix(waits, MARK),
        fix(found, MARK),
        fix(found, " "),
    ]
    mark_letter_read(letter=found)
    said += [refused(lambda: withdraw_letter(actor=actor, letter=found)), fix(found, LETTER), fix(found, MARK, 2)]
    assert said == [
        ("not_released", "这封寄语现在不是已发布状态，请刷新后再看。"),
        ("not_released", "这封寄语现在不是已发布状态，请刷新后再看。"),
        ("letter_unread", "家长还没有打开过：请先“撤回发布”，改好再发布，家长只会看到改好的。"),
        ("letter_empty", "寄语不能改成空的。"),
        (
            "letter_read",
            "家长已经打开过这封寄语，不能再撤回。要改内容，请用“更正”：家长会看到更正后的文字和更正的日期。",
        ),
        ("letter_unchanged", "文字没有改动，家长看到的还是原来的寄语。"),
        ("changed_meanwhile", "同事刚刚更正过这封寄语，请看过新的文字再改。"),
    ]
    assert (again(found).body, again(found).version) == (LETTER, 1)


def test_what_a_writer_is_refused(qingzhu: SchoolCast, other: SchoolCast) -> None:
    term, pupil, mentor = term_of(qingzhu), qingzhu.pupils[0], qingzhu.actor(qingzhu.mentor)
    key = uuid.uuid4()

    def write(save: Callable[..., GrowthLetter] = hand_in_letter, **more: Any) -> tuple[str, str]:
        said = {"actor": mentor, "pupil": pupil, "term": term, "body": LETTER, "advice": "", "version": 0} | more
        return refused(lambda: save(**{"submission": key, **said}))

    elsewhere = Term.objects.get(year=other.year, number=1)
    said = [
        write(term=elsewhere),
        write(pupil=other.pupils[0]),
        write(actor=qingzhu.actor(qingzhu.colleague)),
        write(actor=qingzhu.system),
        write(body=" \n"),
        write(body=MARK, known=[]),
        refused(lambda: unmark_handwritten(actor=mentor, pupil=pupil, term=term, version=0)),
    ]
    assert GrowthLetter.objects.count() == 0
    found = letter(qingzhu, qingzhu.mentor, pupil)
    said += [
        write(save_letter_draft, submission=uuid.uuid4(), version=1),
        write(submission=uuid.uuid4(), version=2),
        write(pupil=qingzhu.pupils[1], submission=found.submission),
    ]
    assert said == [
        ("other_school", "这位学生不属于本校。"),
        ("other_school", "这位学生不属于本校。"),
        ("not_allowed", "只能为自己指导的学生写寄语。"),
        ("not_allowed", "只能为自己指导的学生写寄语。"),
        ("letter_empty", "寄语还没有写，写好后再交稿。"),
        ("letter_asked", "还没有交：1 处请再看一看，已经在文字下面列出。"),
        ("not_handwritten", "这封寄语没有标为手写，请刷新页面再看。"),
        ("letter_handed_in", "这封寄语已经交稿，请直接修改后再次交稿。"),
        ("changed_meanwhile", "这封寄语刚才在别处改过，下面是您的文字，请核对后再保存。"),
        ("submission_taken", "这个表单已经失效，请刷新页面后再写。"),
    ]
    assert steps(found) == FRESH


def test_the_same_first_save_twice_is_one_letter(qingzhu: SchoolCast) -> None:
    key = uuid.uuid4()
    for body in (LETTER, MARK):
        save_letter_draft(
            actor=qingzhu.actor(qingzhu.mentor),
            pupil=qingzhu.pupils[0],
            term=term_of(qingzhu),
            body=f" {body} ",
            advice=" 多读书 ",
            version=0,
            submission=key,
        )
    row = GrowthLetter.objects.get()
    assert (row.body, row.advice, row.version) == (MARK, "多读书", 2)
    assert steps(row) == FRESH | {
        "state": LetterState.DRAFT,
        "version": 2,
        "findings": None,
        "handed_in_at": False,
    }
    # A third one comes from somebody who has not seen the second.
    code, _message = refused(
        lambda: save_letter_draft(
            actor=qingzhu.actor(qingzhu.mentor),
            pupil=qingzhu.pupils[0],
            term=term_of(qingzhu),
            body=LETTER,
            advice="",
            version=0,
            submission=key,
        )
    )
    assert code == "changed_meanwhile"


def test_handing_in_keeps_what_was_waved_aside_and_voids_the_offices_word(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body=MARK)
    assert steps(found) == FRESH | {"findings": ["ranking"]}
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=found, version=1)
    again_in: dict[str, Any] = {
        "actor": qingzhu.actor(qingzhu.mentor),
        "pupil": found.pupil,
        "term": found.term,
        "body": MARK,
        "advice": "",
        "version": 1,
        "submission": found.submission,
    }
    with pytest.raises(LetterAsked) as asked:
        hand_in_letter(**again_in, known=[])
    assert [finding.code for finding in asked.value.findings] == ["ranking"]
    assert steps(found)["accepted_by"] == qingzhu.office
    hand_in_letter(**again_in)
    assert steps(found) == FRESH | {"version": 2, "findings": ["ranking"]}
    assert [line[4] for line in audited("hand_in_letter")] == [{"version": 1}, {"version": 2}]


def test_a_letter_by_hand_leaves_no_text_and_typing_it_after_all_a_draft(qingzhu: SchoolCast) -> None:
    pupil, term, mentor = qingzhu.pupils[0], term_of(qingzhu), qingzhu.actor(qingzhu.mentor)
    found = letter(qingzhu, qingzhu.mentor, pupil)
    mark_handwritten(actor=mentor, pupil=pupil, term=term, version=1, submission=found.submission)
    assert (again(found).body, again(found).handwritten) == ("", True)
    assert steps(found) == FRESH | {"version": 2}
    unmark_handwritten(actor=mentor, pupil=pupil, term=term, version=2)
    assert steps(found) == FRESH | {
        "state": LetterState.DRAFT,
        "version": 3,
        "findings": None,
        "handed_in_at": False,
    }
    versions = RecordVersion.objects.filter(record_id=found.pk).order_by("version")
    assert [(v.act, v.fields["body"], v.fields["handwritten"]) for v in versions] == [
        (VersionAct.CREATED, LETTER, False),
        (VersionAct.UPDATED, "", True),
        (VersionAct.UPDATED, "", False),
    ]


def test_a_deleted_draft_does_not_come_back_beside_another(qingzhu: SchoolCast) -> None:
    mentor, pupil = qingzhu.actor(qingzhu.mentor), qingzhu.pupils[0]
    old = letter(qingzhu, qingzhu.mentor, pupil, draft=True)
    delete_note(actor=mentor, record=old)
    new = letter(qingzhu, qingzhu.mentor, pupil, draft=True)
    assert refused(lambda: restore_note(actor=mentor, record=old)) == (
        "letter_again",
        "这个学期已经另写了一封，不能再恢复旧的。旧稿的文字还在“最近删除”里，可以从那里抄用。",
    )
    letter_kept = GrowthLetter.objects.get(pk=new.pk)
    assert letter_kept.deleted_at is None
    handed = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    assert refused(lambda: delete_note(actor=mentor, record=handed)) == (
        "letter_handed_in",
        "已经交稿或发布的寄语不能删除。需要修改时请联系德育室退回。",
    )


def test_the_list_of_what_does_not_print_calls_it_by_its_word(qingzhu: SchoolCast) -> None:
    printed = kind_of(letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])).printed
    assert (printed.word, printed.heading) == ("寄语", "反馈")  # type: ignore[union-attr]  # letters are printed


def test_a_supporting_mentor_writes_no_letter(qingzhu: SchoolCast) -> None:
    """Planted: whoever supports a pupil could write the letter that the main mentor owes."""
    pupil = qingzhu.pupils[0]
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=pupil, mentor=qingzhu.slot_colleague)
    said = refused(lambda: letter(qingzhu, qingzhu.colleague, pupil))
    assert (said, GrowthLetter.objects.count()) == (("not_allowed", "只能为自己指导的学生写寄语。"), 0)
