"""Each act's traces, counted: its line in the audit, its notices, the version it makes, the draft that goes with it."""

import datetime
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.enums import AuditKind
from accounts.models import AuditEntry
from core.kept import forget_kept
from mentors.models.slots import Teacher
from notices.models import Notice
from records.care.services.tree_hole import TreeHoleData, enter_tree_hole_card, hand_in_tree_hole_card
from records.desk.models import Attachment, Draft, RecordVersion, VisitPlan
from records.desk.services.attachments import add_attachment, remove_attachment, restore_attachment
from records.desk.services.briefs import write_brief
from records.desk.services.deletion import delete_note, restore_note
from records.desk.services.drafts import save_draft
from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit, update_talk, update_visit
from records.desk.services.visit_plans import (
    cancel_visit_plan,
    change_visit_plan,
    hand_in_wish,
    plan_visits,
    restore_visit_plan,
)
from records.enums import BookStep, TreeHoleSubject, TreeHoleWish
from records.letters.services.office import cancel_schedule, return_letter, schedule_release
from records.letters.services.replies import mark_reply_read, reply_to_letter
from records.letters.services.writing import hand_in_letter, mark_handwritten, save_letter_draft, unmark_handwritten
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.papers.services.book_handling import mark_books, note_remark, undo_books
from records.services.ticks import rebuild_ticks
from schools.enums import NoteVisibility
from students.models import Enrolment
from students.services import issue_slips
from tests.cast import TODAY, SchoolCast
from tests.core.test_pictures import picture
from tests.records.builders import LETTER, letter, released_letter, talk, term_of, visit

Line = tuple[str, str, str, int | None]
TEAM = NoteVisibility.TEAM


@pytest.fixture(autouse=True)
def _files(own_folder: object) -> None:
    """Attachments go to a folder of the test."""


@contextmanager
def traced() -> Iterator[dict[str, list[Any]]]:
    """What the block leaves: audit lines (who, verb, of what, key), notices (kind, to whom), versions (act, number)."""
    last = [model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in (AuditEntry, Notice)]
    known = set(RecordVersion.objects.values_list("pk", flat=True))
    left: dict[str, list[Any]] = {}
    yield left
    entries = AuditEntry.objects.filter(pk__gt=last[0]).order_by("pk").select_related("user")
    left["audit"] = [(e.user.name if e.user else "", e.verb, e.target_type, e.target_id) for e in entries]
    notices = Notice.objects.filter(pk__gt=last[1]).order_by("pk").select_related("recipient")
    left["notices"] = [(n.kind, n.recipient.name) for n in notices]
    versions = RecordVersion.objects.exclude(pk__in=known).order_by("pk")
    left["versions"] = [(v.kind, v.act, v.version) for v in versions]


def note_of(cast: SchoolCast, kind: str, **values: Any) -> HomeVisit | HeartTalk:
    """A new note by the service, with whatever the form says."""
    pupil, actor, term = cast.pupils[0], cast.actor(cast.mentor), term_of(cast)
    key = uuid.uuid4()
    if kind == "visit":
        data = VisitData(date=TODAY, visibility=TEAM)
        return log_visit(actor=actor, pupil=pupil, term=term, data=data, teachers=(), submission=key, **values)
    return log_talk(
        actor=actor, pupils=[pupil], term=term, data=TalkData(date=TODAY, visibility=TEAM), submission=key, **values
    )


def edited(cast: SchoolCast, note: HomeVisit | HeartTalk, **values: Any) -> None:
    actor = cast.actor(cast.mentor)
    if isinstance(note, HomeVisit):
        data = VisitData(date=TODAY, visibility=TEAM, text="改过")
        update_visit(actor=actor, visit=note, version=1, data=data, teachers=(), **values)
    else:
        update_talk(
            actor=actor, talk=note, version=1, data=TalkData(date=TODAY, visibility=TEAM, text="改过"), **values
        )


# --- Notes ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind, model", [("visit", "records.homevisit"), ("talk", "records.hearttalk")])
def test_a_note_leaves_one_line_and_one_version_for_each_act(qingzhu: SchoolCast, kind: str, model: str) -> None:
    """Seen: a visit logged without its audit line, and no test failed."""
    actor = qingzhu.actor(qingzhu.mentor)
    with traced() as logged:
        note = note_of(qingzhu, kind)
    with traced() as changed:
        edited(qingzhu, note)
    with traced() as deleted:
        delete_note(actor=actor, record=note)
    with traced() as restored:
        restore_note(actor=actor, record=note)

    def expected(verb: str, act: str, version: int) -> dict[str, list[Any]]:
        return {
            "audit": [("林小满", f"{verb}_{kind}", model, note.pk)],
            "notices": [],
            "versions": [(kind, act, version)],
        }

    assert logged == expected("log", "created", 1)
    assert changed == expected("update", "updated", 2)
    assert (deleted["audit"], deleted["versions"][0][1]) == ([("林小满", f"delete_{kind}", model, note.pk)], "deleted")
    assert (restored["audit"], restored["versions"][0][1]) == (
        [("林小满", f"restore_{kind}", model, note.pk)],
        "restored",
    )


@pytest.mark.parametrize("kind", ["visit", "talk"])
def test_the_same_form_twice_leaves_the_traces_of_one(qingzhu: SchoolCast, kind: str) -> None:
    pupil, actor, key = qingzhu.pupils[0], qingzhu.actor(qingzhu.mentor), uuid.uuid4()
    with traced() as left:
        for _ in range(2):
            if kind == "visit":
                log_visit(
                    actor=actor, pupil=pupil, term=term_of(qingzhu), data=VisitData(date=TODAY, visibility=TEAM),
                    teachers=(), submission=key,
                )  # fmt: skip
            else:
                log_talk(
                    actor=actor, pupils=[pupil], term=term_of(qingzhu), data=TalkData(date=TODAY, visibility=TEAM),
                    submission=key,
                )  # fmt: skip
    assert ([line[1] for line in left["audit"]], len(left["versions"])) == ([f"log_{kind}"], 1)


def test_a_talk_with_several_pupils_is_one_line_that_counts_them(qingzhu: SchoolCast) -> None:
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    assert [(e.verb, e.detail) for e in AuditEntry.objects.filter(verb="log_talk")] == [("log_talk", {"pupils": 2})]


@pytest.mark.parametrize("kind", ["visit", "talk"])
def test_saving_a_note_takes_its_own_draft_along_and_no_other(qingzhu: SchoolCast, kind: str) -> None:
    actor = qingzhu.actor(qingzhu.mentor)
    keys = [f"{kind}/new/{pupil.pk}" for pupil in qingzhu.pupils]
    for key in keys:
        save_draft(actor=actor, key=key, content={"text": ["打到一半"]}, stamp="aaaaaaaaaaaa.1")
    note = note_of(qingzhu, kind, draft_key=keys[0])
    assert [d.key for d in Draft.objects.open()] == keys[1:]
    save_draft(actor=actor, key=f"{kind}/{note.pk}", content={"text": ["再改改"]}, stamp="aaaaaaaaaaaa.1")
    edited(qingzhu, note, draft_key=f"{kind}/{note.pk}")
    assert [d.key for d in Draft.objects.open()] == keys[1:]


@pytest.mark.parametrize("kind", ["visit", "talk"])
def test_each_act_on_a_note_turns_its_tick(qingzhu: SchoolCast, kind: str) -> None:
    """After each act the ticks are what a rebuild would make of the records."""
    actor = qingzhu.actor(qingzhu.mentor)
    note = note_of(qingzhu, kind)
    seen = [list(qingzhu.pupils[0].ticks.values_list("action", "state", "done_on"))]
    delete_note(actor=actor, record=note)
    seen.append(list(qingzhu.pupils[0].ticks.values_list("action", "state", "done_on")))
    restore_note(actor=actor, record=note)
    seen.append(list(qingzhu.pupils[0].ticks.values_list("action", "state", "done_on")))
    assert seen == [[(kind, "done", TODAY)], [], [(kind, "done", TODAY)]]
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []


# --- The lock of the ticks --------------------------------------------------------------------------------------------
@contextmanager
def locks_said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that take a row lock, and the first reading of each table of records, in their order.

    SQLite knows no row locks and Django says none there, so that a lock that is missing could only be seen elsewhere:
    here it is said all the same, noted, and taken off before the database reads it.
    """
    said: list[str] = []
    lock = re.compile(r" FOR (NO KEY )?UPDATE( OF \"\w+\")?")

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        # What stands in brackets, the grade of each pupil for one, is not what is locked.
        outer = sql
        while (flat := re.sub(r"\([^()]*\)", "", outer)) != outer:
            outer = flat
        table = re.search(r'FROM "(\w+)"', outer)
        if table is not None and sql.startswith("SELECT"):
            said.append(f"{'lock' if lock.search(sql) else 'read'} {table[1]}")
        return execute(sql if connection.vendor != "sqlite" else lock.sub("", sql), params, many, context)

    for feature in ("has_select_for_update", "has_select_for_no_key_update", "has_select_for_update_of"):
        monkeypatch.setattr(connection.features, feature, True)
    # What was compiled for SQLite says no lock, and what is compiled here is not for it.
    forget_kept()
    try:
        with connection.execute_wrapper(note):
            yield said
    finally:
        forget_kept()


def test_ticks_are_counted_under_the_lock_of_their_pupils(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen: without the lock no test failed; two records of one pupil at once would count one."""
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    for act in (
        lambda: talk(qingzhu, qingzhu.mentor, *qingzhu.pupils),
        lambda: rebuild_ticks(year=qingzhu.year, on=TODAY),
    ):
        with locks_said(monkeypatch) as said:
            act()
        locked = said.index("lock students_pupil")
        counted = max(n for n, line in enumerate(said) if line == "read records_homevisit")
        assert locked < counted < max(n for n, line in enumerate(said) if line == "read records_tick")
    # Only looking takes no lock.
    with locks_said(monkeypatch) as said:
        rebuild_ticks(year=qingzhu.year, on=TODAY, check=True)
    assert [line for line in said if line.startswith("lock")] == []


@pytest.mark.parametrize("act", ["edit", "delete", "restore", "hand_in", "return"])
def test_every_change_of_a_record_locks_it_first(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    actor = qingzhu.actor(qingzhu.mentor)
    note = note_of(qingzhu, "talk")
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], draft=act == "hand_in")
    if act == "restore":
        delete_note(actor=actor, record=note)
    with locks_said(monkeypatch) as said:
        if act == "edit":
            edited(qingzhu, note)
        elif act == "delete":
            delete_note(actor=actor, record=note)
        elif act == "restore":
            restore_note(actor=actor, record=note)
        elif act == "hand_in":
            letter_again(qingzhu, written)
        else:
            return_letter(actor=qingzhu.actor(qingzhu.office), letter=written, reason="请写具体些")
    table = "records_growthletter" if act in ("hand_in", "return") else "records_hearttalk"
    assert said.count(f"lock {table}") == 1


# --- Letters ----------------------------------------------------------------------------------------------------------
def letter_again(cast: SchoolCast, written: GrowthLetter, **values: Any) -> GrowthLetter:
    return hand_in_letter(
        actor=cast.actor(cast.mentor), pupil=written.pupil, term=written.term, body=LETTER, advice="",
        version=written.version, submission=written.submission, **values,
    )  # fmt: skip


def test_a_letter_leaves_one_line_and_one_version_for_each_act(qingzhu: SchoolCast) -> None:
    mentor, term, pupil = qingzhu.actor(qingzhu.mentor), term_of(qingzhu), qingzhu.pupils[0]

    def current() -> GrowthLetter:
        return GrowthLetter.objects.get()

    verbs = []
    acts: list[Callable[[], object]] = [
        lambda: letter(qingzhu, qingzhu.mentor, pupil, draft=True),
        lambda: letter_again(qingzhu, current()),
        lambda: return_letter(actor=qingzhu.actor(qingzhu.office), letter=current(), reason="请写具体些"),
        lambda: mark_handwritten(
            actor=mentor, pupil=pupil, term=term, version=current().version, submission=current().submission
        ),
        lambda: unmark_handwritten(actor=mentor, pupil=pupil, term=term, version=current().version),
    ]
    for act in acts:
        with traced() as left:
            act()
        ((who, verb, model, key),) = left["audit"]
        assert (model, key) == ("records.growthletter", current().pk)
        verbs.append((who, verb, [v[2] for v in left["versions"]], left["notices"]))
    assert verbs == [
        ("林小满", "save_letter", [1], []),
        ("林小满", "hand_in_letter", [2], []),
        ("德育韩", "return_letter", [3], [("letter_returned", "林小满")]),
        ("林小满", "hand_in_letter", [4], []),
        ("林小满", "unmark_handwritten", [5], []),
    ]


def test_handing_in_takes_the_draft_along(qingzhu: SchoolCast) -> None:
    key = f"letter/{qingzhu.pupils[0].pk}/{term_of(qingzhu).pk}"
    save_draft(actor=qingzhu.actor(qingzhu.mentor), key=key, content={"body": ["打到一半"]}, stamp="aaaaaaaaaaaa.1")
    written = save_letter_draft(
        actor=qingzhu.actor(qingzhu.mentor), pupil=qingzhu.pupils[0], term=term_of(qingzhu), body=LETTER, advice="",
        version=0, submission=uuid.uuid4(), draft_key=key,
    )  # fmt: skip
    assert list(Draft.objects.open()) == []
    save_draft(actor=qingzhu.actor(qingzhu.mentor), key=key, content={"body": ["再改改"]}, stamp="bbbbbbbbbbbb.1")
    letter_again(qingzhu, written, draft_key=key)
    assert list(Draft.objects.open()) == []


def test_setting_a_time_and_taking_it_off_are_logged_with_their_numbers(qingzhu: SchoolCast) -> None:
    office, term = qingzhu.actor(qingzhu.office), term_of(qingzhu)
    keys = [letter(qingzhu, qingzhu.mentor, pupil).pk for pupil in qingzhu.pupils]
    at = timezone.now() + datetime.timedelta(days=2)
    schedule_release(actor=office, term=term, letter_ids=keys, at=at)
    cancel_schedule(actor=office, term=term, letter_ids=keys[:1])
    entries = AuditEntry.objects.filter(verb__in=("schedule_letters", "cancel_schedule")).order_by("pk")
    assert [(e.user, e.verb, e.target_id, e.detail) for e in entries] == [
        (qingzhu.office, "schedule_letters", term.pk, {"count": 2, "at": at.isoformat()}),
        (qingzhu.office, "cancel_schedule", term.pk, {"count": 1}),
    ]


def test_a_reply_tells_each_mentor_of_the_slot_and_its_reading_is_logged_once(qingzhu: SchoolCast) -> None:
    written = released_letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    with traced() as left:
        reply = reply_to_letter(letter=written, text="谢谢老师。")
    assert left["audit"] == [("", "reply_to_letter", "records.growthletter", written.pk)]
    assert left["notices"] == [("letter_reply", "陶然")]
    with traced() as left:
        for _ in range(2):
            mark_reply_read(actor=qingzhu.actor(qingzhu.sharer), reply=reply)
    assert left["audit"] == [("陶然", "read_reply", "records.letterreply", reply.pk)]
    assert AuditEntry.objects.get(verb="read_reply").kind == AuditKind.READ


# --- Beside the records -----------------------------------------------------------------------------------------------
def test_files_beside_a_record_are_logged(qingzhu: SchoolCast) -> None:
    note, actor = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), qingzhu.actor(qingzhu.mentor)
    key = uuid.uuid4()
    with traced() as left:
        add_attachment(actor=actor, record=note, data=picture(), name="照片.jpg", submission=key)
        added = add_attachment(actor=actor, record=note, data=picture(), name="照片.jpg", submission=key)
        remove_attachment(actor=actor, attachment=added)
        restore_attachment(actor=actor, attachment=Attachment.objects.get())
    assert left["audit"] == [
        ("林小满", f"{verb}_attachment", "records.attachment", added.pk) for verb in ("add", "remove", "restore")
    ]
    assert AuditEntry.objects.get(verb="add_attachment").detail == {"visit": note.pk}


def test_a_brief_is_logged_without_its_words(qingzhu: SchoolCast) -> None:
    row = Enrolment.objects.get(pupil=qingzhu.pupils[0])
    with traced() as left:
        write_brief(actor=qingzhu.actor(qingzhu.mentor), enrolment=row, text="喜欢足球")
    assert left["audit"] == [("林小满", "write_brief", "students.enrolment", row.pk)]
    assert AuditEntry.objects.get(verb="write_brief").detail == {}


def test_planned_visits_are_logged_and_whoever_joins_is_told_once_a_day(qingzhu: SchoolCast) -> None:
    homeroom, term = qingzhu.actor(qingzhu.homeroom), term_of(qingzhu)
    joins = list(Teacher.objects.filter(user__in=[qingzhu.homeroom, qingzhu.mentor]))
    day = TODAY + datetime.timedelta(days=3)
    with traced() as left:
        plans = plan_visits(actor=homeroom, term=term, pupils=qingzhu.pupils, date=day, teachers=joins)
    assert left["audit"] == [("何知秋", "plan_visits", "schools.term", term.pk)]
    assert left["notices"] == [("visit_plan", "林小满")]
    assert AuditEntry.objects.get(verb="plan_visits").detail == {"pupils": 2}
    with traced() as left:
        change_visit_plan(actor=homeroom, plan=plans[0], date=day, time=None, teachers=joins, remark="改了")
        cancel_visit_plan(actor=homeroom, plan=plans[0])
        restore_visit_plan(actor=homeroom, plan=plans[0])
    verbs = ("change_visit_plan", "cancel_visit_plan", "restore_visit_plan")
    assert left["audit"] == [("何知秋", verb, "records.visitplan", plans[0].pk) for verb in verbs]
    assert left["notices"] == []


def test_a_logged_visit_closes_its_plan_and_opens_it_again_when_it_goes(qingzhu: SchoolCast) -> None:
    plan_visits(
        actor=qingzhu.actor(qingzhu.homeroom), term=term_of(qingzhu), pupils=[qingzhu.pupils[0]], date=TODAY
    )  # fmt: skip
    note = note_of(qingzhu, "visit")
    states = [VisitPlan.objects.values_list("state", "visit_id").get()]
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=note)
    states.append(VisitPlan.objects.values_list("state", "visit_id").get())
    assert states == [("done", note.pk), ("planned", None)]


def test_a_familys_wish_is_logged_when_it_is_given_and_taken_back(qingzhu: SchoolCast) -> None:
    pupil, term = qingzhu.pupils[0], term_of(qingzhu)
    slip = issue_slips(actor=qingzhu.actor(qingzhu.homeroom), pupils=[pupil])[pupil.pk]
    with traced() as left:
        wish = hand_in_wish(slip=slip, term=term, text="周末下午")
        assert wish is not None
        key = wish.pk
        for _ in range(2):
            hand_in_wish(slip=slip, term=term, text="")
    assert left["audit"] == [
        ("", "hand_in_visit_wish", "records.visitwish", key),
        ("", "withdraw_visit_wish", "students.familyslip", slip.pk),
    ]


def test_a_card_by_slip_is_logged_and_told_and_one_from_paper_is_logged(qingzhu: SchoolCast) -> None:
    pupil, receiver = qingzhu.pupils[0], Teacher.objects.get(user=qingzhu.colleague)
    slip = issue_slips(actor=qingzhu.actor(qingzhu.homeroom), pupils=[pupil])[pupil.pk]
    data = TreeHoleData(
        subject=TreeHoleSubject.STUDY, text="我有点怕考试。", wish=TreeHoleWish.TALK, may_tell_home=False
    )
    with traced() as left:
        card = hand_in_tree_hole_card(slip=slip, teacher=receiver, data=data, submission=uuid.uuid4())
    assert left["audit"] == [("", "hand_in_card", "records.treeholecard", card.pk)]
    assert left["notices"] == [("card", "苏禾")]
    with traced() as left:
        paper = enter_tree_hole_card(
            actor=qingzhu.actor(qingzhu.mentor), pupil=pupil, data=data, submission=uuid.uuid4()
        )  # fmt: skip
    assert left["audit"] == [("林小满", "enter_card", "records.treeholecard", paper.pk)]
    assert left["notices"] == []


def test_book_handling_is_logged_with_step_and_number(qingzhu: SchoolCast) -> None:
    office, term = qingzhu.actor(qingzhu.office), term_of(qingzhu)
    slots = [qingzhu.slot.pk, qingzhu.slot_colleague.pk]
    with traced() as left:
        mark_books(actor=office, term=term, mentors=slots, step=BookStep.ISSUED, on=TODAY)
        undo_books(actor=office, term=term, mentors=slots[:1], step=BookStep.ISSUED)
        # What is not at that step changes nothing and leaves nothing.
        undo_books(actor=office, term=term, mentors=slots[:1], step=BookStep.ISSUED)
        note_remark(actor=office, term=term, mentor=qingzhu.slot, remark="缺封面")
    assert left["audit"] == [
        ("德育韩", "mark_books", "schools.term", term.pk),
        ("德育韩", "undo_books", "schools.term", term.pk),
        ("德育韩", "book_remark", "mentors.mentor", qingzhu.slot.pk),
    ]
    details = [AuditEntry.objects.get(verb=verb).detail for verb in ("mark_books", "undo_books")]
    assert details == [{"step": "issued", "count": 2, "on": TODAY.isoformat()}, {"step": "issued", "count": 1}]
