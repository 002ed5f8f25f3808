"""Who may log what, what a date may be, double posts, stale versions, and the way of a letter."""

import datetime
import uuid

import pytest

from accounts.models import AuditEntry
from core.errors import DomainError
from records.desk.services.briefs import write_brief
from records.desk.services.deletion import delete_note
from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit, update_talk
from records.enums import LetterState
from records.letters.services.office import release_letters, return_letter
from records.letters.services.writing import hand_in_letter, mark_letter_read, save_letter_draft
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import NoteVisibility
from students.models import Enrolment
from tests.cast import TODAY, SchoolCast
from tests.records.builders import LETTER, TEXT, letter, released_letter, talk, term_of, tick_states, visit

YESTERDAY = TODAY - datetime.timedelta(days=1)


def note(date: datetime.date = YESTERDAY) -> TalkData:
    return TalkData(date=date, visibility=NoteVisibility.TEAM)


def code_of(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.code


@pytest.mark.parametrize("part", ["colleague", "sharer", "office", "admin", "leader", "counsellor"])
def test_only_the_own_mentor_and_the_homeroom_teacher_log(qingzhu: SchoolCast, part: str) -> None:
    actor = qingzhu.actor(qingzhu.people[part])
    with pytest.raises(DomainError) as refused:
        log_talk(actor=actor, pupils=[qingzhu.pupils[0]], term=term_of(qingzhu), data=note(), submission=uuid.uuid4())
    assert (code_of(refused), HeartTalk.objects.count()) == ("not_allowed", 0)


def test_the_homeroom_teacher_logs_for_the_own_class_only(qingzhu: SchoolCast) -> None:
    talk(qingzhu, qingzhu.homeroom, qingzhu.pupils[0])
    with pytest.raises(DomainError) as refused:
        talk(qingzhu, qingzhu.homeroom, qingzhu.pupil_shared)
    assert (code_of(refused), HeartTalk.objects.count()) == ("not_allowed", 1)


def test_one_foreign_pupil_refuses_the_whole_talk(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], qingzhu.pupil_of_colleague)
    assert (code_of(refused), HeartTalk.objects.count()) == ("not_allowed", 0)
    assert tick_states(qingzhu, qingzhu.pupils[0]) == {}


def test_another_schools_pupil_is_refused_first(qingzhu: SchoolCast, other: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        talk(qingzhu, qingzhu.mentor, other.pupils[0])
    assert code_of(refused) == "other_school"


def test_another_schools_teacher_takes_no_part(qingzhu: SchoolCast, other: SchoolCast) -> None:
    stranger = other.slot.members.get().teacher
    with pytest.raises(DomainError) as refused:
        visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], teachers=[stranger])
    assert (code_of(refused), HomeVisit.objects.count()) == ("other_school", 0)


@pytest.mark.parametrize(
    "date, accepted",
    [
        (TODAY, True),
        (TODAY + datetime.timedelta(days=1), False),
        (datetime.date(2026, 6, 1), True),
        (datetime.date(2026, 5, 31), False),
    ],
)
def test_a_record_lies_between_last_summer_and_today(qingzhu: SchoolCast, date: datetime.date, accepted: bool) -> None:
    try:
        talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=date)
        problem = ""
    except DomainError as error:
        problem = error.code
    assert (problem, HeartTalk.objects.count()) == (("", 1) if accepted else ("date_out_of_range", 0))


def test_a_submission_that_is_another_persons_is_refused(qingzhu: SchoolCast) -> None:
    mine = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    with pytest.raises(DomainError) as refused:
        log_talk(
            actor=qingzhu.actor(qingzhu.colleague),
            pupils=[qingzhu.pupil_of_colleague],
            term=term_of(qingzhu),
            data=note(),
            submission=mine.submission,
        )
    assert (code_of(refused), HeartTalk.objects.count()) == ("submission_taken", 1)


def test_the_same_submission_twice_is_one_visit(qingzhu: SchoolCast) -> None:
    submission = uuid.uuid4()
    visits = [
        log_visit(
            actor=qingzhu.actor(qingzhu.mentor),
            pupil=qingzhu.pupils[0],
            term=term_of(qingzhu),
            data=VisitData(date=YESTERDAY, visibility=NoteVisibility.TEAM),
            teachers=(),
            submission=submission,
        )
        for _ in range(2)
    ]
    assert (visits[0].pk, HomeVisit.objects.count()) == (visits[1].pk, 1)


def test_a_stale_version_changes_nothing(qingzhu: SchoolCast) -> None:
    stored = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    actor = qingzhu.actor(qingzhu.mentor)
    update_talk(actor=actor, talk=stored, version=1, data=note(TODAY))
    with pytest.raises(DomainError) as refused:
        update_talk(actor=actor, talk=stored, version=1, data=note())
    stored.refresh_from_db()
    assert (code_of(refused), stored.date, stored.version) == ("changed_meanwhile", TODAY, 2)


def test_only_the_author_edits(qingzhu: SchoolCast) -> None:
    stored = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    with pytest.raises(DomainError) as refused:
        update_talk(actor=qingzhu.actor(qingzhu.homeroom), talk=stored, version=1, data=note())
    stored.refresh_from_db()
    assert (code_of(refused), stored.text) == ("not_allowed", TEXT)


def test_the_audit_holds_keys_and_never_a_text(qingzhu: SchoolCast) -> None:
    stored = talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    entry = AuditEntry.objects.get(verb="log_talk")
    assert (entry.target_id, entry.detail) == (stored.pk, {"pupils": 2})


def test_a_letter_goes_from_draft_to_the_family(qingzhu: SchoolCast) -> None:
    pupil, office = qingzhu.pupils[0], qingzhu.actor(qingzhu.office)
    draft = letter(qingzhu, qingzhu.mentor, pupil, draft=True)
    assert (draft.state, tick_states(qingzhu, pupil)) == (LetterState.DRAFT, {"letter": "planned"})

    def save(version: int, **values: str) -> GrowthLetter:
        return save_letter_draft(
            actor=qingzhu.actor(qingzhu.mentor),
            pupil=pupil,
            term=term_of(qingzhu),
            body=values.get("body", LETTER),
            advice="",
            version=version,
            submission=uuid.uuid4(),
        )

    assert save(1, body="改过的信。").version == 2
    assert release_letters(actor=office, term=term_of(qingzhu), letter_ids=[draft.pk]) == 0

    from_desk = letter_again(qingzhu, version=2)
    assert (from_desk.state, tick_states(qingzhu, pupil)) == (LetterState.HANDED_IN, {"letter": "done"})
    returned = return_letter(actor=office, letter=from_desk, reason="第二段写错了名字。")
    assert (returned.state, tick_states(qingzhu, pupil)) == (LetterState.RETURNED, {"letter": "planned"})
    handed_in = letter_again(qingzhu, version=4)
    assert handed_in.return_reason == ""
    assert release_letters(actor=office, term=term_of(qingzhu), letter_ids=[draft.pk]) == 1
    with pytest.raises(DomainError) as refused:
        save(5)
    assert code_of(refused) == "letter_released"
    assert tick_states(qingzhu, pupil) == {"letter": "done"}


def letter_again(cast: SchoolCast, *, version: int) -> GrowthLetter:
    from_actor = cast.actor(cast.mentor)
    return hand_in_letter(
        actor=from_actor,
        pupil=cast.pupils[0],
        term=term_of(cast),
        body=LETTER,
        advice="",
        version=version,
        submission=uuid.uuid4(),
    )


def test_an_empty_letter_is_not_handed_in(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body=" \n　")
    assert (code_of(refused), GrowthLetter.objects.count()) == ("letter_empty", 0)


@pytest.mark.parametrize("part", ["homeroom", "colleague", "office", "admin"])
def test_only_the_slot_that_owes_the_letter_writes_it(qingzhu: SchoolCast, part: str) -> None:
    with pytest.raises(DomainError) as refused:
        letter(qingzhu, qingzhu.people[part], qingzhu.pupils[0])
    assert (code_of(refused), GrowthLetter.objects.count()) == ("not_allowed", 0)


@pytest.mark.parametrize("part", ["mentor", "homeroom", "leader", "admin", "counsellor"])
def test_only_the_office_releases_and_returns(qingzhu: SchoolCast, part: str) -> None:
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    actor = qingzhu.actor(qingzhu.people[part])
    with pytest.raises(DomainError) as release:
        release_letters(actor=actor, term=term_of(qingzhu), letter_ids=[written.pk])
    with pytest.raises(DomainError) as back:
        return_letter(actor=actor, letter=written, reason="请改一下。")
    written.refresh_from_db()
    assert (code_of(release), code_of(back), written.state) == ("not_allowed", "not_allowed", "handed_in")


def test_the_first_reading_by_the_family_is_kept(qingzhu: SchoolCast) -> None:
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    mark_letter_read(letter=written)
    written.refresh_from_db()
    first = written.read_at
    mark_letter_read(letter=written)
    written.refresh_from_db()
    assert first is not None
    assert written.read_at == first


def test_an_unreleased_letter_is_never_marked_as_read(qingzhu: SchoolCast) -> None:
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    mark_letter_read(letter=written)
    written.refresh_from_db()
    assert written.read_at is None


def test_the_brief_is_one_clean_line_by_the_own_mentor(qingzhu: SchoolCast) -> None:
    place = Enrolment.objects.get(pupil=qingzhu.pupils[0])
    write_brief(actor=qingzhu.actor(qingzhu.mentor), enrolment=place, text="  喜欢足球，\n 需要鼓励。 ")
    place.refresh_from_db()
    assert place.brief == "喜欢足球， 需要鼓励。"
    with pytest.raises(DomainError) as refused:
        write_brief(actor=qingzhu.actor(qingzhu.colleague), enrolment=place, text="别人写的")
    place.refresh_from_db()
    assert (code_of(refused), place.brief) == ("not_allowed", "喜欢足球， 需要鼓励。")


def test_a_page_from_before_the_first_save_never_writes_over_later_versions(qingzhu: SchoolCast) -> None:
    pupil, key = qingzhu.pupils[0], uuid.uuid4()

    def save(body: str, version: int, submission: uuid.UUID = key) -> int:
        stored = save_letter_draft(
            actor=qingzhu.actor(qingzhu.mentor),
            pupil=pupil,
            term=term_of(qingzhu),
            body=body,
            advice="",
            version=version,
            submission=submission,
        )
        return stored.version

    assert (save("一", 0), save("一", 0), save("二", 2, uuid.uuid4())) == (1, 2, 3)
    with pytest.raises(DomainError) as refusal:
        save("旧页面", 0)
    assert (refusal.value.code, GrowthLetter.objects.get().body) == ("changed_meanwhile", "二")


def test_a_form_whose_record_was_deleted_meanwhile_is_not_called_saved(qingzhu: SchoolCast) -> None:
    actor, pupil, key = qingzhu.actor(qingzhu.mentor), qingzhu.pupils[0], uuid.uuid4()

    def write() -> HeartTalk:
        return log_talk(actor=actor, pupils=[pupil], term=term_of(qingzhu), data=note(), submission=key)

    delete_note(actor=actor, record=write())
    with pytest.raises(DomainError) as refusal:
        write()
    assert code_of(refusal) == "submission_taken"


def test_a_letters_key_is_never_used_for_another(qingzhu: SchoolCast) -> None:
    def write() -> GrowthLetter:
        return save_letter_draft(
            actor=qingzhu.actor(qingzhu.mentor),
            pupil=qingzhu.pupils[0],
            term=term_of(qingzhu),
            body=LETTER,
            advice="",
            version=0,
            submission=key,
        )

    key = uuid.uuid4()
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=write())
    with pytest.raises(DomainError) as refusal:
        write()
    assert code_of(refusal) == "submission_taken"
