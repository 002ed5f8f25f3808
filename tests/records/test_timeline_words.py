"""Every word and figure of a pupil's page: what was recorded stands where it belongs, and nowhere else."""

import datetime
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from mentors.board.services.supporting import add_supporting
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Teacher
from mentors.services.assignments import assign_pupil, unassign_pupil, withdraw_pupil
from mentors.team.queries.places import class_place
from mentors.team.services.handover import write_note
from mentors.team.services.meetings import MeetingData, delete_meeting, hold_meeting
from records.care.services.tree_hole import TreeHoleData, enter_tree_hole_card
from records.desk.models import VisitPlan, VisitWish
from records.desk.services.attachments import add_attachment, remove_attachment
from records.desk.services.deletion import delete_note
from records.desk.services.readings import note_readings
from records.desk.services.visit_plans import cancel_visit_plan, plan_visits
from records.enums import TreeHoleSubject, TreeHoleWish
from records.letters.services.office import return_letter
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import NoteVisibility, VisitOutcome
from schools.models import Plan
from students.enums import EndReason
from students.models import Enrolment, Guardian, Pupil
from tests.cast import TODAY, GuardianFactory, SchoolCast
from tests.pages import by_class, details, text, texts, tree
from tests.plans import ask
from tests.records.builders import letter, partner_of, released_letter, talk, term_of, visit
from tests.records.words import on_page

ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _files(own_folder: object) -> None:
    """Attachments go to a folder of the test."""


def page_of(
    cast: SchoolCast, client_of: ClientOf, part: str = "mentor", pupil: Pupil | None = None, **query: Any
) -> Element:
    url = reverse("desk:pupil", args=[(pupil or cast.pupils[0]).pk])
    response = client_of(cast.people[part]).get(url, query)
    assert response.status_code == 200
    return tree(response)


def entries(page: Element) -> list[Element]:
    return by_class(by_class(page, "timeline")[0], "entry")


def heads(page: Element) -> list[str]:
    """The first line of each entry, without the ways to edit it."""
    found = []
    for entry in entries(page):
        head = by_class(entry, "entry-head")[0] if entry.tag == "article" else entry
        found.append(" ".join(text(part) for part in head if part.tag in ("strong", "span")) or text(head))
    return found


def on(days_ago: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days_ago)


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


def teacher(user: User) -> Teacher:
    return Teacher.objects.get(user=user)


# --- One entry of each kind -------------------------------------------------------------------------------------------
def test_a_visit_shows_each_of_its_fields_under_its_own_word(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """Seen: with the agreement shown under 家长 no test failed."""
    visit(
        qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=on(8), form="phone", outcome=VisitOutcome.POSTPONED,
        guardians_met="奶奶", agreement="每天读十分钟\n周末给老师看", text="谈了在家的作息。", follow_up_on=on(-20),
        teachers=[teacher(qingzhu.mentor), teacher(qingzhu.colleague)],
    )  # fmt: skip
    (entry,) = entries(page_of(qingzhu, client_of))
    assert heads(page_of(qingzhu, client_of)) == ["11月10日（周二） 家访 电话 改约 导师团可见"]
    assert texts(entry, "entry-text") == ["谈了在家的作息。"]
    said = on_page(
        "visit", teachers="林小满、苏禾", guardians_met="奶奶", agreement="每天读十分钟周末给老师看",
        follow_up_on="12月8日（周二）",
    )  # fmt: skip
    assert details(entry) == [*said, ("登记", "林小满")]


def test_a_bare_visit_shows_nothing_that_was_not_said(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    visit(qingzhu, qingzhu.homeroom, qingzhu.pupils[0], date=on(8), text="", visibility=NoteVisibility.OFFICE)
    page = page_of(qingzhu, client_of, "homeroom")
    (entry,) = entries(page)
    assert (heads(page), texts(entry, "entry-text")) == (["11月10日（周二） 家访 上门 德育室可见"], [])
    assert details(entry) == [("登记", "何知秋")]


def test_a_talk_shows_each_of_its_fields_under_its_own_word(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, second = qingzhu.pupils
    talk(
        qingzhu, qingzhu.homeroom, first, second, qingzhu.pupil_of_colleague, date=on(8), form="online",
        occasion="after_exam", place="图书角", strategies=["study", "mind"], text="先画图再列式。", home_contacted=True,
        follow_up_on=on(-20),
    )  # fmt: skip
    page = page_of(qingzhu, client_of)
    (entry,) = entries(page)
    assert heads(page) == ["11月10日（周二） 谈心 考试后 网络 导师团可见"]
    assert texts(entry, "entry-text") == ["先画图再列式。"]
    # The mentor sees the own other pupil by name, and that there was one more.
    assert details(entry) == [
        ("同谈", "与另外 2 位同学一起（白一诺）"),
        *on_page(
            "talk", strategies="学业辅导、心理疏导", place="图书角", home_contacted="已与家长沟通",
            follow_up_on="12月8日（周二）",
        ),
        ("登记", "何知秋"),
    ]  # fmt: skip
    # The homeroom teacher knows both by name; the colleague's page of the third pupil names none.
    (entry,) = entries(page_of(qingzhu, client_of, "homeroom"))
    assert details(entry)[0] == ("同谈", "与另外 2 位同学一起（白一诺、曹子墨）")
    (entry,) = entries(page_of(qingzhu, client_of, "colleague", qingzhu.pupil_of_colleague))
    assert details(entry)[0] == ("同谈", "与另外 2 位同学一起")


def test_a_bare_talk_shows_nothing_that_was_not_said(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=on(8), text="")
    page = page_of(qingzhu, client_of)
    (entry,) = entries(page)
    assert (heads(page), texts(entry, "entry-text")) == (["11月10日（周二） 谈心 日常 面对面 导师团可见"], [])
    assert details(entry) == [("登记", "林小满")]


def test_a_strategy_that_the_list_does_not_know_any_more_is_left_out(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], strategies=["study"])
    HeartTalk.objects.filter(pk=note.pk).update(strategies=["unknown", "career"])
    (entry,) = entries(page_of(qingzhu, client_of))
    assert details(entry)[0] == ("策略", "生涯向导")


LETTER_STATES = {
    "draft": ("成长寄语 草稿 林小满", True, False),
    "handed_in": ("成长寄语 已交稿 11月18日（周三） 林小满", True, True),
    "returned": ("成长寄语 退回修改 林小满", True, False),
    "released": ("成长寄语 已发布 11月18日（周三） 林小满", True, True),
    "read": ("成长寄语 已发布 11月18日（周三） 家长已读 林小满", True, True),
}


@pytest.mark.parametrize("state", LETTER_STATES)
def test_a_letter_says_its_state_and_shows_its_text_to_whom_it_is_ready(
    qingzhu: SchoolCast, client_of: ClientOf, state: str
) -> None:
    pupil = qingzhu.pupils[0]
    written = letter(qingzhu, qingzhu.mentor, pupil, body="你很有耐心。", advice="每天跳绳。", draft=state == "draft")
    if state == "returned":
        return_letter(actor=qingzhu.actor(qingzhu.office), letter=written, reason="请写具体些")
    if state in ("released", "read"):
        read_at = timezone.now() if state == "read" else None
        GrowthLetter.objects.filter(pk=written.pk).update(state="released", released_at=timezone.now(), read_at=read_at)
    head, for_mentor, for_homeroom = LETTER_STATES[state]
    for part, shows in (("mentor", for_mentor), ("homeroom", for_homeroom)):
        page = page_of(qingzhu, client_of, part)
        (entry,) = entries(page)
        assert heads(page) == [f"11月18日（周三） {head}"]
        assert texts(entry, "entry-text") == (["你很有耐心。", "每天跳绳。"] if shows else [])
        assert texts(entry, "entry-none") == ([] if shows else ["导师还在写，交稿后可以看到。"])
        told = ["退回说明：请写具体些"] if state == "returned" and part == "mentor" else []
        assert texts(entry, "notice-text") == told


def test_a_letter_by_hand_and_a_shared_slot_are_said(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    partner_of(qingzhu)
    written = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    GrowthLetter.objects.filter(pk=written.pk).update(handwritten=True)
    page = page_of(qingzhu, client_of, "sharer", qingzhu.pupil_shared)
    assert heads(page) == ["11月18日（周三） 成长寄语 已交稿 11月18日（周三） 陶然/石磊"]
    assert texts(page, "entry-none") == ["手写在纸上，当面交给同学。"]


def test_the_school_s_own_word_for_letters_heads_chip_and_entry(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_label="成长激励卡")
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    page = page_of(qingzhu, client_of)
    assert heads(page)[0].startswith("11月18日（周三） 成长激励卡 ")
    chips = by_class(by_class(page, "timeline")[0], "chips")[0]
    assert [text(chip) for chip in chips][3] == "成长激励卡 1"


def test_a_meeting_a_handover_and_a_card_say_who_may_read_them(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil, people = qingzhu.pupils[0], (teacher(qingzhu.homeroom), teacher(qingzhu.mentor))
    data = MeetingData(
        date=on(8), topic="上学路上", text="一起想办法。", pupils=frozenset([pupil.pk]),
        teachers=frozenset(person.pk for person in people),
    )  # fmt: skip
    hold_meeting(
        actor=qingzhu.actor(qingzhu.homeroom), place=class_place(qingzhu.class_one), data=data, submission=uuid.uuid4()
    )
    write_note(actor=qingzhu.actor(qingzhu.mentor), pupil=pupil, text="喜欢画画。", submission=uuid.uuid4())
    card = TreeHoleData(
        subject=TreeHoleSubject.STUDY, text="我有点怕考试。", wish=TreeHoleWish.TALK, may_tell_home=False
    )
    enter_tree_hole_card(actor=qingzhu.actor(qingzhu.mentor), pupil=pupil, data=card, submission=uuid.uuid4())
    page = page_of(qingzhu, client_of)
    assert heads(page) == [
        "11月18日（周三） 交接说明 林小满 写的人、现在的导师和德育室可见",
        "11月18日（周三） 心灵树洞卡 只有您可见",
        "11月10日（周二） 小教研 上学路上 导师团可见",
    ]
    assert [texts(entry, "entry-text") for entry in entries(page)] == [["喜欢画画。"], [], ["一起想办法。"]]
    (attended,) = [value for word, value in details(entries(page)[2]) if word == "参加"]
    assert sorted(attended.split("、")) == ["何知秋", "林小满"]
    assert details(entries(page)[2])[1] == ("登记", "何知秋")
    # The card is the receiver's alone; the hand-over note is not the homeroom teacher's.
    assert heads(page_of(qingzhu, client_of, "homeroom")) == ["11月10日（周二） 小教研 上学路上 导师团可见"]
    counted = [text(chip) for chip in by_class(page, "chips")[0]]
    assert counted == ["全部 3", "家访 0", "谈心 0", "成长寄语 0", "交接 1"]


@pytest.mark.parametrize("kind", ["visit", "talk"])
@pytest.mark.parametrize(
    "visibility, shown",
    [
        ("team", {"mentor", "homeroom", "office"}),
        ("office", {"mentor", "office"}),
        ("counsellor", {"mentor"}),
        ("author", {"mentor"}),
    ],
)
def test_a_restricted_note_shows_its_day_alone(
    qingzhu: SchoolCast, client_of: ClientOf, kind: str, visibility: str, shown: set[str]
) -> None:
    make = visit if kind == "visit" else talk
    make(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=on(8), visibility=NoteVisibility(visibility))
    for part in ("mentor", "homeroom", "office"):
        (entry,) = entries(page_of(qingzhu, client_of, part))
        if part in shown:
            assert texts(entry, "entry-text") == ["孩子说最近睡得不太好。"]
        else:
            assert (text(entry), details(entry)) == ("11月10日（周二） 有一条受限记录", [])


# --- What stands beside an entry --------------------------------------------------------------------------------------
def pictures(entry: Element) -> list[str]:
    """The small pictures beside an entry, as they are read aloud."""
    return [picture.get("alt", "") for file in by_class(entry, "entry-file") for picture in file.iter("img")]


def test_files_and_ways_to_edit_are_the_authors(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil, author = qingzhu.pupils[0], qingzhu.actor(qingzhu.mentor)
    kept = {}
    notes: list[HomeVisit | HeartTalk] = [visit(qingzhu, qingzhu.mentor, pupil), talk(qingzhu, qingzhu.mentor, pupil)]
    for number, note in enumerate(notes):
        for name in (f"照片{number}", f"去掉{number}"):
            added = add_attachment(actor=author, record=note, data=jpeg(), name=f"{name}.jpg", submission=uuid.uuid4())
            if name.startswith("去掉"):
                remove_attachment(actor=author, attachment=added)
            else:
                kept[name] = added
    written = letter(qingzhu, qingzhu.mentor, pupil)
    add_attachment(actor=author, record=written, data=jpeg(), name="手写信.jpg", submission=uuid.uuid4())
    page = page_of(qingzhu, client_of)
    files = [pictures(entry) for entry in entries(page)]
    assert files == [["照片 手写信.jpg"], ["照片 照片1.jpg"], ["照片 照片0.jpg"]]
    assert [len(texts(entry, "entry-edit")) for entry in entries(page)] == [0, 1, 1]
    page = page_of(qingzhu, client_of, "homeroom")
    assert [pictures(entry) for entry in entries(page)] == files
    assert [texts(entry, "entry-edit") for entry in entries(page)] == [[], [], []]


def test_files_of_what_may_not_be_read_are_not_named(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil, author = qingzhu.pupils[0], qingzhu.actor(qingzhu.mentor)
    for record in (
        talk(qingzhu, qingzhu.mentor, pupil, visibility=NoteVisibility.AUTHOR),
        letter(qingzhu, qingzhu.mentor, pupil, draft=True),
    ):
        add_attachment(actor=author, record=record, data=jpeg(), name="照片.jpg", submission=uuid.uuid4())
    counts = {part: len(texts(page_of(qingzhu, client_of, part), "entry-file")) for part in ("mentor", "homeroom")}
    assert counts == {"mentor": 2, "homeroom": 0}


def test_the_author_is_told_how_many_opened_a_note(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=on(3))
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=on(4))
    for user in (qingzhu.homeroom, qingzhu.office):
        note_readings(actor=qingzhu.actor(user), records=[first])
    # A visit with the same key as a talk has readers of its own.
    page = page_of(qingzhu, client_of)
    links = [[text(link) for link in by_class(entry, "entry-link")] for entry in entries(page)]
    assert [sum("2" in word for word in found) for found in links] == [1, 0]


# --- Order, terms, pages, chips ---------------------------------------------------------------------------------------
def test_chips_count_what_the_timeline_shows(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    for days in (3, 5):
        visit(qingzhu, qingzhu.mentor, pupil, date=on(days))
    for days in (2, 4, 6):
        talk(qingzhu, qingzhu.mentor, pupil, date=on(days), visibility=NoteVisibility.AUTHOR if days == 4 else "team")
    letter(qingzhu, qingzhu.mentor, pupil)
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=visit(qingzhu, qingzhu.mentor, pupil, date=on(7)))
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    page = page_of(qingzhu, client_of)
    assert [text(chip) for chip in by_class(page, "chips")[0]] == ["全部 6", "家访 2", "谈心 3", "成长寄语 1", "交接 0"]
    order = ["寄语", "谈心", "家访", "谈心", "家访", "谈心"]
    assert [next(w for w in ("寄语", "谈心", "家访") if w in head) for head in heads(page)] == order
    for show, word, count in (("visit", "家访", 2), ("talk", "谈心", 3), ("letter", "寄语", 1), ("handover", "", 0)):
        page = page_of(qingzhu, client_of, show=show)
        shown = heads(page)
        assert (len(shown), all(word in head for head in shown)) == (count, True)
        marked = [text(chip) for chip in by_class(page, "chips")[0] if chip.get("aria-current")]
        assert [chip[-1] for chip in marked] == [str(count)]


def test_terms_are_linked_with_their_counts_and_the_newest_stands_first(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    pupil, second = qingzhu.pupils[0], term_of(qingzhu, 2)
    for days in (1, 2, 3):
        talk(qingzhu, qingzhu.mentor, pupil, date=on(days))
    moved = visit(qingzhu, qingzhu.mentor, pupil)
    type(moved).objects.filter(pk=moved.pk).update(term=second, date=second.starts_on)

    def seen(**query: Any) -> tuple[str, int, list[str], list[str]]:
        page = page_of(qingzhu, client_of, **query)
        links = by_class(page, "timeline-terms")[0]
        shown = [text(link) for link in links if link.get("aria-current")]
        return texts(page, "timeline-term")[0], len(entries(page)), [text(link) for link in links], shown

    links = ["2026学年第二学期 1", "2026学年第一学期 3"]
    newest = ("2026学年第二学期", 1, links, links[:1])
    former = ("2026学年第一学期", 3, links, links[1:])
    assert seen() == newest
    assert seen(term=term_of(qingzhu).pk) == former
    assert seen(term=second.pk) == newest
    assert seen(term=10**6) == newest
    # Of one term alone there is nothing to choose.
    page = page_of(qingzhu, client_of, show="talk")
    assert (texts(page, "timeline-term"), by_class(page, "timeline-terms")) == (["2026学年第一学期"], [])


def test_a_long_term_is_cut_into_pages_of_twenty(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    for number in range(21):
        talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=on(number), text=f"第{number}次")
    first, second = page_of(qingzhu, client_of), page_of(qingzhu, client_of, page=2)
    assert [texts(entry, "entry-text") for entry in entries(first)] == [[f"第{number}次"] for number in range(20)]
    assert [texts(entry, "entry-text") for entry in entries(second)] == [["第20次"]]
    assert texts(first, "timeline-term") == ["2026学年第一学期第 1 页，共 2 页"]
    assert texts(second, "timeline-term") == ["2026学年第一学期第 2 页，共 2 页"]
    assert (texts(first, "timeline-pages"), texts(second, "timeline-pages")) == (["下一页"], ["上一页"])
    # Beyond either end stands the nearest page.
    assert texts(page_of(qingzhu, client_of, page=99), "timeline-term") == texts(second, "timeline-term")
    assert texts(page_of(qingzhu, client_of, page=0), "timeline-term") == texts(first, "timeline-term")


@pytest.mark.parametrize("kind", ["visit", "talk", "letter"])
def test_long_texts_are_cut_into_pages_by_their_length(qingzhu: SchoolCast, client_of: ClientOf, kind: str) -> None:
    """12,000 characters are a page: two texts of 4,900 fit, a third does not; its second field counts as well."""
    pupil = qingzhu.pupils[0]
    for days in (3, 2):
        talk(qingzhu, qingzhu.mentor, pupil, date=on(days), text="长" * 4900)
    if kind == "visit":
        visit(qingzhu, qingzhu.mentor, pupil, date=on(5), text="长" * 1500, agreement="约" * 701)
    elif kind == "talk":
        talk(qingzhu, qingzhu.mentor, pupil, date=on(5), text="长" * 2201)
    else:
        written = letter(qingzhu, qingzhu.mentor, pupil, body="信" * 1500, advice="议" * 701)
        day = datetime.datetime.combine(on(5), datetime.time(10), tzinfo=datetime.UTC)
        GrowthLetter.objects.filter(pk=written.pk).update(handed_in_at=day)
    assert [len(entries(page_of(qingzhu, client_of, page=page))) for page in (1, 2)] == [2, 1]
    if kind == "visit":
        type(visit(qingzhu, qingzhu.mentor, pupil, date=on(99))).objects.filter(agreement="约" * 701).update(
            agreement="约" * 700
        )
        assert [len(entries(page_of(qingzhu, client_of, page=page))) for page in (1, 2)] == [3, 1]


def test_the_ways_through_the_timeline_lead_where_they_say(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """Seen: with a term's link that names no term no test failed. Each link is followed."""
    pupil, second, client = qingzhu.pupils[0], term_of(qingzhu, 2), client_of(qingzhu.mentor)
    visit(qingzhu, qingzhu.mentor, pupil)
    for number in range(21):
        talk(qingzhu, qingzhu.mentor, pupil, date=on(number))
    later = talk(qingzhu, qingzhu.mentor, pupil)
    HeartTalk.objects.filter(pk=later.pk).update(term=second)
    address = reverse("desk:pupil", args=[pupil.pk])

    def follow(page: Element, name: str) -> list[tuple[str, str, int]]:
        """Where each link of a row leads: its words, the term of the page behind it, and how many entries it shows."""
        found = []
        for link in by_class(page, name)[0]:
            href = link.get("href") or ""
            behind = tree(client.get(address + href if href.startswith("?") else href))
            found.append((text(link), "".join(texts(behind, "timeline-term")), len(entries(behind))))
        return found

    page = page_of(qingzhu, client_of, term=term_of(qingzhu).pk, show="talk")
    assert follow(page, "timeline-terms") == [
        ("2026学年第二学期 1", "2026学年第二学期", 1),
        ("2026学年第一学期 21", "2026学年第一学期第 1 页，共 2 页", 20),
    ]
    assert follow(page, "timeline-pages") == [("下一页", "2026学年第一学期第 2 页，共 2 页", 1)]
    last = page_of(qingzhu, client_of, term=term_of(qingzhu).pk, show="talk", page=2)
    assert follow(last, "timeline-pages") == [("上一页", "2026学年第一学期第 1 页，共 2 页", 20)]
    assert follow(page, "chips") == [
        ("全部 23", "2026学年第二学期", 1),
        ("家访 1", "2026学年第一学期", 1),
        ("谈心 22", "2026学年第二学期", 1),
        ("成长寄语 0", "", 0),
        ("交接 0", "", 0),
    ]


def test_on_one_day_the_later_written_stands_first(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    for words in ("先写的", "后写的"):
        talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text=words)
    assert [texts(e, "entry-text") for e in entries(page_of(qingzhu, client_of))] == [["后写的"], ["先写的"]]


def test_a_draft_letter_stands_at_the_day_it_was_begun(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], draft=True)
    day = datetime.datetime(2026, 10, 9, 10, tzinfo=datetime.UTC)
    GrowthLetter.objects.filter(pk=written.pk).update(created_at=day)
    assert heads(page_of(qingzhu, client_of)) == ["10月9日（周五） 成长寄语 草稿 林小满"]


def test_what_was_deleted_is_not_there(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil, author = qingzhu.pupils[0], qingzhu.actor(qingzhu.mentor)
    for record in (
        visit(qingzhu, qingzhu.mentor, pupil),
        talk(qingzhu, qingzhu.mentor, pupil),
        letter(qingzhu, qingzhu.mentor, pupil, draft=True),
    ):
        delete_note(actor=author, record=record)
    data = MeetingData(date=TODAY, topic="讨论", pupils=frozenset([pupil.pk]))
    held = hold_meeting(
        actor=qingzhu.actor(qingzhu.homeroom), place=class_place(qingzhu.class_one), data=data, submission=uuid.uuid4()
    )
    assert len(entries(page_of(qingzhu, client_of))) == 1
    delete_meeting(actor=qingzhu.actor(qingzhu.homeroom), meeting=held)
    page = page_of(qingzhu, client_of)
    assert (entries(page), texts(page, "chip")[0], text(page).count("还没有记录")) == ([], "全部 0", 1)


# --- Above the timeline -----------------------------------------------------------------------------------------------
def test_the_head_names_class_mentor_and_situation(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    Enrolment.objects.filter(pupil=qingzhu.pupils[0]).update(brief="喜欢足球")
    page = page_of(qingzhu, client_of)
    assert texts(page, "page-heading") == ["安可儿 一生一表记录 一（1）班 导师 林小满"]
    assert [text(p) for p in by_class(page, "pupil-brief")[0].iter("p")] == ["喜欢足球"]
    page = page_of(qingzhu, client_of, "sharer", qingzhu.pupil_shared)
    assert texts(page, "page-heading") == ["范思齐 一生一表记录 五（1）班 导师 陶然/石磊"]


def test_a_supporting_mentor_is_not_called_the_mentor(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=pupil, mentor=qingzhu.slot_colleague)
    heads_by = {
        part: (texts(page, "page-heading")[0], len([a for a in page.iter("a") if a.get("id") == "write-letter"]))
        for part in ("mentor", "colleague", "homeroom")
        for page in [page_of(qingzhu, client_of, part)]
    }
    bare = "安可儿 一生一表记录 一（1）班"
    assert heads_by == {
        "mentor": (f"{bare} 导师 林小满", 1),
        "colleague": (bare, 0),
        "homeroom": (f"{bare} 导师 林小满", 0),
    }
    # Without the main mentor nobody is named.
    unassign_pupil(actor=qingzhu.system, pupil=pupil, year=qingzhu.year)
    assert texts(page_of(qingzhu, client_of, "homeroom"), "page-heading") == ["安可儿 一生一表记录 一（1）班"]


def test_guardians_stand_in_their_order_with_their_numbers_masked(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    Guardian._default_manager.filter(pupil=pupil).delete()
    GuardianFactory.create(pupil=pupil, position=2, name="安大山", relation="父亲", phone="13900001111")
    GuardianFactory.create(pupil=pupil, position=1, name="李静", relation="母亲", phone="13900002222")
    GuardianFactory.create(pupil=pupil, position=3, name="", relation="奶奶", phone="13900003333")
    rows = by_class(by_class(page_of(qingzhu, client_of), "pupil-head")[0], "rows")[0]
    shown = ["李静母亲139****2222", "安大山父亲139****1111", "奶奶139****3333"]
    assert [text(row).replace(" ", "") for row in rows] == [f"{words}拨打" for words in shown]
    assert [a.get("href") for a in rows.iter("a")] == [f"tel:1390000{tail}" for tail in (2222, 1111, 3333)]
    rows = by_class(by_class(page_of(qingzhu, client_of, "office"), "pupil-head")[0], "rows")[0]
    assert [text(row).replace(" ", "") for row in rows] == shown


@pytest.mark.parametrize("state, word", [("", "写"), ("draft", "接着写"), ("handed_in", "接着写"), ("released", "看")])
def test_the_button_says_what_is_to_do_with_the_letter(
    qingzhu: SchoolCast, client_of: ClientOf, state: str, word: str
) -> None:
    if state:
        written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
        released_at = timezone.now() if state == "released" else None
        GrowthLetter.objects.filter(pk=written.pk).update(state=state, released_at=released_at)
    page = page_of(qingzhu, client_of)
    assert [text(a) for a in by_class(page, "now-actions")[0]] == ["登记家访", "登记谈心", f"{word}成长寄语"]


def test_the_lines_of_now_tell_plan_wish_follow_up_and_handover(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    talk(qingzhu, qingzhu.mentor, pupil, date=on(10), follow_up_on=on(3))
    homeroom = qingzhu.actor(qingzhu.homeroom)
    plan_visits(
        actor=homeroom, term=term_of(qingzhu), pupils=[pupil], date=on(-3), time=datetime.time(18, 30), remark="校门口",
    )  # fmt: skip
    VisitWish.objects.create(school=qingzhu.school, pupil=pupil, term=term_of(qingzhu), text="周末下午")
    write_note(actor=qingzhu.actor(qingzhu.mentor), pupil=pupil, text="喜欢画画。", submission=uuid.uuid4())
    expected = [
        "11月15日（周日）跟进谈心",
        "家访约在 11月21日（周六） 18:30，校门口",
        "家长希望的家访时间：周末下午",
    ]
    now = by_class(page_of(qingzhu, client_of), "now-lines")[0]
    assert [text(line) for line in now] == expected
    assert [line.get("class") or "" for line in now] == ["is-late", "", ""]
    # Where the page shows no hand-over note, it tells that there is one.
    now = by_class(page_of(qingzhu, client_of, show="talk"), "now-lines")[0]
    assert [text(line) for line in now] == [*expected, "之前的导师写了交接说明"]
    cancel_visit_plan(actor=homeroom, plan=VisitPlan.objects.get())
    assert [text(line) for line in by_class(page_of(qingzhu, client_of), "now-lines")[0]] == [expected[0], expected[2]]


def test_a_hand_over_note_of_another_term_is_told_and_found(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    later = talk(qingzhu, qingzhu.mentor, pupil)
    HeartTalk.objects.filter(pk=later.pk).update(term=term_of(qingzhu, 2))
    assert [text(line) for line in by_class(page_of(qingzhu, client_of), "now-lines")[0]] == []
    write_note(actor=qingzhu.actor(qingzhu.mentor), pupil=pupil, text="喜欢画画。", submission=uuid.uuid4())
    (line,) = by_class(page_of(qingzhu, client_of), "now-lines")[0]
    (link,) = line.iter("a")
    found = tree(client.get(reverse("desk:pupil", args=[pupil.pk]) + (link.get("href") or "")))
    assert (text(line), texts(found, "entry-text")) == ("之前的导师写了交接说明", ["喜欢画画。"])


def test_an_unkept_plan_is_marked_as_past_and_the_office_sees_it_too(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    plan_visits(actor=qingzhu.actor(qingzhu.homeroom), term=term_of(qingzhu), pupils=[qingzhu.pupils[0]], date=TODAY)
    now = by_class(page_of(qingzhu, client_of), "now-lines")[0]
    assert [(text(line), line.get("class") or "") for line in now] == [("家访约在 11月18日（周三）", "")]
    VisitPlan.objects.update(date=on(1))
    now = by_class(page_of(qingzhu, client_of), "now-lines")[0]
    assert [(text(line), line.get("class") or "") for line in now] == [("家访约在 11月17日（周二）", "is-late")]
    page = page_of(qingzhu, client_of, "office")
    notices = [line for line in texts(page, "notice-text") if "家访约在" in line or "只能查看" in line]
    assert notices == ["这一页只能查看。", "家访约在 11月17日（周二）"]


def test_ticks_of_the_page_say_what_was_done_and_when(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil, date=on(8), outcome=VisitOutcome.DECLINED)
    released_letter(qingzhu, qingzhu.mentor, pupil)
    page = page_of(qingzhu, client_of)
    words = [text(by_class(tick, "visually-hidden")[0]) for tick in by_class(page, "file-tick")]
    assert words == ["家访 家长婉拒 11月10日", "谈心 即将到期", "成长寄语 已完成 11月18日 已发布"]
    # 德育室 reads; the ticks are for those who record.
    assert by_class(page_of(qingzhu, client_of, "office"), "file-tick") == []


# --- Who was the mentor -----------------------------------------------------------------------------------------------
def test_whoever_held_the_pupil_earlier_reads_and_changes_nothing(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    talk(qingzhu, qingzhu.mentor, pupil, text="我记的")
    unassign_pupil(actor=qingzhu.system, pupil=pupil, year=qingzhu.year)
    assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot_colleague, origin=AssignmentOrigin.OFFICE)
    page = page_of(qingzhu, client_of)
    assert ([texts(e, "entry-text") for e in entries(page)], texts(page, "entry-edit")) == ([["我记的"]], [])
    assert texts(page, "page-heading") == ["安可儿 一生一表记录 一（1）班"]
    assert [by_class(page, name) for name in ("pupil-now", "now-actions")] == [[], []]
    new = page_of(qingzhu, client_of, "colleague")
    assert texts(new, "page-heading") == ["安可儿 一生一表记录 一（1）班 导师 苏禾"]
    assert len(entries(new)) == 1
    assert Assignment.objects.filter(pupil=pupil).count() == 2


def test_a_pupil_who_left_is_said_to_have_left(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil)
    withdraw_pupil(actor=qingzhu.system, pupil=pupil, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    page = page_of(qingzhu, client_of, "office")
    assert texts(page, "page-heading") == ["安可儿 一生一表记录 一（1）班（2026学年）"]
    assert texts(page, "notice-text")[0] == "这一页只能查看。这位同学本学年不在册。"
    assert len(entries(page)) == 1


def test_a_plan_that_wants_three_talks_says_how_many_there_were(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    ask(qingzhu.year, "talk", count=3)
    for days in (2, 3):
        talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=on(days))
    page = page_of(qingzhu, client_of)
    words = [text(by_class(tick, "visually-hidden")[0]) for tick in by_class(page, "file-tick")]
    assert words[1] == "谈心 已计划 已 2 次，共 3 次"
