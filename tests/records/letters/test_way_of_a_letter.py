"""Proof-reading, releasing at a set time, writing by hand, families' replies: the services."""

import datetime
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.services import grant_role
from core.errors import DomainError
from notices.models import Notice
from records.desk.models import LetterReply, RecordVersion
from records.enums import LetterState, VersionAct
from records.letters.checks import Check
from records.letters.queries.desk import proofing_of, strokes
from records.letters.services.office import (
    OWN,
    OWN_ALONE,
    accept_letter,
    cancel_schedule,
    edit_letter_as_office,
    release_due,
    release_letters,
    return_letter,
    schedule_release,
)
from records.letters.services.replies import mark_reply_read, reply_to_letter
from records.letters.services.writing import LetterBlocked, hand_in_letter, mark_handwritten, unmark_handwritten
from records.models.records import GrowthLetter
from schools.models import Plan
from tests.cast import SINCE, SchoolCast
from tests.records.builders import LETTER, letter, partner_of, released_letter, term_of, tick_states

HOUR = datetime.timedelta(hours=1)


def again(found: GrowthLetter) -> GrowthLetter:
    return GrowthLetter.objects.get(pk=found.pk)


def rewrite(cast: SchoolCast, found: GrowthLetter, *, body: str = "换了一稿。", version: int = 1) -> GrowthLetter:
    return hand_in_letter(
        actor=cast.actor(cast.mentor),
        pupil=found.pupil,
        term=found.term,
        body=body,
        advice="",
        version=version,
        submission=found.submission,
    )


def notices(user: User) -> list[str]:
    return list(Notice.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def writing_office(cast: SchoolCast) -> User:
    """The mentor gets the role of 德育室 too."""
    grant_role(actor=cast.system, user=cast.mentor, role=Role.MORAL_OFFICE, school=cast.school, starts_on=SINCE)
    return cast.mentor


def fails(code: str) -> Any:
    return pytest.raises(DomainError, check=lambda error: error.code == code)


# --- Proof-reading ----------------------------------------------------------------------------------------------------
def test_an_accepted_letter_that_is_handed_in_again_waits_anew(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    office = qingzhu.actor(qingzhu.office)
    accepted = accept_letter(actor=office, letter=found, version=1)
    assert (accepted.state, accepted.accepted_by_id) == (LetterState.HANDED_IN, qingzhu.office.pk)
    rewrite(qingzhu, found)
    assert (again(found).accepted_at, again(found).accepted_by) == (None, None)
    with fails("changed_meanwhile"):
        accept_letter(actor=office, letter=found, version=1)


def test_the_mentor_sees_word_by_word_what_the_office_changed(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="你很有耐心。图书角很整齐。")
    edited = edit_letter_as_office(
        actor=qingzhu.actor(qingzhu.office), letter=found, body="你特别有耐心。图书角很整齐。", advice="", version=1
    )
    assert (edited.version, edited.edited_by_id, edited.accepted_by_id) == (2, qingzhu.office.pk, qingzhu.office.pk)
    acts = RecordVersion.objects.filter(record_id=found.pk).order_by("version").values_list("act", "changed_by")
    assert list(acts) == [(VersionAct.CREATED, qingzhu.mentor.pk), (VersionAct.PROOFED, qingzhu.office.pk)]
    proofing = proofing_of(edited)
    assert proofing is not None
    assert (proofing.who, "".join(s.text for s in proofing.body if s.kind != "out")) == ("德育韩", edited.body)
    assert [(s.kind, s.text) for s in proofing.body if s.kind != "same"] == [("out", "很"), ("in", "特别")]
    assert notices(qingzhu.mentor) == ["letter_edited"]
    rewrite(qingzhu, found, version=2)
    assert proofing_of(again(found)) is None


@pytest.mark.parametrize(
    "old, new", [("甲乙丙。丁", "甲乙。丁戊"), ("", "新"), ("旧", ""), ("同", "同"), ("一二三", "三二一")]
)
def test_the_strokes_hold_both_texts(old: str, new: str) -> None:
    marked = strokes(old, new)
    before = "".join(s.text for s in marked if s.kind != "in")
    after = "".join(s.text for s in marked if s.kind != "out")
    assert (before, after) == (("", "") if old == new else (old, new))


def test_an_edit_needs_a_text_and_a_change(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    office = qingzhu.actor(qingzhu.office)
    with fails("letter_empty"):
        edit_letter_as_office(actor=office, letter=found, body=" ", advice="", version=1)
    with fails("letter_unchanged"):
        edit_letter_as_office(actor=office, letter=found, body=LETTER, advice="", version=1)
    assert again(found).version == 1


def test_a_mentor_who_writes_on_an_edited_letter_is_told(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    edit_letter_as_office(actor=qingzhu.actor(qingzhu.office), letter=found, body="改过。", advice="", version=1)
    with fails("changed_meanwhile"):
        rewrite(qingzhu, found, version=1)
    assert again(found).body == "改过。"


def test_nobody_inspects_their_own(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(writing_office(qingzhu))
    own = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    acts: list[Callable[[], object]] = [
        lambda: accept_letter(actor=actor, letter=own, version=1),
        lambda: edit_letter_as_office(actor=actor, letter=own, body="改过。", advice="", version=1),
        lambda: return_letter(actor=actor, letter=own, reason="重写"),
    ]
    for act in acts:
        with fails("own_letter") as refusal:
            act()
        assert refusal.value.message == OWN
    term = term_of(qingzhu)
    assert release_letters(actor=actor, term=term, letter_ids=[own.pk]) == 0
    assert schedule_release(actor=actor, term=term, letter_ids=[own.pk], at=timezone.now() + HOUR) == 0
    assert release_letters(actor=qingzhu.actor(qingzhu.office), term=term, letter_ids=[own.pk]) == 1


def test_whoever_is_alone_in_the_office_is_told_what_to_do(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(writing_office(qingzhu))
    own = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    qingzhu.office.grants.update(ends_on=SINCE)
    with fails("own_letter") as refusal:
        accept_letter(actor=actor, letter=own, version=1)
    assert refusal.value.message == OWN_ALONE


def test_the_partner_of_a_shared_slot_does_not_inspect_it_either(qingzhu: SchoolCast) -> None:
    partner = partner_of(qingzhu)
    grant_role(actor=qingzhu.system, user=partner, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE)
    found = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    with fails("own_letter"):
        accept_letter(actor=qingzhu.actor(partner), letter=found, version=1)


@pytest.mark.parametrize("part", ["admin", "homeroom", "mentor", "colleague", "counsellor", "leader"])
def test_only_the_office_proofs(qingzhu: SchoolCast, part: str) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    actor = qingzhu.actor(qingzhu.people[part])
    with fails("not_allowed"):
        accept_letter(actor=actor, letter=found, version=1)
    with fails("not_allowed"):
        schedule_release(actor=actor, term=found.term, letter_ids=[found.pk], at=timezone.now() + HOUR)


def test_another_schools_office_does_not_know_the_letter(qingzhu: SchoolCast, other: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    with fails("other_school"):
        accept_letter(actor=other.actor(other.office), letter=found, version=1)
    with fails("other_school"):
        cancel_schedule(actor=other.actor(other.office), term=found.term, letter_ids=[found.pk])


def test_a_released_letter_never_changes(qingzhu: SchoolCast) -> None:
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    mentor, office, term = qingzhu.actor(qingzhu.mentor), qingzhu.actor(qingzhu.office), term_of(qingzhu)
    with fails("not_handed_in"):
        edit_letter_as_office(actor=office, letter=found, body="改过。", advice="", version=found.version)
    with fails("not_handed_in"):
        return_letter(actor=office, letter=found, reason="重写")
    with fails("letter_released"):
        rewrite(qingzhu, found, version=found.version)
    with fails("letter_released"):
        mark_handwritten(actor=mentor, pupil=found.pupil, term=term, version=found.version, submission=found.submission)
    assert release_letters(actor=office, term=term, letter_ids=[found.pk]) == 0
    assert (again(found).body, again(found).updated_at) == (LETTER, found.updated_at)


# --- Releasing --------------------------------------------------------------------------------------------------------
def test_a_batch_is_told_once_and_names_nobody(qingzhu: SchoolCast) -> None:
    letters = [letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils]
    release_letters(
        actor=qingzhu.actor(qingzhu.office), term=term_of(qingzhu), letter_ids=[found.pk for found in letters]
    )
    told = Notice.objects.get(recipient=qingzhu.mentor)
    assert (told.kind, told.body, told.link) == ("letters_released", "", "/my/letters/?term=2026-1")
    assert told.title == "德育室发布了您写的寄语，家长可以看到了"


def test_a_set_time_releases_what_was_not_changed_since(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, changed = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    office = qingzhu.actor(qingzhu.office)
    at = timezone.now() + HOUR
    assert schedule_release(actor=office, term=kept.term, letter_ids=[kept.pk, changed.pk], at=at) == 2
    rewrite(qingzhu, changed)
    assert release_due() == 0
    real_now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real_now() + 2 * HOUR)
    assert release_due() == 1
    assert release_due() == 0
    states = [(again(x).state, again(x).release_at) for x in (kept, changed)]
    assert states == [(LetterState.RELEASED, None), (LetterState.HANDED_IN, None)]
    assert again(kept).released_by_id == qingzhu.office.pk
    assert AuditEntry.objects.filter(verb="release_letters").count() == 1


def test_a_set_time_lies_ahead_and_can_be_cancelled(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    office = qingzhu.actor(qingzhu.office)
    with fails("time_past"):
        schedule_release(actor=office, term=found.term, letter_ids=[found.pk], at=timezone.now() - HOUR)
    with fails("time_far"):
        schedule_release(actor=office, term=found.term, letter_ids=[found.pk], at=timezone.now() + 9000 * HOUR)
    schedule_release(actor=office, term=found.term, letter_ids=[found.pk], at=timezone.now() + HOUR)
    assert cancel_schedule(actor=office, term=found.term, letter_ids=[found.pk]) == 1
    assert cancel_schedule(actor=office, term=found.term, letter_ids=[found.pk]) == 0
    assert (again(found).release_at, again(found).released_by) == (None, None)


@pytest.mark.parametrize("act", ["edit", "return"])
def test_what_the_office_does_to_a_text_takes_its_time_off(qingzhu: SchoolCast, act: str) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    office = qingzhu.actor(qingzhu.office)
    schedule_release(actor=office, term=found.term, letter_ids=[found.pk], at=timezone.now() + HOUR)
    if act == "edit":
        edit_letter_as_office(actor=office, letter=found, body="改过。", advice="", version=1)
    else:
        return_letter(actor=office, letter=found, reason="重写")
    assert again(found).release_at is None


# --- What the plan wants settled --------------------------------------------------------------------------------------
def test_a_check_of_the_plan_refuses_handing_in_and_names_its_findings(qingzhu: SchoolCast) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_blocking=[Check.RANKING])
    body = "你这次考了全班第三名，爸爸妈妈离婚以后你更懂事了。"
    with pytest.raises(LetterBlocked) as refusal:
        letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body=body)
    assert {finding.code for finding in refusal.value.findings} == {Check.RANKING}
    assert GrowthLetter.objects.filter(pupil=qingzhu.pupils[0]).exists() is False
    draft = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body=body, draft=True)
    assert draft.state == LetterState.DRAFT
    Plan.objects.filter(year=qingzhu.year).update(letter_blocking=[])
    assert rewrite(qingzhu, draft, body=body).state == LetterState.HANDED_IN


# --- By hand ----------------------------------------------------------------------------------------------------------
def test_a_letter_by_hand_is_handed_in_without_a_text(qingzhu: SchoolCast) -> None:
    pupil, term, mentor = qingzhu.pupils[0], term_of(qingzhu), qingzhu.actor(qingzhu.mentor)
    key = uuid.uuid4()
    done = mark_handwritten(actor=mentor, pupil=pupil, term=term, version=0, submission=key)
    assert (done.state, done.handwritten, done.body) == (LetterState.HANDED_IN, True, "")
    assert tick_states(qingzhu, pupil)["letter"] == "done"
    with fails("letter_handwritten"):
        edit_letter_as_office(actor=qingzhu.actor(qingzhu.office), letter=done, body="字", advice="", version=1)
    undone = unmark_handwritten(actor=mentor, pupil=pupil, term=term, version=1)
    assert (undone.state, undone.handwritten) == (LetterState.DRAFT, False)
    assert tick_states(qingzhu, pupil)["letter"] == "planned"
    with fails("not_handwritten"):
        unmark_handwritten(actor=mentor, pupil=pupil, term=term, version=2)
    with fails("not_allowed"):
        mark_handwritten(
            actor=qingzhu.actor(qingzhu.colleague), pupil=pupil, term=term, version=2, submission=uuid.uuid4()
        )


# --- Replies ----------------------------------------------------------------------------------------------------------
def test_a_reply_can_be_changed_until_the_mentor_has_read_it(qingzhu: SchoolCast) -> None:
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    reply_to_letter(letter=found, text="  谢谢\n老师。 ")
    reply = reply_to_letter(letter=found, text="谢谢老师，孩子很开心。")
    assert LetterReply.objects.count() == 1
    told = Notice.objects.filter(recipient=qingzhu.mentor, kind="letter_reply")
    link = f"/my/letters/{found.pupil_id}/?term=2026-1"
    assert [(n.title, n.body, n.link) for n in told] == [("您收到一条家长回音", "", link)]
    mark_reply_read(actor=qingzhu.actor(qingzhu.colleague), reply=reply)
    mark_reply_read(actor=qingzhu.actor(qingzhu.office), reply=reply)
    assert LetterReply.objects.get().read_at is None
    mark_reply_read(actor=qingzhu.actor(qingzhu.mentor), reply=reply)
    assert LetterReply.objects.get().read_at is not None
    with fails("reply_read"):
        reply_to_letter(letter=found, text="再说一句。")
    assert LetterReply.objects.get().text == "谢谢老师，孩子很开心。"


def test_a_reply_is_short_and_answers_a_released_letter(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    with fails("letter_not_released"):
        reply_to_letter(letter=found, text="谢谢")
    with fails("reply_empty"):
        reply_to_letter(letter=found, text="  ")
    with fails("reply_too_long"):
        reply_to_letter(letter=found, text="谢" * 201)
    assert LetterReply.objects.count() == 0


# --- At the same moment -----------------------------------------------------------------------------------------------
def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts in threads that start together; what each came to."""
    start = threading.Barrier(len(acts))
    results: dict[int, str] = {}

    def run(number: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            results[number] = "done"
        except DomainError as error:
            results[number] = error.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in range(len(acts))]


@pytest.mark.django_db(transaction=True)
def test_two_devices_hand_in_and_one_is_told(qingzhu: SchoolCast) -> None:
    draft = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], draft=True)
    results = at_once(
        lambda: rewrite(qingzhu, draft, body="甲稿。"),
        lambda: rewrite(qingzhu, draft, body="乙稿。"),
    )
    assert sorted(results) == ["changed_meanwhile", "done"]
    assert again(draft).body == ("甲稿。" if results[0] == "done" else "乙稿。")
    assert again(draft).version == 2


@pytest.mark.django_db(transaction=True)
def test_the_office_edits_while_the_mentor_hands_in_again(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    office = qingzhu.actor(qingzhu.office)
    results = at_once(
        lambda: edit_letter_as_office(actor=office, letter=found, body="德育室稿。", advice="", version=1),
        lambda: rewrite(qingzhu, found, body="导师稿。"),
    )
    assert sorted(results) == ["changed_meanwhile", "done"]
    assert again(found).body == ("德育室稿。" if results[0] == "done" else "导师稿。")


@pytest.mark.django_db(transaction=True)
def test_a_release_and_an_edit_at_once_leave_no_released_letter_that_changed(qingzhu: SchoolCast) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    seen, office = timezone.now(), qingzhu.actor(qingzhu.office)
    results = at_once(
        lambda: release_letters(actor=office, term=found.term, letter_ids=[found.pk], seen_at=seen),
        lambda: rewrite(qingzhu, found, body="导师稿。"),
    )
    after = again(found)
    if results[1] == "done":
        assert (after.state, after.body) == (LetterState.HANDED_IN, "导师稿。")
    else:
        assert (results[1], after.state, after.body) == ("letter_released", LetterState.RELEASED, LETTER)
    assert connection.is_usable()


@pytest.mark.parametrize(
    "seen", ["0001-01-01T00:00:00+00:00", "2026-13-40T00:00:00", "2026-11-18T10:00:00", "nonsense"]
)
def test_a_page_of_no_known_moment_releases_nothing(
    qingzhu: SchoolCast, client_of: Callable[[User], Client], seen: str
) -> None:
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    statuses = [
        client.post(reverse(f"office:{name}", args=[written.pk]), {"seen": seen, "reason": "再看看"}).status_code
        for name in ("letter", "return_letter")
    ]
    written.refresh_from_db()
    assert (statuses, written.state) == ([409, 409], LetterState.HANDED_IN)
