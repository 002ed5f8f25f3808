"""The pages of the announcements: written, read, confirmed, counted."""

import datetime
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from notices.models import Notice
from records.announcing.enums import AnnouncementState, Audience
from records.announcing.models import Announcement, Receipt
from records.announcing.queries.readers import Reached, reached
from records.announcing.services.announcements import (
    change_announcement,
    withdraw_announcement,
    write_announcement,
)
from tests.announcing.builders import TEXT, TITLE, announce, said
from tests.cast import TODAY, SchoolCast
from tests.core.test_pictures import picture
from tests.documents.reading import text as pdf_text
from tests.family.test_family_pages import door, enter, slip_of
from tests.pages import text, texts, tree

ClientOf = Callable[[User], Client]
LIST = reverse("announcements:list")


def page(name: str, row: Announcement) -> str:
    return reverse(f"announcements:{name}", args=[row.pk])


def titles(client: Client, show: str = "") -> list[str]:
    return [row.title for row in client.get(LIST, {"show": show} if show else {}).context["rows"]]


def test_it_is_written_with_a_file_looked_at_and_published(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.office)
    typed = {
        "version": "0",
        "to": "teachers",
        "roles": ["homeroom"],
        "title": TITLE,
        "text": TEXT,
        "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + datetime.timedelta(days=3)).isoformat(),
        "needs_receipt": "on",
        "uploads": SimpleUploadedFile("安排.png", picture(), "image/png"),
    }
    answer = client.post(reverse("announcements:new"), typed, follow=True)
    row = Announcement.objects.get()
    seen = text(tree(answer))
    assert (row.audience, row.roles, row.needs_receipt) == (Audience.ROLES, "|homeroom|", True)
    assert [words in seen for words in ("发布后会到 1 位老师那里", "周五下午三点在报告厅开会。", "安排.jpg")] == [
        True
    ] * 3
    client.post(page("publish", row))
    row.refresh_from_db()
    assert (row.state, row.edition) == (AnnouncementState.PUBLISHED, 1)
    assert [notice.recipient for notice in Notice.objects.filter(kind="announcement")] == [qingzhu.homeroom]


@pytest.mark.parametrize(
    "typed,error",
    [
        ({"title": ""}, "请写标题。"),
        ({"text": ""}, "请写几句再保存。"),
        ({"to": "grade-0"}, "请重新选择发给谁。"),
        ({"ends_on": (TODAY - datetime.timedelta(days=1)).isoformat()}, "这里不能填"),
    ],
)
def test_what_is_refused_is_said_at_the_top_and_at_the_field(
    qingzhu: SchoolCast, client_of: ClientOf, typed: dict[str, str], error: str
) -> None:
    days = {"starts_on": TODAY.isoformat(), "ends_on": TODAY.isoformat()}
    sent = {"version": "0", "to": "families", "title": TITLE, "text": TEXT, **days, **typed}
    answer = client_of(qingzhu.office).post(reverse("announcements:new"), sent)
    assert (answer.status_code, text(tree(answer)).count(error)) == (422, 2)
    assert Announcement.objects.count() == 0


def test_whoever_opens_it_has_read_it_and_its_notice(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row, client = announce(qingzhu), client_of(qingzhu.mentor)
    assert text(tree(client.get("/my/"))).count(f"公告：{TITLE}") == 1
    client.get(page("detail", row))
    client.get(page("detail", row))
    assert Receipt.objects.get().user == qingzhu.mentor
    assert Notice.objects.unread().filter(recipient=qingzhu.mentor).count() == 0
    assert text(tree(client.get("/my/"))).count(f"公告：{TITLE}") == 0


def test_it_is_confirmed_once_and_the_sender_sees_how_many_and_who_has_not(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    row, mentor, office = announce(qingzhu, needs_receipt=True), client_of(qingzhu.mentor), client_of(qingzhu.office)
    assert "我已知晓" in text(tree(mentor.get(page("detail", row))))
    mentor.post(page("confirm", row), {"edition": "1"})
    assert "您已确认。" in text(tree(mentor.get(page("detail", row))))
    assert "我已知晓" not in text(tree(mentor.get(page("detail", row))))
    seen = text(tree(office.get(page("detail", row))))
    assert [words in seen for words in ("还有 6 人没有看", "还有 6 人没有确认", "看过1/7 人")] == [True] * 3
    left = office.get(page("left", row), {"show": "unconfirmed"})
    assert texts(tree(left), "announcement-person") == ["何知秋", "温言", "程远", "管一鸣", "苏禾", "陶然"]
    answer = office.post(page("remind", row), follow=True)
    assert "已提醒 6 位老师。" in text(tree(answer))
    answer = office.post(page("remind", row), {"again": "1"}, follow=True)
    assert "今天已经提醒过了" in text(tree(answer))


def test_a_corrected_one_is_new_again_and_shows_its_former_text(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row, client = announce(qingzhu, needs_receipt=True), client_of(qingzhu.mentor)
    client.post(page("confirm", row), {"edition": "1"})
    office = qingzhu.actor(qingzhu.office)
    change_announcement(actor=office, announcement=row, data=said(text="改到周六。"), version=row.version)
    seen = text(tree(client.get(page("detail", row))))
    words = (
        "学校改动过文字，请以下面的为准。",
        "您确认过更正以前的文字。",
        "更正以前的文字",
        "请带上记录本。",
        "改到周六。",
    )
    assert [word in seen for word in words] == [True] * 5
    answer = client.post(page("confirm", row), {"edition": "1", "press": "another page"}, follow=True)
    assert "公告刚刚更正过" in text(tree(answer))


def test_a_withdrawn_one_says_why_and_no_more(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row, client = announce(qingzhu), client_of(qingzhu.mentor)
    withdraw_announcement(actor=qingzhu.actor(qingzhu.office), announcement=row, reason="时间错了")
    seen = text(tree(client.get(page("detail", row))))
    assert ("时间错了" in seen, "请带上记录本。" in seen, titles(client)) == (True, False, [])


def test_the_list_shows_what_is_new_first_and_keeps_what_is_over(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first = announce(qingzhu, title="一")
    announce(qingzhu, title="二")
    announce(qingzhu, Audience.FAMILIES, title="三")
    over = announce(qingzhu, title="四")
    week = datetime.timedelta(days=7)
    Announcement.objects.filter(pk=over.pk).update(starts_on=TODAY - week, ends_on=TODAY - datetime.timedelta(days=1))
    write_announcement(actor=qingzhu.actor(qingzhu.office), data=said(title="五"))
    client = client_of(qingzhu.mentor)
    assert [titles(client, show) for show in ("", "open", "over", "sent")] == [
        ["二", "一", "三"], ["二", "一"], ["四"], ["二", "一", "三"]
    ]  # fmt: skip
    client.get(page("detail", first))
    assert titles(client) == ["二", "三", "一"]
    assert titles(client_of(qingzhu.office), "sent") == ["五", "四", "三", "二", "一"]


@pytest.mark.parametrize("show,queries", [("", 5), ("sent", 5)])
def test_the_list_takes_the_same_queries_for_1_and_3(
    qingzhu: SchoolCast,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
    show: str,
    queries: int,
) -> None:
    client = client_of(qingzhu.office)
    for rows in (1, 3):
        while Announcement.objects.count() < rows:
            announce(qingzhu, Audience.GRADE, grade=qingzhu.class_one.grade)
        with django_assert_num_queries(queries):
            assert len(client.get(LIST, {"show": show}).context["rows"]) == rows


def test_who_is_left_of_the_families_takes_the_same_queries_for_1_and_3(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(qingzhu.office)
    for grade, rows in ((qingzhu.class_five.grade, 1), (qingzhu.class_one.grade, 4)):
        row = announce(qingzhu, Audience.GRADE, grade=grade)
        with django_assert_num_queries(13):
            assert len(client.get(page("left", row)).context["rows"]) == rows


def test_the_sheet_has_a_receipt_to_tear_off_where_it_is_to_be_confirmed(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    client = client_of(qingzhu.office)
    rows = [announce(qingzhu, Audience.FAMILIES, needs_receipt=asked) for asked in (True, False)]
    papers = ["".join(pdf_text(client.get(page("sheet", row)).content).split()) for row in rows]
    assert [words in papers[0] for words in ("青竹小学", TITLE, "各位全校家长：", "请带上记录本。", "家长签名")] == [
        True
    ] * 5
    assert "家长签名" not in papers[1]


def test_another_schools_bureau_and_a_mentor_do_not_manage(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = announce(qingzhu, Audience.CLASS, school_class=qingzhu.class_one, by=qingzhu.homeroom)
    statuses = {part: client_of(user).get(page("left", row)).status_code for part, user in qingzhu.people.items()}
    assert statuses == {
        "admin": 200, "office": 200, "homeroom": 200, "mentor": 403, "colleague": 403, "sharer": 403,
        "counsellor": 403, "leader": 200, "bureau_user": 404,
    }  # fmt: skip


def test_a_bureau_ticks_the_schools_it_speaks_to(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> None:
    client, new = client_of(qingzhu.bureau_user), reverse("announcements:new")
    form = client.get(new).context["form"]
    assert form.fields["schools"].choices == [(str(qingzhu.school.pk), qingzhu.school.name)]
    sent = {name: form.get_initial_for_field(form.fields[name], name) for name in ("version", "starts_on", "ends_on")}
    sent |= {"to": "schools", "title": TITLE, "text": "请各校回复。"}
    assert client.post(new, sent | {"schools": [other.school.pk]}).status_code == 422
    page = client.post(new, sent | {"schools": [qingzhu.school.pk]}, follow=True)
    assert "发给：青竹小学" in text(tree(page))


def test_a_family_reads_and_confirms_and_a_teacher_who_helps_does_not(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    row = announce(qingzhu, Audience.FAMILIES, needs_receipt=True)
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    address = reverse("family:announcement", args=[slip.key, row.pk])
    confirm = reverse("family:announcement_confirm", args=[slip.key, row.pk])
    helper = client_of(qingzhu.mentor)
    enter(helper, slip)
    helper.get(address)
    helper.post(confirm, {"edition": "1"})
    assert reached(row) == Reached(5, 0, 0)

    family = Client()
    assert enter(family, slip)[1] == reverse("family:home", args=[slip.key])
    assert f"学校公告{TITLE}新" in text(tree(family.get(reverse("family:home", args=[slip.key]))))
    assert "请带上记录本。" in text(tree(family.get(address)))
    assert reached(row) == Reached(5, 1, 0)
    answer = family.post(confirm, {"edition": "1"}, follow=True)
    assert ("您已确认。" in text(tree(answer)), reached(row)) == (True, Reached(5, 1, 1))


def test_the_address_of_a_group_leads_to_what_this_phone_has_opened(qingzhu: SchoolCast, client: Client) -> None:
    slip, at = slip_of(qingzhu, qingzhu.pupils[0]), reverse("family:door")
    assert "用凭条打开孩子的页面" in text(tree(client.get(at)))
    for typed in (slip.key, f"https://daoshi.invalid{door(slip)}", f" {door(slip)} "):
        assert client.post(at, {"address": typed})["Location"] == door(slip)
    assert client.post(at, {"address": "？"}).status_code == 422
    enter(client, slip)
    assert client.get(at)["Location"] == door(slip)
