"""What 修改记录 and 最近删除 say, field by field: every field of every kind has its word, and both its values."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Teacher
from mentors.services.assignments import assign_pupil
from records.care.services.referrals import acknowledge, answer, close, refer, write_notes
from records.care.services.tree_hole import (
    TreeHoleData,
    answer_tree_hole_card,
    decide_home,
    enter_tree_hole_card,
    note_meeting,
)
from records.desk.models import RecordVersion
from records.desk.services.deletion import delete_note
from records.desk.services.drafts import save_draft
from records.desk.services.notes import TalkData, VisitData, update_talk, update_visit
from records.desk.services.readings import note_readings
from records.enums import Occasion, TalkForm, TreeHoleSubject, TreeHoleWish, VisitForm
from records.letters.services.office import return_letter
from records.letters.services.writing import hand_in_letter, mark_handwritten
from records.models.care import Referral
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import NoteVisibility, VisitOutcome
from schools.models import Plan
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.pages import by_class, text, texts, tree
from tests.records.builders import letter, partner_of, released_letter, talk, term_of, visit
from tests.records.test_desk_forms import filled
from tests.records.words import changes

ClientOf = Callable[[User], Client]
DAY = TODAY - datetime.timedelta(days=1)
Told = tuple[str, list[tuple[str, str, str]]]


def history(cast: SchoolCast, client_of: ClientOf, kind: str, pk: int, part: str = "mentor") -> list[Told]:
    """Each version as it is told: who did what, and of each field the word, what it was and what it became."""
    return told_at(client_of(cast.people[part]), reverse("desk:history", args=[kind, pk]))


def told_at(client: Client, url: str) -> list[Told]:
    response = client.get(url)
    assert response.status_code == 200
    found = []
    for entry in by_class(tree(response), "history-entry"):
        head = by_class(entry, "history-head")[0]
        changes = []
        for change in entry.iter("div"):
            before, after = (" ".join(texts(change, f"history-{name}")) for name in ("before", "after"))
            changes.append((text(next(change.iter("dt"))), before.removeprefix("原来："), after.removeprefix("改为：")))
        found.append((f"{text(head[0])} {text(head[1])}", changes))
    return found


def teacher(user: User) -> Teacher:
    return Teacher.objects.get(user=user)


# --- Fields -----------------------------------------------------------------------------------------------------------
def test_every_field_of_a_visit_has_its_word_and_both_values(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = visit(
        qingzhu, qingzhu.mentor, qingzhu.pupils[0], guardians_met="奶奶", text="旧内容", agreement="旧约定",
        teachers=[teacher(qingzhu.mentor), teacher(qingzhu.colleague)], follow_up_on=datetime.date(2026, 12, 8),
    )  # fmt: skip
    data = VisitData(
        date=TODAY, visibility=NoteVisibility.OFFICE, form=VisitForm.VIDEO, outcome=VisitOutcome.DECLINED,
        guardians_met="父亲", text="新内容", agreement="新约定", follow_up_on=datetime.date(2026, 12, 9),
    )  # fmt: skip
    update_visit(
        actor=qingzhu.actor(qingzhu.mentor), visit=note, version=1, data=data, teachers=[teacher(qingzhu.homeroom)]
    )
    changed, made = history(qingzhu, client_of, "visit", note.pk)
    assert changed == (
        "修改 林小满",
        changes(
            "visit",
            date=("2026年11月17日", "2026年11月18日"),
            outcome=("已完成", "家长婉拒"),
            form=("上门", "视频"),
            teachers=("林小满、苏禾", "何知秋"),
            guardians_met=("奶奶", "父亲"),
            text=("旧内容", "新内容"),
            agreement=("旧约定", "新约定"),
            follow_up_on=("2026年12月8日", "2026年12月9日"),
            visibility=("导师团", "德育室"),
        ),
    )
    assert made == (
        "登记 林小满",
        changes(
            "visit",
            date=("", "2026年11月17日"),
            outcome=("", "已完成"),
            form=("", "上门"),
            pupil=("", "安可儿"),
            teachers=("", "林小满、苏禾"),
            guardians_met=("", "奶奶"),
            text=("", "旧内容"),
            agreement=("", "旧约定"),
            follow_up_on=("", "2026年12月8日"),
            visibility=("", "导师团"),
        ),
    )


def test_every_field_of_a_talk_has_its_word_and_both_values(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = talk(
        qingzhu, qingzhu.mentor, *qingzhu.pupils, place="操场", strategies=["study", "mind"], text="旧内容",
        home_contacted=True,
    )  # fmt: skip
    data = TalkData(
        date=DAY, visibility=NoteVisibility.TEAM, form=TalkForm.PHONE, occasion=Occasion.AFTER_EXAM,
        strategies=["career"], text="", follow_up_on=datetime.date(2026, 12, 9),
    )  # fmt: skip
    update_talk(
        actor=qingzhu.actor(qingzhu.mentor), talk=note, version=1, data=data, pupils=[qingzhu.pupils[1]]
    )  # fmt: skip
    changed, made = history(qingzhu, client_of, "talk", note.pk)
    assert changed == (
        "修改 林小满",
        changes(
            "talk",
            form=("面对面", "电话"),
            occasion=("日常", "考试后"),
            pupils=("安可儿、白一诺", "白一诺"),
            strategies=("学业辅导、心理疏导", "生涯向导"),
            place=("操场", "（清空）"),
            text=("旧内容", "（清空）"),
            home_contacted=("是", "否"),
            follow_up_on=("", "2026年12月9日"),
        ),
    )
    assert made[1] == changes(
        "talk",
        date=("", "2026年11月17日"),
        form=("", "面对面"),
        occasion=("", "日常"),
        pupils=("", "安可儿、白一诺"),
        strategies=("", "学业辅导、心理疏导"),
        place=("", "操场"),
        text=("", "旧内容"),
        home_contacted=("", "是"),
        visibility=("", "导师团"),
    )


def test_every_field_of_a_letter_has_its_word_and_both_values(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil, term, mentor = qingzhu.pupils[0], term_of(qingzhu), qingzhu.actor(qingzhu.mentor)
    written = letter(qingzhu, qingzhu.mentor, pupil, body="旧正文", advice="旧建议", draft=True)
    key = written.submission
    hand_in_letter(
        actor=mentor, pupil=pupil, term=term, body="新正文", advice="新建议", version=1, submission=key
    )  # fmt: skip
    return_letter(actor=qingzhu.actor(qingzhu.office), letter=written, reason="请写具体些")
    mark_handwritten(actor=mentor, pupil=pupil, term=term, version=3, submission=key)
    assert history(qingzhu, client_of, "letter", written.pk) == [
        ("修改 林小满", [
            ("正文", "新正文", "（清空）"), ("成长建议", "新建议", "（清空）"), ("状态", "退回修改", "已交"),
            ("退回说明", "请写具体些", "（清空）"), ("手写", "否", "是"),
        ]),
        ("修改 德育韩", [("状态", "已交", "退回修改"), ("退回说明", "", "请写具体些")]),
        ("修改 林小满", [("正文", "旧正文", "新正文"), ("成长建议", "旧建议", "新建议"), ("状态", "草稿", "已交")]),
        ("登记 林小满", [
            ("学生", "", "安可儿"), ("正文", "", "旧正文"), ("成长建议", "", "旧建议"), ("状态", "", "草稿"),
            ("手写", "", "否"),
        ]),
    ]  # fmt: skip


def test_every_field_of_a_card_has_its_word_and_both_values(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    actor = qingzhu.actor(qingzhu.mentor)
    data = TreeHoleData(
        subject=TreeHoleSubject.STUDY, text="我有点怕考试。", wish=TreeHoleWish.TALK, may_tell_home=False
    )
    card = enter_tree_hole_card(actor=actor, pupil=qingzhu.pupils[0], data=data, submission=uuid.uuid4())
    answer_tree_hole_card(actor=actor, card=card, text="一起想办法。", version=1)
    note_meeting(actor=actor, card=card, on=DAY, version=2)
    decide_home(actor=actor, card=card, contacted=True, reason="请家长一起帮忙", version=3)
    told = told_at(client_of(qingzhu.mentor), reverse("tree_hole:history", args=[card.pk]))
    assert [line for _, changes in told for line in changes] == [
        ("家长", "还没决定", "已与家长沟通"),
        ("说明", "", "请家长一起帮忙"),
        ("约谈日期", "", "2026年11月17日"),
        ("回复", "", "一起想办法。"),
        ("家长", "", "还没决定"),
    ]


def test_every_field_of_a_referral_has_its_word_and_both_values(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    counsellor = qingzhu.actor(qingzhu.counsellor)
    found = refer(
        actor=qingzhu.actor(qingzhu.mentor), pupil=qingzhu.pupils[0], text="最近很沉默。", submission=uuid.uuid4()
    )
    acknowledge(actor=counsellor, referral=found)
    answer(actor=counsellor, referral=found, text="周四约谈。", version=Referral.objects.get().version)
    write_notes(actor=counsellor, referral=found, notes="谈了睡眠。", version=Referral.objects.get().version)
    close(actor=counsellor, referral=Referral.objects.get())
    told = told_at(client_of(qingzhu.counsellor), reverse("counsel:history", args=[found.pk]))
    assert [line for _, changes in told for line in changes] == [
        ("状态", "已接收", "已结束"),
        ("心理老师的记录", "", "谈了睡眠。"),
        ("回复", "", "周四约谈。"),
        ("状态", "等待接收", "已接收"),
        ("状态", "", "等待接收"),
    ]


def test_a_conflict_names_who_wrote_this_record_last(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """Seen: with the latest writer of any record no test failed."""
    client = client_of(qingzhu.mentor)
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="起初")
    url = reverse("desk:talk_edit", args=[note.pk])
    stale = filled(client.get(url), text="我想好的")
    client.post(url, filled(client.get(url), text="已经存了的"))
    visit(qingzhu, qingzhu.homeroom, qingzhu.pupils[0])
    assert client.post(url, stale).context["conflict"].who == "林小满"


def test_whoever_is_gone_is_said_to_be_gone(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], teachers=[teacher(qingzhu.colleague)])
    row = RecordVersion.objects.get(kind="visit", record_id=note.pk)
    row.fields |= {"teachers": [10**6], "pupil_id": 10**6}
    row.changed_by = None
    row.save()
    ((who, changes),) = history(qingzhu, client_of, "visit", note.pk)
    assert who == "登记 系统"
    assert [line for line in changes if "不在册" in line[2]] == [
        ("学生", "", "（已不在册）"), ("参加的老师", "", "（已不在册）"),
    ]  # fmt: skip


def test_a_value_that_no_list_knows_any_more_is_shown_as_it_is(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], strategies=["study"])
    row = RecordVersion.objects.get(kind="talk", record_id=note.pk)
    row.fields |= {"strategies": ["study", "former"], "form": "letter"}
    row.save()
    ((_, changes),) = history(qingzhu, client_of, "talk", note.pk)
    assert [line[2] for line in changes if line[0] in ("策略", "方式")] == ["letter", "学业辅导、former"]


def test_acts_have_their_words_and_the_latest_stands_first(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=note)
    client_of(qingzhu.mentor).post(reverse("desk:restore", args=["talk", note.pk]))
    told = history(qingzhu, client_of, "talk", note.pk)
    assert [(head, len(changes) > 0) for head, changes in told] == [
        ("恢复 林小满", False), ("删除 林小满", False), ("登记 林小满", True),
    ]  # fmt: skip


def test_the_head_names_all_pupils_and_the_day(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.mentor)
    pages = [tree(client.get(reverse("desk:history", args=a))) for a in (["talk", note.pk], ["letter", written.pk])]
    assert [text(by_class(page, "page-heading")[0]).split(" ", 1) for page in pages] == [
        ["谈心的修改记录", "安可儿、白一诺 11月17日（周二）"],
        ["成长寄语的修改记录", "安可儿 2026学年第一学期"],
    ]


def test_a_letter_is_called_as_the_plan_calls_it(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """Seen: 书面反馈 in the history, the list of deleted records and the drafts, another name on all other pages."""
    Plan.objects.filter(year=qingzhu.year).update(letter_label="成长激励卡")
    first, second = qingzhu.pupils
    gone = letter(qingzhu, qingzhu.mentor, first, draft=True)
    key = f"letter/{second.pk}/{gone.term_id}"
    save_draft(actor=qingzhu.actor(qingzhu.mentor), key=key, content={"body": ["半句"]}, stamp="0123456789.1")
    client = client_of(qingzhu.mentor)
    pages = [client.get(reverse("desk:history", args=["letter", gone.pk])), client.get(reverse("desk:home"))]
    pages += [client.post(reverse("desk:delete", args=["letter", gone.pk]), follow=True)]
    pages += [client.get(reverse("desk:deleted"))]
    words = ("成长激励卡的修改记录", "白一诺的成长激励卡", "已删除安可儿的成长激励卡", "安可儿的成长激励卡")
    said = [(word in page.content.decode()) for word, page in zip(words, pages, strict=True)]
    assert (said, ["书面反馈" in page.content.decode() for page in pages]) == ([True] * 4, [False] * 4)


# --- Who opened it ----------------------------------------------------------------------------------------------------
def test_readers_are_named_with_the_role_in_which_they_read(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    other_note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    for user in (qingzhu.office, qingzhu.homeroom, qingzhu.colleague, qingzhu.leader):
        note_readings(actor=qingzhu.actor(user), records=[note])
    url = reverse("desk:history", args=["visit", note.pk])
    page = tree(client_of(qingzhu.mentor).get(url))
    lines = [text(next(line.iter("span"))) for line in by_class(page, "reader-list")[0]]
    assert sorted(lines) == sorted(["德育室 德育韩", "班主任 何知秋", "导师 苏禾", "领导小组 程远"])
    # Only the author is told.
    assert by_class(tree(client_of(qingzhu.office).get(url)), "reader-list") == []
    page = tree(client_of(qingzhu.mentor).get(reverse("desk:history", args=["visit", other_note.pk])))
    assert text(page).count("还没有别人打开过这段文字。") == 1


# --- 最近删除 ---------------------------------------------------------------------------------------------------------
def deleted(cast: SchoolCast, client_of: ClientOf, user: User) -> list[tuple[str, list[str]]]:
    page = tree(client_of(user).get(reverse("desk:deleted")))
    found = []
    for entry in by_class(page, "deleted-entry"):
        strong, day, *_ = by_class(entry, "entry-head")[0]
        found.append((f"{text(strong)} {text(day)}", texts(entry, "entry-text")))
    return found


def test_the_list_of_deleted_records_shows_each_with_its_texts(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    actor, (first, second) = qingzhu.actor(qingzhu.mentor), qingzhu.pupils
    for record in (
        visit(qingzhu, qingzhu.mentor, first, text="家访的话", agreement="约定的话"),
        talk(qingzhu, qingzhu.mentor, first, second, text="谈心的话"),
        letter(qingzhu, qingzhu.mentor, second, body="信里的话", advice="建议的话", draft=True),
    ):
        delete_note(actor=actor, record=record)
    # A colleague's, and one that stands.
    delete_note(actor=qingzhu.actor(qingzhu.homeroom), record=visit(qingzhu, qingzhu.homeroom, first))
    talk(qingzhu, qingzhu.mentor, first)
    assert deleted(qingzhu, client_of, qingzhu.mentor) == [
        ("白一诺的成长寄语 第一学期", ["信里的话", "建议的话"]),
        ("安可儿、白一诺的谈心 11月17日（周二）", ["谈心的话"]),
        ("安可儿的家访 11月17日（周二）", ["家访的话", "约定的话"]),
    ]
    page = tree(client_of(qingzhu.mentor).get(reverse("desk:deleted")))
    assert all(line.endswith("保留到 12月18日") for line in [text(h[2]) for h in by_class(page, "entry-head")])


def test_what_was_deleted_more_than_thirty_days_ago_is_not_listed(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    for days in (29, 31):
        note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text=f"{days}天")
        delete_note(actor=qingzhu.actor(qingzhu.mentor), record=note)
        at = datetime.datetime.combine(TODAY, datetime.time(2), tzinfo=datetime.UTC) - datetime.timedelta(days=days)
        HomeVisit.objects.filter(pk=note.pk).update(deleted_at=at)
    assert [texts for _, texts in deleted(qingzhu, client_of, qingzhu.mentor)] == [["29天"]]


def test_a_shared_slots_deleted_letter_is_on_both_lists_and_a_released_one_on_none(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    partner = partner_of(qingzhu)
    written = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared, draft=True)
    delete_note(actor=qingzhu.actor(qingzhu.sharer), record=written)
    shown = [len(deleted(qingzhu, client_of, user)) for user in (qingzhu.sharer, partner, qingzhu.mentor)]
    assert shown == [1, 1, 0]
    GrowthLetter.objects.filter(pk=written.pk).update(state="handed_in")
    assert deleted(qingzhu, client_of, qingzhu.sharer) == []


def test_the_list_of_deleted_records_has_pages(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = EnrolmentFactory.create(school_class=qingzhu.class_one).pupil
    HeartTalk.objects.bulk_create(
        HeartTalk(
            school=qingzhu.school, term=term_of(qingzhu), date=DAY, text=f"第{n}次", visibility="team",
            created_by=qingzhu.homeroom, submission=uuid.uuid4(),
            deleted_at=datetime.datetime(2026, 11, 17, 1, n, tzinfo=datetime.UTC),
        )
        for n in range(45)
    )  # fmt: skip
    for note in HeartTalk.objects.all():
        note.pupils.add(pupil)
    client = client_of(qingzhu.homeroom)
    seen: list[str] = []
    for page in (1, 2, 3):
        shown = tree(client.get(reverse("desk:deleted"), {"page": page}))
        seen += [words for entry in by_class(shown, "deleted-entry") for words in texts(entry, "entry-text")]
    assert list(dict.fromkeys(seen)) == [f"第{n}次" for n in reversed(range(45))]


def test_the_list_of_deleted_records_costs_the_same_for_one_of_each_kind_and_for_three(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    """Seen: without the joins of the letters no test failed."""
    actor, client, counts = qingzhu.actor(qingzhu.mentor), client_of(qingzhu.mentor), []
    third = EnrolmentFactory.create(school_class=qingzhu.class_one).pupil
    assign_pupil(actor=qingzhu.system, pupil=third, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    for pupils in (qingzhu.pupils[:1], (qingzhu.pupils[1], third)):
        for pupil in pupils:
            for record in (
                visit(qingzhu, qingzhu.mentor, pupil),
                talk(qingzhu, qingzhu.mentor, pupil),
                letter(qingzhu, qingzhu.mentor, pupil, draft=True),
            ):
                delete_note(actor=actor, record=record)
        with CaptureQueriesContext(connection) as asked:
            page = tree(client.get(reverse("desk:deleted")))
        counts.append((len(by_class(page, "deleted-entry")), len(asked)))
    assert [shown for shown, _ in counts] == [3, 9]
    assert counts[0][1] == counts[1][1]


@pytest.mark.parametrize("kind", ["visit", "talk"])
def test_a_note_that_stands_has_no_way_back_and_a_deleted_one_has(
    qingzhu: SchoolCast, client_of: ClientOf, kind: str
) -> None:
    note: HomeVisit | HeartTalk | GrowthLetter
    note = (visit if kind == "visit" else talk)(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    url, client = reverse("desk:history", args=[kind, note.pk]), client_of(qingzhu.mentor)
    ways = []
    for _ in range(2):
        page = tree(client.get(url))
        ways.append([text(b) for b in page.iter("button") if text(b).endswith("这条记录")])
        if note.deleted_at is None:
            note = delete_note(actor=qingzhu.actor(qingzhu.mentor), record=note)
    assert ways == [["删除这条记录"], ["恢复这条记录"]]
