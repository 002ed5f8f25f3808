"""修改记录: every act is a version, readable by whom the text is for; two versions are shown with words marked."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.worddiff import Piece, mark_words
from records.desk.models import Draft, RecordVersion
from records.desk.services.notes import TalkData, VisitData, update_talk, update_visit
from records.letters.services.office import return_letter
from records.merging.services import merge_pupils
from records.models.records import HeartTalk
from schools.enums import NoteVisibility
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.records.builders import letter, partner_of, talk, term_of, visit
from tests.records.test_desk_forms import filled, url_of, words

ClientOf = Callable[[User], Client]
DAY = TODAY - datetime.timedelta(days=1)


def history_url(kind: str, pk: int) -> str:
    return reverse("desk:history", args=[kind, pk])


def acts(kind: str, pk: int) -> list[tuple[int, str, str]]:
    rows = RecordVersion.objects.filter(kind=kind, record_id=pk).order_by("version").select_related("changed_by")
    return [(v.version, v.act, v.changed_by.name if v.changed_by else "") for v in rows]


def edit(cast: SchoolCast, note: HeartTalk, version: int, text: str, **values: object) -> HeartTalk:
    data = TalkData(**{"date": DAY, "visibility": NoteVisibility.TEAM, "text": text, **values})  # type: ignore[arg-type]
    return update_talk(actor=cast.actor(cast.mentor), talk=note, version=version, data=data)


@pytest.mark.parametrize(
    "old, new, left, right",
    [
        ("今天很好。", "今天很好。", [Piece("今天很好。", False)], [Piece("今天很好。", False)]),
        ("", "新的。", [], [Piece("新的。", True)]),
        (
            "他喜欢画画。天气好。",
            "他喜欢唱歌。天气好。",
            [Piece("他喜欢", False), Piece("画画", True), Piece("。天气好。", False)],
            [Piece("他喜欢", False), Piece("唱歌", True), Piece("。天气好。", False)],
        ),
        # One character that happens to stand between two changes is no island.
        ("甲一乙", "丙一丁", [Piece("甲一乙", True)], [Piece("丙一丁", True)]),
    ],
)
def test_differing_words_are_marked(old: str, new: str, left: list[Piece], right: list[Piece]) -> None:
    assert mark_words(old, new) == (left, right)


def test_marked_pieces_are_the_texts_again_and_long_ones_are_quick() -> None:
    old = "".join(f"第{n}句说了很多很多的话，" for n in range(400))
    new = old.replace("很多", "不少")[:-3] + "完。"
    left, right = mark_words(old, new)
    assert ("".join(p.text for p in left), "".join(p.text for p in right)) == (old, new)


def test_every_act_makes_a_version_with_all_fields(qingzhu: SchoolCast) -> None:
    teachers = [m.teacher for m in qingzhu.slot.members.all()]
    note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], teachers=teachers)
    data = VisitData(date=DAY, visibility=NoteVisibility.OFFICE, text="补充了几句", agreement="每天读书")
    update_visit(actor=qingzhu.actor(qingzhu.mentor), visit=note, version=1, data=data, teachers=[])
    assert acts("visit", note.pk) == [(1, "created", "林小满"), (2, "updated", "林小满")]
    latest = RecordVersion.objects.of("visit", note.pk)[0].fields  # type: ignore[arg-type]
    assert latest == {
        "date": DAY.isoformat(),
        "form": "home",
        "outcome": "completed",
        "guardians_met": "",
        "text": "补充了几句",
        "agreement": "每天读书",
        "visibility": "office",
        "follow_up_on": None,
        "pupil_id": qingzhu.pupils[0].pk,
        "teachers": [],
    }


def test_an_old_record_keeps_its_former_state_at_its_first_edit(qingzhu: SchoolCast) -> None:
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="升级前写的")
    RecordVersion.objects.all().delete()
    edit(qingzhu, note, 1, "升级后改的")
    rows = RecordVersion.objects.order_by("version")
    assert [(v.version, v.act, v.fields["text"]) for v in rows] == [
        (1, "created", "升级前写的"),
        (2, "updated", "升级后改的"),
    ]
    assert rows[0].changed_at == note.created_at


def test_the_author_sees_who_changed_what_and_when(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="他喜欢画画。")
    edit(qingzhu, note, 1, "他喜欢唱歌。", place="操场")
    page = client_of(qingzhu.mentor).get(history_url("talk", note.pk))
    entries = [(e.act, e.who, [c.label for c in e.changes or ()]) for e in page.context["entries"]]
    assert entries == [
        ("修改", "林小满", ["地点", "内容"]),
        ("登记", "林小满", ["日期", "方式", "时机", "学生", "内容", "已与家长沟通", "谁可以看"]),
    ]
    html = page.content.decode()
    assert [html.count(mark) for mark in ("<del>画画</del>", "<ins>唱歌</ins>", "操场", "安可儿")] == [1, 1, 1, 3]


FORBIDDEN = ("homeroom", "colleague", "counsellor", "leader", "admin")


@pytest.mark.parametrize("visibility, office", [("team", 200), ("office", 200), ("counsellor", 403), ("author", 403)])
def test_the_history_is_for_its_author_and_where_it_may_read_for_the_office(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf, visibility: str, office: int
) -> None:
    note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], visibility=NoteVisibility(visibility))
    url = history_url("visit", note.pk)
    parts = ("mentor", "office", *FORBIDDEN)
    answers = {part: client_of(qingzhu.people[part]).get(url).status_code for part in parts}
    assert answers == dict.fromkeys(FORBIDDEN, 403) | {"mentor": 200, "office": office}
    assert client_of(other.mentor).get(url).status_code == 404
    assert client_of(qingzhu.mentor).get(history_url("card", note.pk)).status_code == 404


def test_what_was_restricted_at_the_time_stays_so(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="只写给自己看", visibility=NoteVisibility.AUTHOR)
    edit(qingzhu, note, 1, "可以给大家看")
    url = history_url("talk", note.pk)
    counted = {}
    for part in ("mentor", "office"):
        page = client_of(qingzhu.people[part]).get(url)
        told = [words(page).count(w) for w in ("此前的内容只有记录人可以看", "这一次的内容只有记录人可以看")]
        counted[part] = (page.content.decode().count("只写给自己看"), *told)
    # The author finds the words as they were first, and the difference marked; the office finds neither.
    assert counted == {"mentor": (1, 0, 0), "office": (0, 1, 1)}


def test_a_letters_drafts_are_its_writers_own(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="草稿里的话", draft=True)
    office, url = client_of(qingzhu.office), history_url("letter", written.pk)
    assert office.get(url).status_code == 403
    client = client_of(qingzhu.mentor)
    form = client.get(url_of("letter_desk", qingzhu.pupils[0]))
    client.post(url_of("letter_desk", qingzhu.pupils[0]), filled(form, body="交给你的话", action="hand_in"))
    return_letter(actor=qingzhu.actor(qingzhu.office), letter=written, reason="请写具体些")
    page = office.get(url).content.decode()
    assert [page.count(w) for w in ("草稿里", "交给你的话", "请写具体些")] == [0, 1, 1]
    assert [act for _, act, _ in acts("letter", written.pk)] == ["created", "updated", "updated"]


def test_after_a_conflict_the_other_text_is_in_the_history(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    partner, url = partner_of(qingzhu), url_of("letter_desk", qingzhu.pupil_shared)
    first, second = client_of(qingzhu.sharer), client_of(partner)
    forms = [first.get(url), second.get(url)]
    first.post(url, filled(forms[0], body="陶老师写的。", action="draft"))
    clash = second.post(url, filled(forms[1], body="石老师写的。", action="draft"))
    conflict = clash.context["conflict"]
    assert ([row.label for row in conflict.rows], conflict.who) == (["正文"], qingzhu.sharer.name)
    second.post(url, filled(clash, action="draft"))
    texts = RecordVersion.objects.filter(kind="letter").order_by("version").values_list("fields__body", flat=True)
    assert list(texts) == ["陶老师写的。", "石老师写的。"]


@pytest.mark.parametrize("kind", ["visit", "talk", "letter"])
def test_after_a_conflict_the_stored_text_can_stand_and_mine_be_taken_back(
    qingzhu: SchoolCast, client_of: ClientOf, kind: str
) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    field = "body" if kind == "letter" else "text"
    if kind == "letter":
        letter(qingzhu, qingzhu.mentor, pupil, body="起初", draft=True)
        url = url_of("letter_desk", pupil)
    else:
        note = (visit if kind == "visit" else talk)(qingzhu, qingzhu.mentor, pupil, text="起初")
        url = reverse(f"desk:{kind}_edit", args=[note.pk])
    stale = filled(client.get(url), **{field: "我想好的"}, action="draft")
    client.post(url, filled(client.get(url), **{field: "已经存了的"}, action="draft"))
    clash = client.post(url, stale)
    assert (clash.status_code, words(clash).count("已经存了的"), words(clash).count("我想好的")) == (422, 1, 2)
    assert client.post(url, stale | {"action": "take_stored"}).status_code == 302
    assert client.get(url).context["form"][field].value() == "已经存了的"
    draft = Draft.objects.get()
    client.post(reverse("desk:draft_undo", args=[draft.pk]))
    back = client.get(url)
    assert (back.context["form"][field].value(), words(back).count("这条记录在别处改过")) == ("我想好的", 1)


def test_merging_two_entries_keeps_versions_and_drafts_right(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    kept = qingzhu.pupils[0]
    twin = EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name="安可儿", pupil__student_number="").pupil
    note = talk(qingzhu, qingzhu.homeroom, twin)
    Draft.objects.create(
        school=qingzhu.school, user=qingzhu.homeroom, kind="talk", key=f"talk/new/{twin.pk}", pupil=twin
    )
    merge_pupils(actor=qingzhu.actor(qingzhu.admin), kept=kept, other=twin)
    assert RecordVersion.objects.get(record_id=note.pk, kind="talk").fields["pupils"] == [kept.pk]
    assert [(d.key, d.pupil) for d in Draft.objects.all()] == [(f"talk/new/{kept.pk}", kept)]
    page = client_of(qingzhu.homeroom).get(history_url("talk", note.pk)).content.decode()
    assert page.count("（已不在册）") == 0


@pytest.mark.parametrize("edits", [1, 3])
def test_the_history_costs_the_same_queries_for_one_and_three_edits(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: Callable[[int], object], edits: int
) -> None:
    note = talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    for number in range(edits):
        edit(qingzhu, note, number + 1, f"第{number}次")
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(11):  # type: ignore[attr-defined]  # a context manager
        client.get(history_url("talk", note.pk))


def test_a_long_history_has_pages(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="第0次")
    for number in range(1, 22):
        edit(qingzhu, note, number, f"第{number}次")
    client, url = client_of(qingzhu.mentor), history_url("talk", note.pk)
    counts = [len(client.get(url, {"page": page}).context["entries"]) for page in (1, 2)]
    assert counts == [20, 2]
    # The last one of a page tells what it changed, too.
    last = client.get(url).context["entries"][-1]
    assert [c.label for c in last.changes] == ["内容"]
    assert term_of(qingzhu).number == 1
