"""学期报告: what it says, the school's own words in it, who reads and writes it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from core.errors import DomainError
from records.desk.models import Draft
from records.desk.queries.form_start import line_of
from records.desk.services.drafts import save_draft
from records.enums import TalkForm
from records.settling.contexts import TermReport, few
from records.settling.enums import ReportPart
from records.settling.models import TermComment
from records.settling.queries.comments import comments_of
from records.settling.queries.report import term_report
from records.settling.services import draft_key, save_comment
from schools.enums import Module
from schools.services import use_modules
from tests.cast import SchoolCast
from tests.documents import reading
from tests.pages import by_class, text, texts, tree
from tests.records.builders import letter, released_letter, talk, term_of, visit

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
INDEX = "/settling/"
QUERIES = 28
WORDS = "本学期家访全部在开学前后完成。\n\n  下学期要早一点约时间。"


def report(cast: SchoolCast, term: int = 1) -> TermReport:
    actor = cast.actor(cast.office)
    calendar = actor.calendar.in_term(term)
    assert calendar is not None
    return term_report(actor, calendar)


def said(cast: SchoolCast, part: ReportPart, term: int = 1) -> tuple[str, ...]:
    return next(section.facts for section in report(cast, term).sections if section.part == part)


def table(cast: SchoolCast, part: ReportPart, title: str) -> tuple[tuple[str, ...], ...]:
    tables = next(section.tables for section in report(cast).sections if section.part == part)
    return next(found.rows for found in tables if found.title == title)


def write(cast: SchoolCast, text: str = WORDS, *, by: User | None = None, seen: int = 0, **values: Any) -> Any:
    part, meant = values.get("part", ReportPart.VISITS), values.get("meant", False)
    return save_comment(
        actor=cast.actor(by or cast.office), term=term_of(cast), part=part, text=text, seen_version=seen, meant=meant
    )


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


# --- Words ------------------------------------------------------------------------------------------------------------
def test_the_report_says_what_was_done(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first)
    talk(qingzhu, qingzhu.mentor, first, second, home_contacted=True)
    talk(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, form=TalkForm.PHONE)
    released_letter(qingzhu, qingzhu.mentor, first)
    letter(qingzhu, qingzhu.mentor, second)
    assert said(qingzhu, ReportPart.COVERAGE) == (
        "方案覆盖 2 个年级、2 个班，学生 5 人。",
        "已有导师 4 人，占 80%。",
        "导师 3 名（4 位教师，有的两人共同担任），平均每名导师指导 1.3 名学生，最多 2 名。",
    )
    assert said(qingzhu, ReportPart.ACTIONS) == (
        "家访完成 1 人，应完成 5 人，占 20%。",
        "谈心完成 3 人，应完成 5 人，占 60%。",
        "成长寄语完成 2 人，应完成 5 人，占 40%。",
    )
    assert table(qingzhu, ReportPart.ACTIONS, "各年级完成情况（完成 / 应完成）") == (
        ("一年级", "1 / 4　25%", "3 / 4　75%", "2 / 4　50%"),
        ("五年级", "0 / 1　0%", "0 / 1　0%", "0 / 1　0%"),
        ("合计", "1 / 5　20%", "3 / 5　60%", "2 / 5　40%"),
    )
    assert table(qingzhu, ReportPart.ACTIONS, "方案要求的时间")[0] == (
        "家访", "一年级、五年级", "每学期 1 次", "2026年8月11日—2026年9月15日", "1 / 5 人"
    )  # fmt: skip
    assert said(qingzhu, ReportPart.VISITS) == ("家访 1 次，涉及学生 1 人。",)
    assert said(qingzhu, ReportPart.TALKS) == (
        "谈心 2 次，涉及学生 3 人；面对面 1 次，占 50%。",
        "谈心以后与家长沟通 1 次。",
    )
    assert said(qingzhu, ReportPart.LETTERS) == ("成长寄语交稿 2 封，已发布 1 封，家长已读 0 封。",)
    assert said(qingzhu, ReportPart.TRAINING) == ("本学期没有培训记录。",)
    assert said(qingzhu, ReportPart.VISITS, term=2) == ("本学期没有家访记录。",)


@pytest.mark.parametrize("count, words", [(0, "0"), (1, "少于 5"), (4, "少于 5"), (5, "5"), (12, "12")])
def test_a_few_pupils_are_no_number(count: int, words: str) -> None:
    assert few(count) == words


def test_pupils_in_difficulty_are_numbers_that_name_nobody(qingzhu: SchoolCast, world: Any) -> None:
    """One referral, one card: the report says neither that it was one nor whose."""
    assert said(qingzhu, ReportPart.CARE) == ("请心理老师帮助的学生少于 5 人；交来心灵树洞卡的学生少于 5 人。",)
    use_modules(school=qingzhu.school, modules=[])
    qingzhu.school.refresh_from_db()
    assert said(qingzhu, ReportPart.CARE) == ("请心理老师帮助的学生少于 5 人。",)
    assert Module.TREE_HOLE not in qingzhu.school.in_use


def test_the_report_names_no_pupil_and_no_teacher(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    found = reading.text(client_of(qingzhu.office).get(reverse("settling:report_pdf")).content)
    assert [name for name in ("安可儿", "林小满", "何知秋") if name in found] == []
    assert "2026学年第一学期全员导师制工作报告" in found
    assert AuditEntry.objects.get(verb="print_term_report").kind == AuditKind.READ


# --- The school's own words -------------------------------------------------------------------------------------------
def test_words_stand_in_the_report_of_their_term_alone(qingzhu: SchoolCast) -> None:
    write(qingzhu)
    found = comments_of(qingzhu.actor(qingzhu.leader), term_of(qingzhu))[ReportPart.VISITS]
    assert (found.version, found.by, found.paragraphs) == (
        1,
        "德育韩",
        ("本学期家访全部在开学前后完成。", "下学期要早一点约时间。"),
    )
    assert comments_of(qingzhu.actor(qingzhu.office), term_of(qingzhu, 2))[ReportPart.VISITS].version == 0


def test_the_next_version_holds_and_the_former_one_stays(qingzhu: SchoolCast) -> None:
    write(qingzhu)
    write(qingzhu, "改过了。", by=qingzhu.leader, seen=1)
    write(qingzhu, "改过了。 ", by=qingzhu.office, seen=2)
    assert [(c.version, c.text, c.saved_by) for c in TermComment.objects.order_by("version")] == [
        (1, "本学期家访全部在开学前后完成。\n下学期要早一点约时间。", qingzhu.office),
        (2, "改过了。", qingzhu.leader),
    ]
    assert AuditEntry.objects.filter(verb="save_term_comment").count() == 2


def test_an_emptied_part_is_not_printed(qingzhu: SchoolCast) -> None:
    write(qingzhu, "先写一句。", part=ReportPart.NEXT)
    assert report(qingzhu).numbered[-1][0] == "八、问题与打算"
    write(qingzhu, "", part=ReportPart.NEXT, seen=1)
    assert report(qingzhu).numbered[-1][0] == "七、重点关心"


def test_words_are_refused_with_a_reason(qingzhu: SchoolCast, other: SchoolCast) -> None:
    assert refused(lambda: write(qingzhu, by=qingzhu.mentor)) == "not_allowed"
    assert refused(lambda: write(qingzhu, by=qingzhu.admin)) == "not_allowed"
    assert refused(lambda: write(qingzhu, by=other.office)) == "other_school"
    assert refused(lambda: write(qingzhu, "长" * 2001)) == "too_long"
    assert refused(lambda: write(qingzhu, "一个字\U0001f9ff")) == "no_glyph"
    write(qingzhu)
    assert refused(lambda: write(qingzhu, "我也写。")) == "changed_meanwhile"
    assert TermComment.objects.count() == 1


def test_a_childs_name_and_a_telephone_do_not_leave_the_school(qingzhu: SchoolCast) -> None:
    """A class may be spoken of; what only looks like a name is kept once somebody has said so."""
    assert refused(lambda: write(qingzhu, "安可儿进步很大。")) == "names_pupil"
    assert refused(lambda: write(qingzhu, "请打 13800001234。", meant=True)) == "number_given"
    write(qingzhu, "安可儿是一本书的名字，五（1）班在读。", meant=True)
    write(qingzhu, "五（1）班全部完成。", seen=1)
    assert TermComment.objects.count() == 2


# --- Drafts -----------------------------------------------------------------------------------------------------------
def half_written(cast: SchoolCast, by: User, words: str = "写了一半") -> None:
    key = draft_key(ReportPart.VISITS, term_of(cast))
    save_draft(actor=cast.actor(by), key=key, content={"text": [words]}, stamp="0123456789ab.1")


def test_what_is_typed_is_kept_until_it_is_saved(qingzhu: SchoolCast, client_of: SignIn) -> None:
    half_written(qingzhu, qingzhu.leader)
    client, url = client_of(qingzhu.leader), reverse("settling:comment", args=[ReportPart.VISITS.number])
    page = client.get(url, {"term": "1"})
    assert page.context["form"]["text"].value() == "写了一半"
    key = page.context["form"]["submission"].value()
    client.post(url, {"submission": key, "version": 0, "term": "1", "text": "写完了。"})
    assert (Draft.objects.count(), TermComment.objects.get().text) == (0, "写完了。")
    line = line_of(qingzhu.actor(qingzhu.leader), Draft(key=draft_key(ReportPart.VISITS, term_of(qingzhu, 2))))
    assert (line.label, line.url) == ("学期报告", f"{url}?term=2")


def test_a_draft_that_was_begun_before_is_shown_beside_what_was_saved_since(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    half_written(qingzhu, qingzhu.leader)
    write(qingzhu, "别人先写了。")
    page = tree(client_of(qingzhu.leader).get(reverse("settling:comment", args=[ReportPart.VISITS.number])))
    assert [text(p) for p in by_class(page, "conflict-text")] == ["别人先写了。", "写了一半"]


def test_only_who_settles_keeps_drafts_of_the_words(qingzhu: SchoolCast, other: SchoolCast) -> None:
    for cast, user in ((qingzhu, qingzhu.mentor), (other, other.office)):
        key = draft_key(ReportPart.VISITS, term_of(qingzhu))
        call = partial(save_draft, actor=cast.actor(user), key=key, content={}, stamp="0123456789ab.1")
        assert refused(call) == "not_allowed"


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_the_page_shows_all_parts_and_the_way_to_write(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    write(qingzhu)
    client = client_of(qingzhu.office)
    client.get(INDEX)
    with django_assert_num_queries(QUERIES):
        page = tree(client.get(INDEX))
    assert [text(head) for head in page.iter("h3")] == [str(part.label) for part in ReportPart]
    assert texts(page, "report-words") == ["本学期家访全部在开学前后完成。", "下学期要早一点约时间。"]
    assert [text(line) for line in by_class(page, "report-edit")][3] == "修改：家访 德育韩，11月18日"


def test_the_page_needs_no_more_queries_for_more_pupils(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for pupil in (*qingzhu.pupils, qingzhu.pupil_of_colleague):
        visit(qingzhu, qingzhu.homeroom, pupil)
        talk(qingzhu, qingzhu.homeroom, pupil)
    for part in ReportPart:
        write(qingzhu, part=part)
    client = client_of(qingzhu.office)
    client.get(INDEX)
    with django_assert_num_queries(QUERIES):
        client.get(INDEX)


def test_words_are_written_on_their_own_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, url = client_of(qingzhu.leader), reverse("settling:comment", args=[ReportPart.VISITS.number])
    key = client.get(url, {"term": "2"}).context["form"]["submission"].value()
    sent = {"submission": key, "version": 0, "term": "2", "text": "第二学期的话。"}
    answer = client.post(url, sent)
    assert answer.headers["Location"] == f"{INDEX}?term=2#visits"
    assert [(c.term.number, c.text) for c in TermComment.objects.select_related("term")] == [(2, "第二学期的话。")]
    answer = client.post(url, sent | {"text": "又来一次。"})
    assert (answer.status_code, [text(p) for p in by_class(tree(answer), "conflict-text")]) == (
        422,
        ["第二学期的话。", "又来一次。"],
    )


def test_an_unknown_part_is_not_there(qingzhu: SchoolCast, client_of: SignIn) -> None:
    assert client_of(qingzhu.office).get("/settling/words/10/").status_code == 404
